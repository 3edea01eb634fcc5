//! Oracle approximating shrinkage.

use po_core::simd::dot;
use po_core::{Covariance, CovarianceEstimator, Returns};

use super::fourth_moments::column;
use super::sample::sample_into;
use super::scratch::BatchScratch;
use crate::{Divisor, Error};

/// Settings of [`Oas`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `formula` | `Published` | two formulas | which formula gives the intensity |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct OasParams {
    /// Which formula gives the intensity.
    pub formula: OasFormula,
}

/// Which formula gives the intensity of [`Oas`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum OasFormula {
    /// As published.
    ///
    /// ```text
    /// ρ = ((1 - 2/N) tr S² + tr² S) / ((T + 1 - 2/N) (tr S² - tr² S / N))
    /// ```
    #[default]
    Published,
    /// Without 2/N, as scikit-learn computes it.
    ///
    /// ```text
    /// ρ = (tr S² + tr² S) / ((T + 1) (tr S² - tr² S / N))
    /// ```
    ManyAssets,
}

/// Oracle approximating shrinkage: towards equal variances, with the intensity that is best for normal
/// returns.
///
/// ```text
/// Σ = ρ μ I + (1 - ρ) S   with μ = tr S / N, ρ cut to 1, and a divisor of T in S
/// ```
///
/// # Cost
/// T N²/2 multiplications; from the second sample of one size on, no allocation.
///
/// # Examples
/// ```
/// use po_core::Returns;
/// use po_correlation::{Oas, OasParams};
///
/// // S = diag(2, 1/2): tr S² = 17/4, tr² S = 25/4, so that ρ = (25/4) / (4 · 9/8) is cut to one.
/// let returns = Returns::from_column_slice(4, 2, &[2.0, -2.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0])?;
/// let (covariance, intensity) = Oas::new(OasParams::default()).shrink(&returns)?;
/// assert_eq!((covariance.as_slice()[0], intensity), (1.25, 1.0));
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Chen, Wiesel, Eldar and Hero (2010), Shrinkage algorithms for MMSE covariance estimation, eq. (23).
///
/// # Settings
/// [`OasParams`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Oas(OasParams);

impl Oas {
    /// An estimator with these settings, of which all are sound.
    #[must_use]
    pub fn new(params: OasParams) -> Self {
        Self(params)
    }

    /// The covariance, and the shrinkage intensity ρ in [0, 1].
    ///
    /// # Errors
    /// As [`Oas::shrink_into`].
    pub fn shrink(&self, returns: &Returns) -> Result<(Covariance, f64), Error> {
        let mut covariance = Covariance::default();
        let intensity = self.shrink_into(returns, &mut BatchScratch::default(), &mut covariance)?;
        Ok((covariance, intensity))
    }

    /// Writes the covariance, and returns the shrinkage intensity ρ in [0, 1]; one where the sample
    /// covariance is the target.
    ///
    /// # Errors
    /// [`po_core::InputError::TooFewObservations`] for fewer than two; [`po_core::InputError::NotFinite`]
    /// where squares overflow.
    pub fn shrink_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<f64, Error> {
        sample_into(returns, Divisor::Observations, scratch)?;
        let assets = returns.assets();
        let (count, square) = (assets as f64, &mut scratch.square);
        let mean = square.trace() / count;
        let intensity = if mean > 0.0 {
            // In units of the mean variance, so that no square overflows: tr S² / N² and tr² S / N².
            square.as_mut_slice().iter_mut().for_each(|entry| *entry /= mean);
            let size =
                (0..assets).map(|asset| dot(column(square, asset), column(square, asset))).sum::<f64>();
            let size = size / (count * count);
            let dropped = match self.0.formula {
                OasFormula::Published => 2.0 / count,
                OasFormula::ManyAssets => 0.0,
            };
            let observations = returns.observations() as f64;
            let denominator = (observations + 1.0 - dropped) * (size - 1.0 / count);
            let share = ((1.0 - dropped) * size + 1.0) / denominator;
            if denominator > 0.0 { share.clamp(0.0, 1.0) } else { 1.0 }
        } else {
            1.0
        };
        covariance.assign_lower(assets, |col, below| {
            for (below, entry) in below.iter_mut().zip(&column(square, col)[col..]) {
                *below = (1.0 - intensity) * mean * entry;
            }
            below[0] += intensity * mean;
        })?;
        tracing::debug!(assets, intensity, "oracle approximating shrinkage");
        Ok(intensity)
    }
}

impl CovarianceEstimator for Oas {
    type Scratch = BatchScratch;
    type Error = Error;

    /// Estimates from returns.
    ///
    /// # Errors
    /// As [`Oas::shrink_into`].
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), Error> {
        self.shrink_into(returns, scratch, covariance).map(drop)
    }
}
