//! What is refused, with the numbers and the words.

use po_core::{
    Codependence, CodependenceError, CodependenceMeasure, DistanceForm, DistanceMatrix, InputError,
    MissingPolicy, Panel, Universe,
};
use po_correlation::{
    Bins, CodependenceEstimator, CodependenceScratch, DistanceCorrelation, DistanceCorrelationParams,
    DistanceStatistic, InformationParams, LowerTailDependence, LowerTailDependenceParams, MutualInformation,
    VariationOfInformation,
};

use super::tour::all;
use crate::batch::random::{factor_returns, returns};

fn refused<T: std::fmt::Debug>(
    result: Result<T, CodependenceError>,
    error: impl Into<CodependenceError>,
    text: &str,
) {
    let found = result.unwrap_err();
    assert_eq!(found, error.into());
    assert_eq!(found.to_string(), text);
}

#[test]
fn settings_out_of_range() {
    for number in [0, 1, 65537] {
        let params = InformationParams { bins: Bins::Number(number), ..InformationParams::default() };
        let (name, value, expected) = ("the number of bins", number as f64, "a number in [2, 65536]");
        let error = InputError::OutOfRange { name, value, expected };
        let text = format!("the number of bins is {number}, expected a number in [2, 65536]");
        refused(MutualInformation::new(params), error.clone(), &text);
        refused(VariationOfInformation::new(params), error, &text);
    }
    let expected = "a number between 0 and 1, both excluded";
    for value in [0.0, 1.0, -0.1] {
        let error = InputError::OutOfRange { name: "the level of the tail", value, expected };
        let text = format!("the level of the tail is {value}, expected {expected}");
        refused(LowerTailDependence::new(LowerTailDependenceParams { level: value }), error, &text);
    }
    let error = LowerTailDependence::new(LowerTailDependenceParams { level: f64::NAN }).unwrap_err();
    assert_eq!(error.to_string(), format!("the level of the tail is NaN, expected {expected}"));
}

/// The result of before is still there.
#[test]
fn samples_that_say_nothing() {
    let good = returns(20, 2, &factor_returns(20, 2, 1));
    let flat = returns(20, 2, &[factor_returns(20, 1, 1), vec![0.01; 20]].concat());
    let single = returns(1, 2, &[0.1, 0.2]);
    let (mut scratch, mut codependence) = (CodependenceScratch::default(), Codependence::default());
    for (name, estimator) in all() {
        estimator.estimate_into(&good, &mut scratch, &mut codependence).unwrap();
        let before = codependence.clone();
        let error = estimator.estimate_into(&flat, &mut scratch, &mut codependence).unwrap_err();
        assert_eq!(error, InputError::ZeroVariance { asset: 1 }.into(), "{name}");
        assert_eq!(error.to_string(), "the variance of asset 1 is zero, expected a positive number");
        let error = estimator.estimate_into(&single, &mut scratch, &mut codependence).unwrap_err();
        let CodependenceError::Input(InputError::TooFewObservations { what, observations: 1, required }) =
            error
        else {
            panic!("{name}: {error:?}");
        };
        assert_eq!(error.to_string(), format!("{what}: 1, expected at least {required}"));
        assert_eq!(codependence, before, "{name}");
    }
}

#[test]
fn bias_needs_four_observations_and_a_distance_variance() {
    let params = DistanceCorrelationParams { statistic: DistanceStatistic::BiasCorrected };
    let estimator = DistanceCorrelation::new(params);
    let what = "the observations for a distance correlation";
    refused(
        estimator.estimate(&returns(3, 1, &[0.1, 0.2, 0.4])),
        InputError::TooFewObservations { what, observations: 3, required: 4 },
        "the observations for a distance correlation: 3, expected at least 4",
    );
    let sample = returns(5, 2, &[0.1, 0.2, 0.4, 0.0, 0.3, 0.0, 0.0, 0.0, 0.7, 0.0]);
    let (name, expected) = ("the bias-corrected distance variance", "a positive number");
    refused(
        estimator.estimate(&sample),
        InputError::AssetOutOfRange { name, asset: 1, value: 0.0, expected },
        "the bias-corrected distance variance of asset 1 is 0, expected a positive number",
    );
    // The other statistic takes both.
    assert!(DistanceCorrelation::default().estimate(&sample).is_ok());
}

#[test]
fn rules_that_have_no_number() {
    let with =
        |bins| MutualInformation::new(InformationParams { bins, ..InformationParams::default() }).unwrap();
    let stale = returns(8, 1, &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    let (name, expected) = ("the interquartile range", "a positive number");
    refused(
        with(Bins::FreedmanDiaconis).estimate(&stale),
        InputError::AssetOutOfRange { name, asset: 0, value: 0.0, expected },
        "the interquartile range of asset 0 is 0, expected a positive number",
    );
    let spiked = returns(8, 1, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 1e6]);
    // R T^(1/3) / (2 IQR) = 1e6 · 2 / (2 · 3.5)
    let (name, expected) = ("the number of bins", "at most 65536");
    refused(
        with(Bins::FreedmanDiaconis).estimate(&spiked),
        InputError::AssetOutOfRange { name, asset: 0, value: 285_714.0, expected },
        "the number of bins of asset 0 is 285714, expected at most 65536",
    );
    assert!(with(Bins::Scott).estimate(&spiked).is_ok());
}

