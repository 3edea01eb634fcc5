//! The command line: each flag with its help, and the same settings in a configuration file.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use po_engine::hrp::{LeafOrder, Linkage, Metric};
use po_engine::nearest_name;
use serde::Deserialize;

use crate::data::Format;

/// From a file of prices to portfolio weights
#[derive(Debug, Parser)]
#[command(name = "po", version, about, after_help = HELP, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Tell on standard error what is done; twice for more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

const HELP: &str = "\
Examples:
  po demo                                  see it work, without a file
  po allocate prices.csv                   one column per asset, one row per date
  po allocate prices.csv --bounds 0:0.1    no more than 10 % in one asset
  zcat prices.csv.gz | po allocate - --output json";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Allocate a portfolio from a file of prices
    Allocate(Box<AllocateArgs>),
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

const ALLOCATE_HELP: &str = "\
Examples:
  po allocate prices.csv
  po allocate prices.csv --method inverse-volatility --window 250
  po allocate prices.csv --missing drop-sparse=0.2 --assets AAPL,MSFT,XOM
  po allocate prices.csv --bounds 0:0.1 --bounds AAPL=0.02:0.05
  po allocate prices.csv --groups sectors.csv --group-bounds Technology=0.05:0.3
  po allocate prices.csv --linkage single --explain
  po allocate prices.csv --config po.toml --output json

Exit status: 0 when weights were found, 2 when the input or a flag is at fault, 1 when the result cannot be written.";

/// What `po allocate` can be told; a configuration file has the same names as keys.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[command(after_help = ALLOCATE_HELP)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct AllocateArgs {
    /// CSV (plain or gzip) or Parquet file of prices; - reads standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) prices: Option<PathBuf>,
    /// How the weights are found [default: hrp]
    #[arg(short, long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) method: Option<Method>,
    /// TOML file with the same names as keys; a flag on the command line beats the file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,
    /// What to do about missing values: complete-rows, complete-assets, drop-sparse=SHARE, carry-forward=ROWS or refuse [default: complete-rows]
    #[arg(help_heading = "Data", long, value_name = "POLICY")]
    #[serde(deserialize_with = "from_text")]
    pub(crate) missing: Option<Missing>,
    /// How the covariance is estimated [default: sample]
    #[arg(help_heading = "Data", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) covariance: Option<CovarianceKind>,
    /// The file holds returns (0.01 is one per cent), not prices
    #[arg(help_heading = "Data", long, num_args = 0..=1, default_missing_value = "true", require_equals = true, hide_possible_values = true, value_name = "BOOL")]
    pub(crate) returns: Option<bool>,
    /// Use the last N complete observations only
    #[arg(help_heading = "Data", short, long, value_name = "N")]
    pub(crate) window: Option<usize>,
    /// Use these assets only, in this order
    #[arg(help_heading = "Data", short, long, value_name = "NAMES", value_delimiter = ',')]
    #[serde(deserialize_with = "names")]
    pub(crate) assets: Option<Vec<String>>,
    /// Bounds on weights: MIN:MAX for all assets, NAME=MIN:MAX for one, or a CSV file with the columns asset,min,max; may be repeated
    #[arg(help_heading = "Bounds", short, long, value_name = "SPEC", allow_hyphen_values = true)]
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) bounds: Option<Vec<String>>,
    /// CSV file that says which groups assets are in: asset, sector, and any further columns
    #[arg(help_heading = "Bounds", short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) groups: Option<PathBuf>,
    /// Bounds on the total weight of a group: GROUP=MIN:MAX, or COLUMN:GROUP=MIN:MAX; may be repeated
    #[arg(help_heading = "Bounds", long, value_name = "SPEC")]
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) group_bounds: Option<Vec<String>>,
    /// How the distance of two clusters follows from that of their assets [default: ward]
    #[arg(help_heading = "Hierarchy", short, long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) linkage: Option<LinkageName>,
    /// Which distance of two assets is clustered [default: correlation]
    #[arg(help_heading = "Hierarchy", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) metric: Option<MetricName>,
    /// Which order of the leaves of the tree is bisected [default: dendrogram]
    #[arg(help_heading = "Hierarchy", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) leaf_order: Option<LeafOrderName>,
    /// How many clusters the cluster column shows [default: the square root of the number of assets]
    #[arg(help_heading = "Output", short = 'k', long, value_name = "K")]
    pub(crate) clusters: Option<usize>,
    /// Periods per year, for annual figures [default: told from the dates]
    #[arg(help_heading = "Data", long, value_name = "X")]
    pub(crate) periods_per_year: Option<f64>,
    /// How the file is laid out [default: auto]
    #[arg(help_heading = "File", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) format: Option<Format>,
    /// Name of the column of dates
    #[arg(help_heading = "File", long, value_name = "NAME")]
    pub(crate) date_column: Option<String>,
    /// Name of the column of symbols, in a file with one row per date and asset
    #[arg(help_heading = "File", long, value_name = "NAME")]
    pub(crate) symbol_column: Option<String>,
    /// Name of the column of prices, in a file with one row per date and asset
    #[arg(help_heading = "File", long, value_name = "NAME")]
    pub(crate) price_column: Option<String>,
    /// Sort rows by date instead of refusing a file that is not in order
    #[arg(help_heading = "File", long, num_args = 0..=1, default_missing_value = "true", require_equals = true, hide_possible_values = true, value_name = "BOOL")]
    pub(crate) sort_dates: Option<bool>,
    /// How the result is written [default: table]
    #[arg(help_heading = "Output", short, long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) output: Option<Output>,
    /// Order of the rows of the table and of CSV output [default: input]
    #[arg(help_heading = "Output", long, value_enum)]
    #[serde(deserialize_with = "by_name")]
    pub(crate) sort: Option<Sort>,
    /// Say how each cluster was split in two, and what share each part got
    #[arg(help_heading = "Output", short, long, num_args = 0..=1, default_missing_value = "true", require_equals = true, hide_possible_values = true, value_name = "BOOL")]
    pub(crate) explain: Option<bool>,
}

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
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
    /// Write the prices to a CSV file instead, to try po allocate on
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) write: Option<PathBuf>,
    /// Write the sectors of the assets to a CSV file, for --groups
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) write_groups: Option<PathBuf>,
}

