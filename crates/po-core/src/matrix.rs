//! Checks on raw matrices, and the form in which they are written to files.

use nalgebra::DMatrix;

use crate::InputError;

/// A matrix from its entries, column by column.
pub(crate) fn from_slice(
    what: &'static str,
    rows: usize,
    cols: usize,
    entries: &[f64],
) -> Result<DMatrix<f64>, InputError> {
    if rows.checked_mul(cols) == Some(entries.len()) {
        Ok(DMatrix::from_column_slice(rows, cols, entries))
    } else {
        let (expected, actual) = (rows.saturating_mul(cols), entries.len());
        Err(InputError::LengthMismatch { what, expected, actual })
    }
}

/// The last `window` rows.
pub(crate) fn last_rows(
    what: &'static str,
    matrix: &DMatrix<f64>,
    window: usize,
) -> Result<DMatrix<f64>, InputError> {
    let observations = matrix.nrows();
    if window == 0 {
        return Err(InputError::Empty { what: "the window" });
    }
    if window > observations {
        return Err(InputError::TooFewObservations { what, observations, required: window });
    }
    Ok(matrix.rows(observations - window, window).into_owned())
}

pub(crate) fn check_square_and_finite(what: &'static str, matrix: &DMatrix<f64>) -> Result<(), InputError> {
    let (rows, cols) = matrix.shape();
    if rows != cols {
        return Err(InputError::NotSquare { rows, cols });
    }
    check_finite(what, matrix)
}

pub(crate) fn check_finite(what: &'static str, matrix: &DMatrix<f64>) -> Result<(), InputError> {
    if matrix.is_empty() {
        return Err(InputError::Empty { what });
    }
    match matrix.iter().position(|value| !value.is_finite()) {
        Some(place) => {
            let (row, asset) = (place % matrix.nrows(), place / matrix.nrows());
            Err(InputError::NotFinite { what, row, asset, value: matrix[(row, asset)] })
        }
        None => Ok(()),
    }
}

/// Copies the lower triangle to the upper one, once no pair lies further apart than `tolerance(matrix, row, col)`.
pub(crate) fn make_symmetric(
    matrix: &mut DMatrix<f64>,
    tolerance: impl Fn(&DMatrix<f64>, usize, usize) -> f64,
) -> Result<(), InputError> {
    for col in 0..matrix.ncols() {
        for row in col + 1..matrix.nrows() {
            let (value, mirrored) = (matrix[(row, col)], matrix[(col, row)]);
            let difference = (value - mirrored).abs();
            if difference > 0.0 && difference > tolerance(matrix, row, col) {
                return Err(InputError::NotSymmetric { row, col, value, mirrored });
            }
            matrix[(col, row)] = value;
        }
    }
    Ok(())
}

/// A matrix as a file holds it: a list of rows.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Rows(Vec<Vec<f64>>);

#[cfg(feature = "serde")]
impl From<DMatrix<f64>> for Rows {
    fn from(matrix: DMatrix<f64>) -> Self {
        Self(matrix.row_iter().map(|row| row.iter().copied().collect()).collect())
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Rows> for DMatrix<f64> {
    type Error = InputError;

    fn try_from(Rows(rows): Rows) -> Result<Self, InputError> {
        let expected = rows.first().map_or(0, Vec::len);
        match rows.iter().map(Vec::len).find(|&actual| actual != expected) {
            Some(actual) => Err(InputError::LengthMismatch { what: "a row of the matrix", expected, actual }),
            None => Ok(Self::from_row_iterator(rows.len(), expected, rows.into_iter().flatten())),
        }
    }
}
