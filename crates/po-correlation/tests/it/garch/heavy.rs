//! An EGARCH of returns with heavy tails and without dynamics, beside the Python package `arch`; written by
//! `tests/data/generate_garch.py`.

use po_core::Status;
use po_correlation::{Coefficient, Garch, GarchMean, GarchModel, GarchParameters, GarchParams, Innovations};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    series: Vec<Series>,
}

#[derive(Deserialize)]
struct Series {
    returns: Vec<f64>,
    #[serde(default)]
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    innovations: String,
    mean: String,
    parameters: Vec<f64>,
    log_likelihood: f64,
}

/// The reference sums two hundred logarithms one after the other.
const LOG_LIKELIHOOD: f64 = 1e-8;

/// What a search may leave: it ends where a step promises no more.
const LEFT: f64 = 1e-6;

/// A bound on a mean logarithm is met when it is met to eight digits.
const MET: f64 = 2e-8;

/// A slope times a standard error: how far, in standard errors, the maximum is away.
const FLAT: f64 = 1e-3;

impl Case {
    fn garch(&self) -> Garch {
        Garch::new(GarchParams {
            model: GarchModel::Egarch,
            innovations: if self.innovations == "normal" {
                Innovations::Normal
            } else {
                Innovations::StudentT
            },
            mean: if self.mean == "zero" { GarchMean::Zero } else { GarchMean::Constant },
            ..GarchParams::default()
        })
    }

    /// The mean, ω, α, γ, β and ν, as far as the model has them.
    fn parameters(&self) -> GarchParameters {
        let mut values = self.parameters.iter().copied();
        let mut next = |is: bool| if is { values.next().unwrap() } else { 0.0 };
        GarchParameters {
            mean: next(self.mean == "constant"),
            omega: next(true),
            alpha: next(true),
            gamma: next(true),
            beta: next(true),
            degrees_of_freedom: (self.innovations != "normal").then(|| next(true)),
        }
    }
}

/// The variances of an EGARCH from its first one on, and the mean logarithm of what a change of a log-variance is
/// multiplied by from one to the next, with squares lifted by 1e-4.
fn expansion(parameters: &GarchParameters, first: f64, returns: &[f64]) -> f64 {
    let GarchParameters { mean, omega, alpha, gamma, beta, .. } = *parameters;
    let (mut level, mut sum) = (first.ln(), 0.0);
    for value in returns {
        let z = (value - mean) / (0.5 * level).exp();
        let carried = beta - 0.5 * (alpha * z.abs() + gamma * z);
        sum += 0.5 * ((carried * carried + 1e-4) / 1.0001).ln();
        level = omega + alpha * (z.abs() - (2.0 / std::f64::consts::PI).sqrt()) + gamma * z + beta * level;
    }
    sum / returns.len() as f64
}

/// The first variance: the backcast of 75 squares takes the place of the variance and news before.
fn first(parameters: &GarchParameters, constant: bool, returns: &[f64]) -> f64 {
    let centre = if constant { returns.iter().sum::<f64>() / returns.len() as f64 } else { 0.0 };
    let (mut sum, mut weights, mut weight) = (0.0, 0.0, 1.0);
    for value in &returns[..75] {
        sum += weight * (value - centre) * (value - centre);
        weights += weight;
        weight *= 0.94;
    }
    (parameters.omega + parameters.beta * (sum / weights).ln()).exp()
}

#[test]
fn an_egarch_of_noise_ends_inside_or_on_a_bound_that_it_names() {
    let file: File = toml::from_str(include_str!("../../data/heavy.toml")).unwrap();
    let (mut inside, mut on_bound, mut compared) = (0, 0, 0);
    for (number, series) in file.series.iter().enumerate() {
        for case in &series.case {
            let what = format!("{number} {} {}", case.innovations, case.mean);
            let (garch, returns, constant) = (case.garch(), &series.returns, case.mean == "constant");
            let fit = garch.fit(returns).unwrap();
            assert_eq!(fit.status, Status::Converged, "{what}");
            let expands = expansion(&fit.parameters, fit.variances[0], returns);
            let held = fit.boundary.contains(&Coefficient::Invertibility);
            if held {
                assert!(expands.abs() < MET, "{what} {expands}");
                // The error of a mean on a kink says little, and may be none.
                let sound = |error: f64| error > 0.0 && error.is_finite();
                let errors = fit.estimates.iter().filter(|_| !constant && fit.boundary.len() == 1);
                for estimate in errors {
                    assert!(
                        sound(estimate.standard_error) && sound(estimate.robust_error),
                        "{what} {estimate:?}"
                    );
                }
                on_bound += 1;
            } else {
                assert!(expands < 0.0, "{what} {expands}");
                inside += 1;
            }
            let score = garch.score(&fit.parameters, returns).unwrap();
            for ((coefficient, slope), estimate) in score.iter().zip(&fit.estimates) {
                // On a bound slopes are what it holds against; the mean may stand on a kink.
                if fit.boundary.is_empty() && *coefficient != Coefficient::Mean {
                    assert!((slope * estimate.standard_error).abs() < FLAT, "{what} {estimate:?} {slope}");
                }
            }
            // Where the reference's recursion cannot be inverted, its likelihood is out of bounds; where it has
            // cut its variances to a range of its own, it is another one.
            let theirs = case.parameters();
            let there = garch.log_likelihood(&theirs, returns).unwrap();
            let inverted = expansion(&theirs, first(&theirs, constant, returns), returns) < 0.0;
            if inverted && (there - case.log_likelihood).abs() < LOG_LIKELIHOOD {
                let missed = there - fit.log_likelihood;
                assert!(missed < LEFT, "{what}: {} misses {missed}", fit.log_likelihood);
                compared += 1;
            }
        }
    }
    assert!(inside >= 10 && on_bound >= 10 && compared >= 20, "{inside} {on_bound} {compared}");
}

/// How far beyond the bound it is looked.
const STEP: f64 = 1e-5;

/// A bound that is named is one that holds: along the gradient lies what is likelier, and cannot be inverted.
#[test]
fn beyond_a_bound_lies_what_is_likelier() {
    let file: File = toml::from_str(include_str!("../../data/heavy.toml")).unwrap();
    let mut beyond = 0;
    for series in &file.series {
        for case in &series.case {
            let fit = case.garch().fit(&series.returns).unwrap();
            if fit.boundary != [Coefficient::Invertibility] {
                continue;
            }
            let score = case.garch().score(&fit.parameters, &series.returns).unwrap();
            let slope = |coefficient| score.iter().find(|(named, _)| *named == coefficient).unwrap().1;
            let mut moved = fit.parameters;
            let length = score.iter().map(|(_, slope)| slope * slope).sum::<f64>().sqrt();
            moved.alpha += STEP * slope(Coefficient::Alpha) / length;
            moved.gamma += STEP * slope(Coefficient::Gamma) / length;
            moved.beta += STEP * slope(Coefficient::Beta) / length;
            moved.omega += STEP * slope(Coefficient::Omega) / length;
            let constant = case.mean == "constant";
            let from = first(&moved, constant, &series.returns);
            assert!(expansion(&moved, from, &series.returns) > 0.0, "{:?}", fit.parameters);
            assert!(case.garch().log_likelihood(&moved, &series.returns).unwrap() > fit.log_likelihood);
            beyond += 1;
        }
    }
    assert!(beyond >= 10, "{beyond}");
}
