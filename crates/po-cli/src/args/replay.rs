//! How the history of `po run --replay` is read.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::data::Format;

/// What a history is read by, and what its report is grouped and made annual by.
#[derive(Args, Clone, Debug, Default, PartialEq)]
pub(crate) struct ReplayArgs {
    /// CSV file whose first column holds assets and whose further columns hold groups, for profits by group
    #[arg(help_heading = "Replay", long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "replay")]
    pub(crate) groups: Option<PathBuf>,
    /// Periods per year, for annual figures [default: told from the dates]
    #[arg(help_heading = "Replay", long, value_name = "X", requires = "replay")]
    pub(crate) periods_per_year: Option<f64>,
    /// How the file of --replay is laid out [default: auto]
    #[arg(help_heading = "Replay", long, value_enum, requires = "replay")]
    pub(crate) layout: Option<Format>,
    /// Name of its column of dates
    #[arg(help_heading = "Replay", long, value_name = "NAME", requires = "replay")]
    pub(crate) date_column: Option<String>,
    /// Name of its column of symbols, with one row per date and asset
    #[arg(help_heading = "Replay", long, value_name = "NAME", requires = "replay")]
    pub(crate) symbol_column: Option<String>,
    /// Name of its column of prices, with one row per date and asset
    #[arg(help_heading = "Replay", long, value_name = "NAME", requires = "replay")]
    pub(crate) price_column: Option<String>,
    /// Sort its rows by date instead of refusing a file that is not in order
    #[arg(help_heading = "Replay", long, requires = "replay")]
    pub(crate) sort_dates: bool,
}
