//! Fits against the Python package `arch`, written by `tests/data/generate_garch.py`.

use po_core::Status;
use po_correlation::{Coefficient, Garch, GarchParameters, GarchParams};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct File {
    pub(crate) series: Vec<Series>,
    pub(crate) case: Vec<Case>,
}

#[derive(Deserialize)]
pub(crate) struct Series {
    name: String,
    pub(crate) returns: Vec<f64>,
}

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) series: String,
    model: String,
    innovations: String,
    mean: String,
    parameters: Vec<f64>,
    log_likelihood: f64,
    standard_errors: Vec<f64>,
    robust_errors: Vec<f64>,
    last_variance: f64,
    forecast: Option<Vec<f64>>,
}

/// The reference's search ends where its log-likelihood no longer changes: half the digits of the parameters.
const PARAMETERS: f64 = 1e-6;

/// The reference sums two thousand logarithms one after the other.
const LOG_LIKELIHOOD: f64 = 1e-8;

/// The reference's maximum is found without gradients, and on the kink of an EGARCH a little below the true
/// one.
const MAXIMUM: f64 = 1e-6;

/// The reference's Hessian comes from second differences of the log-likelihood.
const ERRORS: f64 = 3e-3;

pub(crate) fn file() -> File {
    toml::from_str(include_str!("../../data/garch.toml")).unwrap()
}

impl File {
    pub(crate) fn returns(&self, case: &Case) -> &[f64] {
        &self.series.iter().find(|series| series.name == case.series).unwrap().returns
    }
}

impl Case {
    pub(crate) fn params(&self) -> GarchParams {
        let Self { model, innovations, mean, .. } = self;
        let text = format!("model = {model:?}\ninnovations = {innovations:?}\nmean = {mean:?}");
        #[derive(Deserialize)]
        struct Names {
            model: String,
            innovations: String,
            mean: String,
        }
        let names: Names = toml::from_str(&text).unwrap();
        GarchParams {
            model: match names.model.as_str() {
                "garch" => po_correlation::GarchModel::Garch,
                "gjr" => po_correlation::GarchModel::Gjr,
                _ => po_correlation::GarchModel::Egarch,
            },
            innovations: match names.innovations.as_str() {
                "normal" => po_correlation::Innovations::Normal,
                _ => po_correlation::Innovations::StudentT,
            },
            mean: match names.mean.as_str() {
                "zero" => po_correlation::GarchMean::Zero,
                _ => po_correlation::GarchMean::Constant,
            },
            ..GarchParams::default()
        }
    }

    /// The reference lists the mean, ω, α, γ, β and ν, as far as the model has them; EGARCH with γ behind α.
    pub(crate) fn parameters(&self) -> GarchParameters {
        let mut values = self.parameters.iter().copied();
        let mut next = |is: bool| if is { values.next().unwrap() } else { 0.0 };
        GarchParameters {
            mean: next(self.mean == "constant"),
            omega: next(true),
            alpha: next(true),
            gamma: next(self.model != "garch"),
            beta: next(true),
            degrees_of_freedom: (self.innovations == "student-t").then(|| next(true)),
        }
    }

    fn title(&self) -> String {
        format!("{} {} {} {}", self.series, self.model, self.innovations, self.mean)
    }
}

fn close(what: &str, actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{what}: {actual} is not {expected}");
}

#[test]
fn the_log_likelihood_at_the_reference_parameters_is_the_reference_one() {
    let file = file();
    for case in &file.case {
        let garch = Garch::new(case.params());
        let log_likelihood = garch.log_likelihood(&case.parameters(), file.returns(case)).unwrap();
        close(&case.title(), log_likelihood, case.log_likelihood, LOG_LIKELIHOOD);
    }
}

#[test]
fn fits_agree_with_the_reference() {
    let file = file();
    assert_eq!(file.case.len(), 12);
    for case in &file.case {
        let (title, fit) = (case.title(), Garch::new(case.params()).fit(file.returns(case)).unwrap());
        // The mean of an EGARCH stands on a kink of the log-likelihood, where it meets a return: neither
        // search sees a slope that vanishes there, and there is no Hessian.
        let kink = case.model == "egarch" && case.mean == "constant";
        assert_eq!(fit.status, Status::Converged, "{title}");
        assert!(fit.log_likelihood >= case.log_likelihood - LOG_LIKELIHOOD, "{title}");
        close(&title, fit.log_likelihood, case.log_likelihood, MAXIMUM);
        assert_eq!(fit.estimates.len(), case.parameters.len(), "{title}");
        let expected = case.parameters.iter().zip(&case.standard_errors).zip(&case.robust_errors);
        for (estimate, ((value, error), robust)) in fit.estimates.iter().zip(expected) {
            let what = format!("{title} {:?}", estimate.coefficient);
            // What is near zero is known to a part of its standard error; a small part of 1/ν is a large one
            // of ν.
            let shape = estimate.coefficient == Coefficient::DegreesOfFreedom;
            let tolerance = PARAMETERS * value.abs().max(*error) * if kink || shape { 10.0 } else { 1.0 };
            close(&what, estimate.value, *value, tolerance);
            if !kink {
                close(&what, estimate.standard_error, *error, ERRORS * error);
                close(&what, estimate.robust_error, *robust, ERRORS * robust);
            }
        }
        let last = *fit.variances.last().unwrap();
        close(&title, last, case.last_variance, 10.0 * PARAMETERS * last);
        for (actual, expected) in fit.forecast(5).iter().zip(case.forecast.iter().flatten()) {
            close(&title, *actual, *expected, 10.0 * PARAMETERS * expected);
        }
    }
}
