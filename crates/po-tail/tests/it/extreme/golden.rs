//! Fits, covariances and profile intervals against optimisations with thirty digits.

use po_core::Confidence;
use po_tail::{
    GeneralisedExtremeValue, GeneralisedPareto, GevFit, GevMethod, GpdFit, GpdMethod, PeaksOverThreshold,
    ProfileInterval,
};
use serde::Deserialize;

/// The likelihood at a maximum is met to rounding.
const LIKELIHOOD: f64 = 1e-12;

/// Estimates stand where the slope of the likelihood is zero to rounding.
const ESTIMATE: f64 = 1e-9;

/// The reference differentiates twice by differences, with thirty digits.
const COVARIANCE: f64 = 1e-8;

/// Distributions, a few roundings.
const DISTRIBUTION: f64 = 4e-15;

/// Moments of extremes: two logarithms of the gamma function, good to 1e-14, whose difference is divided by the square
/// of a shape of 0.3.
const MOMENT: f64 = 5e-13;

#[derive(Deserialize)]
struct Golden {
    threshold: f64,
    level: f64,
    confidence: f64,
    period: f64,
    chi_square_quantile: f64,
    points: Vec<[f64; 8]>,
    moments: Vec<[f64; 3]>,
    gpd: Vec<Gpd>,
    gev: Vec<Gev>,
}

#[derive(Deserialize)]
struct Gpd {
    name: String,
    excesses: Vec<f64>,
    likelihood: [f64; 2],
    log_likelihood: f64,
    covariance: [f64; 3],
    scipy_log_likelihood: f64,
    shape_interval: [f64; 2],
    observations: usize,
    var: f64,
    var_interval: [f64; 2],
    cvar: Option<f64>,
    cvar_interval: Option<[f64; 2]>,
    penalised: Option<[f64; 2]>,
    weighted_moments: [f64; 2],
    moments: [f64; 2],
    quasi_bayesian: [f64; 2],
}

#[derive(Deserialize)]
struct Gev {
    name: String,
    maxima: Vec<f64>,
    likelihood: [f64; 3],
    log_likelihood: f64,
    covariance: [f64; 6],
    shape_interval: [f64; 2],
    level: f64,
    level_interval: [f64; 2],
    weighted_moments: [f64; 3],
}

fn golden() -> Golden {
    toml::from_str(include_str!("../../data/extreme.toml")).unwrap()
}

/// Relative to the expected value, or to `least` where that is nearly zero.
fn assert_close(what: &str, found: f64, expected: f64, tolerance: f64, least: f64) {
    let error = (found - expected).abs();
    let same = error <= tolerance * expected.abs().max(least) || found.to_bits() == expected.to_bits();
    assert!(same, "{what}: {found} is not {expected}, off by {error:e}");
}

fn assert_interval(what: &str, found: ProfileInterval, expected: [f64; 2], tolerance: f64, least: f64) {
    assert_close(&format!("{what}, lower"), found.lower, expected[0], tolerance, least);
    assert_close(&format!("{what}, upper"), found.upper, expected[1], tolerance, least);
}

#[test]
fn distributions() {
    let golden = golden();
    for [shape, x, gpd_cdf, gpd_survival, gpd_density, gev_cdf, gev_survival, gev_density] in golden.points {
        let gpd = GeneralisedPareto::new(shape, 2.0).unwrap();
        let gev = GeneralisedExtremeValue::new(0.0, 2.0, shape).unwrap();
        let what = format!("{shape} at {x}");
        assert_close(&what, gpd.cdf(x), gpd_cdf, DISTRIBUTION, 0.0);
        assert_close(&what, gpd.survival(x), gpd_survival, DISTRIBUTION, 0.0);
        assert_close(&what, gpd.density(x), gpd_density, DISTRIBUTION, 0.0);
        assert_close(&what, gev.cdf(x), gev_cdf, DISTRIBUTION, 0.0);
        assert_close(&what, gev.survival(x), gev_survival, DISTRIBUTION, 0.0);
        assert_close(&what, gev.density(x), gev_density, DISTRIBUTION, 0.0);
        assert_close(&what, gpd.quantile(gpd_cdf), x, 2.0 * DISTRIBUTION, 0.0);
        assert_close(&what, gpd.tail_quantile(gpd_survival), x, 2.0 * DISTRIBUTION, 1.0);
        assert_close(&what, gev.quantile(gev_cdf), x, 4.0 * DISTRIBUTION, 1.0);
    }
    for [shape, mean, variance] in golden.moments {
        let gev = GeneralisedExtremeValue::new(0.0, 1.0, shape).unwrap();
        assert_close(&format!("mean for {shape}"), gev.mean().unwrap(), mean, MOMENT, 0.0);
        assert_close(&format!("variance for {shape}"), gev.variance().unwrap(), variance, MOMENT, 0.0);
    }
}

