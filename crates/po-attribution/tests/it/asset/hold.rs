//! Weights that nobody touches.

use po_attribution::{HoldInput, buy_and_hold, buy_and_hold_into};

#[test]
fn a_rebalance_sets_the_targets_exactly() {
    let returns = [0.5, 0.5, -0.25, 0.0, 0.0, 0.0];
    let input = HoldInput {
        assets: 2,
        returns: &returns,
        rebalances: &[0, 1],
        targets: &[0.5, 0.25, 0.1, 0.7],
        ..HoldInput::default()
    };
    let weights = buy_and_hold(&input).unwrap();
    let (held, decided) = (weights.held(), weights.decided());
    assert_eq!((held[0], held[3], held[1], held[4]), (0.5, 0.25, 0.1, 0.7));
    assert_eq!(decided, [0.5, 0.1, 0.1, 0.25, 0.7, 0.7]);
    // 0.15 of 1.05, and 0.7 of it.
    assert!((held[2] - 0.15 / 1.05).abs() < 1e-16 && (held[5] - 0.7 / 1.05).abs() < 1e-15);
}

#[test]
fn the_memory_that_is_there_changes_nothing() {
    let long = HoldInput {
        assets: 1,
        returns: &[0.5, f64::NAN, 0.25],
        cash_returns: &[0.0, 0.5, 0.5],
        rebalances: &[0],
        targets: &[0.5],
    };
    let mut memory = buy_and_hold(&long).unwrap();
    // 0.75 and 0.5; the price is missing, and cash has become 0.75.
    assert_eq!(memory.held(), [0.5, 0.6, 0.5]);
    let short = HoldInput { returns: &[1.0], cash_returns: &[], ..long };
    buy_and_hold_into(&short, &mut memory).unwrap();
    assert_eq!((memory.held(), memory.decided()), (&[0.5][..], &[0.5][..]));
    assert_eq!(memory.held(), buy_and_hold(&short).unwrap().held());
}
