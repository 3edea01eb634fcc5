//! Rows by their multipliers: where guessing assets and rows at once goes round in circles.
//!
//! For given multipliers the rows are gone and the programme has bounds and kinks alone, for which block pivoting rarely
//! fails. Its value is a concave function of the multipliers, and what the rows miss is the slope:
//!
//! ```text
//! g(y) = min_x { ½ x'H x + (c - A'y)'x + Σ_f |y_f| |x - h_f| } + Σ_k y_k limit_k
//! slope_k = limit_k - a_k'x,   curvature = -A_F H_FF⁻¹ A_F'
//! ```
//!
//! Newton's method on it ends in the active set of the solution (Li and Toh 2010, for the idea).

use po_core::simd::{axpy, dot};

use super::form::Form;
use super::round::Proximal;
use super::solve::{ProgramScratch, Rounds};
use crate::solution::Binding;
use crate::{Absolute, Program, ProgramSolution, Rows};

/// Steps of Newton's method.
const STEPS: usize = 60;

/// Rounds that one evaluation is worth, and one attempt to solve with rows.
const ROUNDS: usize = 60;
const ATTEMPT: usize = 8;

/// Halvings of a step.
const HALVINGS: usize = 30;

/// The part of the rise that the slope promises which a step must bring.
const RISE: f64 = 1e-4;

/// The curvature that is added to that of the free assets, in units of what it were if all assets were free: at first,
/// at least, and by how much it falls after a full step and grows after one that was cut.
const DAMPING: f64 = 1e-3;
const LEAST_DAMPING: f64 = 1e-12;
const FALL: f64 = 0.1;
const GROWTH: f64 = 10.0;

/// Working memory of [`ProgramScratch::dual`].
#[derive(Clone, Debug, Default)]
pub(super) struct Dual {
    /// The programme without rows: its linear terms, costs, and solution.
    linear: Vec<f64>,
    costs: [Vec<f64>; Program::FAMILIES],
    inner: ProgramSolution,
    none: Rows,
    /// Multipliers of rows, and then of families.
    multipliers: Vec<f64>,
    /// Those before a step.
    before: Vec<f64>,
    /// `a_k'x`, and the slope.
    values: Vec<f64>,
    slopes: Vec<f64>,
    /// Coefficients of the free assets, and `H_FF⁻¹` times them, row after row.
    coefficients: Vec<f64>,
    solved: Vec<f64>,
    /// The curvature, row by row, the same with damping, and the step of the rows that move.
    gram: Vec<f64>,
    curvature: Vec<f64>,
    moves: Vec<bool>,
    damping: Vec<f64>,
    step: Vec<f64>,
    bindings: Vec<Binding>,
}

/// The two limits of a row or family.
fn limits(program: &Program<'_>, row: usize) -> (f64, f64) {
    match row.checked_sub(program.rows.len()) {
        Some(family) => (f64::NEG_INFINITY, program.absolute[family].limit),
        None => (program.rows.lower()[row], program.rows.upper()[row]),
    }
}

/// The limit that a multiplier pulls at; zero stands for the one that is broken.
fn slope(multiplier: f64, value: f64, (lower, upper): (f64, f64)) -> f64 {
    if multiplier > 0.0 || (multiplier == 0.0 && value < lower) {
        lower - value
    } else if multiplier < 0.0 || value > upper {
        upper - value
    } else {
        0.0
    }
}

impl ProgramScratch {
    /// Finds the active set by Newton's method on the dual, and the solution from there by rounds; whether it did.
    pub(super) fn dual(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        solution: &mut ProgramSolution,
    ) -> bool {
        let mut dual = std::mem::take(&mut self.dual);
        let solved = self.climb(program, form, &mut dual, solution);
        self.dual = dual;
        solved
    }

    fn climb(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        dual: &mut Dual,
        solution: &mut ProgramSolution,
    ) -> bool {
        let count = program.rows.len() + program.absolute.len();
        dual.begin(program, form, solution);
        let Some(mut value) = self.evaluate(program, form, dual, solution) else { return false };
        let mut damping = DAMPING;
        for _ in 0..STEPS {
            if dual.settled(program) && self.attempt(program, form, dual, solution) {
                return true;
            }
            dual.slopes.clear();
            dual.slopes
                .extend((0..count).map(|k| slope(dual.multipliers[k], dual.values[k], limits(program, k))));
            if self.curve(program, form, dual, damping).is_none() {
                return false;
            }
            let Some((risen, full)) = self.search(program, form, dual, value, solution) else { return false };
            damping = if full { (damping * FALL).max(LEAST_DAMPING) } else { damping * GROWTH };
            if risen <= value {
                dual.settled(program);
                return self.attempt(program, form, dual, solution);
            }
            value = risen;
        }
        false
    }

