//! How estimators of the covariance are compared.

use clap::Args;
use serde::Deserialize;

use super::part::part;
use super::text::names;

/// Whether estimators are compared, which ones, and how.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct EvaluateArgs {
    /// Compare estimators by their forecasts of what came next, and say which one to use
    #[arg(help_heading = "Evaluation", short, long, num_args = 0..=1, default_missing_value = "true", require_equals = true, hide_possible_values = true, value_name = "BOOL")]
    pub(crate) evaluate: Option<bool>,
    /// The estimators to compare, as --model names them; ewma=30 is one with a half-life [default: those that suit the data]
    #[arg(help_heading = "Evaluation", long, value_name = "NAMES", value_delimiter = ',')]
    #[serde(deserialize_with = "names")]
    pub(crate) entrants: Option<Vec<String>>,
    /// How many observations come before the first forecast [default: 250]
    #[arg(help_heading = "Evaluation", long, value_name = "N")]
    pub(crate) in_sample: Option<usize>,
    /// After how many observations estimators are fitted again [default: 21]
    #[arg(help_heading = "Evaluation", long, value_name = "N")]
    pub(crate) every: Option<usize>,
    /// The probability with which the set of those that may be the best holds the best [default: 0.9]
    #[arg(help_heading = "Evaluation", long, value_name = "LEVEL")]
    pub(crate) confidence_set: Option<f64>,
    /// Seed of the resamples that tell this set [default: 1]
    #[arg(help_heading = "Evaluation", long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}

part!(EvaluateArgs { evaluate, entrants, in_sample, every, confidence_set, seed });
