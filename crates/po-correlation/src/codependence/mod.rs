//! How much assets have to do with each other, beyond their covariance.

mod bins;
mod columns;
mod discordance;
mod distance_correlation;
mod estimator;
mod information;
mod joint;
mod lower_tail;
mod scratch;

pub use bins::Bins;
pub use distance_correlation::{DistanceCorrelation, DistanceCorrelationParams, DistanceStatistic};
pub use estimator::CodependenceEstimator;
pub use information::{InformationParams, InformationScale, MutualInformation, VariationOfInformation};
pub use lower_tail::{LowerTailDependence, LowerTailDependenceParams};
pub use scratch::CodependenceScratch;
