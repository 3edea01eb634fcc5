//! What most programs need: `use po_engine::prelude::*;`.

#[cfg(feature = "convex")]
#[cfg_attr(docsrs, doc(cfg(feature = "convex")))]
pub use po_convex::{Constraints, Markowitz, MarkowitzInput, MarkowitzParams, Objective, Portfolio};
pub use po_core::{
    Allocator, Bounds, Budget, Covariance, CovarianceEstimator, EqualWeight, GroupBound, InputError,
    InverseVariance, InverseVolatility, MissingPolicy, Moments, Panel, Returns, Solution, Status,
    StreamingEstimator, Universe, Weights,
};
#[cfg(feature = "hrp")]
#[cfg_attr(docsrs, doc(cfg(feature = "hrp")))]
pub use po_hrp::{Hrp, HrpParams, LeafOrder, Linkage, Metric};
#[cfg(feature = "risk-budget")]
#[cfg_attr(docsrs, doc(cfg(feature = "risk-budget")))]
pub use po_risk_budget::{RiskBudgetParams, RiskBudgeting, RiskReport};
#[cfg(feature = "tail")]
#[cfg_attr(docsrs, doc(cfg(feature = "tail")))]
pub use po_tail::{TailModel, TailRisk};
