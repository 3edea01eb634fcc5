//! What the constructors refuse, each with its payload.

use po_core::nalgebra::{DMatrix, dmatrix};
use po_core::{
    Allocator, Bounds, Budget, Confidence, Correlation, Covariance, EqualWeight, GroupBound, InputError,
    InverseVariance, InverseVolatility, Moments, Returns, Universe, Weights,
};

const NAN: f64 = f64::NAN;
const INFINITY: f64 = f64::INFINITY;

fn empty(what: &'static str) -> InputError {
    InputError::Empty { what }
}

fn length(what: &'static str, expected: usize, actual: usize) -> InputError {
    InputError::LengthMismatch { what, expected, actual }
}

fn out_of_range(name: &'static str, asset: usize, value: f64, expected: &'static str) -> InputError {
    InputError::AssetOutOfRange { name, asset, value, expected }
}

#[test]
fn universe() {
    assert_eq!(Universe::new([""; 0]), Err(empty("the universe")));
    assert_eq!(Universe::new(["A", " \t"]), Err(InputError::EmptyName { kind: "asset", index: 1 }));
    let duplicate = |name: &str, first, second| {
        Err(InputError::DuplicateName { kind: "asset", name: name.into(), first, second })
    };
    assert_eq!(Universe::new(["B", "A", "C", "A"]), duplicate("A", 1, 3));
    let universe = Universe::new(["AAPL", "MSFT"]).unwrap();
    let unknown = |kind, name: &str, nearest: Option<&str>| InputError::UnknownName {
        kind,
        name: name.into(),
        nearest: nearest.map(Into::into),
    };
    assert_eq!(universe.index_of("APPL"), Err(unknown("asset", "APPL", Some("AAPL"))));
    assert_eq!(universe.grouping("sector"), Err(unknown("grouping", "sector", None)));
    let expected = "an index below the number of assets";
    assert_eq!(universe.select(&[0, 2]), Err(out_of_range("the index", 2, 2.0, expected)));
    assert_eq!(universe.select(&[1, 0, 1]), duplicate("MSFT", 0, 2));
    assert_eq!(universe.select(&[]), Err(empty("the universe")));
}

#[test]
fn groupings() {
    let universe = Universe::new(["AAPL", "XOM"]).unwrap();
    let grouped = |name: &str, labels: &[Option<&str>]| {
        universe.clone().grouped(name, labels.iter().copied()).unwrap_err()
    };
    assert_eq!(grouped("", &[None, None]), InputError::EmptyName { kind: "grouping", index: 0 });
    assert_eq!(grouped("sector", &[None, Some(" ")]), InputError::EmptyName { kind: "group", index: 1 });
    assert_eq!(grouped("sector", &[None]), length("the list of labels of a grouping", 2, 1));
    let universe = universe.clone().grouped("sector", [Some("tech"), Some("energy")]).unwrap();
    let error = universe.clone().grouped::<&str>("sector", [None, None]).unwrap_err();
    let name = "sector".to_owned();
    assert_eq!(error, InputError::DuplicateName { kind: "grouping", name, first: 0, second: 1 });
    let error = universe.clone().grouped::<&str>(" ", [None, None]).unwrap_err();
    assert_eq!(error, InputError::EmptyName { kind: "grouping", index: 1 });
    let unknown = |kind, name: &str, nearest: Option<&str>| InputError::UnknownName {
        kind,
        name: name.into(),
        nearest: nearest.map(Into::into),
    };
    let group_bound = |grouping, label| universe.group_bound(grouping, label, 0.0, 0.5).unwrap_err();
    assert_eq!(group_bound("secotr", "tech"), unknown("grouping", "secotr", Some("sector")));
    assert_eq!(group_bound("sector", "enrgy"), unknown("group", "enrgy", Some("energy")));
    assert_eq!(
        universe.group_bound("sector", "tech", 0.5, 0.4),
        Err(InputError::GroupBoundsCross { group: "tech".into(), lower: 0.5, upper: 0.4 })
    );
}

#[test]
fn returns() {
    assert_eq!(Returns::new(DMatrix::zeros(0, 2)), Err(empty("the return")));
    let (what, value) = ("the return", -INFINITY);
    let error = Returns::new(dmatrix![0.0, 0.1; 0.2, value]).unwrap_err();
    assert_eq!(error, InputError::NotFinite { what, row: 1, asset: 1, value });
    assert_eq!(Returns::from_column_slice(2, 2, &[0.0; 3]), Err(length("the list of returns", 4, 3)));
    let most = usize::MAX;
    assert_eq!(Returns::from_column_slice(most, 2, &[]), Err(length("the list of returns", most, 0)));
    let returns = Returns::new(dmatrix![0.1; 0.2]).unwrap();
    assert_eq!(returns.tail(0), Err(empty("the window")));
    let what = "the observations in the window";
    let error = InputError::TooFewObservations { what, observations: 2, required: 3 };
    assert_eq!(returns.tail(3), Err(error));
}

