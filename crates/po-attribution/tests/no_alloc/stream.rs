//! The account bar by bar, over ends of days, months and years.

use po_attribution::{AttributionLedger, Calendar, LedgerBar, LedgerParams, Rollup};

use super::calls;

fn ledger(params: LedgerParams) -> AttributionLedger {
    AttributionLedger::new(params, 1e6).unwrap()
}

#[test]
fn nothing_is_allocated_after_the_ledger_is_made() {
    let (assets, factors, stages) = (21, 3, 2);
    let params = LedgerParams { assets, factors, stages, ..LedgerParams::default() };
    let mut ledger = ledger(params);
    let list = |length: usize, scale: f64| -> Vec<f64> {
        (0..length).map(|place| scale * ((place * 7 % 11) as f64 - 5.0) / 5.0).collect()
    };
    let (returns, weights, costs) = (list(assets, 0.01), list(assets, 0.1), list(assets, 1e-5));
    let (rows, exposures, factor_returns) =
        (list((stages + 1) * assets, 0.1), list(assets * factors, 1.0), list(factors, 0.01));
    let groups: Vec<usize> = (0..assets).map(|asset| asset % 4).collect();
    let (mut by_group, mut by_asset) = (vec![0.0; 4], vec![0.0; assets]);
    let mut read = 0.0;
    let count = calls(|| {
        for number in 0..400_i64 {
            // Three bars in a day, four days in a month, five months in a year.
            let calendar = Calendar { year: number / 60, month: number / 12, day: number / 3 };
            let bar = LedgerBar {
                calendar,
                returns: &returns,
                held: &weights,
                decided: if number % 2 == 0 { &weights } else { &[] },
                stages: &rows,
                cash_return: 1e-5,
                exposures: &exposures,
                factor_returns: &factor_returns,
            };
            ledger.update(&bar).unwrap();
            ledger.charge(&costs).unwrap();
            ledger.restate(usize::try_from(number.min(3)).unwrap(), 5, 1.001).unwrap();
            for period in Rollup::ALL {
                let statement = ledger.statement(period);
                statement.groups_into(&groups, &mut by_group).unwrap();
                statement.assets_into(&mut by_asset).unwrap();
                read += statement.residual() + statement.group(&groups) + statement.costs() + by_group[1];
                read += ledger.closed(period, 0).map_or(0.0, |closed| closed.market() + closed.stage(1));
            }
        }
    });
    assert_eq!(count, 0);
    assert!(read.is_finite() && ledger.closed(Rollup::Year, 5).is_some());
}
