//! What constraints cost.

use po_attribution::{
    ConstraintAttribution, ConstraintInput, ConstraintParams, ConstraintRow, ConstraintScratch, Error,
    PricedConstraint, Relation, constraint_attribution, constraint_attribution_into,
};
use po_core::{Covariance, InputError, Universe};
use proptest::prelude::*;
use serde::Deserialize;

use crate::factor::near;

/// Two solutions of the same equations, of a condition of some hundreds.
const SOLVED: f64 = 1e-12;

#[derive(Deserialize)]
struct File {
    constraints: Case,
}

#[derive(Deserialize)]
struct Case {
    assets: usize,
    covariance: Vec<f64>,
    expected_returns: Vec<f64>,
    risk_aversion: f64,
    weights: Vec<f64>,
    labels: Vec<String>,
    rows: Vec<Vec<f64>>,
    kinds: Vec<String>,
    limits: Vec<f64>,
    multipliers: Vec<f64>,
    unconstrained: Vec<f64>,
    shifts: Vec<Vec<f64>>,
    utility_costs: Vec<f64>,
    utility_cost: f64,
    return_costs: Vec<f64>,
    transfer_coefficient: f64,
    realised: Vec<f64>,
    profits: Vec<f64>,
    free_profit: f64,
    profit: f64,
}

impl Case {
    /// The constraints, with bounds as rows of one entry where `sparse` is asked for.
    fn constraints(&self, sparse: bool) -> Vec<PricedConstraint<'_>> {
        (0..self.rows.len())
            .map(|place| {
                let row = &self.rows[place];
                let mut held = (0..row.len()).filter(|&asset| row[asset] != 0.0);
                let row = match (sparse, held.next(), held.next()) {
                    (true, Some(asset), None) => ConstraintRow::Asset(asset),
                    _ => ConstraintRow::Dense(row),
                };
                let relation = match self.kinds[place].as_str() {
                    "equal" => Relation::Equal,
                    "at-most" => Relation::AtMost,
                    _ => Relation::AtLeast,
                };
                let (limit, multiplier) = (self.limits[place], self.multipliers[place]);
                PricedConstraint { name: &self.labels[place], row, relation, limit, multiplier }
            })
            .collect()
    }
}

#[test]
fn an_optimum_of_eight_constraints_is_taken_apart() {
    let case = toml::from_str::<File>(include_str!("../../data/decision.toml")).unwrap().constraints;
    let covariance = Covariance::from_column_slice(case.assets, &case.covariance).unwrap();
    for sparse in [false, true] {
        let constraints = case.constraints(sparse);
        let input = ConstraintInput {
            covariance: &covariance,
            expected_returns: &case.expected_returns,
            risk_aversion: case.risk_aversion,
            weights: &case.weights,
            constraints: &constraints,
        };
        let parts = constraint_attribution(&input, &ConstraintParams { tolerance: 1e-10 }).unwrap();
        assert_eq!(parts.names, case.labels);
        near("unconstrained", &parts.unconstrained, &case.unconstrained, SOLVED);
        for (place, expected) in case.shifts.iter().enumerate() {
            near("shift", parts.shift(place), expected, SOLVED);
        }
        near("residual", &parts.residual, &vec![0.0; case.assets], SOLVED);
        // The reference takes differences of utilities.
        near("utility", &parts.utility_costs, &case.utility_costs, SOLVED);
        near("all utility", &[parts.utility_cost], &[case.utility_cost], SOLVED);
        near("return", &parts.return_costs, &case.return_costs, SOLVED);
        near("transfer", &[parts.transfer_coefficient], &[case.transfer_coefficient], SOLVED);
        assert!(parts.optimality_residual < 1e-13);
        // With the implied returns, the weights need no constraint.
        let free = ConstraintInput { expected_returns: &parts.implied_returns, constraints: &[], ..input };
        let implied = constraint_attribution(&free, &ConstraintParams::default()).unwrap();
        near("implied", &implied.unconstrained, &case.weights, SOLVED);
        // For constraints that bind, half of the price times the violation is the cost.
        for (first, cost) in parts.first_order_costs.iter().zip(&parts.utility_costs) {
            assert!((0.5 * first - cost).abs() < SOLVED);
        }
        let profits = parts.profits(&case.realised).unwrap();
        near("profit", &profits.constraints, &case.profits, SOLVED);
        near("free", &[profits.unconstrained, profits.total], &[case.free_profit, case.profit], SOLVED);
    }
    assert_eq!(ConstraintAttribution::default().shift(0), [0.0; 0]);
}

/// One asset of variance 0.04, an expected return of 4 %, an aversion of 2, and a cap of 30 % that costs.
fn capped(
    multiplier: f64,
    weight: f64,
    limit: f64,
    relation: Relation,
) -> Result<ConstraintAttribution, Error> {
    let covariance = Covariance::from_column_slice(1, &[0.04]).unwrap();
    let constraint =
        PricedConstraint { name: "cap", row: ConstraintRow::Asset(0), relation, limit, multiplier };
    let input = ConstraintInput {
        covariance: &covariance,
        expected_returns: &[0.04],
        risk_aversion: 2.0,
        weights: &[weight],
        constraints: &[constraint],
    };
    constraint_attribution(&input, &ConstraintParams::default())
}

