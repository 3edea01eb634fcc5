//! Risk budgets under risk measures on scenarios.

mod allocation;
mod interior;
mod model;
mod newton;
mod normal;
mod pairs;
mod params;

pub use allocation::ScenarioAllocation;
pub use params::ScenarioRiskBudgetingParams;

use po_core::simd::{dot, sum};
use po_core::{Allocator, Certificate, InputError, Returns, Solution, Status};

use crate::measure::{MeasureScratch, split};
use crate::{Error, RiskMeasure};
use interior::{Course, Ending, Interior, Shape};
use model::Model;
use newton::{Newton, Smooth};

/// The distance from the solution at which a cold and a warm start begin, in units of the tail.
const COLD_DISTANCE: f64 = 0.1;
const WARM_DISTANCE: f64 = 1e-3;

/// Relative entropy by which worst-case weights may miss that of EVaR, by rounding.
const ENTROPY_ROUNDING: f64 = 1e-9;

/// The long-only portfolio in which each asset has its share of a risk that is measured on scenarios.
///
/// ```text
/// minimise  ρ(x) - Σ_i b_i ln x_i   over x > 0          weights = x / Σ x
/// ```
///
/// At the minimum each asset contributes `x_i g_i = b_i`, with g the marginal risks. All measures here but
/// semi-deviation and EVaR have kinks, and the minimum mostly stands on one: there the marginal risks that
/// keep the budgets belong to scenario weights that are found with the solution, fractions on the scenarios
/// at the edge of the tail. So the contributions in the result equal the budgets, and the gap in its
/// certificate tells how far the scenario weights are from the worst ones.
///
/// No conic solver is used: CVaR, MAD and CDaR take an interior point in which all scenarios are eliminated,
/// semi-deviation and EVaR Newton's method. Where EVaR is the greatest loss, because the scenarios are few or
/// many tie, that is budgeted as CVaR is, and checked to be the answer.
///
/// # Cost
/// Ten to thirty steps of T N²/2 multiplications for N assets with a budget.
///
/// # Examples
/// ```
/// use po_core::{Allocator, Returns};
/// use po_risk_budget::{RiskMeasure, ScenarioRiskBudgeting, ScenarioRiskBudgetingParams};
///
/// // Mean absolute deviations of 2 % and 1 %, never at the same time.
/// let returns = Returns::from_column_slice(4, 2, &[0.04, -0.04, 0.00, 0.00, 0.00, 0.00, 0.02, -0.02])?;
/// let params = ScenarioRiskBudgetingParams { measure: RiskMeasure::Mad, ..Default::default() };
/// let allocation = ScenarioRiskBudgeting::new(params)?.allocate(&returns)?;
/// assert!((allocation.weights().as_slice()[0] - 1.0 / 3.0).abs() < 1e-9);
/// assert!((allocation.decomposition.report.share[0] - 0.5).abs() < 1e-12);
/// # Ok::<(), po_risk_budget::Error>(())
/// ```
///
/// # Source
/// Maillard, Roncalli and Teiletche (2010) for the programme under volatility; Cetingoz, Fermanian and Guéant
/// (2024), "Risk budgeting portfolios: existence and computation", for other measures, CVaR among them.
#[derive(Clone, Debug, PartialEq)]
pub struct ScenarioRiskBudgeting {
    params: ScenarioRiskBudgetingParams,
}

/// Working memory of [`ScenarioRiskBudgeting`].
///
/// # Cost
/// For N assets and T scenarios, beside the returns, in numbers of eight bytes: 2 T N, 2 N², and about thirty
/// T.
#[derive(Clone, Debug, Default)]
pub struct ScenarioScratch {
    model: Model,
    interior: Interior,
    newton: Newton,
    measure: MeasureScratch,
    /// Weights of the assets with a budget, to begin with and in the end.
    x: Vec<f64>,
    /// Their marginal risks.
    marginal: Vec<f64>,
    /// Losses, and the weights of the scenarios.
    losses: Vec<f64>,
    scenario_weights: Vec<f64>,
    /// The weights of all assets.
    weights: Vec<f64>,
    /// Whether the solution stands where the measure is not smooth.
    kinked: bool,
}

