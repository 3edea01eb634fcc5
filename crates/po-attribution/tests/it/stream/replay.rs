//! The ledger against the slow account of shares, prices and cash, restatements included.

use po_attribution::{AttributionLedger, Keep, LedgerParams, Rollup};
use proptest::prelude::*;

use super::market::Market;
use super::oracle::Oracle;

/// The oracle adds plain numbers: over 160 bars, levered up to twice, it loses some hundred units in the last
/// place of the wealth.
const PLAIN_SUMS: f64 = 1e-12;

/// The wealth at the start.
const WEALTH: f64 = 1.0;

/// Every statement that there is, of running and of closed periods, agrees.
fn compare(ledger: &AttributionLedger, oracle: &Oracle, keep: Keep) {
    let kept = [keep.bars.saturating_sub(1), keep.days, keep.months, keep.years, 0];
    for (period, kept) in Rollup::ALL.into_iter().zip(kept) {
        let expected = oracle.period(period, None).unwrap();
        let statement = ledger.statement(period);
        let distance = expected.distance(&statement);
        assert!(distance < PLAIN_SUMS, "{period}: {distance:e}");
        assert!(statement.residual().abs() < 1e-15, "{period}: {:e}", statement.residual());
        for ago in 0..kept + 2 {
            let closed = ledger.closed(period, ago);
            let expected = oracle.period(period, Some(ago)).filter(|_| ago < kept);
            assert_eq!(closed.is_some(), expected.is_some(), "{period} {ago}");
            if let (Some(closed), Some(expected)) = (closed, expected) {
                let distance = expected.distance(&closed);
                assert!(distance < PLAIN_SUMS, "{period} {ago} ago: {distance:e}");
                assert!(closed.residual().abs() < 1e-15, "{period} {ago}: {:e}", closed.residual());
            }
        }
    }
}

fn run(seed: u64, params: &LedgerParams, bars: usize) {
    let mut market = Market::new(seed, params);
    let mut ledger = AttributionLedger::new(params.clone(), WEALTH).unwrap();
    let mut oracle = Oracle::new(params, WEALTH);
    if market.random.below(2) == 0 {
        let costs = market.costs();
        ledger.charge(&costs).unwrap();
        oracle.charge(&costs);
    }
    for _ in 0..bars {
        let bar = market.bar();
        ledger.update(&bar.view()).unwrap();
        oracle.update(&bar);
        for _ in 0..market.random.below(3) {
            let kept = oracle.bars().min(params.keep.bars) as u64;
            if kept > 0 {
                let (ago, asset) = (market.random.below(kept), market.random.below(params.assets as u64));
                let ratio = 1.0 + 0.2 * market.random.signed();
                let (ago, asset) = (usize::try_from(ago).unwrap(), usize::try_from(asset).unwrap());
                let before = ledger.wealth();
                let moved = ledger.restate(ago, asset, ratio).unwrap();
                oracle.restate(ago, asset, ratio);
                let sum = moved.earned + moved.following + moved.trades;
                assert!((sum - moved.wealth).abs() < PLAIN_SUMS);
                assert!((ledger.wealth() - before - moved.wealth).abs() < PLAIN_SUMS);
            }
        }
        if market.random.below(2) == 0 {
            let costs = market.costs();
            ledger.charge(&costs).unwrap();
            oracle.charge(&costs);
        }
        compare(&ledger, &oracle, params.keep);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_ledger_is_the_account_of_shares_prices_and_cash(
        seed in any::<u64>(),
        (assets, factors, stages) in (1usize..12, 0usize..4, 0usize..4),
        (bars, days, months, years) in (0usize..7, 0usize..5, 0usize..4, 0usize..3),
    ) {
        let params = LedgerParams { assets, factors, stages, keep: Keep { bars, days, months, years } };
        run(seed, &params, 40);
    }
}

#[test]
fn many_bars_are_as_few() {
    let params = LedgerParams { assets: 37, factors: 3, stages: 5, keep: Keep::default() };
    run(7, &params, 160);
}
