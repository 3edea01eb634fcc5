//! The methods that share risk by a budget.

use po_engine::convex::Constraints;
use po_engine::risk_budget::{
    ConstrainedRiskBudgetParams, ConstrainedRiskBudgeting, Obstacle, RiskBudgetParams, RiskBudgeting,
    RiskMeasure, RiskReport, ScenarioRiskBudgeting, ScenarioRiskBudgetingParams,
};
use po_engine::{Allocator, Budget, Confidence, InputError, Solution};

use crate::args::{AllocateArgs, LimitArgs, Measure};
use crate::budget::budget;
use crate::error::{Error, SettingsError};
use crate::problem::Problem;

/// Confidence of measures of the tail, unless told otherwise.
const CONFIDENCE: f64 = 0.95;

/// A portfolio in which each asset has its share of the risk.
#[derive(Clone, Debug)]
pub(crate) struct RiskShares {
    pub(crate) measure: Measure,
    pub(crate) confidence: Confidence,
    pub(crate) solution: Solution,
    /// Risk per period, and how it splits.
    pub(crate) report: RiskReport,
    /// What the weights had to satisfy besides, and what became of the budget.
    pub(crate) limited: Option<Limited>,
}

/// A risk budget under constraints.
#[derive(Clone, Debug)]
pub(crate) struct Limited {
    pub(crate) constraints: Constraints,
    /// The root of the sum of the squared distances of the shares from their budgets.
    pub(crate) distance: f64,
    /// Whether the budget is met.
    pub(crate) is_met: bool,
    /// What stands in its way, the most costly first.
    pub(crate) obstacles: Vec<Obstacle>,
}

/// Shares risk: equally, unless there is a budget.
pub(crate) fn share(args: &AllocateArgs, problem: &mut Problem) -> Result<RiskShares, Error> {
    let assets = problem.universe().len();
    let budget = match &args.risk.budget {
        Some(text) => budget(text, problem)?,
        None => Budget::equal(assets).map_err(Error::input(problem.universe()))?,
    };
    let universe = problem.universe();
    let refused = Error::risk_budget(universe);
    let measure = args.risk.measure.unwrap_or_default();
    let confidence = confidence(args).map_err(Error::input(universe))?;
    let scenarios = match measure {
        Measure::Volatility => None,
        Measure::Cvar => Some(RiskMeasure::Cvar { confidence }),
        Measure::Cdar => Some(RiskMeasure::Cdar { confidence }),
        Measure::Mad => Some(RiskMeasure::Mad),
        Measure::SemiDeviation => Some(RiskMeasure::SemiDeviation),
        Measure::Evar => Some(RiskMeasure::Evar { confidence }),
        _ => {
            let what = "a risk budget";
            let flag = "--risk volatility, cvar, cdar, mad, semi-deviation or evar";
            return Err(SettingsError::Needs { what, flag }.into());
        }
    };
    if scenarios.is_some() && is_limited(&args.limits) {
        let (what, flag) = ("a risk budget within constraints", "--risk volatility");
        return Err(SettingsError::Needs { what, flag }.into());
    }
    let mut limited = None;
    let (solution, report) = match scenarios {
        None if is_limited(&args.limits) => {
            let (budget, constraints) = (Some(budget), problem.constraints(&args.limits)?);
            let params = ConstrainedRiskBudgetParams {
                budget,
                constraints: constraints.clone(),
                ..ConstrainedRiskBudgetParams::default()
            };
            let budgeting = ConstrainedRiskBudgeting::new(params).map_err(&refused)?;
            let allocation = budgeting.allocate(&problem.covariance).map_err(&refused)?;
            let (distance, is_met, obstacles) =
                (allocation.distance, allocation.is_met, allocation.obstacles());
            limited = Some(Limited { constraints, distance, is_met, obstacles });
            (allocation.solution, allocation.report)
        }
        None => {
            let params = RiskBudgetParams { budget: Some(budget), ..RiskBudgetParams::default() };
            let budgeting = RiskBudgeting::new(params).map_err(&refused)?;
            let allocation = budgeting.allocate((&problem.covariance).into()).map_err(&refused)?;
            (allocation.solution, allocation.report)
        }
        Some(measure) => {
            let budget = Some(budget);
            let params = ScenarioRiskBudgetingParams { measure, budget, ..Default::default() };
            let budgeting = ScenarioRiskBudgeting::new(params).map_err(&refused)?;
            let allocation = budgeting.allocate(&problem.observations.returns).map_err(&refused)?;
            (allocation.solution, allocation.decomposition.report)
        }
    };
    Ok(RiskShares { measure, confidence, solution, report, limited })
}

/// The confidence of measures of a tail.
pub(crate) fn confidence(args: &AllocateArgs) -> Result<Confidence, InputError> {
    Confidence::new(args.risk.confidence.unwrap_or(CONFIDENCE))
}

/// Whether weights have to satisfy more than to sum to one.
fn is_limited(args: &LimitArgs) -> bool {
    let texts = [&args.bounds, &args.group_bounds, &args.constraint];
    texts.into_iter().any(Option::is_some) || args.constraints.is_some()
}
