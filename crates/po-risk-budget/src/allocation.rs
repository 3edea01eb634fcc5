//! The result: weights with their proof, and where their risk comes from.

use po_core::{Solution, Weights};

use crate::RiskReport;

/// The weights of a risk budget, with how they were found and where their risk comes from.
///
/// Of the certificate, the dual residual is the largest distance of a share of risk from its budget, the primal
/// residual the distance of the weights from their normalisation, and the gap bounds, to first order, how far the
/// objective `½ x'Σ x - Σ b ln x` is from its minimum: `Σ (share - b)² / b`. All are computed from the weights and the
/// data as they came.
///
/// `RiskBudgetAllocation::default()` is empty: a place for [`RiskBudgeting`](crate::RiskBudgeting) to write to, and to
/// begin at when its start is a warm one.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct RiskBudgetAllocation {
    /// The weights, how the numerics ended, and the proof.
    pub solution: Solution,
    /// Marginal risk, components and shares of risk beside the budget.
    pub report: RiskReport,
}

impl RiskBudgetAllocation {
    /// The weights, in the order of the assets.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.solution.weights
    }
}

impl AsRef<Weights> for RiskBudgetAllocation {
    fn as_ref(&self) -> &Weights {
        &self.solution.weights
    }
}
