//! `po tail backtest`: models against each other, by their forecasts of history.

mod drawing;
mod forms;
mod standing;
mod table;

use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};

use po_engine::Universe;
use po_engine::threads::{each, processors};

use super::model::Model;
use super::sample::Sample;
use super::walk::{Path, Walk};
use crate::args::TailBacktestArgs;
use crate::error::{Error, ObservationError, SettingsError};
use crate::progress::Bar;
use standing::{Standing, Subject};

/// Returns that a fit is made of, and after how many it is made again, unless others are asked for.
const WINDOW: usize = 1000;
const EVERY: usize = 20;

/// With fewer forecasts than this, the window is made smaller, unless it was asked for.
const FORECASTS: usize = 250;

/// The least window, and the fewest forecasts that are tested.
const LEAST_WINDOW: usize = 50;
const LEAST: usize = 50;

/// The p-value at which a test rejects.
const LEVEL: f64 = 0.05;

/// Forecasts between two looks at the bar.
const TOLD: usize = 64;

/// The outcome of a test of models, and what it was made of.
#[derive(Clone, Debug)]
pub(crate) struct Backtest {
    pub(super) sample: Sample,
    /// Each model, in the order that was asked for.
    standings: Vec<Standing>,
    walk: Walk,
    /// The model that the others are compared with.
    reference: Model,
    /// Of each asset by itself, each model.
    assets: Option<Vec<Vec<Standing>>>,
}

impl Backtest {
    pub(super) fn run<'a>(
        args: &TailBacktestArgs,
        input: Box<dyn Read + 'a>,
        noted: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let race = &args.race;
        let models = race.model.clone().unwrap_or_else(|| Model::TESTED.to_vec());
        if let Some((_, twice)) = models.iter().enumerate().find(|(at, model)| models[..*at].contains(model))
        {
            return Err(SettingsError::ModelTwice { name: twice.to_string() }.into());
        }
        if race.every == Some(0) {
            let (flag, value, expected) = ("--every", 0.0, "at least 1 observation".to_owned());
            return Err(SettingsError::OutOfRange { flag, value, expected }.into());
        }
        if let Some(window) = args.data.window.filter(|window| *window < LEAST_WINDOW) {
            let (flag, value, expected) =
                ("--window", window as f64, format!("at least {LEAST_WINDOW} observations"));
            return Err(SettingsError::OutOfRange { flag, value, expected }.into());
        }
        let mut sample = Sample::read(&args.data, &args.held, None, input, noted)?;
        let walk = Walk {
            window: window(args.data.window, &sample, noted)?,
            every: race.every.unwrap_or(EVERY),
            level: sample.level,
            threshold: args.held.threshold.unwrap_or_default().0,
        };
        let reference = if models.contains(&Model::default()) { Model::default() } else { models[0] };
        let apart = race.each == Some(true) && sample.universe.len() > 1;
        let mut series = vec![sample.series.as_slice()];
        if apart {
            series.extend((0..sample.universe.len()).map(|asset| sample.returns.column(asset)));
        }
        let mut walked = walked(&series, &models, &walk).into_iter();
        let of = |returns: &[f64], name: &Universe, is_simulated: bool, paths: Vec<Path>| {
            let subject = Subject { returns, dates: &sample.dates, name, is_simulated };
            Standing::all(&models, reference, &walk, subject, paths)
        };
        let standings = of(&sample.series, &sample.subject, true, walked.next().unwrap_or_default())?;
        if standings.iter().all(|standing| standing.outcome.is_err()) {
            let reasons: Vec<String> = standings.iter().filter_map(Standing::failure).collect();
            return Err(ObservationError::NoForecast { reasons: reasons.join("; ") }.into());
        }
        let asset = |(asset, paths)| {
            let name = sample.universe.select(&[asset]).map_err(Error::input(&sample.universe))?;
            of(sample.returns.column(asset), &name, false, paths)
        };
        let assets = apart.then(|| walked.enumerate().map(asset).collect::<Result<Vec<_>, Error>>());
        let assets = assets.transpose()?;
        noted.extend(standings.iter().flat_map(Standing::cautions));
        sample.warnings.clone_from(noted);
        Ok(Self { sample, standings, walk, reference, assets })
    }

    /// Returns that were forecast.
    fn forecast(&self) -> usize {
        self.sample.series.len() - self.walk.window
    }
}

/// The window that was asked for, or one that leaves enough to forecast.
fn window(given: Option<usize>, sample: &Sample, noted: &mut Vec<String>) -> Result<usize, ObservationError> {
    let available = sample.series.len();
    let short = |required| {
        let what = "observations, the rows in which every asset has a return";
        ObservationError::TooFewRows { name: sample.file.clone(), rows: available, what, required }
    };
    if let Some(window) = given {
        return if available < window + LEAST { Err(short(window + LEAST)) } else { Ok(window) };
    }
    if available >= WINDOW + FORECASTS {
        return Ok(WINDOW);
    }
    let window = available / 2;
    if window < LEAST_WINDOW.max(LEAST) {
        return Err(short(2 * LEAST_WINDOW.max(LEAST)));
    }
    noted.push(format!(
        "there are {available} observations, so models are fitted to the last {window} instead of {WINDOW}: tails of so few are rough"
    ));
    Ok(window)
}

/// Runs all models through all series, on all processors: of each series, the forecasts of each model.
fn walked(series: &[&[f64]], models: &[Model], walk: &Walk) -> Vec<Vec<Path>> {
    let mut groups = Walk::groups(models);
    // Those that take long begin first, so that all processors have something to do to the end.
    groups.sort_by_key(|group| !group[0].is_searched());
    let pieces: Vec<(usize, usize)> =
        (0..series.len()).flat_map(|series| (0..groups.len()).map(move |group| (series, group))).collect();
    let all: usize = pieces.iter().map(|(at, _)| series[*at].len() - walk.window).sum();
    let (bar, done) = (Bar::new(), AtomicUsize::new(0));
    bar.say("walking through history".to_owned());
    let run = |_: &mut (), _, (at, group): (usize, usize)| {
        walk.run(&groups[group], series[at], || {
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(TOLD) {
                bar.show(done, all);
            }
        })
    };
    let results = each(pieces.clone(), processors(), || (), run);
    let mut walked: Vec<Vec<Path>> = series.iter().map(|_| vec![Path::default(); models.len()]).collect();
    for ((at, group), paths) in pieces.into_iter().zip(results) {
        for (model, path) in groups[group].iter().zip(paths) {
            if let Some(place) = models.iter().position(|known| known == model) {
                walked[at][place] = path;
            }
        }
    }
    walked
}
