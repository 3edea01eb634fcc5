//! What can be wrong with the flags and the configuration file.

use std::path::Path;

use jiff::civil::DateTime;

use super::meant;
use crate::data::show_date;

/// A request that cannot be met, whatever the numbers are.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// No file of prices was named.
    #[error("no file of prices is named, expected a path such as prices.csv, or - for standard input")]
    NoPrices,
    /// The configuration file is not TOML, or a value in it has the wrong type.
    #[error("{path}, line {line}: {message}")]
    Config {
        /// The configuration file.
        path: String,
        /// The line.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// The configuration file has a key that does not exist.
    #[error("{path}, line {line}: key {key:?} is unknown{}", meant(.nearest.as_ref()))]
    UnknownKey {
        /// The configuration file.
        path: String,
        /// The line.
        line: usize,
        /// The key.
        key: String,
        /// The nearest key.
        nearest: Option<String>,
    },
    /// The text of a bound cannot be read.
    #[error("{place} is {text:?}, expected {expected}")]
    BadBound {
        /// The flag, or the place in a file.
        place: String,
        /// What it says.
        text: String,
        /// The form it should have.
        expected: &'static str,
    },
    /// The same thing is bounded twice.
    #[error("{place} bounds {name} twice, expected one pair of bounds for each")]
    BoundTwice {
        /// The flag, or the file.
        place: String,
        /// What is bounded.
        name: String,
    },
    /// An asset is not in the file.
    #[error("asset {name:?} of {place} is not in {file}{}", meant(.nearest.as_ref()))]
    UnknownAsset {
        /// The flag, or the place in a file.
        place: String,
        /// The asset.
        name: String,
        /// The file of prices.
        file: String,
        /// The nearest asset.
        nearest: Option<String>,
    },
    /// An asset is asked for twice.
    #[error("asset {name:?} stands twice in --assets, expected each asset once")]
    AssetTwice {
        /// The asset.
        name: String,
    },
    /// An asset is asked to be short twice.
    #[error("asset {name:?} stands twice in --short, expected each asset once")]
    ShortTwice {
        /// The asset.
        name: String,
    },
    /// A flag has no meaning beside short positions.
    #[error(
        "{flag} has no meaning with --short: it moves weights that are all long, expected --bounds or --group-bounds"
    )]
    NotWithShort {
        /// The flag.
        flag: &'static str,
    },
    /// Groups are bounded, but no file says which assets belong to them.
    #[error(
        "--group-bounds {text:?} needs a file that says which group each asset is in, expected --groups FILE"
    )]
    NoGroups {
        /// The bound.
        text: String,
    },
    /// A group is not known.
    #[error("group {name:?} of {place} is not in {file}{}", meant(.nearest.as_ref()))]
    UnknownGroup {
        /// The flag.
        place: &'static str,
        /// The group.
        name: String,
        /// The file of groups.
        file: String,
        /// The nearest group.
        nearest: Option<String>,
    },
    /// A group has no asset among those allocated.
    #[error("group {name:?} of {place} has no asset left to allocate to, expected at least one")]
    EmptyGroup {
        /// The flag, with its text if that is a constraint, or the place in a file.
        place: String,
        /// The group.
        name: String,
    },
    /// A group occurs in several groupings.
    #[error(
        "group {name:?} of {place} is in {groupings}, expected one of them in front, such as {example:?}"
    )]
    AmbiguousGroup {
        /// The flag.
        place: &'static str,
        /// The group.
        name: String,
        /// The groupings that have it.
        groupings: String,
        /// How it can be said.
        example: String,
    },
    /// A name in a constraint, a view or a budget stands for nothing.
    #[error("{kind} {name:?} of {place} is not in {files}{hint}")]
    UnknownName {
        /// What the name could be for.
        kind: &'static str,
        /// The name.
        name: String,
        /// The flag with its text, or the place in a file.
        place: String,
        /// Where it was looked for.
        files: String,
        /// The nearest known name, or else which groups there are.
        hint: String,
    },
    /// A name stands for an asset that gets no weight.
    #[error("asset {name:?} of {place} is left out by --missing or --assets, expected one that is allocated")]
    LeftOut {
        /// The flag with its text, or the place in a file.
        place: String,
        /// The asset.
        name: String,
    },
    /// A table of constraints has a column that means nothing.
    #[error("{at}: column {column:?} is unknown{}; expected label, constraint, on, min, max, relative_to or disabled", meant(.nearest.as_ref()))]
    UnknownConstraintColumn {
        /// The header.
        at: String,
        /// The column.
        column: String,
        /// The nearest column.
        nearest: Option<String>,
    },
    /// A row of a table of constraints makes no constraint.
    #[error("{place}: {message}")]
    BadRow {
        /// The row.
        place: String,
        /// What is wrong.
        message: String,
    },
    /// A text is not the number it should be.
    #[error("{place} is {text:?}, expected {expected}")]
    BadNumber {
        /// The flag, or the place in a file.
        place: String,
        /// What it says.
        text: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A file lacks the number of an asset.
    #[error("{file} has no {what} for {asset}, expected one for each asset")]
    NoNumber {
        /// The file.
        file: String,
        /// What the numbers are.
        what: &'static str,
        /// The asset.
        asset: String,
    },
    /// A flag has no meaning for the method.
    #[error("{flag} has no meaning for --method {method}, expected --method {users}")]
    Unused {
        /// The flag.
        flag: &'static str,
        /// The method.
        method: &'static str,
        /// The methods that use it.
        users: String,
    },
    /// An overlay cannot keep a limit.
    #[error("{flag} cannot be kept by --overlay: {reason}")]
    NotWithOverlay {
        /// The limit.
        flag: &'static str,
        /// Why not.
        reason: &'static str,
    },
    /// A stress is neither an episode nor a line that can be read.
    #[error(
        "--stress {text:?} is neither an episode{} nor a shock such as 'all -10%': {reason}",
        .nearest.as_ref().map_or(String::new(), |nearest| format!(" (did you mean {nearest:?}?)"))
    )]
    BadStress {
        /// What it says.
        text: String,
        /// The nearest episode.
        nearest: Option<String>,
        /// Why it is no line of a stress.
        reason: String,
    },
    /// Something that is asked for needs a flag that is not there.
    #[error("{what} needs {flag}")]
    Needs {
        /// What needs it.
        what: &'static str,
        /// The flag.
        flag: &'static str,
    },
    /// Two flags say the same thing.
    #[error("--means and --market both tell the expected returns, expected one of them")]
    MeansAndMarket,
    /// The order of the leaves is told twice.
    #[error("--leaf-order and --order-before both tell the order of the leaves, expected one of them")]
    TwoLeafOrders,
    /// A view is not about the return of a portfolio.
    #[error("--view {text:?} is no view: {reason}")]
    BadView {
        /// The view.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// There are more or fewer confidences than views.
    #[error(
        "--view-confidence has {confidences} numbers for {views} views, expected one for all, or one for each"
    )]
    Confidences {
        /// How many confidences.
        confidences: usize,
        /// How many views.
        views: usize,
    },
    /// An asset has two shares of a budget.
    #[error(
        "asset {asset:?} is in {first:?} and in {second:?} of --budget, expected each asset in one of its parts"
    )]
    BudgetedTwice {
        /// The asset.
        asset: String,
        /// The part that has it first.
        first: String,
        /// The part that has it again.
        second: String,
    },
    /// The shares of a budget are not those of a whole.
    #[error("the shares of --budget sum to {sum}, expected {expected}")]
    BudgetSum {
        /// Their sum.
        sum: f64,
        /// What it should be.
        expected: &'static str,
    },
    /// The ending of a picture says nothing that can be drawn.
    #[error(
        "--plot {path:?} ends in none of .svg and .html, expected a file such as {}",
        Path::new(path).with_extension("svg").display()
    )]
    BadPlot {
        /// The file.
        path: String,
    },
    /// A pair is not two assets.
    #[error("--pairs {text:?} {reason}")]
    BadPair {
        /// The pair.
        text: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// An asset of a pair was not kept.
    #[error("asset {name:?} of --pairs is left out by --missing or --assets, expected one that is kept")]
    PairLeftOut {
        /// The asset.
        name: String,
    },
    /// An estimator gives one matrix for all dates.
    #[error(
        "--model {kind} gives one correlation for all dates, expected --model ewma, adaptive-ewma, dcc or dcc-nonlinear with --pairs"
    )]
    NotOverTime {
        /// The estimator.
        kind: String,
    },
    /// A flag has no meaning for pairs.
    #[error("{flag} has no meaning with --pairs: it is about the whole matrix")]
    NotWithPairs {
        /// The flag.
        flag: &'static str,
    },
    /// Something has no meaning where estimators are compared.
    #[error("{flag} has no meaning with --evaluate: {reason}")]
    NotWithEvaluate {
        /// The flag.
        flag: &'static str,
        /// What there is instead.
        reason: &'static str,
    },
    /// An estimator is not known.
    #[error(
        "{name:?} of --entrants is unknown, {}",
        .nearest.as_ref().map_or_else(|| format!("expected some of {known}"), |nearest| format!("did you mean {nearest:?}?"))
    )]
    UnknownEntrant {
        /// The name.
        name: String,
        /// The nearest name.
        nearest: Option<String>,
        /// The names that are known.
        known: String,
    },
    /// A list of estimators cannot be compared.
    #[error("--entrants {text:?} {reason}")]
    BadEntrants {
        /// What it says, or the part of it that is wrong.
        text: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A text is not a date.
    #[error("--at is {text:?}, expected a date such as 2024-01-31")]
    BadDate {
        /// What it says.
        text: String,
    },
    /// A date lies before or after all dates of the file.
    #[error(
        "--at is {text}, expected a date from {} to {}, the first and the last of {file}",
        show_date(*.first),
        show_date(*.last)
    )]
    OutsideData {
        /// What it says.
        text: String,
        /// The first date.
        first: DateTime,
        /// The last date.
        last: DateTime,
        /// The file.
        file: String,
    },
    /// A model of tails is asked for twice.
    #[error("model {name:?} stands twice in --model, expected each model once")]
    ModelTwice {
        /// The model.
        name: String,
    },
    /// There are more pairs than a picture can tell apart.
    #[error(
        "a picture has room for at most {most} pairs, and --pairs asks for {pairs}; --output csv writes all"
    )]
    TooManyLines {
        /// How many pairs there are.
        pairs: usize,
        /// How many can be drawn.
        most: usize,
    },
    /// Prices can be carried forward, returns cannot.
    #[error("--missing carry-forward carries prices, but --returns says that the file holds returns")]
    CarriedReturns,
    /// A number lies outside its range.
    #[error("{flag} is {value}, expected {expected}")]
    OutOfRange {
        /// The flag.
        flag: &'static str,
        /// The number.
        value: f64,
        /// Its range.
        expected: String,
    },
}
