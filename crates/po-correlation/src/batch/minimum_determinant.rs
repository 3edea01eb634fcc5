//! The minimum covariance determinant.

use po_core::{Covariance, CovarianceEstimator, InputError, Returns};

use super::chi_square::{chi_square_cdf, chi_square_quantile};
use super::sample::{check_observations, sample_deviations};
use super::scratch::BatchScratch;
use super::subsets::Random;
use crate::{Divisor, Error};

/// Settings of [`MinimumCovarianceDeterminant`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `support` | (T + N + 1) / 2T | [0.5, 1] | the share of the observations that is trusted |
/// | `cutoff` | 0.975 | (0, 1), or none | the quantile beyond which the second estimate leaves out |
/// | `starts` | 500 | at least 1 | random subsets from which the search starts |
/// | `seed` | 0 | any | chooses the subsets |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct MinimumCovarianceDeterminantParams {
    /// The share of the observations that is trusted; the least that is robust where it is not given.
    pub support: Option<f64>,
    /// The quantile of the chi-square distribution beyond which an observation is left out of the second
    /// estimate; without it there is no second estimate.
    pub cutoff: Option<f64>,
    /// Random subsets from which the search starts.
    pub starts: usize,
    /// Chooses the subsets: the same seed gives the same bits.
    pub seed: u64,
}

impl Default for MinimumCovarianceDeterminantParams {
    fn default() -> Self {
        Self { support: None, cutoff: Some(0.975), starts: 500, seed: 0 }
    }
}

/// The minimum covariance determinant: mean and covariance of those h of the T observations whose covariance
/// has the least determinant, so that up to T - h outliers do no harm.
///
/// 1. From random subsets of N + 1 observations, steps to the h observations that are nearest to the mean of
///    the last ones lower the determinant until it stays (FAST-MCD).
/// 2. The covariance of the best subset is made consistent for normal returns: a central part of them has too
///    small a variance.
/// 3. The second estimate is that of all observations within the cutoff, made consistent in the same way.
///    Their sums of products are divided by their number.
///
/// ```text
/// c(α) = α / P(χ²_{N+2} <= q_α)   with P(χ²_N <= q_α) = α;  α = h/T, then the cutoff
/// ```
///
/// The subsets of the published algorithm that split long samples into parts are not formed: each start sees
/// all observations.
///
/// # Cost
/// Two steps from each start, of T N² multiplications each; from the second sample of one size on, no
/// allocation.
///
/// # Examples
/// ```
/// use po_core::{CovarianceEstimator, Returns};
/// use po_correlation::{MinimumCovarianceDeterminant, MinimumCovarianceDeterminantParams};
///
/// // Nine quiet days and two crashes: the crashes are left out, and do not move the estimate.
/// let quiet = [-0.02, 0.01, 0.0, -0.01, 0.02, 0.005, -0.005, 0.015, -0.015];
/// let estimator = MinimumCovarianceDeterminant::new(MinimumCovarianceDeterminantParams::default())?;
/// let fit = |crash: f64| {
///     let returns: Vec<f64> = quiet.into_iter().chain([crash, crash]).collect();
///     estimator.fit(&Returns::from_column_slice(11, 1, &returns)?)
/// };
/// let (bad, worse) = (fit(-0.2)?, fit(-0.4)?);
/// assert_eq!(bad.kept().iter().filter(|kept| **kept).count(), 9);
/// assert!((bad.location()[0] - 0.0).abs() < 1e-15);
/// assert!((bad.covariance().as_slice()[0] / worse.covariance().as_slice()[0] - 1.0).abs() < 1e-12);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Rousseeuw and Van Driessen (1999), A fast algorithm for the minimum covariance determinant estimator; the
/// factors: Croux and Haesbroeck (1999), eq. (4.2), without the corrections for small samples of Pison et al.
/// (2002).
///
/// # Settings
/// [`MinimumCovarianceDeterminantParams`].
#[derive(Clone, Debug, PartialEq)]
pub struct MinimumCovarianceDeterminant(MinimumCovarianceDeterminantParams);

/// What [`MinimumCovarianceDeterminant`] found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RobustFit {
    covariance: Covariance,
    location: Vec<f64>,
    distances: Vec<f64>,
    kept: Vec<bool>,
}

impl RobustFit {
    /// The covariance.
    #[must_use]
    pub fn covariance(&self) -> &Covariance {
        &self.covariance
    }

    /// The mean return of each asset over the observations that were kept.
    #[must_use]
    pub fn location(&self) -> &[f64] {
        &self.location
    }

    /// The squared Mahalanobis distance of each observation: about chi-square with N degrees of freedom where
    /// it is no outlier.
    #[must_use]
    pub fn distances(&self) -> &[f64] {
        &self.distances
    }

