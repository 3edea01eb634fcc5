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
        let resampled =
            model.interval(&returns, confidence, level, IntervalChoice::Bootstrap(params)).unwrap();
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
        let own =
            TailModel::Historical.interval(&returns, confidence, level, IntervalChoice::Analytic).unwrap();
        said = own.var.level;
        covered += i32::from(own.var.lower <= 0.9 && 0.9 <= own.var.upper);
    }
    assert!((f64::from(covered) / 2000.0 - said).abs() < 0.02, "{covered} of 2000, {said}");
}

#[test]
fn a_bootstrap_is_the_quantiles_of_its_resamples() {
    let returns = logistic(200);
    let params = BootstrapParams { resamples: 99, seed: 7, ..BootstrapParams::default() };
    let bootstrap = po_core::Bootstrap::new(params).unwrap();
    let mut indices = Vec::new();
    let (mut vars, mut cvars) = (Vec::new(), Vec::new());
    for number in 0..99 {
        bootstrap.indices_into(200, number, &mut indices).unwrap();
        let resample: Vec<f64> = indices.iter().map(|place| returns[*place]).collect();
        let risk = TailModel::Normal.estimate(&resample, beta(0.95)).unwrap();
        vars.push(risk.var);
        cvars.push(risk.cvar);
    }
    let choice = IntervalChoice::Bootstrap(params);
    let found = TailModel::Normal.interval(&returns, beta(0.95), beta(0.9), choice).unwrap();
    // Of ninety-nine, four lie out on either side.
    for (own, values) in [(found.var, &mut vars), (found.cvar, &mut cvars)] {
        values.sort_by(f64::total_cmp);
        assert_eq!((own.lower, own.upper, own.level), (values[4], values[94], 0.9));
    }
    let other = IntervalChoice::Bootstrap(BootstrapParams { seed: 8, ..params });
    assert_ne!(TailModel::Normal.interval(&returns, beta(0.95), beta(0.9), other).unwrap(), found);
}

#[test]
fn intervals_of_peaks_are_those_of_the_fit() {
    let returns = logistic(500);
    let losses: Vec<f64> = returns.iter().map(|value| -value).collect();
    let (threshold, method) = (Threshold::Exceedances(60), GpdMethod::default());
    let edge = threshold.choose(&losses).unwrap().threshold;
    let fit = po_tail::PeaksOverThreshold::fit(&losses, edge, method).unwrap();
    let found = TailModel::Evt { threshold, method }
        .interval(&returns, beta(0.99), beta(0.9), IntervalChoice::Analytic)
        .unwrap();
    let var = fit.var_interval(beta(0.99), beta(0.9)).unwrap();
    let cvar = fit.cvar_interval(beta(0.99), beta(0.9)).unwrap();
    assert_eq!((found.var.lower, found.var.upper), (var.lower, var.upper));
    assert_eq!((found.cvar.lower, found.cvar.upper), (cvar.lower, cvar.upper));
}

/// A decay of one leaves equal weights, which are worth as many returns as there are.
#[test]
fn weights_that_fall_with_age_widen_the_interval() {
    let returns = logistic(400);
    let (confidence, level) = (beta(0.95), beta(0.9));
    let of = |decay: f64| {
        let model = TailModel::AgeWeighted { decay };
        model.interval(&returns, confidence, level, IntervalChoice::Analytic).unwrap()
    };
    let plain =
        TailModel::Historical.interval(&returns, confidence, level, IntervalChoice::Analytic).unwrap();
    let equal = of(1.0);
    assert!((equal.cvar.lower - plain.cvar.lower).abs() < 1e-15);
    assert!((equal.cvar.upper - plain.cvar.upper).abs() < 1e-15);
    // Woodruff's ends are quantiles at a level moved by its standard error.
    let reach = 1.644_853_626_951_472_2 * (0.95_f64 * 0.05 / 400.0).sqrt();
    for (end, at) in [(equal.var.lower, 0.95 - reach), (equal.var.upper, 0.95 + reach)] {
        assert!((end - TailModel::Historical.estimate(&returns, beta(at)).unwrap().var).abs() < 1e-18);
    }
    // Of weights that halve every 35 periods there are some 99 returns' worth, of which none bounds the risk from above.
    let aged = of(0.98);
    assert!(aged.var.upper - aged.var.lower > equal.var.upper - equal.var.lower);
    assert!(aged.cvar.upper - aged.cvar.lower > equal.cvar.upper - equal.cvar.lower);
    let few = of(0.9);
    assert!(few.var.upper.is_infinite());
}
