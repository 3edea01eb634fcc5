//! What `po correlation` can be told.

use std::path::{Path, PathBuf};

use clap::{Arg, Args, ValueHint};
use serde::Deserialize;

use super::part::{Part, Settings, file, part};
use super::text::{by_name, one_or_many};
use super::{CovarianceKind, DataArgs, EvaluateArgs, Output};

const HELP: &str = "\
Examples:
  po correlation prices.csv
  po correlation prices.csv --model ledoit-wolf --window 250 --plot correlation.svg
  po correlation prices.csv --at 2020-03-20 --model ewma --half-life 30
  po correlation prices.csv --pairs AAPL,MSFT
  po correlation prices.csv --pairs AAPL,MSFT,XOM --plot pairs.html
  po correlation prices.csv --pairs AAPL:MSFT,AAPL:XOM --model dcc --output csv
  po correlation prices.csv --evaluate
  po correlation prices.csv --evaluate --entrants ledoit-wolf,ewma=30,dcc --in-sample 500

Without --pairs: the matrix, in the order of the hierarchical tree, so that assets which move
together stand together.
With --pairs: one row per date, each from what was known at the end of that date. --model is then
ewma (the default) or adaptive-ewma, about a mean of zero, or dcc or dcc-nonlinear, fitted once, to
all observations used.
--covariance is another name of --model, and the one that other commands have.
With --evaluate: models forecast each observation from those before it, and are scored by what
came. Each is fitted to all observations so far, or with --window N to the last N of them.

Exit status: 0 when correlations were found, 2 when the input or a flag is at fault,
1 when the result cannot be written.";

/// What `po correlation` can be told; a configuration file has the same names as keys, and may be that of `po allocate`.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(after_help = HELP)]
#[command(mut_arg("covariance", model), mut_arg("half_life", half_life))]
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

/// `--covariance`, by the name that it has here.
fn model(arg: Arg) -> Arg {
    let help = "How the correlation is estimated [default: sample; with --pairs: ewma]";
    arg.long("model").visible_alias("covariance").value_name("MODEL").help(help).help_heading(None)
}

/// `--half-life`, beside `--model`.
fn half_life(arg: Arg) -> Arg {
    let help = "After how many periods an observation counts half, for --model ewma [default: 11.2, a decay of 0.94]";
    arg.help(help).help_heading(None)
}

/// The key that a configuration file has for `--model`; it beats `covariance`, which is there for other commands too.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Model {
    #[serde(deserialize_with = "by_name")]
    model: Option<CovarianceKind>,
}

impl Settings for CorrelationArgs {
    fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    fn read(text: &str) -> Result<Self, toml::de::Error> {
        let (mut data, Model { model }): (DataArgs, Model) = (toml::from_str(text)?, toml::from_str(text)?);
        data.covariance = model.or(data.covariance);
        let (evaluate, report) = (toml::from_str(text)?, toml::from_str(text)?);
        Ok(Self { config: None, data, evaluate, report })
    }

    fn over(self, lower: Self) -> Self {
        Self {
            config: self.config,
            data: self.data.over(lower.data),
            evaluate: self.evaluate.over(lower.evaluate),
            report: self.report.over(lower.report),
        }
    }

    fn beside(self, folder: &Path) -> Self {
        Self { data: self.data.beside(folder), report: self.report.beside(folder), ..self }
    }
}

/// Which correlations are shown, and how.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct ShownArgs {
    /// Use observations up to this date only: 2024-01-31, or 2024-01 for the end of that month; on a day without one, those before it
    #[arg(long, value_name = "DATE")]
    pub(crate) at: Option<String>,
    /// Show pairs over time instead of the matrix: A,B or A,B,C for all pairs among them, or A:B,C:D for these
    #[arg(short, long, value_name = "PAIRS")]
    #[serde(deserialize_with = "one_or_many")]
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
