//! Expected returns beside their covariance.

use crate::{Covariance, InputError};

/// The first two moments of the returns of N assets.
///
/// # Shapes and units
/// N means in returns per period, and an N x N covariance per the same period.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "UncheckedMoments"))]
pub struct Moments {
    mean: Vec<f64>,
    covariance: Covariance,
}

impl Moments {
    /// Puts a mean beside its covariance.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one mean per asset; [`InputError::AssetOutOfRange`] for a mean
    /// that is not finite.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, Moments, nalgebra::DMatrix};
    ///
    /// let moments = Moments::new(vec![0.01, 0.02], Covariance::new(DMatrix::from_row_slice(2, 2, &[0.04, 0.0, 0.0, 0.09]))?)?;
    /// assert_eq!(moments.mean(), [0.01, 0.02]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn new(mean: Vec<f64>, covariance: Covariance) -> Result<Self, InputError> {
        if mean.len() != covariance.len() {
            let (expected, actual) = (covariance.len(), mean.len());
            return Err(InputError::LengthMismatch { what: "the list of means", expected, actual });
        }
        match mean.iter().position(|mean| !mean.is_finite()) {
            Some(asset) => {
                let (name, value, expected) = ("the mean return", mean[asset], "a finite number");
                Err(InputError::AssetOutOfRange { name, asset, value, expected })
            }
            None => Ok(Self { mean, covariance }),
        }
    }

    /// Expected return of each asset.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Covariance of the returns.
    #[must_use]
    pub fn covariance(&self) -> &Covariance {
        &self.covariance
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedMoments {
    mean: Vec<f64>,
    covariance: Covariance,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedMoments> for Moments {
    type Error = InputError;

    fn try_from(unchecked: UncheckedMoments) -> Result<Self, InputError> {
        Self::new(unchecked.mean, unchecked.covariance)
    }
}
