//! A covariance matrix, checked once.

use nalgebra::{DMatrix, DMatrixView};

#[cfg(feature = "serde")]
use crate::matrix::Rows;
use crate::matrix::{check_square_and_finite, from_slice, make_symmetric};
use crate::simd::{ScaledTiles, dot, mirror_lower, sum, write_tiles};
use crate::{Correlation, InputError, Weights};

/// How far two mirrored entries may lie apart, in units of the two standard deviations: rounding, not data.
const ASYMMETRY: f64 = 1e-10;

/// The covariance of N assets: symmetric, finite, no variance below zero.
///
/// Positive semidefiniteness is not part of the type: hierarchical methods do not need it, and those that do
/// find out in their factorisation.
///
/// # Shapes and units
/// N x N, in squared returns per period.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Rows", into = "Rows"))]
pub struct Covariance(DMatrix<f64>);

impl Covariance {
    /// Takes over a matrix without copying it.
    ///
    /// Mirrored entries may differ by rounding (1e-10 of the product of the two standard deviations); the lower
    /// triangle then counts, and the matrix is exactly symmetric afterwards.
    ///
    /// # Errors
    /// [`InputError::Empty`], [`InputError::NotSquare`], [`InputError::NotFinite`], [`InputError::NegativeVariance`]
    /// and [`InputError::NotSymmetric`], each with the first place found.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, InputError, nalgebra::DMatrix};
    ///
    /// let covariance = Covariance::new(DMatrix::from_row_slice(2, 2, &[0.04, 0.018, 0.018, 0.09]))?;
    /// assert_eq!(covariance.volatilities(), [0.2, 0.3]);
    /// let error = Covariance::new(DMatrix::from_row_slice(2, 2, &[0.04, 0.01, 0.02, 0.09])).unwrap_err();
    /// assert_eq!(error, InputError::NotSymmetric { row: 1, col: 0, value: 0.02, mirrored: 0.01 });
    /// # Ok::<(), InputError>(())
    /// ```
    pub fn new(matrix: DMatrix<f64>) -> Result<Self, InputError> {
        check_square_and_finite("the covariance", &matrix)?;
        let covariance = Self(matrix);
        covariance.first_negative()?;
        let Self(mut matrix) = covariance;
        make_symmetric(&mut matrix, |matrix, row, col| {
            ASYMMETRY * matrix[(row, row)].sqrt() * matrix[(col, col)].sqrt()
        })?;
        Ok(Self(matrix))
    }

    /// A covariance from the N * N entries of a matrix, column by column (or row by row: it is symmetric).
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there are `assets * assets` entries; else as [`Covariance::new`].
    pub fn from_column_slice(assets: usize, entries: &[f64]) -> Result<Self, InputError> {
        Self::new(from_slice("the list of covariances", assets, assets, entries)?)
    }

