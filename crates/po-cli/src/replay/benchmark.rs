//! What the engine is held against: equal weights, and a portfolio that is bought and left alone.

use std::iter::zip;

use po_engine::Weights;
use po_engine::stream::{AllocatorConfig, Context, EngineConfig, Slot, Stage, StageFailure};

/// The engine's own data discipline and costs, with the same weight in each asset at each decision.
pub(super) fn equal_weight(config: &EngineConfig) -> EngineConfig {
    let mut config = EngineConfig {
        allocator: AllocatorConfig::EqualWeight,
        correlation_limit: None,
        budget: None,
        ..config.clone()
    };
    config.trading.band = None;
    config
}

/// Buys each asset once, as soon as it can be held, and leaves it alone.
///
/// Of n assets that can be held, a newcomer gets the n-th part, for which the same share of all others is sold; those
/// that are there at the start get equal parts. What delists stays in cash.
#[derive(Clone, Debug, Default)]
pub(super) struct Hold {
    /// Assets that were bought.
    bought: Vec<bool>,
    weights: Vec<f64>,
}

impl Stage for Hold {
    fn name(&self) -> &'static str {
        "buy and hold"
    }

    fn slot(&self) -> Slot {
        Slot::Trading
    }

    fn apply(&mut self, context: &Context<'_>, weights: &mut Weights) -> Result<(), StageFailure> {
        let Context { investable, held, .. } = *context;
        self.bought.resize(investable.universe_len(), false);
        let is_new = |bought: &[bool], asset: usize| !bought.get(asset).copied().unwrap_or(true);
        let newcomers = investable.assets().iter().filter(|&&asset| is_new(&self.bought, asset)).count();
        let left = 1.0 - newcomers as f64 / investable.len().max(1) as f64;
        self.weights.clear();
        // What comes in is the portfolio of equal weights.
        let all = zip(investable.assets(), zip(weights.as_slice(), held.as_slice()));
        self.weights.extend(
            all.map(|(&asset, (equal, held))| if is_new(&self.bought, asset) { *equal } else { left * held }),
        );
        for &asset in investable.assets() {
            if let Some(bought) = self.bought.get_mut(asset) {
                *bought = true;
            }
        }
        Ok(weights.assign(&self.weights)?)
    }
}
