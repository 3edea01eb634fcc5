//! The last returns, all of one weight.

use po_tail::{RollingTail, TailModel};

use super::{beta, bits, last, near, returns};

#[test]
fn every_update_is_the_estimate_of_the_window() {
    let fine = returns(1, 2500);
    // Of one unit in ten thousand, so that many are equal.
    let coarse: Vec<f64> = fine.iter().map(|value| (value * 1e3).round() * 1e-3).collect();
    for returns in [&fine, &coarse] {
        for window in [1, 2, 3, 31, 32, 33, 64, 65, 100, 250, 1000] {
            for level in [0.01, 0.5, 0.95, 0.99, 0.9999] {
                let mut tail = RollingTail::new(window, beta(level)).unwrap();
                for (end, value) in returns.iter().enumerate() {
                    let risk = tail.update(*value).unwrap();
                    let own = last(returns, end, window);
                    assert_eq!((tail.len(), tail.risk()), (own.len(), Some(risk)));
                    if window < 1000 || end % 5 == 0 {
                        let batch = TailModel::Historical.estimate(own, beta(level)).unwrap();
                        assert!(near(risk, batch, own), "{window} {level} {end}: {risk:?} is not {batch:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_long_window_does_not_drift() {
    let returns = returns(2, 60_000);
    let (window, confidence) = (10_000, beta(0.975));
    let mut tail = RollingTail::new(window, confidence).unwrap();
    for (end, value) in returns.iter().enumerate() {
        let risk = tail.update(*value).unwrap();
        if end % 211 == 0 || end + 1 == returns.len() {
            let own = last(&returns, end, window);
            let batch = TailModel::Historical.estimate(own, confidence).unwrap();
            assert!(near(risk, batch, own), "{end}: {risk:?} is not {batch:?}");
        }
    }
}

#[test]
fn a_window_of_one_is_its_return() {
    let mut tail = RollingTail::new(1, beta(0.99)).unwrap();
    for value in returns(3, 500) {
        let risk = tail.update(value).unwrap();
        assert_eq!(bits(risk), [(-value).to_bits(); 2]);
    }
}

#[test]
fn the_greatest_and_the_smallest_leave_nothing_behind() {
    let ordinary = returns(4, 600);
    let (window, confidence) = (200, beta(0.9));
    let extreme = [1e100, -1e100, 1e-308, -5e-324, 0.0, -0.0, f64::MIN_POSITIVE, -3e99, 1e50, -1e50];
    let mut all: Vec<f64> = ordinary[..300].to_vec();
    all.extend((0..300).map(|place| extreme[place % extreme.len()]));
    all.extend_from_slice(&ordinary[300..]);
    let mut tail = RollingTail::new(window, confidence).unwrap();
    for (end, value) in all.iter().enumerate() {
        let risk = tail.update(*value).unwrap();
        let own = last(&all, end, window);
        // What is near is so in units of the greatest: once the extremes are gone, of one per cent.
        let batch = TailModel::Historical.estimate(own, confidence).unwrap();
        assert!(near(risk, batch, own), "{end}: {risk:?} is not {batch:?}");
    }
}

#[test]
fn sums_without_rounding_are_the_batch_to_the_bit() {
    // Whole multiples of 2^-20, of which some thousand add up exactly, and tails of a whole number.
    let returns: Vec<f64> =
        returns(5, 5000).iter().map(|value| (value * 1_048_576.0).round() / 1_048_576.0).collect();
    for (window, level) in [(40, 0.9), (400, 0.95), (1000, 0.99), (1000, 0.5)] {
        let mut tail = RollingTail::new(window, beta(level)).unwrap();
        for (end, value) in returns.iter().enumerate() {
            let risk = tail.update(*value).unwrap();
            if end + 1 >= window && end % 3 == 0 {
                let batch = TailModel::Historical.estimate(last(&returns, end, window), beta(level)).unwrap();
                assert_eq!(bits(risk), bits(batch), "{window} {level} {end}");
            }
        }
    }
}

#[test]
fn long_runs_take_the_blocks_apart_and_put_them_together() {
    // Up, down and level, so that all that comes goes to one end, and all that leaves to the other.
    let steps = [1.0, -1.0, 0.0, -2.0, 0.5, 0.0, 3.0, -3.0];
    let mut value = 0.0;
    let returns: Vec<f64> = (0..8000)
        .map(|bar| {
            value += 1e-4 * steps[bar / 731 % steps.len()];
            value
        })
        .collect();
    for window in [70, 500] {
        let mut tail = RollingTail::new(window, beta(0.95)).unwrap();
        for (end, value) in returns.iter().enumerate() {
            let risk = tail.update(*value).unwrap();
            let own = last(&returns, end, window);
            let batch = TailModel::Historical.estimate(own, beta(0.95)).unwrap();
            assert!(near(risk, batch, own), "{window} {end}: {risk:?} is not {batch:?}");
        }
    }
}

#[test]
fn another_confidence_is_that_of_the_same_window() {
    let returns = returns(6, 700);
    let mut tail = RollingTail::new(300, beta(0.95)).unwrap();
    assert!(tail.is_empty() && tail.risk().is_none() && tail.risk_at(beta(0.5)).is_none());
    returns.iter().for_each(|value| _ = tail.update(*value).unwrap());
    assert_eq!((tail.window(), tail.len(), tail.confidence()), (300, 300, beta(0.95)));
    let own = last(&returns, 699, 300);
    for level in [1e-9, 0.1, 0.5, 0.9, 0.999, 1.0 - f64::EPSILON / 2.0] {
        let batch = TailModel::Historical.estimate(own, beta(level)).unwrap();
        assert!(near(tail.risk_at(beta(level)).unwrap(), batch, own), "{level}");
    }
}
