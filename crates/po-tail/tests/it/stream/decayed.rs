//! Weights that fall with age.

use po_tail::{DecayedTail, RollingTail, TailModel, TailRisk};

use super::{beta, last, near, returns};

/// The definition, with powers for weights and no care for time: the least loss that so much weight lies above.
fn by_definition(returns: &[f64], decay: f64, level: f64) -> TailRisk {
    let weight = |age: usize| decay.powi(age as i32);
    let mut weighted: Vec<(f64, f64)> =
        returns.iter().rev().enumerate().map(|(age, value)| (-value, weight(age))).collect();
    weighted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mass = (1.0 - level) * weighted.iter().map(|(_, weight)| weight).sum::<f64>();
    let (mut var, mut left, mut sum) = (f64::NAN, mass, 0.0);
    for (loss, weight) in weighted {
        var = loss;
        sum += weight.min(left) * loss;
        left -= weight;
        if left < 0.0 {
            break;
        }
    }
    TailRisk { var, cvar: sum / mass }
}

#[test]
fn every_update_is_the_age_weighted_estimate() {
    let fine = returns(11, 2500);
    let coarse: Vec<f64> = fine.iter().map(|value| (value * 1e3).round() * 1e-3).collect();
    // The lowest decays scale all weights down at every few bars.
    let settings = [
        (1, 0.9),
        (2, 0.9),
        (50, 0.5),
        (50, 0.01),
        (50, 1e-30),
        (50, 1e-200),
        (50, 5e-324),
        (250, 0.97),
        (250, 1.0),
        (1000, 0.995),
        (1000, 1.0 - 1e-9),
    ];
    for returns in [&fine, &coarse] {
        for (window, decay) in settings {
            for level in [0.5, 0.95, 0.999] {
                let mut tail = DecayedTail::new(window, decay, beta(level)).unwrap();
                for (end, value) in returns.iter().enumerate() {
                    let risk = tail.update(*value).unwrap();
                    assert_eq!(tail.risk(), Some(risk));
                    if window < 1000 || end % 5 == 0 {
                        let own = last(returns, end, window);
                        let batch = TailModel::AgeWeighted { decay }.estimate(own, beta(level)).unwrap();
                        assert!(
                            near(risk, batch, own),
                            "{window} {decay} {level} {end}: {risk:?} is not {batch:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_window_longer_than_the_series_has_all_past_bars() {
    let returns = returns(12, 3000);
    let (decay, level) = (0.99, 0.975);
    let mut tail = DecayedTail::new(10_000, decay, beta(level)).unwrap();
    for (end, value) in returns.iter().enumerate() {
        let risk = tail.update(*value).unwrap();
        if end % 37 == 0 {
            let all = &returns[..=end];
            let batch = TailModel::AgeWeighted { decay }.estimate(all, beta(level)).unwrap();
            let definition = by_definition(all, decay, level);
            assert!(
                near(risk, batch, all) && near(risk, definition, all),
                "{end}: {risk:?} is not {definition:?}"
            );
        }
    }
    assert_eq!((tail.len(), tail.window(), tail.is_empty()), (3000, 10_000, false));
    assert_eq!((tail.decay(), tail.confidence()), (decay, beta(level)));
}

#[test]
fn a_long_window_does_not_drift() {
    let returns = returns(13, 60_000);
    let (window, confidence) = (10_000, beta(0.99));
    // The first scales its weights down four times on the way, the second never.
    for decay in [0.98, 0.9997] {
        let mut tail = DecayedTail::new(window, decay, confidence).unwrap();
        for (end, value) in returns.iter().enumerate() {
            let risk = tail.update(*value).unwrap();
            if end % 431 == 0 || end + 1 == returns.len() {
                let own = last(&returns, end, window);
                let batch = TailModel::AgeWeighted { decay }.estimate(own, confidence).unwrap();
                assert!(near(risk, batch, own), "{decay} {end}: {risk:?} is not {batch:?}");
            }
        }
    }
}

#[test]
fn a_decay_of_one_is_the_rolling_window() {
    let returns = returns(14, 2000);
    let mut decayed = DecayedTail::new(123, 1.0, beta(0.95)).unwrap();
    let mut rolling = RollingTail::new(123, beta(0.95)).unwrap();
    for (end, value) in returns.iter().enumerate() {
        let (a, b) = (decayed.update(*value).unwrap(), rolling.update(*value).unwrap());
        assert!(near(a, b, last(&returns, end, 123)), "{end}: {a:?} is not {b:?}");
    }
}

#[test]
fn the_greatest_losses_leave_nothing_behind() {
    let ordinary = returns(15, 1200);
    let (window, decay, confidence) = (200, 0.98, beta(0.9));
    let mut all: Vec<f64> = ordinary[..500].to_vec();
    all.extend((0..300).map(|place| [1e100, -1e100, 1e-308, 0.0, -0.0, -3e99][place % 6]));
    all.extend_from_slice(&ordinary[500..]);
    let mut tail = DecayedTail::new(window, decay, confidence).unwrap();
    for (end, value) in all.iter().enumerate() {
        let risk = tail.update(*value).unwrap();
        let own = last(&all, end, window);
        let batch = TailModel::AgeWeighted { decay }.estimate(own, confidence).unwrap();
        assert!(near(risk, batch, own), "{end}: {risk:?} is not {batch:?}");
    }
}
