//! A complete table of returns.

use nalgebra::{DMatrix, DMatrixView};

use crate::InputError;
#[cfg(feature = "serde")]
use crate::matrix::Rows;
use crate::matrix::{check_finite, from_slice, last_rows};
use crate::simd::sum;
#[cfg(feature = "linalg")]
use crate::{Covariance, Moments, linalg};

/// Simple per-period returns of N assets over T periods; every cell is finite.
///
/// # Shapes and units
/// T x N; 0.01 is one per cent.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Rows", into = "Rows"))]
pub struct Returns(DMatrix<f64>);

impl Returns {
    /// Takes over a T x N matrix without copying it.
    ///
    /// # Errors
    /// [`InputError::Empty`] without rows or columns, [`InputError::NotFinite`] with the first place found.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Returns, nalgebra::DMatrix};
    ///
    /// let returns = Returns::new(DMatrix::from_row_slice(3, 2, &[0.01, 0.02, -0.01, 0.00, 0.03, 0.01]))?;
    /// assert_eq!((returns.observations(), returns.assets()), (3, 2));
    /// assert_eq!(returns.tail(2)?.column(0), [-0.01, 0.03]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn new(matrix: DMatrix<f64>) -> Result<Self, InputError> {
        check_finite("the return", &matrix)?;
        Ok(Self(matrix))
    }

    /// Returns from T * N numbers, asset by asset.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there are `observations * assets` numbers; else as [`Returns::new`].
    pub fn from_column_slice(
        observations: usize,
        assets: usize,
        entries: &[f64],
    ) -> Result<Self, InputError> {
        Self::new(from_slice("the list of returns", observations, assets, entries)?)
    }

    /// Number of periods, T.
    #[must_use]
    pub fn observations(&self) -> usize {
        self.0.nrows()
    }

    /// Number of assets, N.
    #[must_use]
    pub fn assets(&self) -> usize {
        self.0.ncols()
    }

    /// The matrix, for nalgebra.
    #[must_use]
    pub fn as_view(&self) -> DMatrixView<'_, f64> {
        self.0.as_view()
    }

    /// The T * N entries, asset by asset.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        self.0.as_slice()
    }

    /// The returns of one asset, oldest first.
    ///
    /// # Panics
    /// When there is no such asset.
    #[must_use]
    pub fn column(&self, asset: usize) -> &[f64] {
        let rows = self.observations();
        &self.0.as_slice()[asset * rows..(asset + 1) * rows]
    }

    /// The last `window` periods.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] when there are fewer; [`InputError::Empty`] for a window of zero.
    pub fn tail(&self, window: usize) -> Result<Self, InputError> {
        Ok(Self(last_rows("the observations in the window", &self.0, window)?))
    }

    /// The mean return of each asset.
    #[must_use]
    pub fn mean(&self) -> Vec<f64> {
        let periods = self.observations() as f64;
        (0..self.assets()).map(|asset| sum(self.column(asset)) / periods).collect()
    }

    /// The unbiased sample covariance.
    ///
    /// ```text
    /// Σ_ij = 1/(T-1) Σ_t (r_ti - r̄_i)(r_tj - r̄_j)
    /// ```
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two periods; [`InputError::NotFinite`] when the returns are
    /// so large that their squares overflow.
    ///
    /// # Cost
    /// T N² multiplications in one matrix product, and a copy of the returns.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Returns, nalgebra::DMatrix};
    ///
    /// let covariance = Returns::new(DMatrix::from_row_slice(2, 2, &[0.01, 0.02, 0.03, -0.02]))?.covariance()?;
    /// assert!((covariance.as_view()[(0, 0)] - 0.0002).abs() < 1e-18);
    /// assert!((covariance.as_view()[(0, 1)] + 0.0004).abs() < 1e-18);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    #[cfg(feature = "linalg")]
    #[cfg_attr(docsrs, doc(cfg(feature = "linalg")))]
    pub fn covariance(&self) -> Result<Covariance, InputError> {
        let observations = self.observations();
        if observations < 2 {
            let what = "the observations for a sample covariance";
            return Err(InputError::TooFewObservations { what, observations, required: 2 });
        }
        let mut centred = self.0.clone();
        for (mut column, mean) in centred.column_iter_mut().zip(self.mean()) {
            column.add_scalar_mut(-mean);
        }
        let mut covariance = DMatrix::zeros(self.assets(), self.assets());
        linalg::gram_into(1.0 / (observations - 1) as f64, centred.as_view(), &mut covariance)?;
        Covariance::new(covariance)
    }

    /// The sample mean and the unbiased sample covariance.
    ///
    /// # Errors
    /// As [`Returns::covariance`].
    #[cfg(feature = "linalg")]
    #[cfg_attr(docsrs, doc(cfg(feature = "linalg")))]
    pub fn moments(&self) -> Result<Moments, InputError> {
        Moments::new(self.mean(), self.covariance()?)
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Rows> for Returns {
    type Error = InputError;

    fn try_from(rows: Rows) -> Result<Self, InputError> {
        Self::new(rows.try_into()?)
    }
}

#[cfg(feature = "serde")]
impl From<Returns> for Rows {
    fn from(returns: Returns) -> Self {
        returns.0.into()
    }
}
