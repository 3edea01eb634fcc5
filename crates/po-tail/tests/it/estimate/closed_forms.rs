//! Risks that follow by hand, and printed ones.

use po_core::{Confidence, Quantile, Risk, RiskMeasure};
use po_tail::{EwmaFilter, Filtered, GpdMethod, StudentTFit, TailModel, TailSheet, Threshold};

use super::{beta, series};

/// Printed to four digits.
const PRINTED: f64 = 5e-5;

#[test]
fn historical_risk_is_that_of_the_core_to_the_bit() {
    for count in [1, 2, 7, 100, 250, 1000] {
        let returns = series(count);
        for level in [0.01, 0.5, 0.75, 0.9, 0.95, 0.99, 0.9999] {
            let confidence = beta(level);
            let risk = TailModel::Historical.estimate(&returns, confidence).unwrap();
            let var = Risk::Var { confidence, quantile: Quantile::Lower }.risk(&returns).unwrap();
            let cvar = Risk::Cvar { confidence }.risk(&returns).unwrap();
            assert_eq!((risk.var.to_bits(), risk.cvar.to_bits()), (var.to_bits(), cvar.to_bits()));
        }
    }
}

/// Boudoukh, Richardson and Whitelaw (1998): returns of -3.3, -2.9, -2.7, -2.5, -2.4 and -2.3 per cent, 3, 2, 65, 45, 5
/// and 30 periods ago of 100, with a decay of 0.98; and the cumulative weights that they print, now and 25 periods later.
#[test]
fn cumulative_weights_are_those_of_boudoukh_richardson_and_whitelaw() {
    let losses = [0.033, 0.029, 0.027, 0.025, 0.024, 0.023];
    let ages = [3, 2, 65, 45, 5, 30];
    let printed = [
        (0, [0.0221, 0.0447, 0.0511, 0.0605, 0.0818, 0.0947]),
        (25, [0.0134, 0.0270, 0.0308, 0.0365, 0.0494, 0.0571]),
    ];
    for (later, cumulative) in printed {
        let mut returns = vec![0.01; 100];
        for (loss, age) in losses.into_iter().zip(ages) {
            returns[100 - (age + later)] = -loss;
        }
        let var = |tail: f64| {
            TailModel::AgeWeighted { decay: 0.98 }.estimate(&returns, beta(1.0 - tail)).unwrap().var
        };
        for (place, weight) in cumulative.into_iter().enumerate() {
            // Up to the cumulative weight of a loss it is the value at risk, beyond it the next one.
            assert!((var(weight - PRINTED - 1e-6) - losses[place]).abs() < 1e-15);
            let next = losses.get(place + 1).copied().unwrap_or(-0.01);
            assert!((var(weight + PRINTED + 1e-6) - next).abs() < 1e-15);
        }
    }
}

#[test]
fn a_decay_of_one_is_the_historical_model() {
    let returns = series(400);
    for level in [0.5, 0.9, 0.95, 0.99] {
        let aged = TailModel::AgeWeighted { decay: 1.0 }.estimate(&returns, beta(level)).unwrap();
        let plain = TailModel::Historical.estimate(&returns, beta(level)).unwrap();
        assert_eq!(aged.var.to_bits(), plain.var.to_bits());
        assert!((aged.cvar - plain.cvar).abs() < 1e-16);
    }
}

/// The quantile of t with two degrees has a closed form, `(1-2p) / sqrt(2p(1-p))`, and three a mean beyond it.
#[test]
fn student_t_with_two_degrees_has_its_closed_form() {
    for level in [0.6, 0.9, 0.99, 0.99999] {
        let fit = StudentTFit { location: 0.0, scale: 1.0, degrees: 2.0, log_likelihood: 0.0, iterations: 0 };
        let (confidence, p) = (beta(level), beta(level).tail());
        let risk = fit.tail(confidence);
        let quantile = (1.0 - 2.0 * p) / (2.0 * p * (1.0 - p)).sqrt();
        assert!((risk.var - quantile).abs() < 1e-12 * quantile, "{level}");
        // f(q) (2 + q²) = (2 + q²)^(-1/2).
        let beyond = 1.0 / (2.0 + quantile * quantile).sqrt() / p;
        assert!((risk.cvar - beyond).abs() < 1e-12 * beyond, "{level}");
    }
}

#[test]
fn light_tails_have_infinitely_many_degrees() {
    let returns: Vec<f64> = (-200..=200).map(|k| 1e-4 * f64::from(k)).collect();
    let fit = StudentTFit::of(&returns).unwrap();
    assert!(fit.degrees.is_infinite());
    assert!(fit.location.abs() < 1e-18);
}

#[test]
fn the_filter_scales_residuals() {
    let returns = series(500);
    let mut residuals = Vec::new();
    let filtered = EwmaFilter::default().filter_into(&returns, &mut residuals).unwrap();
    assert_eq!(filtered.residuals.len(), 480);
    let Filtered { residuals, volatility, .. } = filtered;
    // The recursion, from the definition.
    let mut variance = returns[..20].iter().map(|value| value * value).sum::<f64>() / 20.0;
    for (value, residual) in returns[20..].iter().zip(residuals) {
        assert!((value / variance.sqrt() - residual).abs() < 1e-12);
        variance = 0.94 * variance + 0.06 * value * value;
    }
    assert!((variance.sqrt() - volatility).abs() < 1e-15);
    let confidence = beta(0.99);
    let plain = TailModel::Historical.estimate(residuals, confidence).unwrap();
    let filtered = Filtered { residuals, mean: 0.001, volatility };
    let risk = TailModel::Historical.estimate_filtered(filtered, confidence).unwrap();
    assert_eq!(risk, plain.rescaled(0.001, volatility));
}

#[test]
fn peaks_over_threshold_are_those_of_the_fit() {
    let returns = series(800);
    let losses: Vec<f64> = returns.iter().map(|value| -value).collect();
    let confidence = beta(0.99);
    let threshold = Threshold::Exceedances(80);
    let fit = po_tail::PeaksOverThreshold::fit(
        &losses,
        threshold.choose(&losses).unwrap().threshold,
        GpdMethod::default(),
    )
    .unwrap();
    let risk =
        TailModel::Evt { threshold, method: GpdMethod::default() }.estimate(&returns, confidence).unwrap();
    assert_eq!((risk.var, risk.cvar), (fit.var(confidence).unwrap(), fit.cvar(confidence).unwrap()));
}

#[test]
fn a_sheet_has_every_measure_and_model() {
    let returns = series(600);
    let confidence = Confidence::new(0.95).unwrap();
    let sheet = TailSheet::of(&returns, confidence).unwrap();
    assert_eq!((sheet.observations, sheet.models.len(), sheet.measures.len()), (600, 6, 16));
    for row in &sheet.models {
        assert_eq!(row.risk, row.model.estimate(&returns, confidence));
    }
    for row in &sheet.measures {
        assert_eq!(row.risk, row.measure.risk(&returns));
    }
}
