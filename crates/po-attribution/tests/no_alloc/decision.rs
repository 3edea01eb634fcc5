//! Decisions, constraints and shortfalls.

use po_attribution::{
    ConstraintAttribution, ConstraintInput, ConstraintParams, ConstraintProfits, ConstraintRow,
    ConstraintScratch, DecisionAttribution, DecisionInput, DecisionScratch, DelayBasis, Fill, Order,
    OverTime, PricedConstraint, Relation, ShortfallList, Side, Stage, Totals, constraint_attribution_into,
    decision_attribution_into, implementation_shortfalls_into,
};
use po_core::{Covariance, Returns};

use super::calls;

fn twice(mut run: impl FnMut()) {
    assert!(calls(&mut run) > 0);
    assert_eq!(calls(&mut run), 0);
}

#[test]
fn a_waterfall_does_not_allocate_twice() {
    let entries: Vec<f64> = (0..200).map(|place| 0.02 * f64::from(place).sin()).collect();
    let returns = Returns::from_column_slice(20, 10, &entries).unwrap();
    let stages = [
        Stage::new("prior holdings", OverTime::Constant(&entries[..10])),
        Stage { costs: Some(&entries[..20]), ..Stage::new("signal", OverTime::PerPeriod(&entries)) },
    ];
    let input = DecisionInput { returns: &returns, stages: &stages, totals: Totals::Money };
    let (mut scratch, mut parts) = (DecisionScratch::default(), DecisionAttribution::default());
    twice(|| decision_attribution_into(&input, &mut scratch, &mut parts).unwrap());
}

#[test]
fn prices_of_constraints_do_not_allocate_twice() {
    let assets = 40;
    let mut entries = vec![0.0; assets * assets];
    (0..assets).for_each(|asset| entries[asset * (assets + 1)] = 0.04);
    let covariance = Covariance::from_column_slice(assets, &entries).unwrap();
    // Uncorrelated assets: each is capped by itself.
    let (expected_returns, weights) = (vec![0.04; assets], vec![0.3; assets]);
    let caps: Vec<PricedConstraint<'_>> = (0..assets)
        .map(|asset| PricedConstraint {
            name: "cap",
            row: ConstraintRow::Asset(asset),
            relation: Relation::AtMost,
            limit: 0.3,
            multiplier: 0.016,
        })
        .collect();
    let input = ConstraintInput {
        covariance: &covariance,
        expected_returns: &expected_returns,
        risk_aversion: 2.0,
        weights: &weights,
        constraints: &caps,
    };
    let (mut scratch, mut parts) = (ConstraintScratch::default(), ConstraintAttribution::default());
    let params = ConstraintParams::default();
    twice(|| constraint_attribution_into(&input, &params, &mut scratch, &mut parts).unwrap());
    let mut profits = ConstraintProfits::default();
    twice(|| parts.profits_into(&weights, &mut profits).unwrap());
}

#[test]
fn shortfalls_do_not_allocate_twice() {
    let fills = [Fill { price: 10.0, quantity: 5.0, ..Fill::default() }];
    let order = Order {
        side: Side::Buy,
        quantity: 10.0,
        decision_price: 10.0,
        arrival_price: 10.0,
        closing_price: 10.0,
        fills: &fills,
    };
    let orders = [order; 4];
    let mut list = ShortfallList::default();
    twice(|| implementation_shortfalls_into(&orders, DelayBasis::Ordered, &mut list).unwrap());
}
