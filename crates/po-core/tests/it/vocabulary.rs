//! What the types hold and hand back.

use po_core::nalgebra::{DMatrix, dmatrix};
use po_core::{
    Allocator, Bounds, Budget, Certificate, Confidence, Correlation, Covariance, EqualWeight, GroupBound,
    InverseVariance, InverseVolatility, Moments, Returns, Solution, Status, Universe, Weights, nearest_name,
};

#[test]
fn universe_keeps_names_and_groupings() {
    let universe = Universe::new(["AAPL", "XOM", "MSFT", "GLD"])
        .unwrap()
        .grouped("sector", [Some("tech"), Some("energy"), Some("tech"), None])
        .unwrap()
        .grouped("country", [Some("US"); 4])
        .unwrap();
    assert_eq!(universe.len(), 4);
    assert_eq!(universe.names(), ["AAPL", "XOM", "MSFT", "GLD"]);
    assert_eq!((universe.label(2), universe.label(4)), ("MSFT".to_owned(), "asset 4".to_owned()));
    let names: Vec<&str> = universe.groupings().iter().map(|grouping| grouping.name()).collect();
    assert_eq!(names, ["sector", "country"]);
    let sector = universe.grouping("sector").unwrap();
    assert_eq!(sector.groups(), ["tech", "energy"]);
    assert_eq!(sector.labels()[3], None);
    assert_eq!(sector.members("tech").unwrap(), [0, 2]);
    let part = universe.select(&[3, 2, 0]).unwrap();
    assert_eq!(part.names(), ["GLD", "MSFT", "AAPL"]);
    assert_eq!(part.grouping("sector").unwrap().members("tech").unwrap(), [1, 2]);
    let bound = universe.group_bound("country", "US", 0.2, 0.9).unwrap();
    assert_eq!(bound.members(), [0, 1, 2, 3]);
    assert_eq!((bound.name(), bound.lower(), bound.upper()), ("US", 0.2, 0.9));
}

