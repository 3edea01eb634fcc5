//! What can be wrong with a file.

use jiff::civil::DateTime;

use super::{Place, RowNumber, meant};
use crate::data::{Hint, show_date};

/// A file that cannot be read as a table of prices, returns, groups or bounds.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file cannot be opened.
    #[error("{path} cannot be opened: {reason}{}", meant(.nearest.as_ref()))]
    Open {
        /// The file.
        path: String,
        /// Why.
        reason: String,
        /// A file beside it whose name is near.
        nearest: Option<String>,
    },
    /// Reading stopped.
    #[error("{at} cannot be read: {reason}")]
    Interrupted {
        /// How far reading came.
        at: Place,
        /// Why.
        reason: String,
    },
    /// Compressed data end too early.
    #[error(
        "{name} ends in the middle of its compressed data, expected a complete gzip file: was the copy cut short?"
    )]
    Truncated {
        /// The file.
        name: String,
    },
    /// The file is something else.
    #[error("{name} is {found}, expected CSV (plain or gzip) or Parquet: {advice}")]
    NotATable {
        /// The file.
        name: String,
        /// What it looks like.
        found: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A Parquet file that cannot be decoded.
    #[error("{name} cannot be read as Parquet: {reason}")]
    Parquet {
        /// The file.
        name: String,
        /// What the decoder says.
        reason: String,
    },
    /// Nothing is in the file.
    #[error("{name} is empty, expected a header line and rows of numbers")]
    Empty {
        /// The file.
        name: String,
    },
    /// Only a header is in the file.
    #[error("{name} has a header but no rows, expected rows of numbers below the header")]
    NoRows {
        /// The file.
        name: String,
    },
    /// The file has one column only.
    #[error("{name} has one column, {column:?}, expected {expected}")]
    OneColumn {
        /// The file.
        name: String,
        /// Its only column.
        column: String,
        /// The columns it should have.
        expected: &'static str,
    },
    /// The first line is not a header.
    #[error("{at}: the first line holds data ({text:?}), expected a header with the names of the columns")]
    HeaderIsData {
        /// The line.
        at: Place,
        /// A cell that is not a name.
        text: String,
    },
    /// A row has more or fewer cells than the header.
    #[error("{at} has {}, expected {expected} as in the header{}", counted(*.cells), quotes(*.quoted))]
    Ragged {
        /// The row.
        at: Place,
        /// How many cells it has.
        cells: usize,
        /// How many columns the header has.
        expected: usize,
        /// Whether a cell runs over several lines, so that a quote may be open.
        quoted: bool,
    },
    /// A column has no name.
    #[error("{at}: column {column} has no name, expected a name for each column")]
    UnnamedColumn {
        /// The header.
        at: Place,
        /// The column, counted from one.
        column: usize,
    },
    /// Two columns have the same name.
    #[error("{at}: columns {first} and {second} are both called {name:?}, expected each name once")]
    DuplicateColumn {
        /// The header.
        at: Place,
        /// The name.
        name: String,
        /// The first column, counted from one.
        first: usize,
        /// The second column, counted from one.
        second: usize,
    },
    /// A column that was asked for is not there.
    #[error("{name} has no column {column:?}{}", meant_or(.nearest.as_ref(), known))]
    UnknownColumn {
        /// The file.
        name: String,
        /// The column asked for.
        column: String,
        /// The nearest column.
        nearest: Option<String>,
        /// The columns there are.
        known: String,
    },
    /// In a long file, no column can be told to hold what is needed.
    #[error("{name} has no column that is plainly the {what}; its columns are {known}: name it with {flag}")]
    NoSuchColumn {
        /// The file.
        name: String,
        /// What was looked for.
        what: &'static str,
        /// The columns there are.
        known: String,
        /// The flag that settles it.
        flag: &'static str,
    },
    /// The columns are the prices of one asset, not assets.
    #[error(
        "{name} has the columns {columns}: bars of one asset, expected one column per asset, or a column of symbols; to take the columns as assets all the same, say --format wide"
    )]
    Bars {
        /// The file.
        name: String,
        /// The columns that tell.
        columns: String,
    },
    /// Text that is not UTF-8.
    #[error("{at} is not UTF-8 text, expected a file saved as UTF-8")]
    NotUtf8 {
        /// The cell.
        at: Place,
    },
    /// A cell of the date column is not a date.
    #[error(
        "{at}: {text:?} is not a date, expected a date such as 2024-01-31, 20240131 or 2024-01-31T16:00{}",
        guess(*.guessed)
    )]
    BadDate {
        /// The cell.
        at: Place,
        /// What it says.
        text: String,
        /// Whether the column was only guessed to hold the dates.
        guessed: bool,
    },
    /// A date whose day and month can be exchanged.
    #[error(
        "{at}: {text:?} does not tell the day from the month, expected the year first, such as 2020-01-31"
    )]
    AmbiguousDate {
        /// The cell.
        at: Place,
        /// What it says.
        text: String,
    },
    /// A cell of the date column is empty.
    #[error("{at}: the date is missing, expected a date in each row")]
    MissingDate {
        /// The cell.
        at: Place,
    },
    /// A cell of the symbol column is empty.
    #[error("{at}: the symbol is missing, expected the name of an asset in each row")]
    MissingSymbol {
        /// The cell.
        at: Place,
    },
    /// A cell is not a number.
    #[error("{at}: {text:?} is not a number, expected {hint}")]
    NotANumber {
        /// The cell.
        at: Place,
        /// What it says.
        text: String,
        /// What may have been meant.
        hint: Hint,
    },
    /// A cell is infinite.
    #[error("{at}: the value is infinite, expected a finite number, or an empty cell where there is none")]
    Infinite {
        /// The cell.
        at: Place,
    },
    /// A price is zero or negative.
    #[error(
        "{at}: the price is {value}, expected a positive number, or an empty cell where there is none (if the file holds returns, say --returns)"
    )]
    NotPositive {
        /// The cell.
        at: Place,
        /// The price.
        value: f64,
    },
    /// A Parquet column has a type that holds neither numbers, dates nor text.
    #[error("{at} has type {found}, expected numbers, dates or text")]
    ColumnType {
        /// The column.
        at: Place,
        /// Its type.
        found: String,
    },
    /// The rows are not in order of time.
    #[error(
        "{name}: {} in {second} comes after {} in {first}, expected the oldest row first; --sort-dates sorts them",
        show_date(*.below),
        show_date(*.above)
    )]
    Unsorted {
        /// The file.
        name: String,
        /// The row above, which is later in time.
        first: RowNumber,
        /// Its date.
        above: DateTime,
        /// The row below, which is earlier in time.
        second: RowNumber,
        /// Its date.
        below: DateTime,
    },
    /// A date occurs twice.
    #[error("{name}: {} stands in {first} and in {second}, expected each date once", show_date(*.date))]
    DuplicateDate {
        /// The file.
        name: String,
        /// The date.
        date: DateTime,
        /// Its first row.
        first: RowNumber,
        /// Its second row.
        second: RowNumber,
    },
    /// An asset has two values at one date.
    #[error(
        "{name}: {asset} has two values for {}, in {first} and in {second}, expected one",
        show_date(*.date)
    )]
    DuplicateObservation {
        /// The file.
        name: String,
        /// The asset.
        asset: String,
        /// The date.
        date: DateTime,
        /// The first row.
        first: RowNumber,
        /// The second row.
        second: RowNumber,
    },
    /// An asset occurs twice in a file that lists assets.
    #[error("{name}: {asset} stands in {first} and in {second}, expected each asset once")]
    DuplicateAsset {
        /// The file.
        name: String,
        /// The asset.
        asset: String,
        /// The first row.
        first: RowNumber,
        /// The second row.
        second: RowNumber,
    },
}

/// The column that was meant, or all there are.
fn meant_or(nearest: Option<&String>, known: &str) -> String {
    nearest.map_or_else(|| format!("; its columns are {known}"), |_| meant(nearest))
}

fn counted(cells: usize) -> String {
    if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") }
}

fn quotes(quoted: bool) -> &'static str {
    if quoted { "; a cell runs over several lines: is a quotation mark left open?" } else { "" }
}

fn guess(guessed: bool) -> &'static str {
    if guessed {
        "; the first column is taken for the dates because none is called date, --date-column names another"
    } else {
        ""
    }
}
