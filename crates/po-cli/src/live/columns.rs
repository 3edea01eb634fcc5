//! Bars as rows of a CSV file: a time, then one price per asset.

use csv::{ByteRecord, ReaderBuilder};
use jiff::tz::Offset;
use po_engine::nearest_name;
use po_engine::stream::Time;

use super::row::Row;
use crate::data::{Cell, Hint, Stamp, delimiter};
use crate::error::{BarError, Place, ReadError, RowNumber, RunError};

/// The columns of a CSV file, and whose they are.
#[derive(Debug)]
pub(super) struct Columns {
    delimiter: u8,
    names: Vec<String>,
    /// The asset of each column.
    assets: Vec<Option<usize>>,
    record: ByteRecord,
}

impl Columns {
    /// Reads the header.
    pub(super) fn new(header: &[u8], at: &Place) -> Result<Self, ReadError> {
        let delimiter = delimiter(header);
        let mut record = ByteRecord::new();
        split(header, delimiter, &mut record);
        let name = |cell: &[u8]| match str::from_utf8(cell) {
            Ok(text) => Ok(text.trim().to_owned()),
            Err(_) => Err(ReadError::NotUtf8 { at: at.clone() }),
        };
        let names: Vec<String> = record.iter().map(name).collect::<Result<_, _>>()?;
        let first = names.first().cloned().unwrap_or_default();
        if Stamp::parse(&first).is_ok() && names[1..].iter().any(|name| name.parse::<f64>().is_ok()) {
            return Err(ReadError::HeaderIsData { at: at.clone(), text: first });
        }
        if names.len() < 2 {
            let expected =
                "a column of times and one column per asset, separated by commas, semicolons or tabs";
            return Err(ReadError::OneColumn { name: at.source.clone(), column: first, expected });
        }
        for (column, name) in names.iter().enumerate().skip(1) {
            if name.is_empty() {
                return Err(ReadError::UnnamedColumn { at: at.clone(), column: column + 1 });
            }
            if let Some(other) = names[1..column].iter().position(|other| other == name) {
                let (name, first, second) = (name.clone(), other + 2, column + 1);
                return Err(ReadError::DuplicateColumn { at: at.clone(), name, first, second });
            }
        }
        Ok(Self { delimiter, assets: vec![None; names.len()], names, record })
    }

    /// The names of the columns but the first.
    pub(super) fn names(&self) -> &[String] {
        &self.names[1..]
    }

    /// Finds the column of each asset; columns may stand in any order. Gives the names that are of no asset.
    pub(super) fn bind(&mut self, assets: &[String], source: &str) -> Result<Vec<String>, RunError> {
        for (asset, name) in assets.iter().enumerate() {
            match self.names().iter().position(|column| column == name) {
                Some(column) => self.assets[column + 1] = Some(asset),
                None => {
                    let names = || self.names().iter().map(String::as_str);
                    return Err(RunError::MissingAsset {
                        name: source.to_owned(),
                        asset: name.clone(),
                        nearest: nearest_name(name, names()).map(str::to_owned),
                        known: listed(names()),
                    });
                }
            }
        }
        let unused = (1..self.names.len()).filter(|&column| self.assets[column].is_none());
        Ok(unused.map(|column| self.names[column].clone()).collect())
    }

    /// Reads a row.
    pub(super) fn read(&mut self, line: &[u8], at: &Place, row: &mut Row) -> Result<(), BarError> {
        split(line, self.delimiter, &mut self.record);
        let (cells, expected) = (self.record.len(), self.names.len());
        if cells != expected {
            return Err(ReadError::Ragged { at: at.clone(), cells, expected, quoted: false }.into());
        }
        for (column, cell) in self.record.iter().enumerate() {
            let place = || Place { column: Some(self.names[column].clone()), ..at.clone() };
            let text = || str::from_utf8(cell).map_err(|_| ReadError::NotUtf8 { at: place() });
            if column == 0 {
                row.time = moment(text()?, place)?;
            } else if let Some(asset) = self.assets[column] {
                row.prices[asset] = price(text()?, place)?;
            }
        }
        Ok(())
    }
}

/// The cells of a line; a quotation mark that is left open ends with the line.
fn split(line: &[u8], delimiter: u8, record: &mut ByteRecord) {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter).buffer_capacity(line.len().max(1));
    // Reading from memory does not fail.
    if !builder.from_reader(line).read_byte_record(record).unwrap_or_default() {
        record.clear();
    }
}

/// A time; one without an offset is in UTC.
pub(super) fn moment(text: &str, place: impl Fn() -> Place) -> Result<Time, ReadError> {
    let stamp = Cell::from_text(text).stamp(&place, false)?;
    let nanoseconds = Offset::UTC.to_timestamp(stamp.utc()).ok().map(jiff::Timestamp::as_nanosecond);
    let time = nanoseconds.and_then(|nanoseconds| i64::try_from(nanoseconds).ok());
    time.map(Time::from_nanoseconds).ok_or_else(|| ReadError::BadDate {
        at: place(),
        text: text.trim().to_owned(),
        guessed: false,
    })
}

/// A price; one that is infinite is for the engine to judge, as zero is.
fn price(text: &str, place: impl Fn() -> Place) -> Result<f64, ReadError> {
    match Cell::from_text(text).number(place) {
        Err(ReadError::Infinite { .. }) => Ok(f64::INFINITY),
        // The flags that would help elsewhere are not among those of this command.
        Err(ReadError::NotANumber { at, text, hint: Hint::Name | Hint::Date }) => {
            Err(ReadError::NotANumber { at, text, hint: Hint::Plain })
        }
        price => price,
    }
}

/// The first names of a list, for a message.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str> + Clone) -> String {
    const MANY: usize = 12;
    let shown: Vec<String> = names.clone().take(MANY).map(|name| format!("{name:?}")).collect();
    let more = names.count().saturating_sub(MANY);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// A place without a column.
pub(super) fn place(source: &str, line: u64) -> Place {
    Place { source: source.to_owned(), row: Some(RowNumber::Line(line)), column: None }
}
