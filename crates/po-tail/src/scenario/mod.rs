//! Scenarios of returns, drawn from models.

mod copula;
mod filtered;
mod golden;
mod kendall;
mod law;
mod margin;
mod random;
mod resampled;
mod sampling;
mod scenarios;
mod smoothed;

pub use copula::{Copula, CopulaFamily, CopulaParams};
pub use filtered::{FilteredInput, FilteredParams, VarianceDynamics, filtered};
pub use margin::MarginModel;
pub use resampled::{ResampledParams, resampled};
pub use sampling::Sampling;
pub use scenarios::Scenarios;
pub(crate) use scenarios::tail_in_order;
pub use smoothed::{Bandwidth, SmoothedParams, smoothed};
