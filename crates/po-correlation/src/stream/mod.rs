//! Estimators that take in one observation after the other.

mod adaptive;
mod alarm;
mod assets;
mod bank;
mod decay;
mod ewma;
mod factor;
mod input;
mod lags;
mod params;
mod regime;
mod regression;
#[cfg(feature = "serde")]
mod snapshot;
mod step;
mod triangle;

pub(crate) use input::check_selection;

pub use adaptive::{AdaptiveEwma, AdaptiveEwmaParams};
pub use alarm::{Breakdown, BreakdownAlarm, BreakdownAlarmParams};
pub use decay::Decay;
pub use ewma::Ewma;
pub use factor::{Exposures, FactorEwma, FactorEwmaParams};
pub use params::{CorrelationOf, EwmaParams};
