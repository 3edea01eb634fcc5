//! What `po run` can be told.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::ReplayArgs;

const HELP: &str = "\
Examples:
  po run --config engine.toml bars.csv
  feed | po run --config engine.toml --state state --decisions decisions.ndjson
  po run --config engine.toml --replay history.csv --html report.html

Bars, one per line, oldest first, from a file or from standard input as they come:
  CSV     a header, then a date or time and one price per asset: time,AAPL,MSFT
  NDJSON  {\"time\": \"2024-03-01T16:00:00Z\", \"prices\": {\"AAPL\": 187.2, \"MSFT\": null}}
An empty cell, NA, null or a missing key is an asset without a price. A line that cannot be read is
told on standard error and left out; the run goes on. Times without an offset are in UTC.

After each bar a decision is written, before the next line is read. Its number, bar, counts the
bars that were taken in; a bar that is refused has the number of the one before it.

With --state, each bar is written to a journal before it is acted on. To stop po, end its input or
kill it; the same command goes on where it stopped, with the same numbers to the last bit. Bars that
come again, as those of a file do, are skipped up to the last one taken in. Only on standard output
may a decision come twice: that of the last bar, after a kill.

Exit status: 0 at the end of the input, 2 when the input, the configuration or a flag is at fault,
1 when the state or a result cannot be written.";

/// What `po run` can be told; the engine itself is told by its configuration file.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(after_help = HELP)]
pub(crate) struct RunArgs {
    /// The bars: a file, plain or gzip, or - for standard input
    #[arg(default_value = "-", hide_default_value = true, value_name = "BARS", value_hint = ValueHint::FilePath)]
    pub(crate) bars: PathBuf,
    /// TOML file with the settings of the engine: assets, estimator, allocator, budget, trading, fallbacks, ...
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: PathBuf,
    /// How the bars are written [default: by the ending of the file, or the first byte]
    #[arg(long, value_enum)]
    pub(crate) format: Option<BarFormat>,
    /// Write the decisions to a file instead of standard output
    #[arg(help_heading = "Output", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) decisions: Option<PathBuf>,
    /// How decisions, or the report of --replay, are written [default: ndjson; table with --replay]
    #[arg(help_heading = "Output", short, long, value_enum)]
    pub(crate) output: Option<RunOutput>,
    /// Keep snapshots and a journal of the bars in this directory, so that a restart loses nothing
    #[arg(help_heading = "State", long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) state: Option<PathBuf>,
    /// After how many bars a snapshot is taken; bars since then are replayed by a restart
    #[arg(help_heading = "State", long, default_value = "100", value_name = "N", requires = "state")]
    pub(crate) snapshot_every: Option<NonZeroU64>,
    /// Wait after each bar until it is on the disk: safe against a loss of power too, but slower
    #[arg(help_heading = "State", long, requires = "state")]
    pub(crate) fsync: bool,
    /// Run through a history at full speed and report what was earned, by whom and at what risk
    #[arg(help_heading = "Replay", long, value_name = "BARS", value_hint = ValueHint::FilePath)]
    #[arg(conflicts_with_all = ["bars", "state", "decisions"])]
    pub(crate) replay: Option<PathBuf>,
    /// Write the report as a page with pictures as well
    #[arg(help_heading = "Replay", long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "replay")]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) history: ReplayArgs,
}

impl RunArgs {
    /// Bars between two snapshots.
    pub(crate) fn snapshot_every(&self) -> u64 {
        self.snapshot_every.map_or(100, NonZeroU64::get)
    }
}

/// How bars are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BarFormat {
    /// One column per asset, with a header
    Csv,
    /// One JSON object per line
    Ndjson,
}

/// How decisions or reports are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunOutput {
    /// The report of --replay for people
    Table,
    /// The report of --replay as one object, with all digits
    Json,
    /// One JSON object per decision
    Ndjson,
    /// One row per decision
    Csv,
}
