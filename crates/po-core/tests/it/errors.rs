//! Every variant of the error: its payload, and its full text with indices and with names.

use po_core::{InputError, Universe};

/// Each variant with both spellings of its message.
fn messages() -> Vec<(InputError, &'static str, &'static str)> {
    // A message without an asset is the same in both spellings.
    let same = |error, text| (error, text, text);
    vec![
        same(InputError::Empty { what: "the universe" }, "the universe is empty, expected at least one item"),
        same(
            InputError::NotSquare { rows: 2, cols: 3 },
            "the matrix is 2 x 3, expected as many rows as columns",
        ),
        same(
            InputError::LengthMismatch { what: "the list of means", expected: 3, actual: 2 },
            "the list of means has length 2, expected 3",
        ),
        (
            InputError::NotFinite { what: "the return", row: 4, asset: 1, value: f64::INFINITY },
            "the return of asset 1 in row 4 is inf, expected a finite number",
            "the return of MSFT in row 4 is inf, expected a finite number",
        ),
        (
            InputError::NotSymmetric { row: 1, col: 0, value: 0.5, mirrored: 0.25 },
            "the entry of asset 1 and asset 0 is 0.5 but its mirror image is 0.25, expected a symmetric matrix",
            "the entry of MSFT and AAPL is 0.5 but its mirror image is 0.25, expected a symmetric matrix",
        ),
        (
            InputError::NegativeVariance { asset: 0, value: -0.04 },
            "the variance of asset 0 is -0.04, expected zero or more",
            "the variance of AAPL is -0.04, expected zero or more",
        ),
        (
            InputError::ZeroVariance { asset: 1 },
            "the variance of asset 1 is zero, expected a positive number",
            "the variance of MSFT is zero, expected a positive number",
        ),
        (
            InputError::CorrelationOutOfRange { row: 1, col: 0, value: 1.5 },
            "the correlation of asset 1 and asset 0 is 1.5, expected a number in [-1, 1]",
            "the correlation of MSFT and AAPL is 1.5, expected a number in [-1, 1]",
        ),
        (
            InputError::DiagonalNotOne { asset: 0, value: 0.9 },
            "the correlation of asset 0 with itself is 0.9, expected 1",
            "the correlation of AAPL with itself is 0.9, expected 1",
        ),
        same(
            InputError::NotPositiveDefinite { pivot: 3 },
            "the matrix is not positive definite: pivot 3 is not positive, expected positive pivots",
        ),
        same(
            InputError::NotPositiveSemidefinite { eigenvalue: -0.5 },
            "the smallest eigenvalue of the matrix is -0.5, expected zero or more: the matrix is not positive \
             semidefinite",
        ),
        same(
            InputError::Singular { pivot: 3 },
            "the matrix is singular: pivot 3 is zero, expected pivots other than zero",
        ),
        same(
            InputError::NotConverged { what: "the eigenvalues" },
            "the eigenvalues did not converge, expected a matrix within range",
        ),
        same(
            InputError::OutOfRange { name: "the confidence", value: 99.0, expected: "a number in (0, 1)" },
            "the confidence is 99, expected a number in (0, 1)",
        ),
        (
            InputError::AssetOutOfRange {
                name: "the weight",
                asset: 1,
                value: f64::NAN,
                expected: "a finite number",
            },
            "the weight of asset 1 is NaN, expected a finite number",
            "the weight of MSFT is NaN, expected a finite number",
        ),
        (
            InputError::BoundsCross { asset: 0, lower: 0.5, upper: 0.4 },
            "the bounds of asset 0 are [0.5, 0.4], expected a lower bound at or below the upper bound",
            "the bounds of AAPL are [0.5, 0.4], expected a lower bound at or below the upper bound",
        ),
        same(
            InputError::GroupBoundsCross { group: "tech".into(), lower: 0.5, upper: 0.4 },
            "the bounds of group tech are [0.5, 0.4], expected a lower bound at or below the upper bound",
        ),
        same(
            InputError::SumNotOne { what: "the risk budgets", sum: 1.1 },
            "the risk budgets sum to 1.1, expected 1",
        ),
        (
            InputError::NotPositivePrice { row: 2, asset: 0, value: -1.0 },
            "the price of asset 0 in row 2 is -1, expected a positive number",
            "the price of AAPL in row 2 is -1, expected a positive number",
        ),
        (
            InputError::Missing { row: 2, asset: 1 },
            "the value of asset 1 in row 2 is missing, expected a value or a policy for missing data",
            "the value of MSFT in row 2 is missing, expected a value or a policy for missing data",
        ),
        (
            InputError::NeverObserved { asset: 1 },
            "asset 1 has no observation, expected at least one",
            "MSFT has no observation, expected at least one",
        ),
        same(
            InputError::TooFewObservations {
                what: "the rows of prices for a return",
                observations: 1,
                required: 2,
            },
            "the rows of prices for a return: 1, expected at least 2",
        ),
        same(InputError::NoAssetLeft, "the missing-data policy leaves no asset, expected at least one"),
        same(
            InputError::EmptyName { kind: "asset", index: 3 },
            "the asset name at position 3 is empty, expected a name",
        ),
        same(
            InputError::DuplicateName { kind: "asset", name: "AAPL".into(), first: 0, second: 2 },
            "asset \"AAPL\" stands at positions 0 and 2, expected each name once",
        ),
        same(
            InputError::UnknownName { kind: "asset", name: "MSTF".into(), nearest: Some("MSFT".into()) },
            "asset \"MSTF\" is unknown, did you mean \"MSFT\"?",
        ),
        same(
            InputError::UnknownName { kind: "asset", name: "zebra".into(), nearest: None },
            "asset \"zebra\" is unknown",
        ),
    ]
}

#[test]
fn every_message_names_the_value_and_what_was_expected() {
    let universe = Universe::new(["AAPL", "MSFT"]).unwrap();
    for (error, plain, named) in messages() {
        assert_eq!(error.to_string(), plain);
        assert_eq!(error.named(&universe), named);
    }
}

#[test]
fn every_variant_is_in_the_table() {
    let variants: std::collections::BTreeSet<String> = messages()
        .iter()
        .map(|(error, ..)| format!("{error:?}").split([' ', '{']).next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(variants.len(), VARIANTS, "{variants:?}");
}

/// Variants of `InputError`: a new one needs a message in the table.
const VARIANTS: usize = 26;

#[test]
fn an_asset_beyond_the_universe_keeps_its_index() {
    let universe = Universe::new(["AAPL"]).unwrap();
    let error = InputError::ZeroVariance { asset: 7 };
    assert_eq!(error.named(&universe), "the variance of asset 7 is zero, expected a positive number");
}

#[test]
fn errors_are_values() {
    for (error, ..) in messages() {
        let copy = error.clone();
        assert_eq!(format!("{error:?}"), format!("{copy:?}"));
        let boxed: Box<dyn std::error::Error + Send + Sync> = copy.into();
        assert!(boxed.source().is_none());
        assert_eq!(boxed.to_string(), error.to_string());
    }
    assert_eq!(InputError::NoAssetLeft, InputError::NoAssetLeft.clone());
}
