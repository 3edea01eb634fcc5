//! One round of the active-set method: the equations of optimality, for a guess.

use po_core::simd::dot;
use pulp::Arch;

use super::border::{Border, Kept};
use super::breakpoints::{Breakpoints, is_fixed};
use super::form::{Form, Singular, System};
use super::refine::Refinement;
use crate::solution::Binding;
use crate::{ActiveSet, Program, ProgramSolution};

/// A row that the free assets miss by less than this is not missed.
const MISSED: f64 = 1e-11;

/// A squared norm below this, in units of what it was, marks a row that depends on those before it.
const DEPENDENT: f64 = 1e-13;

/// Working memory of the rounds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Round {
    pub(crate) breakpoints: Breakpoints,
    pub(super) system: System,
    /// Free assets, ascending, and their weights.
    pub(super) free: Vec<usize>,
    pub(super) free_weights: Vec<f64>,
    /// Assets that stand at a breakpoint other than zero, and where.
    fixed: Vec<usize>,
    pub(super) fixed_weights: Vec<f64>,
    /// Rows that bind: linear ones by number, then families.
    pub(super) binding: Vec<usize>,
    /// Right-hand sides: minus the gradient, then a column per binding row; and their solutions.
    pub(super) sides: Vec<f64>,
    pub(super) solutions: Vec<f64>,
    /// `V' H^{-1} V`, its triangular factor in place, and the multipliers.
    pub(super) schur: Vec<f64>,
    pub(super) multipliers: Vec<f64>,
    /// Binding rows that the free assets cannot satisfy, and the direction in which they miss their limits.
    pub(super) missed: Vec<(usize, f64)>,
    /// Assets at the wrong place, and the better one.
    pub(super) wrong: Vec<(usize, u8)>,
    pub(super) border: Border,
    /// Whether the last solution is that of a border.
    pub(super) bordered: bool,
    pub(super) refinement: Refinement,
    /// `H x`, and whether it is that of the solution.
    pub(crate) forces: Vec<f64>,
    pub(crate) current: bool,
    /// `H x + c`, and minus what the binding rows pull.
    pub(crate) gradient: Vec<f64>,
    /// The largest of its entries.
    pub(super) force: f64,
    pub(super) slopes: Vec<f64>,
    /// Values that a product needs on the way.
    product: Vec<f64>,
}

/// A pull towards an anchor, `shift/2 |x - anchor|²`, that makes a singular programme regular.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proximal<'a> {
    pub(crate) shift: f64,
    pub(crate) anchor: &'a [f64],
}

impl Proximal<'_> {
    pub(crate) const NONE: Self = Self { shift: 0.0, anchor: &[] };
}

impl Round {
    /// Forgets the last factorisation: what comes is another programme.
    pub(crate) fn begin(&mut self, program: &Program<'_>) {
        self.refinement.reserve(program.len(), program.rows.len() + program.absolute.len());
        self.border.ready = false;
        self.current = false;
    }

    /// Solves the equations of optimality for the guess in `solution.active`.
    pub(crate) fn solve(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        proximal: Proximal<'_>,
        solution: &mut ProgramSolution,
    ) -> Result<(), Singular> {
        self.sort(program, solution);
        self.pull_of_fixed(program, form, proximal);
        self.bordered = self.border.solve(
            (program, form, &self.breakpoints),
            (&mut self.system, proximal.shift),
            &solution.active,
            &mut solution.x,
            &mut self.multipliers,
        )?;
        if self.bordered {
            self.missed.clear();
            self.free_weights.clear();
            self.free_weights.extend(self.free.iter().map(|&asset| solution.x[asset]));
            return Ok(());
        }
        self.factor(program, form, proximal, solution)
    }

    /// The prices at the weights of the last solution.
    pub(crate) fn price(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        proximal: Proximal<'_>,
        solution: &mut ProgramSolution,
    ) {
        form.add_product(&self.free, &self.free_weights, &mut self.product, &mut self.forces);
        self.add_forces(program, proximal);
        let ridge = |asset: usize| proximal.shift + program.ridge.get(asset).copied().unwrap_or(0.0);
        if proximal.shift > 0.0 || !program.ridge.is_empty() {
            for (asset, (gradient, weight)) in self.gradient.iter_mut().zip(&solution.x).enumerate() {
                *gradient += ridge(asset) * weight;
            }
        }
        self.hand_over(program, solution);
    }

