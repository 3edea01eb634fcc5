//! `VaR` and expected-shortfall back-tests, and comparisons of forecasts.

mod acerbi_szekely;
mod chi_square_test;
mod christoffersen;
mod conditional_calibration;
mod confidence_set;
mod cumulative_violations;
mod diebold_mariano;
mod durations;
mod dynamic_quantile;
mod exceedance_residuals;
mod first_failure;
mod forecasts;
mod kupiec;
mod law;
mod monte_carlo;
mod projection;
mod report;
mod score;
mod shortfall_null;
mod traffic_light;
mod violations;
mod walk_forward;

pub use acerbi_szekely::{
    AcerbiSzekely, AcerbiSzekelyParams, ShortfallTest, Z2_RED, Z2_YELLOW, acerbi_szekely,
};
pub use chi_square_test::ChiSquareTest;
pub use christoffersen::{Christoffersen, christoffersen};
pub use conditional_calibration::{ConditionalCalibration, conditional_calibration};
pub use confidence_set::{ModelConfidenceSet, ModelConfidenceSetParams, SetStatistic, model_confidence_set};
pub use cumulative_violations::{CumulativeViolations, cumulative_violations};
pub use diebold_mariano::{DieboldMariano, DieboldMarianoParams, LagRule, diebold_mariano};
pub use durations::{Durations, durations};
pub use dynamic_quantile::{DynamicQuantileParams, VarRegressor, dynamic_quantile};
pub use exceedance_residuals::{ExceedanceResiduals, LossScale, exceedance_residuals};
pub use first_failure::{FirstFailure, MixedKupiec, first_failure, mixed_kupiec};
pub use forecasts::Forecasts;
pub use kupiec::{Kupiec, kupiec, kupiec_region};
pub use monte_carlo::MonteCarlo;
pub use report::{Backtest, BacktestParams, Line, Tested, Verdict, backtest};
pub use score::{Score, scores, scores_into};
pub use shortfall_null::ShortfallNull;
pub use traffic_light::{TrafficLight, Zone, traffic_light};
pub use violations::{Transitions, Violations};
pub use walk_forward::{Failure, ForecastPath, WalkForward, Window, walk_forward};
