//! Where the tail begins, how heavy it is, and how extremes cluster.

mod automatic;
mod choice;
mod declustered;
mod extremal_dependence;
mod extremal_index;
mod goodness;
mod hill_choice;
mod limit;
mod mean_excess;
mod normal;
mod params;
mod quantile_plot;
mod rule;
mod sample;
mod stability;
mod tail_dependence;
mod tail_index;
mod weissman;

pub use choice::{ThresholdChoice, ThresholdStep, ThresholdVerdict};
pub use declustered::{Cluster, Declustered};
pub use extremal_dependence::{ExtremalDependence, Tail, extremal_dependence};
pub use extremal_index::{ExtremalIndex, ExtremalIndexEstimator};
pub use hill_choice::{HillChoice, HillChoiceParams, choose_hill};
pub use mean_excess::{MeanExcess, mean_excess};
pub use params::{GoodnessStatistic, StopRule, ThresholdParams};
pub use quantile_plot::{QuantilePoint, quantile_plot};
pub use rule::{Threshold, ThresholdScratch};
pub use stability::{ParameterStability, parameter_stability};
pub use tail_dependence::{TailDependence, TailDependenceScratch, t_tail_dependence};
pub use tail_index::{TailIndex, TailIndexEstimator};
pub use weissman::WeissmanTail;
