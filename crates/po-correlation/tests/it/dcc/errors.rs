//! What a dynamic conditional correlation refuses, with its payload and its words.

use po_core::{Covariance, InputError, Returns, StreamingEstimator};
use po_correlation::{
    Dcc, DccFilter, DccFilterParams, DccForecast, DccLikelihood, DccModel, DccParameters, DccParams,
    DccTarget, Error, GarchParameters, Innovations, Margin,
};

use super::golden::residuals;
use crate::garch::properties::noise;

fn refused(result: Result<impl std::fmt::Debug, Error>, expected: InputError, words: &str) {
    let error = result.unwrap_err();
    assert_eq!(error, Error::Input(expected));
    assert_eq!(error.to_string(), words);
}

#[test]
fn samples_that_have_no_correlation() {
    let dcc = Dcc::new(DccParams::default());
    let one = Returns::from_column_slice(30, 1, &[0.1; 30]).unwrap();
    refused(
        dcc.fit_residuals(&one),
        InputError::TooFewObservations { what: "the assets of a correlation", observations: 1, required: 2 },
        "the assets of a correlation: 1, expected at least 2",
    );
    let mut numbers = residuals().as_slice()[..800].to_vec();
    numbers[400..].fill(0.25);
    let constant = Returns::from_column_slice(400, 2, &numbers).unwrap();
    refused(
        dcc.fit(&constant),
        InputError::ZeroVariance { asset: 1 },
        "the variance of asset 1 is zero, expected a positive number",
    );
    numbers.copy_within(..400, 400);
    let twins = Returns::from_column_slice(400, 2, &numbers).unwrap();
    refused(
        dcc.log_likelihood(&DccParameters::default(), &twins),
        InputError::NotPositiveDefinite { pivot: 1 },
        "the matrix is not positive definite: pivot 1 is not positive, expected positive pivots",
    );
    let target = DccTarget::Given(Covariance::from_column_slice(2, &[1.0, 0.0, 0.0, 1.0]).unwrap());
    refused(
        Dcc::new(DccParams { target, ..DccParams::default() }).fit_residuals(&residuals()),
        InputError::LengthMismatch { what: "the target", expected: 4, actual: 2 },
        "the target has length 2, expected 4",
    );
}

#[test]
fn samples_that_are_short_or_stand_still() {
    let dcc = Dcc::new(DccParams::default());
    assert_eq!(dcc.params(), &DccParams::default());
    let short = Returns::from_column_slice(19, 2, &residuals().as_slice()[..38]).unwrap();
    refused(
        dcc.fit(&short),
        InputError::TooFewObservations {
            what: "the returns for a model of variance",
            observations: 19,
            required: 20,
        },
        "the returns for a model of variance: 19, expected at least 20",
    );
    let mut numbers = residuals().as_slice()[..800].to_vec();
    numbers[400..].fill(0.0);
    let still = Returns::from_column_slice(400, 2, &numbers).unwrap();
    refused(
        dcc.fit_residuals(&still),
        InputError::ZeroVariance { asset: 1 },
        "the variance of asset 1 is zero, expected a positive number",
    );
}

/// Thirty assets over twenty-five periods: pairs have an optimum, all at once do not.
#[test]
fn more_assets_than_periods() {
    let residuals = Returns::from_column_slice(25, 30, &noise(3, 750)).unwrap();
    let fit =
        |likelihood| Dcc::new(DccParams { likelihood, ..DccParams::default() }).fit_residuals(&residuals);
    assert!(fit(DccLikelihood::Contiguous).unwrap().log_likelihood.is_finite());
    // A mean of 25 products has rank 25.
    refused(
        fit(DccLikelihood::Full),
        InputError::NotPositiveDefinite { pivot: 25 },
        "the matrix is not positive definite: pivot 25 is not positive, expected positive pivots",
    );
}

#[test]
fn parameters_outside_the_model() {
    let normal = DccParams::default();
    let student = DccParams { innovations: Innovations::StudentT, ..DccParams::default() };
    let asymmetric = DccParams { model: DccModel::Asymmetric, ..DccParams::default() };
    let sound = DccParameters { a: 0.05, b: 0.9, ..DccParameters::default() };
    let cases = [
        (&normal, DccParameters { a: -0.1, ..sound }, "a is -0.1, expected a number in [0, 1)"),
        (&normal, DccParameters { b: f64::NAN, ..sound }, "b is NaN, expected a number in [0, 1)"),
        (&normal, DccParameters { g: 0.1, ..sound }, "g is 0.1, expected 0 in a model without asymmetry"),
        (
            &normal,
            DccParameters { b: 0.95, ..sound },
            "the persistence of the correlation is 1, expected a number below 1",
        ),
        (&student, sound, "the degrees of freedom is inf, expected a finite number above 2"),
        (
            &normal,
            DccParameters { degrees_of_freedom: Some(5.0), ..sound },
            "the degrees of freedom is 5, expected none with normal innovations",
        ),
        (
            &student,
            DccParameters { degrees_of_freedom: Some(1.5), ..sound },
            "the degrees of freedom is 1.5, expected a finite number above 2",
        ),
    ];
    for (params, parameters, words) in cases {
        let error = Dcc::new(params.clone()).log_likelihood(&parameters, &residuals()).unwrap_err();
        assert!(matches!(error, Error::Input(InputError::OutOfRange { .. })), "{error:?}");
        assert_eq!(error.to_string(), words);
    }
    let far = DccParameters { g: 0.5, ..sound };
    let error = Dcc::new(asymmetric).log_likelihood(&far, &residuals()).unwrap_err();
    assert!(error.to_string().starts_with("the persistence of the correlation is 1."), "{error}");
}

