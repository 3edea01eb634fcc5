//! Panels: what is missing, what becomes of it, and what is refused.

use po_core::nalgebra::{DMatrix, dmatrix};
use po_core::{InputError, Listing, MissingPolicy, Panel, Resolved, Returns};
use proptest::prelude::*;

use crate::random::{Random, config};

const NAN: f64 = f64::NAN;

fn panel(matrix: DMatrix<f64>) -> Panel {
    Panel::new(matrix).unwrap()
}

#[test]
fn construction_refuses() {
    assert_eq!(Panel::new(DMatrix::zeros(2, 0)), Err(InputError::Empty { what: "the panel" }));
    let (what, value) = ("the value", f64::NEG_INFINITY);
    let error = InputError::NotFinite { what, row: 1, asset: 1, value };
    assert_eq!(Panel::new(dmatrix![1.0, NAN; 2.0, value]), Err(error));
    let what = "the list of values";
    let error = InputError::LengthMismatch { what, expected: 4, actual: 3 };
    assert_eq!(Panel::from_column_slice(2, 2, &[0.0; 3]), Err(error));
    let error = InputError::LengthMismatch { what, expected: usize::MAX, actual: 0 };
    assert_eq!(Panel::from_column_slice(usize::MAX, usize::MAX, &[]), Err(error));
}

#[test]
fn values_are_there_or_not() {
    let panel = Panel::from_column_slice(3, 2, &[1.0, NAN, 3.0, NAN, NAN, NAN]).unwrap();
    assert_eq!((panel.observations(), panel.assets(), panel.missing()), (3, 2, 4));
    assert_eq!((panel.value(0, 0), panel.value(1, 0), panel.value(2, 1)), (Some(1.0), None, None));
    assert_eq!((panel.value(3, 0), panel.value(0, 2)), (None, None));
    assert_eq!(panel.column(0)[2], 3.0);
    assert_eq!(panel.listing(0), Some(Listing { first: 0, last: 2, gaps: 1 }));
    assert_eq!((panel.listing(1), panel.listing(2)), (None, None));
}

#[test]
fn equality_takes_missing_for_missing() {
    let first = panel(dmatrix![1.0, NAN]);
    assert_eq!(first, first.clone());
    assert_ne!(first, panel(dmatrix![1.0, 2.0]));
    assert_ne!(first, panel(dmatrix![2.0, NAN]));
    assert_ne!(first, panel(dmatrix![1.0; NAN]));
}

#[test]
fn tails() {
    let panel = panel(dmatrix![1.0; NAN; 3.0]);
    assert_eq!(panel.tail(2).unwrap(), Panel::new(dmatrix![NAN; 3.0]).unwrap());
    assert_eq!(panel.tail(3).unwrap(), panel);
    assert_eq!(panel.tail(0), Err(InputError::Empty { what: "the window" }));
    let what = "the rows in the window";
    let error = InputError::TooFewObservations { what, observations: 3, required: 4 };
    assert_eq!(panel.tail(4), Err(error));
}

#[test]
fn returns_need_two_positive_prices() {
    let what = "the rows of prices for a return";
    let error = InputError::TooFewObservations { what, observations: 1, required: 2 };
    assert_eq!(panel(dmatrix![1.0]).simple_returns(), Err(error));
    for value in [0.0, -3.0] {
        let error = InputError::NotPositivePrice { row: 1, asset: 1, value };
        assert_eq!(panel(dmatrix![1.0, NAN; 2.0, value]).simple_returns(), Err(error));
    }
    let (what, value) = ("the value", f64::INFINITY);
    let error = InputError::NotFinite { what, row: 0, asset: 0, value };
    assert_eq!(panel(dmatrix![1e-200; 1e200]).simple_returns(), Err(error));
}

#[test]
fn gaps_are_carried_forward_up_to_a_limit() {
    let prices = panel(dmatrix![NAN; 1.0; NAN; 2.0; NAN; NAN; 3.0; NAN]);
    for (limit, expected, count) in [
        (0, dmatrix![NAN; 1.0; NAN; 2.0; NAN; NAN; 3.0; NAN], 0),
        (1, dmatrix![NAN; 1.0; 1.0; 2.0; NAN; NAN; 3.0; NAN], 1),
        (2, dmatrix![NAN; 1.0; 1.0; 2.0; 2.0; 2.0; 3.0; NAN], 3),
    ] {
        assert_eq!(prices.carried_forward(limit), (panel(expected), count));
    }
    let never = panel(dmatrix![NAN; NAN]);
    assert_eq!(never.carried_forward(9), (never.clone(), 0));
}

