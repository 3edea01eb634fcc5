//! What returns are expected.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde::Deserialize;

use super::part::{file, part};
use super::text::{one_or_many, one_or_many_numbers};

/// Expected returns: without any of these, the means of the returns in the file.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct OutlookArgs {
    /// CSV file of expected annual returns, asset,mean (0.08 is eight per cent) [default: sample means]
    #[arg(help_heading = "Expected returns", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) means: Option<PathBuf>,
    /// CSV file of market weights, asset,weight: expect the returns at which the market is the best portfolio
    #[arg(help_heading = "Expected returns", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) market: Option<PathBuf>,
    /// Risk aversion of the market: its excess return divided by its variance [default: 2.5]
    #[arg(help_heading = "Expected returns", long, value_name = "X")]
    pub(crate) market_risk_aversion: Option<f64>,
    /// A view on annual returns (Black, Litterman), such as 'AAPL - MSFT == 0.02' or 'Technology == 8%'; may be repeated
    #[arg(help_heading = "Expected returns", long, value_name = "TEXT", allow_hyphen_values = true)]
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) view: Option<Vec<String>>,
    /// Confidence in the views, from 0 (no say) to 1 (certain): one for all, or one for each in turn [default: 0.5]
    #[arg(help_heading = "Expected returns", long, value_name = "C", value_delimiter = ',')]
    #[serde(deserialize_with = "one_or_many_numbers")]
    pub(crate) view_confidence: Option<Vec<f64>>,
    /// Annual return without risk, such as 0.02 [default: 0]
    #[arg(help_heading = "Expected returns", long, value_name = "X", allow_hyphen_values = true)]
    pub(crate) risk_free: Option<f64>,
}

part!(OutlookArgs {
    means, market, market_risk_aversion, view, view_confidence, risk_free,
} paths { means: file, market: file });
