//! Contributions against exact fractions.

use po_attribution::{AssetInput, AssetLine, HoldInput, asset_attribution, buy_and_hold};
use serde::Deserialize;

/// Forty periods of plain numbers of the size of one.
const ROUNDING: f64 = 1e-14;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
    hold: Hold,
}

#[derive(Deserialize)]
struct Case {
    assets: usize,
    returns: Vec<f64>,
    held: Vec<f64>,
    decided: Vec<f64>,
    cash_returns: Vec<f64>,
    costs: Vec<f64>,
    contributions: Vec<f64>,
    wealth: Vec<f64>,
    linked: Vec<f64>,
    geometric: Vec<f64>,
}

#[derive(Deserialize)]
struct Hold {
    assets: usize,
    returns: Vec<f64>,
    cash_returns: Vec<f64>,
    rebalances: Vec<usize>,
    targets: Vec<f64>,
    held: Vec<f64>,
    growth: f64,
}

fn golden() -> Golden {
    toml::from_str(include_str!("../../data/asset.toml")).unwrap()
}

fn near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < ROUNDING, "{place}: {found} {expected}");
    }
}

#[test]
fn contributions_are_those_of_shares_and_prices() {
    for case in golden().cases {
        let input = AssetInput {
            assets: case.assets,
            returns: &case.returns,
            held: &case.held,
            decided: &case.decided,
            cash_returns: &case.cash_returns,
            costs: &case.costs,
        };
        let attribution = asset_attribution(&input).unwrap();
        let lines: Vec<AssetLine> = attribution.lines().collect();
        let contributions: Vec<f64> =
            lines.iter().flat_map(|line| attribution.contributions(*line)).copied().collect();
        near(&contributions, &case.contributions);
        near(attribution.wealth(), &case.wealth);
        near(&lines.iter().map(|line| attribution.linked(*line)).collect::<Vec<_>>(), &case.linked);
        near(&lines.iter().map(|line| attribution.geometric(*line)).collect::<Vec<_>>(), &case.geometric);
    }
}

#[test]
fn weights_left_alone_are_those_of_shares() {
    let hold = golden().hold;
    let input = HoldInput {
        assets: hold.assets,
        returns: &hold.returns,
        cash_returns: &hold.cash_returns,
        rebalances: &hold.rebalances,
        targets: &hold.targets,
    };
    let weights = buy_and_hold(&input).unwrap();
    near(weights.held(), &hold.held);
    let attribution = asset_attribution(&AssetInput {
        assets: hold.assets,
        returns: &hold.returns,
        held: weights.held(),
        decided: weights.decided(),
        cash_returns: &hold.cash_returns,
        costs: &[],
    });
    assert!((1.0 + attribution.unwrap().total_return() - hold.growth).abs() < ROUNDING);
}
