//! Exponentially weighted covariance of a whole sample.

use po_core::simd::{dot, sum};
use po_core::{Covariance, CovarianceEstimator, InputError, Returns};

use super::sample::{
    FEWEST, assign, assign_scaled, check_observations, deviations_into, normalise, products_into,
};
use super::scratch::BatchScratch;
use crate::{Decay, Error};

/// Settings of [`EwmaCovariance`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `volatility` | `Factor(0.94)` | (0, 1), or a half-life in [0.01, 1e9] | how fast variances forget |
/// | `correlation` | as `volatility` | as `volatility` | how fast correlations forget |
/// | `centring` | `Mean` | two | about what deviations are taken |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct EwmaCovarianceParams {
    /// How fast variances forget.
    pub volatility: Decay,
    /// How fast correlations forget; as fast as variances where it is not given.
    pub correlation: Option<Decay>,
    /// About what deviations are taken.
    pub centring: Centring,
}

impl Default for EwmaCovarianceParams {
    fn default() -> Self {
        Self { volatility: Decay::Factor(0.94), correlation: None, centring: Centring::Mean }
    }
}

/// About what deviations are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Centring {
    /// About the weighted mean, with the correction for its having been estimated.
    #[default]
    Mean,
    /// About zero, as RiskMetrics does for daily returns; nothing is to be corrected then.
    Zero,
}

/// The exponentially weighted covariance of a sample, the last observation weighing most.
///
/// ```text
/// w_t = λ^(T-1-t) / Σ_s λ^(T-1-s)
/// Σ = Σ_t w_t (r_t - m)(r_t - m)' / (1 - Σ_t w_t²)   with m = Σ_t w_t r_t
/// Σ = Σ_t w_t r_t r_t'                               about zero
/// ```
///
/// The weights of a finite sample sum to one, so that early samples are not biased towards zero.
/// With two decays, variances are those of the one and correlations those of the other.
///
/// # Cost
/// T N²/2 multiplications, for a decay of correlations of its own as well; from the second sample of one size
/// on, no allocation.
///
/// # Examples
/// ```
/// use po_core::{CovarianceEstimator, Returns};
/// use po_correlation::{Centring, EwmaCovariance, EwmaCovarianceParams, Decay};
///
/// let params = EwmaCovarianceParams {
///     volatility: Decay::HalfLife(1.0),
///     centring: Centring::Zero,
///     ..EwmaCovarianceParams::default()
/// };
/// let returns = Returns::from_column_slice(2, 1, &[0.03, 0.0])?;
/// assert!((EwmaCovariance::new(params)?.estimate(&returns)?.as_slice()[0] - 0.0003).abs() < 1e-18);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// J. P. Morgan (1996), RiskMetrics Technical Document, section 5.2; the correction is that of reliability
/// weights.
///
/// # Settings
/// [`EwmaCovarianceParams`].
#[derive(Clone, Debug, PartialEq)]
pub struct EwmaCovariance {
    volatility: f64,
    correlation: Option<f64>,
    centring: Centring,
}

impl EwmaCovariance {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a factor outside (0, 1) and for a half-life outside [0.01, 1e9].
    pub fn new(params: EwmaCovarianceParams) -> Result<Self, Error> {
        params.volatility.check()?;
        params.correlation.map_or(Ok(()), Decay::check)?;
        let correlation = params.correlation.filter(|correlation| *correlation != params.volatility);
        Ok(Self {
            volatility: params.volatility.factor(),
            correlation: correlation.map(Decay::factor),
            centring: params.centring,
        })
    }

    /// Fills `scratch.square` with the covariance for one decay.
    fn weigh(&self, decay: f64, returns: &Returns, scratch: &mut BatchScratch) -> Result<(), Error> {
        let observations = returns.observations();
        let BatchScratch { centred, rows: [weights, roots, ..], .. } = scratch;
        weights.clear();
        weights.extend(std::iter::successors(Some(1.0), |weight| Some(weight * decay)).take(observations));
        weights.reverse();
        let total = sum(weights);
        weights.iter_mut().for_each(|weight| *weight /= total);
        roots.clear();
        roots.extend(weights.iter().map(|weight| weight.sqrt()));
        let factor = match self.centring {
            Centring::Zero => 1.0,
            Centring::Mean => {
                let rest = 1.0 - dot(weights, weights);
                if rest <= 0.0 {
                    let (name, expected) = ("the share of the last observation", "a number below 1");
                    let value = weights[observations - 1];
                    return Err(InputError::OutOfRange { name, value, expected }.into());
                }
                1.0 / rest
            }
        };
        centred.resize(returns.as_slice().len(), 0.0);
        for (asset, centred) in centred.chunks_exact_mut(observations).enumerate() {
            let column = returns.column(asset);
            let mean = match self.centring {
                Centring::Zero => 0.0,
                Centring::Mean => {
                    // About the last return, of which what does not move is exactly zero away.
                    let last = column[observations - 1];
                    let moved = column.iter().zip(&*weights).map(|(value, weight)| weight * (value - last));
                    last + moved.sum::<f64>()
                }
            };
            for ((centred, value), root) in centred.iter_mut().zip(column).zip(&*roots) {
                *centred = root * (value - mean);
            }
        }
        Ok(products_into(factor, returns, scratch)?)
    }
}

impl CovarianceEstimator for EwmaCovariance {
    type Scratch = BatchScratch;
    type Error = Error;

    /// Estimates from returns.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two; [`InputError::OutOfRange`] for a decay so small
    /// that the last observation is all that counts and its deviation from the mean is none;
    /// [`InputError::ZeroVariance`] for an asset without correlation, if correlations have a decay of their
    /// own; [`InputError::NotFinite`] where squares overflow.
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), Error> {
        check_observations("the observations for a weighted covariance", returns, FEWEST)?;
        let Some(correlation) = self.correlation else {
            self.weigh(self.volatility, returns, scratch)?;
            return Ok(assign(covariance, &scratch.square)?);
        };
        self.weigh(correlation, returns, scratch)?;
        std::mem::swap(&mut scratch.square, &mut scratch.other);
        deviations_into(&scratch.other, &mut scratch.loadings)?;
        normalise(&mut scratch.other, &scratch.loadings);
        self.weigh(self.volatility, returns, scratch)?;
        deviations_into(&scratch.square, &mut scratch.loadings)?;
        Ok(assign_scaled(covariance, &scratch.other, &scratch.loadings)?)
    }
}
