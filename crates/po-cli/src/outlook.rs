//! What returns are expected: by the past, by the user, or by the market and views.

use po_engine::convex::{
    BlackLitterman, BlackLittermanParams, LinearConstraint, Prior, Uncertainty, View, equilibrium,
};
use po_engine::{Covariance, InputError, Universe, convex};

use crate::args::OutlookArgs;
use crate::constraints::{aligned, numbers, portfolio};
use crate::error::{Error, SettingsError};
use crate::problem::{Problem, positive};

/// Excess return of the market per unit of its variance.
const MARKET_RISK_AVERSION: f64 = 2.5;

/// Confidence in a view: as much as in the prior.
const CONFIDENCE: f64 = 0.5;

/// Expected returns and covariance, per year.
#[derive(Clone, Debug)]
pub(crate) struct Outlook {
    pub(crate) mean: Vec<f64>,
    pub(crate) covariance: Covariance,
    pub(crate) basis: Basis,
}

/// What expected returns are based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// The means of the returns.
    Sample,
    /// A file.
    Given,
    /// The market, and views if there are any.
    Market { views: bool },
    /// Views on the means of the returns, or on those of a file.
    Views,
}

impl Basis {
    /// The name for programs.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Sample => "sample-means",
            Self::Given => "means",
            Self::Market { views: false } => "market",
            Self::Market { views: true } => "market-and-views",
            Self::Views => "views",
        }
    }

    /// The same in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Sample => "sample means",
            Self::Given => "as told",
            Self::Market { views: false } => "at which the market is the best portfolio",
            Self::Market { views: true } => "at which the market is the best portfolio, with views",
            Self::Views => "with views",
        }
    }
}

impl Outlook {
    /// The outlook of the flags; warnings go to the observations.
    pub(crate) fn read(args: &OutlookArgs, problem: &mut Problem) -> Result<Self, Error> {
        if args.means.is_some() && args.market.is_some() {
            return Err(SettingsError::MeansAndMarket.into());
        }
        let mut given = Outlook::of_returns(args, problem)?;
        let texts = args.view.as_deref().unwrap_or_default();
        let confidences = confidences(args, texts.len())?;
        if texts.is_empty() {
            return Ok(given);
        }
        let universe = problem.universe();
        let extended = with_groups(universe).map_err(Error::input(universe))?;
        let views: Vec<View> = texts
            .iter()
            .zip(confidences)
            .map(|(text, confidence)| view(text, confidence, problem, &extended))
            .collect::<Result<_, _>>()?;
        let model = BlackLitterman::new(BlackLittermanParams::default());
        let posterior = model
            .and_then(|model| model.posterior(&given.covariance, Prior::Mean(&given.mean), &views))
            .map_err(Error::convex(universe))?;
        given.mean = posterior.moments.mean().to_vec();
        given.covariance = posterior.moments.covariance().clone();
        given.basis = if args.market.is_some() { Basis::Market { views: true } } else { Basis::Views };
        Ok(given)
    }

    /// The outlook before any view.
    fn of_returns(args: &OutlookArgs, problem: &mut Problem) -> Result<Self, Error> {
        let periods = problem.periods();
        let covariance = yearly(&problem.covariance, periods).map_err(Error::input(problem.universe()))?;
        if let Some(path) = &args.means {
            let numbered = numbers(path, "mean", "an annual return such as 0.08")?;
            let (means, _) = aligned(numbered, problem.universe(), problem.names())?;
            let mean = |(asset, mean): (usize, Option<f64>)| {
                mean.ok_or_else(|| SettingsError::NoNumber {
                    file: path.display().to_string(),
                    what: "mean",
                    asset: problem.universe().label(asset),
                })
            };
            let mean = means.into_iter().enumerate().map(mean).collect::<Result<_, _>>()?;
            return Ok(Self { mean, covariance, basis: Basis::Given });
        }
        if let Some(path) = &args.market {
            positive("--market-risk-aversion", args.market_risk_aversion)?;
            let mut warnings = Vec::new();
            let market = portfolio(path, problem.universe(), problem.names(), &mut warnings)?;
            problem.observations.warnings.append(&mut warnings);
            let aversion = args.market_risk_aversion.unwrap_or(MARKET_RISK_AVERSION);
            let mut mean = equilibrium(&covariance, market.as_slice(), aversion)
                .map_err(Error::convex(problem.universe()))?;
            let risk_free = args.risk_free.unwrap_or(0.0);
            mean.iter_mut().for_each(|mean| *mean += risk_free);
            return Ok(Self { mean, covariance, basis: Basis::Market { views: false } });
        }
        if args.market_risk_aversion.is_some() {
            let (what, flag) = ("--market-risk-aversion", "--market FILE");
            return Err(SettingsError::Needs { what, flag }.into());
        }
        let mean = problem.observations.returns.mean().into_iter().map(|mean| mean * periods).collect();
        Ok(Self { mean, covariance, basis: Basis::Sample })
    }
}

