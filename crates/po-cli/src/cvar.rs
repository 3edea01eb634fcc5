//! The methods that find the best portfolio by the tail of its losses.

use jiff::civil::DateTime;
use po_engine::convex::{self, Constraint, Constraints, Costs, ShadowPrice};
use po_engine::tail::{
    self, CvarInput, CvarObjective, CvarPortfolio, GroundNorm, MeanCvar, MeanCvarParams, TailMeasure,
    Wasserstein,
};
use po_engine::{Allocator, Confidence, Returns};

use crate::args::{AllocateArgs, Measure, Method};
use crate::error::{Error, SettingsError};
use crate::optimise::RISK_AVERSION;
use crate::outlook::{Basis, Outlook};
use crate::problem::Problem;
use crate::share::confidence;

/// What the optimiser calls its limit on the return.
const TARGET: &str = "target return";

/// The measures, as they are asked for.
const MEASURES: &str = "--risk cvar, evar, worst, cdar, edar, max-drawdown or average-drawdown";

/// The best portfolio; returns are per year, risks per period.
#[derive(Clone, Debug)]
pub(crate) struct TailOptimum {
    pub(crate) objective: CvarObjective,
    pub(crate) measure: Measure,
    pub(crate) confidence: Confidence,
    /// How far the returns may be from those observed.
    pub(crate) radius: Option<f64>,
    pub(crate) portfolio: CvarPortfolio,
    pub(crate) constraints: Constraints,
    /// Where expected returns come from, if they are needed.
    pub(crate) basis: Option<Basis>,
    /// The objective; no portfolio has a better one than `bound`.
    pub(crate) value: f64,
    pub(crate) bound: f64,
    pub(crate) mean: f64,
    pub(crate) cost: f64,
    /// The volatility per year.
    pub(crate) volatility: f64,
    pub(crate) prices: Vec<ShadowPrice>,
    pub(crate) scenarios: usize,
    /// The length of the observations, in years.
    pub(crate) years: f64,
    /// What makes up the risk, the heaviest first.
    pub(crate) worst: Vec<WorstPeriod>,
}

/// A period that makes up the risk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WorstPeriod {
    pub(crate) date: DateTime,
    /// The loss, or the drawdown for measures of drawdowns.
    pub(crate) loss: f64,
    /// Its share of the worst mean.
    pub(crate) share: f64,
}

/// The measure of the tail that a method is about; none where it is about variance, or about neither.
pub(crate) fn measure(args: &AllocateArgs, method: Method) -> Option<Measure> {
    let given = args.risk.measure;
    match method {
        Method::MinCvar | Method::MeanCvar => Some(given.unwrap_or(Measure::Cvar)),
        Method::MaxReturn | Method::MinRisk | Method::MaxSharpe => match given {
            Some(Measure::Volatility | Measure::Variance) => None,
            None => args.objective.cvar_limit.map(|_| Measure::Cvar),
            given => given,
        },
        _ => None,
    }
}

/// Refuses what a method of the tail lacks, and what has a meaning for such methods alone.
pub(crate) fn check(args: &AllocateArgs, method: Method) -> Result<(), SettingsError> {
    let measure = measure(args, method);
    let (radius, limit) = (args.objective.robust, args.objective.cvar_limit);
    let lacks = match measure {
        None if radius.is_some() => Some(("--robust", "--method min-cvar or mean-cvar, or --risk cvar")),
        None if limit.is_some() => Some(("--cvar-limit", MEASURES)),
        Some(measure) if TailMeasure::of(measure.risk(confidence_of_all())).is_err() => {
            Some(("optimisation by a tail", MEASURES))
        }
        Some(measure) if radius.is_some() && measure != Measure::Cvar => Some(("--robust", "--risk cvar")),
        Some(_) if args.objective.target_volatility.is_some() => {
            let flag = "--risk volatility: for measures of a tail there is --cvar-limit";
            Some(("--target-volatility", flag))
        }
        _ => None,
    };
    if let Some((what, flag)) = lacks {
        return Err(SettingsError::Needs { what, flag });
    }
    match radius.filter(|radius| !(radius.is_finite() && *radius >= 0.0)) {
        None => Ok(()),
        Some(value) => {
            let (flag, expected) =
                ("--robust", "a distance of returns of zero or more, such as 0.001".to_owned());
            Err(SettingsError::OutOfRange { flag, value, expected })
        }
    }
}

/// A confidence where any will do.
fn confidence_of_all() -> Confidence {
    MeanCvarParams::default().confidence
}

