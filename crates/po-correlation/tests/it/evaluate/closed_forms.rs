//! Scores, tests and schedules that can be reckoned by hand.
#![expect(
    clippy::float_cmp,
    reason = "infinities are exact, and returns are found again as they were put in"
)]

use std::sync::Mutex;

use po_core::{Covariance, Status};
use po_correlation::evaluate::{
    Bandwidth, Calibration, DieboldMarianoParams, Entrant, Fits, ForecastError, Loss, Schedule, Window,
    diebold_mariano,
};

use super::market::{Constant, Random, ewma, outcome, returns_of, run, storm};

/// Rounding of a handful of operations.
const ROUNDING: f64 = 1e-13;

fn close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() <= ROUNDING * expected.abs().max(1.0), "{actual} is not {expected}");
}

/// Under the identity, every score is a sum of the returns or of their squares.
#[test]
fn the_identity() {
    let bars = storm(60, 3);
    let entrants = vec![
        Entrant::new("identity", Constant::diagonal(&[1.0; 3])),
        Entrant::new("two", Constant::diagonal(&[2.0; 3])),
    ];
    let evaluation = run(20, &returns_of(&bars), entrants);
    let [one, two] = ["identity", "two"].map(|name| &outcome(&evaluation, name).scores);
    for (place, bar) in bars[20..].iter().enumerate() {
        let squares: f64 = bar.iter().map(|value| value * value).sum();
        close(one.qlike[place], squares);
        close(one.distance[place], squares);
        close(one.portfolio[place], (bar.iter().sum::<f64>() / 3.0).powi(2));
        close(two.qlike[place], 8f64.ln() + squares / 2.0);
        close(two.distance[place], squares / 2.0);
        close(two.portfolio[place], one.portfolio[place]);
    }
}

/// Two assets with variances a, b and covariance c: the first weight is (b - c) / (a + b - 2c), here above one.
#[test]
fn a_pair_with_a_short_position() {
    let covariance = Covariance::from_column_slice(2, &[1.0, 1.2, 1.2, 4.0]).unwrap();
    let weight = (4.0 - 1.2) / (1.0 + 4.0 - 2.4);
    assert!(weight > 1.0);
    let random = &mut Random(4);
    let bars: Vec<Vec<f64>> = (0..40).map(|_| vec![random.normal(), random.normal()]).collect();
    let entrants = vec![
        Entrant::new("pair", Constant(covariance)),
        Entrant::new("identity", Constant::diagonal(&[1.0; 2])),
    ];
    let evaluation = run(10, &returns_of(&bars), entrants);
    let pair = outcome(&evaluation, "pair");
    for (bar, score) in bars[10..].iter().zip(&pair.scores.portfolio) {
        close(*score, (weight * bar[0] + (1.0 - weight) * bar[1]).powi(2));
    }
    for (bar, score) in bars[10..].iter().zip(&pair.scores.distance) {
        let (x, y) = (bar[0], bar[1]);
        close(*score, (4.0 * x * x - 2.4 * x * y + y * y) / (4.0 - 1.44));
    }
}

/// With one asset, QLIKE is Patton's, and the portfolio is the asset.
#[test]
fn a_single_asset() {
    let random = &mut Random(8);
    let bars: Vec<Vec<f64>> = (0..40).map(|_| vec![0.02 * random.normal()]).collect();
    let sized = |variance: f64| Entrant::new(format!("{variance}"), Constant::diagonal(&[variance]));
    let evaluation = run(10, &returns_of(&bars), vec![sized(4e-4), sized(9e-4)]);
    for variance in [4e-4_f64, 9e-4] {
        let scores = &outcome(&evaluation, &format!("{variance}")).scores;
        for (place, bar) in bars[10..].iter().enumerate() {
            let square = bar[0] * bar[0];
            close(scores.qlike[place], variance.ln() + square / variance);
            close(scores.portfolio[place], square);
        }
    }
}

