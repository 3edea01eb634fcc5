//! Steps of the engine: ten thousand days, in which everything happens, and none of which asks for memory.

use po_engine::correlation::{Decay, EwmaParams};
use po_engine::hrp::HrpParams;
use po_engine::stream::{
    AllocatorConfig, Bar, BudgetConfig, Engine, EngineConfig, EstimatorConfig, Event, Outcome, TradingConfig,
};
use po_engine::{BandWidth, CorrelationLimitParams, NoTradeBandParams};

use super::CALLS;
use super::market::{WILD, market};

const ASSETS: usize = 40;
const DAYS: usize = 10_000;
/// Bars before the first decision, and some more.
const WARM: usize = 60;

#[test]
fn ten_thousand_steps_leave_the_heap_alone() {
    let ewma = EwmaParams {
        volatility: Decay::HalfLife(40.0),
        correlation: Some(Decay::HalfLife(90.0)),
        min_observations: 40,
        ..EwmaParams::default()
    };
    let width = BandWidth::Absolute(0.01);
    let config = EngineConfig {
        assets: (0..ASSETS).map(|asset| format!("asset {asset}")).collect(),
        estimator: EstimatorConfig::Ewma(ewma),
        allocator: AllocatorConfig::Hrp(HrpParams::default()),
        correlation_limit: Some(CorrelationLimitParams { limit: 0.7, ..CorrelationLimitParams::default() }),
        budget: Some(BudgetConfig::default()),
        trading: TradingConfig {
            band: Some(NoTradeBandParams { width, ..NoTradeBandParams::default() }),
            ..TradingConfig::default()
        },
        ..EngineConfig::default()
    };
    let mut engine = Engine::new(config).unwrap();
    let days = market(WARM + DAYS, ASSETS, WILD, 5);
    for day in &days[..WARM] {
        engine.step(&Bar::new(day.time, &day.prices));
    }
    let mut events = [0; 4];
    let mut refused = 0;
    for (number, day) in days[WARM..].iter().enumerate() {
        let before = CALLS.get();
        let decision = engine.step(&Bar::new(day.time, &day.prices));
        assert_eq!(CALLS.get() - before, 0, "bar {number}: {:?} {:?}", decision.events, decision.fallbacks);
        assert_eq!(decision.outcome, Outcome::Decided);
        for event in &decision.events {
            match event {
                Event::Listed { .. } => events[0] += 1,
                Event::Halted { .. } => events[1] += 1,
                Event::Delisted { .. } => events[2] += 1,
                Event::Confirmed { .. } => events[3] += 1,
                _ => {}
            }
        }
        if number % 1000 == 0 {
            let before = CALLS.get();
            let outcome = engine.step(&Bar::new(day.time, &day.prices)).outcome;
            assert_eq!(CALLS.get() - before, 0, "a bar that is refused");
            refused += usize::from(matches!(outcome, Outcome::Refused(_)));
        }
    }
    let counts = engine.metrics().counts();
    assert_eq!((counts.decided > DAYS as u64, counts.fallbacks, refused), (true, 0, 10));
    assert!(counts.traded > 1_000, "{counts:?}");
    assert!(
        events[0] >= ASSETS / 5 && events[1] > 1_000 && events[2] >= 2 * ASSETS / 5 && events[3] > 10,
        "{events:?}"
    );
}