    /// Goes along the step as far as the value rises by it: the value there, and whether that is all of the step.
    fn search(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        dual: &mut Dual,
        value: f64,
        solution: &mut ProgramSolution,
    ) -> Option<(f64, bool)> {
        let mut part = 1.0;
        dual.before.clone_from(&dual.multipliers);
        for halving in 0..HALVINGS {
            let mut promised = 0.0;
            for (k, multiplier) in dual.multipliers.iter_mut().enumerate() {
                let (before, (lower, upper)) = (dual.before[k], limits(program, k));
                let moved = before + part * dual.step[k];
                // A multiplier stops where it changes its sign, unless both limits are one.
                let crosses = before * moved < 0.0 && lower < upper;
                let least = if upper.is_finite() { f64::NEG_INFINITY } else { 0.0 };
                let most = if lower.is_finite() { f64::INFINITY } else { 0.0 };
                *multiplier = if crosses { 0.0 } else { moved.clamp(least, most) };
                promised += dual.slopes[k] * (*multiplier - before);
            }
            let now = self.evaluate(program, form, dual, solution)?;
            if now >= value + RISE * promised {
                return Some((now, halving == 0));
            }
            part *= 0.5;
        }
        Some((value, false))
    }

    /// Solves for the multipliers in `dual`: the value, and what the rows have.
    fn evaluate(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        dual: &mut Dual,
        solution: &mut ProgramSolution,
    ) -> Option<f64> {
        let rows = program.rows.len();
        dual.linear.clear();
        dual.linear.extend_from_slice(program.linear);
        for (row, &multiplier) in dual.multipliers[..rows].iter().enumerate() {
            axpy(-multiplier, program.rows.row(row), &mut dual.linear);
        }
        let unused = Absolute { label: "", center: &[], cost: &[], limit: f64::INFINITY };
        let mut families = [unused; Program::FAMILIES];
        let pairs = families.iter_mut().zip(program.absolute).zip(&mut dual.costs);
        for (((own, family), costs), multiplier) in pairs.zip(&dual.multipliers[rows..]) {
            costs.clear();
            costs.extend((0..program.len()).map(|asset| family.cost.get(asset).unwrap_or(&0.0) - multiplier));
            *own = Absolute { cost: costs, limit: f64::INFINITY, ..*family };
        }
        let inner = Program {
            linear: &dual.linear,
            rows: &dual.none,
            absolute: &families[..program.absolute.len()],
            ..*program
        };
        dual.inner.iterations = 0;
        let ended = self.pivot(&inner, form, Proximal::NONE, ROUNDS, &mut dual.inner);
        solution.iterations += dual.inner.iterations;
        if !matches!(ended, Rounds::Solved) {
            return None;
        }
        let x = &dual.inner.x;
        let mut value = 0.5 * (dot(&self.round.forces, x) + ridge(program, x)) + dot(&dual.linear, x);
        dual.values.clear();
        dual.values.extend((0..rows).map(|row| dot(program.rows.row(row), x)));
        for family in inner.absolute {
            let terms = x.iter().zip(family.center).map(|(x, center)| (x - center).abs());
            value += terms.clone().zip(family.cost).map(|(term, cost)| term * cost).sum::<f64>();
            dual.values.push(terms.sum());
        }
        for (k, &multiplier) in dual.multipliers.iter().enumerate() {
            let (lower, upper) = limits(program, k);
            if multiplier != 0.0 {
                value += multiplier * if multiplier > 0.0 { lower } else { upper };
            }
        }
        Some(value)
    }

    /// The step of Newton's method, for the assets that are free at the last evaluation.
    fn curve(&mut self, program: &Program<'_>, form: &Form<'_>, dual: &mut Dual, damping: f64) -> Option<()> {
        let count = dual.slopes.len();
        let free = &self.round.free;
        dual.coefficients.clear();
        for k in 0..count {
            match k.checked_sub(program.rows.len()) {
                None => {
                    let row = program.rows.row(k);
                    dual.coefficients.extend(free.iter().map(|&asset| row[asset]));
                }
                Some(family) => {
                    let family = &program.absolute[family];
                    let (breakpoints, places) = (&self.round.breakpoints, &dual.inner.active.places);
                    dual.coefficients
                        .extend(free.iter().map(|&asset| breakpoints.sign(family, asset, places[asset])));
                }
            }
        }
        let length = free.len();
        dual.solved.resize(dual.coefficients.len(), 0.0);
        if length > 0 {
            self.round.system.factor(form, (program.ridge, 0.0), free).ok()?;
            self.round.system.solve(&dual.coefficients, &mut dual.solved).ok()?;
        }
        dual.gram.clear();
        let column = |k: usize| k * length..(k + 1) * length;
        for row in 0..count {
            for col in 0..count {
                dual.gram.push(dot(&dual.coefficients[column(row)], &dual.solved[column(col)]));
            }
        }
        // A row that holds stays out, and one that would leave zero on the side on which it holds.
        dual.moves.clear();
        dual.moves.extend((0..count).map(|k| dual.slopes[k] != 0.0 || dual.multipliers[k] != 0.0));
        for _ in 0..=count {
            dual.newton(damping);
            let wrong = |k: &usize| {
                dual.moves[*k] && dual.multipliers[*k] == 0.0 && dual.step[*k] * dual.slopes[*k] < 0.0
            };
            let Some(wrong) = (0..count).find(wrong) else { break };
            dual.moves[wrong] = false;
        }
        Some(())
    }