/// D + b b' with many assets: its inverse by Sherman and Morrison, its determinant by the lemma.
#[test]
fn many_assets_with_one_factor() {
    let (assets, random) = (60, &mut Random(60));
    let own: Vec<f64> = (0..assets).map(|_| 0.5 + random.uniform()).collect();
    let beta: Vec<f64> = (0..assets).map(|_| random.normal()).collect();
    let entry = |place: usize| {
        let (row, col) = (place / assets, place % assets);
        beta[row] * beta[col] + if row == col { own[row] } else { 0.0 }
    };
    let entries: Vec<f64> = (0..assets * assets).map(entry).collect();
    let covariance = Covariance::from_column_slice(assets, &entries).unwrap();
    let bars: Vec<Vec<f64>> = (0..25).map(|_| (0..assets).map(|_| random.normal()).collect()).collect();
    let entrants = vec![
        Entrant::new("factor", Constant(covariance)),
        Entrant::new("identity", Constant::diagonal(&vec![1.0; assets])),
    ];
    let evaluation = run(5, &returns_of(&bars), entrants);
    let scores = &outcome(&evaluation, "factor").scores;
    let weighted = |x: &[f64], y: &[f64]| -> f64 { (0..assets).map(|i| x[i] * y[i] / own[i]).sum() };
    let scale = 1.0 + weighted(&beta, &beta);
    let form = |x: &[f64], y: &[f64]| weighted(x, y) - weighted(x, &beta) * weighted(y, &beta) / scale;
    let determinant = own.iter().map(|own| own.ln()).sum::<f64>() + scale.ln();
    let ones = vec![1.0; assets];
    for (place, bar) in bars[5..].iter().enumerate() {
        close(scores.distance[place], form(bar, bar));
        close(scores.qlike[place], determinant + form(bar, bar));
        close(scores.portfolio[place], (form(&ones, bar) / form(&ones, &ones)).powi(2));
    }
}

/// Forecasts that are too small by a factor are found to be so, by exactly that factor.
#[test]
fn calibration_scales() {
    let returns = returns_of(&storm(300, 6));
    let sized = |factor: f64| Constant::diagonal(&[1e-4 * factor, 2e-4 * factor, 3e-4 * factor]);
    let entrants = vec![Entrant::new("one", sized(1.0)), Entrant::new("four", sized(4.0))];
    let evaluation = run(50, &returns, entrants);
    let [one, four] = ["one", "four"].map(|name| outcome(&evaluation, name));
    close(one.calibration.ratio, 4.0 * four.calibration.ratio);
    close(one.calibration.standard_error, 4.0 * four.calibration.standard_error);
    close(one.by(Loss::Portfolio).mean, four.by(Loss::Portfolio).mean);
    assert!(one.calibration.coverage[0].share < four.calibration.coverage[0].share);
}

/// Kupiec's likelihood ratio when nothing, or everything, lies within: 2 T ln(1 / rate).
#[test]
fn coverage_at_its_ends() {
    let all = Calibration::of(1, &[0.5; 50], Bandwidth::Lags(0)).unwrap();
    let none = Calibration::of(1, &[100.0; 50], Bandwidth::Lags(0)).unwrap();
    for (place, level) in [0.95, 0.99_f64].into_iter().enumerate() {
        let (all, none) = (all.coverage[place], none.coverage[place]);
        assert_eq!((all.share, none.share), (1.0, 0.0));
        let ratio = -2.0 * 50.0 * level.ln();
        // The tail of one degree of freedom, by the error function; the complement loses digits of 1 - p.
        let tail = erfc((ratio / 2.0).sqrt());
        close(all.p_value, tail);
        assert!(none.p_value < 1e-60);
    }
    // All distances are one number: the ratio is certain.
    assert_eq!((all.ratio, all.standard_error, all.p_value), (0.5, 0.0, 0.0));
    assert_eq!(all.statistic, f64::NEG_INFINITY);
    // Right to the last bit, there is nothing to doubt.
    let right = Calibration::of(2, &[2.0; 50], Bandwidth::Automatic).unwrap();
    assert_eq!((right.ratio, right.statistic, right.p_value), (1.0, 0.0, 1.0));
}