#[test]
fn names_that_are_near() {
    assert_eq!(nearest_name("msft", ["AAPL", "MSFT"]), Some("MSFT"));
    assert_eq!(nearest_name("", ["AAPL"]), None);
    assert_eq!(nearest_name("AAPL", []), None);
    let near = ["equal-risk", "equal-weight", "equal-width"];
    assert_eq!(nearest_name("equal_wieght", near), Some("equal-weight"));
    let universe = Universe::new(["MSCI", "MSFT", "MSTR"]).unwrap();
    let message = universe.index_of("MSTF").unwrap_err().to_string();
    assert_eq!(message, r#"asset "MSTF" is unknown, did you mean "MSFT"?"#);
}

#[test]
fn returns_hold_columns() {
    let returns = Returns::from_column_slice(3, 2, &[0.1, 0.2, 0.3, -0.1, 0.0, 0.1]).unwrap();
    assert_eq!((returns.observations(), returns.assets()), (3, 2));
    assert_eq!(returns.column(1), [-0.1, 0.0, 0.1]);
    assert_eq!(returns.as_view()[(2, 0)], 0.3);
    assert_eq!(returns.as_slice().len(), 6);
    assert!(returns.mean().iter().zip([0.2, 0.0]).all(|(mean, hand)| (mean - hand).abs() < 1e-16));
    assert_eq!(returns.tail(3).unwrap(), returns);
    assert_eq!(returns.tail(1).unwrap().as_slice(), [0.3, 0.1]);
}

#[test]
fn covariance_takes_the_lower_triangle() {
    let covariance = Covariance::new(dmatrix![0.04, 0.018; 0.018 + 1e-16, 0.09]).unwrap();
    assert_eq!(covariance.as_view()[(0, 1)], covariance.as_view()[(1, 0)]);
    assert_eq!(covariance.column(0), [0.04, 0.018 + 1e-16]);
    assert_eq!(covariance.len(), 2);
    assert_eq!(Covariance::from_column_slice(2, covariance.as_slice()).unwrap(), covariance);
    let correlation = covariance.correlation().unwrap();
    assert!((correlation.as_view()[(1, 0)] - 0.3).abs() < 1e-14);
    let back = correlation.covariance(&covariance.volatilities()).unwrap();
    assert!((back.into_inner() - covariance.into_inner()).amax() < 1e-16);
}

#[test]
fn correlation_is_made_exact() {
    let near = dmatrix![1.0 + 5e-11, 1.0 + 2e-11; 1.0 + 3e-11, 1.0 - 5e-11];
    let correlation = Correlation::new(near).unwrap();
    assert_eq!(correlation.as_slice(), [1.0; 4]);
    assert_eq!((correlation.len(), correlation.into_inner()), (2, DMatrix::from_element(2, 2, 1.0)));
    let correlation = Correlation::from_column_slice(1, &[1.0]).unwrap();
    assert_eq!(correlation.as_view()[(0, 0)], 1.0);
}

#[test]
fn risk_of_a_portfolio() {
    let covariance = Covariance::new(dmatrix![0.04, 0.018; 0.018, 0.09]).unwrap();
    let weights = Weights::new(vec![0.6, 0.4]).unwrap();
    // 0.36 0.04 + 2 0.24 0.018 + 0.16 0.09
    let variance = covariance.portfolio_variance(&weights).unwrap();
    assert!((variance - 0.03744).abs() < 1e-17);
    let shares = covariance.risk_contributions(&weights).unwrap();
    assert!((shares[0] - 0.6 * (0.024 + 0.0072) / 0.03744).abs() < 1e-15);
}

#[test]
fn weights_add_up() {
    let mut weights = Weights::default();
    assert!(weights.is_empty());
    weights.assign(&[0.7, 0.5, -0.2]).unwrap();
    assert_eq!((weights.len(), weights.is_empty()), (3, false));
    assert!((weights.net() - 1.0).abs() < 1e-15 && (weights.gross() - 1.4).abs() < 1e-15);
    assert_eq!(weights.as_ref(), &weights);
    assert_eq!(Vec::from(weights), [0.7, 0.5, -0.2]);
}

#[test]
fn limits_and_levels_are_kept() {
    let bounds = Bounds::uniform(2, f64::NEG_INFINITY, f64::INFINITY).unwrap();
    assert_eq!((bounds.len(), bounds.lower()[1], bounds.upper()[1]), (2, f64::NEG_INFINITY, f64::INFINITY));
    let bound = GroupBound::new("all", vec![1, 0], f64::NEG_INFINITY, f64::INFINITY).unwrap();
    assert_eq!(
        (bound.members(), bound.lower(), bound.upper()),
        ([0, 1].as_slice(), f64::NEG_INFINITY, f64::INFINITY)
    );
    let budget = Budget::equal(4).unwrap();
    assert_eq!(budget.shares(), [0.25; 4]);
    assert_eq!(Vec::from(budget), [0.25; 4]);
    let confidence = Confidence::new(0.75).unwrap();
    assert_eq!((confidence.level(), confidence.tail(), f64::from(confidence)), (0.75, 0.25, 0.75));
    assert!(confidence < Confidence::new(0.8).unwrap());
    let covariance = Covariance::new(dmatrix![0.04]).unwrap();
    let moments = Moments::new(vec![0.1], covariance.clone()).unwrap();
    assert_eq!((moments.mean(), moments.covariance()), ([0.1].as_slice(), &covariance));
}

#[test]
fn naive_weights_by_hand() {
    // Deviations 0.1, 0.2 and 0.4.
    let covariance = Covariance::new(dmatrix![0.01, 0.0, 0.0; 0.0, 0.04, 0.0; 0.0, 0.0, 0.16]).unwrap();
    let near = |weights: Weights, hand: [f64; 3]| {
        assert!(weights.as_slice().iter().zip(hand).all(|(weight, hand)| (weight - hand).abs() < 1e-15));
    };
    near(EqualWeight.allocate(&covariance).unwrap(), [1.0 / 3.0; 3]);
    near(InverseVolatility.allocate(&covariance).unwrap(), [4.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0]);
    near(InverseVariance.allocate(&covariance).unwrap(), [16.0 / 21.0, 4.0 / 21.0, 1.0 / 21.0]);
}

#[test]
fn solutions_begin_converged_and_empty() {
    let solution = Solution::default();
    assert_eq!((solution.status, solution.iterations), (Status::Converged, 0));
    assert_eq!(solution.certificate, Certificate::default());
    assert!(solution.as_ref().is_empty());
}
