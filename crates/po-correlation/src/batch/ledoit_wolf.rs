//! Linear shrinkage of the sample covariance towards a target with few parameters.

use po_core::simd::{dot, sum};
use po_core::{Covariance, CovarianceEstimator, InputError, Returns};

use super::fourth_moments::{FourthMoments, column};
use super::sample::{FEWEST, centre, check_observations, deviations_into, products_into};
use super::scratch::BatchScratch;
use crate::{Divisor, Error};

/// Settings of [`LedoitWolf`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `target` | `Identity` | five targets | towards what the sample covariance is shrunk |
/// | `divisor` | `Observations` | two divisors | what the sums of products are divided by |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct LedoitWolfParams {
    /// Towards what the sample covariance is shrunk.
    pub target: ShrinkageTarget,
    /// What the sums of products are divided by: the papers have T, the authors' later programs T - 1.
    pub divisor: Divisor,
}

impl Default for LedoitWolfParams {
    fn default() -> Self {
        Self { target: ShrinkageTarget::Identity, divisor: Divisor::Observations }
    }
}

/// Towards what the sample covariance S is shrunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum ShrinkageTarget {
    /// All variances are their mean, all covariances zero (2004); also called constant variance.
    ///
    /// ```text
    /// F = μ I   with μ = tr S / N
    /// ```
    #[default]
    #[cfg_attr(feature = "serde", serde(alias = "constant-variance"))]
    Identity,
    /// All variances are their mean, and all covariances theirs.
    ConstantCovariance,
    /// The variances of the sample, all covariances zero.
    Diagonal,
    /// The variances of the sample, and the mean correlation for every pair (2004, Honey).
    ///
    /// ```text
    /// f_ij = r̄ sqrt(s_ii s_jj)
    /// ```
    ConstantCorrelation,
    /// The variances of the sample, and the covariances of Sharpe's model whose factor is the mean return of
    /// all assets (2003).
    ///
    /// ```text
    /// f_ij = s_im s_jm / s_mm
    /// ```
    SingleFactor,
}

impl ShrinkageTarget {
    /// All targets, in order.
    pub const ALL: &[Self] = &[
        Self::Identity,
        Self::ConstantCovariance,
        Self::Diagonal,
        Self::ConstantCorrelation,
        Self::SingleFactor,
    ];
}

/// The linear shrinkage of Ledoit and Wolf: the mix of the sample covariance and a target that is nearest to
/// the true covariance, as far as the sample tells.
///
/// ```text
/// Σ = δ F + (1 - δ) S,   δ = (π - ρ) / (n γ), cut to [0, 1]
/// π = Σ_ij π_ij          π_ij = 1/n Σ_t (x_ti x_tj)² - s_ij²   the variance of the entries of S
/// ρ                      their covariance with the entries of F
/// γ = Σ_ij (f_ij - s_ij)²
/// ```
///
/// For T >= 2 and any N; shrunk towards [`ShrinkageTarget::Identity`], the result is positive definite where
/// δ > 0.
///
/// # Cost
/// T N²/2 multiplications for S. No second product is needed: with `Σ_ij (x_ti x_tj)² = |x_t|⁴` and the like,
/// π and ρ take O(T N + N²). From the second sample of one size on, no allocation.
///
/// # Examples
/// ```
/// use po_core::Returns;
/// use po_correlation::{LedoitWolf, LedoitWolfParams};
///
/// // S = diag(2, 1/2), F = 5/4 I: π = 34/4 - 17/4 and γ = 2 (3/4)², so that δ = (17/4) / (9/8) / 4.
/// let returns = Returns::from_column_slice(4, 2, &[2.0, -2.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0])?;
/// let (covariance, intensity) = LedoitWolf::new(LedoitWolfParams::default()).shrink(&returns)?;
/// assert!((intensity - 17.0 / 18.0).abs() < 1e-15);
/// assert!((covariance.as_slice()[0] - (17.0 * 1.25 + 2.0) / 18.0).abs() < 1e-15);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Ledoit and Wolf (2003), Improved estimation of the covariance matrix of stock returns, eq. (5) and section
/// 2.6; (2004), A well-conditioned estimator for large-dimensional covariance matrices, eq. (14); (2004),
/// Honey, I shrunk the sample covariance matrix, appendices A and B.
///
/// # Settings
/// [`LedoitWolfParams`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LedoitWolf(LedoitWolfParams);

