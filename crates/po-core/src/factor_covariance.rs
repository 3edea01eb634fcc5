//! A covariance in factor form, which never becomes an N x N matrix.

use nalgebra::{DMatrix, DMatrixView};

use crate::linalg::{SymmetricEigen, gemm_into};
use crate::simd::{axpy, dot};
use crate::{Covariance, InputError, Weights};

/// Eigenvalues of the factor covariance this far below zero, in units of the largest, are rounding.
const ROUNDING: f64 = 1e-12;

/// The covariance of N assets that K factors explain, up to specific risk.
///
/// ```text
/// Σ = B F B' + diag(d)
/// ```
///
/// # Shapes and units
/// Exposures B are N x K, the covariance F of the factors is K x K, the specific variances d are N; in squared returns
/// per period when exposures have no unit.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Unchecked", into = "Unchecked"))]
pub struct FactorCovariance {
    exposures: DMatrix<f64>,
    factor_covariance: Covariance,
    specific: Vec<f64>,
    /// `B V Λ^{1/2}` with `F = V Λ V'`, so that `Σ = L L' + diag(d)`.
    loadings: DMatrix<f64>,
}

impl FactorCovariance {
    /// A covariance from exposures, the covariance of the factors, and specific variances.
    ///
    /// # Errors
    /// [`InputError::Empty`] without assets; [`InputError::LengthMismatch`] when the shapes do not fit;
    /// [`InputError::NotFinite`] for an exposure, or a loading that overflows, whose row is its factor;
    /// [`InputError::AssetOutOfRange`] for a specific variance that is negative or not finite;
    /// [`InputError::NotPositiveSemidefinite`] or [`InputError::NotConverged`] for the covariance of the factors.
    ///
    /// # Cost
    /// N K² + O(K³) multiplications.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, FactorCovariance, nalgebra::DMatrix};
    ///
    /// let market = Covariance::from_column_slice(1, &[0.25])?;
    /// let covariance = FactorCovariance::new(DMatrix::from_column_slice(2, 1, &[1.0, 0.5]), market, vec![0.5, 0.75])?;
    /// assert_eq!(covariance.variances(), [0.75, 0.8125]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn new(
        exposures: DMatrix<f64>,
        factor_covariance: Covariance,
        specific: Vec<f64>,
    ) -> Result<Self, InputError> {
        let (assets, factors) = exposures.shape();
        if assets == 0 {
            return Err(InputError::Empty { what: "the list of specific variances" });
        }
        if factors != factor_covariance.len() {
            let (expected, actual) = (factor_covariance.len(), factors);
            return Err(InputError::LengthMismatch {
                what: "the list of exposures of an asset",
                expected,
                actual,
            });
        }
        if specific.len() != assets {
            let (expected, actual) = (assets, specific.len());
            return Err(InputError::LengthMismatch {
                what: "the list of specific variances",
                expected,
                actual,
            });
        }
        if let Some(place) = exposures.iter().position(|exposure| !exposure.is_finite()) {
            let (factor, asset) = (place / assets, place % assets);
            let value = exposures[place];
            return Err(InputError::NotFinite { what: "the exposure", row: factor, asset, value });
        }
        if let Some(asset) = specific.iter().position(|variance| !(variance.is_finite() && *variance >= 0.0))
        {
            let (value, expected) = (specific[asset], "a finite number, zero or more");
            return Err(InputError::AssetOutOfRange {
                name: "the specific variance",
                asset,
                value,
                expected,
            });
        }
        let loadings = loadings(&exposures, &factor_covariance)?;
        Ok(Self { exposures, factor_covariance, specific, loadings })
    }

    /// Number of assets.
    #[expect(clippy::len_without_is_empty, reason = "a covariance is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.specific.len()
    }

    /// Number of factors.
    #[must_use]
    pub fn factors(&self) -> usize {
        self.exposures.ncols()
    }

    /// Exposures of the assets to the factors, N x K.
    #[must_use]
    pub fn exposures(&self) -> DMatrixView<'_, f64> {
        self.exposures.as_view()
    }

    /// Covariance of the factors.
    #[must_use]
    pub fn factor_covariance(&self) -> &Covariance {
        &self.factor_covariance
    }

    /// Variance of each asset that the factors do not explain.
    #[must_use]
    pub fn specific(&self) -> &[f64] {
        &self.specific
    }

    /// Exposures to uncorrelated factors of variance one, N x K: `Σ = L L' + diag(d)`.
    #[must_use]
    pub fn loadings(&self) -> &DMatrix<f64> {
        &self.loadings
    }

    /// Variance of each asset.
    #[must_use]
    pub fn variances(&self) -> Vec<f64> {
        let mut variances = self.specific.clone();
        for factor in self.loadings.column_iter() {
            variances.iter_mut().zip(&factor).for_each(|(variance, loading)| *variance += loading * loading);
        }
        variances
    }

    /// `product = Σ x`, with `factor_exposures` (K) for the exposures of x to the uncorrelated factors.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless x and the product have N numbers, and the exposures K.
    ///
    /// # Cost
    /// 2 N K multiplications.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, FactorCovariance, nalgebra::DMatrix};
    ///
    /// let market = Covariance::from_column_slice(1, &[0.25])?;
    /// let covariance = FactorCovariance::new(DMatrix::from_column_slice(2, 1, &[1.0, 0.5]), market, vec![0.5, 0.75])?;
    /// let (mut product, mut exposures) = ([0.0; 2], [0.0; 1]);
    /// covariance.multiply_into(&[1.0, 2.0], &mut exposures, &mut product)?;
    /// assert_eq!((product, exposures), ([1.0, 1.75], [1.0]));
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn multiply_into(
        &self,
        x: &[f64],
        factor_exposures: &mut [f64],
        product: &mut [f64],
    ) -> Result<(), InputError> {
        let check = |what, expected: usize, actual: usize| {
            if actual == expected {
                Ok(())
            } else {
                Err(InputError::LengthMismatch { what, expected, actual })
            }
        };
        check("the vector", self.len(), x.len())?;
        check("the product", self.len(), product.len())?;
        check("the list of factor exposures", self.factors(), factor_exposures.len())?;
        for ((product, specific), x) in product.iter_mut().zip(&self.specific).zip(x) {
            *product = specific * x;
        }
        for (factor, exposure) in self.loadings.column_iter().zip(factor_exposures) {
            let factor = factor.data.into_slice();
            *exposure = dot(factor, x);
            axpy(*exposure, factor, product);
        }
        Ok(())
    }

    /// Variance of a portfolio; infinite, or not a number, when it overflows.
    ///
    /// ```text
    /// w' Σ w
    /// ```
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one weight per asset.
    pub fn portfolio_variance(&self, weights: &Weights) -> Result<f64, InputError> {
        if weights.len() != self.len() {
            let (expected, actual) = (self.len(), weights.len());
            return Err(InputError::LengthMismatch { what: "the list of weights", expected, actual });
        }
        let (mut product, mut exposures) = (vec![0.0; self.len()], vec![0.0; self.factors()]);
        self.multiply_into(weights.as_slice(), &mut exposures, &mut product)?;
        Ok(dot(weights.as_slice(), &product))
    }

    /// The N x N matrix.
    ///
    /// # Errors
    /// [`InputError::NotFinite`] when it overflows.
    ///
    /// # Cost
    /// N² K multiplications.
    pub fn covariance(&self) -> Result<Covariance, InputError> {
        let mut matrix = DMatrix::from_diagonal(&self.specific.clone().into());
        gemm_into(1.0, &self.loadings, &self.loadings.transpose(), 1.0, &mut matrix)
            .map_err(|error| overflow("the covariance", error))?;
        Covariance::new(matrix)
    }
}

