//! Matrices in the form in which they are written to files: a list of rows.

use po_core::InputError;

/// Rows of equal length.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Rows(Vec<Vec<f64>>);

impl Rows {
    /// So many rows, from entries column by column.
    pub(crate) fn new(rows: usize, entries: &[f64]) -> Self {
        Self((0..rows).map(|row| entries.iter().skip(row).step_by(rows).copied().collect()).collect())
    }

    /// Number of rows, number of columns, and the entries column by column.
    pub(crate) fn into_columns(self) -> Result<(usize, usize, Vec<f64>), InputError> {
        let Self(rows) = self;
        let expected = rows.first().map_or(0, Vec::len);
        if let Some(actual) = rows.iter().map(Vec::len).find(|&actual| actual != expected) {
            return Err(InputError::LengthMismatch { what: "a row of the matrix", expected, actual });
        }
        let entries = (0..expected).flat_map(|col| rows.iter().map(move |row| row[col])).collect();
        Ok((rows.len(), expected, entries))
    }
}
