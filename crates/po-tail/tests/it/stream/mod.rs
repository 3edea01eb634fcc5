//! Streams against the batch estimates of their windows.

use po_core::InputError;
use po_tail::{DecayedTail, EwmaFilter, FilteredTail, RollingTail, TailModel, TailRisk};
use proptest::prelude::*;

use crate::estimate::{beta, series};

/// Sums of some hundred losses, taken in another order.
const ROUNDING: f64 = 1e-13;

fn near(a: TailRisk, b: TailRisk) -> bool {
    let close = |a: f64, b: f64| (a - b).abs() <= ROUNDING * b.abs().max(1e-3);
    a.var.to_bits() == b.var.to_bits() && close(a.cvar, b.cvar)
}

fn last(returns: &[f64], end: usize, window: usize) -> &[f64] {
    &returns[(end + 1).saturating_sub(window)..=end]
}

#[test]
fn every_update_is_the_estimate_of_the_window() {
    let returns = series(2500);
    for window in [1, 2, 31, 32, 33, 63, 64, 65, 100, 250, 1000] {
        for level in [0.5, 0.95, 0.99] {
            let mut tail = RollingTail::new(window, beta(level)).unwrap();
            for (end, value) in returns.iter().enumerate() {
                let risk = tail.update(*value).unwrap();
                if end % 7 == 0 || end < 70 {
                    let batch =
                        TailModel::Historical.estimate(last(&returns, end, window), beta(level)).unwrap();
                    assert!(near(risk, batch), "{window} {level} {end}: {risk:?} is not {batch:?}");
                }
            }
            assert_eq!((tail.len(), tail.window()), (window, window));
        }
    }
}

#[test]
fn every_decayed_update_is_the_age_weighted_estimate() {
    let returns = series(1500);
    for (window, decay) in [(1, 0.9), (50, 0.5), (50, 0.01), (250, 0.97), (1000, 0.995), (250, 1.0)] {
        let mut tail = DecayedTail::new(window, decay, beta(0.95)).unwrap();
        for (end, value) in returns.iter().enumerate() {
            let risk = tail.update(*value).unwrap();
            let batch =
                TailModel::AgeWeighted { decay }.estimate(last(&returns, end, window), beta(0.95)).unwrap();
            assert!(near(risk, batch), "{window} {decay} {end}: {risk:?} is not {batch:?}");
        }
    }
}

#[test]
fn nothing_drifts_in_a_hundred_thousand_updates() {
    let returns = series(100_000);
    let mut rolling = RollingTail::new(500, beta(0.975)).unwrap();
    let mut decayed = DecayedTail::new(500, 0.98, beta(0.975)).unwrap();
    // Losses of a thousand pass through first, beside which the rest is nothing.
    for value in [1e3; 500].iter().chain([-1e3; 500].iter()).chain(&returns) {
        rolling.update(*value).unwrap();
        decayed.update(*value).unwrap();
    }
    let window = &returns[returns.len() - 500..];
    let batch = TailModel::Historical.estimate(window, beta(0.975)).unwrap();
    assert!(near(rolling.risk().unwrap(), batch));
    let batch = TailModel::AgeWeighted { decay: 0.98 }.estimate(window, beta(0.975)).unwrap();
    assert!(near(decayed.risk().unwrap(), batch));
}

#[test]
fn filtered_updates_are_filtered_historical_simulation() {
    let returns = series(900);
    let filter = EwmaFilter::default();
    let mut tail = FilteredTail::new(filter, 250, beta(0.99)).unwrap();
    let mut residuals = Vec::new();
    for (end, value) in returns.iter().enumerate() {
        let risk = tail.update(*value).unwrap();
        assert_eq!(risk.is_none(), end < 20);
        assert_eq!(risk, tail.risk());
        let Some(risk) = risk else { continue };
        let mut filtered = filter.filter_into(&returns[..=end], &mut residuals).unwrap();
        filtered.residuals = &filtered.residuals[filtered.residuals.len().saturating_sub(250)..];
        let batch = TailModel::Historical.estimate_filtered(filtered, beta(0.99)).unwrap();
        assert!((risk.var - batch.var).abs() < 1e-15 && (risk.cvar - batch.cvar).abs() < 1e-15);
    }
}

