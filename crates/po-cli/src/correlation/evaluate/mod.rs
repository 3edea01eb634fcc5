//! `po correlation --evaluate`: which estimator of the covariance foretells best what comes next.

mod entrants;
mod forms;
mod progress;
mod table;

use jiff::civil::DateTime;
use po_engine::correlation::evaluate::{
    Evaluation, Fits, ForecastError, ModelConfidenceSetParams, Outcome, Race, RaceError, RaceParams,
};
use po_engine::{BootstrapParams, InputError, Universe, correlation};

use super::sample::{About, Sample, Until, alone};
use crate::args::{CorrelationArgs, DataArgs, EvaluateArgs, LimitArgs, Output};
use crate::data::show_date;
use crate::error::{Error, ObservationError, SettingsError};
use crate::problem::check;
use entrants::{Choice, LeftOut, parse, schedule, suitable};
use progress::Meter;

/// With fewer observations to score, the library refuses.
const LEAST: usize = 20;

/// The outcome of a comparison, and what it was made of.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    standings: Vec<Standing>,
    left_out: Vec<LeftOut>,
    in_sample: usize,
    every: usize,
    window: Option<usize>,
    /// The probability with which the set of those that may be the best holds the best.
    confidence: f64,
    seed: u64,
    /// How many observations were scored, and the date of the first of them.
    scored: (usize, DateTime),
    pub(crate) about: About,
}

/// How one estimator did, or when and why it failed.
#[derive(Clone, Debug)]
struct Standing {
    name: String,
    /// The flags that choose it where a portfolio is allocated.
    flags: String,
    outcome: Result<Outcome, Failure>,
}

/// When and why an estimator failed.
#[derive(Clone, Debug)]
struct Failure {
    date: DateTime,
    reason: String,
}

/// Whether estimators are to be compared; refuses flags that mean nothing then, or only then.
pub(super) fn is_asked_for(args: &CorrelationArgs) -> Result<bool, SettingsError> {
    let EvaluateArgs { evaluate, entrants, in_sample, every, confidence_set, seed } = &args.evaluate;
    let asked = *evaluate == Some(true);
    if !asked {
        let given = [
            ("--entrants", entrants.is_some()),
            ("--in-sample", in_sample.is_some()),
            ("--every", every.is_some()),
            ("--confidence-set", confidence_set.is_some()),
            ("--seed", seed.is_some()),
        ];
        return match given.iter().find(|(_, given)| *given) {
            Some((what, _)) => Err(SettingsError::Needs { what, flag: "--evaluate" }),
            None => Ok(false),
        };
    }
    let (data, report) = (&args.data, &args.report);
    let others = [
        ("--pairs", report.pairs.is_some(), "it is about the whole covariance"),
        ("--plot", report.plot.is_some(), "there is no picture of it"),
        ("--output svg", report.output == Some(Output::Svg), "there is no picture of it"),
        ("--output html", report.output == Some(Output::Html), "there is no picture of it"),
        ("--model", data.covariance.is_some(), "--entrants chooses the estimators"),
        ("--half-life", data.half_life.is_some(), "--entrants takes one, such as ewma=30"),
        ("--semidefinite", data.semidefinite.is_some(), "forecasts are scored as they are"),
    ];
    match others.iter().find(|(_, given, _)| *given) {
        Some((flag, _, reason)) => Err(SettingsError::NotWithEvaluate { flag, reason }),
        None => Ok(true),
    }
}

/// The settings of the race, each within its range.
fn race_params(args: &EvaluateArgs) -> Result<RaceParams, SettingsError> {
    let out = |flag, value, expected: &str| {
        Err(SettingsError::OutOfRange { flag, value, expected: expected.to_owned() })
    };
    let default = RaceParams::default();
    let in_sample = args.in_sample.unwrap_or(default.in_sample);
    if in_sample < 2 {
        return out("--in-sample", in_sample as f64, "at least 2 observations");
    }
    if args.every == Some(0) {
        return out("--every", 0.0, "at least 1 observation");
    }
    let mut confidence_set: ModelConfidenceSetParams = default.confidence_set;
    if let Some(confidence) = args.confidence_set {
        if !(confidence > 0.0 && confidence < 1.0) {
            return out("--confidence-set", confidence, "a number between 0 and 1, such as 0.9");
        }
        confidence_set.level = 1.0 - confidence;
    }
    let seed = args.seed.unwrap_or(confidence_set.bootstrap.seed);
    confidence_set.bootstrap = BootstrapParams { seed, ..confidence_set.bootstrap };
    Ok(RaceParams { in_sample, confidence_set, ..default })
}

