//! How the weights of a hierarchical method are tested.

use clap::Args;
use serde::Deserialize;

use super::part::part;

/// Whether weights and clusters are found again in resamples, and how.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct StabilityArgs {
    /// Tell how far weights and clusters are to be trusted, from so many resamples of the observations: for hrp, herc, nco and schur [default where no number is given: 1000]
    #[arg(help_heading = "Stability", long, num_args = 0..=1, default_missing_value = "1000", require_equals = true, value_name = "RESAMPLES", value_parser = resamples)]
    pub(crate) stability: Option<usize>,
    /// Seed of the resamples [default: 1]
    #[arg(help_heading = "Stability", long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}

/// A number of resamples, or what is expected of one.
fn resamples(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "expected a whole number of resamples, such as 300".to_owned())
}

part!(StabilityArgs { stability, seed });
