//! Noise and the market taken out of a correlation by its eigenvalues.

use po_core::{Covariance, CovarianceEstimator, InputError, Returns};

use super::sample::{assign_scaled, deviations_into, normalise, sample_into};
use super::scratch::{BatchScratch, shape};
use super::spectrum::{rebuild_into, unit_diagonal};
use crate::{Divisor, Error, MarchenkoPastur};

/// Settings of [`DenoisedCovariance`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `noise` | `Kernel` of 0.01 | three fits | how the variance of the noise is found |
/// | `denoising` | `ConstantResidual` | three ways | what becomes of eigenvalues that are noise |
/// | `market_components` | 0 | below N | how many of the largest eigenvalues are removed |
/// | `divisor` | `DegreesOfFreedom` | two divisors | what the variances of a sample are divided by |
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct DenoisedCovarianceParams {
    /// How the variance of the noise is found.
    pub noise: NoiseFit,
    /// What becomes of eigenvalues that are noise.
    pub denoising: Denoising,
    /// How many of the largest eigenvalues are removed afterwards: detoning, mostly by one.
    pub market_components: usize,
    /// What the variances of a sample are divided by.
    pub divisor: Divisor,
}

/// How the variance of the noise is found in the eigenvalues of a correlation.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
pub enum NoiseFit {
    /// It is one: all of the correlation may be noise.
    Unit,
    /// It is the mean of the eigenvalues below the edge that belongs to it.
    Residual,
    /// The density of Marchenko and Pastur is fitted to a normal kernel density of the eigenvalues (López de
    /// Prado).
    Kernel {
        /// Standard deviation of the kernel.
        bandwidth: f64,
    },
}

impl Default for NoiseFit {
    fn default() -> Self {
        Self::Kernel { bandwidth: 0.01 }
    }
}

/// What becomes of the eigenvalues that are noise.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
pub enum Denoising {
    /// They stay.
    None,
    /// Each becomes their mean; the diagonal is then scaled to one.
    #[default]
    ConstantResidual,
    /// Their part of the correlation is shrunk to its diagonal; the signal stays as it is.
    ///
    /// ```text
    /// C = C_signal + α C_noise + (1 - α) diag(C_noise)
    /// ```
    TargetedShrinkage {
        /// What is kept of the noise, α.
        keep: f64,
    },
}

/// What was found in the eigenvalues of a correlation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spectrum {
    /// The law of the noise.
    pub law: MarchenkoPastur,
    /// How many eigenvalues lie at or above its upper edge.
    pub signals: usize,
}

/// Denoising and detoning of a correlation; variances stay.
///
/// 1. The law of Marchenko and Pastur is fitted to the eigenvalues of the correlation.
/// 2. Those below its upper edge are noise and become as [`Denoising`] says.
/// 3. If asked for, the largest are removed, and the diagonal is scaled to one. The result is singular.
///
/// # Cost
/// One eigendecomposition of about 9 N³ multiplications, two with detoning; from the second call of one size
/// on, no allocation.
///
/// # Examples
/// ```
/// use po_core::{Covariance, nalgebra::DMatrix};
/// use po_correlation::{Denoising, DenoisedCovariance, DenoisedCovarianceParams, NoiseFit};
///
/// // Equal correlations of 0.5: eigenvalues 0.5, 0.5 and 2, the last of which is signal.
/// let covariance = Covariance::new(DMatrix::from_fn(3, 3, |i, j| if i == j { 0.04 } else { 0.02 }))?;
/// let noise = NoiseFit::Unit;
/// let params = DenoisedCovarianceParams { noise, ..DenoisedCovarianceParams::default() };
/// let (denoised, spectrum) = DenoisedCovariance::new(params)?.denoise(&covariance, 100)?;
/// assert_eq!(spectrum.signals, 1);
/// assert!((denoised.as_slice()[1] - 0.02).abs() < 1e-16);
/// // Without the market, any two of the three are correlated by -1/2.
/// let params = DenoisedCovarianceParams { market_components: 1, ..params };
/// let (detoned, _) = DenoisedCovariance::new(params)?.denoise(&covariance, 100)?;
/// assert!((detoned.as_slice()[1] + 0.02).abs() < 1e-16);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// López de Prado (2020), Machine Learning for Asset Managers, sections 2.4 to 2.6; [`NoiseFit::Residual`]:
/// Laloux, Cizeau, Bouchaud and Potters (1999). Where the fit has several minima, the deepest is taken.
///
/// # Settings
/// [`DenoisedCovarianceParams`].
#[derive(Clone, Debug, PartialEq)]
pub struct DenoisedCovariance(DenoisedCovarianceParams);

impl DenoisedCovariance {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a bandwidth that is not positive and finite, and for a share of the
    /// noise outside [0, 1].
    pub fn new(params: DenoisedCovarianceParams) -> Result<Self, Error> {
        if let NoiseFit::Kernel { bandwidth: value } = params.noise
            && !(value > 0.0 && value.is_finite())
        {
            let (name, expected) = ("the bandwidth", "a positive number");
            return Err(InputError::OutOfRange { name, value, expected }.into());
        }
        if let Denoising::TargetedShrinkage { keep: value } = params.denoising
            && !(0.0..=1.0).contains(&value)
        {
            let (name, expected) = ("the share of the noise that is kept", "a number in [0, 1]");
            return Err(InputError::OutOfRange { name, value, expected }.into());
        }
        Ok(Self(params))
    }