fn params() -> DccFilterParams {
    let parameters = GarchParameters { omega: 0.1, alpha: 0.1, beta: 0.8, ..GarchParameters::default() };
    DccFilterParams {
        parameters: DccParameters { a: 0.05, b: 0.9, ..DccParameters::default() },
        target: Covariance::from_column_slice(2, &[1.0, 0.5, 0.5, 1.0]).unwrap(),
        margins: vec![Margin { parameters, ..Margin::default() }; 2],
        ..DccFilterParams::default()
    }
}

#[test]
fn filters_that_do_not_fit_together() {
    refused(
        DccFilter::new(DccFilterParams::default()),
        InputError::Empty { what: "the target" },
        "the target is empty, expected at least one item",
    );
    let mut few = params();
    few.margins.pop();
    refused(
        DccFilter::new(few),
        InputError::LengthMismatch { what: "the list of margins", expected: 2, actual: 1 },
        "the list of margins has length 1, expected 2",
    );
    refused(
        DccFilter::new(DccFilterParams { model: DccModel::Asymmetric, ..params() }),
        InputError::Empty { what: "the mean product of falls" },
        "the mean product of falls is empty, expected at least one item",
    );
    let falls = Some(Covariance::from_column_slice(1, &[0.5]).unwrap());
    refused(
        DccFilter::new(DccFilterParams { model: DccModel::Asymmetric, falls, ..params() }),
        InputError::LengthMismatch { what: "the mean product of falls", expected: 2, actual: 1 },
        "the mean product of falls has length 1, expected 2",
    );
    let target = Covariance::from_column_slice(2, &[1.0, 0.0, 0.0, 0.0]).unwrap();
    refused(
        DccFilter::new(DccFilterParams { target, ..params() }),
        InputError::ZeroVariance { asset: 1 },
        "the variance of asset 1 is zero, expected a positive number",
    );
    let mut dead = params();
    dead.margins[1].initial_variance = Some(0.0);
    let (name, expected) = ("the initial variance", "a positive, finite number");
    refused(
        DccFilter::new(dead),
        InputError::AssetOutOfRange { name, asset: 1, value: 0.0, expected },
        "the initial variance of asset 1 is 0, expected a positive, finite number",
    );
}

#[test]
fn bars_that_are_refused_change_nothing() {
    let mut filter = DccFilter::new(params()).unwrap();
    filter.update(&[1.0, -0.5]).unwrap();
    let before = format!("{:?}", filter.covariance());
    refused(
        filter.update(&[1.0]),
        InputError::LengthMismatch { what: "the list of returns", expected: 2, actual: 1 },
        "the list of returns has length 1, expected 2",
    );
    let (name, expected) = ("the return", "a number whose square is finite");
    refused(
        filter.update(&[1.0, f64::NEG_INFINITY]),
        InputError::AssetOutOfRange { name, asset: 1, value: f64::NEG_INFINITY, expected },
        "the return of asset 1 is -inf, expected a number whose square is finite",
    );
    assert_eq!((format!("{:?}", filter.covariance()), filter.bars()), (before, 1));
    let (name, expected) = ("the bar of a forecast", "one or more");
    refused(
        filter.forecast(0, DccForecast::Correlation),
        InputError::OutOfRange { name, value: 0.0, expected },
        "the bar of a forecast is 0, expected one or more",
    );
    refused(
        filter.correlation_into(&mut [0.0; 3]),
        InputError::LengthMismatch { what: "the list of correlations", expected: 4, actual: 3 },
        "the list of correlations has length 3, expected 4",
    );
    refused(
        filter.simulate_into(&[0.0; 2], &mut [0.0; 1]),
        InputError::LengthMismatch { what: "the list of returns", expected: 2, actual: 1 },
        "the list of returns has length 1, expected 2",
    );
    let target = Covariance::from_column_slice(2, &[1.0; 4]).unwrap();
    refused(
        DccFilter::new(DccFilterParams { target, ..params() })
            .unwrap()
            .simulate_into(&[0.0; 2], &mut [0.0; 2]),
        InputError::NotPositiveDefinite { pivot: 1 },
        "the matrix is not positive definite: pivot 1 is not positive, expected positive pivots",
    );
    let fit = Dcc::new(DccParams::default()).fit_residuals(&residuals()).unwrap();
    refused(
        fit.filter_params(),
        InputError::LengthMismatch { what: "the list of margins", expected: 4, actual: 0 },
        "the list of margins has length 0, expected 4",
    );
}
