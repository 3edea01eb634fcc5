//! No forecast knows what comes after it.
#![expect(clippy::float_cmp, reason = "what must not change must not change by a bit")]

use std::ops::ControlFlow;
use std::sync::Mutex;

use po_core::Covariance;
use po_correlation::evaluate::{Entrant, ForecastError, Forecaster, Race, RaceParams, Scores};

use super::market::{Constant, Random, entrants, outcome, race, returns_of, run, storm};

/// The logarithm of a determinant, as a difference of a score and a distance that may be far larger.
const ROUNDING: f64 = 1e-9;

const KINDS: [&str; 5] = ["sample", "shrunk", "ewma", "restarted", "constant"];

fn scores(bars: &[Vec<f64>]) -> Vec<Scores> {
    let evaluation = run(40, &returns_of(bars), entrants());
    KINDS.iter().map(|name| outcome(&evaluation, name).scores.clone()).collect()
}

/// Other returns from a bar on change no score before it, and no determinant of the forecast for that bar itself.
#[test]
fn the_future_changes_no_forecast() {
    let bars = storm(100, 21);
    let before = scores(&bars);
    for from in [41, 55, 64, 80, 98, 99] {
        let mut other = bars.clone();
        let random = &mut Random(from as u64);
        other[from..].iter_mut().flatten().for_each(|value| *value = 0.03 * random.normal());
        let place = from - 40;
        for (name, (old, new)) in KINDS.iter().zip(before.iter().zip(scores(&other))) {
            assert_eq!(old.qlike[..place], new.qlike[..place], "{name} {from}");
            assert_eq!(old.portfolio[..place], new.portfolio[..place], "{name} {from}");
            assert_eq!(old.distance[..place], new.distance[..place], "{name} {from}");
            let [old_determinant, new_determinant] =
                [old, &new].map(|scores| scores.qlike[place] - scores.distance[place]);
            assert!((old_determinant - new_determinant).abs() < ROUNDING, "{name} {from}");
            assert_ne!(old.distance[place], new.distance[place], "{name} {from}");
        }
    }
    // The past, on the other hand, matters.
    let mut other = bars.clone();
    other[39][0] = 0.1;
    for (name, (old, new)) in KINDS.iter().zip(before.iter().zip(scores(&other))) {
        assert_eq!(old.qlike[0] == new.qlike[0], *name == "constant", "{name}");
    }
}

/// What a forecaster was shown and asked, in order.
struct Diary<'a>(&'a Mutex<Vec<Option<f64>>>);

impl Forecaster for Diary<'_> {
    fn update(&mut self, returns: &[f64]) -> Result<(), ForecastError> {
        self.0.lock().unwrap().push(Some(returns[0]));
        Ok(())
    }

    fn forecast_into(&mut self, covariance: &mut Covariance) -> Result<(), ForecastError> {
        self.0.lock().unwrap().push(None);
        Constant::diagonal(&[1.0; 3]).forecast_into(covariance)
    }
}

/// Each bar is asked for once, after the one before it was shown and before it is shown itself.
#[test]
fn a_forecaster_is_asked_before_it_is_shown() {
    let bars = storm(60, 2);
    let diary = Mutex::new(Vec::new());
    let entrant = Entrant::new("diary", Diary(&diary));
    race(30).score(&returns_of(&bars), entrant).unwrap().unwrap();
    let mut expected: Vec<Option<f64>> = bars[..30].iter().map(|bar| Some(bar[0])).collect();
    for bar in &bars[30..59] {
        expected.extend([None, Some(bar[0])]);
    }
    expected.push(None);
    assert_eq!(diary.into_inner().unwrap(), expected);
}

/// Progress is told after each bar; on one thread, of one entrant after the other.
#[test]
fn progress_is_told_in_order() {
    let returns = returns_of(&storm(70, 2));
    let mut told = Vec::new();
    let one_thread = RaceParams { in_sample: 40, threads: Some(1), ..RaceParams::default() };
    let evaluation = Race::new(one_thread).unwrap().run(&returns, entrants(), |progress| {
        assert_eq!((progress.entrants, progress.bars), (5, 30));
        assert_eq!(progress.name, KINDS[progress.entrant]);
        told.push((progress.entrant, progress.bar));
        ControlFlow::Continue(())
    });
    assert_eq!(evaluation.unwrap().bars, 30);
    let expected: Vec<(usize, usize)> =
        (0..5).flat_map(|entrant| (1..=30).map(move |bar| (entrant, bar))).collect();
    assert_eq!(told, expected);
}
