//! The proof: weights of scenarios that are sound by construction, and a linear programme that they leave.

use po_convex::ProgramSolution;
use po_core::simd::{axpy, dot};

use super::build::Standard;
use crate::optimise::functional::Worst;
use crate::optimise::problem::{Priced, Problem, linear_program, zeros};
use crate::optimise::wasserstein::GroundNorm;
use crate::{CvarSolution, Error};

/// Where bounds are infinite, the proof is about portfolios whose weights there are this near to those found. By
/// convexity, what is true of them is true of others in proportion to the distance.
const NEAR: f64 = 10.0;

/// Multipliers of the limit on the risk and of the target, zero or more, and weights of scenarios.
#[derive(Clone, Debug, Default)]
pub(super) struct Dual {
    /// Of the losses or drawdowns of each scenario.
    pub(super) weights: Vec<f64>,
    /// Of the losses of each period in the drawdowns to come; empty for measures of losses.
    pub(super) periods: Vec<f64>,
    /// Of the largest position, with signs that sum to one at most, or the direction of the Euclidean norm.
    pub(super) positions: Vec<f64>,
    pub(super) limit: f64,
    pub(super) target: f64,
    /// Of the limit on the tracking error.
    pub(super) tracking: f64,
    /// d with `d'(x - b)` no more than the tracking error.
    pub(super) direction: Vec<f64>,
}

impl Dual {
    /// What the method found, made sound.
    pub(super) fn of(problem: &Problem<'_>, standard: &Standard, multipliers: &[f64], x: &[f64]) -> Self {
        let mut dual = Self::around(problem, standard, multipliers, x);
        let total = standard.unit * (problem.price + dual.limit);
        let per_total = if total > 0.0 { 1.0 / total } else { 0.0 };
        let possible = problem.probabilities.iter().enumerate().filter(|(_, p)| **p > 0.0);
        dual.weights.resize(problem.probabilities.len(), 0.0);
        for ((row, _), &own) in possible.zip(&standard.scenarios) {
            // Of an exponential cone the multiplier is negative.
            dual.weights[row] = multipliers[own].abs() * per_total;
        }
        let tail = problem.confidence.tail();
        problem.measure.functional().project(&mut dual.weights, problem.probabilities, tail);
        dual.periods = standard.periods.iter().map(|&row| multipliers[row] * per_total).collect();
        dual.chain();
        dual
    }

    /// A mixture of cuts, each of which is sound.
    pub(super) fn mixed(
        problem: &Problem<'_>,
        standard: &Standard,
        multipliers: &[f64],
        x: &[f64],
        cuts: &[Self],
    ) -> Self {
        let mut dual = Self::around(problem, standard, multipliers, x);
        let shares = standard.scenarios.iter().map(|&row| multipliers[row].max(0.0));
        let total: f64 = shares.clone().sum();
        let scenarios = problem.probabilities.len();
        dual.weights.resize(scenarios, 0.0);
        dual.periods.resize(if problem.measure.is_drawdown() { scenarios } else { 0 }, 0.0);
        for (share, cut) in shares.zip(cuts).filter(|(share, _)| *share > 0.0) {
            let share = share / total;
            axpy(share, &cut.weights, &mut dual.weights);
            axpy(share, &cut.periods, &mut dual.periods);
        }
        if total <= 0.0
            && let Some(cut) = cuts.first()
        {
            dual.weights.clone_from(&cut.weights);
            dual.periods.clone_from(&cut.periods);
        }
        dual
    }

    /// The cut that touches the measure at x, whose weights are in `worst`.
    pub(super) fn touching(problem: &Problem<'_>, worst: &Worst) -> Self {
        let mut dual = Self::default();
        dual.weights.clone_from(&worst.weights);
        if problem.measure.is_drawdown() {
            // A loss counts in the drawdowns from its period on, until one that is over.
            let mut later = 0.0;
            dual.periods = vec![0.0; worst.series.len()];
            for (place, period) in dual.periods.iter_mut().enumerate().rev() {
                later = if worst.series[place] > 0.0 { later + worst.weights[place] } else { 0.0 };
                *period = later;
            }
        }
        dual
    }

    /// Multipliers of the limit, the target and the charge.
    fn around(problem: &Problem<'_>, standard: &Standard, multipliers: &[f64], x: &[f64]) -> Self {
        let Standard { positions, unit, .. } = standard;
        let at_least_zero = |row: Option<usize>| row.map_or(0.0, |row| multipliers[row].max(0.0));
        let limit = at_least_zero(standard.limit) / unit;
        let target = at_least_zero(standard.target);
        let mut dual = Self { limit, target, ..Self::default() };
        if let (Some(tracking), Some(first)) = (problem.tracking, standard.tracking) {
            dual.tracking = at_least_zero(Some(first));
            let parts = multipliers[first + 1..].iter().take(tracking.roots.len());
            let factors: Vec<f64> = parts.map(|own| -own).collect();
            dual.direction = tracking.direction(&factors, dual.tracking);
        }
        match problem.charge {
            Some((GroundNorm::Sum, _)) => {
                let difference = |rows: &[usize; 2]| multipliers[rows[0]] - multipliers[rows[1]];
                dual.positions = positions.iter().map(difference).collect();
                let total: f64 = dual.positions.iter().map(|weight| weight.abs()).sum();
                if total > 0.0 {
                    dual.positions.iter_mut().for_each(|weight| *weight /= total);
                }
            }
            Some((GroundNorm::Euclidean, rate)) => {
                let first = standard.norm.map_or(0, |first| first + 1);
                dual.positions = multipliers[first..].iter().take(x.len()).map(|own| -own).collect();
                let total = (problem.price + limit) * rate;
                let norm = GroundNorm::Euclidean.dual(&dual.positions).max(total);
                if norm > 0.0 {
                    dual.positions.iter_mut().for_each(|weight| *weight /= norm);
                }
            }
            _ => {}
        }
        dual
    }

