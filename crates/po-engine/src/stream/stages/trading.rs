//! What is traded now.

use std::iter::zip;

use po_core::{InputError, NoTradeBand, NoTradeBandParams, NoTradeDecision, Weights};

use crate::stream::{EngineError, StageFailure};

/// Settings of trading.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `band` | none | see [`NoTradeBandParams`] | within it nothing is traded; without it everything goes to its target |
/// | `cost_bps` | 10 | 0 or more | what a trade costs, in basis points of its value |
/// | `cash_return` | 0 | above -1 | what cash earns per bar |
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TradingConfig {
    /// Within it nothing is traded.
    pub band: Option<NoTradeBandParams>,
    /// What a trade costs, in basis points of its value.
    pub cost_bps: f64,
    /// What cash earns per bar.
    pub cash_return: f64,
}

impl Default for TradingConfig {
    fn default() -> Self {
        Self { band: None, cost_bps: 10.0, cash_return: 0.0 }
    }
}

impl TradingConfig {
    fn check(&self) -> Result<(), InputError> {
        let out_of_range = |name, value, expected| Err(InputError::OutOfRange { name, value, expected });
        if !(self.cost_bps >= 0.0 && self.cost_bps.is_finite()) {
            return out_of_range("the cost of trading", self.cost_bps, "a finite number, zero or more");
        }
        if !(self.cash_return > -1.0 && self.cash_return.is_finite()) {
            return out_of_range("the return of cash", self.cash_return, "a finite number above -1");
        }
        Ok(())
    }
}

/// What is wanted, what is held, and what may not be held.
#[derive(Clone, Copy, Debug)]
pub(in crate::stream) struct TradingInput<'a> {
    pub(in crate::stream) held: &'a Weights,
    /// False for what must be sold whatever the band says; empty where nothing must.
    pub(in crate::stream) kept: &'a [bool],
}

/// Decides which of the wanted trades are worth making.
#[derive(Debug)]
pub(in crate::stream) struct Trading {
    band: Option<NoTradeBand>,
    /// The cost of a trade as a fraction of its value.
    pub(in crate::stream) cost: f64,
    decision: NoTradeDecision,
    weights: Vec<f64>,
}

impl Trading {
    pub(in crate::stream) fn new(config: &TradingConfig, assets: usize) -> Result<Self, EngineError> {
        config.check()?;
        Ok(Self {
            band: config.band.map(NoTradeBand::new).transpose()?,
            cost: config.cost_bps * 1e-4,
            decision: NoTradeDecision::default(),
            weights: Vec::with_capacity(assets),
        })
    }

    /// From the weights that are wanted to those that are traded to.
    pub(in crate::stream) fn apply(
        &mut self,
        input: TradingInput<'_>,
        weights: &mut Weights,
    ) -> Result<(), StageFailure> {
        let Some(band) = &self.band else { return Ok(()) };
        band.apply_into(weights, input.held, &mut self.decision)?;
        self.weights.clear();
        self.weights.extend_from_slice(self.decision.weights.as_slice());
        if !input.kept.is_empty() {
            sell(weights.as_slice(), input.kept, &mut self.weights);
        }
        weights.assign(&self.weights)?;
        Ok(())
    }
}

/// Sells what may not be held, and buys with the proceeds what lacks most, in proportion to what it lacks; what is left
/// stays in cash.
fn sell(target: &[f64], kept: &[bool], weights: &mut [f64]) {
    let mut proceeds = 0.0;
    for (weight, kept) in zip(&mut *weights, kept) {
        if !kept {
            proceeds += *weight;
            *weight = 0.0;
        }
    }
    let lack = |weight: f64, target: f64| (target - weight).max(0.0);
    let lacking: f64 = zip(&*weights, target).map(|(weight, target)| lack(*weight, *target)).sum();
    if proceeds > 0.0 && lacking > 0.0 {
        let share = (proceeds / lacking).min(1.0);
        for (weight, target) in zip(weights, target) {
            *weight += share * lack(*weight, *target);
        }
    }
}
