//! What can be wrong with the flags and the configuration file.

use super::meant;

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
    /// Groups are bounded, but no file says which assets belong to them.
    #[error(
        "--group-bounds {text:?} needs a file that says which group each asset is in, expected --groups FILE"
    )]
    NoGroups {
        /// The bound.
        text: String,
    },
    /// A group is not known.
    #[error("group {name:?} of --group-bounds is not in {file}{}", meant(.nearest.as_ref()))]
    UnknownGroup {
        /// The group.
        name: String,
        /// The file of groups.
        file: String,
        /// The nearest group.
        nearest: Option<String>,
    },
    /// A group has no asset among those allocated.
    #[error("group {name:?} of --group-bounds has no asset left to allocate to, expected at least one")]
    EmptyGroup {
        /// The group.
        name: String,
    },
    /// A group occurs in several groupings.
    #[error(
        "group {name:?} of --group-bounds is in {groupings}, expected one of them in front, such as {example:?}"
    )]
    AmbiguousGroup {
        /// The group.
        name: String,
        /// The groupings that have it.
        groupings: String,
        /// How it can be said.
        example: String,
    },
    /// A flag has no meaning for the method.
    #[error("{flag} has no meaning for --method {method}, expected --method hrp")]
    HrpOnly {
        /// The flag.
        flag: &'static str,
        /// The method.
        method: &'static str,
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
