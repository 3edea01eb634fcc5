//! What each factor earned.

mod attribute;
mod attribution;
mod family;
mod input;
mod least_squares;
mod long_run;
mod over_time;
mod regress;
mod regression;
mod scratch;
mod standard_errors;
mod wealth;

pub(crate) use attribute::{check_total, windows};
pub use attribute::{factor_attribution, factor_attribution_into, rolling_factor_attribution};
pub use attribution::{FactorAttribution, FactorParams, Totals};
pub use family::Family;
pub(crate) use family::check_families;
pub use input::FactorInput;
pub(crate) use input::{check_assets, check_series};
pub use over_time::OverTime;
pub use regress::{RegressionScratch, factor_regression, factor_regression_into, rolling_factor_regression};
pub use regression::{Estimate, FactorMeans, FactorRegression, RegressionErrors, RegressionParams};
pub use scratch::FactorScratch;
pub use standard_errors::{EstimationError, FactorStandardErrors, factor_standard_errors};
