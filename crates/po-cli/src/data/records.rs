//! What the readers of CSV and Parquet have in common: named columns, and one row at a time.

use std::borrow::Cow;

use super::cell::Cell;
use crate::error::{Place, ReadError, RowNumber};

/// A file of rows, of which one at a time is in memory.
pub(crate) trait Records {
    /// The names of the columns, as the file has them.
    fn columns(&self) -> &[String];

    /// Goes to the next row; false after the last one.
    fn advance(&mut self) -> Result<bool, ReadError>;

    /// The number of the row.
    fn row(&self) -> RowNumber;

    /// The place of a column of the row, for messages.
    fn place(&self, column: Option<usize>) -> Place;

    /// One cell of the row.
    fn cell(&self, column: usize) -> Result<Cell<'_>, ReadError>;

    /// One cell as a name, empty where it is missing; a name may be what a missing number is written as, such as NA.
    fn text(&self, column: usize) -> Result<Cow<'_, str>, ReadError>;

    /// Whether the file itself says that a column holds dates; text never does.
    fn is_time(&self, _column: usize) -> bool {
        false
    }
}
