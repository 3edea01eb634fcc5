//! Correlation from counts of large co-movements.

use po_core::{Covariance, CovarianceEstimator, InputError, Returns};

use super::sample::{FEWEST, assign_scaled, check_observations, sample_deviations};
use super::scratch::{BatchScratch, shape};
use crate::{Divisor, Error};

/// Settings of [`Gerber`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `threshold` | 0.5 | positive, finite | from how many standard deviations on a return is large |
/// | `statistic` | `Gs1` | two statistics | what the counts are divided by |
/// | `divisor` | `Observations` | two divisors | what variances are divided by |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct GerberParams {
    /// From how many standard deviations on a return is large.
    pub threshold: f64,
    /// What the counts are divided by.
    pub statistic: GerberStatistic,
    /// What variances are divided by.
    pub divisor: Divisor,
}

impl Default for GerberParams {
    fn default() -> Self {
        Self { threshold: 0.5, statistic: GerberStatistic::Gs1, divisor: Divisor::Observations }
    }
}

/// What the counts of [`Gerber`] are divided by; either statistic is positive semidefinite.
///
/// `n_c` counts the periods in which both returns are large and agree in sign, `n_d` those in which they are
/// large and do not, and `n_n` those in which neither is large.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum GerberStatistic {
    /// By the periods in which at least one of the two returns is large.
    ///
    /// ```text
    /// g_ij = (n_c - n_d) / (T - n_n)
    /// ```
    #[default]
    Gs1,
    /// By the number of large returns of each asset, as a correlation of signs.
    ///
    /// ```text
    /// g_ij = (n_c - n_d)_ij / sqrt((n_c)_ii (n_c)_jj)
    /// ```
    Gs2,
}

/// The Gerber statistic as a correlation: blind to small moves, and to how large the large ones are.
///
/// ```text
/// Σ_ij = g_ij σ_i σ_j
/// ```
///
/// A return is large from `threshold` standard deviations of its asset on; signs are those of the returns
/// themselves, about zero.
///
/// # Cost
/// T N²/64 operations on words of 64 periods; from the second sample of one size on, no allocation.
///
/// # Examples
/// ```
/// use po_core::{CovarianceEstimator, Returns};
/// use po_correlation::{Gerber, GerberParams, GerberStatistic};
///
/// // Both are large in the first two periods, and agree once; the second is large in the third as well.
/// let returns = Returns::from_column_slice(4, 2, &[1.0, -1.0, 0.0, 0.0, 1.0, 1.0, -1.0, -0.1])?;
/// let correlation = Gerber::new(GerberParams::default())?.estimate(&returns)?.correlation()?;
/// assert_eq!(correlation.as_slice()[1], 0.0);
/// let returns = Returns::from_column_slice(4, 2, &[1.0, -1.0, 0.0, 0.0, 1.0, -1.0, -1.0, -0.1])?;
/// let correlation = Gerber::new(GerberParams::default())?.estimate(&returns)?.correlation()?;
/// assert!((correlation.as_slice()[1] - 2.0 / 3.0).abs() < 1e-15);
/// let params = GerberParams { statistic: GerberStatistic::Gs2, ..GerberParams::default() };
/// let correlation = Gerber::new(params)?.estimate(&returns)?.correlation()?;
/// assert!((correlation.as_slice()[1] - 2.0 / 6.0_f64.sqrt()).abs() < 1e-15);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Gerber, Markowitz, Ernst, Miao, Javid and Sargen (2022), The Gerber Statistic, J. Portfolio Management
/// 48(3). That GS1 is positive semidefinite: `1 / (T - n_n)` is a power series in the Gram matrix `n_n`, with
/// positive coefficients, and a product by entries of semidefinite matrices is one (Schur).
///
/// # Settings
/// [`GerberParams`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gerber(GerberParams);

impl Gerber {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a threshold that is not positive and finite.
    pub fn new(params: GerberParams) -> Result<Self, Error> {
        let value = params.threshold;
        if value > 0.0 && value.is_finite() {
            Ok(Self(params))
        } else {
            let (name, expected) = ("the threshold", "a positive number");
            Err(InputError::OutOfRange { name, value, expected }.into())
        }
    }
}

impl CovarianceEstimator for Gerber {
    type Scratch = BatchScratch;
    type Error = Error;

    /// Estimates from returns.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two; [`InputError::ZeroVariance`] for an asset that
    /// does not move; [`Error::NoLargeReturn`] for one that never reaches the threshold.
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), Error> {
        check_observations("the observations for a Gerber statistic", returns, FEWEST)?;
        sample_deviations(returns, self.0.divisor, scratch)?;
        let BatchScratch { square, loadings, bits, .. } = scratch;
        bits.mark(returns, self.0.threshold, loadings);
        let assets = returns.assets();
        if let Some(asset) = bits.counts.iter().position(|count| *count == 0) {
            return Err(Error::NoLargeReturn { asset, threshold: self.0.threshold });
        }
        shape(square, assets, assets);
        for col in 0..assets {
            for row in col..assets {
                let (agree, differ) = bits.compare(row, col);
                let difference = f64::from(agree) - f64::from(differ);
                let (of_row, of_col) = (f64::from(bits.counts[row]), f64::from(bits.counts[col]));
                square[(row, col)] = match self.0.statistic {
                    _ if row == col => 1.0,
                    GerberStatistic::Gs1 => difference / (of_row + of_col - f64::from(agree + differ)),
                    GerberStatistic::Gs2 => difference / (of_row * of_col).sqrt(),
                };
            }
        }
        Ok(assign_scaled(covariance, square, loadings)?)
    }
}

/// Which returns of each asset are large: a bit for each period.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    /// Words of 64 periods for each asset.
    words: usize,
    /// Large and positive, asset by asset.
    up: Vec<u64>,
    /// Large and negative.
    down: Vec<u64>,
    /// How many are large.
    counts: Vec<u32>,
}

impl Bits {
    fn mark(&mut self, returns: &Returns, threshold: f64, deviations: &[f64]) {
        let assets = returns.assets();
        self.words = returns.observations().div_ceil(64);
        for side in [&mut self.up, &mut self.down] {
            side.clear();
            side.resize(assets * self.words, 0);
        }
        self.counts.clear();
        for (asset, deviation) in deviations.iter().enumerate() {
            let (limit, start) = (threshold * deviation, asset * self.words);
            for (period, &value) in returns.column(asset).iter().enumerate() {
                self.up[start + period / 64] |= u64::from(value >= limit) << (period % 64);
                self.down[start + period / 64] |= u64::from(value <= -limit) << (period % 64);
            }
            let range = start..start + self.words;
            let ones = |side: &[u64]| side.iter().map(|word| word.count_ones()).sum::<u32>();
            self.counts.push(ones(&self.up[range.clone()]) + ones(&self.down[range]));
        }
    }

    /// In how many periods both are large and agree, and in how many they differ.
    fn compare(&self, row: usize, col: usize) -> (u32, u32) {
        let of = |asset: usize| {
            let range = asset * self.words..(asset + 1) * self.words;
            self.up[range.clone()].iter().zip(&self.down[range])
        };
        of(row).zip(of(col)).fold((0, 0), |(agree, differ), ((up, down), (other_up, other_down))| {
            let agrees = (up & other_up) | (down & other_down);
            let differs = (up & other_down) | (down & other_up);
            (agree + agrees.count_ones(), differ + differs.count_ones())
        })
    }
}
