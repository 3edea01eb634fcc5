//! A correlation matrix, checked once.

use nalgebra::{DMatrix, DMatrixView};

#[cfg(feature = "serde")]
use crate::matrix::Rows;
use crate::matrix::{check_square_and_finite, from_slice, make_symmetric};
use crate::{Covariance, InputError};

/// How far an entry may be off for rounding: symmetry, the diagonal, and the ends of [-1, 1].
const ROUNDING: f64 = 1e-10;

/// The correlation of N assets: symmetric, finite, ones on the diagonal, entries in [-1, 1].
///
/// # Shapes and units
/// N x N, without unit.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Rows", into = "Rows"))]
pub struct Correlation(DMatrix<f64>);

impl Correlation {
    /// Takes over a matrix without copying it.
    ///
    /// Entries that miss symmetry, the diagonal or the range by rounding (1e-10) are set to the exact value;
    /// of two mirrored entries the lower triangle counts.
    ///
    /// # Errors
    /// [`InputError::Empty`], [`InputError::NotSquare`], [`InputError::NotFinite`], [`InputError::DiagonalNotOne`],
    /// [`InputError::NotSymmetric`] and [`InputError::CorrelationOutOfRange`], each with the first place found.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Correlation, InputError, nalgebra::DMatrix};
    ///
    /// assert_eq!(Correlation::new(DMatrix::from_row_slice(2, 2, &[1.0, 0.3, 0.3, 1.0]))?.len(), 2);
    /// let error = Correlation::new(DMatrix::from_row_slice(2, 2, &[1.0, 1.3, 1.3, 1.0])).unwrap_err();
    /// assert_eq!(error, InputError::CorrelationOutOfRange { row: 1, col: 0, value: 1.3 });
    /// # Ok::<(), InputError>(())
    /// ```
    pub fn new(mut matrix: DMatrix<f64>) -> Result<Self, InputError> {
        check_square_and_finite("the correlation", &matrix)?;
        for asset in 0..matrix.nrows() {
            let value = matrix[(asset, asset)];
            if (value - 1.0).abs() > ROUNDING {
                return Err(InputError::DiagonalNotOne { asset, value });
            }
            matrix[(asset, asset)] = 1.0;
        }
        make_symmetric(&mut matrix, |_, _, _| ROUNDING)?;
        for col in 0..matrix.ncols() {
            for row in 0..matrix.nrows() {
                let value = matrix[(row, col)];
                if value.abs() > 1.0 + ROUNDING {
                    return Err(InputError::CorrelationOutOfRange { row, col, value });
                }
                matrix[(row, col)] = value.clamp(-1.0, 1.0);
            }
        }
        Ok(Self(matrix))
    }

    /// A correlation from the N * N entries of a matrix, column by column (or row by row: it is symmetric).
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there are `assets * assets` entries; else as [`Correlation::new`].
    pub fn from_column_slice(assets: usize, entries: &[f64]) -> Result<Self, InputError> {
        Self::new(from_slice("the list of correlations", assets, assets, entries)?)
    }

    /// Number of assets.
    #[expect(clippy::len_without_is_empty, reason = "a correlation is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.nrows()
    }

    /// The matrix, for nalgebra.
    #[must_use]
    pub fn as_view(&self) -> DMatrixView<'_, f64> {
        self.0.as_view()
    }

    /// The N * N entries, column by column.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        self.0.as_slice()
    }

    /// Hands back the matrix.
    #[must_use]
    pub fn into_inner(self) -> DMatrix<f64> {
        self.0
    }

    /// The covariance of assets with this correlation and these standard deviations.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one volatility per asset; [`InputError::AssetOutOfRange`] for
    /// one that is negative or not finite.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Correlation, nalgebra::DMatrix};
    ///
    /// let covariance = Correlation::new(DMatrix::from_row_slice(2, 2, &[1.0, 0.5, 0.5, 1.0]))?.covariance(&[0.2, 0.4])?;
    /// assert!((covariance.as_view()[(1, 0)] - 0.04).abs() < 1e-16);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn covariance(&self, volatilities: &[f64]) -> Result<Covariance, InputError> {
        if volatilities.len() != self.len() {
            let (expected, actual) = (self.len(), volatilities.len());
            return Err(InputError::LengthMismatch { what: "the list of volatilities", expected, actual });
        }
        if let Some(asset) = volatilities.iter().position(|value| !(value.is_finite() && *value >= 0.0)) {
            let (value, expected) = (volatilities[asset], "a finite number, zero or more");
            return Err(InputError::AssetOutOfRange { name: "the volatility", asset, value, expected });
        }
        Covariance::new(DMatrix::from_fn(self.len(), self.len(), |row, col| {
            self.0[(row, col)] * (volatilities[row] * volatilities[col])
        }))
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Rows> for Correlation {
    type Error = InputError;

    fn try_from(rows: Rows) -> Result<Self, InputError> {
        Self::new(rows.try_into()?)
    }
}

#[cfg(feature = "serde")]
impl From<Correlation> for Rows {
    fn from(correlation: Correlation) -> Self {
        correlation.0.into()
    }
}
