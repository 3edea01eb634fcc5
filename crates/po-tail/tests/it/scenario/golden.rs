//! Copulas, margins and weighted tails beside scipy: `tests/data/scenario.py`.

use po_core::{Confidence, Returns, Weights};
use po_tail::{Copula, CopulaFamily, CopulaParams, MarginModel, Scenarios};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    observations: usize,
    assets: usize,
    returns: Vec<f64>,
    correlation: Vec<f64>,
    degrees: f64,
    likelihood: f64,
    likelihood_at_4: f64,
    gaussian_likelihood: f64,
    margins: Vec<Vec<f64>>,
    probabilities: Vec<f64>,
    weights: Vec<f64>,
    levels: Vec<f64>,
    tails: Vec<[f64; 2]>,
    mean: Vec<f64>,
    covariance: Vec<f64>,
}

fn file() -> (File, Returns) {
    let file: File = toml::from_str(include_str!("../../data/scenario.toml")).unwrap();
    let returns = Returns::from_column_slice(file.observations, file.assets, &file.returns).unwrap();
    (file, returns)
}

/// Where two libraries evaluate the same formula.
const ROUNDING: f64 = 1e-12;

/// A likelihood is a sum of hundreds of terms, with special functions in each.
const LIKELIHOOD: f64 = 1e-9;

/// The summit of a likelihood is flat: where it is, is known to the root of how high it is.
const SUMMIT: f64 = 1e-6;

fn fitted(family: CopulaFamily, margins: MarginModel) -> Copula {
    let (_, returns) = file();
    Copula::fit(&returns, &CopulaParams { family, margins, ..CopulaParams::default() }).unwrap()
}

#[test]
fn correlations_are_those_of_kendall() {
    let copula = fitted(CopulaFamily::Gaussian, MarginModel::Empirical);
    for (entry, expected) in copula.correlation().as_slice().iter().zip(file().0.correlation) {
        assert!((entry - expected).abs() < ROUNDING);
    }
}

#[test]
fn degrees_of_freedom_are_of_the_greatest_likelihood() {
    let (file, _) = file();
    let copula = fitted(CopulaFamily::StudentT, MarginModel::Empirical);
    let degrees = copula.degrees_of_freedom().unwrap();
    assert!((degrees / file.degrees - 1.0).abs() < SUMMIT, "{degrees} {}", file.degrees);
    assert!((copula.log_likelihood() - file.likelihood).abs() < LIKELIHOOD);
    let told = fitted(CopulaFamily::StudentTWith { degrees: 4.0 }, MarginModel::Empirical);
    assert!((told.log_likelihood() - file.likelihood_at_4).abs() < LIKELIHOOD, "{}", told.log_likelihood());
    let gaussian = fitted(CopulaFamily::Gaussian, MarginModel::Empirical);
    assert!((gaussian.log_likelihood() - file.gaussian_likelihood).abs() < LIKELIHOOD);
}

#[test]
fn student_margins_are_of_the_greatest_likelihood() {
    /// In daily returns of one per cent; the reference is by a simplex search.
    const FLAT: f64 = 1e-7;
    let copula = fitted(CopulaFamily::Gaussian, MarginModel::StudentT);
    for (asset, quantiles) in file().0.margins.iter().enumerate() {
        for (probability, expected) in [0.001, 0.05, 0.6, 0.99].into_iter().zip(quantiles) {
            let quantile = copula.margin_quantile(asset, probability).unwrap();
            assert!((quantile - expected).abs() < FLAT, "{asset} {probability}: {quantile} {expected}");
        }
    }
}

#[test]
fn weighted_tails_and_moments_are_those_of_linear_programming() {
    let (file, returns) = file();
    let scenarios = Scenarios::new(returns, file.probabilities).unwrap();
    let weights = Weights::new(file.weights).unwrap();
    for (level, [var, cvar]) in file.levels.into_iter().zip(file.tails) {
        let confidence = Confidence::new(level).unwrap();
        assert!((scenarios.var(&weights, confidence).unwrap() - var).abs() < ROUNDING);
        assert!((scenarios.cvar(&weights, confidence).unwrap() - cvar).abs() < ROUNDING);
    }
    for (mean, expected) in scenarios.mean().iter().zip(file.mean) {
        assert!((mean - expected).abs() < ROUNDING);
    }
    for (entry, expected) in scenarios.covariance().unwrap().as_slice().iter().zip(file.covariance) {
        assert!((entry - expected).abs() < ROUNDING);
    }
}
