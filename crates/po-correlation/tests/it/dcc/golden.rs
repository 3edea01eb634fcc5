//! Likelihoods and fits against a plain recursion over whole matrices, written by
//! `tests/data/generate_garch.py`.

use po_core::{Returns, Status, StreamingEstimator};
use po_correlation::{
    Dcc, DccFilter, DccFilterParams, DccLikelihood, DccModel, DccParameters, DccParams, GarchParameters,
    Innovations, Margin,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    assets: usize,
    residuals: Vec<f64>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    model: String,
    innovations: String,
    a: f64,
    b: f64,
    g: f64,
    degrees_of_freedom: Option<f64>,
    log_likelihood: f64,
    contiguous: f64,
    all_pairs: f64,
    last_correlation: Vec<f64>,
    next_correlation: Vec<f64>,
    maximum: Vec<f64>,
    maximum_log_likelihood: f64,
}

/// Rounding of sums of some hundred terms, computed in another order.
const LIKELIHOOD: f64 = 1e-9;

/// Rounding of a recursion.
const CORRELATION: f64 = 1e-12;

/// The reference's maxima come from a search without gradients.
const MAXIMUM: f64 = 1e-4;

/// The log-likelihood is flat there: what is lost is the square of what the parameters lose.
const AT_MAXIMUM: f64 = 1e-6;

pub(super) fn residuals() -> Returns {
    let file = file();
    Returns::from_column_slice(file.residuals.len() / file.assets, file.assets, &file.residuals).unwrap()
}

fn file() -> File {
    toml::from_str(include_str!("../../data/dcc.toml")).unwrap()
}

impl Case {
    fn params(&self, likelihood: DccLikelihood) -> DccParams {
        let model = match self.model.as_str() {
            "engle" => DccModel::Engle,
            "corrected" => DccModel::Corrected,
            _ => DccModel::Asymmetric,
        };
        let student = self.innovations == "student-t";
        let innovations = if student { Innovations::StudentT } else { Innovations::Normal };
        DccParams { model, innovations, likelihood, ..DccParams::default() }
    }

    fn parameters(&self) -> DccParameters {
        let Self { a, b, g, degrees_of_freedom, .. } = *self;
        DccParameters { a, b, g, degrees_of_freedom }
    }
}

fn close(what: &str, actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{what}: {actual} is not {expected}");
}

#[test]
fn likelihoods_agree() {
    let (file, residuals) = (file(), residuals());
    assert_eq!(file.case.len(), 6);
    for case in &file.case {
        for (likelihood, expected) in [
            (DccLikelihood::Full, case.log_likelihood),
            (DccLikelihood::Contiguous, case.contiguous),
            (DccLikelihood::AllPairs, case.all_pairs),
        ] {
            let dcc = Dcc::new(case.params(likelihood));
            let actual = dcc.log_likelihood(&case.parameters(), &residuals).unwrap();
            close(
                &format!("{} {} {likelihood:?}", case.model, case.innovations),
                actual,
                expected,
                LIKELIHOOD,
            );
        }
    }
}

#[test]
fn fits_agree() {
    let (file, residuals) = (file(), residuals());
    for case in &file.case {
        let what = format!("{} {}", case.model, case.innovations);
        let fit = Dcc::new(case.params(DccLikelihood::Full)).fit_residuals(&residuals).unwrap();
        assert_eq!((fit.status, fit.boundary.len()), (Status::Converged, 0), "{what}");
        close(&what, fit.log_likelihood, case.maximum_log_likelihood, AT_MAXIMUM);
        let mut actual = vec![fit.parameters.a, fit.parameters.b];
        actual.extend((fit.model == DccModel::Asymmetric).then_some(fit.parameters.g));
        actual.extend(fit.parameters.degrees_of_freedom.map(|nu| 1.0 / nu));
        assert_eq!(actual.len(), case.maximum.len());
        actual
            .iter()
            .zip(&case.maximum)
            .for_each(|(actual, expected)| close(&what, *actual, *expected, MAXIMUM));
    }
}

/// A filter whose margins do nothing: its returns are the residuals.
pub(super) fn bare(fit_of: &DccParams, parameters: DccParameters, residuals: &Returns) -> DccFilter {
    // The target at these parameters is that of a fit; only the corrected model's depends on them.
    let fit = Dcc::new(fit_of.clone()).at(parameters, residuals).unwrap();
    let unit = GarchParameters { omega: 1.0, ..GarchParameters::default() };
    DccFilter::new(DccFilterParams {
        model: fit.model,
        parameters,
        target: fit.target,
        falls: fit.falls,
        margins: vec![Margin { parameters: unit, ..Margin::default() }; residuals.assets()],
    })
    .unwrap()
}

pub(super) fn row(residuals: &Returns, period: usize) -> Vec<f64> {
    (0..residuals.assets()).map(|asset| residuals.column(asset)[period]).collect()
}

#[test]
fn the_filter_runs_through_the_same_correlations() {
    let (file, residuals) = (file(), residuals());
    for case in &file.case {
        let mut filter = bare(&case.params(DccLikelihood::Full), case.parameters(), &residuals);
        for period in 0..residuals.observations() {
            if period + 1 == residuals.observations() {
                let correlation = filter.correlation().unwrap();
                for (actual, expected) in correlation.as_slice().iter().zip(&case.last_correlation) {
                    close(&case.model, *actual, *expected, CORRELATION);
                }
            }
            filter.update(&row(&residuals, period)).unwrap();
        }
        let correlation = filter.correlation().unwrap();
        for (actual, expected) in correlation.as_slice().iter().zip(&case.next_correlation) {
            close(&case.model, *actual, *expected, CORRELATION);
        }
    }
}
