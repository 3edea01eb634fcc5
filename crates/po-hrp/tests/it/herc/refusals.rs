//! What is refused, with its numbers and its words.

use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Bounds, Covariance, InputError, Universe};
use po_hrp::{Division, Error, Herc, HercParams, Linkage};

use super::into;
use crate::random::{covariance, factor_covariance};

fn universe() -> Universe {
    Universe::new(["AAPL", "MSFT", "XOM", "BP"]).unwrap()
}

#[track_caller]
fn assert_refused(params: HercParams, covariance: &Covariance, expected: &Error, text: &str) {
    let error = Herc::new(params).and_then(|herc| herc.allocate(covariance)).unwrap_err();
    assert_eq!(&error, expected);
    assert_eq!(error.to_string(), text);
}

#[test]
fn refusals() {
    let four = factor_covariance(4, 1);
    let zero = InputError::OutOfRange { name: "the number of clusters", value: 0.0, expected: "one or more" };
    assert_refused(into(0), &four, &zero.into(), "the number of clusters is 0, expected one or more");
    let many = Error::TooManyClusters { clusters: 5, assets: 4 };
    let text = "the number of clusters is 5, expected at most the number of assets, 4";
    assert_refused(into(5), &four, &many, text);
    let bounded = |clusters: usize, lower: &[f64], upper: &[f64]| HercParams {
        bounds: Some(Bounds::new(lower.to_vec(), upper.to_vec()).unwrap()),
        ..into(clusters)
    };
    // With bounds the number of assets is known at once.
    assert_eq!(Herc::new(bounded(5, &[0.0; 4], &[1.0; 4])), Err(many));
    let short = InputError::LengthMismatch { what: "the list of bounds", expected: 4, actual: 3 };
    let text = "the list of bounds has length 3, expected 4";
    assert_refused(bounded(1, &[0.0; 3], &[1.0; 3]), &four, &short.into(), text);
    let text = "the lower bound of asset 1 is -0.5, expected zero or more: the portfolio is long-only";
    let negative = Error::NegativeBound { asset: 1, lower: -0.5 };
    assert_refused(bounded(1, &[0.0, -0.5, 0.0, 0.0], &[1.0; 4]), &four, &negative, text);
    let text = "the upper bounds sum to 0.8, expected at least 1";
    assert_refused(bounded(1, &[0.0; 4], &[0.2; 4]), &four, &Error::UpperBoundsTooLow { sum: 0.8 }, text);
    let text = "the lower bounds sum to 2, expected at most 1";
    assert_refused(bounded(1, &[0.5; 4], &[1.0; 4]), &four, &Error::LowerBoundsTooHigh { sum: 2.0 }, text);
    let flat = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.0]).unwrap();
    let error = Herc::new(into(1)).unwrap().allocate(&flat).unwrap_err();
    assert_eq!(error, InputError::ZeroVariance { asset: 1 }.into());
    let beyond = Covariance::from_column_slice(2, &[1.0, 1.5, 1.5, 1.0]).unwrap();
    for linkage in [Linkage::Single, Linkage::Ward] {
        let error = Herc::new(HercParams { linkage, ..into(1) }).unwrap().allocate(&beyond).unwrap_err();
        let expected = InputError::CorrelationOutOfRange { row: 0, col: 1, value: 1.5 };
        assert_eq!(error, expected.into());
    }
}

/// Four assets that are all hedges of each other cannot be: their variance would be `(4 - 12 / 2) / 16`.
#[test]
fn a_cluster_of_negative_variance() {
    let matrix = DMatrix::from_fn(4, 4, |row, col| if row == col { 1.0 } else { -0.5 });
    let error = Herc::new(into(1)).unwrap().allocate(&covariance(matrix.clone())).unwrap_err();
    let Error::NegativeClusterVariance { first, others, variance } = error else {
        unreachable!("{error}");
    };
    assert_eq!((others, variance), (3, -0.125));
    let named = format!(
        "the cluster of {} and 3 others has variance -0.125, expected zero or more: the covariance is not positive semidefinite",
        universe().names()[first]
    );
    assert_eq!(error.named(&universe()), named);
}

/// Four assets as above beside a fifth: where sides are looked at as a whole, that of the four is refused.
#[test]
fn a_side_of_negative_variance() {
    let matrix = DMatrix::from_fn(5, 5, |row, col| match (row == col, row.max(col)) {
        (true, _) => 1.0,
        (_, 4) => -0.9,
        _ => -0.5,
    });
    let allocate = |division| {
        let params = HercParams { division, linkage: Linkage::Average, ..into(3) };
        Herc::new(params).unwrap().allocate(&covariance(matrix.clone()))
    };
    let error = allocate(Division::Assets).unwrap_err();
    assert_eq!(error, Error::NegativeClusterVariance { first: 3, others: 3, variance: -0.125 });
    assert!(allocate(Division::Clusters).is_ok());
    assert!(allocate(Division::Halves).is_ok());
}
