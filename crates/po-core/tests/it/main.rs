//! The vocabulary and its linear algebra against other libraries, closed forms, properties and bad input.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]
#![expect(clippy::float_cmp, reason = "where bits must agree, floats are compared as they are")]

mod auto_traits;
mod bootstrap;
mod correlation_limit;
mod errors;
mod estimators;
mod investable;
mod no_trade_band;
mod panels;
mod properties;
mod random;
mod refusals;
mod risk_forms;
#[cfg(feature = "serde")]
mod risk_golden;
mod risk_measures;
mod risk_properties;
#[cfg(feature = "serde")]
mod risk_serde;
#[cfg(feature = "serde")]
mod serde;
mod threads;
mod vocabulary;

#[cfg(feature = "linalg")]
mod closed_forms;
#[cfg(feature = "linalg")]
mod decompositions;
#[cfg(feature = "linalg")]
mod factor_covariance;
#[cfg(feature = "linalg")]
mod golden;
#[cfg(feature = "linalg")]
mod refused_matrices;
