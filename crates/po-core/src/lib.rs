#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bootstrap;
mod bounds;
mod budget;
mod codependence;
mod confidence;
mod correlation;
mod correlation_limit;
mod covariance;
mod error;
#[cfg(feature = "linalg")]
mod factor_covariance;
mod investable;
#[cfg(feature = "linalg")]
#[cfg_attr(docsrs, doc(cfg(feature = "linalg")))]
pub mod linalg;
mod matrix;
mod moments;
mod naive;
mod no_trade_band;
pub mod normal;
mod panel;
mod policy;
mod returns;
mod risk;
pub mod simd;
mod solution;
pub mod threads;
mod traits;
mod universe;
mod weights;

pub use bootstrap::{Bootstrap, BootstrapParams, Resampling};
pub use bounds::{Bounds, GroupBound};
pub use budget::Budget;
pub use codependence::{Codependence, CodependenceError, CodependenceMeasure, DistanceForm, DistanceMatrix};
pub use confidence::Confidence;
pub use correlation::Correlation;
pub use correlation_limit::{
    CorrelationLimit, CorrelationLimitParams, CorrelationLimitScratch, CorrelationSelection, CorrelationSense,
};
pub use covariance::Covariance;
pub use error::InputError;
#[cfg(feature = "linalg")]
#[cfg_attr(docsrs, doc(cfg(feature = "linalg")))]
pub use factor_covariance::FactorCovariance;
pub use investable::Investable;
pub use moments::Moments;
pub use naive::{EqualWeight, InverseVariance, InverseVolatility};
pub use no_trade_band::{BandWidth, NoTradeBand, NoTradeBandParams, NoTradeDecision, Rebalance};
pub use panel::{Listing, Panel};
pub use policy::{MissingPolicy, Resolved};
pub use returns::Returns;
pub use risk::{Compounding, Quantile, Risk, RiskError, RiskMeasure, RiskScratch};
pub use solution::{Certificate, Solution, Status};
pub use traits::{Allocator, CovarianceEstimator, StreamingEstimator};
pub use universe::{Grouping, Universe, nearest_name};
pub use weights::Weights;

pub use nalgebra;
