//! The settings of risk budgeting on scenarios.

use po_core::{Budget, Confidence, InputError};

use crate::RiskMeasure;

/// Settings of [`ScenarioRiskBudgeting`](crate::ScenarioRiskBudgeting).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `measure` | CVaR at 95 % | five measures | which risk is shared |
/// | `budget` | none | sums to one | the share of risk of each asset; without it all take the same |
/// | `tolerance` | 1e-10 | (0, 1) | the largest gap, and distance of a share from its budget |
/// | `iteration_limit` | 200 | 1 or more | steps, at most |
/// | `warm_start` | `false` | | whether to begin at the weights that the output holds |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct ScenarioRiskBudgetingParams {
    /// Which risk is shared.
    pub measure: RiskMeasure,
    /// The share of risk of each asset; one without a share gets no weight.
    pub budget: Option<Budget>,
    /// The largest gap, and distance of a share from its budget, as fractions of the risk.
    pub tolerance: f64,
    /// Steps, at most.
    pub iteration_limit: usize,
    /// Whether to begin at the weights that the output holds.
    ///
    /// Where these have another length, or a weight of zero for an asset with a budget, the start is a cold
    /// one. The same input and the same start give the same bits.
    pub warm_start: bool,
}

impl Default for ScenarioRiskBudgetingParams {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "0.95 is a probability")]
        let confidence = Confidence::new(0.95).expect("0.95 lies between zero and one");
        Self {
            measure: RiskMeasure::Cvar { confidence },
            budget: None,
            tolerance: 1e-10,
            iteration_limit: 200,
            warm_start: false,
        }
    }
}

impl ScenarioRiskBudgetingParams {
    pub(super) fn check(&self) -> Result<(), InputError> {
        let Self { tolerance, iteration_limit, .. } = *self;
        if !(tolerance > 0.0 && tolerance < 1.0) {
            let (name, expected) = ("the tolerance", "a number in (0, 1)");
            return Err(InputError::OutOfRange { name, value: tolerance, expected });
        }
        if iteration_limit == 0 {
            let (name, expected) = ("the iteration limit", "one or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected });
        }
        Ok(())
    }
}
