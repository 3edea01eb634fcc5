//! What `po allocate` can be told.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde::Deserialize;

use super::part::{file, part, settings};
use super::text::by_name;
use super::values::{DivisionName, LeafOrderName, LinkageName, MetricName, NearnessName};
use super::{
    CodependenceKind, DataArgs, LimitArgs, ObjectiveArgs, OutlookArgs, Output, OverlayArgs, RebalanceArgs,
    RiskArgs, SideArgs, Sort, StabilityArgs,
};

const HELP: &str = "\
Examples:
  po allocate prices.csv
  po allocate prices.csv --method inverse-volatility --window 250
  po allocate prices.csv --missing drop-sparse=0.2 --assets AAPL,MSFT,XOM
  po allocate prices.csv --bounds 0:0.1 --bounds AAPL=0.02:0.05
  po allocate prices.csv --groups sectors.csv --group-bounds Technology=0.05:0.3
  po allocate prices.csv --linkage single --explain
  po allocate prices.csv --method herc --plot herc.html
  po allocate prices.csv --risk cvar --codependence spearman
  po allocate prices.csv --short TSLA,NFLX --exposure 1.3:0.3
  po allocate prices.csv --method herc --stability
  po allocate prices.csv --method herc --current held.csv --constraint 'turnover <= 20%'
  po allocate prices.csv --current held.csv --no-trade-band relative=0.2 --order-before last.json
  po allocate prices.csv --method min-variance --groups sectors.csv --constraint 'each sector <= 20%'
  po allocate prices.csv --method max-sharpe --market market.csv --view 'AAPL - MSFT == 0.02'
  po allocate prices.csv --method mean-variance --current held.csv --costs-bps 10 --constraint 'turnover <= 20%'
  po allocate prices.csv --method risk-budget --groups sectors.csv --budget Technology=0.3,Energy=0.2
  po allocate prices.csv --method min-cvar --confidence 0.99 --explain
  po allocate prices.csv --method max-return --cvar-limit 2%
  po allocate prices.csv --method min-risk --risk cdar --target-return 0.08
  po allocate prices.csv --method herc --overlay 'tail:cvar<=3%'
  po allocate prices.csv --overlay 'tail:cvar<=15%' --stress 'all -10%' --stress 'volatility x2'
  po allocate prices.csv --config po.toml --output json

A constraint limits a sum of weights, of assets and of groups: 'A + 2 * B <= 0.3', '5% <= Energy <= 20%', 'A >= B'.
It can also limit each asset, each group of a grouping ('each sector <= 20%'), and: net (the sum of the weights, 1 unless
limited), gross, turnover, tracking-error, cardinality (assets held), min-position, max-correlation.
Weights are between 0 and 1 unless --bounds or 'each asset >= -10%' says otherwise.

Optimisers compute in annual figures: means, targets, volatilities and tracking errors are per year. Risks of a tail,
such as conditional value at risk, are losses of one period, as fractions of capital.

Exit status: 0 when weights were found, 2 when the input or a flag is at fault, 3 when no portfolio answers the request,
1 when the result cannot be written.";

/// What `po allocate` can be told; a configuration file has the same names as keys.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(after_help = HELP)]
pub(crate) struct AllocateArgs {
    /// TOML file with the same names as keys; a flag on the command line beats the file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) objective: ObjectiveArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    #[command(flatten)]
    pub(crate) outlook: OutlookArgs,
    #[command(flatten)]
    pub(crate) risk: RiskArgs,
    #[command(flatten)]
    pub(crate) hierarchy: HierarchyArgs,
    #[command(flatten)]
    pub(crate) sides: SideArgs,
    #[command(flatten)]
    pub(crate) rebalance: RebalanceArgs,
    #[command(flatten)]
    pub(crate) overlay: OverlayArgs,
    #[command(flatten)]
    pub(crate) stability: StabilityArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

settings!(AllocateArgs {
    objective,
    data,
    limits,
    outlook,
    risk,
    hierarchy,
    sides,
    rebalance,
    overlay,
    stability,
    report
});

/// How the tree of related assets is grown.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct HierarchyArgs {
    /// How the distance of two clusters follows from that of their assets [default: ward]
    #[arg(help_heading = "Hierarchy", short, long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) linkage: Option<LinkageName>,
    /// Which distance of two assets is clustered [default: correlation]
    #[arg(help_heading = "Hierarchy", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) metric: Option<MetricName>,
    /// What says how near two assets are to each other [default: the covariance]
    #[arg(help_heading = "Hierarchy", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) codependence: Option<CodependenceKind>,
    /// Which order of the leaves of the tree hrp and schur bisect [default: dendrogram]
    #[arg(help_heading = "Hierarchy", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) leaf_order: Option<LeafOrderName>,
    /// How the weight of a node of the tree is divided between its sides, for herc [default: clusters]
    #[arg(help_heading = "Hierarchy", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) division: Option<DivisionName>,
    /// How much each half of a cluster learns of the other one, from 0 to 1: for schur [default: 0.5]
    #[arg(help_heading = "Hierarchy", long, value_name = "G", allow_hyphen_values = true)]
    pub(crate) gamma: Option<f64>,
    /// How the distance from the weights of the hierarchy is measured, which those within constraints stay as near to as they can [default: relative]
    #[arg(help_heading = "Hierarchy", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) nearness: Option<NearnessName>,
}

part!(HierarchyArgs { linkage, metric, codependence, leaf_order, division, gamma, nearness });

/// How the result is written.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct ReportArgs {
    /// How many clusters the cluster column shows [default: as many as herc and nco form, else the square root of the number of assets]
    #[arg(help_heading = "Output", short = 'k', long, value_name = "K")]
    pub(crate) clusters: Option<usize>,
    /// How the result is written [default: table]
    #[arg(help_heading = "Output", short, long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) output: Option<Output>,
    /// Draw tree, correlations and weights into a file as well: .svg for the picture, .html for a page with picture and tables
    #[arg(help_heading = "Output", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) plot: Option<PathBuf>,
    /// Order of the rows of the table and of CSV output [default: input]
    #[arg(help_heading = "Output", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) sort: Option<Sort>,
    /// Say why: each split and each cluster of hierarchical methods, or what each limit and bound costs an optimiser
    #[arg(help_heading = "Output", short, long, num_args = 0..=1, default_missing_value = "true", require_equals = true, hide_possible_values = true, value_name = "BOOL")]
    pub(crate) explain: Option<bool>,
}

part!(ReportArgs { clusters, output, plot, sort, explain } paths { plot: file });
