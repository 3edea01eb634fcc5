//! What can be wrong with a run of the engine: its configuration, its bars, its state.

use po_engine::stream::EngineError;

use super::{Place, ReadError, meant};

/// A run that cannot begin, or not go on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The configuration of the engine cannot be read.
    #[error("{path}, line {line}: {message}")]
    Config {
        /// The configuration file.
        path: String,
        /// The line.
        line: usize,
        /// What is wrong, and what was expected.
        message: String,
    },
    /// The engine refuses its configuration.
    #[error("{path}: {error}")]
    Engine {
        /// The configuration file.
        path: String,
        /// What it refuses.
        error: Box<EngineError>,
    },
    /// The bars are something else.
    #[error("{name} is {found}, expected bars as CSV or NDJSON, plain or gzip")]
    NotBars {
        /// The file.
        name: String,
        /// What it looks like.
        found: &'static str,
    },
    /// Nothing tells the names of the assets.
    #[error(
        "{name} has no bar that names the assets, and {config} has no list of them, expected one of the two"
    )]
    NoAssets {
        /// The bars.
        name: String,
        /// The configuration file.
        config: String,
    },
    /// The bars lack an asset of the configuration.
    #[error("{name} has no column for asset {asset:?}{}", meant_or(.nearest.as_ref(), known))]
    MissingAsset {
        /// The bars.
        name: String,
        /// The asset.
        asset: String,
        /// The nearest column.
        nearest: Option<String>,
        /// The columns there are.
        known: String,
    },
    /// Factors come with bars in NDJSON alone.
    #[error(
        "{config} has attribution.factors, and {name} is CSV, which has no place for them: expected NDJSON"
    )]
    NoFactors {
        /// The configuration file.
        config: String,
        /// The bars.
        name: String,
    },
    /// A form that only a report has.
    #[error("--output {output} is for the report of --replay, expected --output ndjson or csv for decisions")]
    OnlyReplay {
        /// The form.
        output: &'static str,
    },
    /// Another run uses the state.
    #[error("the state in {path} is in use by another po run, expected a directory for each run")]
    StateBusy {
        /// The directory.
        path: String,
    },
    /// The state cannot be opened.
    #[error("the state in {path} cannot be read: {reason}")]
    StateRead {
        /// The directory or the file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// No snapshot of the state can be restored.
    #[error(
        "no snapshot in {path} can be restored: {error}; expected the directory of an earlier run, or an empty one"
    )]
    StateDamaged {
        /// The directory.
        path: String,
        /// What is wrong with the newest one.
        error: Box<EngineError>,
    },
    /// The state belongs to another configuration.
    #[error(
        "the state in {path} was begun with other settings: {differences}; expected the same settings, or another directory for --state"
    )]
    StateSettings {
        /// The directory.
        path: String,
        /// The settings that differ.
        differences: String,
    },
    /// The file of decisions was begun in another form.
    #[error("{path} was begun with --output {begun}, expected the same, or another file for --decisions")]
    DecisionForm {
        /// The file.
        path: String,
        /// The form.
        begun: String,
    },
}

/// A line that is no bar.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BarError {
    /// A cell is not what it should be.
    #[error(transparent)]
    Cell(#[from] ReadError),
    /// The line is not the JSON that it should be.
    #[error(
        "{at} is no bar: {reason}, expected {{\"time\": \"2024-03-01T16:00:00Z\", \"prices\": {{\"ASSET\": 187.2, ...}}}}"
    )]
    Json {
        /// The line.
        at: Place,
        /// What is wrong.
        reason: String,
    },
    /// Something is said twice.
    #[error("{at}: {name:?} stands twice, expected it once")]
    Twice {
        /// The line.
        at: Place,
        /// The name.
        name: String,
    },
    /// A factor is not told of.
    #[error(
        "{at}: there is no return of factor {factor:?}, expected one in \"factors\": {{\"returns\": {{...}}}}"
    )]
    NoFactor {
        /// The line.
        at: Place,
        /// The factor.
        factor: String,
    },
    /// The stream ended within a line.
    #[error("{at} has no line end: its last number may be cut short, expected a line feed after each bar")]
    Unended {
        /// The line.
        at: Place,
    },
    /// A line is longer than any bar.
    #[error("{at} is longer than {limit} bytes, expected one bar per line")]
    TooLong {
        /// The line.
        at: Place,
        /// The longest line that is read.
        limit: usize,
    },
}

/// The column that was meant, or all there are.
fn meant_or(nearest: Option<&String>, known: &str) -> String {
    nearest.map_or_else(|| format!("; its columns are {known}"), |_| meant(nearest))
}
