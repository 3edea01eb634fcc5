//! What is refused, and how it reads.

use po_attribution::{AssetInput, Error, HoldInput, asset_attribution, buy_and_hold};
use po_core::{InputError, Universe};

const RETURNS: [f64; 6] = [0.1, 0.2, 0.3, -0.1, f64::NAN, 0.0];
const HELD: [f64; 6] = [0.5; 6];

fn input() -> AssetInput<'static> {
    AssetInput { assets: 2, returns: &RETURNS, held: &HELD, ..AssetInput::default() }
}

fn refused(input: &AssetInput<'_>) -> Error {
    asset_attribution(input).unwrap_err()
}

#[test]
fn tables_of_different_shape_are_refused() {
    assert!(asset_attribution(&input()).is_ok());
    let wrong = |what, expected, actual| Error::Input(InputError::LengthMismatch { what, expected, actual });
    let cases = [
        (AssetInput { assets: 4, ..input() }, wrong("the table of returns", 8, 6)),
        (AssetInput { held: &HELD[1..], ..input() }, wrong("the table of weights held", 6, 5)),
        (AssetInput { decided: &HELD[..2], ..input() }, wrong("the table of weights decided", 6, 2)),
        (AssetInput { cash_returns: &HELD, ..input() }, wrong("the list of returns of cash", 3, 6)),
        (AssetInput { costs: &HELD[..1], ..input() }, wrong("the list of costs", 3, 1)),
    ];
    for (input, error) in cases {
        assert_eq!(refused(&input), error);
    }
    let empty = Error::Input(InputError::Empty { what: "the table of returns" });
    assert_eq!(refused(&AssetInput::default()), empty);
    assert_eq!(refused(&AssetInput { assets: 0, ..input() }), empty);
    assert_eq!(empty.to_string(), "the table of returns is empty, expected at least one item");
}

#[test]
fn numbers_that_are_none_are_told_with_their_place() {
    let mut returns = RETURNS;
    returns[4] = f64::NEG_INFINITY;
    let error = refused(&AssetInput { returns: &returns, ..input() });
    let value = f64::NEG_INFINITY;
    assert_eq!(error, InputError::NotFinite { what: "the return", row: 1, asset: 1, value }.into());
    let universe = Universe::new(["ash", "oak"]).unwrap();
    assert_eq!(error.named(&universe), "the return of oak in row 1 is -inf, expected a finite number");

    let mut weights = HELD;
    weights[2] = f64::NAN;
    let held = refused(&AssetInput { held: &weights, ..input() });
    assert_eq!(held.to_string(), "the weight held of asset 0 in row 2 is NaN, expected a finite number");
    let decided = refused(&AssetInput { decided: &weights, ..input() });
    assert_eq!(
        decided.to_string(),
        "the weight decided of asset 0 in row 2 is NaN, expected a finite number"
    );
    let series = [0.0, f64::INFINITY, 0.0];
    let cash = refused(&AssetInput { cash_returns: &series, ..input() });
    assert_eq!(cash.to_string(), "the return of cash is inf, expected a finite number");
    let costs = refused(&AssetInput { costs: &series, ..input() });
    assert_eq!(costs.to_string(), "the cost is inf, expected a finite number");
}

#[test]
fn a_period_that_leaves_nothing_is_refused() {
    let error = refused(&AssetInput { costs: &[0.0, 1.5, 0.0], ..input() });
    assert_eq!(error, Error::NotCompoundable { what: "portfolio", period: 1, value: -1.4 });
    let text = "the return of the portfolio in period 1 is -1.4, expected a number above -1";
    assert_eq!(error.to_string(), text);
}

#[test]
fn rebalances_out_of_order_are_refused() {
    let hold = HoldInput {
        assets: 2,
        returns: &RETURNS,
        rebalances: &[0, 2],
        targets: &HELD[..4],
        cash_returns: &[],
    };
    assert!(buy_and_hold(&hold).is_ok());
    let text = |input: HoldInput<'_>| buy_and_hold(&input).unwrap_err().to_string();
    let cases = [
        (
            HoldInput { rebalances: &[], ..hold },
            "the list of rebalances is empty, expected at least one item",
        ),
        (
            HoldInput { rebalances: &[1, 2], ..hold },
            "the first rebalance is 1, expected 0, the start of the first period",
        ),
        (
            HoldInput { rebalances: &[0, 0], ..hold },
            "a rebalance is 0, expected a later period than that of the one before it",
        ),
        (
            HoldInput { rebalances: &[0, 3], ..hold },
            "the last rebalance is 3, expected less than the number of periods",
        ),
        (HoldInput { targets: &HELD[..3], ..hold }, "the table of targets has length 3, expected 4"),
        (
            HoldInput { targets: &[0.0, 0.0, 0.0, f64::NAN], ..hold },
            "the target of asset 1 in row 1 is NaN, expected a finite number",
        ),
        (HoldInput { cash_returns: &[0.0], ..hold }, "the list of returns of cash has length 1, expected 3"),
        (
            HoldInput { targets: &[20.0, 20.0, 0.0, 0.0], returns: &[0.0, 0.0, 0.0, -0.5, 0.0, 0.0], ..hold },
            "the return of the portfolio in period 0 is -10, expected a number above -1",
        ),
    ];
    for (input, expected) in cases {
        assert_eq!(text(input), expected);
    }
    let targets = [f64::INFINITY; 4];
    let error = buy_and_hold(&HoldInput { targets: &targets, ..hold }).unwrap_err();
    let value = f64::INFINITY;
    assert_eq!(error, InputError::NotFinite { what: "the target", row: 0, asset: 0, value }.into());
}