/// The covariance of a year of periods.
pub(crate) fn yearly(covariance: &Covariance, periods: f64) -> Result<Covariance, InputError> {
    Covariance::new(covariance.as_view() * periods)
}

/// One confidence for each view.
fn confidences(args: &OutlookArgs, views: usize) -> Result<Vec<f64>, SettingsError> {
    let given = args.view_confidence.as_deref().unwrap_or_default();
    if let Some(&value) = given.iter().find(|confidence| !(0.0..=1.0).contains(*confidence)) {
        let (flag, expected) = ("--view-confidence", "a number from 0 to 1".to_owned());
        return Err(SettingsError::OutOfRange { flag, value, expected });
    }
    match given {
        [] => Ok(vec![CONFIDENCE; views]),
        [_, ..] if views == 0 => Err(SettingsError::Needs { what: "--view-confidence", flag: "--view TEXT" }),
        [one] => Ok(vec![*one; views]),
        several if several.len() == views => Ok(several.to_vec()),
        several => Err(SettingsError::Confidences { confidences: several.len(), views }),
    }
}

/// The assets, and behind them each group that no asset and no other grouping has the name of.
fn with_groups(universe: &Universe) -> Result<Universe, InputError> {
    Universe::new(universe.names().iter().map(String::as_str).chain(groups(universe).map(|(_, group)| group)))
}

/// The groups that a view can be on, with the place of their grouping.
fn groups(universe: &Universe) -> impl Iterator<Item = (usize, &str)> {
    let of = |place: usize| universe.groupings()[place].groups();
    let all: Vec<(usize, &str)> = (0..universe.groupings().len())
        .flat_map(|place| of(place).into_iter().map(move |group| (place, group)))
        .collect();
    let alone = move |name: &str, all: &[(usize, &str)]| {
        all.iter().filter(|(_, other)| *other == name).count() == 1 && universe.index_of(name).is_err()
    };
    let kept: Vec<(usize, &str)> = all.iter().copied().filter(|(_, name)| alone(name, &all)).collect();
    kept.into_iter()
}

/// The view that a text states; a group stands for its assets in equal parts.
fn view(text: &str, confidence: f64, problem: &Problem, extended: &Universe) -> Result<View, Error> {
    let universe = problem.universe();
    let bad = |reason: String| Error::from(SettingsError::BadView { text: text.to_owned(), reason });
    let stated = LinearConstraint::parse(text, extended).map_err(|error| match error {
        convex::Error::Input(InputError::UnknownName { kind, name, nearest }) => {
            let place = format!("--view {text:?}");
            problem.limits.unknown(kind, name, place, nearest.as_ref(), problem.names()).into()
        }
        convex::Error::Syntax { at, expected, .. } => bad(format!("at character {at}, expected {expected}")),
        error => Error::convex(universe)(error),
    })?;
    if stated.lower() < stated.upper() {
        return Err(bad("expected ==, as in 'AAPL - MSFT == 0.02'".to_owned()));
    }
    let mut exposures = vec![0.0; universe.len()];
    let groups: Vec<(usize, &str)> = groups(universe).collect();
    for &(place, exposure) in stated.terms() {
        match place.checked_sub(universe.len()).and_then(|group| groups.get(group)) {
            None => exposures[place] += exposure,
            Some((grouping, group)) => {
                let members =
                    universe.groupings()[*grouping].members(group).map_err(Error::input(universe))?;
                let each = exposure / members.len() as f64;
                members.into_iter().for_each(|member| exposures[member] += each);
            }
        }
    }
    Ok(View::new(text, exposures, stated.lower(), Uncertainty::Confidence(confidence)))
}