    /// Denoises a covariance that was estimated from so many observations.
    ///
    /// # Errors
    /// As [`DenoisedCovariance::denoise_into`].
    pub fn denoise(
        &self,
        covariance: &Covariance,
        observations: usize,
    ) -> Result<(Covariance, Spectrum), Error> {
        let mut denoised = Covariance::default();
        let spectrum =
            self.denoise_into(covariance, observations, &mut BatchScratch::default(), &mut denoised)?;
        Ok((denoised, spectrum))
    }

    /// Denoises a covariance that was estimated from so many observations, into `denoised`.
    ///
    /// # Errors
    /// [`InputError::Empty`] for no asset, [`InputError::TooFewObservations`] for no observation;
    /// [`InputError::ZeroVariance`] for an asset that does not move; [`InputError::OutOfRange`] for as many
    /// market components as assets, or more; [`Error::NothingLeft`] for an asset of which nothing is left
    /// without the market.
    pub fn denoise_into(
        &self,
        covariance: &Covariance,
        observations: usize,
        scratch: &mut BatchScratch,
        denoised: &mut Covariance,
    ) -> Result<Spectrum, Error> {
        if covariance.is_empty() {
            return Err(InputError::Empty { what: "the covariance" }.into());
        }
        if observations == 0 {
            let what = "the observations for a denoised covariance";
            return Err(InputError::TooFewObservations { what, observations, required: 1 }.into());
        }
        shape(&mut scratch.square, covariance.len(), covariance.len());
        scratch.square.as_mut_slice().copy_from_slice(covariance.as_slice());
        self.clean(observations, scratch, denoised)
    }

    /// Denoises `scratch.square`.
    fn clean(
        &self,
        observations: usize,
        scratch: &mut BatchScratch,
        denoised: &mut Covariance,
    ) -> Result<Spectrum, Error> {
        let BatchScratch { square, other, third, loadings, mean, eigen, values, .. } = scratch;
        let assets = square.nrows();
        let market = self.0.market_components;
        if market >= assets {
            let (name, expected) = ("the number of market components", "fewer than there are assets");
            return Err(InputError::OutOfRange { name, value: market as f64, expected }.into());
        }
        deviations_into(square, loadings)?;
        normalise(square, loadings);
        eigen.factor(square.as_view())?;
        let ratio = observations as f64 / assets as f64;
        let law = match self.0.noise {
            NoiseFit::Unit => MarchenkoPastur::new(ratio, 1.0)?,
            NoiseFit::Residual => MarchenkoPastur::of_residual(ratio, eigen.values()),
            NoiseFit::Kernel { bandwidth } => MarchenkoPastur::nearest(ratio, eigen.values(), bandwidth),
        };
        let noise = eigen.values().partition_point(|value| *value < law.upper());
        values.clear();
        match self.0.denoising {
            Denoising::None => values.extend_from_slice(eigen.values()),
            Denoising::ConstantResidual => {
                let residual = eigen.values()[..noise].iter().sum::<f64>() / noise.max(1) as f64;
                values.resize(noise, residual.max(0.0));
                values.extend_from_slice(&eigen.values()[noise..]);
                rebuild_into(eigen, values, other, square)?;
                unit_diagonal(square, mean).map_err(|asset| Error::NothingLeft { asset })?;
            }
            Denoising::TargetedShrinkage { keep } => {
                values.extend_from_slice(&eigen.values()[..noise]);
                values.resize(assets, 0.0);
                rebuild_into(eigen, values, other, third)?;
                for (place, (entry, noise)) in
                    square.as_mut_slice().iter_mut().zip(third.as_slice()).enumerate()
                {
                    if place % (assets + 1) != 0 {
                        *entry = (*entry - (1.0 - keep) * noise).clamp(-1.0, 1.0);
                    }
                }
            }
        }
        if market > 0 {
            eigen.factor(square.as_view())?;
            values.clear();
            values.extend_from_slice(&eigen.values()[..assets - market]);
            values.resize(assets, 0.0);
            rebuild_into(eigen, values, other, square)?;
            unit_diagonal(square, mean).map_err(|asset| Error::NothingLeft { asset })?;
        }
        assign_scaled(denoised, square, loadings)?;
        let signals = assets - noise;
        tracing::debug!(assets, signals, edge = law.upper(), "denoised");
        Ok(Spectrum { law, signals })
    }
}

impl CovarianceEstimator for DenoisedCovariance {
    type Scratch = BatchScratch;
    type Error = Error;

    /// Denoises the sample covariance of returns.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two; [`InputError::NotFinite`] where squares
    /// overflow; else as [`DenoisedCovariance::denoise_into`].
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), Error> {
        sample_into(returns, self.0.divisor, scratch)?;
        self.clean(returns.observations(), scratch, covariance).map(drop)
    }
}
