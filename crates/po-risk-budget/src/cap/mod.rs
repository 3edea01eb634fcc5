//! Least variance with caps on the share of risk of each asset.

mod params;
mod penalty;
mod sequence;

pub use params::{Caps, RiskCapParams};

use po_convex::{ProgramScratch, ProgramSolution};
use po_core::linalg::SymmetricEigen;
use po_core::nalgebra::DMatrixView;
use po_core::simd::{axpy, dot};
use po_core::{Allocator, Budget, Certificate, Covariance, Solution, Status, Weights};

use crate::constrained::{Descent, Effort, Polytope, Smooth};
use crate::{Error, RiskBudgetAllocation, RiskBudgetParams, RiskBudgeting, RiskReport};
use penalty::{Penalised, PenaltyScratch, lagrangian};
use sequence::{Sequence, Task};

/// The first penalty, by how much it grows when the excess does not fall by this part, and where that ends.
const PENALTY: f64 = 10.0;
const GROWTH: f64 = 4.0;
const FALL: f64 = 0.1;
const STEEPEST: f64 = 1e7;

/// The largest change of a weight, in the programmes between two updates of the multipliers, that counts as
/// none.
const STILL: f64 = 1e-11;

/// How much nearer than the tolerance the caps are followed: what comes last costs little.
const AHEAD: f64 = 1e-2;

/// Programmes for one value of the multipliers.
const STEPS: usize = 30;

/// By what part the variance may exceed that of the start, by rounding.
const NOT_WORSE: f64 = 1e-10;

/// Excess over a cap that is rounding.
const ROUNDING: f64 = 1e-13;

/// The sum of caps beyond one that leaves no room for a choice.
const ROOM: f64 = 1e-9;

/// How stiff the equations are made before the curvature is judged, and what of an eigenvalue is rounding, in
/// units of the largest.
const STIFF: f64 = 1e4;
const INDEFINITE: f64 = 1e-12;

/// The accuracy of the portfolio whose shares are in proportion to the caps.
const PARITY: f64 = 1e-13;

/// The portfolio of least variance of which no asset has more than its cap of the risk.
///
/// ```text
/// minimise  w'Σw   subject to  w_i (Σw)_i <= cap_i w'Σw   and the constraints
/// ```
///
/// Where the portfolio of least variance keeps the caps, it is the result. Elsewhere quadratic programmes
/// with the caps made linear follow each other, from the portfolio whose shares are in proportion to the
/// caps; where they do not come to rest, an augmented Lagrangian brings them nearer. The caps are not convex
/// in the weights, so this is what is guaranteed:
///
/// - A result with status `Converged` keeps the constraints to rounding and the caps within the tolerance,
///   and satisfies the first-order conditions of a local minimum. The certificate's primal residual is the
///   largest excess, in shares.
/// - Its variance is not greater than that of the portfolio in proportion to the caps, if the constraints
///   allow that one.
/// - [`CappedAllocation::is_global`] is a proof: the Lagrangian at the multipliers found is convex on the plane of
///   the equations, so that no portfolio within constraints and caps has less variance. It holds where few
///   caps bind, and seldom where many do; without it nothing is known beyond the local minimum, and `gap` compares with
///   the least variance without caps.
/// - Where constraints and caps exclude each other, no proof of that is given: the result then is `Stalled`
///   or `IterationLimit`, and its primal residual tells by how much the caps are exceeded.
///
/// # Cost
/// Some tens of quadratic programmes of N³ multiplications each.
///
/// # Examples
/// ```
/// use po_core::{Allocator, Covariance};
/// use po_risk_budget::{Caps, RiskCapParams, RiskCapping};
///
/// // Least variance has weights, and shares of risk, of 0.2 and 0.8.
/// let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01])?;
/// let params = RiskCapParams { caps: Caps::All(0.6), ..RiskCapParams::default() };
/// let allocation = RiskCapping::new(params)?.allocate(&covariance)?;
/// assert!((allocation.report.share[1] - 0.6).abs() < 1e-9);
/// // 0.04 u² against 0.01 (1 - u)² as 0.4 to 0.6.
/// let u = 1.0 / (1.0 + 6.0_f64.sqrt());
/// assert!((allocation.weights().as_slice()[0] - u).abs() < 1e-9);
/// assert!(allocation.is_global);
/// # Ok::<(), po_risk_budget::Error>(())
/// ```
///
/// # Source
/// Wilson (1963) for the sequence of quadratic programmes; Bertsekas (1982), "Constrained optimization and
/// Lagrange multiplier methods", chapter 2, for the augmented Lagrangian.
#[derive(Clone, Debug, PartialEq)]
pub struct RiskCapping {
    params: RiskCapParams,
}

