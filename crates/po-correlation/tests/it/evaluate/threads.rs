//! Entrants run at once, and nothing tells how many.

use std::ops::ControlFlow;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use po_core::{Covariance, InputError};
use po_correlation::evaluate::{Entrant, Evaluation, ForecastError, Forecaster, Race, RaceError, RaceParams};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::market::{Constant, entrants, race, returns_of, storm};

/// Fails after so many bars.
struct Tiring(usize);

impl Forecaster for Tiring {
    fn update(&mut self, _: &[f64]) -> Result<(), ForecastError> {
        self.0 = self.0.checked_sub(1).ok_or(InputError::ZeroVariance { asset: 1 })?;
        Ok(())
    }

    fn forecast_into(&mut self, covariance: &mut Covariance) -> Result<(), ForecastError> {
        covariance.clone_from(&Constant::diagonal(&[1e-4; 3]).0);
        Ok(())
    }
}

fn with_one_that_fails() -> Vec<Entrant<'static>> {
    let mut all = entrants();
    all.insert(2, Entrant::new("tiring", Tiring(75)));
    all
}

fn on(threads: Option<usize>) -> Race {
    Race::new(RaceParams { in_sample: 60, threads, ..RaceParams::default() }).unwrap()
}

/// On any number of threads, and one by one.
#[test]
fn threads_change_nothing() {
    let returns = returns_of(&storm(120, 31));
    let scores = with_one_that_fails()
        .into_iter()
        .map(|entrant| (entrant.name().to_owned(), race(60).score(&returns, entrant).unwrap()));
    let expected: Evaluation = race(60).judge(3, scores.collect()).unwrap();
    assert_eq!(expected.standings.iter().filter(|standing| standing.outcome.is_err()).count(), 1);
    for threads in [None, Some(1), Some(2), Some(3), Some(6), Some(40)] {
        let run = on(threads).run(&returns, with_one_that_fails(), |_| ControlFlow::Continue(()));
        assert_eq!(run.unwrap(), expected, "{threads:?}");
    }
}

/// Each bar of each entrant is told once, and what is done adds up, also where an entrant failed.
#[test]
fn progress_adds_up() {
    let returns = returns_of(&storm(120, 31));
    for threads in [1, 3] {
        let (mut bars, mut done) = ([0; 6], 0);
        let watch = |progress: po_correlation::evaluate::Progress<'_>| {
            let entrant = progress.entrant;
            assert_eq!((progress.entrants, progress.bars), (6, 60));
            assert_eq!(progress.name, with_one_that_fails()[entrant].name());
            let step = progress.bar - bars[entrant];
            // Bar 75 is the one that it cannot take in: it has forecast sixteen.
            let expected = if entrant == 2 && bars[2] == 16 { 44 } else { 1 };
            assert_eq!(step, expected);
            (bars[entrant], done) = (progress.bar, done + step);
            assert_eq!(progress.done, done);
            ControlFlow::Continue(())
        };
        on(Some(threads)).run(&returns, with_one_that_fails(), watch).unwrap();
        assert_eq!((bars, done), ([60; 6], 360));
    }
}

/// Waits in its first bar until the other one is there as well.
struct Meeting<'a>(&'a Barrier, bool);

impl Forecaster for Meeting<'_> {
    fn update(&mut self, _: &[f64]) -> Result<(), ForecastError> {
        if !std::mem::replace(&mut self.1, true) {
            self.0.wait();
        }
        Ok(())
    }

    fn forecast_into(&mut self, covariance: &mut Covariance) -> Result<(), ForecastError> {
        covariance.clone_from(&Constant::diagonal(&[1e-4; 3]).0);
        Ok(())
    }
}

/// Two that wait for each other come through on two threads, and who ends the race ends it for both.
#[test]
fn two_run_at_once() {
    let returns = returns_of(&storm(120, 31));
    let barrier = Barrier::new(2);
    let both = || ["one", "other"].map(|name| Entrant::new(name, Meeting(&barrier, false))).into();
    let evaluation = on(Some(2)).run(&returns, both(), |_| ControlFlow::Continue(())).unwrap();
    assert!(evaluation.standings.iter().all(|standing| standing.outcome.is_ok()));
    let mut told = 0;
    let cancelled = on(Some(2)).run(&returns, both(), |_| {
        told += 1;
        ControlFlow::Break(())
    });
    let error = cancelled.unwrap_err();
    assert!(matches!(&error, RaceError::Cancelled { bar: 60, .. }), "{error}");
    assert_eq!(told, 1, "nobody is told of a race that has ended");
}

/// Counts what is logged.
struct Counting<'a>(&'a AtomicUsize);

impl Subscriber for Counting<'static> {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() == "po_correlation::evaluate::race" {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Whoever listens on the thread that runs the race hears the others.
#[test]
fn the_log_is_that_of_the_caller() {
    static HEARD: AtomicUsize = AtomicUsize::new(0);
    let returns = returns_of(&storm(120, 31));
    tracing::subscriber::with_default(Counting(&HEARD), || {
        on(Some(3)).run(&returns, with_one_that_fails(), |_| ControlFlow::Continue(())).unwrap();
    });
    assert_eq!(HEARD.load(Ordering::Relaxed), 5, "one line for each that came through");
}
