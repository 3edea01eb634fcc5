#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod backtest;
mod contribution;
mod error;
mod estimate;
mod extreme;
mod optimise;
mod overlay;
mod scenario;
mod stream;
mod stress;
mod threshold;

pub use backtest::{
    AcerbiSzekely, AcerbiSzekelyParams, Backtest, BacktestParams, ChiSquareTest, Christoffersen,
    ConditionalCalibration, CumulativeViolations, DieboldMariano, DieboldMarianoParams, Durations,
    DynamicQuantileParams, ExceedanceResiduals, Failure, FirstFailure, ForecastPath, Forecasts, Kupiec,
    LagRule, Line, LossScale, MixedKupiec, ModelConfidenceSet, ModelConfidenceSetParams, MonteCarlo, Score,
    SetStatistic, ShortfallNull, ShortfallTest, Tested, TrafficLight, Transitions, VarRegressor, Verdict,
    Violations, WalkForward, Window, Z2_RED, Z2_YELLOW, Zone, acerbi_szekely, backtest, christoffersen,
    conditional_calibration, cumulative_violations, diebold_mariano, durations, dynamic_quantile,
    exceedance_residuals, first_failure, kupiec, kupiec_region, mixed_kupiec, model_confidence_set, scores,
    scores_into, traffic_light, walk_forward,
};
pub use contribution::{ContributionMeasure, ContributionModel, ContributionScratch, TailContributions};
pub use error::Error;
pub use estimate::{
    EwmaFilter, Filtered, IntervalChoice, IntervalMethod, MeasureRow, ModelRow, ScenarioSheet, StudentTFit,
    TailInterval, TailIntervals, TailModel, TailRisk, TailScratch, TailSheet,
};
pub use extreme::{
    GeneralisedExtremeValue, GeneralisedPareto, GevFit, GevMethod, GevScratch, GpdFit, GpdMethod, GpdNote,
    GpdScratch, PeaksOverThreshold, ProfileInterval, block_maxima,
};
pub use optimise::{
    CvarFrontierParams, CvarInput, CvarObjective, CvarPortfolio, CvarProgram, CvarScratch, CvarSolution,
    CvarSpacing, GroundNorm, MeanCvar, MeanCvarParams, MeanCvarScratch, TailMeasure, Wasserstein,
    cvar_frontier,
};
pub use overlay::{
    OverlayCost, OverlayDecision, OverlayInput, TailOverlay, TailOverlayParams, TailOverlayScratch,
};
pub use scenario::{
    Bandwidth, Copula, CopulaFamily, CopulaParams, FilteredInput, FilteredParams, MarginModel,
    ResampledParams, Sampling, Scenarios, SmoothedParams, VarianceDynamics, filtered, resampled, smoothed,
};
pub use stream::{DecayedTail, FilteredTail, RollingTail};
pub use stress::{
    Coverage, Day, EntropyPooling, EntropyPoolingParams, Episode, PooledViews, PoolingView, Relation,
    Statistic, Stress, StressMode,
};
pub use threshold::{
    Cluster, Declustered, ExtremalDependence, ExtremalIndex, ExtremalIndexEstimator, GoodnessStatistic,
    HillChoice, HillChoiceParams, MeanExcess, ParameterStability, QuantilePoint, StopRule, Tail,
    TailDependence, TailDependenceScratch, TailIndex, TailIndexEstimator, Threshold, ThresholdChoice,
    ThresholdParams, ThresholdScratch, ThresholdStep, ThresholdVerdict, WeissmanTail, choose_hill,
    extremal_dependence, mean_excess, parameter_stability, quantile_plot, t_tail_dependence,
};
