//! Univariate models of variance.

mod closed_forms;
mod errors;
mod golden;
mod heavy;
pub(crate) mod properties;
#[cfg(feature = "serde")]
mod serde;
