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

    /// Some of the periods, in the order of their numbers; one that is named twice is there twice.
    ///
    /// # Errors
    /// [`InputError::Empty`] for no period; [`InputError::OutOfRange`] for one that does not exist.
    ///
    /// # Examples
    /// ```
    /// use po_core::Returns;
    ///
    /// let returns = Returns::from_column_slice(3, 1, &[0.01, 0.02, 0.03])?;
    /// assert_eq!(returns.rows(&[2, 0, 2])?.column(0), [0.03, 0.01, 0.03]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn rows(&self, rows: &[usize]) -> Result<Self, InputError> {
        let mut chosen = Self(DMatrix::zeros(0, 0));
        self.rows_into(rows, &mut chosen)?;
        Ok(chosen)
    }

    /// As [`Returns::rows`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Returns::rows`]; `chosen` then keeps what it held.
    pub fn rows_into(&self, rows: &[usize], chosen: &mut Self) -> Result<(), InputError> {
        if rows.is_empty() {
            return Err(InputError::Empty { what: "the list of periods" });
        }
        if let Some(&beyond) = rows.iter().find(|&&row| row >= self.observations()) {
            let (name, expected) = ("the number of a period", "less than there are");
            return Err(InputError::OutOfRange { name, value: beyond as f64, expected });
        }
        let shape = (rows.len(), self.assets());
        if chosen.0.shape() != shape {
            let mut memory: Vec<f64> = std::mem::replace(&mut chosen.0, DMatrix::zeros(0, 0)).data.into();
            memory.resize(shape.0 * shape.1, 0.0);
            chosen.0 = DMatrix::from_vec(shape.0, shape.1, memory);
        }
        for (asset, column) in chosen.0.as_mut_slice().chunks_exact_mut(rows.len()).enumerate() {
            let whole = self.column(asset);
            column.iter_mut().zip(rows).for_each(|(value, &row)| *value = whole[row]);
        }
        Ok(())
    }

    /// The returns of some assets, one at least, whose indices are in range.
    pub(crate) fn columns(&self, assets: &[usize]) -> Self {
        let mut chosen = Self(DMatrix::zeros(0, 0));
        self.columns_into(assets, &mut chosen);
        chosen
    }

    /// As [`Returns::columns`], in the memory that is there.
    pub(crate) fn columns_into(&self, assets: &[usize], chosen: &mut Self) {
        let rows = self.observations();
        let mut memory: Vec<f64> = std::mem::replace(&mut chosen.0, DMatrix::zeros(0, 0)).data.into();
        memory.clear();
        assets.iter().for_each(|&asset| memory.extend_from_slice(self.column(asset)));
        chosen.0 = DMatrix::from_vec(rows, assets.len(), memory);
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