/// The portfolio of least variance under caps, and what is known about it.
///
/// The report has the caps in place of a budget. The certificate is in units of the variance; its primal
/// residual is the largest excess of a share over its cap, or violation of a constraint.
/// `CappedAllocation::default()` is empty: a place for [`RiskCapping`] to write to.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct CappedAllocation {
    /// The weights, how the numerics ended, and the proof.
    pub solution: Solution,
    /// Shares of risk beside their caps.
    pub report: RiskReport,
    /// What each cap costs: by how much half the variance, in units of the variance, would fall for each unit
    /// by which the cap gives way; zero for caps that do not bind.
    pub prices: Vec<f64>,
    /// Whether the portfolio is proven to be the best of all.
    pub is_global: bool,
}

/// Working memory of [`RiskCapping`].
///
/// # Cost
/// For N assets about 6 N² numbers of eight bytes, beside what the quadratic programmes need; each programme
/// allocates a matrix all the same.
#[derive(Clone, Debug, Default)]
pub struct CapScratch {
    polytope: Polytope,
    descent: Descent,
    penalty: PenaltyScratch,
    sequence: Sequence,
    program: ProgramSolution,
    scratch: ProgramScratch,
    caps: Vec<f64>,
    multipliers: Vec<f64>,
    weights: Vec<f64>,
    start: Vec<f64>,
    hessian: Vec<f64>,
    exposures: Vec<f64>,
    eigen: SymmetricEigen,
}

impl CappedAllocation {
    /// The weights, in the order of the assets.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.solution.weights
    }
}

impl AsRef<Weights> for CappedAllocation {
    fn as_ref(&self) -> &Weights {
        &self.solution.weights
    }
}

