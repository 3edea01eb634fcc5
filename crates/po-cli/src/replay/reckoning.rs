//! All that a report tells: the engine and its benchmarks through the past, and the account of the engine.

use std::thread;
use std::time::Duration;

use po_engine::Universe;
use po_engine::attribution::{Keep, Rollup};
use po_engine::stream::{Engine, EngineConfig, EngineError, Outcome};

use super::attribution::{Attribution, Months, lines};
use super::benchmark::{Hold, equal_weight};
use super::fault;
use super::history::History;
use super::incidents::Incidents;
use super::summary::{Span, Summary};
use super::track::Track;
use super::watch::Watch;
use crate::args::RunArgs;
use crate::constraints::Groups;
use crate::error::{Error, ObservationError, RunError};
use crate::observations::listed;
use crate::progress::Bar as Progress;

/// The engine and its benchmarks, in the order of reports.
pub(super) const NAMES: [&str; 3] = ["engine", "equal weight", "buy and hold"];

/// The bar is redrawn this often.
const REDRAWN: usize = 16;

/// A path has about so many points in pictures.
pub(super) const POINTS: usize = 500;

/// What is told.
#[derive(Clone, Debug)]
pub(super) struct Reckoning {
    pub(super) history: History,
    pub(super) span: Span,
    pub(super) tracks: [Track; 3],
    pub(super) summaries: [Summary; 3],
    pub(super) attribution: Attribution,
    /// Bars that pictures show, and what lines by decision had added up to by then.
    pub(super) shown: Vec<(usize, Vec<f64>)>,
    /// The weights of the engine at each bar that is shown.
    pub(super) weights: Vec<Vec<f64>>,
    pub(super) incidents: Incidents,
    pub(super) speed: Speed,
    /// What the user should know of.
    pub(super) notes: Vec<String>,
}

/// How fast the engine was; the only part of a report that differs from run to run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speed {
    pub(super) median: Duration,
    pub(super) high: Duration,
    pub(super) longest: Duration,
    pub(super) bars_per_second: f64,
}

/// What the engine leaves behind.
struct Run {
    track: Track,
    attribution: Attribution,
    shown: Vec<(usize, Vec<f64>)>,
    weights: Vec<Vec<f64>>,
    incidents: Incidents,
    speed: Speed,
}

