//! What a method aims at.

use clap::{Args, ValueHint};
use serde::Deserialize;

use super::part::part;
use super::text::{by_name, from_text};
use super::{Fraction, Measure, Method};
use crate::budget::budget_beside;

/// The method, and the numbers of its objective.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct ObjectiveArgs {
    /// How the weights are found [default: hrp]
    #[arg(short, long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) method: Option<Method>,
    /// How much risk is disliked, G in return - G/2 * variance for mean-variance and robust, in return - G * risk per period for mean-cvar [default: 2.5]
    #[arg(help_heading = "Objective", long, value_name = "X")]
    pub(crate) risk_aversion: Option<f64>,
    /// Least expected annual return, such as 0.08: for min-risk
    #[arg(help_heading = "Objective", long, value_name = "X", allow_hyphen_values = true)]
    pub(crate) target_return: Option<f64>,
    /// Greatest annual volatility, such as 0.15: for max-return [default: none]
    #[arg(help_heading = "Objective", long, value_name = "X")]
    pub(crate) target_volatility: Option<f64>,
    /// Greatest conditional value at risk per period, or other --risk of a tail, such as 3%: for max-return [default: none]
    #[arg(help_heading = "Objective", long, value_name = "X", allow_hyphen_values = true)]
    #[serde(deserialize_with = "from_text")]
    pub(crate) cvar_limit: Option<Fraction>,
    /// Be safe against all distributions of returns at this distance from that observed (Wasserstein), such as 0.001: for conditional value at risk
    #[arg(help_heading = "Objective", long, value_name = "RADIUS", allow_hyphen_values = true)]
    pub(crate) robust: Option<f64>,
    /// By how many standard errors expected returns may be wrong: for robust [default: 1]
    #[arg(help_heading = "Objective", long, value_name = "X")]
    pub(crate) kappa: Option<f64>,
}

part!(ObjectiveArgs { method, risk_aversion, target_return, target_volatility, cvar_limit, robust, kappa });

/// The risk to share, and the shares.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct RiskArgs {
    /// Shares of risk of assets and groups, such as Technology=0.3,Energy=0.2, or a CSV file name,budget; what is left goes to the others, each asset alike
    #[arg(help_heading = "Risk", long, value_name = "SPEC", value_hint = ValueHint::FilePath)]
    pub(crate) budget: Option<String>,
    /// Which risk is shared [default: volatility], what hrp and herc weigh clusters by [default: variance], what min-cvar and mean-cvar optimise [default: cvar], or what max-return, min-risk and max-sharpe do [default: volatility]
    #[arg(help_heading = "Risk", long = "risk", visible_alias = "measure", value_enum)]
    #[serde(rename = "risk", deserialize_with = "by_name")]
    pub(crate) measure: Option<Measure>,
    /// Confidence of measures of a tail, such as cvar, and of --overlay [default: 0.95]
    #[arg(help_heading = "Risk", long, visible_alias = "level", value_name = "C")]
    pub(crate) confidence: Option<f64>,
}

part!(RiskArgs { budget, measure, confidence } paths { budget: budget_beside });
