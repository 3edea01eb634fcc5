//! The rows of a Parquet file, one at a time.

use std::borrow::Cow;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::errors::Result as ParquetResult;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::{ColumnDescriptor, Type};

use super::cell::Cell;
use super::date::since_epoch;
use super::records::Records;
use crate::error::{Place, ReadError, RowNumber};

const SECOND: i64 = 1_000_000_000;

/// A Parquet file of which one row is in memory.
pub(crate) struct ParquetRecords {
    name: String,
    columns: Vec<String>,
    kinds: Vec<Kind>,
    rows: RowIter<'static>,
    /// The row in memory; columns of other types have no cell.
    fields: Vec<Option<Field>>,
    row: u64,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Number,
    /// Times counted in units of so many nanoseconds.
    Time(i64),
    Text,
    /// Something that the record reader cannot decode, or that is neither number, date nor text.
    Other(String),
}

impl ParquetRecords {
    /// Reads the schema.
    pub(crate) fn open(name: &str, file: File) -> Result<Self, ReadError> {
        let (columns, kinds, rows) = guarded(name, || {
            let reader = SerializedFileReader::new(file)?;
            let schema = reader.metadata().file_metadata().schema_descr_ptr();
            let root = schema.root_schema();
            let columns: Vec<String> =
                root.get_fields().iter().map(|field| field.name().to_owned()).collect();
            let kind = |field: &Arc<Type>| {
                let leaf = schema.columns().iter().find(|leaf| leaf.path().parts() == [field.name()]);
                leaf.map_or(Kind::Other("nested".to_owned()), |leaf| kind(leaf))
            };
            let kinds: Vec<Kind> = root.get_fields().iter().map(kind).collect();
            let readable = |(field, kind): (&Arc<Type>, &Kind)| {
                (!matches!(kind, Kind::Other(_))).then(|| Arc::clone(field))
            };
            let fields = root.get_fields().iter().zip(&kinds).filter_map(readable).collect();
            let projection = Type::group_type_builder(root.name()).with_fields(fields).build()?;
            let rows = RowIter::from_file_into(Box::new(reader)).project(Some(projection))?;
            Ok((columns, kinds, rows))
        })?;
        if columns.is_empty() {
            return Err(ReadError::Empty { name: name.to_owned() });
        }
        Ok(Self { name: name.to_owned(), columns, kinds, rows, fields: Vec::new(), row: 0 })
    }
}

impl Records for ParquetRecords {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn advance(&mut self) -> Result<bool, ReadError> {
        let rows = &mut self.rows;
        let Some(row) = guarded(&self.name, || rows.next().transpose())? else { return Ok(false) };
        let mut fields = row.into_columns().into_iter().map(|(_, field)| field);
        let take = |kind: &Kind| if matches!(kind, Kind::Other(_)) { None } else { fields.next() };
        self.fields = self.kinds.iter().map(take).collect();
        self.row += 1;
        Ok(true)
    }

    fn row(&self) -> RowNumber {
        RowNumber::Row(self.row)
    }

    fn place(&self, column: Option<usize>) -> Place {
        let column = column.and_then(|column| self.columns.get(column).cloned());
        let row = (self.row > 0).then_some(RowNumber::Row(self.row));
        Place { source: self.name.clone(), row, column }
    }

    fn cell(&self, column: usize) -> Result<Cell<'_>, ReadError> {
        let wrong_type = |found: &str| {
            let at = Place { row: None, ..self.place(Some(column)) };
            Err(ReadError::ColumnType { at, found: found.to_owned() })
        };
        match (&self.kinds[column], self.fields.get(column).and_then(Option::as_ref)) {
            (Kind::Other(found), _) => wrong_type(found),
            (kind, Some(field)) => match cell(kind, field) {
                Some(cell) => Ok(cell),
                None => wrong_type(&format!("{field:?}")),
            },
            (_, None) => Ok(Cell::Missing),
        }
    }

    fn text(&self, column: usize) -> Result<Cow<'_, str>, ReadError> {
        match self.fields.get(column).and_then(Option::as_ref) {
            Some(Field::Str(text)) => Ok(text.trim().into()),
            _ => Ok(match self.cell(column)? {
                Cell::Missing => "".into(),
                Cell::Text(text) => text.into(),
                Cell::Number(number) => number.to_string().into(),
                Cell::Time(time) => time.to_string().into(),
            }),
        }
    }

    fn is_time(&self, column: usize) -> bool {
        matches!(self.kinds[column], Kind::Time(_))
    }
}