    /// The gradient where all free weights are zero.
    pub(super) fn pull_of_fixed(&mut self, program: &Program<'_>, form: &Form<'_>, proximal: Proximal<'_>) {
        self.forces.clear();
        self.forces.resize(program.len(), 0.0);
        form.add_product(&self.fixed, &self.fixed_weights, &mut self.product, &mut self.forces);
        self.add_forces(program, proximal);
    }

    fn add_forces(&mut self, program: &Program<'_>, proximal: Proximal<'_>) {
        self.gradient.resize(program.len(), 0.0);
        let Self { forces, gradient, .. } = &mut *self;
        Arch::new().dispatch(
            #[inline(always)]
            || {
                let terms = forces.iter().zip(program.linear);
                for (gradient, (force, linear)) in gradient.iter_mut().zip(terms) {
                    *gradient = linear + force;
                }
            },
        );
        for (gradient, anchor) in self.gradient.iter_mut().zip(proximal.anchor) {
            *gradient -= proximal.shift * anchor;
        }
    }

    /// Solves by a new factorisation.
    fn factor(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        proximal: Proximal<'_>,
        solution: &mut ProgramSolution,
    ) -> Result<(), Singular> {
        self.border.ready = false;
        self.assemble(program, &solution.active);
        let free = self.free.len();
        self.solutions.resize(self.sides.len(), 0.0);
        if free > 0 {
            self.system.factor(form, (program.ridge, proximal.shift), &self.free)?;
            self.system.solve(&self.sides, &mut self.solutions)?;
        }
        self.border.limits.clone_from(&self.multipliers);
        self.eliminate();
        let Self { free: assets, free_weights, sides, solutions, gradient, multipliers, border, .. } = self;
        let (constant, pulls) = solutions.split_at(free);
        free_weights.clear();
        free_weights.extend_from_slice(constant);
        for (row, multiplier) in multipliers.iter().enumerate() {
            po_core::simd::axpy(*multiplier, &pulls[row * free..][..free], free_weights);
        }
        for (&asset, &weight) in assets.iter().zip(&*free_weights) {
            solution.x[asset] = weight;
        }
        border.keep(&solution.active, program.rows.len(), Kept { free: assets, sides, solutions, gradient });
        Ok(())
    }

    /// Sorts assets and rows by the guess, and sets the weights that it fixes.
    fn sort(&mut self, program: &Program<'_>, solution: &mut ProgramSolution) {
        let assets = program.len();
        solution.x.resize(assets, 0.0);
        self.free.resize(assets, 0);
        self.fixed.clear();
        self.fixed_weights.clear();
        let (places, weights) = (&solution.active.places, &mut solution.x);
        if self.breakpoints.fix(places, weights) {
            let fixed = places.iter().zip(&*weights).enumerate();
            for (asset, (_, &weight)) in fixed.filter(|(_, (place, x))| is_fixed(**place) & (**x != 0.0)) {
                self.fixed.push(asset);
                self.fixed_weights.push(weight);
            }
        }
        let mut free = 0;
        for (asset, &place) in places.iter().enumerate() {
            // No branch that nothing foretells: the asset is written to the list of those that are free, and stays if it is.
            self.free[free] = asset;
            free += usize::from(!is_fixed(place));
        }
        self.free.truncate(free);
        self.binding.clear();
        let rows = solution.active.rows.iter().enumerate();
        self.binding.extend(rows.filter(|(_, binding)| **binding != Binding::None).map(|(row, _)| row));
    }

