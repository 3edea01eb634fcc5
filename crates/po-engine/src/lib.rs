#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod prelude;
#[cfg(feature = "stream")]
#[cfg_attr(docsrs, doc(cfg(feature = "stream")))]
pub mod stream;

#[cfg(feature = "attribution")]
#[cfg_attr(docsrs, doc(cfg(feature = "attribution")))]
pub use po_attribution as attribution;
#[cfg(feature = "convex")]
#[cfg_attr(docsrs, doc(cfg(feature = "convex")))]
pub use po_convex as convex;
pub use po_core::*;
#[cfg(feature = "correlation")]
#[cfg_attr(docsrs, doc(cfg(feature = "correlation")))]
pub use po_correlation as correlation;
#[cfg(feature = "hrp")]
#[cfg_attr(docsrs, doc(cfg(feature = "hrp")))]
pub use po_hrp as hrp;
#[cfg(feature = "risk-budget")]
#[cfg_attr(docsrs, doc(cfg(feature = "risk-budget")))]
pub use po_risk_budget as risk_budget;
#[cfg(feature = "tail")]
#[cfg_attr(docsrs, doc(cfg(feature = "tail")))]
pub use po_tail as tail;
