//! Correlation of ranks.

use std::f64::consts::FRAC_PI_2;
use std::f64::consts::FRAC_PI_6;

use po_core::{Covariance, CovarianceEstimator, InputError, Returns};

use super::repair::Repair;
use super::sample::{
    FEWEST, assign_scaled, check_observations, deviations_into, normalise, products_into, sample_deviations,
};
use super::scratch::{BatchScratch, shape};
use crate::{Divisor, Error};

/// Settings of [`Spearman`] and [`Kendall`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `mapping` | `Plain` | two mappings | what of the rank correlation becomes the correlation |
/// | `repair` | `Clip` | three repairs | what is done when the mapped matrix is not positive semidefinite |
/// | `divisor` | `DegreesOfFreedom` | two divisors | what variances are divided by |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct RankParams {
    /// What of the rank correlation becomes the correlation.
    pub mapping: RankMapping,
    /// What is done when the mapped matrix is not positive semidefinite; without a mapping it always is.
    pub repair: Repair,
    /// What variances are divided by.
    pub divisor: Divisor,
}

/// What of the rank correlation becomes the correlation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum RankMapping {
    /// The rank correlation itself; for normal returns it is nearer to zero than the correlation.
    #[default]
    Plain,
    /// The linear correlation that normal returns with this rank correlation have. Mapped entry by entry, the
    /// matrix need not be positive semidefinite.
    ///
    /// ```text
    /// Spearman: 2 sin(π ρ / 6),  Kendall: sin(π τ / 2)
    /// ```
    Normal,
}

/// The covariance whose correlations are Spearman's: those of ranks, ties sharing the mean of theirs.
///
/// # Cost
/// N sorts of T numbers and T N²/2 multiplications; an eigendecomposition if the correlation is mapped. From
/// the second sample of one size on, no allocation.
///
/// # Examples
/// ```
/// use po_core::{CovarianceEstimator, Returns};
/// use po_correlation::{RankMapping, RankParams, Spearman};
///
/// // Ranks 1 2 3 4 and 2 1 4 3: 1 - 6 · 4 / (4 · 15).
/// let returns = Returns::from_column_slice(4, 2, &[0.1, 0.2, 0.3, 0.9, -0.2, -0.3, 0.5, 0.1])?;
/// let correlation = Spearman::new(RankParams::default()).estimate(&returns)?.correlation()?;
/// assert!((correlation.as_slice()[1] - 0.6).abs() < 1e-15);
/// let params = RankParams { mapping: RankMapping::Normal, ..RankParams::default() };
/// let correlation = Spearman::new(params).estimate(&returns)?.correlation()?;
/// assert!((correlation.as_slice()[1] - 2.0 * (std::f64::consts::PI / 10.0).sin()).abs() < 1e-15);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Spearman (1904), The proof and measurement of association between two things; the mapping: Pearson (1907).
///
/// # Settings
/// [`RankParams`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spearman(RankParams);

impl Spearman {
    /// An estimator with these settings, of which all are sound.
    #[must_use]
    pub fn new(params: RankParams) -> Self {
        Self(params)
    }
}

/// The covariance whose correlations are Kendall's tau-b.
///
/// ```text
/// τ_b = (C - D) / sqrt((n - t_x)(n - t_y))
/// ```
///
/// C and D count the pairs of periods in which two assets agree and disagree about which is the better one, n
/// all pairs, and t those that are tied.
///
/// # Cost
/// N² T log T / 2 comparisons: a merge sort for each pair of assets; an eigendecomposition if the correlation
/// is mapped. From the second sample of one size on, no allocation.
///
/// # Examples
/// ```
/// use po_core::{CovarianceEstimator, Returns};
/// use po_correlation::{Kendall, RankMapping, RankParams};
///
/// // Of the six pairs of periods, two disagree.
/// let returns = Returns::from_column_slice(4, 2, &[0.1, 0.2, 0.3, 0.9, -0.2, -0.3, 0.5, 0.1])?;
/// let correlation = Kendall::new(RankParams::default()).estimate(&returns)?.correlation()?;
/// assert!((correlation.as_slice()[1] - 1.0 / 3.0).abs() < 1e-15);
/// let params = RankParams { mapping: RankMapping::Normal, ..RankParams::default() };
/// let correlation = Kendall::new(params).estimate(&returns)?.correlation()?;
/// assert!((correlation.as_slice()[1] - 0.5).abs() < 1e-15);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Kendall (1945), The treatment of ties in ranking problems; the count: Knight (1966), A computer method for
/// calculating Kendall's tau with ungrouped data; the mapping: Greiner (1909).
///
/// # Settings
/// [`RankParams`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kendall(RankParams);

impl Kendall {
    /// An estimator with these settings, of which all are sound.
    #[must_use]
    pub fn new(params: RankParams) -> Self {
        Self(params)
    }
}

impl CovarianceEstimator for Spearman {
    type Scratch = BatchScratch;
    type Error = Error;

    /// Estimates from returns.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two; [`InputError::ZeroVariance`] for an asset that
    /// does not move; [`InputError::AssetOutOfRange`] where squares overflow.
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), Error> {
        rank(returns, scratch)?;
        scratch.inversions.doubled_centred_ranks(&mut scratch.centred);
        products_into(1.0, returns, scratch)?;
        deviations_into(&scratch.square, &mut scratch.loadings)?;
        normalise(&mut scratch.square, &scratch.loadings);
        finish(self.0, |rho| 2.0 * (FRAC_PI_6 * rho).sin(), returns, scratch, covariance)
    }
}

impl CovarianceEstimator for Kendall {
    type Scratch = BatchScratch;
    type Error = Error;

    /// Estimates from returns.
    ///
    /// # Errors
    /// As [`Spearman`] has them.
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), Error> {
        rank(returns, scratch)?;
        let BatchScratch { square, inversions, .. } = scratch;
        let assets = returns.assets();
        shape(square, assets, assets);
        for col in 0..assets {
            square[(col, col)] = 1.0;
            for row in col + 1..assets {
                let tau = inversions.tau_b(col, row);
                square[(row, col)] = tau;
                square[(col, row)] = tau;
            }
        }
        finish(self.0, |tau| (FRAC_PI_2 * tau).sin(), returns, scratch, covariance)
    }
}

fn rank(returns: &Returns, scratch: &mut BatchScratch) -> Result<(), InputError> {
    check_observations("the observations for a rank correlation", returns, FEWEST)?;
    scratch.inversions.rank(returns);
    match scratch.inversions.constant() {
        Some(asset) => Err(InputError::ZeroVariance { asset }),
        None => Ok(()),
    }
}

/// Maps and repairs the rank correlations in `scratch.square`, and gives them the variances of the sample.
fn finish(
    params: RankParams,
    map: impl Fn(f64) -> f64,
    returns: &Returns,
    scratch: &mut BatchScratch,
    covariance: &mut Covariance,
) -> Result<(), Error> {
    if params.mapping == RankMapping::Normal {
        let assets = returns.assets();
        for (place, entry) in scratch.square.as_mut_slice().iter_mut().enumerate() {
            *entry = if place % (assets + 1) == 0 { 1.0 } else { map(*entry) };
        }
        params.repair.correlation(scratch)?;
    }
    sample_deviations(returns, params.divisor, scratch)?;
    Ok(assign_scaled(covariance, &scratch.square, &scratch.loadings)?)
}
