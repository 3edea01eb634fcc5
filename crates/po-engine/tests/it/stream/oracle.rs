//! The engine against the slow one, which holds shares and cash and begins anew at each bar.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use po_engine::stream::{Engine, EngineConfig, Outcome};

use super::market::{QUIET, Troubles, WILD, market};
use super::slow::Slow;
use super::{ROUNDING, near, step, whole};

/// Runs both, and counts the decisions.
fn compare(config: EngineConfig, days: usize, troubles: Troubles, seed: u64) -> usize {
    let assets = config.assets.len();
    let days = market(days, assets, troubles, seed);
    let mut slow = Slow::new(config.clone());
    let mut engine = Engine::new(config).unwrap();
    let mut decided = 0;
    for (number, day) in days.iter().enumerate() {
        let expected = slow.step(&day.prices);
        let actual = step(&mut engine, day);
        let what = format!("seed {seed}, bar {number}");
        assert_eq!(actual.outcome == Outcome::Decided, expected.decided, "{what}");
        assert!(actual.fallbacks.is_empty(), "{what}: {:?}", actual.fallbacks);
        decided += usize::from(expected.decided);
        near(actual.wealth, expected.wealth, ROUNDING, &what);
        near(actual.cost, expected.cost, ROUNDING, &what);
        for asset in 0..assets {
            let what = format!("{what}, asset {asset}");
            near(actual.weights.as_slice()[asset], expected.weights[asset], ROUNDING, &what);
            near(actual.trades[asset], expected.trades[asset], ROUNDING, &what);
        }
        near(actual.turnover, expected.trades.iter().map(|trade| trade.abs()).sum(), ROUNDING, &what);
        assert_eq!(actual.volatility.is_some(), expected.volatility.is_some(), "{what}");
        near(actual.volatility.unwrap_or(0.0), expected.volatility.unwrap_or(0.0), ROUNDING, &what);
    }
    decided
}

#[test]
fn all_stages_are_what_the_slow_engine_does() {
    assert_eq!(compare(whole(6), 250, QUIET, 1), 250 - 25);
    for seed in 2..6 {
        let decided = compare(whole(10), 350, WILD, seed);
        assert!(decided > 300, "{decided}");
    }
}

#[test]
fn so_does_every_part_of_the_pipeline() {
    let with = |change: &dyn Fn(&mut EngineConfig)| {
        let mut config = whole(8);
        change(&mut config);
        assert!(compare(config, 220, WILD, 7) > 30);
    };
    with(&|config| config.correlation_limit = None);
    with(&|config| config.budget = None);
    with(&|config| config.trading.band = None);
    with(&|config| (config.budget, config.trading.band) = (None, None));
    with(&|config| (config.correlation_limit, config.budget, config.trading.band) = (None, None, None));
    with(&|config| config.rebalance_every = 4);
    with(&|config| (config.quotes.delist_after, config.quotes.delisting_return) = (3, -0.3));
    with(&|config| config.quotes.jump_limit = 1.02);
}
