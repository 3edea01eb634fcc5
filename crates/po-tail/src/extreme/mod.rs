//! Extreme-value distributions and their fits.

mod block_maxima;
mod gamma;
mod generalised_extreme_value;
mod generalised_pareto;
mod gev_fit;
mod gev_likelihood;
mod gev_moments;
mod gpd_fit;
mod gpd_method;
mod gpd_note;
mod interval;
mod likelihood;
mod maximum;
mod peaks_over_threshold;
mod penalty;
mod probability_weighted;
mod profile;
mod quasi_bayesian;
mod risk_curve;
mod sample;
mod sums;
mod support;
mod symmetric;

pub use block_maxima::block_maxima;
pub use generalised_extreme_value::GeneralisedExtremeValue;
pub use generalised_pareto::GeneralisedPareto;
pub use gev_fit::{GevFit, GevMethod, GevScratch};
pub use gpd_fit::{GpdFit, GpdScratch};
pub use gpd_method::GpdMethod;
pub use gpd_note::GpdNote;
pub use interval::ProfileInterval;
pub use peaks_over_threshold::PeaksOverThreshold;
