//! Risk budgeting on volatility, top to bottom.

use po_convex::Risk;
use po_core::{Allocator, Certificate, InputError};

use crate::contribution::check_length;
use crate::correlations::Correlations;
use crate::newton::{Newton, RISKLESS, without_risk};
use crate::scratch::Work;
use crate::solve::{Effort, Outcome, solve};
use crate::{Error, Normalisation, RiskBudgetAllocation, RiskBudgetParams, RiskBudgetScratch, RiskReport};

/// A net exposure this small a part of the gross exposure is rounding.
const NET: f64 = 1e-12;

/// Risk budgeting: weights of which each asset contributes a given share of the volatility.
///
/// ```text
/// w_i (Σ w)_i = b_i w'Σ w
/// ```
///
/// The weights are the minimiser of `½ x'Σ x - Σ b_i ln x_i` over positive x, scaled afterwards. It exists and is
/// unique for a positive definite Σ, and for a semidefinite one as long as no long-only portfolio is without risk.
/// An asset with a budget of zero has no share in the risk: its weight is exactly zero, and the others are solved for
/// without it. Short assets are solved for with the signs of their covariances turned (see [`Position`](crate::Position)).
///
/// # Cost
/// For a covariance of N assets some six steps of N² multiplications; where they converge slowly, sweeps of coordinate
/// descent with as many, and where these do, Newton's method with N³/6 for each step. For a covariance in factor form
/// with K factors 2 N K for each step, 3 N K for each sweep and N K²/2 for each Newton step; no N x N matrix is formed.
///
/// # Examples
/// ```
/// use po_core::{Allocator, Budget, Covariance};
/// use po_risk_budget::{RiskBudgetParams, RiskBudgeting};
///
/// // Without correlation, weights are as sqrt(b) / σ: sqrt(0.8) / 0.2 against sqrt(0.2) / 0.1.
/// let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01])?;
/// let budget = Some(Budget::new(vec![0.8, 0.2])?);
/// let params = RiskBudgetParams { budget, ..RiskBudgetParams::default() };
/// let allocation = RiskBudgeting::new(params)?.allocate((&covariance).into())?;
/// for (weight, expected) in allocation.weights().as_slice().iter().zip([0.5, 0.5]) {
///     assert!((weight - expected).abs() < 1e-10);
/// }
/// # Ok::<(), po_risk_budget::Error>(())
/// ```
///
/// # Source
/// Spinu (2013) for the objective and Newton's method; Griveau-Billion, Richard and Roncalli (2013) for coordinate
/// descent, on the scale of volatilities as Choi and Chen (2022). The start is the budget of a one-factor model, the first
/// steps are Newton's with the portfolio as the only factor, sweeps go by blocks of eight, and both are accelerated
/// (Anderson 1965).
#[derive(Clone, Debug, PartialEq)]
pub struct RiskBudgeting {
    params: RiskBudgetParams,
}

