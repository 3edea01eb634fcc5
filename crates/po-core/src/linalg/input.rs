//! What comes into a decomposition: copied once, and checked on the way.

use nalgebra::DMatrixView;

use crate::InputError;

/// Copies the lower triangle, with zeros above it, and tells the number of rows.
pub(super) fn copy_lower(matrix: DMatrixView<'_, f64>, copy: &mut Vec<f64>) -> Result<usize, InputError> {
    let (rows, cols) = matrix.shape();
    if rows != cols {
        return Err(InputError::NotSquare { rows, cols });
    }
    copy_from(matrix, |col| col, copy)?;
    Ok(rows)
}

/// Copies the whole matrix.
pub(super) fn copy_all(matrix: DMatrixView<'_, f64>, copy: &mut Vec<f64>) -> Result<(), InputError> {
    copy_from(matrix, |_| 0, copy)
}

/// Copies each column from row `start(col)` on, with zeros before it.
fn copy_from(
    matrix: DMatrixView<'_, f64>,
    start: impl Fn(usize) -> usize,
    copy: &mut Vec<f64>,
) -> Result<(), InputError> {
    if matrix.is_empty() {
        return Err(InputError::Empty { what: "the matrix" });
    }
    copy.clear();
    for (col, column) in matrix.column_iter().enumerate() {
        let column = column.data.into_slice();
        copy.extend(std::iter::repeat_n(0.0, start(col)));
        copy.extend_from_slice(&column[start(col)..]);
    }
    check_finite("the matrix", matrix.nrows(), copy)
}

/// Refuses the first number that is not finite; `rows` tells its place.
pub(super) fn check_finite(what: &'static str, rows: usize, values: &[f64]) -> Result<(), InputError> {
    // The common case has no branch for each number.
    if values.iter().fold(true, |finite, value| finite & value.is_finite()) {
        return Ok(());
    }
    let place = values.iter().take_while(|value| value.is_finite()).count();
    let (row, asset, value) = (place % rows, place / rows, values[place]);
    Err(InputError::NotFinite { what, row, asset, value })
}

/// The largest number in absolute value; zero of none.
pub(super) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()))
}

/// A factor by which to divide a matrix so that squares of its numbers neither overflow nor vanish; mostly one.
pub(super) fn scale(values: &[f64]) -> f64 {
    let largest = largest(values);
    if largest == 0.0 || (1e-100..=1e100).contains(&largest) { 1.0 } else { largest }
}
