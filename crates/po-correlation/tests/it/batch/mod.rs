//! Estimators of a whole sample.

mod closed_forms;
mod errors;
mod golden;
mod properties;
pub(crate) mod random;
#[cfg(feature = "serde")]
mod serde;
mod tour;