impl LedoitWolf {
    /// An estimator with these settings, of which all are sound.
    #[must_use]
    pub fn new(params: LedoitWolfParams) -> Self {
        Self(params)
    }

    /// The covariance, and the shrinkage intensity δ in [0, 1].
    ///
    /// # Errors
    /// As [`LedoitWolf::shrink_into`].
    pub fn shrink(&self, returns: &Returns) -> Result<(Covariance, f64), Error> {
        let mut covariance = Covariance::default();
        let intensity = self.shrink_into(returns, &mut BatchScratch::default(), &mut covariance)?;
        Ok((covariance, intensity))
    }

    /// Writes the covariance, and returns the shrinkage intensity δ in [0, 1].
    ///
    /// Where the sample covariance is the target, nothing can be learnt of the intensity, and it is zero.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two; [`InputError::ZeroVariance`] for an asset that
    /// does not move where the target needs its correlation; [`InputError::OutOfRange`] when the mean of all
    /// assets does not move and is to be the factor; [`InputError::NotFinite`] where squares overflow.
    pub fn shrink_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<f64, Error> {
        check_observations("the observations for a shrunk covariance", returns, FEWEST)?;
        let divisor = self.0.divisor.of(returns.observations());
        centre(returns, scratch);
        products_into(1.0 / divisor, returns, scratch)?;
        let unit = unit_of(scratch);
        if let Some(unit) = unit {
            scratch.centred.iter_mut().for_each(|value| *value /= unit);
            products_into(1.0 / divisor, returns, scratch)?;
        }
        let target = self.target(divisor, returns.assets(), scratch)?;
        let intensity = target.intensity(divisor, scratch);
        target.assign(intensity, unit.map_or(1.0, |unit| unit * unit), scratch, covariance)?;
        tracing::debug!(assets = returns.assets(), target = ?self.0.target, intensity, "linear shrinkage");
        Ok(intensity)
    }

    /// Describes F, and writes what its rows are proportional to into `scratch.loadings`.
    fn target(&self, divisor: f64, assets: usize, scratch: &mut BatchScratch) -> Result<Target, InputError> {
        let BatchScratch { centred, square, loadings, rows: [market, ..], .. } = scratch;
        let mean = square.trace() / assets as f64;
        let constant = |factor| Target { kind: self.0.target, mean: Some(mean), factor };
        loadings.clear();
        loadings.resize(assets, 1.0);
        let own = |factor| Target { kind: self.0.target, mean: None, factor };
        let pairs = (assets * (assets - 1)).max(1) as f64;
        Ok(match self.0.target {
            ShrinkageTarget::Identity => constant(0.0),
            ShrinkageTarget::ConstantCovariance => {
                let off: f64 = (0..assets).map(|asset| sum(&column(square, asset)[asset + 1..])).sum();
                constant(2.0 * off / pairs)
            }
            ShrinkageTarget::Diagonal => own(0.0),
            ShrinkageTarget::ConstantCorrelation => {
                deviations_into(square, loadings)?;
                let of_asset = |asset: usize| {
                    let below = column(square, asset).iter().zip(&*loadings).skip(asset + 1);
                    below.map(|(entry, deviation)| entry / deviation).sum::<f64>() / loadings[asset]
                };
                own(2.0 * (0..assets).map(of_asset).sum::<f64>() / pairs)
            }
            ShrinkageTarget::SingleFactor => {
                let observations = centred.len() / assets;
                market.clear();
                market.resize(observations, 0.0);
                for asset in centred.chunks_exact(observations) {
                    market.iter_mut().zip(asset).for_each(|(market, value)| *market += value);
                }
                market.iter_mut().for_each(|market| *market /= assets as f64);
                let variance = dot(market, market) / divisor;
                // Assets that cancel leave rounding.
                if variance <= (f64::EPSILON * assets as f64).powi(2) * mean {
                    let (name, expected) = ("the variance of the mean of all assets", "a positive number");
                    return Err(InputError::OutOfRange { name, value: variance, expected });
                }
                for (loading, asset) in loadings.iter_mut().zip(centred.chunks_exact(observations)) {
                    *loading = dot(asset, market) / divisor;
                }
                own(1.0 / variance)
            }
        })
    }
}

