//! What holds for every history.
#![expect(clippy::float_cmp, reason = "nothing contributes nothing, exactly")]

use po_attribution::{
    AssetAttribution, AssetInput, AssetLine, AttributionLedger, LedgerBar, LedgerParams, Rollup,
    asset_attribution, asset_attribution_into,
};
use po_core::Returns;
use proptest::prelude::*;

/// Sums of some dozens of plain numbers.
const PLAIN_SUMS: f64 = 1e-13;

#[derive(Clone, Debug)]
struct History {
    assets: usize,
    returns: Vec<f64>,
    held: Vec<f64>,
    decided: Vec<f64>,
    cash_returns: Vec<f64>,
    costs: Vec<f64>,
}

impl History {
    fn input(&self) -> AssetInput<'_> {
        AssetInput {
            assets: self.assets,
            returns: &self.returns,
            held: &self.held,
            decided: &self.decided,
            cash_returns: &self.cash_returns,
            costs: &self.costs,
        }
    }
}

fn history() -> impl Strategy<Value = History> {
    (1usize..6, 1usize..24, any::<bool>(), any::<bool>(), any::<bool>()).prop_flat_map(
        |(assets, periods, decided, cash, costs)| {
            let table = move |bound: f64| prop::collection::vec(-bound..bound, assets * periods);
            let series = move |there: bool, bound: f64| {
                prop::collection::vec(-bound..bound, if there { periods } else { 0 })
            };
            let one = prop_oneof![9 => -0.1..0.1, 1 => Just(f64::NAN)];
            let decided = prop::collection::vec(-0.6..0.6, if decided { assets * periods } else { 0 });
            (
                prop::collection::vec(one, assets * periods),
                table(0.6),
                decided,
                series(cash, 0.01),
                series(costs, 0.01),
            )
                .prop_map(move |(returns, held, decided, cash_returns, costs)| History {
                    assets,
                    returns,
                    held,
                    decided,
                    cash_returns,
                    costs,
                })
        },
    )
}

proptest! {
    #[test]
    fn lines_add_up_and_multiply_to_the_return(history in history()) {
        let attribution = asset_attribution(&history.input()).unwrap();
        let lines: Vec<AssetLine> = attribution.lines().collect();
        for period in 0..attribution.periods() {
            let sum: f64 = lines.iter().map(|line| attribution.contributions(*line)[period]).sum();
            prop_assert!((sum - attribution.returns()[period]).abs() < PLAIN_SUMS);
            let product: f64 =
                lines.iter().map(|line| 1.0 + attribution.geometric_contribution(period, *line)).product();
            prop_assert!((product - 1.0 - attribution.returns()[period]).abs() < PLAIN_SUMS);
            let growth = attribution.wealth()[period + 1] / attribution.wealth()[period];
            prop_assert!((growth - 1.0 - attribution.returns()[period]).abs() < PLAIN_SUMS);
        }
        let total = attribution.total_return();
        let compound: f64 = attribution.returns().iter().map(|value| 1.0 + value).product();
        prop_assert!((compound - 1.0 - total).abs() < PLAIN_SUMS);
        let linked: f64 = lines.iter().map(|line| attribution.linked(*line)).sum();
        prop_assert!((linked - total).abs() < PLAIN_SUMS);
        let product: f64 = lines.iter().map(|line| 1.0 + attribution.geometric(*line)).product();
        prop_assert!((product - 1.0 - total).abs() < PLAIN_SUMS);
    }

    /// Two programs, one answer: bars one by one give what the table gives.
    #[test]
    fn a_ledger_gives_the_linked_contributions(history in history()) {
        let attribution = asset_attribution(&history.input()).unwrap();
        let History { assets, returns, held, decided, cash_returns, .. } = &history;
        let periods = attribution.periods();
        let row = |table: &[f64], period: usize| -> Vec<f64> {
            table.iter().skip(period).step_by(periods).copied().collect()
        };
        let params = LedgerParams { assets: *assets, ..LedgerParams::default() };
        let mut ledger = AttributionLedger::new(params, 1.0).unwrap();
        for period in 0..periods {
            let before = ledger.wealth();
            ledger.update(&LedgerBar {
                returns: &row(returns, period),
                held: &row(held, period),
                decided: &row(decided, period),
                cash_return: cash_returns.get(period).copied().unwrap_or(0.0),
                ..LedgerBar::default()
            }).unwrap();
            if let Some(cost) = history.costs.get(period) {
                // All costs are those of one asset here; the ledger takes them of the wealth after the bar.
                let mut costs = vec![0.0; *assets];
                costs[0] = cost * before / ledger.wealth();
                ledger.charge(&costs).unwrap();
            }
        }
        let all = ledger.statement(Rollup::Inception);
        for asset in 0..*assets {
            prop_assert!((all.asset(asset) - attribution.linked(AssetLine::Asset(asset))).abs() < PLAIN_SUMS);
        }
        prop_assert!((all.drift() - attribution.linked(AssetLine::Drift)).abs() < PLAIN_SUMS);
        prop_assert!((all.cash() - attribution.linked(AssetLine::Cash)).abs() < PLAIN_SUMS);
        prop_assert!((all.costs() + attribution.linked(AssetLine::Costs)).abs() < PLAIN_SUMS);
        prop_assert!((all.period_return() - attribution.total_return()).abs() < PLAIN_SUMS);
    }

    #[test]
    fn memory_that_is_there_changes_nothing(first in history(), second in history()) {
        let mut memory = AssetAttribution::default();
        asset_attribution_into(&first.input(), &mut memory).unwrap();
        asset_attribution_into(&second.input(), &mut memory).unwrap();
        prop_assert_eq!(memory, asset_attribution(&second.input()).unwrap());
    }
}

#[test]
fn a_flat_market_contributes_nothing_and_divides_by_nothing() {
    let returns = Returns::from_column_slice(2, 2, &[0.0, 0.1, 0.0, -0.1]).unwrap();
    let attribution = asset_attribution(&AssetInput::new(&returns, &[0.5; 4])).unwrap();
    assert_eq!(attribution.total_return(), 0.0);
    let [first, second] = [0, 1].map(|asset| attribution.geometric(AssetLine::Asset(asset)));
    // At a return of zero the coefficient is 1: exp(0.05) - 1 and exp(-0.05) - 1.
    assert!(
        (first - 0.05f64.exp_m1()).abs() < PLAIN_SUMS && (second - (-0.05f64).exp_m1()).abs() < PLAIN_SUMS
    );
}

#[test]
fn a_line_that_there_is_not_is_nothing() {
    let returns = Returns::from_column_slice(1, 1, &[0.5]).unwrap();
    let attribution = asset_attribution(&AssetInput::new(&returns, &[1.0])).unwrap();
    let beyond = AssetLine::Asset(1);
    assert!(attribution.contributions(beyond).is_empty());
    assert_eq!((attribution.linked(beyond), attribution.geometric(beyond)), (0.0, 0.0));
    assert_eq!(attribution.geometric_contribution(0, beyond), 0.0);
    assert_eq!(attribution.geometric_contribution(1, AssetLine::Cash), 0.0);
    assert_eq!((attribution.assets(), attribution.periods(), attribution.lines().count()), (1, 1, 4));
    let none = AssetAttribution::default();
    assert!(none.contributions(AssetLine::Cash).is_empty());
    assert_eq!((none.linked(AssetLine::Costs), none.total_return()), (0.0, 0.0));
}
