//! Risk budgets of factors.

mod exposures;

pub use exposures::{FactorExposures, FactorReport};

use po_convex::{Constraints, ProgramScratch, ProgramSolution};
use po_core::nalgebra::DMatrix;
use po_core::simd::{axpy, dot};
use po_core::{Allocator, Budget, Certificate, Covariance, Solution, Status, Weights};

use crate::constrained::{
    Descent, Distance, Effort, Polytope, Products, SharesScratch, Smooth, check_effort,
};
use crate::contribution::check_length;
use crate::{Error, Position, RiskBudgetParams, RiskBudgeting};

/// A violation of a constraint that is rounding.
const ROUNDING: f64 = 1e-12;

/// The accuracy of the budget in the space of the factors.
const PARITY: f64 = 1e-13;

/// A distance from the budget this small is rounding.
const MET: f64 = 1e-10;

/// A net exposure this small a part of the gross exposure is rounding.
const NET: f64 = 1e-12;

/// How much better, relative to it, a later local minimum must be: the result then does not hang on rounding.
const BETTER: f64 = 1e-9;

const METHOD: &str = "the nearest budget of factors";

/// Settings of [`FactorRiskBudgeting`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `budget` | none | sums to one | the share of risk of each factor; without it all have the same |
/// | `constraints` | none | convex | what weights must satisfy; without it they may be of either sign |
/// | `tolerance` | 1e-10 | (0, 1) | the largest change of a weight that counts as none |
/// | `iteration_limit` | 500 | 1 or more | quadratic programmes from each start, at most |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct FactorRiskBudgetParams {
    /// The share of risk that each factor should have.
    pub budget: Option<Budget>,
    /// What weights must satisfy: bounds, budget, linear constraints, turnover and gross exposure.
    pub constraints: Option<Constraints>,
    /// The largest change of a weight that counts as none.
    pub tolerance: f64,
    /// Quadratic programmes from each start, at most.
    pub iteration_limit: usize,
}

impl Default for FactorRiskBudgetParams {
    fn default() -> Self {
        Self { budget: None, constraints: None, tolerance: 1e-10, iteration_limit: 500 }
    }
}

/// Portfolios of which each factor contributes a given share of the volatility.
///
/// Weights that are held for their factors alone, `w = (B⁺)' y`, leave no residual risk, and the factors
/// contribute as assets do under the covariance `B⁺ Σ (B⁺)'`. So risk budgeting on that covariance meets the
/// budgets exactly. With signs free there are up to `2^(K-1)` such portfolios; the one taken holds each
/// factor on the side on which it adds to the net exposure, whatever sign the factor came with, and weights
/// sum to one.
///
/// Where constraints exclude that portfolio, the squared distance of the shares from the budget is minimised
/// instead. That is not convex; the result is the best of the local minima from three starts, and tells what
/// is attained.
///
/// # Cost
/// N² K multiplications, and N³ for each quadratic programme under constraints.
///
/// # Examples
/// ```
/// use po_core::{Budget, Covariance};
/// use po_risk_budget::{FactorExposures, FactorRiskBudgetParams, FactorRiskBudgeting};
///
/// // Three assets, one factor for the first two and one for the last; no correlation.
/// let covariance = Covariance::from_column_slice(3, &[0.04, 0.0, 0.0, 0.0, 0.04, 0.0, 0.0, 0.0, 0.01])?;
/// let exposures = FactorExposures::from_column_slice(3, 2, &[1.0, 1.0, 0.0, 0.0, 0.0, 1.0])?;
/// let params = FactorRiskBudgetParams { budget: Some(Budget::new(vec![0.5, 0.5])?), ..Default::default() };
/// let allocation = FactorRiskBudgeting::new(params)?.allocate(&covariance, &exposures)?;
/// assert!(allocation.is_met && (allocation.report.share[0] - 0.5).abs() < 1e-12);
/// // Two halves of a volatility of 0.2 together have 0.2 / sqrt(2).
/// let pair = 0.1 / (0.1 + 0.02_f64.sqrt());
/// assert!((allocation.weights().as_slice()[0] - pair / 2.0).abs() < 1e-12);
/// # Ok::<(), po_risk_budget::Error>(())
/// ```
///
/// # Source
/// Roncalli and Weisang (2016), sections 2 and 3, who match factor budgets by least squares; the exact
/// solution for unrestricted weights is the special case without residual exposures.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorRiskBudgeting {
    params: FactorRiskBudgetParams,
}