    /// The same multipliers with the weights that attain the risk of a portfolio.
    pub(super) fn at(&self, weights: Vec<f64>, problem: &Problem<'_>, x: &[f64]) -> Self {
        let mut dual = Self { weights, ..self.clone() };
        let norm = GroundNorm::Euclidean.dual(x);
        if matches!(problem.charge, Some((GroundNorm::Euclidean, _))) && norm > 0.0 {
            dual.positions = x.iter().map(|weight| weight / norm).collect();
        }
        if let Some(tracking) = problem.tracking {
            dual.direction = tracking.gradient(x);
        }
        dual.chain();
        dual
    }

    /// A loss counts in the drawdowns from its period on: no more than in that of its own and those that follow.
    fn chain(&mut self) {
        let mut later = 0.0;
        for (period, weight) in self.periods.iter_mut().zip(&self.weights).rev() {
            *period = if period.is_finite() { period.clamp(0.0, later + weight) } else { 0.0 };
            later = *period;
        }
    }

    /// `g` with `ρ(x) >= g'x` for every x, but for the charge in the norm that is a family of absolute values.
    fn gradient(&self, problem: &Problem<'_>) -> Vec<f64> {
        let mut gradient = self.of_measure(problem);
        let rate = problem.charge.map_or(0.0, |charge| charge.1);
        gradient.iter_mut().zip(&self.positions).for_each(|(own, position)| *own += rate * position);
        gradient
    }

    /// The same without the charge.
    pub(super) fn of_measure(&self, problem: &Problem<'_>) -> Vec<f64> {
        let of_losses = if self.periods.is_empty() { &self.weights } else { &self.periods };
        let assets = 0..problem.assets();
        assets.map(|asset| -dot(of_losses, problem.returns.column(asset))).collect()
    }

    /// A number that the objective of no portfolio falls below, with the multipliers that prove it.
    ///
    /// ```text
    /// min over x of (λ + u) g'x - (ω + v) n(x) + charges   over bounds, rows and families,   - u limit + v target
    ///     with w d'(x - b) - w tracking beside it
    /// ```
    pub(super) fn prove(self, problem: &Problem<'_>, x: &[f64]) -> Result<Proof, Error> {
        let (price, reward) = (problem.price + self.limit, problem.reward + self.target);
        let mut linear = self.gradient(problem);
        for (linear, mean) in linear.iter_mut().zip(problem.mean) {
            *linear = price * *linear - reward * mean;
        }
        if self.tracking > 0.0 {
            axpy(self.tracking, &self.direction, &mut linear);
        }
        let rate = match problem.charge {
            Some((GroundNorm::Greatest, rate)) => price * rate,
            _ => 0.0,
        };
        let mut priced = Priced::default();
        priced.write(problem.families, problem.assets(), reward, rate);
        let (families, count) = priced.families(problem.families);
        let near = |bound: &f64, x: &f64, side: f64| if bound.is_finite() { *bound } else { x + side * NEAR };
        let lower: Vec<f64> = problem.lower.iter().zip(x).map(|(bound, x)| near(bound, x, -1.0)).collect();
        let upper: Vec<f64> = problem.upper.iter().zip(x).map(|(bound, x)| near(bound, x, 1.0)).collect();
        let none = zeros(problem.assets())?;
        let boxed = Problem { lower: &lower, upper: &upper, ..*problem };
        let solution = linear_program(&none, &boxed, &linear, &families[..count]).solve()?;
        let least = solution.objective - solution.certificate.gap.max(0.0);
        let limited = if self.limit > 0.0 { self.limit * problem.limit } else { 0.0 };
        let targeted = if self.target > 0.0 { self.target * problem.target } else { 0.0 };
        let strayed = match problem.tracking {
            Some(own) if self.tracking > 0.0 => {
                self.tracking * (own.limit + dot(&self.direction, &own.benchmark))
            }
            _ => 0.0,
        };
        Ok(Proof { bound: least - limited + targeted - strayed, program: solution, dual: self })
    }
}

/// A number that the objective of no portfolio falls below, and what proves it.
#[derive(Clone, Debug)]
pub(super) struct Proof {
    pub(super) bound: f64,
    pub(super) program: ProgramSolution,
    pub(super) dual: Dual,
}

/// Keeps the better of two proofs.
pub(super) fn better(best: Option<Proof>, other: Result<Proof, Error>) -> Option<Proof> {
    match (best, other) {
        (best, Ok(other)) if other.bound.is_nan() => best,
        (Some(best), Ok(other)) if other.bound <= best.bound => Some(best),
        (_, Ok(other)) => Some(other),
        (best, Err(_)) => best,
    }
}

/// Writes the multipliers of a proof: those of its programme, and of the limit and the target.
pub(super) fn write(problem: &Problem<'_>, solution: &mut CvarSolution, proof: &Proof) {
    let Proof { program, dual, .. } = proof;
    solution.rows.clone_from(&program.rows);
    if problem.target > f64::NEG_INFINITY {
        solution.rows.push(dual.target);
    }
    solution.absolute.clear();
    solution.absolute.extend(program.absolute.iter().take(problem.families.len()));
    solution.bounds.clone_from(&program.bounds);
    solution.limit = -dual.limit;
    solution.tracking = -dual.tracking;
    solution.certificate.dual_residual = program.certificate.dual_residual;
    solution.certificate.complementarity = program.certificate.complementarity;
}