/// Two assets with a gap each, one without a gap, one never observed.
fn gaps() -> Panel {
    panel(dmatrix![
        0.1, 0.5, 0.7, NAN;
        NAN, 0.6, 0.8, NAN;
        0.3, NAN, 0.9, NAN;
        0.4, 0.2, 0.1, NAN
    ])
}

#[test]
fn policies() {
    let resolved = |panel: &Panel, policy| panel.resolve(policy).unwrap();
    let all = Panel::new(
        gaps()
            .tail(4)
            .unwrap()
            .resolve(MissingPolicy::CompleteAssets)
            .unwrap()
            .returns
            .as_view()
            .into_owned(),
    );
    assert_eq!(resolved(&all.unwrap(), MissingPolicy::Refuse).assets, [0]);
    let first_three =
        Panel::from_column_slice(4, 3, &(0..3).flat_map(|i| gaps().column(i).to_vec()).collect::<Vec<_>>());
    let expected = Resolved {
        returns: Returns::new(dmatrix![0.1, 0.5, 0.7; 0.4, 0.2, 0.1]).unwrap(),
        rows: vec![0, 3],
        assets: vec![0, 1, 2],
        missing: 2,
    };
    assert_eq!(resolved(&first_three.unwrap(), MissingPolicy::default()), expected);
    let expected = Resolved {
        returns: Returns::new(dmatrix![0.7; 0.8; 0.9; 0.1]).unwrap(),
        rows: vec![0, 1, 2, 3],
        assets: vec![2],
        missing: 6,
    };
    assert_eq!(resolved(&gaps(), MissingPolicy::CompleteAssets), expected);
    assert_eq!(resolved(&gaps(), MissingPolicy::DropSparse { max_missing: 0.0 }), expected);
    let sparse = resolved(&gaps(), MissingPolicy::DropSparse { max_missing: 0.25 });
    assert_eq!((sparse.rows, sparse.assets, sparse.missing), (vec![0, 3], vec![0, 1, 2], 6));
}

#[test]
fn a_share_of_missing_rows_is_what_the_user_wrote() {
    // 0.29 * 100 is less than 29 in binary; 29 of 100 rows missing are not more than 0.29.
    let column: Vec<f64> = (0..100).map(|row| if row < 29 { NAN } else { 0.01 }).collect();
    let panel = Panel::from_column_slice(100, 1, &column).unwrap();
    let resolved = panel.resolve(MissingPolicy::DropSparse { max_missing: 0.29 }).unwrap();
    assert_eq!((resolved.rows.len(), resolved.missing), (71, 29));
    assert_eq!(panel.resolve(MissingPolicy::DropSparse { max_missing: 0.28 }), Err(InputError::NoAssetLeft));
}

#[test]
fn policies_refuse() {
    let refuse = |panel: &Panel, policy| panel.resolve(policy).unwrap_err();
    assert_eq!(refuse(&gaps(), MissingPolicy::Refuse), InputError::Missing { row: 0, asset: 3 });
    assert_eq!(refuse(&gaps(), MissingPolicy::CompleteRows), InputError::NeverObserved { asset: 3 });
    let keep_all = MissingPolicy::DropSparse { max_missing: 1.0 };
    assert_eq!(refuse(&gaps(), keep_all), InputError::NeverObserved { asset: 3 });
    assert_eq!(refuse(&panel(dmatrix![NAN]), MissingPolicy::CompleteAssets), InputError::NoAssetLeft);
    let what = "the rows in which every asset has a value";
    let apart = panel(dmatrix![0.1, NAN; NAN, 0.2]);
    assert_eq!(
        refuse(&apart, MissingPolicy::CompleteRows),
        InputError::TooFewObservations { what, observations: 0, required: 1 }
    );
    for value in [-0.1, 1.1, f64::INFINITY] {
        let (name, expected) = ("the share of missing rows", "a number in [0, 1]");
        assert_eq!(
            refuse(&apart, MissingPolicy::DropSparse { max_missing: value }),
            InputError::OutOfRange { name, value, expected }
        );
    }
    assert!(apart.resolve(MissingPolicy::DropSparse { max_missing: NAN }).is_err());
}

/// A panel in which about a share of the values is missing.
fn random_panel(observations: usize, assets: usize, share: f64, seed: u64) -> Panel {
    let mut random = Random::new(seed);
    panel(DMatrix::from_fn(observations, assets, |_, _| {
        let value = 0.01 * random.normal();
        if random.uniform() < share { NAN } else { value }
    }))
}