/// The weights of a budget on factors, with what each factor contributes.
///
/// The certificate's primal residual is the largest violation of a constraint; where the budget is met, the
/// dual residual is the largest distance of a share from it, and elsewhere that of the last convex programme.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct FactorBudgetAllocation {
    /// The weights, how the numerics ended, and the proof.
    pub solution: Solution,
    /// What each factor contributes beside its budget.
    pub report: FactorReport,
    /// The distance of the shares from the budget: the root of the sum of squares.
    pub distance: f64,
    /// Whether the budget is met. Constraints may be in the way, and so may rounding where factors are all but
    /// combinations of others.
    pub is_met: bool,
}

impl FactorBudgetAllocation {
    /// The weights, in the order of the assets.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.solution.weights
    }
}

impl AsRef<Weights> for FactorBudgetAllocation {
    fn as_ref(&self) -> &Weights {
        &self.solution.weights
    }
}

impl FactorRiskBudgeting {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::Input`] for a tolerance or an iteration limit out of range.
    pub fn new(params: FactorRiskBudgetParams) -> Result<Self, Error> {
        check_effort(params.tolerance, params.iteration_limit)?;
        Ok(Self { params })
    }

    /// Allocates from a covariance and exposures.
    ///
    /// # Errors
    /// [`Error::Input`] for a budget or exposures of another length; [`Error::NetNotPositive`] when no factor
    /// has a net exposure, so that weights cannot sum to one; [`Error::Programme`] for constraints that no
    /// weights satisfy, with the conflict, and for one that the method cannot take; as [`RiskBudgeting`] for
    /// the covariance of the factors.
    pub fn allocate(
        &self,
        covariance: &Covariance,
        exposures: &FactorExposures,
    ) -> Result<FactorBudgetAllocation, Error> {
        check_length("the covariance", exposures.assets(), covariance.len())?;
        let factors = exposures.factors();
        let budget = match &self.params.budget {
            Some(budget) => budget.clone(),
            None => Budget::equal(factors)?,
        };
        check_length("the risk budget", factors, budget.shares().len())?;
        let mut polytope = Polytope::default();
        if let Some(constraints) = &self.params.constraints {
            polytope.fill(constraints, covariance.len(), METHOD)?;
        }
        let (exact, status) = exact(covariance, exposures, &budget)?;
        let violation = match self.params.constraints {
            Some(_) => polytope.violation(&exact).max(0.0),
            None => 0.0,
        };
        let is_allowed = violation <= ROUNDING;
        let mut allocation = FactorBudgetAllocation::default();
        let solution = &mut allocation.solution;
        if is_allowed {
            solution.weights.assign(&exact)?;
            solution.certificate.primal_residual = violation;
        } else {
            self.nearest(covariance, exposures, budget.shares(), (&exact, &mut polytope), solution)?;
        }
        allocation.report = exposures.contributions(covariance, &allocation.solution.weights)?;
        let report = &mut allocation.report;
        report.budget.extend_from_slice(budget.shares());
        let distances = report.share.iter().zip(&report.budget).map(|(share, budget)| (share - budget).abs());
        allocation.distance = distances.clone().map(|distance| distance * distance).sum::<f64>().sqrt();
        // Under constraints a residual may help to meet the budget of fewer factors than assets.
        allocation.is_met = allocation.distance <= MET || (is_allowed && status == Status::Converged);
        if is_allowed {
            allocation.solution.certificate.dual_residual = distances.fold(0.0, f64::max);
            allocation.solution.status = if allocation.is_met { Status::Converged } else { status };
        }
        let FactorBudgetAllocation { is_met, distance, .. } = allocation;
        let assets = covariance.len();
        tracing::debug!(assets, factors, is_met, distance, "allocated");
        Ok(allocation)
    }

    /// The nearest budget under constraints: local minima from three starts, of which the best is kept.
    fn nearest(
        &self,
        covariance: &Covariance,
        exposures: &FactorExposures,
        budget: &[f64],
        (exact, polytope): (&[f64], &mut Polytope),
        solution: &mut Solution,
    ) -> Result<(), Error> {
        let assets = covariance.len();
        let gamma: Vec<f64> = (0..exposures.factors())
            .flat_map(|factor| {
                (0..assets).map(move |asset| dot(covariance.column(asset), exposures.mimicking(factor)))
            })
            .collect();
        let products = Products::Factors { beta: exposures.entries(), gamma: &gamma };
        let distance = Distance { covariance, products, budget };
        let effort = Effort { tolerance: self.params.tolerance, limit: self.params.iteration_limit };
        let mut shares = SharesScratch::default();
        let (mut program, mut scratch) = (ProgramSolution::default(), ProgramScratch::default());
        let mut descent = Descent::default();
        let mut best: Option<f64> = None;
        let equal = vec![1.0 / assets as f64; assets];
        for start in [Some(exact), Some(equal.as_slice()), None] {
            match start {
                Some(weights) => polytope.nearest(covariance, weights, &mut scratch, &mut program)?,
                None => polytope.least_variance(covariance, &mut scratch, &mut program)?,
            }
            descent.weights.clone_from(&program.x);
            let (status, steps) = descent.run(&distance, &mut shares, polytope, effort)?;
            let value = distance.value(&descent.weights, &mut shares);
            solution.iterations += steps;
            if value.is_finite() && best.is_none_or(|least| value < least * (1.0 - BETTER)) {
                best = Some(value);
                solution.status = status;
                solution.weights.assign(&descent.weights)?;
                let Certificate { dual_residual, complementarity, gap, .. } = descent.program.certificate;
                let primal_residual = polytope.violation(&descent.weights).max(0.0);
                solution.certificate = Certificate { primal_residual, dual_residual, complementarity, gap };
            }
        }
        match best {
            Some(_) => Ok(()),
            // Every start is a portfolio without variance.
            None => Err(Error::Riskless { ratio: 0.0 }),
        }
    }
}

/// The weights that meet the budget for their factors alone, and sum to one; how the search for them ended.
fn exact(
    covariance: &Covariance,
    exposures: &FactorExposures,
    budget: &Budget,
) -> Result<(Vec<f64>, Status), Error> {
    let (assets, factors) = (exposures.assets(), exposures.factors());
    let products: Vec<f64> = (0..factors)
        .flat_map(|factor| {
            (0..assets).map(move |asset| dot(covariance.column(asset), exposures.mimicking(factor)))
        })
        .collect();
    let entry = |row: usize, col: usize| dot(&products[row * assets..][..assets], exposures.mimicking(col));
    let of_factors = DMatrix::from_fn(factors, factors, |row, col| {
        if row == col { entry(row, col).max(0.0) } else { 0.5 * (entry(row, col) + entry(col, row)) }
    });
    let of_factors = Covariance::new(of_factors)?;
    let net: Vec<f64> = (0..factors).map(|factor| exposures.mimicking(factor).iter().sum()).collect();
    let side = |net: &f64| if *net < 0.0 { Position::Short } else { Position::Long };
    let params = RiskBudgetParams {
        budget: Some(budget.clone()),
        positions: Some(net.iter().map(side).collect()),
        tolerance: PARITY,
        ..RiskBudgetParams::default()
    };
    let held = RiskBudgeting::new(params)?.allocate((&of_factors).into())?;
    let mut weights = vec![0.0; assets];
    for (factor, exposure) in held.weights().as_slice().iter().enumerate() {
        axpy(*exposure, exposures.mimicking(factor), &mut weights);
    }
    let (net, gross) = (weights.iter().sum::<f64>(), weights.iter().map(|weight| weight.abs()).sum::<f64>());
    if net > NET * gross {
        weights.iter_mut().for_each(|weight| *weight /= net);
        return Ok((weights, held.solution.status));
    }
    Err(Error::NetNotPositive { net: net / gross })
}