#[test]
fn matrices_that_are_no_codependence() {
    let take = |measure, entries: &[f64]| Codependence::from_column_slice(measure, 2, entries);
    let what = "the list of entries";
    refused(
        take(CodependenceMeasure::Similarity, &[1.0, 0.5, 1.0]),
        InputError::LengthMismatch { what, expected: 4, actual: 3 },
        "the list of entries has length 3, expected 4",
    );
    refused(
        Codependence::from_column_slice(CodependenceMeasure::Similarity, 0, &[]),
        InputError::Empty { what: "the similarity" },
        "the similarity is empty, expected at least one item",
    );
    let (row, asset, value) = (1, 0, f64::INFINITY);
    refused(
        take(CodependenceMeasure::Distance, &[0.0, f64::INFINITY, f64::INFINITY, 0.0]),
        InputError::NotFinite { what: "the distance", row, asset, value },
        "the distance of asset 0 in row 1 is inf, expected a finite number",
    );
    refused(
        take(CodependenceMeasure::Correlation, &[1.0, 0.5, 0.4, 1.0]),
        InputError::NotSymmetric { row: 1, col: 0, value: 0.5, mirrored: 0.4 },
        "the entry of asset 1 and asset 0 is 0.5 but its mirror image is 0.4, expected a symmetric matrix",
    );
    for (measure, value, text) in [
        (
            CodependenceMeasure::Correlation,
            -1.5,
            "the correlation of asset 1 and asset 0 is -1.5, expected a number in [-1, 1]",
        ),
        (
            CodependenceMeasure::AbsoluteCorrelation,
            -0.5,
            "the absolute correlation of asset 1 and asset 0 is -0.5, expected a number in [0, 1]",
        ),
        (
            CodependenceMeasure::DistanceCorrelation,
            1.5,
            "the distance correlation of asset 1 and asset 0 is 1.5, expected a number in [0, 1]",
        ),
        (
            CodependenceMeasure::MutualInformation,
            -0.5,
            "the mutual information of asset 1 and asset 0 is -0.5, expected zero or more",
        ),
    ] {
        let error = CodependenceError::OutOfRange { measure, row: 1, col: 0, value };
        refused(take(measure, &[1.0, value, value, 1.0]), error, text);
    }
    let (measure, expected) = (CodependenceMeasure::LowerTailDependence, 1.0);
    refused(
        take(measure, &[1.0, 0.5, 0.5, 0.9]),
        CodependenceError::Diagonal { measure, asset: 1, value: 0.9, expected },
        "the lower-tail dependence of asset 1 with itself is 0.9, expected 1",
    );
    let measure = CodependenceMeasure::Distance;
    refused(
        DistanceMatrix::from_column_slice(1, &[0.5]),
        CodependenceError::Diagonal { measure, asset: 0, value: 0.5, expected: 0.0 },
        "the distance of asset 0 with itself is 0.5, expected 0",
    );
}

#[test]
fn forms_that_a_measure_does_not_have() {
    let take = |measure, entries: &[f64]| Codependence::from_column_slice(measure, 2, entries).unwrap();
    let mut distances = DistanceMatrix::from_column_slice(2, &[0.0, 0.5, 0.5, 0.0]).unwrap();
    let before = distances.clone();
    for (measure, entries, form, text) in [
        (
            CodependenceMeasure::Correlation,
            [1.0, 0.5, 0.5, 1.0],
            DistanceForm::NegativeLogarithm,
            "the form of the distance for the correlation is negative logarithm, \
             expected angular or absolute angular or squared angular or complement",
        ),
        (
            CodependenceMeasure::MutualInformation,
            [2.0, 0.5, 0.5, 3.0],
            DistanceForm::Complement,
            "the form of the distance for the mutual information is complement, \
             expected the variation of information instead",
        ),
        (
            CodependenceMeasure::VariationOfInformation,
            [0.0, 1.5, 1.5, 0.0],
            DistanceForm::Angular,
            "the form of the distance for the variation of information is angular, expected itself",
        ),
    ] {
        let codependence = take(measure, &entries);
        let error = CodependenceError::NoSuchDistance { measure, form };
        refused(codependence.distances(form), error.clone(), text);
        refused(codependence.distances_into(form, &mut distances), error, text);
        assert_eq!(distances, before);
    }
}

#[test]
fn messages_have_names() {
    let universe = Universe::new(["AAPL", "MSFT"]).unwrap();
    let (measure, row, col, value) = (CodependenceMeasure::DistanceCorrelation, 1, 0, -0.5);
    assert_eq!(
        CodependenceError::OutOfRange { measure, row, col, value }.named(&universe),
        "the distance correlation of MSFT and AAPL is -0.5, expected a number in [0, 1]"
    );
    assert_eq!(
        CodependenceError::Diagonal { measure, asset: 1, value: 0.5, expected: 1.0 }.named(&universe),
        "the distance correlation of MSFT with itself is 0.5, expected 1"
    );
    let error = CodependenceError::from(InputError::ZeroVariance { asset: 0 });
    assert_eq!(error.named(&universe), "the variance of AAPL is zero, expected a positive number");
    let error = CodependenceError::NoSuchDistance { measure, form: DistanceForm::Itself };
    assert_eq!(error.named(&universe), error.to_string());
}

#[test]
fn a_gap_under_the_policy_that_refuses_gaps() {
    let panel = Panel::from_column_slice(3, 1, &[0.1, f64::NAN, 0.3]).unwrap();
    refused(
        DistanceCorrelation::default().estimate_panel(&panel, MissingPolicy::Refuse),
        InputError::Missing { row: 1, asset: 0 },
        "the value of asset 0 in row 1 is missing, expected a value or a policy for missing data",
    );
}
