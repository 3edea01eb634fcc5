//! What is read, and how.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde::Deserialize;

use super::part::{file_or_stream, part};
use super::text::{by_name, from_text, names};
use super::values::SemidefiniteName;
use super::{CovarianceKind, Missing};
use crate::data::Format;

/// What to read, how to read it, and what to estimate from it.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct DataArgs {
    /// CSV (plain or gzip) or Parquet file of prices; - reads standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) prices: Option<PathBuf>,
    /// What to do about missing values: complete-rows, complete-assets, drop-sparse=SHARE, carry-forward=ROWS or refuse [default: complete-rows]
    #[arg(help_heading = "Data", long, value_name = "POLICY")]
    #[serde(deserialize_with = "from_text")]
    pub(crate) missing: Option<Missing>,
    /// How the covariance is estimated [default: sample]
    #[arg(help_heading = "Data", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) covariance: Option<CovarianceKind>,
    /// After how many periods an observation counts half, for --covariance ewma [default: 11.2, a decay of 0.94]
    #[arg(help_heading = "Data", long, value_name = "PERIODS")]
    pub(crate) half_life: Option<f64>,
    /// What to do about a covariance that is not positive semidefinite [default: refuse]
    #[arg(help_heading = "Data", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) semidefinite: Option<SemidefiniteName>,
    /// The file holds returns (0.01 is one per cent), not prices
    #[arg(help_heading = "Data", long, num_args = 0..=1, default_missing_value = "true", require_equals = true, hide_possible_values = true, value_name = "BOOL")]
    pub(crate) returns: Option<bool>,
    /// Use the last N complete observations only
    #[arg(help_heading = "Data", short, long, value_name = "N")]
    pub(crate) window: Option<usize>,
    /// Use these assets only, in this order
    #[arg(help_heading = "Data", short, long, value_name = "NAMES", value_delimiter = ',')]
    #[serde(deserialize_with = "names")]
    pub(crate) assets: Option<Vec<String>>,
    /// Periods per year, for annual figures [default: told from the dates]
    #[arg(help_heading = "Data", long, value_name = "X")]
    pub(crate) periods_per_year: Option<f64>,
    /// How the file is laid out [default: auto]
    #[arg(help_heading = "File", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) format: Option<Format>,
    /// Name of the column of dates
    #[arg(help_heading = "File", long, value_name = "NAME")]
    pub(crate) date_column: Option<String>,
    /// Name of the column of symbols, in a file with one row per date and asset
    #[arg(help_heading = "File", long, value_name = "NAME")]
    pub(crate) symbol_column: Option<String>,
    /// Name of the column of prices, in a file with one row per date and asset
    #[arg(help_heading = "File", long, value_name = "NAME")]
    pub(crate) price_column: Option<String>,
    /// Sort rows by date instead of refusing a file that is not in order
    #[arg(help_heading = "File", long, num_args = 0..=1, default_missing_value = "true", require_equals = true, hide_possible_values = true, value_name = "BOOL")]
    pub(crate) sort_dates: Option<bool>,
}

part!(DataArgs {
    prices, missing, covariance, half_life, semidefinite, returns, window, assets, periods_per_year, format, date_column,
    symbol_column, price_column, sort_dates,
} paths { prices: file_or_stream });
