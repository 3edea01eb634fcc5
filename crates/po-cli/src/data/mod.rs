//! Reading tables of prices or returns: CSV or Parquet, wide or long, from a file or a stream.

mod cell;
mod csv;
mod date;
mod layout;
mod long;
#[cfg(feature = "parquet")]
mod parquet;
mod records;
mod source;
mod table;
mod wide;

pub use cell::Hint;
pub use date::show_date;
pub use source::Source;
pub use table::Table;

pub(crate) use self::csv::{delimiter, open_csv};
pub(crate) use cell::Cell;
pub(crate) use date::Stamp;
pub(crate) use layout::check_header;
pub(crate) use records::Records;
pub(crate) use source::{foreign, interrupted, open_file, read_text};

use self::csv::CsvRecords;
use crate::error::{Error, ReadError};
use layout::Plan;
use source::{Opened, open};

/// How a file is to be read; the default finds out from the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadOptions {
    /// Wide, long, or whichever the file is.
    pub format: Format,
    /// Name of the column of dates.
    pub date_column: Option<String>,
    /// Name of the column of symbols in a long file.
    pub symbol_column: Option<String>,
    /// Name of the column of prices, or of returns, in a long file.
    pub price_column: Option<String>,
    /// The assets to read, in this order; all if `None`.
    pub assets: Option<Vec<String>>,
    /// Whether the file holds returns, so that values may be negative.
    pub returns: bool,
    /// Whether rows that are not in order of time are sorted, instead of refused.
    pub sort_dates: bool,
}

/// How a table is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Find out from the header and the first row
    #[default]
    Auto,
    /// A column of dates, and one column per asset
    Wide,
    /// One row per date and asset
    Long,
}

/// Reads a table.
///
/// # Errors
/// [`Error::Read`] with the place of the first thing that is wrong; [`Error::Settings`] for an asset of
/// `options.assets` that the file does not have.
///
/// # Cost
/// One pass; of the text, one row is in memory at a time. Eight bytes per cell of a wide file, twelve per asset and
/// date of a long one.
pub fn read(source: Source<'_>, options: &ReadOptions) -> Result<Table, Error> {
    let name = source.name();
    match open(source)? {
        Opened::Text(text) => {
            let mut records = CsvRecords::open(&name, text)?;
            let compressed = if records.gzip { ", compressed with gzip" } else { "" };
            tracing::info!("{name} is CSV, separated by {:?}{compressed}", char::from(records.delimiter));
            read_records(&mut records, options)
        }
        #[cfg(feature = "parquet")]
        Opened::Parquet(file) => {
            let mut records = parquet::ParquetRecords::open(&name, file)?;
            tracing::info!("{name} is Parquet");
            read_records(&mut records, options)
        }
    }
}

fn read_records(records: &mut dyn Records, options: &ReadOptions) -> Result<Table, Error> {
    let name = records.place(None).source;
    if !records.advance()? {
        return Err(ReadError::NoRows { name }.into());
    }
    let plan = layout::plan(records, options)?;
    let column = |index: usize| records.columns()[index].clone();
    match &plan {
        Plan::Wide { date, assets, .. } => {
            tracing::info!("it is wide: dates in column {:?}, one column for each asset", column(*date));
            tracing::debug!(assets = assets.len(), "reading");
        }
        Plan::Long { date, symbol, value, .. } => {
            let (dates, symbols, values) = (column(*date), column(*symbol), column(*value));
            tracing::info!(
                "it is long: dates in column {dates:?}, symbols in {symbols:?}, values in {values:?}"
            );
        }
    }
    let table = match plan {
        Plan::Wide { date, guessed, assets } => wide::read(records, options, date, guessed, &assets)?,
        Plan::Long { date, guessed, symbol, value } => {
            long::read(records, options, date, guessed, symbol, value)?
        }
    };
    let (first, last) = (table.dates[0], table.dates[table.dates.len() - 1]);
    tracing::info!(
        "it has {} assets on {} dates, {} to {}",
        table.names.len(),
        table.dates.len(),
        show_date(first),
        show_date(last)
    );
    Ok(table)
}

/// The value of a cell, NaN where it is missing; a price must be positive.
fn value(
    records: &dyn Records,
    column: usize,
    returns: bool,
    place: impl Fn() -> crate::error::Place,
) -> Result<f64, ReadError> {
    let value = records.cell(column)?.number(&place)?;
    if value <= 0.0 && !returns {
        return Err(ReadError::NotPositive { at: place(), value });
    }
    Ok(value)
}
