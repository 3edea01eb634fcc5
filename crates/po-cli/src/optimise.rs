//! The methods that find the best portfolio within constraints.

use po_engine::convex::{
    Constraints, Markowitz, MarkowitzInput, MarkowitzParams, MeanUncertainty, Objective, Portfolio,
    Semidefinite,
};
use po_engine::{Allocator, Covariance};

use crate::args::{AllocateArgs, Method};
use crate::error::Error;
use crate::outlook::{Basis, Outlook, yearly};
use crate::problem::Problem;

/// What a unit of variance is charged unless told otherwise, halved: as the market charges it.
pub(crate) const RISK_AVERSION: f64 = 2.5;

/// The radius of the ellipsoid of means, in standard errors, unless told otherwise.
const KAPPA: f64 = 1.0;

/// The best portfolio, in figures per year, and what it is the best of.
#[derive(Clone, Debug)]
pub(crate) struct Optimum {
    pub(crate) objective: Objective,
    pub(crate) portfolio: Portfolio,
    pub(crate) constraints: Constraints,
    /// Where expected returns come from, if they are needed.
    pub(crate) basis: Option<Basis>,
    /// The length of the observations, in years.
    pub(crate) years: f64,
}

/// Finds the best portfolio; a covariance that views have changed comes back, per period.
pub(crate) fn optimise(
    args: &AllocateArgs,
    method: Method,
    problem: &mut Problem,
) -> Result<(Optimum, Option<Covariance>), Error> {
    let constraints = problem.constraints(&args.limits)?;
    let (periods, years) = (problem.periods(), problem.years());
    let objective = objective(args, method, years);
    let semidefinite = args.data.semidefinite.map_or_else(Semidefinite::default, Semidefinite::from);
    let params = MarkowitzParams { objective, constraints, semidefinite, ..MarkowitzParams::default() };
    let outlook = if method.expects() { Some(Outlook::read(&args.outlook, problem)?) } else { None };
    let universe = problem.universe();
    let yearly = match &outlook {
        Some(outlook) => outlook.covariance.clone(),
        None => yearly(&problem.covariance, periods).map_err(Error::input(universe))?,
    };
    let mean = outlook.as_ref().map(|outlook| outlook.mean.as_slice());
    let markowitz = Markowitz::new(params).map_err(Error::convex(universe))?;
    let input = MarkowitzInput { risk: (&yearly).into(), mean };
    let portfolio = markowitz.allocate(input).map_err(Error::convex(universe))?;
    let changed = args.outlook.view.is_some();
    let covariance = changed.then(|| Covariance::new(yearly.as_view() / periods)).transpose();
    let basis = outlook.as_ref().map(|outlook| outlook.basis);
    let constraints = markowitz.params().constraints.clone();
    let optimum = Optimum { objective, portfolio, constraints, basis, years };
    Ok((optimum, covariance.map_err(Error::input(universe))?))
}

/// The objective of a method, per year.
fn objective(args: &AllocateArgs, method: Method, years: f64) -> Objective {
    let risk_aversion = args.objective.risk_aversion.unwrap_or(RISK_AVERSION);
    match method {
        Method::MeanVariance => Objective::Utility { risk_aversion },
        Method::MaxReturn => {
            Objective::MaxReturn { volatility: args.objective.target_volatility.unwrap_or(f64::INFINITY) }
        }
        Method::MinRisk => {
            // Without a target, none was needed.
            Objective::MinRisk { target_return: args.objective.target_return.unwrap_or(0.0) }
        }
        Method::MaxSharpe => Objective::MaxSharpe { risk_free: args.outlook.risk_free.unwrap_or(0.0) },
        Method::MaxDiversification => Objective::MaxDiversification,
        Method::MaxDecorrelation => Objective::MaxDecorrelation,
        Method::MinTrackingError => Objective::MinTrackingError,
        Method::Robust => Objective::Robust {
            risk_aversion,
            kappa: args.objective.kappa.unwrap_or(KAPPA),
            // An annual mean over so many years has the annual covariance divided by the years.
            uncertainty: MeanUncertainty::Sample { observations: years },
        },
        _ => Objective::MinVariance,
    }
}