    /// Which observations the estimate rests on.
    #[must_use]
    pub fn kept(&self) -> &[bool] {
        &self.kept
    }
}

impl MinimumCovarianceDeterminant {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a share outside [0.5, 1], a quantile outside (0, 1), and no start.
    pub fn new(params: MinimumCovarianceDeterminantParams) -> Result<Self, Error> {
        let refuse = |name, value, expected| Err(InputError::OutOfRange { name, value, expected }.into());
        match params {
            MinimumCovarianceDeterminantParams { support: Some(value), .. }
                if !(0.5..=1.0).contains(&value) =>
            {
                refuse("the share of trusted observations", value, "a number in [0.5, 1]")
            }
            MinimumCovarianceDeterminantParams { cutoff: Some(value), .. }
                if !(value > 0.0 && value < 1.0) =>
            {
                refuse("the quantile of the cutoff", value, "a number in (0, 1)")
            }
            MinimumCovarianceDeterminantParams { starts: 0, .. } => {
                refuse("the number of starts", 0.0, "at least 1")
            }
            _ => Ok(Self(params)),
        }
    }

    /// Estimates with fresh memory.
    ///
    /// # Errors
    /// As [`MinimumCovarianceDeterminant::fit_into`].
    pub fn fit(&self, returns: &Returns) -> Result<RobustFit, Error> {
        let mut fit = RobustFit::default();
        self.fit_into(returns, &mut BatchScratch::default(), &mut fit)?;
        Ok(fit)
    }

    /// Estimates into `fit`.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] unless the trusted share of them is more than N;
    /// [`InputError::ZeroVariance`] for an asset that does not move; [`Error::OnAHyperplane`] when the
    /// trusted observations lie on one, so that their determinant is zero; [`InputError::AssetOutOfRange`]
    /// where squares overflow.
    pub fn fit_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        fit: &mut RobustFit,
    ) -> Result<(), Error> {
        let RobustFit { covariance, location, distances, kept } = fit;
        self.search(returns, scratch, covariance)?;
        let BatchScratch { subsets, mean, loadings, .. } = scratch;
        location.clear();
        location.extend(
            mean.iter().zip(loadings).zip(&subsets.mean).map(|((mean, unit), own)| mean + *unit * own),
        );
        distances.clone_from(&subsets.distances);
        kept.clone_from(&subsets.kept);
        Ok(())
    }

    /// Writes the covariance, and leaves location, distances and the observations that were kept in the
    /// scratch.
    fn search(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), Error> {
        let (observations, assets) = (returns.observations(), returns.assets());
        let support = match self.0.support {
            None => (observations + assets + 2) / 2,
            Some(share) => (share * observations as f64) as usize,
        };
        let required = match self.0.support {
            None => assets + 1,
            Some(share) => ((assets + 1) as f64 / share).ceil() as usize,
        };
        check_observations(
            "the observations for a minimum covariance determinant",
            returns,
            required.max(2),
        )?;
        let support = support.min(observations);
        sample_deviations(returns, Divisor::Observations, scratch)?;
        let BatchScratch { subsets, centred, loadings, .. } = scratch;
        subsets.load(assets, centred, loadings);
        subsets.best_of(support, self.0.starts, Random(self.0.seed))?;
        let mut factor = consistency(support as f64 / observations as f64, assets);
        subsets.kept.clear();
        subsets.kept.resize(observations, false);
        if let Some(quantile) = self.0.cutoff {
            let limit = chi_square_quantile(quantile, assets) * factor;
            subsets.chosen.clear();
            let near = subsets.distances.iter().zip(0_u32..).filter(|(distance, _)| **distance < limit);
            subsets.chosen.extend(near.map(|(_, observation)| observation));
            subsets.estimate()?;
            factor = consistency(quantile, assets);
        }
        subsets.measure(1.0 / factor)?;
        for &observation in &subsets.chosen {
            subsets.kept[observation as usize] = true;
        }
        covariance.assign_lower(assets, |col, below| {
            for (row, below) in (col..).zip(below) {
                *below = factor * subsets.matrix[(row, col)] * (loadings[row] * loadings[col]);
            }
        })?;
        tracing::debug!(assets, support, kept = subsets.chosen.len(), "minimum covariance determinant");
        Ok(())
    }
}

impl CovarianceEstimator for MinimumCovarianceDeterminant {
    type Scratch = BatchScratch;
    type Error = Error;

    /// Estimates from returns.
    ///
    /// # Errors
    /// As [`MinimumCovarianceDeterminant::fit_into`].
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), Error> {
        self.search(returns, scratch, covariance)
    }
}

/// c(α): by how much the covariance of the central share α of normal returns is too small.
fn consistency(share: f64, assets: usize) -> f64 {
    if share >= 1.0 { 1.0 } else { share / chi_square_cdf(chi_square_quantile(share, assets), assets + 2) }
}
