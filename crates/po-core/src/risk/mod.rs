//! The risk of a series of returns: one trait, and the measures of the field that implement it.

mod drawdown;
mod entropic;
mod error;
mod evaluate;
mod kernel;
mod kind;
mod measure;
mod moments;
mod name;
mod order;
mod quantile;
mod relativistic;
mod scratch;
mod tail;

pub use drawdown::Compounding;
pub use error::RiskError;
pub use kind::Risk;
pub use measure::RiskMeasure;
pub use quantile::Quantile;
pub use scratch::RiskScratch;