    /// The right-hand sides, and the limits less what the fixed weights use of them (in `multipliers`).
    fn assemble(&mut self, program: &Program<'_>, active: &ActiveSet) {
        let Self { breakpoints, free, fixed, fixed_weights, binding, sides, gradient, multipliers, .. } =
            self;
        sides.clear();
        sides.extend(free.iter().map(|&asset| {
            let slope: f64 = program
                .absolute
                .iter()
                .filter(|family| !family.cost.is_empty())
                .map(|family| family.cost[asset] * breakpoints.sign(family, asset, active.places[asset]))
                .sum();
            -(gradient[asset] + slope)
        }));
        multipliers.clear();
        for &row in binding.iter() {
            if let Some(family) = row.checked_sub(program.rows.len()) {
                let family = &program.absolute[family];
                let mut limit = family.limit;
                for (asset, &place) in active.places.iter().enumerate() {
                    let sign = breakpoints.sign(family, asset, place);
                    if is_fixed(place) {
                        let weight = breakpoints.point(asset, place / 2);
                        limit -= sign * (weight - family.center[asset]);
                    } else {
                        sides.push(sign);
                        limit += sign * family.center[asset];
                    }
                }
                multipliers.push(limit);
            } else {
                let coefficients = program.rows.row(row);
                let lower = active.rows[row] == Binding::Lower;
                let limit = if lower { program.rows.lower()[row] } else { program.rows.upper()[row] };
                sides.extend(free.iter().map(|&asset| coefficients[asset]));
                let used: f64 = fixed
                    .iter()
                    .zip(&*fixed_weights)
                    .map(|(&asset, weight)| coefficients[asset] * weight)
                    .sum();
                multipliers.push(limit - used);
            }
        }
    }

    /// Solves `V' H^{-1} V y = b - V' H^{-1} q` by a Cholesky factorisation that leaves out dependent rows.
    fn eliminate(&mut self) {
        let (free, rows) = (self.free.len(), self.binding.len());
        let Self { sides, solutions, schur, multipliers, missed, .. } = self;
        missed.clear();
        schur.clear();
        schur.resize(rows * rows, 0.0);
        let column = |row: usize| (row + 1) * free..(row + 2) * free;
        for row in 0..rows {
            multipliers[row] -= dot(&sides[column(row)], &solutions[..free]);
            for col in 0..=row {
                schur[row * rows + col] = dot(&sides[column(row)], &solutions[column(col)]);
            }
        }
        // In place: schur becomes L, multipliers L^{-1} b; a dependent row gets a pivot of infinity, and so zero.
        for row in 0..rows {
            for col in 0..=row {
                let mut entry = schur[row * rows + col];
                for k in 0..col {
                    entry -= schur[row * rows + k] * schur[col * rows + k];
                }
                schur[row * rows + col] = if col < row {
                    entry / schur[col * rows + col]
                } else if entry > DEPENDENT * schur[row * rows + row] && entry > 0.0 {
                    entry.sqrt()
                } else {
                    f64::INFINITY
                };
            }
            let value = forward(row, rows, schur, multipliers);
            if schur[row * rows + row].is_infinite() && value.abs() > MISSED {
                missed.push((row, value.signum()));
            }
            multipliers[row] = value / schur[row * rows + row];
        }
        backwards(rows, schur, multipliers);
    }

    /// The multipliers by row and by family, and the slopes that the bounds and kinks must hold against.
    fn hand_over(&mut self, program: &Program<'_>, solution: &mut ProgramSolution) {
        let rows = program.rows.len();
        solution.rows.clear();
        solution.rows.resize(rows, 0.0);
        solution.absolute.clear();
        solution.absolute.resize(program.absolute.len(), 0.0);
        self.slopes.resize(self.gradient.len(), 0.0);
        let Self { slopes, gradient, .. } = &mut *self;
        Arch::new().dispatch(
            #[inline(always)]
            || slopes.iter_mut().zip(&*gradient).for_each(|(slope, gradient)| *slope = -gradient),
        );
        for (&row, &multiplier) in self.binding.iter().zip(&self.multipliers) {
            if row < rows {
                solution.rows[row] = multiplier;
                po_core::simd::axpy(multiplier, program.rows.row(row), &mut self.slopes);
            } else {
                solution.absolute[row - rows] = multiplier;
            }
        }
    }
}

/// Solves with the triangular factor and its transpose, in place.
pub(super) fn substitute(rows: usize, factor: &[f64], values: &mut [f64]) {
    for row in 0..rows {
        values[row] = forward(row, rows, factor, values) / factor[row * rows + row];
    }
    backwards(rows, factor, values);
}

/// A value less what the unknowns before it take of it.
fn forward(row: usize, rows: usize, factor: &[f64], values: &[f64]) -> f64 {
    let mut value = values[row];
    for k in 0..row {
        value -= factor[row * rows + k] * values[k];
    }
    value
}

fn backwards(rows: usize, factor: &[f64], values: &mut [f64]) {
    for row in (0..rows).rev() {
        let mut value = values[row];
        for k in row + 1..rows {
            value -= factor[k * rows + row] * values[k];
        }
        values[row] = value / factor[row * rows + row];
    }
}
