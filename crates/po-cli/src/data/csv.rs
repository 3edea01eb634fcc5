//! The rows of a CSV file, one at a time.

use std::borrow::Cow;
use std::io::BufRead;
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};

use super::cell::Cell;
use super::records::Records;
use super::source::{Opened, Source, Text, interrupted, open};
use crate::error::{Place, ReadError, RowNumber};

/// A CSV file of which one row is in memory.
pub(crate) struct CsvRecords<'a> {
    name: String,
    columns: Vec<String>,
    reader: Reader<Box<dyn BufRead + 'a>>,
    record: ByteRecord,
    /// Line on which the record in memory begins.
    line: u64,
    pub(crate) delimiter: u8,
    pub(crate) gzip: bool,
}

/// Opens a CSV file that is no table of prices, such as one of groups.
pub(crate) fn open_csv(path: &Path) -> Result<CsvRecords<'static>, ReadError> {
    let name = path.display().to_string();
    match open(Source::File(path.to_owned()))? {
        Opened::Text(text) => CsvRecords::open(&name, text),
        #[cfg(feature = "parquet")]
        Opened::Parquet(_) => {
            Err(ReadError::NotATable { name, found: "Parquet", advice: "here, CSV is needed" })
        }
    }
}

impl<'a> CsvRecords<'a> {
    /// Reads the header.
    pub(crate) fn open(name: &str, text: Text<'a>) -> Result<Self, ReadError> {
        let delimiter = delimiter(&text.head);
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            // Lines are counted by their LF; the CR before it is trimmed off the last cell with other space.
            .terminator(Terminator::Any(b'\n'))
            .from_reader(text.reader);
        let (name, columns, record) = (name.to_owned(), Vec::new(), ByteRecord::new());
        let mut records = Self { name, columns, reader, record, line: 0, delimiter, gzip: text.gzip };
        if !records.read()? {
            return Err(ReadError::Empty { name: records.name });
        }
        records.columns = records.header()?;
        Ok(records)
    }

    /// Reads the next record that is not blank.
    fn read(&mut self) -> Result<bool, ReadError> {
        loop {
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error) => return Err(self.failed(error)),
            }
            // Blank lines before a record would count as its first line; so lines are counted from the end.
            let inside = self.record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
            let begin = self.record.position().map_or(1, csv::Position::line);
            // A quote that is left open ends with the file, not with a line.
            self.line = self.reader.position().line().saturating_sub(1 + inside).max(begin);
            if self.record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                return Ok(true);
            }
        }
    }

    fn failed(&self, error: csv::Error) -> ReadError {
        let row = RowNumber::Line(self.reader.position().line());
        match error.into_kind() {
            csv::ErrorKind::Io(error) => interrupted(&self.name, Some(row), &error),
            other => {
                let at = Place { source: self.name.clone(), row: Some(row), column: None };
                ReadError::Interrupted { at, reason: format!("{other:?}") }
            }
        }
    }

    fn utf8(&self, column: usize) -> Result<&str, ReadError> {
        let bytes = self.record.get(column).unwrap_or_default();
        str::from_utf8(bytes).map_err(|_| ReadError::NotUtf8 { at: self.place(Some(column)) })
    }

    fn header(&self) -> Result<Vec<String>, ReadError> {
        let name = |cell: &[u8]| match str::from_utf8(cell.trim_ascii()) {
            Ok(text) => Ok(text.trim().to_owned()),
            Err(_) => Err(ReadError::NotUtf8 { at: self.place(None) }),
        };
        self.record.iter().map(name).collect()
    }
}

impl Records for CsvRecords<'_> {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn advance(&mut self) -> Result<bool, ReadError> {
        if !self.read()? {
            return Ok(false);
        }
        let (cells, expected) = (self.record.len(), self.columns.len());
        if cells != expected {
            let quoted = self.record.as_slice().contains(&b'\n');
            return Err(ReadError::Ragged { at: self.place(None), cells, expected, quoted });
        }
        Ok(true)
    }

    fn row(&self) -> RowNumber {
        RowNumber::Line(self.line)
    }

    fn place(&self, column: Option<usize>) -> Place {
        let column =
            column.and_then(|column| self.columns.get(column).cloned()).filter(|name| !name.is_empty());
        Place { source: self.name.clone(), row: Some(self.row()), column }
    }

    fn cell(&self, column: usize) -> Result<Cell<'_>, ReadError> {
        self.utf8(column).map(Cell::from_text)
    }

    fn text(&self, column: usize) -> Result<Cow<'_, str>, ReadError> {
        self.utf8(column).map(|text| text.trim().into())
    }
}

/// The separator that occurs most often in the header, outside quotation marks; a comma if none does.
pub(crate) fn delimiter(head: &[u8]) -> u8 {
    let lines = head.split(|byte| *byte == b'\n');
    let header = lines.into_iter().find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for &byte in header {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| *delimiter == byte && !quoted) {
            *count += 1;
        }
    }
    // Of equals the first counts: max_by_key keeps the last, so the order is turned round.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}
