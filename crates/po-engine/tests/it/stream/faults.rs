//! Bad bars: what the engine says of them, and that it goes on as if they had never come.
#![expect(clippy::float_cmp, reason = "the same number, not one that is near")]

use po_engine::stream::{
    AllocatorConfig, Bar, Engine, EngineConfig, Event, FactorBar, Outcome, QuoteParams, Refusal, Time,
};

use super::market::{Day, QUIET, WILD, day, market};
use super::{ROUNDING, bare, near, step, stored, told, whole};

const ASSETS: usize = 5;

/// Each bar that is refused as a whole leaves the engine with the bits that it had.
#[test]
fn a_refused_bar_never_came() {
    let mut config = whole(ASSETS);
    config.attribution.factors = vec!["market".into(), "size".into()];
    let (mut engine, mut twin) = (Engine::new(config.clone()).unwrap(), Engine::new(config).unwrap());
    let exposures = [0.5; 2 * ASSETS];
    let factors = FactorBar { returns: &[0.01, -0.002], exposures: &exposures };
    let infinite = FactorBar { returns: &[f64::INFINITY, 0.0], exposures: &exposures };
    let mut unknown = exposures;
    unknown[3] = f64::NAN;
    let unknown = FactorBar { returns: &[0.01, 0.0], exposures: &unknown };
    let short = FactorBar { returns: &[0.01], exposures: &exposures };
    let narrow = FactorBar { exposures: &exposures[1..], ..factors };
    let mut refusals = 0;
    for (number, now) in market(150, ASSETS, WILD, 30).iter().enumerate() {
        // Prices that would be believed, and would move everything.
        let prices: Vec<f64> = now.prices.iter().map(|price| 1.3 * price).collect();
        if number > 0 {
            let last = engine.time().unwrap();
            let bad = [
                (Bar { time: last, prices: &prices, factors: Some(factors) }, Refusal::NotAfter { last }),
                (Bar { time: day(0), prices: &prices, factors: Some(factors) }, Refusal::NotAfter { last }),
                (
                    Bar { time: now.time, prices: &prices[1..], factors: Some(factors) },
                    Refusal::Prices { expected: ASSETS, actual: ASSETS - 1 },
                ),
                (Bar::new(now.time, &prices), Refusal::Factors { expected: 2, actual: 0 }),
                (
                    Bar { time: now.time, prices: &prices, factors: Some(short) },
                    Refusal::Factors { expected: 2, actual: 1 },
                ),
                (
                    Bar { time: now.time, prices: &prices, factors: Some(narrow) },
                    Refusal::Factors { expected: 2 * ASSETS, actual: 2 * ASSETS - 1 },
                ),
                (Bar { time: now.time, prices: &prices, factors: Some(infinite) }, Refusal::Unaccountable),
                (Bar { time: now.time, prices: &prices, factors: Some(unknown) }, Refusal::Unaccountable),
            ];
            let (wealth, bars) = (engine.decision().wealth, engine.decision().bar);
            for (bar, refusal) in &bad {
                let decision = engine.step(bar);
                assert_eq!(decision.outcome, Outcome::Refused(*refusal), "bar {number}");
                assert_eq!((decision.time, decision.bar), (bar.time, bars));
                assert!(!decision.traded() && decision.trades.iter().all(|trade| *trade == 0.0));
                assert!(decision.events.is_empty() && decision.fallbacks.is_empty());
                assert_eq!(decision.wealth.to_bits(), wealth.to_bits());
                refusals += 1;
            }
        }
        let bar = Bar { time: now.time, prices: &now.prices, factors: Some(factors) };
        assert_eq!(told(engine.step(&bar)), told(twin.step(&bar)), "bar {number}");
    }
    assert_eq!(engine.metrics().counts().refused, refusals);
    assert_eq!(twin.metrics().counts().refused, 0);
    assert_eq!(engine.metrics().counts().bars, 150);
    for period in po_engine::attribution::Rollup::ALL {
        let (one, two) = (engine.ledger().statement(period), twin.ledger().statement(period));
        assert_eq!(one.profit().to_bits(), two.profit().to_bits());
    }
}

/// A price that is none is the same as no price.
#[test]
fn what_is_no_price_counts_as_missing() {
    for bad in [0.0, -0.0, -5.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let (mut engine, mut twin) =
            (Engine::new(whole(ASSETS)).unwrap(), Engine::new(whole(ASSETS)).unwrap());
        for (number, now) in market(90, ASSETS, QUIET, 31).iter().enumerate() {
            let (mut with, mut without) = (now.clone(), now.clone());
            if [5, 40, 41, 60].contains(&number) {
                with.prices[2] = bad;
                without.prices[2] = f64::NAN;
            }
            let mut expected = step(&mut twin, &without).clone();
            let actual = step(&mut engine, &with).clone();
            if with.prices[2].to_bits() != without.prices[2].to_bits() {
                let told = |event: &&Event| matches!(event, Event::NotAPrice { asset: 2, price } if price.to_bits() == bad.to_bits());
                assert_eq!(actual.events.iter().filter(told).count(), 1, "{bad}, bar {number}");
                assert_eq!(actual.investable, if number < 24 { 0 } else { ASSETS - 1 });
            }
            expected.events.clone_from(&actual.events);
            assert_eq!(told(&actual), told(&expected), "{bad}, bar {number}");
        }
    }
}

