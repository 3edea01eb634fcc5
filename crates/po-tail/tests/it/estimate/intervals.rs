//! Intervals: which method made them, and how often they cover.

use po_core::{BootstrapParams, Resampling};
use po_tail::{GpdMethod, IntervalChoice, IntervalMethod, TailModel, Threshold};

use super::{beta, logistic};

#[test]
fn every_model_has_intervals_about_its_estimate() {
    let returns = logistic(700);
    let (confidence, level) = (beta(0.95), beta(0.9));
    let evt = TailModel::Evt { threshold: Threshold::Exceedances(100), method: GpdMethod::default() };
    let cases = [
        (TailModel::Historical, IntervalMethod::OrderStatistics, IntervalMethod::Asymptotic),
        (TailModel::AgeWeighted { decay: 0.995 }, IntervalMethod::Asymptotic, IntervalMethod::Asymptotic),
        (TailModel::Normal, IntervalMethod::Delta, IntervalMethod::Delta),
        (TailModel::StudentT, IntervalMethod::Delta, IntervalMethod::Delta),
        (TailModel::CornishFisher, IntervalMethod::Delta, IntervalMethod::Delta),
        (TailModel::CornishFisherMatched, IntervalMethod::Delta, IntervalMethod::Delta),
        (evt, IntervalMethod::ProfileLikelihood, IntervalMethod::ProfileLikelihood),
    ];
    for (model, var, cvar) in cases {
        let risk = model.estimate(&returns, confidence).unwrap();
        let found = model.interval(&returns, confidence, level, IntervalChoice::Analytic).unwrap();
        assert_eq!((found.var.method, found.cvar.method), (var, cvar));
        for (risk, own) in [(risk.var, found.var), (risk.cvar, found.cvar)] {
            assert!(own.lower < risk && risk < own.upper, "{}: {risk} in {own:?}", model.name());
            assert!(own.upper - own.lower < risk, "{}: {own:?}", model.name());
            assert!(own.level >= 0.9);
        }
    }
}

#[test]
fn resamples_agree_with_theory_in_width() {
    let returns = logistic(700);
    let (confidence, level) = (beta(0.95), beta(0.9));
    let params = BootstrapParams {
        resampling: Resampling::Circular,
        block: Some(1),
        resamples: 400,
        ..BootstrapParams::default()
    };
    for model in [TailModel::Historical, TailModel::Normal, TailModel::StudentT, TailModel::CornishFisher] {
        let theory = model.interval(&returns, confidence, level, IntervalChoice::Analytic).unwrap();
        let resampled = model.interval(&returns, confidence, level, IntervalChoice::Bootstrap(params)).unwrap();
        let again = model.interval(&returns, confidence, level, IntervalChoice::Bootstrap(params)).unwrap();
        assert_eq!(resampled, again);
        assert_eq!(resampled.var.method, IntervalMethod::Bootstrap);
        let width = |own: po_tail::TailInterval| own.upper - own.lower;
        for (a, b) in [(theory.var, resampled.var), (theory.cvar, resampled.cvar)] {
            // The normal model is wrong about the fourth moment of these returns, and by that about its own error.
            let ratio = width(a) / width(b);
            assert!(ratio > 0.6 && ratio < 1.6, "{}: {ratio}", model.name());
        }
    }
}

/// Order statistics of a sample from the uniform distribution cover its quantile as often as the binomial distribution
/// says: 2000 seeded samples, with a standard error of half a per cent.
#[test]
fn order_statistics_cover_as_often_as_they_say() {
    let (confidence, level) = (beta(0.9), beta(0.9));
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let (mut covered, mut said) = (0, 0.0);
    for _ in 0..2000 {
        let returns: Vec<f64> = (0..100).map(|_| -uniform()).collect();
        let own = TailModel::Historical.interval(&returns, confidence, level, IntervalChoice::Analytic).unwrap();
        said = own.var.level;
        covered += i32::from(own.var.lower <= 0.9 && 0.9 <= own.var.upper);
    }
    assert!((f64::from(covered) / 2000.0 - said).abs() < 0.02, "{covered} of 2000, {said}");
}