/// erfc by its series about zero, for small arguments: an alternating sum of positive terms that fall quickly.
fn erfc(x: f64) -> f64 {
    let mut term = x;
    let mut total = x;
    for n in 1..200 {
        term *= -x * x / f64::from(n);
        total += term / f64::from(2 * n + 1);
    }
    1.0 - 2.0 / std::f64::consts::PI.sqrt() * total
}

#[test]
fn equal_losses_and_a_difference_that_never_moves() {
    let params = DieboldMarianoParams::default();
    let losses = [1.0, 3.0, 2.0, 5.0, 4.0];
    let equal = diebold_mariano(&losses, &losses, &params).unwrap();
    assert_eq!((equal.mean_difference, equal.statistic, equal.p_value), (0.0, 0.0, 1.0));
    let more = losses.map(|loss| loss + 1.0);
    let certain = diebold_mariano(&more, &losses, &params).unwrap();
    assert_eq!((certain.mean_difference, certain.standard_error), (1.0, 0.0));
    assert_eq!((certain.statistic, certain.p_value), (f64::INFINITY, 0.0));
}

/// One bar ahead, the correction is √((T - 1) / T); three ahead, √((T - 5 + 6/T) / T).
#[test]
fn the_correction_for_small_samples() {
    let (losses, others) = ([2.0, 0.0, 3.0, 1.0, 2.0, 0.0, 1.0, 1.0], [1.0; 8]);
    let test = |horizon| {
        let params = DieboldMarianoParams { horizon, bandwidth: Bandwidth::Lags(0) };
        diebold_mariano(&losses, &others, &params).unwrap().statistic
    };
    // Mean 1/4, variance 15/16: the raw statistic is (1/4) √8 / √(15/16).
    let raw = 0.25 * (8.0_f64 / 0.9375).sqrt();
    close(test(1), raw * (7.0_f64 / 8.0).sqrt());
    close(test(3), raw * ((8.0 + 1.0 - 6.0 + 6.0 / 8.0) / 8.0_f64).sqrt());
}

/// The bars of each fit, told by the length of the window and its last return; and how many fits ended in vain.
#[test]
fn a_schedule_is_kept() {
    let bars = storm(60, 12);
    let returns = returns_of(&bars);
    for (window, every, lengths) in [
        (Window::Expanding, 10, vec![(20, 19), (30, 29), (40, 39), (50, 49)]),
        (Window::Rolling(25), 15, vec![(20, 19), (25, 34), (25, 49)]),
        (Window::Rolling(7), 13, vec![(7, 19), (7, 32), (7, 45), (7, 58)]),
    ] {
        let fits = Mutex::new(Vec::new());
        let fit = |sample: &po_core::Returns| {
            let length = sample.observations();
            let last = bars.iter().position(|bar| bar[1] == sample.column(1)[length - 1]).unwrap();
            let first = bars.iter().position(|bar| bar[0] == sample.column(0)[0]).unwrap();
            assert_eq!(last + 1 - first, length);
            let number = {
                let mut fits = fits.lock().unwrap();
                fits.push((length, last));
                fits.len()
            };
            let mut ewma = ewma(0.9);
            for bar in &bars[first..=last] {
                po_core::StreamingEstimator::update(&mut ewma, bar)
                    .map_err(|error| ForecastError::of(&error))?;
            }
            // Of two fits the second does not end well, nor does the third.
            let endings = [Status::Converged, Status::Stalled, Status::IterationLimit];
            Ok::<_, ForecastError>((ewma, endings[(number - 1) % endings.len()]))
        };
        let entrants = vec![
            Entrant::filtered("watched", Schedule { window, every }, fit).unwrap(),
            Entrant::new("other", Constant::diagonal(&[1e-4; 3])),
        ];
        let evaluation = run(20, &returns, entrants);
        let unconverged = lengths.len().min(3) - 1;
        let expected = Fits { count: lengths.len(), unconverged };
        assert_eq!(outcome(&evaluation, "watched").scores.fits, expected, "{window:?}");
        assert_eq!(outcome(&evaluation, "other").scores.fits, Fits::default());
        assert_eq!(fits.into_inner().unwrap(), lengths, "{window:?}");
    }
}
