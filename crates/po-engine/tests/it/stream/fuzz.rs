//! Whatever comes for prices and times: no panic, finite weights, and lines that add up.

use po_engine::attribution::Rollup;
use po_engine::stream::{Bar, Engine, Outcome, Time};
use proptest::prelude::*;

use super::market::day;
use super::{stored, whole};

/// Any bits, and often a price that the last one leads to.
fn price() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 90.0..110.0,
        1 => any::<u64>().prop_map(f64::from_bits),
        1 => prop_oneof![
            Just(0.0), Just(-0.0), Just(f64::NAN), Just(f64::MAX), Just(f64::MIN_POSITIVE), Just(5e-324), Just(1e300)
        ],
    ]
}

fn bars(assets: usize) -> impl Strategy<Value = Vec<(i64, Vec<f64>)>> {
    let time = prop_oneof![5 => Just(None), 1 => any::<i64>().prop_map(Some)];
    let bar = (time, prop::collection::vec(price(), assets));
    prop::collection::vec(bar, 1..60).prop_map(|bars| {
        let regular = |number: usize| day(number).nanoseconds();
        bars.into_iter()
            .enumerate()
            .map(|(number, (time, prices))| (time.unwrap_or(regular(number)), prices))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn anything_may_come(
        bars in bars(4),
        limit in prop_oneof![3 => Just(5.0), 1 => Just(1e12)],
        lever in prop_oneof![Just(1.0), Just(20.0)],
    ) {
        let mut config = whole(4);
        config.quotes.jump_limit = limit;
        config.quotes.delist_after = 4;
        if let po_engine::stream::EstimatorConfig::Ewma(params) = &mut config.estimator {
            params.min_observations = 3;
        }
        if let Some(budget) = &mut config.budget {
            budget.leverage_limit = lever;
        }
        let Ok(mut engine) = Engine::new(config) else { return Err(TestCaseError::fail("settings")) };
        for (time, prices) in &bars {
            let before = engine.ledger().bars();
            let decision = engine.step(&Bar::new(Time::from_nanoseconds(*time), prices));
            prop_assert!(decision.weights.as_slice().iter().all(|weight| weight.is_finite()));
            prop_assert!(decision.trades.iter().all(|trade| trade.is_finite()));
            prop_assert!(decision.cash.is_finite() && decision.turnover >= 0.0 && decision.cost >= 0.0);
            let refused = matches!(decision.outcome, Outcome::Refused(_));
            prop_assert_eq!(engine.ledger().bars(), before + u64::from(!refused));
            for period in Rollup::ALL {
                let statement = engine.ledger().statement(period);
                let money = statement.start().abs().max(statement.end().abs());
                prop_assert!(statement.residual().abs() <= 1e-9 * money.max(1.0), "{}", statement.residual());
            }
        }
        // What was lived through can be stored, and read back.
        let restored = Engine::restore(stored(&engine).as_slice());
        prop_assert!(restored.is_ok(), "{:?}", restored.err());
    }
}