fn policy() -> impl Strategy<Value = MissingPolicy> {
    prop_oneof![
        Just(MissingPolicy::Refuse),
        Just(MissingPolicy::CompleteRows),
        Just(MissingPolicy::CompleteAssets),
        (0.0..=1.0).prop_map(|max_missing| MissingPolicy::DropSparse { max_missing }),
    ]
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn what_is_kept_is_complete_and_in_order(
        (observations, assets) in (1_usize..20, 1_usize..8),
        share in prop_oneof![Just(0.0), 0.0..0.4],
        policy in policy(),
        seed: u64,
    ) {
        let panel = random_panel(observations, assets, share, seed);
        if let Ok(Resolved { returns, rows, assets, missing }) = panel.resolve(policy) {
            prop_assert!(rows.is_sorted_by(|a, b| a < b) && assets.is_sorted_by(|a, b| a < b));
            prop_assert_eq!((returns.observations(), returns.assets()), (rows.len(), assets.len()));
            prop_assert_eq!(missing, panel.missing());
            for (col, &asset) in assets.iter().enumerate() {
                for (t, &row) in rows.iter().enumerate() {
                    prop_assert_eq!(Some(returns.column(col)[t]), panel.value(row, asset));
                }
            }
            // No row that is complete in the assets kept was dropped.
            let complete = |row: &usize| assets.iter().all(|&asset| panel.value(*row, asset).is_some());
            prop_assert_eq!(rows, (0..panel.observations()).filter(complete).collect::<Vec<_>>());
            if share == 0.0 {
                prop_assert_eq!(returns.as_slice().len(), panel.observations() * panel.assets());
            }
        } else {
            prop_assert!(panel.missing() > 0, "a complete panel satisfies every policy");
        }
    }

    #[test]
    fn returns_lead_from_price_to_price(observations in 2_usize..30, assets in 1_usize..5, seed: u64) {
        let mut random = Random::new(seed);
        let growth = DMatrix::from_fn(observations, assets, |_, _| 0.02 * random.normal());
        let mut prices = DMatrix::from_element(observations, assets, 100.0);
        for row in 1..observations {
            for asset in 0..assets {
                prices[(row, asset)] = prices[(row - 1, asset)] * (1.0 + growth[(row, asset)]);
            }
        }
        let returns = panel(prices).simple_returns().unwrap();
        prop_assert_eq!(returns.observations(), observations - 1);
        for row in 1..observations {
            for asset in 0..assets {
                let found = returns.value(row - 1, asset).unwrap();
                prop_assert!((found - growth[(row, asset)]).abs() <= 4.0 * f64::EPSILON);
            }
        }
    }

    #[test]
    fn a_return_is_missing_where_a_price_is(observations in 2_usize..15, assets in 1_usize..5, seed: u64) {
        let logs = random_panel(observations, assets, 0.3, seed);
        let price = |row, asset| logs.value(row, asset).map_or(NAN, f64::exp);
        let returns = panel(DMatrix::from_fn(observations, assets, price)).simple_returns().unwrap();
        for row in 1..observations {
            for asset in 0..assets {
                let both = logs.value(row, asset).and(logs.value(row - 1, asset)).is_some();
                prop_assert_eq!(returns.value(row - 1, asset).is_some(), both);
            }
        }
    }

    #[test]
    fn carrying_forward_counts_and_changes_nothing_else(limit in 0_usize..6, assets in 1_usize..5, seed: u64) {
        let panel = random_panel(25, assets, 0.5, seed);
        let (carried, filled) = panel.carried_forward(limit);
        prop_assert_eq!(panel.missing() - carried.missing(), filled);
        for asset in 0..assets {
            let (before, after) = (panel.listing(asset), carried.listing(asset));
            prop_assert_eq!(before.map(|listing| (listing.first, listing.last)),
                after.map(|listing| (listing.first, listing.last)));
            for row in (0..25).filter(|&row| panel.value(row, asset).is_some()) {
                prop_assert_eq!(panel.value(row, asset), carried.value(row, asset));
            }
        }
        // With no limit, what was observed at both ends has no gaps.
        let (whole, _) = panel.carried_forward(usize::MAX);
        prop_assert!((0..assets).filter_map(|asset| whole.listing(asset)).all(|listing| listing.gaps == 0));
    }
}
