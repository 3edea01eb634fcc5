//! Estimates against independent code; `tests/data/estimate.py` wrote the figures.

use po_tail::{
    IntervalChoice, IntervalMethod, ScenarioSheet, StudentTFit, TailInterval, TailIntervals, TailModel,
    TailRisk,
};
use serde::Deserialize;

use super::beta;

/// Both are sums of some hundred numbers of the size of a risk, or closed forms of them.
const ROUNDING: f64 = 1e-13;

/// The reference has the root of the score in 30 digits; ours ends where the likelihood no longer tells, in the degrees
/// to half as many digits as it has itself.
const LIKELIEST: f64 = 1e-8;

/// Quantiles of Student's t are as good as the incomplete beta function beneath.
const QUANTILE: f64 = 1e-12;

/// The reference of entropic risk is a root of a numerical derivative; the value depends on its square.
const ENTROPIC: f64 = 1e-11;

/// Standard errors hang on derivatives by differences.
const STANDARD_ERROR: f64 = 1e-7;

/// Those of Student's t also on the place of the maximum, which the likelihood tells to half its digits.
const STUDENT_ERROR: f64 = 1e-5;

#[derive(Deserialize)]
struct Golden {
    series: Vec<Series>,
    quantile: Vec<Quantile>,
}

#[derive(Deserialize)]
struct Series {
    name: String,
    returns: Vec<f64>,
    probabilities: Vec<f64>,
    student: [f64; 4],
    shape: [f64; 2],
    level: Vec<Level>,
}

#[derive(Deserialize)]
struct Level {
    confidence: f64,
    historical: [f64; 2],
    age_weighted: [f64; 2],
    probable: [f64; 2],
    evar: f64,
    normal: [f64; 2],
    student_t: [f64; 2],
    cornish_fisher: [f64; 2],
    matched: [f64; 2],
    normal_error: [f64; 2],
    student_error: [f64; 2],
    cornish_fisher_error: [f64; 2],
    matched_error: [f64; 2],
    tail_error: f64,
    ranks: [f64; 2],
    covered: f64,
}

#[derive(Deserialize)]
struct Quantile {
    degrees: f64,
    confidence: f64,
    tail: [f64; 2],
}

fn golden() -> Golden {
    toml::from_str(include_str!("../../data/estimate.toml")).unwrap()
}

fn assert_near(actual: TailRisk, expected: [f64; 2], tolerance: f64, what: &str) {
    for (actual, expected) in [actual.var, actual.cvar].into_iter().zip(expected) {
        let error = (actual - expected).abs() / expected.abs();
        assert!(error <= tolerance, "{what}: {actual} is not {expected}, by {error:e}");
    }
}

#[test]
fn the_models_agree_with_their_definitions() {
    for series in golden().series {
        let Series { returns, probabilities, .. } = &series;
        for level in &series.level {
            let confidence = beta(level.confidence);
            let what = |model: &str| format!("{} {} at {}", series.name, model, level.confidence);
            let of = |model: TailModel| model.estimate(returns, confidence).unwrap();
            assert_near(of(TailModel::Historical), level.historical, ROUNDING, &what("historical"));
            let aged = of(TailModel::AgeWeighted { decay: 0.97 });
            assert_near(aged, level.age_weighted, ROUNDING, &what("age-weighted"));
            assert_near(of(TailModel::Normal), level.normal, ROUNDING, &what("normal"));
            assert_near(of(TailModel::StudentT), level.student_t, LIKELIEST, &what("Student"));
            let sheet = ScenarioSheet::of(returns, probabilities, confidence).unwrap();
            let found = TailRisk { var: sheet.var, cvar: sheet.cvar };
            assert_near(found, level.probable, ROUNDING, &what("probable"));
            assert!((sheet.evar - level.evar).abs() <= ENTROPIC * level.evar, "{}", what("entropic"));
        }
    }
}

