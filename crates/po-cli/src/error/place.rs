//! Where in a file something stands.

use std::fmt;

/// A place in an input, as precisely as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, or `standard input`.
    pub source: String,
    /// The row.
    pub row: Option<RowNumber>,
    /// The column, by name.
    pub column: Option<String>,
}

/// How a kind of file counts its rows, from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowNumber {
    /// The line of a text file; the header is line 1.
    Line(u64),
    /// The row of a Parquet file, which has no lines.
    Row(u64),
}

impl RowNumber {
    /// The number itself.
    #[must_use]
    pub fn number(self) -> u64 {
        match self {
            Self::Line(number) | Self::Row(number) => number,
        }
    }

    /// What is counted.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Line(_) => "line",
            Self::Row(_) => "row",
        }
    }
}

impl fmt::Display for RowNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.noun(), self.number())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)?;
        if let Some(row) = self.row {
            write!(f, ", {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column:?}")?;
        }
        Ok(())
    }
}
