//! The settings of an exponentially weighted covariance.

use super::Decay;
use crate::Error;
use po_core::InputError;

/// More lags than this are refused: each costs a row of memory and a pass over it.
const MOST_LAGS: usize = 1000;

/// Settings of [`Ewma`](crate::Ewma).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `volatility` | factor 0.94 | [`Decay`] | how fast the variances forget |
/// | `correlation` | none | [`Decay`] | how fast the correlations forget; none for as fast as the variances |
/// | `correlation_of` | `Returns` | two sources | what the correlations are taken of |
/// | `mean` | none | [`Decay`] | how fast the mean forgets; none for a mean of zero |
/// | `lags` | 0 | 0 to 1,000 | lags of the correction for serial correlation (Newey–West) |
/// | `regime` | none | [`Decay`] | how fast the multiplier of all variances forgets; none for no multiplier |
/// | `min_observations` | 20 | 1 or more | returns after which an asset is ready |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct EwmaParams {
    /// How fast the variances forget.
    pub volatility: Decay,
    /// How fast the correlations forget; none for as fast as the variances.
    pub correlation: Option<Decay>,
    /// What the correlations are taken of.
    pub correlation_of: CorrelationOf,
    /// How fast the mean forgets; none for a mean of zero.
    pub mean: Option<Decay>,
    /// Lags of the correction for serial correlation (Newey–West).
    pub lags: usize,
    /// How fast the multiplier of all variances forgets; none for no multiplier.
    pub regime: Option<Decay>,
    /// Returns after which an asset is ready.
    pub min_observations: usize,
}

impl Default for EwmaParams {
    fn default() -> Self {
        Self {
            volatility: Decay::Factor(0.94),
            correlation: None,
            correlation_of: CorrelationOf::Returns,
            mean: None,
            lags: 0,
            regime: None,
            min_observations: 20,
        }
    }
}

impl EwmaParams {
    pub(super) fn check(&self) -> Result<(), Error> {
        for decay in [Some(self.volatility), self.correlation, self.mean, self.regime].into_iter().flatten() {
            decay.check()?;
        }
        if self.lags > MOST_LAGS {
            let (name, value, expected) = ("the number of lags", self.lags as f64, "at most 1000");
            return Err(InputError::OutOfRange { name, value, expected }.into());
        }
        if self.min_observations == 0 {
            let (name, expected) = ("the least number of observations", "1 or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected }.into());
        }
        Ok(())
    }
}

/// What the correlations of an exponentially weighted covariance are taken of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum CorrelationOf {
    /// The returns themselves: with one decay for both, the covariance is that of RiskMetrics; with two,
    /// that of Menchero, Orr and Wang (2011), section 4.
    #[default]
    Returns,
    /// Each return divided by the volatility that was known before it, so that a turbulent week does not
    /// decide the correlations of a year (Engle 2002, the exponential smoother). The first return of an asset
    /// is divided by itself.
    Innovations,
}