impl Reckoning {
    /// Reads the history and runs all portfolios through it.
    pub(super) fn of(args: &RunArgs, config: &EngineConfig) -> Result<Self, Error> {
        let fault = fault(args);
        let groups = args.history.groups.as_deref().map(Groups::read).transpose()?;
        let history = History::read(args, config)?;
        if !config.attribution.factors.is_empty() {
            let config = args.config.display().to_string();
            return Err(RunError::NoFactors { config, name: history.file }.into());
        }
        let universe = Universe::new(history.names.iter().cloned()).map_err(|error| fault(error.into()))?;
        let mut notes = history.notes.clone();
        let universe = match &groups {
            Some(groups) => grouped(groups, universe, &mut notes)?,
            None => universe,
        };
        let mut config = EngineConfig { assets: history.names.clone(), ..config.clone() };
        config.attribution.keep = kept(&history);
        // The engine has a thread of its own; its benchmarks are faster together than it is alone.
        let (run, equal, held) = thread::scope(|scope| {
            let benchmarks = scope.spawn(|| {
                let watch = Watch::default();
                let mut engine =
                    Engine::with_stages(equal_weight(&config), (watch.clone(),)).map_err(&fault)?;
                let equal = Track::run(&mut engine, &history, &watch, |_, _| {});
                let stages = (Hold::default(), watch.clone());
                let mut engine = Engine::with_stages(equal_weight(&config), stages).map_err(&fault)?;
                let held = Track::run(&mut engine, &history, &watch, |_, _| {});
                Ok::<_, Error>((equal, held))
            });
            let run = run(config.clone(), &history, &universe).map_err(&fault);
            match benchmarks.join() {
                Ok(benchmarks) => benchmarks.and_then(|(equal, held)| Ok((run?, equal, held))),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })?;
        let Some(first) = run.track.first.filter(|first| first + 1 < history.len()) else {
            let (rows, what) = (history.len(), "bars, with which no asset is known well enough to be held");
            return Err(
                ObservationError::TooFewRows { name: history.file, rows, what, required: rows + 1 }.into()
            );
        };
        let span = Span {
            first,
            periods_per_year: history.calendar.periods_per_year,
            risk_free: config.trading.cash_return,
            band: config.budget.as_ref().map(|budget| budget.band),
        };
        let tracks = [run.track, equal, held];
        let summaries = tracks.each_ref().map(|track| Summary::of(track, span));
        Ok(Self {
            span,
            tracks,
            summaries,
            attribution: run.attribution,
            shown: run.shown,
            weights: run.weights,
            incidents: run.incidents,
            speed: run.speed,
            notes,
            history,
        })
    }

    /// The returns of a portfolio, from the bar after the first decision on.
    pub(super) fn returns(&self, number: usize) -> Vec<f64> {
        self.tracks[number].returns_after(self.span.first)
    }
}

/// Runs the engine itself.
fn run(config: EngineConfig, history: &History, universe: &Universe) -> Result<Run, EngineError> {
    let watch = Watch::default();
    let (base, capital) = (config.attribution.base, config.capital);
    let mut engine = Engine::with_stages(config, (watch.clone(),))?;
    let (progress, all) = (Progress::new(), history.len());
    // The watch stands last, and is no decision.
    let stages: Vec<&str> = engine.stages().iter().copied().take(engine.stages().len() - 1).collect();
    let (mut shown, mut weights) = (Vec::new(), Vec::new());
    let (mut incidents, mut months) = (Incidents::default(), Months::new());
    let every = all.div_ceil(POINTS);
    let track = Track::run(&mut engine, history, &watch, |row, engine| {
        let decision = engine.decision();
        incidents.note(row, decision, &history.names);
        if !matches!(decision.outcome, Outcome::Refused(_)) {
            let calendar = decision.time.calendar(engine.config().attribution.utc_offset_minutes);
            let month = (calendar.year, calendar.month - 12 * calendar.year);
            if months.last() != Some(&month) {
                months.push(month);
            }
        }
        if row % every == 0 || row + 1 == all {
            let statement = engine.ledger().statement(Rollup::Inception);
            shown.push((row, lines(&statement, stages.len(), capital)));
            weights.push(decision.weights.as_slice().to_vec());
        }
        if row % REDRAWN == 0 {
            progress.show(row, all);
        }
    });
    let metrics = engine.metrics();
    let speed = Speed {
        median: metrics.latency(0.5),
        high: metrics.latency(0.99),
        longest: metrics.latency(1.0),
        bars_per_second: all as f64 / track.took.as_secs_f64().max(f64::MIN_POSITIVE),
    };
    let attribution = Attribution::read(engine.ledger(), (base, &stages), universe, &months);
    Ok(Run { track, attribution, shown, weights, incidents, speed })
}

/// All months and years of a history, and nothing that is for restating bars.
fn kept(history: &History) -> Keep {
    let distinct =
        |of: &dyn Fn(usize) -> i32| (1..history.len()).filter(|&row| of(row) != of(row - 1)).count() + 2;
    let year = |row: usize| i32::from(history.dates[row].year());
    let month = |row: usize| 12 * year(row) + i32::from(history.dates[row].month());
    // Another time zone may begin a month earlier.
    Keep { bars: 0, days: 0, months: distinct(&month), years: distinct(&year) }
}

/// The universe with its groups; assets without any are noted.
fn grouped(groups: &Groups, universe: Universe, notes: &mut Vec<String>) -> Result<Universe, Error> {
    let (universe, without) = groups.group(universe)?;
    if !without.is_empty() {
        notes.push(format!("not in {}, and without a group: {}", groups.name(), listed(&without)));
    }
    Ok(universe)
}
