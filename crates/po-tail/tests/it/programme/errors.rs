//! What a programme refuses, and what it says of one without a solution.

use po_convex::{Error as ConvexError, Program};
use po_core::InputError;
use po_tail::Error;

use super::market::Parts;

fn refusal(change: impl FnOnce(&mut Parts)) -> Error {
    let mut parts = Parts::new(1, 40, 3);
    change(&mut parts);
    parts.with(|program| program.solve()).unwrap_err()
}

#[test]
fn numbers_out_of_range_are_named() {
    let range = |name, value, expected| Error::Input(InputError::OutOfRange { name, value, expected });
    let of_asset = |name, asset, value, expected| {
        Error::Input(InputError::AssetOutOfRange { name, asset, value, expected })
    };
    let positive = "a finite number, zero or more";
    assert_eq!(refusal(|parts| parts.price = -1.0), range("the price of risk", -1.0, positive));
    let error = refusal(|parts| parts.limit = f64::NEG_INFINITY);
    let expected = "a number, or infinity for none";
    assert_eq!(error, range("the limit on conditional value at risk", f64::NEG_INFINITY, expected));
    let error = refusal(|parts| parts.linear[1] = f64::INFINITY);
    assert_eq!(error, of_asset("the linear term", 1, f64::INFINITY, "a finite number"));
    let error = refusal(|parts| parts.ridge = vec![0.0, 0.0, -2.0]);
    assert_eq!(error, of_asset("the ridge term", 2, -2.0, positive));
    let error = refusal(|parts| parts.turnover = -0.5);
    assert_eq!(error, range("the limit on absolute values", -0.5, "zero or more"));
    let error = refusal(|parts| parts.cost = vec![0.0, -0.1, 0.0]);
    assert_eq!(error, of_asset("the cost", 1, -0.1, positive));
    let error = refusal(|parts| (parts.turnover, parts.holdings) = (1.0, vec![0.0, 0.0, f64::INFINITY]));
    assert_eq!(error, of_asset("the holding", 2, f64::INFINITY, "a finite number"));
    let error = refusal(|parts| parts.lower[0] = 2.0);
    assert_eq!(error, Error::Input(InputError::BoundsCross { asset: 0, lower: 2.0, upper: 1.0 }));
    let error = refusal(|parts| {
        parts.probabilities = vec![1.0 / 40.0; 40];
        parts.probabilities[3] = -0.5;
    });
    assert_eq!(error, range("the probability of a scenario", -0.5, positive));
    let error = refusal(|parts| parts.probabilities = vec![0.5; 40]);
    assert_eq!(
        error,
        Error::Input(InputError::SumNotOne { what: "the probabilities of the scenarios", sum: 20.0 })
    );
}

#[test]
fn lists_that_do_not_fit_are_named() {
    let length = |what, expected, actual| Error::Input(InputError::LengthMismatch { what, expected, actual });
    let error = refusal(|parts| parts.probabilities = vec![1.0; 5]);
    assert_eq!(error, length("the list of probabilities", 40, 5));
    assert_eq!(refusal(|parts| parts.linear = vec![0.0]), length("the list of linear terms", 3, 1));
    assert_eq!(refusal(|parts| parts.ridge = vec![0.0]), length("the list of ridge terms", 3, 1));
    assert_eq!(refusal(|parts| parts.lower = vec![0.0]), length("the list of lower bounds", 3, 1));
    assert_eq!(refusal(|parts| parts.upper = vec![0.0]), length("the list of upper bounds", 3, 1));
    assert_eq!(refusal(|parts| parts.rows = po_convex::Rows::new(2)), length("a row of coefficients", 3, 2));
    let error = refusal(|parts| (parts.turnover, parts.holdings) = (1.0, vec![0.0]));
    assert_eq!(error, length("the list of holdings", 3, 1));
    let error = refusal(|parts| parts.cost = vec![0.0]);
    assert_eq!(error, length("the list of costs", 3, 1));
    let parts = Parts::new(1, 40, 3);
    let error = parts.with(|program| {
        let family = po_convex::Absolute { label: "a", center: &[0.0; 3], cost: &[], limit: 1.0 };
        let absolute = [family; Program::FAMILIES + 1];
        po_tail::CvarProgram { absolute: &absolute, ..program }.solve().unwrap_err()
    });
    let name = "the number of families of absolute values";
    assert_eq!(error, Error::Input(InputError::OutOfRange { name, value: 3.0, expected: "at most 2" }));
}

#[test]
fn constraints_that_conflict_are_told() {
    let error = refusal(|parts| parts.upper = vec![0.2; 3]);
    let Error::Programme(ConvexError::Infeasible(conflict)) = error else { panic!("{error}") };
    assert_eq!(conflict.constraints.len(), 4);
}

#[test]
fn the_least_risk_is_told_where_the_limit_lies_below_it() {
    let least = Parts::new(1, 40, 3).with(|program| program.solve()).unwrap().cvar;
    let error = refusal(|parts| (parts.price, parts.limit) = (0.0, 0.5 * least));
    let Error::Programme(ConvexError::RiskLimitTooLow { what, limit, least: told }) = error else {
        panic!("{error}")
    };
    assert_eq!((what, limit), ("conditional value at risk", 0.5 * least));
    assert!((told - least).abs() <= 1e-15);
}

/// A single scenario leaves nothing to choose among, whatever the solver starts from.
#[test]
fn a_limit_below_the_only_risk_is_told() {
    for (scenarios, assets) in [(1, 1), (1, 3), (2, 2)] {
        let mut parts = Parts::new(3, scenarios, assets);
        parts.price = 0.0;
        parts.linear = vec![1.0; assets];
        parts.limit = -1.0;
        let error = parts.with(|program| program.solve()).unwrap_err();
        let told = matches!(
            error,
            Error::Programme(ConvexError::RiskLimitTooLow { limit, least, .. }) if limit < -0.9 && least > -0.5
        );
        assert!(told, "{error}");
    }
}

#[test]
fn a_portfolio_that_is_fixed_beyond_its_limit_is_told() {
    let mut parts = Parts::new(9, 250, 10);
    (parts.lower, parts.upper) = (vec![0.1; 10], vec![0.1; 10]);
    let least = parts.with(|program| program.solve()).unwrap().cvar;
    (parts.price, parts.limit) = (0.0, 0.9 * least);
    let error = parts.with(|program| program.solve()).unwrap_err();
    let Error::Programme(ConvexError::RiskLimitTooLow { least: told, .. }) = error else { panic!("{error}") };
    assert!((told - least).abs() <= 1e-15);
}
