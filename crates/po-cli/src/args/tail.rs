//! What `po tail` and `po tail backtest` can be told.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Arg, Args, Subcommand, ValueHint};
use po_engine::tail::{Threshold, ThresholdParams};
use serde::{Deserialize, Deserializer};

use super::part::{file, part, settings};
use super::text::{by_name, from_text, names};
use super::{CovarianceKind, DataArgs, Output};
use crate::args::values::SemidefiniteName;
use crate::tail::Model;

const HELP: &str = "\
Examples:
  po tail prices.csv
  po tail prices.csv --weights weights.csv --level 0.975
  po tail prices.csv --model evt --plot tail.html
  po tail prices.csv --model filtered-historical --output json
  po tail backtest prices.csv

Models: historical, age-weighted, normal, student-t, cornish-fisher and evt (a generalised Pareto
tail beyond a threshold) are of the returns as they come. With ewma-, garch- or gjr- in front they
are of returns divided by a volatility that follows the market, times that of the next period:
gjr-evt (also called filtered-evt), gjr-historical (filtered-historical), ewma-normal and so on.

The portfolio is brought back to its weights each period. Risks are losses of one period, as
fractions of its value; nothing is annual.

Exit status: 0 when the risk was estimated, 2 when the input or a flag is at fault,
1 when the result cannot be written.";

const BACKTEST_HELP: &str = "\
Examples:
  po tail backtest prices.csv
  po tail backtest prices.csv --weights weights.csv --model evt,gjr-evt --plot backtest.html
  po tail backtest prices.csv --each --output csv
  po tail backtest returns.csv --returns --window 500 --every 5

Each observation after the first window is forecast from those before it, by each model, and
the forecasts are tested: are there as many violations as the level says, do they come alone, and
is the mean loss beyond the value at risk the one foretold? * marks a rejection at 5 %.

Exit status: as po tail has it.";

/// `po tail` itself, or one of the commands below it.
#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true, after_help = HELP)]
pub(crate) struct TailCommand {
    #[command(subcommand)]
    pub(crate) below: Option<TailBelow>,
    #[command(flatten)]
    pub(crate) args: TailArgs,
}

/// The commands below `po tail`.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum TailBelow {
    /// Test models by their forecasts of history: how often losses were beyond the value at risk
    Backtest(Box<TailBacktestArgs>),
}

/// What `po tail` can be told; a configuration file has the same names as keys, and may be that of `po allocate`.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(mut_args(unused))]
pub(crate) struct TailArgs {
    /// TOML file with the same names as keys; a flag on the command line beats the file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) held: HeldArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) report: TailReportArgs,
}

settings!(TailArgs { data, held, model, report });

/// What `po tail backtest` can be told; a configuration file has the same names as keys, and may be that of `po tail`.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(after_help = BACKTEST_HELP)]
#[command(mut_args(unused), mut_arg("window", window))]
pub(crate) struct TailBacktestArgs {
    /// TOML file with the same names as keys; a flag on the command line beats the file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) held: HeldArgs,
    #[command(flatten)]
    pub(crate) race: BacktestArgs,
    #[command(flatten)]
    pub(crate) report: TailReportArgs,
}

settings!(TailBacktestArgs { data, held, race, report });

/// Flags of other commands that have no meaning here: they are not shown, and refused where they are given.
fn unused(arg: Arg) -> Arg {
    match arg.get_id().as_str() {
        "covariance" => arg.hide(true).value_parser(refused::<CovarianceKind>),
        "semidefinite" => arg.hide(true).value_parser(refused::<SemidefiniteName>),
        "half_life" | "periods_per_year" => arg.hide(true).value_parser(refused::<f64>),
        _ => arg,
    }
}

fn refused<T>(_: &str) -> Result<T, String> {
    Err("it has no meaning for tails, which have neither a covariance nor annual figures".to_owned())
}

/// `--window`, which here is that of each fit.
fn window(arg: Arg) -> Arg {
    arg.help("Fit models to the last N observations before each forecast [default: 1000]").help_heading(None)
}

/// The portfolio whose risk it is.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct HeldArgs {
    /// The portfolio: a CSV file with the columns asset and weight [default: the same weight in each asset]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) weights: Option<PathBuf>,
    /// The probability with which a loss stays within the value at risk [default: 0.99]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) level: Option<f64>,
    /// Where the tail of evt begins: a quantile of the losses such as 0.9, how many lie beyond it such as 100, or auto for the lowest that fits [default: 0.9]
    #[arg(long, value_name = "WHERE")]
    #[serde(deserialize_with = "from_text")]
    pub(crate) threshold: Option<Beyond>,
}

part!(HeldArgs { weights, level, threshold } paths { weights: file });

/// Where a tail begins, as it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Beyond(pub(crate) Threshold);

impl FromStr for Beyond {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "auto" {
            return Ok(Self(Threshold::Automatic(ThresholdParams::default())));
        }
        match (text.parse::<usize>(), text.parse::<f64>()) {
            (Ok(count), _) if count > 0 => Ok(Self(Threshold::Exceedances(count))),
            (_, Ok(quantile)) if quantile > 0.0 && quantile < 1.0 => Ok(Self(Threshold::Quantile(quantile))),
            _ => Err(format!(
                "it is {text:?}, expected a quantile such as 0.9, a number of losses such as 100, or auto"
            )),
        }
    }
}

/// What the risk is estimated by.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct ModelArgs {
    /// How the tail is estimated: see below [default: gjr-evt]
    #[arg(short, long, value_name = "MODEL")]
    #[serde(deserialize_with = "from_text")]
    pub(crate) model: Option<Model>,
}

part!(ModelArgs { model });

/// Which models are tested, and how.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct BacktestArgs {
    /// The models to test, as po tail names them [default: eleven of them]
    #[arg(short, long, value_name = "MODELS", value_delimiter = ',')]
    #[serde(deserialize_with = "models")]
    pub(crate) model: Option<Vec<Model>>,
    /// After how many observations models are fitted again [default: 20]
    #[arg(long, value_name = "N")]
    pub(crate) every: Option<usize>,
    /// Test each asset by itself, and tell for how many a model is not rejected
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, hide_possible_values = true, value_name = "BOOL")]
    pub(crate) each: Option<bool>,
}

part!(BacktestArgs { model, every, each });

/// A list of models, or one text in which commas part them.
fn models<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Model>>, D::Error> {
    let texts = names(deserializer)?.unwrap_or_default();
    let model = |text: &String| {
        text.trim().parse().map_err(|error| serde::de::Error::custom(format!("in {text:?}, {error}")))
    };
    texts.iter().map(model).collect::<Result<_, _>>().map(Some)
}

/// How the result is written.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct TailReportArgs {
    /// How the result is written [default: table]
    #[arg(help_heading = "Output", short, long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) output: Option<Output>,
    /// Draw the result into a file as well: .svg for the picture, .html for a page with picture and tables
    #[arg(help_heading = "Output", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) plot: Option<PathBuf>,
}

part!(TailReportArgs { output, plot } paths { plot: file });
