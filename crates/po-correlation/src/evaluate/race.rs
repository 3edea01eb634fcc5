//! The race.

use std::convert::Infallible;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use po_core::threads::{each, processors};
use po_core::{Covariance, InputError, Returns};

use super::confidence_set::ModelConfidenceSet;
use super::entrant::Entrant;
use super::error::{EntrantError, RaceError};
use super::evaluation::Evaluation;
use super::params::RaceParams;
use super::scores::{Scorer, Scores};
use crate::Error;

/// With fewer bars out of sample no test says anything.
const LEAST: usize = 20;

/// Scores forecasts of the covariance out of sample, and tells which one to use.
///
/// Every entrant forecasts each bar after the first `in_sample`, and has seen no more than the bars before it. An entrant
/// that fails is out, with its error, and the others go on. The returns are scored as they are, about zero: give
/// deviations from a mean where it matters. The same input gives the same bits, on any number of threads.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use po_core::Returns;
/// use po_correlation::evaluate::{Criterion, Entrant, Race, RaceParams, Schedule};
/// use po_correlation::{Ewma, EwmaParams, SampleCovariance};
///
/// // Calm and storm take turns, thirty bars each: who forgets faster, knows more.
/// let size = |bar: usize| if bar / 30 % 2 == 0 { 0.01 } else { 0.05 };
/// let wave = |step: f64| (0..400).map(move |bar| size(bar) * (step * (bar * bar % 7919) as f64).sin());
/// let returns = Returns::from_column_slice(400, 2, &wave(0.618).chain(wave(0.414)).collect::<Vec<_>>())?;
/// let entrants = vec![
///     Entrant::refitted("sample", SampleCovariance::default(), Schedule { every: 1, ..Schedule::default() })?,
///     Entrant::streaming("ewma", Ewma::new(EwmaParams::default(), 2)?),
/// ];
/// let race = Race::new(RaceParams { in_sample: 100, ..RaceParams::default() })?;
/// let evaluation = race.run(&returns, entrants, |_| ControlFlow::Continue(()))?;
/// assert_eq!(evaluation.bars, 300);
/// assert_eq!(evaluation.best(Criterion::Qlike).map(|best| best.name.as_str()), Some("ewma"));
/// # Ok::<(), po_correlation::evaluate::RaceError>(())
/// ```
///
/// # Source
/// Patton (2011), Volatility forecast comparison using imperfect volatility proxies; for matrices, Laurent, Rombouts and
/// Violante (2013), On loss functions and ranking forecasting performances of multivariate volatility models; the
/// portfolio, Engle and Colacito (2006), Testing and valuing dynamic correlations for asset allocation.
///
/// # Settings
/// [`RaceParams`]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Race {
    params: RaceParams,
    confidence_set: ModelConfidenceSet,
}

/// How far a race is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// The entrant that is running, from zero.
    pub entrant: usize,
    /// How many entrants there are.
    pub entrants: usize,
    /// The name of the one that is running.
    pub name: &'a str,
    /// How many of its bars are done; all of them once it has failed.
    pub bar: usize,
    /// How many bars are out of sample.
    pub bars: usize,
    /// How many bars all entrants have done, each up to `bars`.
    pub done: usize,
}

/// How far all entrants are, and who is told of it.
struct Course<W> {
    watch: W,
    /// How many bars each has done.
    bars: Vec<usize>,
    done: usize,
    /// The entrant at which the race was ended, and its bar.
    ended: Option<(usize, usize)>,
}

