//! What each asset contributes to the tail risk of a portfolio.

mod contribute;
mod contributions;
mod model;
mod scratch;
mod tail;

pub use contributions::TailContributions;
pub use model::{ContributionMeasure, ContributionModel};
pub use scratch::ContributionScratch;