#[test]
fn a_refused_return_changes_nothing() {
    let confidence = beta(0.9);
    let mut rolling = RollingTail::new(20, confidence).unwrap();
    let mut decayed = DecayedTail::new(20, 0.9, confidence).unwrap();
    let mut filtered = FilteredTail::new(EwmaFilter::default(), 20, confidence).unwrap();
    assert_eq!((rolling.risk(), decayed.risk(), filtered.risk()), (None, None, None));
    for value in series(60) {
        rolling.update(value).unwrap();
        decayed.update(value).unwrap();
        filtered.update(value).unwrap();
    }
    let before = (rolling.risk(), decayed.risk(), filtered.risk());
    for value in [f64::NAN, f64::INFINITY, -1e101] {
        let error = rolling.update(value).unwrap_err();
        assert_eq!(error.to_string(), format!("the return is {value}, expected a number in [-1e100, 1e100]"));
        assert!(decayed.update(value).is_err() && filtered.update(value).is_err());
    }
    assert_eq!(before, (rolling.risk(), decayed.risk(), filtered.risk()));
    let (name, expected) = ("the window", "1 or more");
    let error = InputError::OutOfRange { name, value: 0.0, expected };
    assert_eq!(RollingTail::new(0, confidence).unwrap_err(), error.into());
    assert!(DecayedTail::new(5, 0.0, confidence).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Few different values, so that ties are everywhere.
    #[test]
    fn ties_are_no_matter(values in prop::collection::vec(-6_i32..6, 1..600), window in 1_usize..200, level in 0.02_f64..0.98) {
        let returns: Vec<f64> = values.iter().map(|value| 0.01 * f64::from(*value)).collect();
        let mut rolling = RollingTail::new(window, beta(level)).unwrap();
        let mut decayed = DecayedTail::new(window, 0.96, beta(level)).unwrap();
        for (end, value) in returns.iter().enumerate() {
            let (a, b) = (rolling.update(*value).unwrap(), decayed.update(*value).unwrap());
            let own = last(&returns, end, window);
            prop_assert!(near(a, TailModel::Historical.estimate(own, beta(level)).unwrap()));
            let aged = TailModel::AgeWeighted { decay: 0.96 };
            prop_assert!(near(b, aged.estimate(own, beta(level)).unwrap()));
        }
        let other = beta(0.5);
        prop_assert!(near(rolling.risk_at(other).unwrap(), TailModel::Historical.estimate(last(&returns, returns.len() - 1, window), other).unwrap()));
    }

    /// The order is taken apart and put together again: long runs that rise, fall, and stay.
    #[test]
    fn runs_are_no_matter(steps in prop::collection::vec((-3_i32..4, 1_usize..150), 1..12), window in 60_usize..300) {
        let mut returns = Vec::new();
        let mut level = 0.0;
        for (slope, length) in steps {
            for _ in 0..length {
                level += 1e-3 * f64::from(slope);
                returns.push(level);
            }
        }
        let mut rolling = RollingTail::new(window, beta(0.9)).unwrap();
        for (end, value) in returns.iter().enumerate() {
            let risk = rolling.update(*value).unwrap();
            prop_assert!(near(risk, TailModel::Historical.estimate(last(&returns, end, window), beta(0.9)).unwrap()));
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn a_restored_stream_goes_on_as_the_other_one() {
    let confidence = beta(0.95);
    // Decimals of few digits are read back as they were written.
    let values: Vec<f64> = series(700).iter().map(|value| (value * 1e5).round() / 1e5).collect();
    let (first, rest) = values.split_at(400);
    let mut rolling = RollingTail::new(250, confidence).unwrap();
    let mut decayed = DecayedTail::new(250, 0.97, confidence).unwrap();
    let mut filtered = FilteredTail::new(EwmaFilter::default(), 250, confidence).unwrap();
    for value in first {
        rolling.update(*value).unwrap();
        decayed.update(*value).unwrap();
        filtered.update(*value).unwrap();
    }
    let mut other: RollingTail = serde_json::from_str(&serde_json::to_string(&rolling).unwrap()).unwrap();
    let mut decayed_other: DecayedTail =
        serde_json::from_str(&serde_json::to_string(&decayed).unwrap()).unwrap();
    let mut filtered_other: FilteredTail =
        serde_json::from_str(&serde_json::to_string(&filtered).unwrap()).unwrap();
    for value in rest {
        assert_eq!(rolling.update(*value).unwrap(), other.update(*value).unwrap());
        assert!(near(decayed.update(*value).unwrap(), decayed_other.update(*value).unwrap()));
        let (a, b) = (filtered.update(*value).unwrap().unwrap(), filtered_other.update(*value).unwrap().unwrap());
        assert!((a.cvar - b.cvar).abs() < 1e-15);
    }
    let broken = serde_json::to_string(&rolling).unwrap().replace("\"next\":", "\"next\":9");
    assert!(serde_json::from_str::<RollingTail>(&broken).is_err());
}
