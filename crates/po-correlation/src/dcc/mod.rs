//! Dynamic conditional correlation.

mod advance;
mod diagonal;
mod estimator;
mod filter;
mod fit;
mod forecast;
mod gaps;
mod likelihood;
mod pairs;
mod parameters;
mod params;
mod recursion;
#[cfg(feature = "serde")]
mod snapshot;
mod target;
mod triangle;
mod whole;

pub use estimator::Dcc;
pub use filter::DccFilter;
pub use fit::DccFit;
pub use parameters::{DccCoefficient, DccParameters};
pub use params::{DccFilterParams, DccForecast, DccLikelihood, DccModel, DccParams, DccTarget, Margin};
