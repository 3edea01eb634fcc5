//! Why a stage had no answer.

use po_core::{InputError, Status};
use thiserror::Error;

/// Why a stage had no answer for a bar.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum StageFailure {
    /// The numbers of the bar are not what the stage needs.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The estimator refused.
    #[error(transparent)]
    Estimator(#[from] po_correlation::Error),
    /// Hierarchical risk parity refused.
    #[cfg(feature = "hrp")]
    #[error(transparent)]
    Hrp(#[from] po_hrp::Error),
    /// An optimiser refused, or no portfolio satisfies the constraints.
    #[cfg(feature = "convex")]
    #[error(transparent)]
    Convex(#[from] po_convex::Error),
    /// A risk budget could not be met.
    #[cfg(feature = "risk-budget")]
    #[error(transparent)]
    RiskBudget(#[from] po_risk_budget::Error),
    /// The tail could not be capped.
    #[cfg(feature = "tail")]
    #[error(transparent)]
    Tail(#[from] po_tail::Error),
    /// The numerics ended before the answer was exact.
    #[error("the numerics ended as {0:?}, expected Converged")]
    NotConverged(Status),
    /// A stage of the user had no answer.
    #[error("{0}")]
    Custom(String),
}
