//! What is held uses its budget of risk.

use po_core::Weights;
use po_risk_budget::{ControllerDecision, DrawdownScaling, RiskBudgetController, RiskBudgetControllerParams};

use crate::stream::{Context, EngineError, StageFailure};

/// A use this near to an edge, relative to it, lies on the edge.
const ROUNDING: f64 = 1e-12;

/// Settings of the volatility budget.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `volatility_budget` | 0.01 | positive | the volatility per bar that is budgeted |
/// | `band` | (0.80, 0.95) | 0 < lower <= upper | which use of that budget is left alone, in shares of it |
/// | `leverage_limit` | 1 | positive | the largest exposure, in multiples of the target portfolio |
/// | `half_life` | 20 | (0, 1e9] | after how many bars a realised return counts half |
/// | `drawdown` | none | see [`DrawdownScaling`] | how a drawdown lowers the largest exposure |
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BudgetConfig {
    /// The volatility per bar that is budgeted.
    pub volatility_budget: f64,
    /// Which use of that budget is left alone, in shares of it.
    pub band: (f64, f64),
    /// The largest exposure, in multiples of the target portfolio.
    pub leverage_limit: f64,
    /// After how many bars a realised return counts half.
    pub half_life: f64,
    /// How a drawdown lowers the largest exposure.
    pub drawdown: Option<DrawdownScaling>,
}

impl Default for BudgetConfig {
    fn default() -> Self {
        let RiskBudgetControllerParams {
            volatility_budget, band, leverage_limit, half_life, drawdown, ..
        } = RiskBudgetControllerParams::default();
        Self { volatility_budget, band, leverage_limit, half_life, drawdown }
    }
}

/// Scales the target to an exposure that uses the budget.
#[derive(Debug)]
pub(in crate::stream) struct BudgetStage {
    pub(in crate::stream) controller: RiskBudgetController,
}

impl BudgetStage {
    pub(in crate::stream) fn new(config: &BudgetConfig, assets: usize) -> Result<Self, EngineError> {
        let BudgetConfig { volatility_budget, band, leverage_limit, half_life, drawdown } = config.clone();
        // What is too little to trade is for the stage of trading to say.
        let weight_band = 0.0;
        let params = RiskBudgetControllerParams {
            volatility_budget,
            band,
            leverage_limit,
            half_life,
            drawdown,
            weight_band,
        };
        let mut controller = RiskBudgetController::new(params)?;
        controller.reserve(assets);
        Ok(Self { controller })
    }

    pub(in crate::stream) fn apply(
        &mut self,
        context: &Context<'_>,
        weights: &mut Weights,
    ) -> Result<(), StageFailure> {
        let Context { held, covariance, realised, .. } = *context;
        match self.controller.step(weights, held, covariance, realised) {
            Ok(decision) => Ok(weights.assign(decision.weights.as_slice())?),
            Err(error) => {
                self.observe(realised);
                Err(error.into())
            }
        }
    }

    /// Takes in what was earned over a bar at which nothing is decided.
    pub(in crate::stream) fn observe(&mut self, realised: Option<f64>) {
        if let Some(realised) = realised {
            // A loss of more than everything is for the account to tell.
            let _ = self.controller.observe(realised);
        }
    }

    pub(in crate::stream) fn decision(&self) -> &ControllerDecision {
        self.controller.decision()
    }

    /// Whether a volatility uses more or less of the budget than its band allows, although the decision does not.
    pub(in crate::stream) fn leaves_band(&self, volatility: f64) -> bool {
        let (budget, (lower, upper)) = self.budget();
        let (used, reached) = (volatility / budget, self.decision().forecast_use);
        used > upper.max(reached) * (1.0 + ROUNDING) || used < lower.min(reached) * (1.0 - ROUNDING)
    }

    /// The volatility that is budgeted, and the band for its use.
    pub(in crate::stream) fn budget(&self) -> (f64, (f64, f64)) {
        let params = self.controller.params();
        (params.volatility_budget, params.band)
    }
}