impl RiskCapping {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::Input`] for a cap, a tolerance or an iteration limit out of range.
    pub fn new(params: RiskCapParams) -> Result<Self, Error> {
        params.check()?;
        Ok(Self { params })
    }
}

const METHOD: &str = "the least variance under caps on risk";

impl Allocator for RiskCapping {
    type Input<'a> = &'a Covariance;
    type Scratch = CapScratch;
    type Output = CappedAllocation;
    type Error = Error;

    /// Allocates from a covariance.
    ///
    /// # Errors
    /// [`Error::CapsTooLow`] for caps that sum to less than one; [`Error::Input`] for caps of another length;
    /// [`Error::Programme`] for constraints that no weights satisfy, with the conflict, and for one that the
    /// method cannot take; as [`RiskBudgeting`] for the covariance.
    fn allocate_into(
        &self,
        covariance: &Covariance,
        scratch: &mut CapScratch,
        allocation: &mut CappedAllocation,
    ) -> Result<(), Error> {
        let assets = covariance.len();
        scratch.polytope.fill(&self.params.constraints, assets, METHOD)?;
        self.params.caps_into(assets, &mut scratch.caps)?;
        let least = scratch.minimum_variance(covariance)?;
        scratch.multipliers.clear();
        scratch.multipliers.resize(assets, 0.0);
        let ended = if scratch.excess(covariance) <= ROUNDING {
            (Status::Converged, scratch.program.iterations, true)
        } else {
            self.cap(covariance, scratch)?
        };
        scratch.finish(covariance, ended, least, self.params.tolerance, allocation)?;
        let (_, iterations, is_global) = ended;
        tracing::debug!(assets, iterations, is_global, "allocated");
        Ok(())
    }
}

impl RiskCapping {
    /// The augmented Lagrangian; how it ended, after how many programmes, and whether the minimum is proven.
    fn cap(&self, covariance: &Covariance, scratch: &mut CapScratch) -> Result<(Status, usize, bool), Error> {
        let total: f64 = scratch.caps.iter().sum();
        let in_proportion = scratch.in_proportion(covariance, total)?;
        if total <= 1.0 + ROOM && in_proportion {
            // All shares must equal their caps, and of long-only portfolios one alone does.
            let long_only = scratch.polytope.compiled.lower().iter().all(|lower| *lower >= 0.0);
            scratch.weights.clone_from(&scratch.start);
            return Ok((Status::Converged, 0, long_only));
        }
        let unit = variance(covariance, &scratch.start);
        let mut iterations = 0;
        scratch.descent.weights.clone_from(&scratch.start);
        let mut penalty = PENALTY;
        let tolerance = ROUNDING.max(AHEAD * self.params.tolerance);
        let mut last = f64::INFINITY;
        let mut status = Status::IterationLimit;
        while iterations < self.params.iteration_limit {
            // Near a solution a few programmes find it, if they do; the penalty brings what is far off near.
            let CapScratch { polytope, descent, penalty: memory, sequence, caps, multipliers, .. } =
                &mut *scratch;
            sequence.weights.clone_from(&descent.weights);
            sequence.multipliers.clone_from(multipliers);
            if let Some(steps) = sequence.run(Task { covariance, caps, polytope, unit, tolerance })?
                && (!in_proportion || variance(covariance, &sequence.weights) <= unit * (1.0 + NOT_WORSE))
            {
                multipliers.clone_from(&sequence.multipliers);
                scratch.weights.clone_from(&scratch.sequence.weights);
                scratch.program.clone_from(&scratch.sequence.program);
                return Ok((Status::Converged, iterations + steps, scratch.is_convex(covariance)?));
            }
            let function = Penalised { covariance, caps, multipliers, penalty, unit };
            let effort =
                Effort { tolerance: STILL, limit: STEPS.min(self.params.iteration_limit - iterations) };
            let (_, steps) = descent.run(&function, memory, polytope, effort)?;
            iterations += steps;
            function.value(&descent.weights, memory);
            // What the multipliers still have to move by: the excess, or what of a multiplier is too much.
            let excess = memory.excess.iter().zip(&*multipliers);
            let left = excess.fold(0.0_f64, |left, (h, m)| left.max(h.max(-m / penalty).abs()));
            multipliers.clone_from(&memory.forces);
            if left > FALL * last {
                if penalty >= STEEPEST {
                    status = Status::Stalled;
                    break;
                }
                penalty *= GROWTH;
            }
            last = left;
        }
        scratch.weights.clone_from(&scratch.descent.weights);
        scratch.program.clone_from(&scratch.descent.program);
        if in_proportion {
            // A portfolio that keeps the caps is there: nothing worse is handed back.
            let worse = variance(covariance, &scratch.weights) > unit;
            if worse || scratch.excess(covariance) > self.params.tolerance {
                scratch.weights.clone_from(&scratch.start);
            }
        }
        Ok((status, iterations, false))
    }
}

impl CapScratch {
    /// The portfolio of least variance within the constraints, in `weights`; its variance.
    fn minimum_variance(&mut self, covariance: &Covariance) -> Result<f64, Error> {
        self.polytope.least_variance(covariance, &mut self.scratch, &mut self.program)?;
        self.weights.clone_from(&self.program.x);
        Ok(variance(covariance, &self.weights))
    }

    /// By how much the share of an asset exceeds its cap, at most.
    fn excess(&mut self, covariance: &Covariance) -> f64 {
        let variance = variance(covariance, &self.weights);
        let share =
            |asset: usize| self.weights[asset] * dot(covariance.column(asset), &self.weights) / variance;
        self.caps.iter().enumerate().fold(0.0, |worst: f64, (asset, cap)| worst.max(share(asset) - cap))
    }

    /// The portfolio with shares in proportion to the caps, or what of the constraints is nearest to it, in
    /// `start`; whether it is the former.
    fn in_proportion(&mut self, covariance: &Covariance, total: f64) -> Result<bool, Error> {
        let budget = Budget::new(self.caps.iter().map(|cap| cap / total).collect())?;
        let params =
            RiskBudgetParams { budget: Some(budget), tolerance: PARITY, ..RiskBudgetParams::default() };
        let mut parity = RiskBudgetAllocation::default();
        RiskBudgeting::new(params)?.allocate_into(covariance.into(), &mut Default::default(), &mut parity)?;
        let weights = parity.weights().as_slice();
        self.polytope.nearest(covariance, weights, &mut self.scratch, &mut self.program)?;
        let near = self.polytope.violation(weights) <= ROUNDING;
        self.start.clear();
        self.start.extend_from_slice(if near { weights } else { &self.program.x });
        Ok(near)
    }

    /// Whether the Lagrangian is convex on the plane of the equations, at the multipliers found.
    fn is_convex(&mut self, covariance: &Covariance) -> Result<bool, Error> {
        let Self { hessian, multipliers, caps, polytope, eigen, .. } = self;
        let assets = covariance.len();
        hessian.resize(assets * assets, 0.0);
        let capped = dot(multipliers, caps);
        lagrangian(covariance, multipliers, capped, 1.0, hessian);
        let size = hessian.iter().step_by(assets + 1).fold(0.0_f64, |size, entry| size.max(entry.abs()));
        let rows = polytope.rows();
        for row in (0..rows.len()).filter(|&row| polytope.is_equation(row)) {
            let coefficients = rows.row(row);
            let factor = STIFF * size / dot(coefficients, coefficients);
            for (col, column) in hessian.chunks_exact_mut(assets).enumerate() {
                axpy(factor * coefficients[col], coefficients, column);
            }
        }
        eigen.factor(DMatrixView::from_slice(hessian, assets, assets))?;
        let least = eigen.values().iter().copied().fold(f64::INFINITY, f64::min);
        Ok(least >= -INDEFINITE * STIFF * size)
    }

    /// Writes the result from `weights` and `multipliers`.
    fn finish(
        &mut self,
        covariance: &Covariance,
        (status, iterations, is_global): (Status, usize, bool),
        least: f64,
        tolerance: f64,
        allocation: &mut CappedAllocation,
    ) -> Result<(), Error> {
        let excess = self.excess(covariance);
        let CappedAllocation { solution, report, prices, is_global: proven } = allocation;
        report.budget.clone_from(&self.caps);
        let variance = report.fill(covariance.into(), &self.weights, &mut self.exposures)?;
        prices.clone_from(&self.multipliers);
        let slack = report.share.iter().zip(&self.caps).zip(&self.multipliers);
        let complementarity =
            slack.fold(0.0_f64, |worst, ((share, cap), price)| worst.max((price * (share - cap)).abs()));
        solution.weights.assign(&self.weights)?;
        solution.iterations = iterations;
        solution.status = match status {
            Status::Converged if excess > tolerance => Status::Stalled,
            status => status,
        };
        *proven = is_global && solution.status == Status::Converged;
        solution.certificate = Certificate {
            primal_residual: excess.max(self.polytope.violation(&self.weights)).max(0.0),
            dual_residual: self.program.certificate.dual_residual,
            complementarity,
            gap: if *proven { complementarity * self.caps.len() as f64 } else { 1.0 - least / variance },
        };
        Ok(())
    }
}

fn variance(covariance: &Covariance, weights: &[f64]) -> f64 {
    weights.iter().enumerate().map(|(asset, weight)| weight * dot(covariance.column(asset), weights)).sum()
}
