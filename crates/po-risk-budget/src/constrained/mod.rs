//! Risk budgets under constraints that may keep them from being met.

mod allocation;
mod barrier;
mod compromise;
mod curvature;
mod descent;
mod params;
mod polytope;
mod shares;

pub use allocation::{ConstrainedAllocation, Obstacle};
pub use params::{Compromise, ConstrainedRiskBudgetParams};

pub(crate) use curvature::{Curvature, add_stiffness, stiffen};
pub(crate) use descent::{Descent, Effort, Smooth};
pub(crate) use params::check_effort;
pub(crate) use polytope::Polytope;
pub(crate) use shares::{Distance, Products, SharesScratch};

use po_convex::{Constraints, Net, ProgramScratch, ProgramSolution};
use po_core::{Allocator, Certificate, Covariance, InputError};

use crate::{Error, RiskBudgetAllocation, RiskBudgetParams, RiskBudgetScratch, RiskBudgeting};
use barrier::Barrier;
use compromise::Compromised;

/// A violation of a constraint that is rounding.
const ROUNDING: f64 = 1e-12;

/// The accuracy of the budget portfolio that is tried first.
const PARITY: f64 = 1e-13;

const NEAREST: &str = "the nearest risk budget";
const BARRIER: &str = "the barrier of a risk budget";

/// Risk budgeting under bounds, linear constraints, and limits on turnover and gross exposure.
///
/// Where the budget portfolio satisfies the constraints, it is the result. Where it does not, a
/// [`Compromise`] is: weights that satisfy the constraints, with the shares of risk that they attain, their
/// distance from the budget, and the constraints that stand in the way, each with its price.
///
/// # Cost
/// For N assets some N³ multiplications for each quadratic programme: about ten programmes for
/// [`Compromise::Nearest`] from each of three starts, about thirty for [`Compromise::Barrier`], each of which
/// starts at the active set of the one before.
///
/// # Examples
/// ```
/// use po_convex::{Constraint, Constraints};
/// use po_core::{Allocator, Bounds, Covariance};
/// use po_risk_budget::{ConstrainedRiskBudgetParams, ConstrainedRiskBudgeting};
///
/// // Equal risk asks for weights of 1/3 and 2/3, and the second is not allowed more than one half.
/// let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01])?;
/// let bounds = Some(Bounds::new(vec![0.0, 0.0], vec![1.0, 0.5])?);
/// let constraints = Constraints { bounds, ..Constraints::default() };
/// let params = ConstrainedRiskBudgetParams { constraints, ..Default::default() };
/// let allocation = ConstrainedRiskBudgeting::new(params)?.allocate(&covariance)?;
/// assert_eq!(allocation.weights().as_slice(), [0.5, 0.5]);
/// assert!((allocation.report.share[0] - 0.8).abs() < 1e-12);
/// assert!((allocation.distance - 0.18_f64.sqrt()).abs() < 1e-12);
/// let cap = Constraint::UpperBound { asset: 1, bound: 0.5 };
/// assert!(allocation.obstacles().iter().any(|obstacle| obstacle.constraint == cap));
/// # Ok::<(), po_risk_budget::Error>(())
/// ```
///
/// # Source
/// Those of each [`Compromise`].
#[derive(Clone, Debug, PartialEq)]
pub struct ConstrainedRiskBudgeting {
    params: ConstrainedRiskBudgetParams,
    /// The constraints without a limit on the sum of the weights.
    unsummed: Constraints,
    parity: RiskBudgeting,
}

/// Working memory of [`ConstrainedRiskBudgeting`].
///
/// # Cost
/// For N assets about 6 N² numbers of eight bytes, beside what the quadratic programmes need. Each programme
/// of [`Compromise::Nearest`] allocates 2 N numbers all the same, in the check of its matrix.
#[derive(Clone, Debug, Default)]
pub struct ConstrainedScratch {
    parity: RiskBudgetScratch,
    budget_portfolio: RiskBudgetAllocation,
    polytope: Polytope,
    /// The same without a limit on the sum.
    unsummed: Polytope,
    barrier: Barrier,
    descent: Descent,
    shares: SharesScratch,
    program: ProgramSolution,
    scratch: ProgramScratch,
    /// The best local minimum so far, and the programme that supports it.
    best: Vec<f64>,
    local_program: ProgramSolution,
    /// The programme that supports the result.
    best_program: ProgramSolution,
    budget: Vec<f64>,
    /// The budget portfolio, and then the result.
    weights: Vec<f64>,
    exposures: Vec<f64>,
}