#[test]
fn a_cap_and_a_floor_of_one_asset() {
    // Utility 0.01 without the cap, 0.0084 with it: 16 basis points.
    let cap = capped(0.016, 0.3, 0.3, Relation::AtMost).unwrap();
    near("cap", &cap.utility_costs, &[0.0016], SOLVED);
    near("cap", &cap.return_costs, &[0.008], SOLVED);
    // At least 70 % has the price 2 * 0.04 * 0.7 - 0.04, and costs as much utility.
    let floor = capped(0.016, 0.7, 0.7, Relation::AtLeast).unwrap();
    near("floor", &floor.utility_costs, &[0.0016], SOLVED);
    near("floor", &floor.shifts, &[0.2], SOLVED);
    near("floor", &floor.first_order_costs, &[0.0032], SOLVED);
    // One asset: all portfolios move together.
    near("transfer", &[cap.transfer_coefficient, floor.transfer_coefficient], &[1.0, 1.0], SOLVED);
    let free = capped(0.0, 0.5, 0.6, Relation::AtMost).unwrap();
    near("free", &[free.utility_cost, free.shifts[0]], &[0.0, 0.0], SOLVED);
}

#[test]
fn what_is_no_optimum() {
    let error = capped(0.020, 0.3, 0.3, Relation::AtMost).unwrap_err();
    let Error::NotOptimal { asset, residual, tolerance } = error.clone() else { panic!("{error}") };
    assert_eq!(asset, 0);
    near("off", &[residual, tolerance], &[0.004, 4e-8], 1e-15);
    let text = error.to_string();
    assert!(text.starts_with("the condition of optimality of asset 0 is off by 0.004"), "{text}");
    let universe = Universe::new(["oak"]).unwrap();
    assert!(error.named(&universe).starts_with("the condition of optimality of oak is off by 0.004"));
    assert_eq!(
        capped(-0.016, 0.7, 0.7, Relation::AtMost).unwrap_err(),
        Error::NegativeMultiplier { constraint: 0, multiplier: -0.016 }
    );
    let error = capped(0.016, 0.3, 0.35, Relation::AtMost).unwrap_err();
    let Error::NotComplementary { constraint: 0, multiplier, slack } = error.clone() else {
        panic!("{error}")
    };
    near("slack", &[multiplier, slack], &[0.016, 0.05], 1e-15);
    assert!(error.to_string().starts_with("constraint 0 has multiplier 0.016 and slack 0.0"));
    let violated = capped(0.016, 0.3, 0.2, Relation::AtMost).unwrap_err();
    assert!(matches!(violated, Error::NotComplementary { constraint: 0, slack, .. } if slack < 0.0));
    let violated = capped(0.016, 0.3, 0.25, Relation::Equal).unwrap_err();
    assert!(matches!(violated, Error::NotComplementary { constraint: 0, .. }));
}