#[test]
fn covariance() {
    assert_eq!(Covariance::new(DMatrix::zeros(0, 0)), Err(empty("the covariance")));
    assert_eq!(Covariance::new(DMatrix::zeros(1, 2)), Err(InputError::NotSquare { rows: 1, cols: 2 }));
    let (what, value) = ("the covariance", INFINITY);
    let error = Covariance::new(dmatrix![1.0, 0.0; value, 1.0]).unwrap_err();
    assert_eq!(error, InputError::NotFinite { what, row: 1, asset: 0, value });
    let error = Covariance::new(dmatrix![1.0, 0.0; 0.0, -0.5]).unwrap_err();
    assert_eq!(error, InputError::NegativeVariance { asset: 1, value: -0.5 });
    // One part in 10^10 of the two deviations is rounding, more is not.
    assert!(Covariance::new(dmatrix![4.0, 1.0; 1.0 + 1.9e-10, 1.0]).is_ok());
    let error = Covariance::new(dmatrix![4.0, 1.0; 1.0 + 2.1e-10, 1.0]).unwrap_err();
    assert_eq!(error, InputError::NotSymmetric { row: 1, col: 0, value: 1.0 + 2.1e-10, mirrored: 1.0 });
    let what = "the list of covariances";
    assert_eq!(Covariance::from_column_slice(2, &[1.0; 5]), Err(length(what, 4, 5)));
    assert_eq!(Covariance::from_column_slice(usize::MAX, &[]), Err(length(what, usize::MAX, 0)));
    let covariance = Covariance::new(dmatrix![1.0, 0.0; 0.0, 0.0]).unwrap();
    assert_eq!(covariance.correlation(), Err(InputError::ZeroVariance { asset: 1 }));
    let covariance = Covariance::new(dmatrix![1.0, 2.0; 2.0, 1.0]).unwrap();
    let error = InputError::CorrelationOutOfRange { row: 1, col: 0, value: 2.0 };
    assert_eq!(covariance.correlation(), Err(error));
}

#[test]
fn portfolio_risk() {
    let covariance = Covariance::new(dmatrix![1.0, 0.0; 0.0, 0.0]).unwrap();
    let weights = |weights: &[f64]| Weights::new(weights.to_vec()).unwrap();
    let error = length("the list of weights", 2, 3);
    assert_eq!(covariance.portfolio_variance(&weights(&[1.0; 3])), Err(error.clone()));
    assert_eq!(covariance.risk_contributions(&weights(&[1.0; 3])), Err(error));
    let name = "the variance of the portfolio";
    let out = |value, expected| InputError::OutOfRange { name, value, expected };
    let error = covariance.risk_contributions(&weights(&[0.0, 1.0])).unwrap_err();
    assert_eq!(error, out(0.0, "a positive, finite number"));
    let error = covariance.risk_contributions(&weights(&[1e200, 1.0])).unwrap_err();
    assert_eq!(error, out(INFINITY, "a positive, finite number"));
    let error = covariance.portfolio_variance(&weights(&[1e200, 1.0])).unwrap_err();
    assert_eq!(error, out(INFINITY, "a finite number"));
}

#[test]
fn correlation() {
    assert_eq!(Correlation::new(DMatrix::zeros(0, 0)), Err(empty("the correlation")));
    assert_eq!(Correlation::new(DMatrix::zeros(2, 1)), Err(InputError::NotSquare { rows: 2, cols: 1 }));
    let (what, value) = ("the correlation", INFINITY);
    let error = Correlation::new(dmatrix![1.0, value; 0.0, 1.0]).unwrap_err();
    assert_eq!(error, InputError::NotFinite { what, row: 0, asset: 1, value });
    let error = Correlation::new(dmatrix![1.0, 0.0; 0.0, 0.9]).unwrap_err();
    assert_eq!(error, InputError::DiagonalNotOne { asset: 1, value: 0.9 });
    let error = Correlation::new(dmatrix![1.0, 0.1; 0.2, 1.0]).unwrap_err();
    assert_eq!(error, InputError::NotSymmetric { row: 1, col: 0, value: 0.2, mirrored: 0.1 });
    let error = Correlation::new(dmatrix![1.0, -1.1; -1.1, 1.0]).unwrap_err();
    assert_eq!(error, InputError::CorrelationOutOfRange { row: 1, col: 0, value: -1.1 });
    let what = "the list of correlations";
    assert_eq!(Correlation::from_column_slice(2, &[1.0; 3]), Err(length(what, 4, 3)));
    let correlation = Correlation::new(dmatrix![1.0, 0.5; 0.5, 1.0]).unwrap();
    assert_eq!(correlation.covariance(&[0.1]), Err(length("the list of volatilities", 2, 1)));
    let expected = "a finite number, zero or more";
    for value in [-0.1, INFINITY] {
        let error = out_of_range("the volatility", 1, value, expected);
        assert_eq!(correlation.covariance(&[0.1, value]), Err(error));
    }
}

#[test]
fn moments() {
    let covariance = Covariance::new(dmatrix![1.0, 0.0; 0.0, 1.0]).unwrap();
    assert_eq!(Moments::new(vec![0.1], covariance.clone()), Err(length("the list of means", 2, 1)));
    let error = out_of_range("the mean return", 0, INFINITY, "a finite number");
    assert_eq!(Moments::new(vec![INFINITY, 0.0], covariance), Err(error));
}

