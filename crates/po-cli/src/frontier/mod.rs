//! `po frontier`: the best portfolio for each return, from the least risk to the greatest return.

mod labels;
mod page;
mod plot;
mod report;

use std::io::Read;
use std::path::Path;

use jiff::civil::DateTime;
use po_engine::convex::{
    self, FrontierParams, Markowitz, MarkowitzInput, MarkowitzParams, Objective, Portfolio, Semidefinite,
    frontier,
};
use po_engine::{Allocator, Status};

use crate::args::{FrontierArgs, Output};
use crate::calendar::Calendar;
use crate::error::{Error, SettingsError};
use crate::outlook::{Basis, Outlook};
use crate::picture;
use crate::problem::Problem;

/// How many portfolios are shown unless told otherwise.
const POINTS: usize = 20;

/// How many portfolios make a line that looks smooth.
const SMOOTH: usize = 121;

/// The efficient frontier, in figures per year.
#[derive(Clone, Debug)]
pub(crate) struct Frontier {
    pub(crate) names: Vec<String>,
    /// Volatility and expected return of each asset.
    pub(crate) assets: Vec<(f64, f64)>,
    /// From the least variance to the greatest return.
    pub(crate) points: Vec<Portfolio>,
    /// The portfolio with the greatest Sharpe ratio, if one beats what is free of risk.
    pub(crate) tangency: Option<Portfolio>,
    /// As `points`, near enough to each other to be drawn; empty where nothing is.
    pub(crate) curve: Vec<(f64, f64)>,
    pub(crate) risk_free: f64,
    pub(crate) basis: Basis,
    pub(crate) observations: usize,
    /// Dates of the first and the last observation.
    pub(crate) span: (DateTime, DateTime),
    pub(crate) calendar: Calendar,
    pub(crate) warnings: Vec<String>,
}

/// Runs the command with its settings merged; `input` is standard input.
pub(crate) fn trace<'a>(args: &FrontierArgs, input: Box<dyn Read + 'a>) -> Result<Frontier, Error> {
    let points = args.report.points.unwrap_or(POINTS);
    check(args, points)?;
    let mut problem = Problem::read(&args.data, &args.limits, input)?;
    let constraints = problem.constraints(&args.limits)?;
    let outlook = Outlook::read(&args.outlook, &mut problem)?;
    let universe = problem.universe().clone();
    let names = universe.names().to_vec();
    let refused = Error::convex(&universe);
    let semidefinite = args.data.semidefinite.map_or_else(Semidefinite::default, Semidefinite::from);
    let input = MarkowitzInput { risk: (&outlook.covariance).into(), mean: Some(&outlook.mean) };
    let params = FrontierParams { points, constraints, semidefinite, ..FrontierParams::default() };
    let found = frontier(&params, input).map_err(&refused)?;
    let is_drawn = args.report.plot.is_some() || args.report.output.is_some_and(Output::is_drawn);
    let smooth = is_drawn && params.constraints.is_convex() && points < SMOOTH;
    let place = |portfolio: &Portfolio| (portfolio.volatility(), net(portfolio));
    let curve = if smooth {
        let params = FrontierParams { points: SMOOTH, ..params.clone() };
        frontier(&params, input).map_err(&refused)?.iter().map(place).collect()
    } else if is_drawn {
        found.iter().map(place).collect()
    } else {
        Vec::new()
    };
    let risk_free = args.outlook.risk_free.unwrap_or(0.0);
    let objective = Objective::MaxSharpe { risk_free };
    let FrontierParams { constraints, .. } = params;
    let params = MarkowitzParams { objective, constraints, semidefinite, ..MarkowitzParams::default() };
    let mut warnings = std::mem::take(&mut problem.observations.warnings);
    let tangency = match Markowitz::new(params).and_then(|markowitz| markowitz.allocate(input)) {
        Ok(portfolio) => Ok(portfolio),
        Err(convex::Error::NoExcessReturn { greatest, .. }) => Err(format!(
            "no portfolio has a Sharpe ratio above zero: the greatest return above the risk-free one is {:.2} % a year",
            100.0 * greatest
        )),
        Err(convex::Error::Riskless { asset, .. }) => {
            let safe = asset.map_or("a portfolio", |asset| names[asset].as_str());
            Err(format!(
                "{safe} returns more than the risk-free rate without risk, so Sharpe ratios have no greatest value"
            ))
        }
        Err(error) => return Err(refused(error)),
    };
    let tangency = tangency.map_err(|warning| warnings.push(warning)).ok();
    let stopped = found.iter().filter(|point| point.solution.status != Status::Converged).count();
    if stopped > 0 {
        warnings.push(format!(
            "{stopped} of {points} searches ended before their tolerances were met: judge the points by the certificate"
        ));
    }
    let observations = &problem.observations;
    Ok(Frontier {
        names,
        assets: outlook.covariance.volatilities().into_iter().zip(outlook.mean.iter().copied()).collect(),
        points: found,
        tangency,
        curve,
        risk_free,
        basis: outlook.basis,
        observations: observations.dates.len(),
        span: (observations.dates[0], observations.dates[observations.dates.len() - 1]),
        calendar: observations.calendar,
        warnings,
    })
}

impl Frontier {
    /// The frontier as it is written, ending in a line feed.
    pub(crate) fn written(&self, output: Output) -> Result<String, Error> {
        match output {
            Output::Table => Ok(report::table(self)),
            Output::Json => report::json(self),
            Output::Csv => report::csv(self),
            Output::Svg | Output::Html => {
                picture::written(output, plot::svg(self), |svg| page::html(self, svg))
            }
        }
    }

    /// Draws the frontier into a file.
    pub(crate) fn draw(&self, path: &Path) -> Result<(), Error> {
        picture::save(path, plot::svg(self), |picture| page::html(self, picture))
    }

    /// Excess return over volatility; none without volatility.
    pub(crate) fn sharpe(&self, portfolio: &Portfolio) -> Option<f64> {
        let volatility = portfolio.volatility();
        (volatility > 0.0).then(|| (net(portfolio) - self.risk_free) / volatility)
    }

    /// The heaviest assets of a portfolio, in order, as `name weight`, and how many more have a weight.
    pub(crate) fn heaviest(&self, portfolio: &Portfolio, most: usize) -> (Vec<(usize, f64)>, usize) {
        const NO_WEIGHT: f64 = 5e-5;
        let weights = portfolio.solution.weights.as_slice();
        let mut held: Vec<(usize, f64)> =
            weights.iter().copied().enumerate().filter(|(_, weight)| weight.abs() >= NO_WEIGHT).collect();
        held.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        let more = held.len().saturating_sub(most);
        held.truncate(most);
        (held, more)
    }
}

/// Expected return less costs.
pub(crate) fn net(portfolio: &Portfolio) -> f64 {
    portfolio.mean.unwrap_or(0.0) - portfolio.cost
}

/// What can be told to be wrong before the file is read.
fn check(args: &FrontierArgs, points: usize) -> Result<(), SettingsError> {
    if points < 2 {
        let (flag, value, expected) = ("--points", points as f64, "at least 2 portfolios".to_owned());
        return Err(SettingsError::OutOfRange { flag, value, expected });
    }
    if let Some(value) = args.outlook.risk_free.filter(|value| !value.is_finite()) {
        let (flag, expected) = ("--risk-free", "a finite number".to_owned());
        return Err(SettingsError::OutOfRange { flag, value, expected });
    }
    picture::check(args.report.plot.as_deref())
}
