//! What the controller remembers from step to step.

use po_core::InputError;

use super::params::within;
#[cfg(feature = "serde")]
use super::{ControllerDecision, RiskBudgetController, RiskBudgetControllerParams, Scratch};
#[cfg(feature = "serde")]
use crate::Error;

/// Realised returns, as far as they count.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(super) struct State {
    /// Wealth over the highest wealth seen: a ratio cannot overflow.
    level: f64,
    /// Squared returns, each times its exponential weight.
    squares: f64,
    /// The sum of those weights: less than one while there are few returns, and that is what the mean is divided by.
    weight: f64,
}

impl Default for State {
    fn default() -> Self {
        Self { level: 1.0, squares: 0.0, weight: 0.0 }
    }
}

impl State {
    /// Takes in the return of a period.
    pub(super) fn observe(&mut self, realised: f64, half_life: f64) -> Result<(), InputError> {
        let allowed = |value: f64| value >= -1.0 && value.is_finite();
        within("the realised return", realised, allowed, "a finite number of -1 or more")?;
        // `1 - decay`, without cancellation for a long half-life.
        let share = -(-std::f64::consts::LN_2 / half_life).exp_m1();
        self.squares += share * (realised * realised - self.squares);
        self.weight += share * (1.0 - self.weight);
        self.level = (self.level * (1.0 + realised)).min(1.0);
        Ok(())
    }

    /// The root of the exponentially weighted mean of squared returns.
    pub(super) fn volatility(&self) -> Option<f64> {
        (self.weight > 0.0).then(|| (self.squares / self.weight).sqrt())
    }

    pub(super) fn drawdown(&self) -> f64 {
        1.0 - self.level
    }
}

/// A controller as it is stored.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Snapshot {
    params: RiskBudgetControllerParams,
    state: State,
    /// Nothing before the first step: empty weights are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<ControllerDecision>,
}

#[cfg(feature = "serde")]
impl From<RiskBudgetController> for Snapshot {
    fn from(controller: RiskBudgetController) -> Self {
        let RiskBudgetController { params, state, decision, .. } = controller;
        Self { params, state, decision: (!decision.weights.is_empty()).then_some(decision) }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Snapshot> for RiskBudgetController {
    type Error = Error;

    fn try_from(Snapshot { params, state, decision }: Snapshot) -> Result<Self, Error> {
        params.check()?;
        let share = |value: f64| (0.0..=1.0).contains(&value);
        within("the stored level of wealth", state.level, share, "a number in [0, 1]")?;
        within("the stored weight of returns", state.weight, share, "a number in [0, 1]")?;
        let squared = |value: f64| value >= 0.0 && value.is_finite();
        within(
            "the stored mean of squared returns",
            state.squares,
            squared,
            "a finite number, zero or more",
        )?;
        Ok(Self { params, state, decision: decision.unwrap_or_default(), scratch: Scratch::default() })
    }
}