/// A power of two near the volatility of the assets, by which returns are divided if their fourth powers
/// would leave the range of numbers.
fn unit_of(scratch: &BatchScratch) -> Option<f64> {
    let variances = scratch.square.as_slice().iter().step_by(scratch.square.nrows() + 1);
    let largest = variances.fold(0.0, |largest: f64, variance| largest.max(*variance));
    (largest > 0.0 && !(1e-60..1e60).contains(&largest)).then(|| (0.5 * largest.log2()).round().exp2())
}

/// A shrinkage target, but for its loadings u.
///
/// ```text
/// f_ii = μ or s_ii,  f_ij = factor u_i u_j
/// ```
struct Target {
    kind: ShrinkageTarget,
    mean: Option<f64>,
    factor: f64,
}

impl Target {
    /// δ
    fn intensity(&self, divisor: f64, scratch: &mut BatchScratch) -> f64 {
        let BatchScratch { centred, square, loadings, rows: [market, norms, along], .. } = scratch;
        let (mut distance, mut size) = (0.0, 0.0);
        for (asset, loading) in loadings.iter().enumerate() {
            let column = &column(square, asset)[asset..];
            let diagonal = column[0];
            distance += self.mean.map_or(0.0, |mean| (diagonal - mean).powi(2));
            size += diagonal * diagonal;
            let factor = self.factor * loading;
            for (entry, loading) in column[1..].iter().zip(&loadings[asset + 1..]) {
                distance += 2.0 * (entry - factor * loading).powi(2);
                size += 2.0 * entry * entry;
            }
        }
        let rounding = f64::EPSILON * loadings.len() as f64;
        if distance <= rounding * rounding * size {
            return 0.0;
        }
        let moments = FourthMoments { divisor, centred, covariance: square };
        let noise = moments.noise(size, norms);
        let shared = match self.kind {
            // That the mean variance is estimated does not count where assets are many.
            ShrinkageTarget::Identity => 0.0,
            ShrinkageTarget::ConstantCovariance => moments.of_means(loadings, norms, along),
            ShrinkageTarget::Diagonal => moments.of_variances(),
            ShrinkageTarget::ConstantCorrelation => {
                moments.of_variances() + self.factor * moments.of_deviations(loadings, along)
            }
            ShrinkageTarget::SingleFactor => {
                moments.of_variances() + moments.of_factor(self.factor, loadings, market, norms, along)
            }
        };
        ((noise - shared) / distance / divisor).clamp(0.0, 1.0)
    }

    /// Writes `scale (δ F + (1 - δ) S)`.
    fn assign(
        &self,
        intensity: f64,
        scale: f64,
        scratch: &BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), InputError> {
        let BatchScratch { square, loadings, .. } = scratch;
        let (of_target, of_sample) = (scale * intensity, scale * (1.0 - intensity));
        covariance.assign_lower(loadings.len(), |col, below| {
            let sample = &column(square, col)[col..];
            let factor = of_target * self.factor * loadings[col];
            for ((below, entry), loading) in below.iter_mut().zip(sample).zip(&loadings[col..]) {
                *below = of_sample * entry + factor * loading;
            }
            below[0] = match self.mean {
                Some(mean) => of_sample * sample[0] + of_target * mean,
                None => scale * sample[0],
            };
        })
    }
}

impl CovarianceEstimator for LedoitWolf {
    type Scratch = BatchScratch;
    type Error = Error;

    /// Estimates from returns.
    ///
    /// # Errors
    /// As [`LedoitWolf::shrink_into`].
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), Error> {
        self.shrink_into(returns, scratch, covariance).map(drop)
    }
}
