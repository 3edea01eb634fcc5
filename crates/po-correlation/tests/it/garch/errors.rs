//! What a model of variance refuses, with its payload and its words.

use po_core::InputError;
use po_correlation::{Error, Garch, GarchModel, GarchParameters, GarchParams, Innovations};

fn refused(result: Result<impl std::fmt::Debug, Error>, expected: InputError, words: &str) {
    let error = result.unwrap_err();
    assert_eq!(error, Error::Input(expected));
    assert_eq!(error.to_string(), words);
}

#[test]
fn returns_that_are_no_sample() {
    let garch = Garch::new(GarchParams::default());
    refused(
        garch.fit(&[0.1; 19]),
        InputError::TooFewObservations {
            what: "the returns for a model of variance",
            observations: 19,
            required: 20,
        },
        "the returns for a model of variance: 19, expected at least 20",
    );
    refused(
        garch.fit(&[0.1; 20]),
        InputError::ZeroVariance { asset: 0 },
        "the variance of asset 0 is zero, expected a positive number",
    );
    let mut returns = [0.1; 30];
    returns[7] = f64::INFINITY;
    refused(
        garch.fit(&returns),
        InputError::NotFinite { what: "the return", row: 7, asset: 0, value: f64::INFINITY },
        "the return of asset 0 in row 7 is inf, expected a finite number",
    );
    refused(
        garch.log_likelihood(&GarchParameters::default(), &[]),
        InputError::Empty { what: "the list of returns" },
        "the list of returns is empty, expected at least one item",
    );
}

#[test]
fn parameters_outside_the_model() {
    let sound = GarchParameters { omega: 0.1, alpha: 0.1, beta: 0.8, ..GarchParameters::default() };
    let normal = |model| GarchParams { model, ..GarchParams::default() };
    let student = GarchParams { innovations: Innovations::StudentT, ..GarchParams::default() };
    let garch = normal(GarchModel::Garch);
    let gjr = normal(GarchModel::Gjr);
    let egarch = normal(GarchModel::Egarch);
    let cases = [
        (garch, GarchParameters { omega: 0.0, ..sound }, "omega is 0, expected a positive number"),
        (garch, GarchParameters { alpha: -0.1, ..sound }, "alpha is -0.1, expected zero or more"),
        (garch, GarchParameters { beta: -0.5, ..sound }, "beta is -0.5, expected zero or more"),
        (
            garch,
            GarchParameters { gamma: 0.1, ..sound },
            "gamma is 0.1, expected 0 in a GARCH without asymmetry",
        ),
        (garch, GarchParameters { beta: 0.9, ..sound }, "the persistence is 1, expected a number below 1"),
        (
            garch,
            GarchParameters { mean: f64::INFINITY, ..sound },
            "the mean is inf, expected a finite number",
        ),
        (gjr, GarchParameters { gamma: -0.5, ..sound }, "alpha + gamma is -0.4, expected zero or more"),
        (egarch, GarchParameters { beta: 1.0, ..sound }, "beta is 1, expected a number in (-1, 1)"),
        (student, sound, "the degrees of freedom is inf, expected a finite number above 2"),
        (
            student,
            GarchParameters { degrees_of_freedom: Some(2.0), ..sound },
            "the degrees of freedom is 2, expected a finite number above 2",
        ),
        (
            garch,
            GarchParameters { degrees_of_freedom: Some(5.0), ..sound },
            "the degrees of freedom is 5, expected none with normal innovations",
        ),
    ];
    for (params, parameters, words) in cases {
        let error = Garch::new(params).simulate(&parameters, &[1.0]).unwrap_err();
        assert!(matches!(error, Error::Input(InputError::OutOfRange { .. })), "{error:?}");
        assert_eq!(error.to_string(), words);
    }
    refused(
        Garch::new(garch).simulate(&sound, &[1.0, f64::INFINITY]),
        InputError::NotFinite { what: "the innovation", row: 1, asset: 0, value: f64::INFINITY },
        "the innovation of asset 0 in row 1 is inf, expected a finite number",
    );
}