#[test]
fn what_an_attribution_of_constraints_refuses() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.04]).unwrap();
    let good = ConstraintInput {
        covariance: &covariance,
        expected_returns: &[0.04, 0.04],
        risk_aversion: 1.0,
        weights: &[1.0, 1.0],
        constraints: &[],
    };
    let params = ConstraintParams::default();
    let refused = |input: &ConstraintInput<'_>| constraint_attribution(input, &params).unwrap_err();
    let mismatch = |what| Error::from(InputError::LengthMismatch { what, expected: 2, actual: 1 });
    assert_eq!(refused(&ConstraintInput { weights: &[1.0], ..good }), mismatch("the weight"));
    assert_eq!(
        refused(&ConstraintInput { expected_returns: &[1.0], ..good }),
        mismatch("the expected return")
    );
    let error = refused(&ConstraintInput { risk_aversion: 0.0, ..good });
    assert_eq!(error.to_string(), "the risk aversion is 0, expected a positive number");
    let error = constraint_attribution(&good, &ConstraintParams { tolerance: f64::NAN }).unwrap_err();
    assert_eq!(error.to_string(), "the tolerance is NaN, expected a positive number");
    let bound =
        |row| PricedConstraint { name: "", row, relation: Relation::AtMost, limit: 2.0, multiplier: 0.0 };
    let rows = [bound(ConstraintRow::Asset(2))];
    let error = refused(&ConstraintInput { constraints: &rows, ..good });
    assert_eq!(error.to_string(), "the asset of a bound is 2, expected less than the number of assets");
    let rows = [bound(ConstraintRow::Dense(&[1.0]))];
    assert_eq!(
        refused(&ConstraintInput { constraints: &rows, ..good }),
        mismatch("the coefficient of a constraint")
    );
    let rows = [PricedConstraint { limit: f64::INFINITY, ..bound(ConstraintRow::Asset(0)) }];
    let error = refused(&ConstraintInput { constraints: &rows, ..good });
    assert_eq!(error.to_string(), "the limit of a constraint is inf, expected finite numbers");
    let error = refused(&ConstraintInput { weights: &[1.0, f64::NAN], ..good });
    assert_eq!(error.to_string(), "the weight of asset 1 is NaN, expected a finite number");
    let universe = Universe::new(["ash", "oak"]).unwrap();
    assert_eq!(error.named(&universe), "the weight of oak is NaN, expected a finite number");
    let singular = Covariance::from_column_slice(2, &[0.04, 0.04, 0.04, 0.04]).unwrap();
    let error = refused(&ConstraintInput { covariance: &singular, weights: &[0.5, 0.5], ..good });
    assert_eq!(error, InputError::NotPositiveDefinite { pivot: 1 }.into());
    let parts = constraint_attribution(&good, &params).unwrap();
    assert_eq!(parts.profits(&[0.1]).unwrap_err(), mismatch("the return"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Any weights are the optimum of some expected returns, once multipliers are chosen.
    #[test]
    fn parts_add_up_to_the_distance_and_to_the_utility(
        root in proptest::collection::vec(-0.3..0.3_f64, 16),
        weights in proptest::collection::vec(-0.5..0.5_f64, 4),
        row in proptest::collection::vec(-1.0..1.0_f64, 4),
        prices in proptest::collection::vec(0.0..0.1_f64, 3),
        gamma in 0.5..8.0_f64,
        noise in proptest::collection::vec(-1e-9..1e-9_f64, 4),
        returns in proptest::collection::vec(-0.1..0.1_f64, 4),
    ) {
        let entry = |i: usize, j: usize| -> f64 {
            (0..4).map(|k| root[4 * i + k] * root[4 * j + k]).sum::<f64>() + if i == j { 0.02 } else { 0.0 }
        };
        let entries: Vec<f64> = (0..16).map(|place| entry(place / 4, place % 4)).collect();
        let covariance = Covariance::from_column_slice(4, &entries).unwrap();
        let product = |x: &[f64], i: usize| -> f64 { (0..4).map(|j| entries[4 * i + j] * x[j]).sum() };
        let limit: f64 = row.iter().zip(&weights).map(|(a, w)| a * w).sum();
        let of = |name, row, relation, limit, multiplier| PricedConstraint { name, row, relation, limit, multiplier };
        let constraints = [
            of("row", ConstraintRow::Dense(&row), Relation::AtMost, limit, prices[0]),
            of("cap", ConstraintRow::Asset(1), Relation::AtMost, weights[1], prices[1]),
            of("floor", ConstraintRow::Asset(2), Relation::AtLeast, weights[2], prices[2]),
            of("idle", ConstraintRow::Asset(3), Relation::AtMost, weights[3] + 1.0, 0.0),
        ];
        // Off by what an optimiser is off by.
        let mu: Vec<f64> = (0..4)
            .map(|i| {
                let bounds = if i == 1 { prices[1] } else if i == 2 { -prices[2] } else { 0.0 };
                gamma * product(&weights, i) + prices[0] * row[i] + bounds + noise[i]
            })
            .collect();
        prop_assume!(mu.iter().any(|mu| mu.abs() > 0.01));
        let input = ConstraintInput {
            covariance: &covariance,
            expected_returns: &mu,
            risk_aversion: gamma,
            weights: &weights,
            constraints: &constraints,
        };
        let parts = constraint_attribution(&input, &ConstraintParams::default()).unwrap();
        for (asset, weight) in weights.iter().enumerate() {
            let moved: f64 = (0..4).map(|constraint| parts.shift(constraint)[asset]).sum();
            let sum = parts.unconstrained[asset] + moved + parts.residual[asset];
            prop_assert!((sum - weight).abs() < 1e-13 * (1.0 + parts.unconstrained[asset].abs()));
        }
        let utility = |x: &[f64]| -> f64 {
            (0..4).map(|i| mu[i] * x[i] - 0.5 * gamma * x[i] * product(x, i)).sum()
        };
        let lost = utility(&parts.unconstrained) - utility(&weights);
        let scale = 1.0 + utility(&parts.unconstrained).abs();
        prop_assert!((parts.utility_cost - lost).abs() < 1e-12 * scale);
        prop_assert!(parts.utility_cost > -1e-15);
        let sum: f64 = parts.utility_costs.iter().sum::<f64>() + parts.residual_utility_cost;
        prop_assert!((sum - parts.utility_cost).abs() < 1e-14 * scale);
        prop_assert_eq!(&parts.utility_costs[3..], &[0.0]);
        prop_assert!(parts.shift(3).iter().all(|moved| *moved == 0.0));
        prop_assert!(parts.transfer_coefficient.abs() <= 1.0 + 1e-12);

        let profits = parts.profits(&returns).unwrap();
        let earned: f64 = weights.iter().zip(&returns).map(|(w, r)| w * r).sum();
        prop_assert!((profits.total - earned).abs() < 1e-13 * scale);

        let (mut scratch, mut again) = (ConstraintScratch::default(), ConstraintAttribution::default());
        for _ in 0..2 {
            constraint_attribution_into(&input, &ConstraintParams::default(), &mut scratch, &mut again).unwrap();
            prop_assert_eq!(&again, &parts);
        }
    }
}