    /// Writes another covariance into the memory that is there: `fill` writes each column from its diagonal entry down.
    ///
    /// The heap is touched only where the matrix is larger than any before. After an error it is zero.
    ///
    /// # Errors
    /// [`InputError::Empty`] for no asset; [`InputError::NotFinite`] and [`InputError::NegativeVariance`] for the first
    /// entry found.
    ///
    /// # Examples
    /// ```
    /// use po_core::Covariance;
    ///
    /// let mut covariance = Covariance::default();
    /// covariance.assign_lower(2, |col, below| below.copy_from_slice(&[[0.04, 0.018], [0.09, 0.0]][col][..2 - col]))?;
    /// assert_eq!(covariance.as_slice(), [0.04, 0.018, 0.018, 0.09]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn assign_lower(
        &mut self,
        assets: usize,
        mut fill: impl FnMut(usize, &mut [f64]),
    ) -> Result<(), InputError> {
        self.resize(assets);
        let entries = self.0.as_mut_slice();
        let mut sound = assets > 0;
        for col in 0..assets {
            let below = &mut entries[col * assets + col..(col + 1) * assets];
            fill(col, below);
            sound &= below[0] >= 0.0;
        }
        if mirror_lower(assets, entries) && sound {
            return Ok(());
        }
        let error = check_square_and_finite("the covariance", &self.0).and_then(|()| self.first_negative());
        self.0.fill(0.0);
        error
    }

    /// Writes another covariance into the memory that is there, from products in tiles and a scale for each asset.
    ///
    /// ```text
    /// Σ_ij = factor p_ij s_i s_j,   Σ_ii = variance(i)
    /// ```
    ///
    /// The tiles hold eight rows and eight columns, column by column, on the diagonal and below it, one column of tiles
    /// after the other; of those on the diagonal the lower half counts. `scale` tells eight scales at a time. What lies
    /// beyond the last asset must be finite. After an error the covariance is zero.
    ///
    /// # Errors
    /// As [`Covariance::assign_lower`].
    ///
    /// # Cost
    /// One pass: both halves of the matrix are written while a tile is at hand.
    ///
    /// # Examples
    /// ```
    /// use po_core::Covariance;
    ///
    /// let (mut products, mut scales) = ([0.0; 64], [0.0; 8]);
    /// // A correlation of 0.3 in the first column, and volatilities of 20 % and 30 %.
    /// products[1] = 0.3;
    /// scales[..2].copy_from_slice(&[0.2, 0.3]);
    /// let mut covariance = Covariance::default();
    /// covariance.assign_tiles(2, 1.0, |_| &products, |_| &scales, |asset| [0.04, 0.09][asset])?;
    /// assert!((covariance.as_slice()[1] - 0.018).abs() < 1e-15);
    /// assert_eq!(covariance.as_slice()[2], covariance.as_slice()[1]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn assign_tiles<'a>(
        &mut self,
        assets: usize,
        factor: f64,
        tile: impl Fn(usize) -> &'a [f64; 64],
        scale: impl Fn(usize) -> &'a [f64; 8],
        variance: impl Fn(usize) -> f64,
    ) -> Result<(), InputError> {
        self.resize(assets);
        let tiles = ScaledTiles { size: assets, factor, tile, scale, diagonal: variance };
        if assets > 0 && write_tiles(&tiles, self.0.as_mut_slice()) {
            return Ok(());
        }
        let error = check_square_and_finite("the covariance", &self.0).and_then(|()| self.first_negative());
        self.0.fill(0.0);
        error
    }

    /// Takes on another size; the entries are then any.
    fn resize(&mut self, assets: usize) {
        if self.0.nrows() != assets {
            let mut memory: Vec<f64> = std::mem::take(&mut self.0).data.into();
            memory.resize(assets * assets, 0.0);
            self.0 = DMatrix::from_vec(assets, assets, memory);
        }
    }

    fn first_negative(&self) -> Result<(), InputError> {
        match (0..self.len()).find(|&asset| self.0[(asset, asset)] < 0.0) {
            Some(asset) => Err(InputError::NegativeVariance { asset, value: self.0[(asset, asset)] }),
            None => Ok(()),
        }
    }

    /// Whether nothing was written yet, as in a default one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of assets.
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

    /// The covariances of one asset with all assets, in order.
    ///
    /// # Panics
    /// When there is no such asset.
    #[must_use]
    pub fn column(&self, asset: usize) -> &[f64] {
        let assets = self.len();
        &self.0.as_slice()[asset * assets..(asset + 1) * assets]
    }

    /// Hands back the matrix.
    #[must_use]
    pub fn into_inner(self) -> DMatrix<f64> {
        self.0
    }

    /// The standard deviation of each asset.
    ///
    /// # Shapes and units
    /// N numbers, in returns per period.
    #[must_use]
    pub fn volatilities(&self) -> Vec<f64> {
        self.0.diagonal().iter().map(|variance| variance.sqrt()).collect()
    }

    /// The correlation that belongs to this covariance.
    ///
    /// # Errors
    /// [`InputError::ZeroVariance`] for an asset that does not move; [`InputError::CorrelationOutOfRange`] when the
    /// matrix is so far from a covariance that a correlation leaves [-1, 1].
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, nalgebra::DMatrix};
    ///
    /// let covariance = Covariance::new(DMatrix::from_row_slice(2, 2, &[0.04, 0.018, 0.018, 0.09]))?;
    /// assert!((covariance.correlation()?.as_view()[(0, 1)] - 0.3).abs() < 1e-15);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn correlation(&self) -> Result<Correlation, InputError> {
        if let Some(asset) = (0..self.len()).find(|&asset| self.0[(asset, asset)] <= 0.0) {
            return Err(InputError::ZeroVariance { asset });
        }
        let deviation = self.volatilities();
        Correlation::new(DMatrix::from_fn(self.len(), self.len(), |row, col| {
            if row == col { 1.0 } else { self.0[(row, col)] / (deviation[row] * deviation[col]) }
        }))
    }

    /// The variance of a portfolio.
    ///
    /// ```text
    /// w' Σ w
    /// ```
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one weight per asset; [`InputError::OutOfRange`] when the
    /// weights are so large that the variance overflows.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, Weights, nalgebra::DMatrix};
    ///
    /// let covariance = Covariance::new(DMatrix::from_row_slice(2, 2, &[0.04, 0.01, 0.01, 0.01]))?;
    /// let variance = covariance.portfolio_variance(&Weights::new(vec![0.5, 0.5])?)?;
    /// assert!((variance - 0.0175).abs() < 1e-17);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn portfolio_variance(&self, weights: &Weights) -> Result<f64, InputError> {
        let marginal = self.marginal(weights)?;
        let value = dot(weights.as_slice(), &marginal);
        if value.is_finite() {
            Ok(value)
        } else {
            let (name, expected) = ("the variance of the portfolio", "a finite number");
            Err(InputError::OutOfRange { name, value, expected })
        }
    }

    /// The share of each asset in the variance of a portfolio (Euler's decomposition); the shares sum to one.
    ///
    /// ```text
    /// w_i (Σ w)_i / w' Σ w
    /// ```
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one weight per asset; [`InputError::OutOfRange`] when the
    /// portfolio has no variance to share, or one that overflows.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, Weights, nalgebra::DMatrix};
    ///
    /// let covariance = Covariance::new(DMatrix::from_row_slice(2, 2, &[0.04, 0.0, 0.0, 0.01]))?;
    /// let shares = covariance.risk_contributions(&Weights::new(vec![0.5, 0.5])?)?;
    /// assert!((shares[0] - 0.8).abs() < 1e-15 && (shares[1] - 0.2).abs() < 1e-15);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn risk_contributions(&self, weights: &Weights) -> Result<Vec<f64>, InputError> {
        let mut shares = self.marginal(weights)?;
        for (share, weight) in shares.iter_mut().zip(weights.as_slice()) {
            *share *= weight;
        }
        let variance = sum(&shares);
        if variance > 0.0 && variance.is_finite() {
            shares.iter_mut().for_each(|share| *share /= variance);
            Ok(shares)
        } else {
            let (name, expected) = ("the variance of the portfolio", "a positive, finite number");
            Err(InputError::OutOfRange { name, value: variance, expected })
        }
    }

    /// Σ w
    fn marginal(&self, weights: &Weights) -> Result<Vec<f64>, InputError> {
        if weights.len() != self.len() {
            let (expected, actual) = (self.len(), weights.len());
            return Err(InputError::LengthMismatch { what: "the list of weights", expected, actual });
        }
        Ok((0..self.len()).map(|asset| dot(self.column(asset), weights.as_slice())).collect())
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Rows> for Covariance {
    type Error = InputError;

    fn try_from(rows: Rows) -> Result<Self, InputError> {
        Self::new(rows.try_into()?)
    }
}

#[cfg(feature = "serde")]
impl From<Covariance> for Rows {
    fn from(covariance: Covariance) -> Self {
        covariance.0.into()
    }
}

impl Default for Covariance {
    /// A covariance that holds nothing yet, to be written into.
    fn default() -> Self {
        Self(DMatrix::zeros(0, 0))
    }
}