fn kind(leaf: &ColumnDescriptor) -> Kind {
    let other = || Kind::Other(format!("{} ({})", leaf.physical_type(), leaf.converted_type()));
    if leaf.max_rep_level() > 0 {
        return Kind::Other("a list".to_owned());
    }
    let unit = match leaf.logical_type_ref() {
        Some(LogicalType::Timestamp(timestamp)) => match timestamp.unit {
            TimeUnit::MILLIS => Some(1_000_000),
            TimeUnit::MICROS => Some(1_000),
            TimeUnit::NANOS => Some(1),
        },
        _ => None,
    };
    match (leaf.physical_type(), leaf.converted_type()) {
        (Physical::INT64, ConvertedType::NONE) if unit.is_some() => Kind::Time(unit.unwrap_or(1)),
        (Physical::INT64, ConvertedType::TIMESTAMP_MICROS) => Kind::Time(1_000),
        (Physical::INT64, ConvertedType::TIMESTAMP_MILLIS) | (Physical::INT96, _) => Kind::Time(1_000_000),
        (Physical::INT32, ConvertedType::DATE) => Kind::Time(86_400 * SECOND),
        (Physical::FLOAT | Physical::DOUBLE, ConvertedType::NONE)
        | (
            Physical::INT32,
            ConvertedType::NONE
            | ConvertedType::INT_8
            | ConvertedType::INT_16
            | ConvertedType::INT_32
            | ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::DECIMAL,
        )
        | (
            Physical::INT64,
            ConvertedType::NONE | ConvertedType::INT_64 | ConvertedType::UINT_64 | ConvertedType::DECIMAL,
        )
        | (Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY, ConvertedType::DECIMAL) => Kind::Number,
        (Physical::FIXED_LEN_BYTE_ARRAY, ConvertedType::NONE)
            if leaf.logical_type_ref() == Some(&LogicalType::Float16) =>
        {
            Kind::Number
        }
        (Physical::BYTE_ARRAY, ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::NONE) => Kind::Text,
        _ => other(),
    }
}

/// The cell that a field stands for; `None` where the field is not of the kind of its column.
fn cell<'a>(kind: &Kind, field: &'a Field) -> Option<Cell<'a>> {
    let number = match field {
        Field::Null => return Some(Cell::Missing),
        Field::Str(text) => return Some(Cell::from_text(text)),
        Field::Bytes(bytes) => return str::from_utf8(bytes.data()).ok().map(Cell::from_text),
        Field::Date(count) => return time(i64::from(*count), kind),
        Field::TimestampMillis(count) | Field::TimestampMicros(count) => return time(*count, kind),
        Field::Long(count) if matches!(kind, Kind::Time(_)) => return time(*count, kind),
        Field::Byte(value) => f64::from(*value),
        Field::Short(value) => f64::from(*value),
        Field::Int(value) => f64::from(*value),
        Field::UByte(value) => f64::from(*value),
        Field::UShort(value) => f64::from(*value),
        Field::UInt(value) => f64::from(*value),
        Field::Long(value) => *value as f64,
        Field::ULong(value) => *value as f64,
        Field::Float16(value) => f64::from(f32::from(*value)),
        Field::Float(value) => f64::from(*value),
        Field::Double(value) => *value,
        // A decimal prints its exact digits, which is what is to be read.
        Field::Decimal(_) => field.to_string().parse().ok()?,
        _ => return None,
    };
    Some(if number.is_nan() { Cell::Missing } else { Cell::Number(number) })
}

fn time(count: i64, kind: &Kind) -> Option<Cell<'static>> {
    let unit = if let Kind::Time(unit) = kind { *unit } else { return None };
    if unit > SECOND {
        return since_epoch(count.checked_mul(unit / SECOND)?, SECOND).map(Cell::Time);
    }
    since_epoch(count, unit).map(Cell::Time)
}

thread_local! {
    /// Whether a panic of this thread is about to become an error.
    static QUIET: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Catches a panic without a report of it on standard error; those of other threads are reported as before.
fn quietly<T>(run: impl FnOnce() -> T) -> std::thread::Result<T> {
    static HOOK: std::sync::Once = std::sync::Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                before(panic);
            }
        }));
    });
    QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    QUIET.set(false);
    result
}

/// Runs the decoder, which answers some damaged files with a panic instead of an error.
fn guarded<T>(name: &str, decode: impl FnOnce() -> ParquetResult<T>) -> Result<T, ReadError> {
    let failed = |reason: String| ReadError::Parquet { name: name.to_owned(), reason };
    match quietly(decode) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(failed(error.to_string())),
        Err(_) => Err(failed("the file is damaged".to_owned())),
    }
}
