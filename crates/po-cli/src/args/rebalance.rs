//! What a rebalance keeps of the portfolio before.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum, ValueHint};
use po_engine::BandWidth;
use serde::Deserialize;

use super::part::{file, part};
use super::text::{by_name, from_text};

/// Settings of a rebalance.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct RebalanceArgs {
    /// Trade only the assets of --current that lie further from their targets: a fraction of capital such as 0.02, or relative=0.2 for a fraction of each target
    #[arg(help_heading = "Rebalance", long, value_name = "WIDTH", allow_hyphen_values = true)]
    #[serde(deserialize_with = "from_text")]
    pub(crate) no_trade_band: Option<Band>,
    /// How far what lies outside the band is traded [default: edge]
    #[arg(help_heading = "Rebalance", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) rebalance: Option<RebalanceName>,
    /// Keep the order of the leaves as near as the tree allows to that of an earlier run, from its --output json: for hrp and schur
    #[arg(help_heading = "Rebalance", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) order_before: Option<PathBuf>,
}

part!(RebalanceArgs { no_trade_band, rebalance, order_before } paths { order_before: file });

/// The width of a band, as it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Band(pub(crate) BandWidth);

impl FromStr for Band {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once('=').unwrap_or(("absolute", text));
        let width = match number.parse() {
            Ok(width) if (0.0..f64::INFINITY).contains(&width) => width,
            _ => {
                return Err(format!(
                    "the width is {number:?}, expected a number of zero or more such as 0.02"
                ));
            }
        };
        match name {
            "absolute" => Ok(Self(BandWidth::Absolute(width))),
            "relative" => Ok(Self(BandWidth::Relative(width))),
            _ => Err(format!("{name:?} is unknown, expected absolute or relative")),
        }
    }
}

/// How far what lies outside a band is traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RebalanceName {
    /// To the edge of its band
    Edge,
    /// To its target
    Target,
    /// All to their targets, as soon as one lies outside
    Whole,
}

impl From<RebalanceName> for po_engine::Rebalance {
    fn from(name: RebalanceName) -> Self {
        match name {
            RebalanceName::Edge => Self::Edge,
            RebalanceName::Target => Self::Target,
            RebalanceName::Whole => Self::Whole,
        }
    }
}
