//! The settings of a race.

use super::confidence_set::ModelConfidenceSetParams;
use super::long_run::Bandwidth;

/// Settings of a [`Race`](super::Race).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `in_sample` | 250 | 1 or more | the bars that come before the first forecast |
/// | `bandwidth` | `Automatic` | [`Bandwidth`] | lags of the long-run variances in the tests |
/// | `confidence_set` | level 0.1 | [`ModelConfidenceSetParams`] | the set of those that may be the best |
/// | `threads` | none | 1 or more | how many entrants run at once; none for as many as there are processors |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct RaceParams {
    /// The bars that come before the first forecast.
    pub in_sample: usize,
    /// Lags of the long-run variances in the tests.
    pub bandwidth: Bandwidth,
    /// The set of those that may be the best.
    pub confidence_set: ModelConfidenceSetParams,
    /// How many entrants run at once; none for as many as there are processors.
    pub threads: Option<usize>,
}

impl Default for RaceParams {
    fn default() -> Self {
        let confidence_set = ModelConfidenceSetParams::default();
        Self { in_sample: 250, bandwidth: Bandwidth::Automatic, confidence_set, threads: None }
    }
}
