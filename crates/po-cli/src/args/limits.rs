//! What a portfolio must satisfy.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde::Deserialize;

use super::part::{file, files, part};
use super::text::{one_or_many, scalar};
use crate::constraints::{beside_if_file, cost_beside};

/// Constraints, and the portfolios that they refer to.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct LimitArgs {
    /// Bounds on weights: MIN:MAX for all assets, NAME=MIN:MAX for one, or a CSV file with the columns asset,min,max; may be repeated
    #[arg(help_heading = "Constraints", short, long, value_name = "SPEC", allow_hyphen_values = true)]
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) bounds: Option<Vec<String>>,
    /// CSV file that says which groups assets are in: asset, sector, and any further columns
    #[arg(help_heading = "Constraints", short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) groups: Option<PathBuf>,
    /// Bounds on the total weight of a group: GROUP=MIN:MAX, or COLUMN:GROUP=MIN:MAX; may be repeated
    #[arg(help_heading = "Constraints", long, value_name = "SPEC")]
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) group_bounds: Option<Vec<String>>,
    /// A constraint in words, such as 'Technology <= 30%', 'each sector <= 20%', 'AAPL >= 2 * MSFT' or 'turnover <= 10%'; may be repeated
    #[arg(help_heading = "Constraints", long, value_name = "TEXT", allow_hyphen_values = true)]
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) constraint: Option<Vec<String>>,
    /// File of constraints: a CSV table, TOML, or plain text with one constraint per line; may be repeated
    #[arg(help_heading = "Constraints", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) constraints: Option<Vec<PathBuf>>,
    /// CSV file of the portfolio held now, asset,weight: for trades, turnover and costs
    #[arg(help_heading = "Constraints", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) current: Option<PathBuf>,
    /// What trading costs, in basis points of the amount traded: one number, or a CSV file asset,bps
    #[arg(help_heading = "Constraints", long, value_name = "BPS")]
    #[serde(deserialize_with = "scalar")]
    pub(crate) costs_bps: Option<String>,
    /// Years in which a trade has to earn its cost [default: 1]
    #[arg(help_heading = "Constraints", long, value_name = "YEARS")]
    pub(crate) cost_horizon: Option<f64>,
    /// CSV file of the portfolio to stay near to, asset,weight: for the tracking error, which is annual
    #[arg(help_heading = "Constraints", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) benchmark: Option<PathBuf>,
}

part!(LimitArgs {
    bounds, groups, group_bounds, constraint, constraints, current, costs_bps, cost_horizon, benchmark,
} paths {
    bounds: beside_if_file, groups: file, constraints: files, current: file, costs_bps: cost_beside, benchmark: file,
});