/// Finds the best portfolio by a measure of the tail.
pub(crate) fn optimise_tail(
    args: &AllocateArgs,
    method: Method,
    measure: Measure,
    problem: &mut Problem,
) -> Result<TailOptimum, Error> {
    let constraints = problem.constraints(&args.limits)?;
    let (periods, years) = (problem.periods(), problem.years());
    let outlook = if method.expects() { Some(Outlook::read(&args.outlook, problem)?) } else { None };
    let universe = problem.universe();
    let refused = |error| Error::tail(universe)(yearly(error, args, periods));
    let mean: Option<Vec<f64>> =
        outlook.as_ref().map(|outlook| outlook.mean.iter().map(|mean| mean / periods).collect());
    let objective = objective(args, method, periods);
    let confidence = confidence(args).map_err(Error::input(universe))?;
    let radius = args.objective.robust;
    let params = MeanCvarParams {
        objective,
        measure: TailMeasure::of(measure.risk(confidence)).map_err(refused)?,
        confidence,
        constraints: Constraints {
            costs: constraints.costs.as_ref().map(|costs| per_period(costs, periods)),
            ..constraints.clone()
        },
        robust: radius.map(|radius| Wasserstein { radius, ground: GroundNorm::default() }),
        ..MeanCvarParams::default()
    };
    let returns = &problem.observations.returns;
    let drawdowns = params.measure.is_drawdown();
    let input = CvarInput { mean: mean.as_deref(), ..CvarInput::from(returns) };
    let portfolio = MeanCvar::new(params).and_then(|optimiser| optimiser.allocate(input)).map_err(refused)?;
    let variance = problem.covariance.portfolio_variance(&portfolio.solution.weights);
    let variance = variance.map_err(Error::input(universe))?;
    let unit = if returned(&objective) { periods } else { 1.0 };
    let prices = portfolio.shadow_prices().into_iter().map(|price| annual(price, unit, periods)).collect();
    let worst = worst(&portfolio, returns, drawdowns, &problem.observations.dates);
    Ok(TailOptimum {
        objective,
        measure,
        confidence,
        radius,
        constraints,
        basis: outlook.as_ref().map(|outlook| outlook.basis),
        value: unit * portfolio.objective,
        bound: unit * portfolio.bound,
        mean: periods * portfolio.mean,
        cost: periods * portfolio.cost,
        volatility: (periods * variance.max(0.0)).sqrt(),
        prices,
        scenarios: returns.observations(),
        years,
        worst,
        portfolio,
    })
}

/// Whether the objective is a return, told per year.
fn returned(objective: &CvarObjective) -> bool {
    matches!(objective, CvarObjective::MaxReturn { .. } | CvarObjective::Utility { .. })
}

/// The objective of a method, per period.
fn objective(args: &AllocateArgs, method: Method, periods: f64) -> CvarObjective {
    let given = &args.objective;
    match method {
        Method::MeanCvar => {
            let risk_aversion = given.risk_aversion.unwrap_or(RISK_AVERSION) / periods;
            CvarObjective::Utility { risk_aversion }
        }
        Method::MaxReturn => {
            CvarObjective::MaxReturn { cvar: given.cvar_limit.map_or(f64::INFINITY, |limit| limit.0) }
        }
        // Without a target, none was needed.
        Method::MinRisk => {
            CvarObjective::MinRisk { target_return: given.target_return.unwrap_or(0.0) / periods }
        }
        Method::MaxSharpe => {
            CvarObjective::MaxRatio { risk_free: args.outlook.risk_free.unwrap_or(0.0) / periods }
        }
        _ => CvarObjective::MinCvar,
    }
}

/// Costs per year, spread over its periods.
fn per_period(costs: &Costs, periods: f64) -> Costs {
    match costs {
        Costs::Uniform(rate) => Costs::Uniform(rate / periods),
        Costs::Each(rates) => Costs::Each(rates.iter().map(|rate| rate / periods).collect()),
    }
}

/// A shadow price of an objective that was multiplied by `unit`; the target return is per year.
fn annual(price: ShadowPrice, unit: f64, periods: f64) -> ShadowPrice {
    let ShadowPrice { constraint, value } = price;
    match constraint {
        Constraint::Row { label, side, limit } if label == TARGET => ShadowPrice {
            constraint: Constraint::Row { label, side, limit: limit * periods },
            value: unit * value / periods,
        },
        constraint => ShadowPrice { constraint, value: unit * value },
    }
}

/// A refusal with returns per year, as they were asked for.
fn yearly(error: tail::Error, args: &AllocateArgs, periods: f64) -> tail::Error {
    use convex::Error::{NoExcessReturn, TargetTooHigh};
    match error {
        tail::Error::Programme(TargetTooHigh { target, greatest }) => {
            let target = args.objective.target_return.unwrap_or(target * periods);
            TargetTooHigh { target, greatest: greatest * periods }.into()
        }
        tail::Error::Programme(NoExcessReturn { greatest, .. }) => {
            let risk_free = args.outlook.risk_free.unwrap_or(0.0);
            NoExcessReturn { greatest: greatest * periods, risk_free }.into()
        }
        error => error,
    }
}

/// The periods that make up the risk, the heaviest first, and among those that weigh the same the worst.
fn worst(
    portfolio: &CvarPortfolio,
    returns: &Returns,
    drawdowns: bool,
    dates: &[DateTime],
) -> Vec<WorstPeriod> {
    let mut losses = vec![0.0; returns.observations()];
    for (asset, weight) in portfolio.solution.weights.as_slice().iter().enumerate() {
        losses.iter_mut().zip(returns.column(asset)).for_each(|(loss, gain)| *loss -= weight * gain);
    }
    if drawdowns {
        let mut depth = 0.0_f64;
        for loss in &mut losses {
            depth = (depth + *loss).max(0.0);
            *loss = depth;
        }
    }
    let mut worst: Vec<WorstPeriod> = portfolio
        .tail
        .iter()
        .filter(|(_, share)| *share > 1e-9)
        .map(|&(row, share)| WorstPeriod { date: dates[row], loss: losses[row], share })
        .collect();
    worst.sort_by(|a, b| b.loss.total_cmp(&a.loss));
    worst
}
