//! The command line: the commands, and what each can be told.

mod allocate;
mod correlation;
mod data;
mod demo;
mod evaluate;
mod frontier;
mod limits;
mod measure;
mod method;
mod missing;
mod objective;
mod outlook;
mod overlay;
mod part;
mod rebalance;
mod replay;
mod run;
mod sides;
mod stability;
mod tail;
mod text;
mod values;

use clap::{ArgAction, Parser, Subcommand};

pub(crate) use allocate::AllocateArgs;
pub(crate) use correlation::CorrelationArgs;
pub(crate) use data::DataArgs;
pub(crate) use demo::DemoArgs;
pub(crate) use evaluate::EvaluateArgs;
pub(crate) use frontier::FrontierArgs;
pub(crate) use limits::LimitArgs;
pub(crate) use measure::Measure;
pub(crate) use method::Method;
pub(crate) use missing::Missing;
pub(crate) use objective::{ObjectiveArgs, RiskArgs};
pub(crate) use outlook::OutlookArgs;
pub(crate) use overlay::{Fraction, OverlayArgs};
pub(crate) use part::{Part, Settings};
pub(crate) use rebalance::RebalanceArgs;
pub(crate) use replay::ReplayArgs;
pub(crate) use run::{BarFormat, RunArgs, RunOutput};
pub(crate) use sides::SideArgs;
pub(crate) use stability::StabilityArgs;
pub(crate) use tail::{HeldArgs, TailArgs, TailBacktestArgs, TailBelow, TailCommand};
pub(crate) use values::{CodependenceKind, CovarianceKind, Output, Sort};

/// From a file of prices to portfolio weights
#[derive(Debug, Parser)]
#[command(name = "po", version, about, after_help = HELP, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Tell on standard error what is done; twice or three times for more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

const HELP: &str = "\
Examples:
  po demo                                  see it work, without a file
  po allocate prices.csv                   one column per asset, one row per date
  po allocate prices.csv --bounds 0:0.1    no more than 10 % in one asset
  po allocate prices.csv --method min-variance --constraint 'AAPL + MSFT <= 20%'
  po frontier prices.csv --plot frontier.svg
  po correlation prices.csv --plot correlation.svg
  po tail prices.csv                       value at risk and expected shortfall
  zcat prices.csv.gz | po allocate - --output json
  po run --config engine.toml bars.csv     decide bar by bar";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Allocate a portfolio from a file of prices
    Allocate(Box<AllocateArgs>),
    /// Trace the efficient frontier: the least risk for each return
    Frontier(Box<FrontierArgs>),
    /// Show how assets move together: the correlation matrix, or pairs over time; or which estimator foretells it best
    Correlation(Box<CorrelationArgs>),
    /// Measure the risk of losses: value at risk and expected shortfall; or test which model foretells them
    Tail(Box<TailCommand>),
    /// Decide bar by bar what to hold: live, from a stream of prices, or through a history
    Run(Box<RunArgs>),
    /// Run on a simulated market, without a file
    Demo(DemoArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}