/// How the weights are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// Hierarchical risk parity: risk is halved down a tree of related assets
    #[default]
    Hrp,
    /// The same weight in each asset
    EqualWeight,
    /// Weights in proportion to one over volatility
    InverseVolatility,
    /// Weights in proportion to one over variance
    InverseVariance,
}

/// How the covariance is estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CovarianceKind {
    /// The unbiased sample covariance
    #[default]
    Sample,
}

/// How a result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    #[default]
    Table,
    /// One object, with all digits
    Json,
    /// One row per asset, with all digits
    Csv,
}

/// The order of the rows of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sort {
    /// The order of the file, or of --assets
    #[default]
    Input,
    /// The greatest weight first
    Weight,
    /// By name
    Name,
}

/// Values of an enum of another crate, by the names it gives them.
macro_rules! foreign {
    ($(#[$doc:meta])* $name:ident, $type:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) $type);

        impl ValueEnum for $name {
            fn value_variants<'a>() -> &'a [Self] {
                static ALL: std::sync::LazyLock<Vec<$name>> =
                    std::sync::LazyLock::new(|| <$type>::ALL.iter().copied().map($name).collect());
                &ALL
            }

            fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
                Some(clap::builder::PossibleValue::new(self.0.name()))
            }
        }
    };
}

foreign!(/** How the distance of two clusters follows from that of their assets. */ LinkageName, Linkage);
foreign!(/** Which distance of two assets is clustered. */ MetricName, Metric);
foreign!(/** Which order of the leaves is bisected. */ LeafOrderName, LeafOrder);

/// What to do about missing values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Missing {
    #[default]
    CompleteRows,
    CompleteAssets,
    /// The greatest share of missing returns that an asset may have.
    DropSparse(f64),
    /// How many missing prices in a row are filled with the last one.
    CarryForward(usize),
    Refuse,
}

impl FromStr for Missing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const NAMES: [&str; 5] =
            ["complete-rows", "complete-assets", "drop-sparse", "carry-forward", "refuse"];
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        match (name, value) {
            ("complete-rows", None) => Ok(Self::CompleteRows),
            ("complete-assets", None) => Ok(Self::CompleteAssets),
            ("refuse", None) => Ok(Self::Refuse),
            ("drop-sparse", Some(share)) => match share.parse() {
                Ok(share) if (0.0..=1.0).contains(&share) => Ok(Self::DropSparse(share)),
                _ => Err(format!("the share of missing returns is {share:?}, expected a number in [0, 1]")),
            },
            ("carry-forward", Some(rows)) => match rows.parse() {
                Ok(rows) if rows > 0 => Ok(Self::CarryForward(rows)),
                _ => Err(format!("the number of rows is {rows:?}, expected a whole number above zero")),
            },
            ("drop-sparse", None) => Err("it lacks a share, expected for example drop-sparse=0.2".to_owned()),
            ("carry-forward", None) => {
                Err("it lacks a number of rows, expected for example carry-forward=3".to_owned())
            }
            (name, Some(_)) if NAMES.contains(&name) => Err(format!("{name} takes no value")),
            _ => Err(match nearest_name(name, NAMES) {
                Some(nearest) => format!("it is unknown, did you mean {nearest:?}?"),
                None => format!("it is unknown, expected one of {}", NAMES.join(", ")),
            }),
        }
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::CompleteRows => f.write_str("complete-rows"),
            Self::CompleteAssets => f.write_str("complete-assets"),
            Self::DropSparse(share) => write!(f, "drop-sparse={share}"),
            Self::CarryForward(rows) => write!(f, "carry-forward={rows}"),
            Self::Refuse => f.write_str("refuse"),
        }
    }
}

impl Method {
    /// The name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hrp => "hrp",
            Self::EqualWeight => "equal-weight",
            Self::InverseVolatility => "inverse-volatility",
            Self::InverseVariance => "inverse-variance",
        }
    }
}

/// A value of a configuration file by the name it has on the command line.
fn by_name<'de, D: serde::Deserializer<'de>, T: ValueEnum>(deserializer: D) -> Result<Option<T>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let known: Vec<String> = T::value_variants()
        .iter()
        .filter_map(|value| Some(value.to_possible_value()?.get_name().to_owned()))
        .collect();
    T::from_str(&name, false).map(Some).map_err(|_| {
        let nearest = nearest_name(&name, known.iter().map(String::as_str));
        let expected = format!("expected one of {}", known.join(", "));
        let hint = nearest.map_or(expected, |nearest| format!("did you mean {nearest:?}?"));
        serde::de::Error::custom(format!("{name:?} is unknown, {hint}"))
    })
}

/// A value of a configuration file that is written as on the command line.
fn from_text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: FromStr<Err = String>,
{
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(|error| serde::de::Error::custom(format!("in {text:?}, {error}")))
}

/// A list of texts, or one of them.
fn one_or_many<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    Ok(Some(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(text) => vec![text],
        OneOrMany::Many(texts) => texts,
    }))
}

/// A list of names, or one text in which commas part them.
fn names<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    Ok(Some(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(text) => text.split(',').map(str::to_owned).collect(),
        OneOrMany::Many(names) => names,
    }))
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}
