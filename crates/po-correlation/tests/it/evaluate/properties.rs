//! What must hold whatever the returns.
#![expect(clippy::float_cmp, reason = "the same forecasts give the same bits")]

use po_core::{CovarianceEstimator, Returns};
use po_correlation::SampleCovariance;
use po_correlation::evaluate::{
    Bandwidth, DieboldMariano, Entrant, Loss, Outcome, Schedule, diebold_mariano,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use super::market::{Constant, entrants, outcome, race, returns_of, run, storm};

/// Rounding of sums of some hundred numbers.
const ROUNDING: f64 = 1e-11;

fn permuted<T>(mut items: Vec<T>, order: &[usize]) -> Vec<T> {
    let mut items: Vec<Option<T>> = items.drain(..).map(Some).collect();
    order.iter().map(|place| items[*place].take().unwrap()).collect()
}

/// Property tests see the same cases on every run.
fn config() -> Config {
    Config { cases: 24, rng_seed: RngSeed::Fixed(2011), ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    /// The entrants in another order are the rows in that order, and nothing else.
    #[test]
    fn entrants_may_come_in_any_order(
        seed in any::<u64>(),
        order in Just((0..5_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let returns = returns_of(&storm(90, seed));
        let straight = run(45, &returns, entrants());
        let shuffled = run(45, &returns, permuted(entrants(), &order));
        prop_assert_eq!(permuted(straight.standings, &order), shuffled.standings);
    }

    /// The unit of the returns moves all levels of QLIKE alike, and no test.
    #[test]
    fn the_unit_of_the_returns_does_not_matter(seed in any::<u64>()) {
        // A power of two: the products are exact.
        let (bars, unit) = (storm(90, seed), 1024.0);
        let scaled: Vec<Vec<f64>> =
            bars.iter().map(|bar| bar.iter().map(|value| unit * value).collect()).collect();
        // The last entrant is no estimator: its forecast would have to be scaled too.
        let estimators = || entrants().into_iter().take(4).collect::<Vec<_>>();
        let [small, large] = [bars, scaled].map(|bars| run(45, &returns_of(&bars), estimators()));
        for (small, large) in small.standings.iter().zip(&large.standings) {
            let [small, large] = [small, large].map(|standing| standing.outcome.as_ref().unwrap());
            let shift = large.qlike.mean - small.qlike.mean - 6.0 * unit.ln();
            prop_assert!(shift.abs() < ROUNDING, "{shift}");
            prop_assert_eq!(small.qlike.in_set, large.qlike.in_set);
            prop_assert!((small.calibration.ratio - large.calibration.ratio).abs() < ROUNDING);
            prop_assert!((unit * small.volatility() - large.volatility()).abs() < ROUNDING);
        }
    }

    /// Who is tested against whom only turns the sign.
    #[test]
    fn a_test_turned_round(seed in any::<u64>()) {
        let evaluation = run(45, &returns_of(&storm(90, seed)), entrants());
        for loss in [Loss::Qlike, Loss::Portfolio] {
            let test = |one, other| evaluation.compare(loss, one, other, Bandwidth::RuleOfThumb).unwrap();
            let (there, back) = (test("ewma", "shrunk"), test("shrunk", "ewma"));
            let turned = DieboldMariano {
                mean_difference: -back.mean_difference,
                statistic: -back.statistic,
                ..back
            };
            prop_assert_eq!(there, turned);
        }
    }

    /// The summary is no more than its parts: means, the best, and the test against it.
    #[test]
    fn a_row_is_made_of_its_series(seed in any::<u64>()) {
        let evaluation = run(45, &returns_of(&storm(90, seed)), entrants());
        let rows: Vec<&Outcome> =
            evaluation.standings.iter().map(|standing| standing.outcome.as_ref().unwrap()).collect();
        for loss in [Loss::Qlike, Loss::Portfolio] {
            let best = rows.iter().find(|row| row.by(loss).against_best.is_none()).unwrap();
            prop_assert!(best.by(loss).in_set);
            prop_assert_eq!(best.by(loss).confidence, 1.0);
            for row in &rows {
                let (summary, losses) = (row.by(loss), row.scores.by(loss));
                let mean = losses.iter().sum::<f64>() / losses.len() as f64;
                prop_assert!((summary.mean - mean).abs() <= ROUNDING * mean.abs());
                prop_assert!(best.by(loss).mean <= summary.mean);
                if let Some(test) = summary.against_best {
                    let expected = diebold_mariano(losses, best.scores.by(loss), &Default::default()).unwrap();
                    prop_assert_eq!(test, expected);
                    prop_assert!(test.mean_difference >= 0.0);
                }
            }
        }
    }
}

/// An estimator that is fitted every bar forecasts what it would estimate by hand.
#[test]
fn a_refit_is_an_estimate() {
    let bars = storm(70, 17);
    let returns = returns_of(&bars);
    let schedule = Schedule { every: 1, ..Schedule::default() };
    let sample = Entrant::refitted("sample", SampleCovariance::default(), schedule).unwrap();
    let scores = race(50).score(&returns, sample).unwrap().unwrap();
    for bar in 50..70 {
        let by_hand = SampleCovariance::default().estimate(&returns_of(&bars[..bar])).unwrap();
        let one =
            Returns::from_column_slice(21, 3, &bars[bar].iter().flat_map(|v| [*v; 21]).collect::<Vec<_>>());
        let entrant = Entrant::new("by hand", Constant(by_hand));
        let expected = race(1).score(&one.unwrap(), entrant).unwrap().unwrap();
        assert_eq!(scores.qlike[bar - 50], expected.qlike[0]);
        assert_eq!(scores.portfolio[bar - 50], expected.portfolio[0]);
    }
}

/// Two of the same kind are told apart by nothing.
#[test]
fn twins_come_in_together() {
    let returns = returns_of(&storm(100, 5));
    let mut twins: Vec<Entrant<'_>> = entrants().into_iter().take(1).collect();
    twins.push(Entrant::refitted("twin", SampleCovariance::default(), Schedule::default()).unwrap());
    let evaluation = run(60, &returns, twins);
    let [one, two] = ["sample", "twin"].map(|name| outcome(&evaluation, name));
    assert_eq!(one.scores, two.scores);
    for loss in [Loss::Qlike, Loss::Portfolio] {
        assert_eq!((one.by(loss).confidence, two.by(loss).confidence), (1.0, 1.0));
        assert_eq!(one.by(loss).against_best, None);
        assert_eq!(two.by(loss).against_best.map(|test| test.p_value), Some(1.0));
    }
}
