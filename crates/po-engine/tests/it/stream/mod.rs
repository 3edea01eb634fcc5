//! The engine bar by bar: what it decides, what it accounts for, what it survives, and what it remembers.

mod accounting;
mod config;
mod corrections;
mod custom;
mod fallbacks;
mod faults;
mod fuzz;
mod limit;
pub(crate) mod market;
mod metrics;
mod oracle;
mod slow;
mod snapshot;
mod tail;

use po_engine::correlation::{Decay, EwmaParams};
use po_engine::hrp::HrpParams;
use po_engine::stream::{
    AllocatorConfig, Bar, BudgetConfig, Decision, Engine, EngineConfig, EstimatorConfig, Stages,
    TradingConfig,
};
use po_engine::{BandWidth, CorrelationLimitParams, NoTradeBandParams};

use market::Day;

/// What sums of some hundred numbers of the size of one leave.
pub(crate) const ROUNDING: f64 = 1e-12;

pub(crate) fn names(assets: usize) -> Vec<String> {
    (0..assets).map(|asset| format!("asset {asset}")).collect()
}

/// An engine with every stage but the tail.
pub(crate) fn whole(assets: usize) -> EngineConfig {
    let ewma = EwmaParams {
        volatility: Decay::HalfLife(30.0),
        correlation: Some(Decay::HalfLife(60.0)),
        min_observations: 25,
        ..EwmaParams::default()
    };
    let width = BandWidth::Absolute(0.02);
    EngineConfig {
        assets: names(assets),
        capital: 1000.0,
        estimator: EstimatorConfig::Ewma(ewma),
        allocator: AllocatorConfig::Hrp(HrpParams::default()),
        correlation_limit: Some(CorrelationLimitParams { limit: 0.7, ..CorrelationLimitParams::default() }),
        budget: Some(BudgetConfig {
            volatility_budget: 0.008,
            leverage_limit: 1.5,
            ..BudgetConfig::default()
        }),
        trading: TradingConfig {
            band: Some(NoTradeBandParams { width, ..NoTradeBandParams::default() }),
            cost_bps: 12.0,
            cash_return: 0.0001,
        },
        ..EngineConfig::default()
    }
}

/// An engine with an allocator and nothing else.
pub(crate) fn bare(assets: usize, allocator: AllocatorConfig) -> EngineConfig {
    EngineConfig { assets: names(assets), allocator, ..EngineConfig::default() }
}

/// All that a decision tells, to the last bit: numbers are written so that they can be told apart.
pub(crate) fn told(decision: &Decision) -> String {
    format!("{decision:?}")
}

pub(crate) fn step<'a, S: Stages>(engine: &'a mut Engine<S>, day: &Day) -> &'a Decision {
    engine.step(&Bar::new(day.time, &day.prices))
}

/// What an engine remembers, as bytes.
pub(crate) fn stored<S: Stages>(engine: &Engine<S>) -> Vec<u8> {
    let mut file = Vec::new();
    let written = engine.snapshot(&mut file);
    assert_eq!(written, Ok(()));
    file
}

pub(crate) fn near(actual: f64, expected: f64, tolerance: f64, what: &str) {
    let scale = expected.abs().max(1.0);
    assert!((actual - expected).abs() <= tolerance * scale, "{what}: {actual} is not {expected}");
}
