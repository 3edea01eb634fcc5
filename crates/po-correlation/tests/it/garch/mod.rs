//! Univariate models of variance.

mod closed_forms;
mod errors;
mod golden;
pub(crate) mod properties;
#[cfg(feature = "serde")]
mod serde;