impl ConstrainedRiskBudgeting {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::Input`] for a tolerance, an iteration limit or a sum of weights out of range;
    /// [`Error::Programme`] for a constraint that [`Compromise::Barrier`] cannot take.
    pub fn new(params: ConstrainedRiskBudgetParams) -> Result<Self, Error> {
        params.check()?;
        if params.compromise == Compromise::Barrier {
            polytope::exact_sum(&params.constraints, BARRIER)?;
            let Constraints { turnover, gross, .. } = params.constraints;
            let families = [(turnover, "a limit on turnover"), (gross, "a limit on gross exposure")];
            if let Some((_, constraint)) = families.into_iter().find(|(limit, _)| limit.is_some()) {
                return Err(po_convex::Error::Unsupported { method: BARRIER, constraint }.into());
            }
        }
        let parity = RiskBudgeting::new(RiskBudgetParams {
            budget: params.budget.clone(),
            tolerance: PARITY,
            ..RiskBudgetParams::default()
        })?;
        let unlimited = Net { lower: f64::NEG_INFINITY, upper: f64::INFINITY };
        let unsummed = Constraints { budget: unlimited, ..params.constraints.clone() };
        Ok(Self { params, unsummed, parity })
    }

    /// Writes the result from `scratch.weights` and `scratch.best_program`.
    fn finish(
        &self,
        covariance: &Covariance,
        ended: &Compromised,
        scratch: &mut ConstrainedScratch,
        allocation: &mut ConstrainedAllocation,
    ) -> Result<(), Error> {
        let ConstrainedScratch { polytope, weights, best_program, budget, exposures, .. } = scratch;
        // Rounding may have left a weight beyond its bound.
        let bounds = polytope.compiled.lower().iter().zip(polytope.compiled.upper());
        for (weight, (lower, upper)) in weights.iter_mut().zip(bounds) {
            *weight = weight.clamp(*lower, *upper);
        }
        let report = &mut allocation.report;
        report.budget.clone_from(budget);
        let variance = report.fill(covariance.into(), weights, exposures)?;
        if !(variance > 0.0 && variance.is_finite()) {
            let (name, expected) = ("the variance of the portfolio", "a positive, finite number");
            return Err(InputError::OutOfRange { name, value: variance, expected }.into());
        }
        let squares = report.share.iter().zip(&report.budget).map(|(share, budget)| (share - budget).powi(2));
        allocation.distance = squares.sum::<f64>().sqrt();
        let primal_residual = polytope.violation(weights).max(0.0);
        let certificate = if allocation.is_met {
            allocation.prices.clear();
            Certificate { primal_residual, dual_residual: report.residual(), ..Certificate::default() }
        } else {
            let scale = if ended.penalty.is_some() { 1.0 / variance } else { 2.0 };
            allocation.prices.write(polytope, best_program, scale);
            let Certificate { dual_residual, complementarity, gap, .. } = best_program.certificate;
            Certificate {
                primal_residual,
                dual_residual,
                complementarity: scale * complementarity,
                gap: scale * gap,
            }
        };
        allocation.penalty = ended.penalty;
        let solution = &mut allocation.solution;
        solution.weights.assign(weights)?;
        solution.status = ended.status;
        solution.iterations = ended.iterations;
        solution.certificate = certificate;
        Ok(())
    }
}

impl Allocator for ConstrainedRiskBudgeting {
    type Input<'a> = &'a Covariance;
    type Scratch = ConstrainedScratch;
    type Output = ConstrainedAllocation;
    type Error = Error;

    /// Allocates from a covariance.
    ///
    /// # Errors
    /// As [`RiskBudgeting`]; [`Error::Programme`] for constraints that no weights satisfy, with the conflict,
    /// and for one that the method cannot take; [`Error::SumOutOfReach`] when the barrier keeps the weights
    /// from summing to what they must.
    fn allocate_into(
        &self,
        covariance: &Covariance,
        scratch: &mut ConstrainedScratch,
        allocation: &mut ConstrainedAllocation,
    ) -> Result<(), Error> {
        let assets = covariance.len();
        let ConstrainedRiskBudgetParams { constraints, compromise, .. } = &self.params;
        let method = if *compromise == Compromise::Barrier { BARRIER } else { NEAREST };
        scratch.polytope.fill(constraints, assets, method)?;
        self.parity.allocate_into(covariance.into(), &mut scratch.parity, &mut scratch.budget_portfolio)?;
        scratch.budget.clone_from(&scratch.budget_portfolio.report.budget);
        let sum = 1.0_f64.clamp(constraints.budget.lower, constraints.budget.upper);
        let parity = scratch.budget_portfolio.weights().as_slice();
        scratch.weights.clear();
        scratch.weights.extend(parity.iter().map(|weight| sum * weight));
        allocation.is_met = sum > 0.0 && scratch.polytope.violation(&scratch.weights) <= ROUNDING;
        let ended = if allocation.is_met {
            let solution = &scratch.budget_portfolio.solution;
            Compromised { status: solution.status, iterations: solution.iterations, penalty: None }
        } else if *compromise == Compromise::Barrier {
            self.barrier(covariance, sum, scratch)?
        } else {
            self.nearest(covariance, scratch)?
        };
        self.finish(covariance, &ended, scratch, allocation)?;
        let ConstrainedAllocation { distance, is_met, .. } = *allocation;
        tracing::debug!(assets, ?compromise, is_met, distance, "allocated");
        Ok(())
    }
}