    /// Solves with rows, from the active set that the multipliers show.
    fn attempt(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        dual: &mut Dual,
        solution: &mut ProgramSolution,
    ) -> bool {
        solution.x.clone_from(&dual.inner.x);
        solution.active.places.clone_from(&dual.inner.active.places);
        solution.active.rows.clone_from(&dual.bindings);
        matches!(self.pivot(program, form, Proximal::NONE, ATTEMPT, solution), Rounds::Solved)
    }
}

impl Dual {
    /// Begins at the multipliers of the last round, where their sign is right.
    fn begin(&mut self, program: &Program<'_>, form: &Form<'_>, solution: &ProgramSolution) {
        let assets = program.len();
        if self.none.assets() != assets {
            self.none = Rows::new(assets);
        }
        self.multipliers.clear();
        self.multipliers.resize(program.rows.len() + program.absolute.len(), 0.0);
        self.bindings.clear();
        self.inner.active.places.clone_from(&solution.active.places);
        self.inner.active.rows.clear();
        self.inner.active.rows.resize(program.absolute.len(), Binding::None);
        self.inner.x.clone_from(&solution.x);
        self.damping.clear();
        let inverses = (0..assets).map(|asset| {
            let own = form.diagonal(asset) + program.ridge.get(asset).copied().unwrap_or(0.0);
            if own > 0.0 { 1.0 / own } else { 0.0 }
        });
        for row in 0..program.rows.len() {
            let coefficients = program.rows.row(row).iter();
            self.damping.push(coefficients.zip(inverses.clone()).map(|(a, inverse)| a * a * inverse).sum());
        }
        let all: f64 = inverses.sum();
        self.damping.resize(self.multipliers.len(), all);
        self.damping.iter_mut().for_each(|own| *own = own.max(f64::MIN_POSITIVE));
    }

    /// The step for the rows that move.
    fn newton(&mut self, damping: f64) {
        let count = self.slopes.len();
        self.curvature.clone_from(&self.gram);
        self.step.clone_from(&self.slopes);
        for row in 0..count {
            for col in 0..count {
                if !(self.moves[row] && self.moves[col]) {
                    self.curvature[row * count + col] = 0.0;
                }
            }
            self.curvature[row * count + row] += damping * self.damping[row];
            if !self.moves[row] {
                self.step[row] = 0.0;
            }
        }
        eliminate(count, &mut self.curvature, &mut self.step);
    }

    /// Notes which rows bind; whether they are those of the last time.
    fn settled(&mut self, program: &Program<'_>) -> bool {
        let mut same = self.bindings.len() == self.multipliers.len();
        self.bindings.resize(self.multipliers.len(), Binding::None);
        for (k, (binding, &multiplier)) in self.bindings.iter_mut().zip(&self.multipliers).enumerate() {
            let (lower, upper) = limits(program, k);
            let now = if lower >= upper || multiplier < 0.0 {
                Binding::Upper
            } else if multiplier > 0.0 {
                Binding::Lower
            } else {
                Binding::None
            };
            same &= *binding == now;
            *binding = now;
        }
        same
    }
}

/// `x' diag(ridge) x`
fn ridge(program: &Program<'_>, x: &[f64]) -> f64 {
    program.ridge.iter().zip(x).map(|(ridge, x)| ridge * x * x).sum()
}

/// Solves a positive definite system in place by Gaussian elimination.
fn eliminate(size: usize, matrix: &mut [f64], side: &mut [f64]) {
    for pivot in 0..size {
        let (above, below) = matrix.split_at_mut((pivot + 1) * size);
        let row = &above[pivot * size..];
        for (k, other) in below.chunks_exact_mut(size).enumerate() {
            let factor = other[pivot] / row[pivot];
            axpy(-factor, &row[pivot..], &mut other[pivot..]);
            side[pivot + 1 + k] -= factor * side[pivot];
        }
    }
    for pivot in (0..size).rev() {
        let row = &matrix[pivot * size..(pivot + 1) * size];
        let rest = side[pivot] - dot(&row[pivot + 1..], &side[pivot + 1..size]);
        side[pivot] = rest / row[pivot];
    }
}
