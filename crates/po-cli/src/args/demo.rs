//! What `po demo` can be told.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum, ValueHint};

use super::Output;

/// What `po demo` can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct DemoArgs {
    /// Seed of the simulation; the same seed gives the same market
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// How many assets the market has
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u16).range(4..=500), value_name = "N")]
    pub(crate) assets: u16,
    /// How many business days are simulated
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(60..=100_000), value_name = "T")]
    pub(crate) days: u32,
    /// How the result is written
    #[arg(short, long, default_value = "table", value_parser = written())]
    pub(crate) output: Output,
    /// Write the prices to a CSV file instead, to try po allocate on
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) write: Option<PathBuf>,
    /// Write the sectors of the assets to a CSV file, for --groups
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) write_groups: Option<PathBuf>,
}

/// The ways to write a result that is not drawn.
fn written() -> impl TypedValueParser<Value = Output> {
    let written = Output::value_variants().iter().filter(|output| !output.is_drawn());
    let names = PossibleValuesParser::new(written.filter_map(ValueEnum::to_possible_value));
    names.map(|name| Output::from_str(&name, false).unwrap_or_default())
}
