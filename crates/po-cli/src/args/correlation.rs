//! What `po correlation` can be told.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde::Deserialize;

use super::part::{file, part, settings};
use super::text::{by_name, names};
use super::{DataArgs, EvaluateArgs, Output};

const HELP: &str = "\
Examples:
  po correlation prices.csv
  po correlation prices.csv --covariance ledoit-wolf --window 250 --plot correlation.svg
  po correlation prices.csv --at 2020-03-20 --covariance ewma --half-life 30
  po correlation prices.csv --pairs AAPL:MSFT,AAPL:XOM --plot pairs.html
  po correlation prices.csv --pairs AAPL:MSFT --covariance dcc --output csv
  po correlation prices.csv --evaluate
  po correlation prices.csv --evaluate --entrants ledoit-wolf,ewma=30,dcc --in-sample 500

Without --pairs: the matrix, in the order of the hierarchical tree, so that assets which move
together stand together.
With --pairs: one row per date, each from what was known at the end of that date. --covariance is
then ewma (the default, about a mean of zero) or dcc (fitted once, to all observations used).
With --evaluate: estimators forecast each observation from those before it, and are scored by what
came. Each is fitted to all observations so far, or with --window N to the last N of them.

Exit status: 0 when correlations were found, 2 when the input or a flag is at fault,
1 when the result cannot be written.";

/// What `po correlation` can be told; a configuration file has the same names as keys, and may be that of `po allocate`.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(after_help = HELP)]
pub(crate) struct CorrelationArgs {
    /// TOML file with the same names as keys; a flag on the command line beats the file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) evaluate: EvaluateArgs,
    #[command(flatten)]
    pub(crate) report: ShownArgs,
}

settings!(CorrelationArgs { data, evaluate, report });

/// Which correlations are shown, and how.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct ShownArgs {
    /// Use observations up to this date only, as 2024-01-31
    #[arg(long, value_name = "DATE")]
    pub(crate) at: Option<String>,
    /// Show these pairs over time instead of the matrix, as A:B
    #[arg(short, long, value_name = "PAIRS", value_delimiter = ',')]
    #[serde(deserialize_with = "names")]
    pub(crate) pairs: Option<Vec<String>>,
    /// How the result is written [default: table]
    #[arg(help_heading = "Output", short, long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) output: Option<Output>,
    /// Draw the correlations into a file as well: .svg for the picture, .html for a page with picture and tables
    #[arg(help_heading = "Output", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) plot: Option<PathBuf>,
}

part!(ShownArgs { at, pairs, output, plot } paths { plot: file });