/// `B V Λ^{1/2}`, from the eigenvalues rather than a Cholesky factor: the factors may be collinear.
fn loadings(exposures: &DMatrix<f64>, factor_covariance: &Covariance) -> Result<DMatrix<f64>, InputError> {
    let eigen = SymmetricEigen::new(factor_covariance.as_view())?;
    let largest = eigen.values().iter().fold(0.0, |largest: f64, value| largest.max(*value));
    let mut root = eigen.vectors().into_owned();
    for (mut column, &value) in root.column_iter_mut().zip(eigen.values()) {
        if value < -ROUNDING * largest {
            return Err(InputError::NotPositiveSemidefinite { eigenvalue: value });
        }
        column *= value.max(0.0).sqrt();
    }
    let mut loadings = DMatrix::zeros(exposures.nrows(), exposures.ncols());
    gemm_into(1.0, exposures, &root, 0.0, &mut loadings).map_err(|error| overflow("the loading", error))?;
    Ok(loadings)
}

/// A number of a product that is too large, by what it is: the rows of the product are assets.
fn overflow(what: &'static str, error: InputError) -> InputError {
    let InputError::NotFinite { row: asset, asset: row, value, .. } = error else { return error };
    InputError::NotFinite { what, row, asset, value }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "FactorCovariance", deny_unknown_fields)]
struct Unchecked {
    exposures: crate::matrix::Rows,
    factor_covariance: Covariance,
    specific: Vec<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for FactorCovariance {
    type Error = InputError;

    fn try_from(unchecked: Unchecked) -> Result<Self, InputError> {
        let exposures = unchecked.exposures.try_into()?;
        Self::new(exposures, unchecked.factor_covariance, unchecked.specific)
    }
}

#[cfg(feature = "serde")]
impl From<FactorCovariance> for Unchecked {
    fn from(covariance: FactorCovariance) -> Self {
        let FactorCovariance { exposures, factor_covariance, specific, .. } = covariance;
        Self { exposures: exposures.into(), factor_covariance, specific }
    }
}