impl ScenarioRiskBudgeting {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::Input`] for a tolerance or an iteration limit out of range.
    pub fn new(params: ScenarioRiskBudgetingParams) -> Result<Self, Error> {
        params.check()?;
        Ok(Self { params })
    }

    fn share(&self, returns: &Returns) -> Result<impl Fn(usize) -> f64, InputError> {
        let assets = returns.assets();
        let shares = self.params.budget.as_ref().map(po_core::Budget::shares);
        match shares {
            Some(shares) if shares.len() != assets => {
                let (expected, actual) = (assets, shares.len());
                Err(InputError::LengthMismatch { what: "the risk budget", expected, actual })
            }
            _ => Ok(move |asset: usize| shares.map_or(1.0 / assets as f64, |shares| shares[asset])),
        }
    }
}

impl Allocator for ScenarioRiskBudgeting {
    type Input<'a> = &'a Returns;
    type Scratch = ScenarioScratch;
    type Output = ScenarioAllocation;
    type Error = Error;

    /// Allocates from scenarios.
    ///
    /// # Errors
    /// [`Error::Input`] for a budget of another length, and for a deviation of a single observation;
    /// [`Error::NoRisk`] when a portfolio is met whose risk is zero or less, so that risk cannot be shared.
    fn allocate_into(
        &self,
        returns: &Returns,
        scratch: &mut ScenarioScratch,
        allocation: &mut ScenarioAllocation,
    ) -> Result<(), Error> {
        let ScenarioRiskBudgetingParams { measure, warm_start, .. } = self.params;
        measure.check(returns.observations())?;
        scratch.model.fill(returns, self.share(returns)?, measure.is_deviation());
        let warm = warm_start && scratch.warm(allocation, returns.assets());
        if !warm {
            scratch.cold();
        }
        scratch.scale(measure)?;
        let ending = scratch.solve(measure, warm, &self.params);
        let (status, iterations) = match ending {
            Ending::Weights { status, iterations } => (status, iterations),
            Ending::NoRisk { risk } => return Err(Error::NoRisk { measure: measure.name(), risk }),
        };
        scratch.finish(measure, &self.params, returns, (status, iterations), allocation)?;
        let Solution { iterations, certificate: Certificate { gap, .. }, .. } = allocation.solution;
        tracing::debug!(assets = returns.assets(), %measure, iterations, gap, "allocated");
        Ok(())
    }
}

impl ScenarioScratch {
    /// The weights of the last call, if they fit.
    fn warm(&mut self, allocation: &ScenarioAllocation, assets: usize) -> bool {
        let weights = allocation.weights().as_slice();
        let fits = weights.len() == assets && self.model.assets().iter().all(|&asset| weights[asset] > 0.0);
        if fits {
            self.x.clear();
            self.x.extend(self.model.assets().iter().map(|&asset| weights[asset]));
        }
        fits
    }

    /// The solution for assets that have nothing to do with each other: the root of the budget over the
    /// deviation.
    fn cold(&mut self) {
        let Self { model, x, .. } = self;
        let scenarios = model.scenarios() as f64;
        x.clear();
        x.extend(model.budget().iter().enumerate().map(|(place, budget)| {
            let column = model.column(place);
            let mean = sum(column) / scenarios;
            let variance = dot(column, column) / scenarios - mean * mean;
            // An asset that never moves is left to the measure to refuse.
            let size = if variance > 0.0 { variance } else { 1.0 };
            (budget / size).sqrt()
        }));
    }

    /// Scales the weights to a risk of one.
    fn scale(&mut self, measure: RiskMeasure) -> Result<(), Error> {
        let risk = self.risk(measure);
        if !(risk > 0.0 && risk.is_finite()) {
            return Err(Error::NoRisk { measure: measure.name(), risk: risk / sum(&self.x) });
        }
        self.x.iter_mut().for_each(|x| *x /= risk);
        Ok(())
    }

    /// The risk of `x`; leaves the weights of the scenarios in `scenario_weights`.
    fn risk(&mut self, measure: RiskMeasure) -> f64 {
        self.model.losses(&self.x, &mut self.losses);
        self.scenario_weights.resize(self.losses.len(), 0.0);
        split(measure, &mut self.losses, &mut self.measure.tail, &mut self.scenario_weights)
    }

    /// Solves from `x`, and leaves weights there and the weights of the scenarios in `scenario_weights`.
    fn solve(&mut self, measure: RiskMeasure, warm: bool, params: &ScenarioRiskBudgetingParams) -> Ending {
        let &ScenarioRiskBudgetingParams { tolerance, iteration_limit: limit, .. } = params;
        let course = Course { distance: if warm { WARM_DISTANCE } else { COLD_DISTANCE }, tolerance, limit };
        let scenarios = self.model.scenarios() as f64;
        let (level, drawdown) = (true, false);
        self.kinked = true;
        let shape = match measure {
            RiskMeasure::Cvar { confidence } => {
                Shape { greatest: 1.0 / (scenarios * confidence.tail()), level, drawdown }
            }
            RiskMeasure::Cdar { confidence } => {
                Shape { greatest: 1.0 / (scenarios * confidence.tail()), level, drawdown: true }
            }
            // Deviations have a mean of zero, so that those above it are half of them.
            RiskMeasure::Mad => Shape { greatest: 2.0 / scenarios, level: false, drawdown },
            RiskMeasure::SemiDeviation | RiskMeasure::Evar { .. } => {
                self.newton.x.clone_from(&self.x);
                match self.newton.solve(&self.model, measure, tolerance, limit) {
                    Smooth::Ended(ending) => {
                        self.kinked = false;
                        self.x.clone_from(&self.newton.x);
                        self.scenario_weights.clone_from(&self.newton.weights);
                        return ending;
                    }
                    Smooth::Kink => Shape { greatest: 1.0, level, drawdown },
                }
            }
        };
        self.interior.assets.primal.clone_from(&self.x);
        let ending = self.interior.solve(&self.model, shape, course);
        self.x.clone_from(&self.interior.x);
        if !self.interior.near {
            // Weights of scenarios that are not yet those of any portfolio prove nothing.
            self.kinked = false;
            self.risk(measure);
            return ending;
        }
        self.scenario_weights.clone_from(&self.interior.weights);
        if shape.level {
            let total = self.interior.total;
            self.scenario_weights.iter_mut().for_each(|weight| *weight /= total);
        }
        match (measure, ending) {
            (RiskMeasure::Evar { confidence }, Ending::Weights { iterations, .. })
                if entropy(&self.scenario_weights) > -confidence.tail().ln() + ENTROPY_ROUNDING =>
            {
                // The worst case was asked too much: EVaR does not reach it there.
                self.kinked = false;
                self.risk(measure);
                Ending::Weights { status: Status::Stalled, iterations }
            }
            _ => ending,
        }
    }
}

/// The entropy of weights relative to equal ones.
fn entropy(weights: &[f64]) -> f64 {
    let count = weights.len() as f64;
    weights.iter().filter(|weight| **weight > 0.0).map(|weight| weight * (weight * count).ln()).sum()
}