impl Comparison {
    /// Runs the race; `input` is standard input, and what is noted of the data before a refusal is added to `noted`.
    pub(super) fn run<'a>(
        args: &CorrelationArgs,
        until: Option<&Until>,
        input: Box<dyn std::io::Read + 'a>,
        noted: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let params = race_params(&args.evaluate)?;
        let chosen = args.evaluate.entrants.as_deref().map(parse).transpose()?;
        check(&args.data, &LimitArgs::default())?;
        let window = args.data.window;
        // The window is that of each fit, not that of the data.
        let data = DataArgs { window: None, ..args.data.clone() };
        let sample = Sample::read(&data, until, input, noted)?;
        let about = sample.about();
        check_size(&about, &sample, params.in_sample, window)?;
        let first_fit = window.map_or(params.in_sample, |window| window.min(params.in_sample));
        let (chosen, left_out) =
            chosen.map_or_else(|| suitable(about.assets, first_fit), |chosen| (chosen, Vec::new()));
        let evaluation = race(&sample, params, &chosen, args.evaluate.every, window)?;
        let observations = &sample.observations;
        let standings: Vec<Standing> = evaluation
            .standings
            .into_iter()
            .zip(chosen)
            .map(|(standing, choice)| {
                let outcome = standing.outcome.map_err(|error| Failure {
                    date: observations.dates[error.bar],
                    reason: reason(&error.cause, &observations.universe),
                });
                Standing { name: standing.name, flags: choice.flags(), outcome }
            })
            .collect();
        if standings.iter().all(|standing| standing.outcome.is_err()) {
            let reasons: Vec<String> = standings.iter().filter_map(Standing::failure).collect();
            return Err(ObservationError::NoForecast { reasons: reasons.join("; ") }.into());
        }
        Ok(Self {
            standings,
            left_out,
            in_sample: params.in_sample,
            every: schedule(args.evaluate.every, window).every,
            window,
            confidence: args.evaluate.confidence_set.unwrap_or(1.0 - params.confidence_set.level),
            seed: params.confidence_set.bootstrap.seed,
            scored: (evaluation.bars, observations.dates[params.in_sample]),
            about,
        })
    }

    /// Those that came through.
    fn outcomes(&self) -> impl Iterator<Item = (&str, &Outcome)> {
        self.standings
            .iter()
            .filter_map(|standing| Some((standing.name.as_str(), standing.outcome.as_ref().ok()?)))
    }

    /// A name, and the flags by which other commands use it.
    fn used(&self, name: &str) -> String {
        let standing = self.standings.iter().find(|standing| standing.name == name);
        standing.map_or(String::new(), |standing| format!("{name} ({})", standing.flags))
    }

    /// The one with the least of something.
    fn least(&self, merit: impl Fn(&Outcome) -> f64) -> Option<(&str, &Outcome)> {
        self.outcomes().min_by(|one, other| merit(one.1).total_cmp(&merit(other.1)))
    }

    /// From a volatility per period to one per year.
    fn annual(&self) -> f64 {
        self.about.calendar.periods_per_year.sqrt()
    }
}

impl Standing {
    /// `dcc, in 3 of 40 fits`, where searches did not converge.
    fn unconverged(&self) -> Option<String> {
        let Fits { count, unconverged } = self.outcome.as_ref().ok()?.scores.fits;
        (unconverged > 0).then(|| format!("{}, in {unconverged} of {count} fits", self.name))
    }

    /// `sample, on 2024-03-01: why`
    fn failure(&self) -> Option<String> {
        let failure = self.outcome.as_ref().err()?;
        Some(format!("{}, on {}: {}", self.name, show_date(failure.date), failure.reason))
    }
}

/// What an estimator failed of, with the names of assets.
fn reason(cause: &ForecastError, universe: &Universe) -> String {
    match cause {
        ForecastError::Estimator(correlation::Error::Input(InputError::NotPositiveDefinite { .. })) => {
            "its forecast is singular, and scores need an inverse; more observations or fewer assets would help"
                .to_owned()
        }
        cause => cause.named(universe),
    }
}

fn check_size(
    about: &About,
    sample: &Sample,
    in_sample: usize,
    window: Option<usize>,
) -> Result<(), ObservationError> {
    let (name, available) = (sample.file.clone(), about.observations);
    if about.assets < 2 {
        return Err(alone(name));
    }
    if available < in_sample.saturating_add(LEAST) {
        let left_out = sample.left_out;
        return Err(ObservationError::TooShort { name, available, in_sample, scored: LEAST, left_out });
    }
    match window.filter(|window| *window > available) {
        Some(window) => Err(ObservationError::Window { window, available }),
        None => Ok(()),
    }
}

fn race(
    sample: &Sample,
    params: RaceParams,
    chosen: &[Choice],
    every: Option<usize>,
    window: Option<usize>,
) -> Result<Evaluation, Error> {
    let observations = &sample.observations;
    let (returns, failed) = (&observations.returns, Error::correlation(&observations.universe));
    let schedule = schedule(every, window);
    // Those that take long begin first, so that all processors have something to do to the end.
    let mut order: Vec<usize> = (0..chosen.len()).collect();
    order.sort_by_key(|&place| !chosen[place].takes_long());
    let entrants = order.iter().map(|&place| chosen[place].entrant(schedule, returns.assets()));
    let entrants = entrants.collect::<Result<Vec<_>, _>>().map_err(&failed)?;
    let mut meter = Meter::new();
    let evaluation =
        Race::new(params).map_err(&failed)?.run(returns, entrants, |progress| meter.show(progress));
    let mut evaluation = evaluation.map_err(|error| match error {
        RaceError::Input(error) => failed(error),
        // Nobody cancels it.
        error => ObservationError::NoForecast { reasons: error.to_string() }.into(),
    })?;
    let mut placed: Vec<_> = order.into_iter().zip(evaluation.standings).collect();
    placed.sort_by_key(|(place, _)| *place);
    evaluation.standings = placed.into_iter().map(|(_, standing)| standing).collect();
    Ok(evaluation)
}
