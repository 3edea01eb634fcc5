//! Streaming estimators.

mod adaptive;
mod alarm;
mod auto_traits;
mod chosen;
mod errors;
mod ewma;
mod factor;
mod golden;
mod market;
#[cfg(feature = "serde")]
mod snapshot;
