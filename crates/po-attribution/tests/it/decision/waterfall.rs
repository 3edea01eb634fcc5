//! Profits by the stages of a decision.

use po_attribution::{
    DecisionAttribution, DecisionInput, DecisionScratch, OverTime, Stage, Totals, decision_attribution,
    decision_attribution_into, realised_risk_attribution,
};
use po_core::InputError;
use proptest::prelude::*;
use serde::Deserialize;

use crate::factor::{near, returns};

/// Sums of some hundred products of numbers below one.
const ROUNDING: f64 = 1e-14;

#[derive(Deserialize)]
struct File {
    waterfall: Case,
}

#[derive(Deserialize)]
struct Case {
    names: Vec<String>,
    periods: usize,
    assets: usize,
    returns: Vec<f64>,
    weights: Vec<Vec<f64>>,
    costs: Vec<Vec<f64>>,
    arithmetic: Vec<f64>,
    arithmetic_total: f64,
    money: Vec<f64>,
    money_costs: Vec<f64>,
    money_total: f64,
    turnover: Vec<f64>,
    acted: Vec<usize>,
    hit_rate: Vec<f64>,
    information_ratio: Vec<f64>,
    risk: f64,
    risk_contributions: Vec<f64>,
}

#[test]
fn profits_costs_and_rates_are_those_of_the_definition() {
    let case = toml::from_str::<File>(include_str!("../../data/decision.toml")).unwrap().waterfall;
    let table = returns(case.periods, case.assets, &case.returns);
    let stages: Vec<Stage<'_>> = (0..case.names.len())
        .map(|stage| Stage {
            name: &case.names[stage],
            weights: OverTime::PerPeriod(&case.weights[stage]),
            costs: Some(&case.costs[stage]),
        })
        .collect();
    let input = DecisionInput { returns: &table, stages: &stages, totals: Totals::Arithmetic };
    let parts = decision_attribution(&input).unwrap();
    assert_eq!(parts.names, case.names);
    near("profit", &parts.profits, &case.arithmetic, ROUNDING);
    near("total", &[parts.total], &[case.arithmetic_total], ROUNDING);
    near("turnover", &parts.turnover, &case.turnover, ROUNDING);
    near("hit rate", &parts.hit_rate, &case.hit_rate, ROUNDING);
    near("information ratio", &parts.information_ratio, &case.information_ratio, ROUNDING);
    assert_eq!(parts.acted, case.acted);
    let risk = realised_risk_attribution(&parts.series().unwrap(), &[]).unwrap();
    near("risk", &[risk.risk], &[case.risk], ROUNDING);
    near("risk by stage", &risk.sources.contribution, &case.risk_contributions, ROUNDING);
    let money = decision_attribution(&DecisionInput { totals: Totals::Money, ..input }).unwrap();
    near("money", &money.profits, &case.money, ROUNDING);
    near("costs", &money.costs, &case.money_costs, ROUNDING);
    near("money total", &[money.total], &[case.money_total], ROUNDING);
    assert_eq!(money.profit_series, parts.profit_series);
}

#[test]
fn a_stage_that_changes_nothing_earns_nothing() {
    let table = returns(3, 1, &[0.02, -0.01, 0.03]);
    let held = OverTime::Constant(&[0.8]);
    let stages = [Stage::new("prior holdings", held), Stage::new("regime", held)];
    let parts =
        decision_attribution(&DecisionInput { returns: &table, stages: &stages, totals: Totals::Money })
            .unwrap();
    assert_eq!(parts.profits[1..], [0.0]);
    assert_eq!((parts.acted[1], parts.hit_rate[1], parts.information_ratio[1]), (0, 0.0, 0.0));
    assert_eq!((parts.acted[0], parts.hit_rate[0]), (3, 2.0 / 3.0));
    near("total", &[parts.total], &[1.016 * 0.992 * 1.024 - 1.0], ROUNDING);
}

#[test]
fn what_a_waterfall_refuses() {
    let table = returns(2, 2, &[0.02, -0.01, 0.03, 0.0]);
    let refused = |stages: &[Stage<'_>]| {
        let input = DecisionInput { returns: &table, stages, totals: Totals::Money };
        decision_attribution(&input).unwrap_err()
    };
    assert_eq!(refused(&[]), InputError::Empty { what: "the list of stages" }.into());
    let held = Stage::new("prior holdings", OverTime::Constant(&[0.5, 0.5]));
    let short = Stage::new("signal", OverTime::PerPeriod(&[0.5, 0.5]));
    let mismatch = InputError::LengthMismatch { what: "the weight", expected: 4, actual: 2 };
    assert_eq!(refused(&[held, short]), mismatch.into());
    let error = refused(&[Stage { costs: Some(&[0.0, f64::NAN]), ..held }]);
    assert_eq!(error.to_string(), "the cost of a stage is NaN, expected finite numbers");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn stages_telescope_to_what_is_held_at_last(
        entries in proptest::collection::vec(-0.2..0.2_f64, 15),
        weights in proptest::collection::vec(-1.0..1.0_f64, 60),
        costs in proptest::collection::vec(0.0..0.01_f64, 5),
    ) {
        let table = returns(5, 3, &entries);
        let stages: Vec<Stage<'_>> = weights
            .chunks_exact(15)
            .map(|weights| Stage { costs: Some(&costs), ..Stage::new("stage", OverTime::PerPeriod(weights)) })
            .collect();
        let input = DecisionInput { returns: &table, stages: &stages, totals: Totals::Money };
        let parts = decision_attribution(&input).unwrap();
        let last = &weights[45..];
        let mut wealth = 1.0;
        for period in 0..5 {
            let gross: f64 = (0..3).map(|asset| last[period * 3 + asset] * entries[asset * 5 + period]).sum();
            let earned = gross - 4.0 * costs[period];
            prop_assert!((parts.return_series[period] - earned).abs() < 1e-14);
            wealth *= 1.0 + earned;
        }
        prop_assert!((parts.total - (wealth - 1.0)).abs() < 1e-13);
        let sum: f64 = parts.profits.iter().sum();
        prop_assert!((parts.total - sum).abs() < 1e-14);

        // Two stages that are told of as one earn what they earned apart.
        let merged = [stages[0], stages[1], Stage { costs: None, ..stages[3] }];
        let merged = decision_attribution(&DecisionInput { stages: &merged, totals: Totals::Arithmetic, ..input }).unwrap();
        let apart = decision_attribution(&DecisionInput { totals: Totals::Arithmetic, ..input }).unwrap();
        let paid: f64 = costs.iter().sum();
        prop_assert!((merged.profits[2] - (apart.profits[2] + apart.profits[3] + 2.0 * paid)).abs() < 1e-13);

        let (mut scratch, mut again) = (DecisionScratch::default(), DecisionAttribution::default());
        for stages in [&stages[..2], &stages] {
            let input = DecisionInput { stages, ..input };
            decision_attribution_into(&input, &mut scratch, &mut again).unwrap();
            prop_assert_eq!(&again, &decision_attribution(&input).unwrap());
        }
    }
}
