//! Counts are those of the decisions.

use std::time::Duration;

use po_engine::stream::{Bar, Engine, Event, Outcome};

use super::market::{WILD, market};
use super::{ROUNDING, near, step, stored, whole};

#[test]
fn counts_are_those_of_the_decisions() {
    let mut engine = Engine::new(whole(8)).unwrap();
    assert_eq!(engine.metrics().latency(0.5), Duration::ZERO);
    assert_eq!(engine.metrics().mean_budget_use(), None);
    let (mut bars, mut refused, mut decided, mut traded, mut fallbacks, mut quarantined) = (0, 0, 0, 0, 0, 0);
    let (mut turnover, mut cost) = (0.0, 0.0);
    let mut uses = Vec::new();
    for (number, day) in market(300, 8, WILD, 40).iter().enumerate() {
        if number % 50 == 49 {
            let outcome = engine.step(&Bar::new(day.time, &[])).outcome;
            refused += u64::from(matches!(outcome, Outcome::Refused(_)));
        }
        let decision = step(&mut engine, day);
        bars += 1;
        decided += u64::from(decision.outcome == Outcome::Decided);
        traded += u64::from(decision.trades.iter().any(|trade| *trade != 0.0));
        fallbacks += decision.fallbacks.len() as u64;
        turnover += decision.trades.iter().map(|trade| trade.abs()).sum::<f64>();
        cost += decision.cost;
        uses.extend(decision.budget_use);
        let bad = day.prices.iter().filter(|price| !(price.is_nan() || **price > 0.0 && price.is_finite()));
        let jumps = decision.events.iter().filter(|event| matches!(event, Event::Jump { .. }));
        quarantined += (bad.count() + jumps.count()) as u64;
    }
    let counts = *engine.metrics().counts();
    assert_eq!((counts.bars, counts.refused, counts.decided), (bars, refused, decided));
    assert_eq!((counts.traded, counts.fallbacks, counts.quarantined), (traded, fallbacks, quarantined));
    assert!(refused == 6 && quarantined > 3 && traded > 50);
    near(counts.turnover, turnover, ROUNDING, "turnover");
    near(counts.cost, cost, ROUNDING, "cost");
    near(engine.metrics().mean_turnover(), turnover / 300.0, ROUNDING, "mean turnover");
    assert_eq!(counts.budgeted, uses.len() as u64);
    let band = (0.8 - 1e-9)..=(0.95 + 1e-9);
    assert_eq!(counts.in_budget, uses.iter().filter(|used| band.contains(*used)).count() as u64);
    let mean = uses.iter().sum::<f64>() / uses.len() as f64;
    near(engine.metrics().mean_budget_use().unwrap(), mean, ROUNDING, "mean use");
    let latency = [0.0, 0.5, 0.99, 1.0].map(|share| engine.metrics().latency(share));
    assert!(latency[0] > Duration::ZERO && latency.is_sorted());

    let restored = Engine::restore(stored(&engine).as_slice()).unwrap();
    assert_eq!(*restored.metrics().counts(), counts);
    assert_eq!(restored.metrics().latency(1.0), Duration::ZERO);
}
