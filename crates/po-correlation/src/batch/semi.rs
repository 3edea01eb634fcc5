//! The covariance of what falls below a threshold.

use po_core::{Covariance, CovarianceEstimator, InputError, Returns};

use super::sample::{FEWEST, assign, centre, check_observations, products_into};
use super::scratch::BatchScratch;
use crate::{Divisor, Error};

/// Settings of [`SemiCovariance`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `threshold` | `Mean` | the mean, or a finite return | below what a return counts |
/// | `divisor` | `DegreesOfFreedom` | two divisors | what the sum of the products is divided by |
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct SemiCovarianceParams {
    /// Below what a return counts.
    pub threshold: Threshold,
    /// What the sum of the products is divided by.
    pub divisor: Divisor,
}

/// Below what a return counts as a loss.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Threshold {
    /// Below the mean return of its asset.
    #[default]
    Mean,
    /// Below this return, the same for all assets.
    Return(f64),
}

/// The semi-covariance: products of shortfalls, positive semidefinite.
///
/// ```text
/// Σ = 1/n Σ_t d_t d_t'   with d_ti = min(r_ti - b_i, 0)
/// ```
///
/// # Cost
/// T N²/2 multiplications; from the second sample of one size on, no allocation.
///
/// # Examples
/// ```
/// use po_core::{CovarianceEstimator, Returns};
/// use po_correlation::{SemiCovariance, SemiCovarianceParams, Threshold};
///
/// let returns = Returns::from_column_slice(3, 1, &[0.03, -0.01, -0.03])?;
/// let threshold = Threshold::Return(0.0);
/// let params = SemiCovarianceParams { threshold, ..SemiCovarianceParams::default() };
/// let variance = SemiCovariance::new(params)?.estimate(&returns)?.as_slice()[0];
/// assert!((variance - 0.0005).abs() < 1e-18);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Estrada (2008), Mean-Semivariance Optimization: A Heuristic Approach, eq. (8), with a divisor of
/// T and one threshold.
///
/// # Settings
/// [`SemiCovarianceParams`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SemiCovariance(SemiCovarianceParams);

impl SemiCovariance {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a threshold that is not finite.
    pub fn new(params: SemiCovarianceParams) -> Result<Self, Error> {
        match params.threshold {
            Threshold::Return(value) if !value.is_finite() => {
                let (name, expected) = ("the threshold", "a finite number");
                Err(InputError::OutOfRange { name, value, expected }.into())
            }
            _ => Ok(Self(params)),
        }
    }
}

impl CovarianceEstimator for SemiCovariance {
    type Scratch = BatchScratch;
    type Error = Error;

    /// Estimates from returns.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two; [`InputError::NotFinite`] where squares
    /// overflow.
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), Error> {
        check_observations("the observations for a semi-covariance", returns, FEWEST)?;
        match self.0.threshold {
            Threshold::Mean => {
                centre(returns, scratch);
                scratch.centred.iter_mut().for_each(|value| *value = value.min(0.0));
            }
            Threshold::Return(threshold) => {
                scratch.centred.clear();
                scratch.centred.extend(returns.as_slice().iter().map(|value| (value - threshold).min(0.0)));
            }
        }
        products_into(1.0 / self.0.divisor.of(returns.observations()), returns, scratch)?;
        Ok(assign(covariance, &scratch.square)?)
    }
}