#[test]
fn weights() {
    assert_eq!(Weights::new(vec![]), Err(empty("the list of weights")));
    assert_eq!(Weights::equal(0), Err(empty("the list of weights")));
    let error = out_of_range("the weight", 1, INFINITY, "a finite number");
    assert_eq!(Weights::new(vec![0.5, INFINITY]), Err(error.clone()));
    assert_eq!(Weights::try_from(vec![0.5, INFINITY]), Err(error.clone()));
    let mut weights = Weights::equal(2).unwrap();
    assert_eq!(weights.assign(&[0.5, INFINITY]), Err(error));
    assert_eq!(weights.assign(&[]), Err(empty("the list of weights")));
    assert_eq!(weights.as_slice(), [0.5, 0.5], "the old weights stay");
}

#[test]
fn bounds() {
    assert_eq!(Bounds::new(vec![], vec![]), Err(empty("the list of bounds")));
    assert_eq!(Bounds::uniform(0, 0.0, 1.0), Err(empty("the list of bounds")));
    assert_eq!(Bounds::new(vec![0.0], vec![1.0; 2]), Err(length("the list of upper bounds", 1, 2)));
    assert_eq!(
        Bounds::new(vec![0.0, 0.5], vec![1.0, 0.4]),
        Err(InputError::BoundsCross { asset: 1, lower: 0.5, upper: 0.4 })
    );
    for (lower, upper) in [(NAN, 1.0), (0.0, NAN)] {
        let error = Bounds::uniform(1, lower, upper).unwrap_err();
        assert!(matches!(error, InputError::BoundsCross { asset: 0, .. }));
    }
    let error = out_of_range("the lower bound", 0, INFINITY, "a number below infinity");
    assert_eq!(Bounds::uniform(2, INFINITY, INFINITY), Err(error));
    let error = out_of_range("the upper bound", 0, -INFINITY, "a number above minus infinity");
    assert_eq!(Bounds::uniform(2, -INFINITY, -INFINITY), Err(error));
}

#[test]
fn group_bounds() {
    let bound = |members: &[usize], lower, upper| GroupBound::new("g", members.to_vec(), lower, upper);
    assert_eq!(bound(&[], 0.0, 1.0), Err(empty("the list of members of a group")));
    let (kind, name) = ("group member", "3".to_owned());
    let error = InputError::DuplicateName { kind, name, first: 1, second: 2 };
    assert_eq!(bound(&[3, 1, 3], 0.0, 1.0), Err(error));
    let crossed = InputError::GroupBoundsCross { group: "g".into(), lower: 0.5, upper: 0.4 };
    assert_eq!(bound(&[0], 0.5, 0.4), Err(crossed));
    for (lower, upper) in [(NAN, 1.0), (0.0, NAN)] {
        assert!(matches!(bound(&[0], lower, upper), Err(InputError::GroupBoundsCross { .. })));
    }
    let out = |name, value, expected| Err(InputError::OutOfRange { name, value, expected });
    let expected = "a number below infinity";
    assert_eq!(bound(&[0], INFINITY, INFINITY), out("the lower bound", INFINITY, expected));
    let expected = "a number above minus infinity";
    assert_eq!(bound(&[0], -INFINITY, -INFINITY), out("the upper bound", -INFINITY, expected));
}

#[test]
fn budget() {
    assert_eq!(Budget::new(vec![]), Err(empty("the risk budget")));
    assert_eq!(Budget::equal(0), Err(empty("the risk budget")));
    for value in [-0.1, INFINITY] {
        let error = out_of_range("the risk budget", 1, value, "a finite number, zero or more");
        assert_eq!(Budget::new(vec![1.0, value]), Err(error.clone()));
        assert_eq!(Budget::try_from(vec![1.0, value]), Err(error));
    }
    // Nine decimals for each share are enough, eight are not.
    assert!(Budget::new(vec![0.333_333_333; 3]).is_ok());
    let error = Budget::new(vec![0.333_333_33; 3]).unwrap_err();
    assert!(matches!(error, InputError::SumNotOne { what: "the risk budgets", sum } if sum < 1.0));
}

#[test]
fn confidence() {
    for value in [0.0, 1.0, -0.5, 95.0, INFINITY] {
        let error = InputError::OutOfRange { name: "the confidence", value, expected: "a number in (0, 1)" };
        assert_eq!(Confidence::new(value), Err(error.clone()));
        assert_eq!(Confidence::try_from(value), Err(error));
    }
    assert!(Confidence::new(NAN).is_err());
}

#[test]
fn naive_allocators() {
    let covariance = Covariance::new(dmatrix![1.0, 0.0; 0.0, 0.0]).unwrap();
    let error = InputError::ZeroVariance { asset: 1 };
    assert_eq!(InverseVolatility.allocate(&covariance), Err(error.clone()));
    assert_eq!(InverseVariance.allocate(&covariance), Err(error));
    assert_eq!(EqualWeight.allocate(&covariance).unwrap().as_slice(), [0.5, 0.5]);
}
