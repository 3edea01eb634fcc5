//! What `po frontier` can be told.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde::Deserialize;

use super::part::{file, part, settings};
use super::text::by_name;
use super::{DataArgs, LimitArgs, OutlookArgs, Output};

const HELP: &str = "\
Examples:
  po frontier prices.csv
  po frontier prices.csv --plot frontier.svg
  po frontier prices.csv --groups sectors.csv --constraint 'each sector <= 20%' --plot frontier.html
  po frontier prices.csv --points 50 --risk-free 0.02 --output csv

Expected returns are the means of the returns in the file, unless --means, --market or --view says otherwise.
All figures are annual.

Exit status: as po allocate has it; 3 when no portfolio satisfies the constraints.";

/// What `po frontier` can be told; a configuration file has the same names as keys, and may be that of `po allocate`.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(after_help = HELP)]
pub(crate) struct FrontierArgs {
    /// TOML file with the same names as keys; a flag on the command line beats the file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    #[command(flatten)]
    pub(crate) outlook: OutlookArgs,
    #[command(flatten)]
    pub(crate) report: CurveArgs,
}

settings!(FrontierArgs { data, limits, outlook, report });

/// How the frontier is written.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct CurveArgs {
    /// How many portfolios to show, from the least risk to the greatest return [default: 20]
    #[arg(help_heading = "Output", long, value_name = "N")]
    pub(crate) points: Option<usize>,
    /// How the result is written [default: table]
    #[arg(help_heading = "Output", short, long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) output: Option<Output>,
    /// Draw the frontier into a file as well: .svg for the picture, .html for a page with picture and table
    #[arg(help_heading = "Output", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) plot: Option<PathBuf>,
}

part!(CurveArgs { points, output, plot } paths { plot: file });