/// One wild price is not believed; two that agree are, and what was held earns the way between.
#[test]
fn a_jump_is_believed_the_second_time() {
    let mut config = bare(2, AllocatorConfig::EqualWeight);
    config.trading.cost_bps = 0.0;
    let mut engine = Engine::new(config).unwrap();
    for number in 0..30 {
        engine.step(&Bar::new(day(number), &[100.0, 50.0]));
    }
    // A misprint, and back.
    let decision = engine.step(&Bar::new(day(30), &[1000.0, 50.0]));
    assert_eq!(
        decision.events,
        [Event::Jump { asset: 0, price: 1000.0, last: 100.0 }, Event::Halted { asset: 0 },]
    );
    assert_eq!((decision.wealth, decision.investable), (1.0, 1));
    let decision = engine.step(&Bar::new(day(31), &[101.0, 50.0]));
    assert_eq!(decision.events, [Event::Resumed { asset: 0, bars: 1 }]);
    assert!((decision.wealth - 1.005).abs() < 1e-15);
    // A jump, twice.
    let wealth = decision.wealth;
    engine.step(&Bar::new(day(32), &[1010.0, 50.0]));
    let decision = engine.step(&Bar::new(day(33), &[1111.0, 50.0]));
    assert_eq!(
        decision.events,
        [Event::Confirmed { asset: 0, price: 1111.0 }, Event::Resumed { asset: 0, bars: 1 },]
    );
    assert!((decision.wealth - wealth * (1.0 + 0.5 * 10.0)).abs() < 1e-14);
    // Two wild prices that do not agree are two misprints.
    engine.step(&Bar::new(day(34), &[10.0, 50.0]));
    let decision = engine.step(&Bar::new(day(35), &[90_000.0, 50.0]));
    assert_eq!(decision.events, [Event::Jump { asset: 0, price: 90_000.0, last: 1111.0 }]);
    assert_eq!(engine.metrics().counts().quarantined, 4);
    // Nor is a return that no number holds.
    let config = EngineConfig {
        quotes: QuoteParams { jump_limit: 1e12, ..QuoteParams::default() },
        ..bare(1, AllocatorConfig::EqualWeight)
    };
    let mut engine = Engine::new(config).unwrap();
    engine.step(&Bar::new(day(0), &[1e-300]));
    let decision = engine.step(&Bar::new(day(1), &[1e300]));
    assert!(matches!(decision.outcome, Outcome::Waiting) && !decision.events.is_empty(), "{decision:?}");
}

/// All are halted: what is held stays as it is; and then they delist, and it is cash.
#[test]
fn a_market_that_closes_for_good_leaves_cash() {
    let mut engine = Engine::new(whole(ASSETS)).unwrap();
    let days = market(60, ASSETS, QUIET, 32);
    days.iter().for_each(|day| {
        step(&mut engine, day);
    });
    let (held, wealth) = (engine.held().to_vec(), engine.ledger().wealth());
    assert!(held.iter().any(|weight| *weight > 0.0));
    for number in 60..79 {
        let decision = step(&mut engine, &Day { time: day(number), prices: vec![f64::NAN; ASSETS] });
        assert_eq!((decision.outcome, decision.investable), (Outcome::Held, 0));
        assert!(!decision.traded() && decision.fallbacks.is_empty());
    }
    let decision = step(&mut engine, &Day { time: day(79), prices: vec![f64::NAN; ASSETS] }).clone();
    assert_eq!(decision.events.len(), ASSETS);
    assert!(decision.events.iter().all(|event| matches!(event, Event::Delisted { .. })));
    assert_eq!((decision.cash, decision.weights.gross()), (1.0, 0.0));
    // Nobody has lost, and cash has earned.
    let invested: f64 = held.iter().sum();
    let expected = wealth * (invested + (1.0 - invested) * 1.0001_f64.powi(20));
    near(decision.wealth, expected, ROUNDING, "wealth");
    let restored = Engine::restore(stored(&engine).as_slice()).unwrap();
    assert_eq!(restored.decision().cash, 1.0);
}

/// A portfolio on credit loses more than it has: the account says so, and from then on every bar is refused.
#[test]
fn ruin_is_told_and_is_the_end() {
    let mut config = bare(1, AllocatorConfig::EqualWeight);
    config.budget = Some(po_engine::stream::BudgetConfig {
        volatility_budget: 1.0,
        leverage_limit: 3.0,
        ..po_engine::stream::BudgetConfig::default()
    });
    let mut engine = Engine::new(config).unwrap();
    for number in 0..40 {
        engine.step(&Bar::new(day(number), &[100.0 + (number % 3) as f64]));
    }
    assert!((engine.held()[0] - 3.0).abs() < 0.1);
    let decision = engine.step(&Bar::new(day(40), &[50.0])).clone();
    assert!(decision.wealth < 0.0 && decision.outcome == Outcome::Held, "{decision:?}");
    assert_eq!((decision.weights.gross(), decision.cash), (0.0, 1.0));
    for number in 41..45 {
        let decision = engine.step(&Bar::new(day(number), &[60.0]));
        assert_eq!(decision.outcome, Outcome::Refused(Refusal::Ruined));
    }
    let mut restored = Engine::restore(stored(&engine).as_slice()).unwrap();
    assert_eq!(restored.step(&Bar::new(day(50), &[60.0])).outcome, Outcome::Refused(Refusal::Ruined));
    let bar = engine.ledger().statement(po_engine::attribution::Rollup::Inception);
    assert!(bar.residual().abs() < 1e-12);
}

#[test]
fn the_ends_of_time_are_times() {
    let mut engine = Engine::new(bare(1, AllocatorConfig::EqualWeight)).unwrap();
    for time in [i64::MIN, i64::MIN + 1, 0, i64::MAX] {
        let decision = engine.step(&Bar::new(Time::from_nanoseconds(time), &[1.0]));
        assert_eq!(decision.outcome, Outcome::Waiting);
    }
    assert_eq!(engine.ledger().bars(), 4);
}