#[test]
fn the_expansions_agree_with_their_quadrature_where_they_are_quantile_functions() {
    let mut inside = 0;
    for series in golden().series {
        let [s, k] = series.shape;
        let rises = s * s / 9.0 - 4.0 * (k / 8.0 - s * s / 6.0) * (1.0 - k / 8.0 + 5.0 * s * s / 36.0) <= 0.0;
        for level in &series.level {
            let confidence = beta(level.confidence);
            let found = TailModel::CornishFisher.estimate(&series.returns, confidence);
            assert_eq!(found.is_ok(), rises, "{}", series.name);
            if let Ok(found) = found {
                inside += 1;
                assert_near(found, level.cornish_fisher, ROUNDING, "Cornish-Fisher");
                let matched = TailModel::CornishFisherMatched.estimate(&series.returns, confidence).unwrap();
                assert_near(matched, level.matched, 10.0 * ROUNDING, "matched");
            }
        }
    }
    assert!(inside > 0);
}

#[test]
fn the_likeliest_t_is_that_of_the_reference() {
    for series in golden().series {
        let fit = StudentTFit::of(&series.returns).unwrap();
        let [location, scale, degrees, likelihood] = series.student;
        assert!((fit.location - location).abs() <= LIKELIEST * scale);
        assert!((fit.scale - scale).abs() <= LIKELIEST * scale);
        // In the inverse degrees, which are what the likelihood tells; its rounding leaves them to 1e-7.
        assert!((1.0 / fit.degrees - 1.0 / degrees).abs() <= 1e-7, "{} is not {degrees}", fit.degrees);
        assert!((fit.log_likelihood - likelihood).abs() <= 1e-12 * likelihood.abs());
    }
}

#[test]
fn quantiles_of_t_are_right_far_out() {
    for Quantile { degrees, confidence, tail } in golden().quantile {
        let fit = StudentTFit { location: 0.0, scale: 1.0, degrees, log_likelihood: 0.0, iterations: 0 };
        let what = format!("{degrees} degrees at {confidence}");
        assert_near(fit.tail(beta(confidence)), tail, QUANTILE, &what);
    }
}

#[test]
fn order_statistics_are_those_of_the_binomial_distribution() {
    for series in golden().series {
        for level in &series.level {
            let (confidence, cover) = (beta(level.confidence), beta(0.95));
            let found = TailModel::Historical
                .interval(&series.returns, confidence, cover, IntervalChoice::Analytic)
                .unwrap();
            assert_eq!((found.var.lower, found.var.upper), (level.ranks[0], level.ranks[1]));
            assert!((found.var.level - level.covered).abs() <= 1e-12);
        }
    }
}

/// The standard error that an interval reaches 1.6448536269514722 of to either side.
fn standard_error(own: TailInterval, method: IntervalMethod) -> f64 {
    assert_eq!((own.method, own.level), (method, 0.9));
    (own.upper - own.lower) / (2.0 * 1.644_853_626_951_472_2)
}

#[test]
fn standard_errors_are_those_of_the_parameters() {
    let mut inside = 0;
    for series in golden().series {
        for level in &series.level {
            let (confidence, cover) = (beta(level.confidence), beta(0.9));
            let of = |model: TailModel| -> TailIntervals {
                model.interval(&series.returns, confidence, cover, IntervalChoice::Analytic).unwrap()
            };
            let near = |model: TailModel, expected: [f64; 2], tolerance: f64| {
                let (risk, found) = (model.estimate(&series.returns, confidence).unwrap(), of(model));
                let method = IntervalMethod::Delta;
                for (own, risk) in [(found.var, risk.var), (found.cvar, risk.cvar)] {
                    assert!((own.lower.midpoint(own.upper) - risk).abs() <= 1e-15, "{}", model.name());
                }
                let errors = TailRisk {
                    var: standard_error(found.var, method),
                    cvar: standard_error(found.cvar, method),
                };
                assert_near(
                    errors,
                    expected,
                    tolerance,
                    &format!("error of {} of {}", model.name(), series.name),
                );
            };
            near(TailModel::Normal, level.normal_error, ROUNDING);
            near(TailModel::StudentT, level.student_error, STUDENT_ERROR);
            if TailModel::CornishFisher.estimate(&series.returns, confidence).is_ok() {
                inside += 1;
                near(TailModel::CornishFisher, level.cornish_fisher_error, STANDARD_ERROR);
                near(TailModel::CornishFisherMatched, level.matched_error, STANDARD_ERROR);
            }
            let found = of(TailModel::Historical);
            let error = standard_error(found.cvar, IntervalMethod::Asymptotic);
            assert!((error - level.tail_error).abs() <= ROUNDING * (1.0 + level.tail_error), "{error}");
        }
    }
    assert!(inside > 0);
}
