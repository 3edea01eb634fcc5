//! The race of covariance estimators.

mod closed_forms;
mod confidence_set;
mod errors;
mod golden;
mod look_ahead;
mod market;
mod parts;
mod properties;
#[cfg(feature = "serde")]
mod serde;
mod simulation;
mod threads;