impl RiskBudgeting {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a tolerance, an iteration limit or a target volatility out of range;
    /// [`InputError::LengthMismatch`] for a budget and positions of different lengths.
    pub fn new(params: RiskBudgetParams) -> Result<Self, Error> {
        let out_of_range = |name, value, expected| InputError::OutOfRange { name, value, expected };
        if !(params.tolerance > 0.0 && params.tolerance < 1.0) {
            return Err(out_of_range("the tolerance", params.tolerance, "a number in (0, 1)").into());
        }
        if params.iteration_limit == 0 {
            return Err(out_of_range("the iteration limit", 0.0, "1 or more").into());
        }
        if let Normalisation::Volatility(target) = params.normalisation
            && !(target > 0.0 && target.is_finite())
        {
            return Err(out_of_range("the target volatility", target, "a positive, finite number").into());
        }
        if let (Some(budget), Some(positions)) = (&params.budget, &params.positions) {
            check_length("the list of positions", budget.shares().len(), positions.len())?;
        }
        Ok(Self { params })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &RiskBudgetParams {
        &self.params
    }

    /// Checks the input, and prepares the correlations of the assets with a budget.
    pub(crate) fn pose(
        &self,
        risk: Risk<'_>,
        scratch: &mut RiskBudgetScratch,
        budget: &mut Vec<f64>,
    ) -> Result<(), Error> {
        let assets = risk.len();
        budget.clear();
        match &self.params.budget {
            Some(own) => budget.extend_from_slice(own.shares()),
            None => budget.resize(assets, 1.0 / assets as f64),
        }
        check_length("the risk budget", assets, budget.len())?;
        let positions = self.params.positions.as_deref();
        if let Some(positions) = positions {
            check_length("the list of positions", assets, positions.len())?;
        }
        let RiskBudgetScratch { selection, panels, factors, work } = scratch;
        work.problem.pose(risk, budget, positions)?;
        let (held, scales) = (&work.problem.assets, &work.problem.scales);
        match risk {
            Risk::Dense(covariance) => {
                let matrix = select(covariance.as_slice(), assets, held, selection);
                panels.fill(matrix, scales, held.len());
            }
            Risk::Factor(covariance) => {
                let loadings = covariance.loadings().as_slice();
                factors.fill(loadings, covariance.specific(), held, scales);
            }
        }
        Ok(())
    }

    /// Finds the weights, once the correlations are there.
    fn solve<C: Correlations>(
        &self,
        risk: Risk<'_>,
        correlations: &mut C,
        work: &mut Work,
        allocation: &mut RiskBudgetAllocation,
    ) -> Result<(), Error> {
        let Work { problem, descent, newton, weights, exposures } = work;
        let RiskBudgetAllocation { solution, report } = allocation;
        let start = solution.weights.as_slice();
        let warm = self.params.warm_start && start.len() == risk.len();
        problem.start(correlations, warm.then_some(start));
        let RiskBudgetParams { algorithm, tolerance, iteration_limit, normalisation, .. } = self.params;
        let effort = Effort { algorithm, tolerance, iteration_limit };
        let Outcome { status, iterations, residual } =
            solve(correlations, problem, (descent, newton), effort, |problem| {
                problem.weights_into(risk.len(), weights);
                let variance = report.fill(risk, weights, exposures)?;
                let ratio = problem.ratio(variance, weights);
                if ratio <= RISKLESS {
                    return Err(match without_risk(ratio) {
                        Newton::Negative { ratio } => Error::NegativeVariance { ratio },
                        _ => Error::Riskless { ratio: ratio.max(0.0) },
                    });
                }
                Ok(report.residual())
            })?;
        let primal_residual = normalise(normalisation, weights, report)?;
        solution.weights.assign(weights)?;
        (solution.status, solution.iterations) = (status, iterations);
        let gap = |(share, budget): (&f64, &f64)| {
            if *budget > 0.0 { (share - budget) * (share - budget) / budget } else { 0.0 }
        };
        solution.certificate = Certificate {
            primal_residual,
            dual_residual: residual,
            complementarity: 0.0,
            gap: report.share.iter().zip(&report.budget).map(gap).sum(),
        };
        tracing::debug!(assets = risk.len(), ?status, iterations, "allocated");
        Ok(())
    }
}

impl Allocator for RiskBudgeting {
    type Input<'a> = Risk<'a>;
    type Scratch = RiskBudgetScratch;
    type Output = RiskBudgetAllocation;
    type Error = Error;

    /// Allocates from a covariance, as a whole or in factor form.
    ///
    /// With a warm start, the iteration begins at the weights that `allocation` holds.
    ///
    /// # Errors
    /// [`Error::Input`] for a budget or positions of another length, and for an asset that has a budget but no
    /// variance; [`Error::NotPositiveSemidefinite`] and [`Error::NegativeVariance`] for a matrix that is no covariance,
    /// where the iteration meets a portfolio or a direction of negative variance;
    /// [`Error::Riskless`] when the assets can hedge each other completely; [`Error::NetNotPositive`] when weights
    /// cannot be scaled to sum to one.
    fn allocate_into(
        &self,
        risk: Risk<'_>,
        scratch: &mut RiskBudgetScratch,
        allocation: &mut RiskBudgetAllocation,
    ) -> Result<(), Error> {
        self.pose(risk, scratch, &mut allocation.report.budget)?;
        let RiskBudgetScratch { panels, factors, work, .. } = scratch;
        match risk {
            Risk::Dense(_) => self.solve(risk, panels, work, allocation),
            Risk::Factor(_) => self.solve(risk, factors, work, allocation),
        }
    }
}

/// The covariance of some assets: the matrix itself where they are all.
fn select<'a>(matrix: &'a [f64], len: usize, assets: &[usize], selection: &'a mut Vec<f64>) -> &'a [f64] {
    if assets.len() == len {
        return matrix;
    }
    selection.clear();
    for &col in assets {
        selection.extend(assets.iter().map(|&row| matrix[col * len + row]));
    }
    selection
}

/// Scales weights of gross exposure one, and the report on them; returns how far off the result is.
fn normalise(
    normalisation: Normalisation,
    weights: &mut [f64],
    report: &mut RiskReport,
) -> Result<f64, Error> {
    let net = |weights: &[f64]| weights.iter().sum::<f64>();
    let scale = match normalisation {
        Normalisation::Gross => 1.0,
        Normalisation::Net => {
            let net = net(weights);
            if net <= NET {
                return Err(Error::NetNotPositive { net });
            }
            1.0 / net
        }
        Normalisation::Volatility(target) => target / report.risk,
    };
    weights.iter_mut().for_each(|weight| *weight *= scale);
    report.component.iter_mut().for_each(|component| *component *= scale);
    report.risk *= scale;
    Ok(match normalisation {
        Normalisation::Gross => (weights.iter().map(|weight| weight.abs()).sum::<f64>() - 1.0).abs(),
        Normalisation::Net => (net(weights) - 1.0).abs(),
        Normalisation::Volatility(target) => (report.risk / target - 1.0).abs(),
    })
}