#[test]
fn excesses() {
    let golden = golden();
    let confidence = Confidence::new(golden.confidence).unwrap();
    let level = Confidence::new(golden.level).unwrap();
    for case in &golden.gpd {
        let what = &case.name;
        let fit = GpdFit::fit(&case.excesses, GpdMethod::MaximumLikelihood).unwrap();
        assert_close(what, fit.log_likelihood(), case.log_likelihood, LIKELIHOOD, 1.0);
        assert!(fit.log_likelihood() >= case.scipy_log_likelihood - LIKELIHOOD * case.log_likelihood.abs());
        assert_pair(what, &fit, case.likelihood, ESTIMATE);
        let [[shapes, both], [same, scales]] = fit.covariance().unwrap();
        assert_eq!(both.to_bits(), same.to_bits());
        for (found, expected) in [shapes, both, scales].into_iter().zip(case.covariance) {
            assert_close(what, found, expected, COVARIANCE, 0.0);
        }
        let interval = fit.shape_interval(&case.excesses, confidence).unwrap();
        assert_interval(what, interval, case.shape_interval, ESTIMATE, 1.0);

        for (method, expected) in [
            (GpdMethod::ProbabilityWeightedMoments, case.weighted_moments),
            (GpdMethod::Moments, case.moments),
            (GpdMethod::QuasiBayesian, case.quasi_bayesian),
        ] {
            assert_pair(what, &GpdFit::fit(&case.excesses, method).unwrap(), expected, ESTIMATE);
        }
        if let Some(expected) = case.penalised {
            assert_pair(
                what,
                &GpdFit::fit(&case.excesses, GpdMethod::COLES_DIXON).unwrap(),
                expected,
                ESTIMATE,
            );
        }

        let tail = tail(case, golden.threshold);
        assert_close(what, tail.var(level).unwrap(), case.var, ESTIMATE, 0.0);
        let interval = tail.var_interval(level, confidence).unwrap();
        assert_interval(&format!("{what}, VaR"), interval, case.var_interval, ESTIMATE, 0.0);
        let period = 1.0 / level.tail();
        let again = tail.return_level_interval(period, confidence).unwrap();
        assert_interval(&format!("{what}, return level"), again, case.var_interval, ESTIMATE, 0.0);
        let (Some(cvar), Some(ends)) = (case.cvar, case.cvar_interval) else { continue };
        assert_close(what, tail.cvar(level).unwrap(), cvar, ESTIMATE, 0.0);
        let interval = tail.cvar_interval(level, confidence).unwrap();
        assert_interval(&format!("{what}, CVaR"), interval, ends, ESTIMATE, 0.0);
    }
}

/// The excesses over the threshold, and zeros.
fn tail(case: &Gpd, threshold: f64) -> PeaksOverThreshold {
    let mut losses: Vec<f64> = case.excesses.iter().map(|excess| threshold + excess).collect();
    losses.resize(case.observations, 0.0);
    PeaksOverThreshold::fit(&losses, threshold, GpdMethod::MaximumLikelihood).unwrap()
}

fn assert_pair(what: &str, fit: &GpdFit, [shape, scale]: [f64; 2], tolerance: f64) {
    let what = format!("{what} by {}", fit.method());
    assert_close(&what, fit.distribution().shape(), shape, tolerance, 1.0);
    assert_close(&what, fit.distribution().scale(), scale, tolerance, 0.0);
}

#[test]
fn block_maxima() {
    let golden = golden();
    let confidence = Confidence::new(golden.confidence).unwrap();
    for case in &golden.gev {
        let what = &case.name;
        let fit = GevFit::fit(&case.maxima, GevMethod::MaximumLikelihood).unwrap();
        assert_close(what, fit.log_likelihood(), case.log_likelihood, LIKELIHOOD, 1.0);
        assert_three(what, &fit, case.likelihood);
        let covariance = fit.covariance().unwrap();
        let upper = (0..3).flat_map(|row| (row..3).map(move |col| (row, col)));
        for ((row, col), expected) in upper.zip(case.covariance) {
            assert_close(what, covariance[row][col], expected, COVARIANCE, 0.0);
        }
        let interval = fit.shape_interval(&case.maxima, confidence).unwrap();
        assert_interval(what, interval, case.shape_interval, ESTIMATE, 1.0);
        let level = fit.distribution().return_level(golden.period).unwrap();
        assert_close(what, level, case.level, ESTIMATE, 0.0);
        let interval = fit.return_level_interval(&case.maxima, golden.period, confidence).unwrap();
        assert_interval(what, interval, case.level_interval, ESTIMATE, 0.0);
        let fit = GevFit::fit(&case.maxima, GevMethod::ProbabilityWeightedMoments).unwrap();
        assert_three(what, &fit, case.weighted_moments);
    }
}

fn assert_three(what: &str, fit: &GevFit, [location, scale, shape]: [f64; 3]) {
    let found = fit.distribution();
    assert_close(what, found.location(), location, ESTIMATE, 0.0);
    assert_close(what, found.scale(), scale, ESTIMATE, 0.0);
    assert_close(what, found.shape(), shape, ESTIMATE, 1.0);
}

/// The interval of one confidence is where the likelihood has fallen by half a quantile of chi square.
#[test]
fn the_likelihood_falls_by_half_the_quantile() {
    let golden = golden();
    let confidence = Confidence::new(golden.confidence).unwrap();
    let case = &golden.gpd[0];
    let fit = GpdFit::fit(&case.excesses, GpdMethod::MaximumLikelihood).unwrap();
    let interval = fit.shape_interval(&case.excesses, confidence).unwrap();
    for shape in [interval.lower, interval.upper] {
        // The best scale for the shape, by golden section.
        let likelihood = |scale: f64| {
            let gpd = GeneralisedPareto::new(shape, scale).unwrap();
            case.excesses.iter().map(|excess| gpd.log_density(*excess)).sum::<f64>()
        };
        let (mut lower, mut upper) = (1.0_f64, 50.0_f64);
        for _ in 0..120 {
            let (left, right) = (lower + 0.382 * (upper - lower), lower + 0.618 * (upper - lower));
            if likelihood(left) > likelihood(right) { upper = right } else { lower = left }
        }
        let fall = 2.0 * (fit.log_likelihood() - likelihood(lower));
        assert_close("the fall", fall, golden.chi_square_quantile, ESTIMATE, 0.0);
    }
}