impl Race {
    /// A race.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] without a bar in sample, or a thread; else as [`ModelConfidenceSet::new`].
    pub fn new(params: RaceParams) -> Result<Self, Error> {
        let expected = "1 or more";
        if params.in_sample == 0 {
            let name = "the number of bars in sample";
            return Err(InputError::OutOfRange { name, value: 0.0, expected }.into());
        }
        if params.threads == Some(0) {
            let name = "the number of threads";
            return Err(InputError::OutOfRange { name, value: 0.0, expected }.into());
        }
        Ok(Self { params, confidence_set: ModelConfidenceSet::new(params.confidence_set)? })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &RaceParams {
        &self.params
    }

    /// Runs all entrants, several at once, and judges them.
    ///
    /// `watch` is told after each bar of each entrant, by one thread at a time, and ends the race by
    /// `ControlFlow::Break`. Entrants begin in their order: with those that take long first, the threads end together.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two entrants, or fewer than twenty bars out of sample;
    /// [`InputError::EmptyName`] and [`InputError::DuplicateName`]; [`RaceError::Cancelled`]; else as
    /// [`Race::judge`].
    ///
    /// # Cost
    /// For each entrant and bar its own forecast, and N³/3 multiplications.
    pub fn run(
        &self,
        returns: &Returns,
        entrants: Vec<Entrant<'_>>,
        watch: impl FnMut(Progress<'_>) -> ControlFlow<()> + Send,
    ) -> Result<Evaluation, RaceError> {
        let names: Vec<String> = entrants.iter().map(|entrant| entrant.name().to_owned()).collect();
        check_names(&names)?;
        self.check_bars(returns)?;
        let (many, bars) = (names.len(), returns.observations() - self.params.in_sample);
        let course = Mutex::new(Course { watch, bars: vec![0; many], done: 0, ended: None });
        let threads = self.params.threads.unwrap_or_else(processors).min(many);
        // What is logged on another thread goes where this one's goes.
        let log = tracing::dispatcher::get_default(Clone::clone);
        let logged = || tracing::dispatcher::set_default(&log);
        let scores = each(entrants, threads, logged, |_, number, mut entrant| {
            let name = &names[number];
            let mut tell = |bar| locked(&course).tell(number, name, bar, bars);
            let scores = self.follow(returns, &mut entrant, &mut tell)?;
            if scores.is_err() {
                tell(bars)?;
            }
            ControlFlow::Continue(scores)
        });
        let ended = locked(&course).ended;
        if let Some((entrant, bar)) = ended {
            let bar = self.params.in_sample + bar - 1;
            return Err(RaceError::Cancelled { entrant: names[entrant].clone(), bar });
        }
        let scores = scores.into_iter().filter_map(ControlFlow::continue_value);
        Ok(self.judge(returns.assets(), names.into_iter().zip(scores).collect())?)
    }

    /// Runs one entrant, which can be judged with others later.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than twenty bars out of sample; what the entrant fails of is within.
    pub fn score(
        &self,
        returns: &Returns,
        mut entrant: Entrant<'_>,
    ) -> Result<Result<Scores, EntrantError>, Error> {
        self.check_bars(returns)?;
        // Nobody can end a race that nobody watches.
        let mut tell = |_| ControlFlow::<Infallible>::Continue(());
        let ControlFlow::Continue(scores) = self.follow(returns, &mut entrant, &mut tell);
        Ok(scores)
    }

    /// Compares the scores of entrants, each with its name.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two entrants; [`InputError::EmptyName`] and
    /// [`InputError::DuplicateName`]; [`InputError::LengthMismatch`] where scores differ in length; else as
    /// [`ModelConfidenceSet::find`], [`diebold_mariano`](super::diebold_mariano()) and
    /// [`Calibration::of`](super::Calibration::of).
    pub fn judge(
        &self,
        assets: usize,
        entrants: Vec<(String, Result<Scores, EntrantError>)>,
    ) -> Result<Evaluation, Error> {
        check_names(&entrants.iter().map(|(name, _)| name).collect::<Vec<_>>())?;
        Evaluation::of(assets, entrants, self.params.bandwidth, &self.confidence_set)
    }

    fn check_bars(&self, returns: &Returns) -> Result<(), InputError> {
        let (observations, required) = (returns.observations(), self.params.in_sample.saturating_add(LEAST));
        if observations < required {
            return Err(InputError::TooFewObservations {
                what: "the bars of a race",
                observations,
                required,
            });
        }
        Ok(())
    }

    /// Shows an entrant one bar after the other, and asks it for each one before.
    fn follow<B>(
        &self,
        returns: &Returns,
        entrant: &mut Entrant<'_>,
        tell: &mut dyn FnMut(usize) -> ControlFlow<B>,
    ) -> ControlFlow<B, Result<Scores, EntrantError>> {
        let (in_sample, observations) = (self.params.in_sample, returns.observations());
        let mut row = vec![0.0; returns.assets()];
        let (mut scorer, mut forecast) = (Scorer::new(row.len()), Covariance::default());
        let mut scores = Scores::with_capacity(observations - in_sample);
        for bar in 0..observations {
            let asked = bar >= in_sample;
            if asked && let Err(error) = entrant.forecast(bar, &mut forecast) {
                return ControlFlow::Continue(Err(error));
            }
            row.iter_mut().enumerate().for_each(|(asset, value)| *value = returns.column(asset)[bar]);
            if asked {
                match scorer.score(&forecast, &row) {
                    Ok(score) => scores.push(score),
                    Err(error) => {
                        return ControlFlow::Continue(Err(EntrantError { bar, cause: error.into() }));
                    }
                }
                tell(bar + 1 - in_sample)?;
            }
            // The last bar leads to a forecast that nobody can score.
            if bar + 1 < observations
                && let Err(error) = entrant.update(bar, &row)
            {
                return ControlFlow::Continue(Err(error));
            }
        }
        scores.fits = entrant.fits();
        tracing::debug!(entrant = entrant.name(), bars = observations - in_sample, "scored");
        ControlFlow::Continue(Ok(scores))
    }
}

impl<W: FnMut(Progress<'_>) -> ControlFlow<()>> Course<W> {
    /// An entrant has done so many of its bars.
    fn tell(&mut self, entrant: usize, name: &str, bar: usize, bars: usize) -> ControlFlow<()> {
        // Who watches has ended the race, perhaps while another entrant ran.
        if self.ended.is_some() {
            return ControlFlow::Break(());
        }
        self.done += bar - self.bars[entrant];
        self.bars[entrant] = bar;
        let (entrants, done) = (self.bars.len(), self.done);
        let told = (self.watch)(Progress { entrant, entrants, name, bar, bars, done });
        if told.is_break() {
            self.ended = Some((entrant, bar));
        }
        told
    }
}

/// What a lock guards. A thread that panics takes the others with it when they end, whatever it left behind.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn check_names(names: &[impl AsRef<str> + PartialEq]) -> Result<(), InputError> {
    let (observations, required) = (names.len(), 2);
    if observations < required {
        return Err(InputError::TooFewObservations {
            what: "the entrants of a race",
            observations,
            required,
        });
    }
    let kind = "entrant";
    for (second, name) in names.iter().enumerate() {
        if name.as_ref().trim().is_empty() {
            return Err(InputError::EmptyName { kind, index: second });
        }
        if let Some(first) = names[..second].iter().position(|known| known == name) {
            return Err(InputError::DuplicateName { kind, name: name.as_ref().to_owned(), first, second });
        }
    }
    Ok(())
}
