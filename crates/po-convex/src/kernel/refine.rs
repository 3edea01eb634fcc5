//! Iterative refinement: equations that rounding left open are solved again for what they miss.
//!
//! ```text
//! r = c_F + k_F - (H x)_F + (A'y)_F   at the free assets,      s = b - A x   of the rows that bind
//!
//! | H_FF  -A_F' | | Δx |   | r |
//! | A_F    0    | | Δy | = | s |                                x + Δx,  y + Δy
//! ```
//!
//! Where assets nearly copy each other, the first solution misses the equations by as much as the matrix is ill-conditioned;
//! a step with the factors that are there leaves the rounding of the residuals alone (Wilkinson 1963).

use po_core::simd::{axpy, dot};

use super::correct::largest;
use super::form::{Form, Singular};
use super::round::{Proximal, Round, substitute};
use crate::solution::Binding;
use crate::{Program, ProgramSolution};

/// Equations that are missed by more than this, in units of their largest term, are solved again.
const REFINED: f64 = 1e-14;

/// Steps, at most.
const STEPS: usize = 4;

/// A step that leaves more than this of what was missed is the last.
const SLOW: f64 = 0.5;

/// Working memory of [`Round::refine`].
#[derive(Clone, Debug, Default)]
pub(super) struct Refinement {
    /// What the free assets miss, and then the rows that bind.
    residuals: Vec<f64>,
    /// The steps of the free weights and of the multipliers; and then these as they were before.
    weights: Vec<f64>,
    multipliers: Vec<f64>,
}

impl Refinement {
    /// Room for all that a programme may need, so that it does not matter which call needs it first.
    pub(super) fn reserve(&mut self, assets: usize, rows: usize) {
        self.residuals.clear();
        self.residuals.reserve(assets + rows);
        self.weights.clear();
        self.weights.reserve(assets);
        self.multipliers.clear();
        self.multipliers.reserve(rows);
    }
}

impl Round {
    /// Whether a free asset misses its equation by more than rounding, were the gradient no difference of larger terms.
    pub(super) fn misses(&self, program: &Program<'_>, solution: &ProgramSolution) -> bool {
        let near = REFINED * self.force;
        let mut free = self.free.iter();
        if program.absolute.is_empty() {
            // No branch for an asset: hardly ever there is one.
            free.fold(false, |any, &asset| any | (self.slopes[asset].abs() > near))
        } else {
            free.any(|&asset| self.missed_by(program, solution, asset).abs() > near)
        }
    }

    /// Brings the last solution nearer to its equations. What a border solved is factored first.
    #[cold]
    pub(super) fn refine(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        proximal: Proximal<'_>,
        solution: &mut ProgramSolution,
    ) -> Result<(), Singular> {
        let force = self.force.max(largest(&self.forces)).max(largest(program.linear));
        let force = force.max(proximal.shift * largest(proximal.anchor));
        let mut missed = self.residuals(program, solution, force);
        if missed <= REFINED {
            return Ok(());
        }
        if self.bordered {
            self.border.ready = false;
            self.solve(program, form, proximal, solution)?;
            self.price(program, form, proximal, solution);
            missed = self.residuals(program, solution, force);
        }
        for _ in 0..STEPS {
            if missed <= REFINED {
                break;
            }
            self.step()?;
            self.exchange(program, form, proximal, solution);
            let before = std::mem::replace(&mut missed, self.residuals(program, solution, force));
            let better = missed < before;
            if !better {
                // Rounding is all that was left.
                self.exchange(program, form, proximal, solution);
            }
            if !better || missed > SLOW * before {
                break;
            }
        }
        Ok(())
    }

    /// What a free asset misses.
    fn missed_by(&self, program: &Program<'_>, solution: &ProgramSolution, asset: usize) -> f64 {
        self.slopes[asset] - self.cost(program, solution, asset, solution.active.places[asset])
    }

    /// What the equations miss; the most of it, in units of their terms, which for the free assets is `force`. Rows that
    /// depend on others have no say.
    fn residuals(&mut self, program: &Program<'_>, solution: &ProgramSolution, force: f64) -> f64 {
        let mut residuals = std::mem::take(&mut self.refinement.residuals);
        residuals.clear();
        let mut worst = 0.0_f64;
        for &asset in &self.free {
            let missed = self.missed_by(program, solution, asset);
            worst = worst.max(missed.abs() / force);
            residuals.push(missed);
        }
        let rows = self.binding.len();
        for (k, &row) in self.binding.iter().enumerate() {
            let (limit, value) = match row.checked_sub(program.rows.len()) {
                Some(family) => {
                    let family = &program.absolute[family];
                    let weights = solution.x.iter().zip(family.center).zip(&solution.active.places);
                    let terms = weights.enumerate().map(|(asset, ((x, center), &place))| {
                        self.breakpoints.sign(family, asset, place) * (x - center)
                    });
                    (family.limit, terms.sum())
                }
                None => {
                    let lower = solution.active.rows[row] == Binding::Lower;
                    let limits = if lower { program.rows.lower() } else { program.rows.upper() };
                    (limits[row], dot(program.rows.row(row), &solution.x))
                }
            };
            if self.schur[k * rows + k].is_finite() {
                worst = worst.max((limit - value).abs() / (1.0 + limit.abs()));
            }
            residuals.push(limit - value);
        }
        self.refinement.residuals = residuals;
        worst
    }

    /// The weights and multipliers after a step, in the memory of the refinement.
    fn step(&mut self) -> Result<(), Singular> {
        let (free, rows) = (self.free.len(), self.binding.len());
        let Self { refinement, system, schur, border, sides, solutions, .. } = self;
        let Refinement { residuals, weights, multipliers } = refinement;
        let (sides, solutions) = border.columns().unwrap_or((sides, solutions));
        weights.resize(free, 0.0);
        system.solve(&residuals[..free], weights)?;
        multipliers.clear();
        multipliers.extend_from_slice(&residuals[free..]);
        for (multiplier, side) in multipliers.iter_mut().zip(sides[free..].chunks_exact(free)) {
            *multiplier -= dot(side, weights);
        }
        substitute(rows, schur, multipliers);
        for (multiplier, pull) in multipliers.iter().zip(solutions[free..].chunks_exact(free)) {
            axpy(*multiplier, pull, weights);
        }
        weights.iter_mut().zip(&self.free_weights).for_each(|(step, weight)| *step += weight);
        multipliers.iter_mut().zip(&self.multipliers).for_each(|(step, multiplier)| *step += multiplier);
        Ok(())
    }

    /// Exchanges the weights and multipliers for those that the refinement keeps, and asks for the prices there.
    fn exchange(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        proximal: Proximal<'_>,
        solution: &mut ProgramSolution,
    ) {
        std::mem::swap(&mut self.free_weights, &mut self.refinement.weights);
        std::mem::swap(&mut self.multipliers, &mut self.refinement.multipliers);
        for (&asset, &weight) in self.free.iter().zip(&self.free_weights) {
            solution.x[asset] = weight;
        }
        self.pull_of_fixed(program, form, proximal);
        self.price(program, form, proximal, solution);
    }
}
