//! Distance correlation.

use po_core::{Codependence, CodependenceError, CodependenceMeasure, InputError, Returns};
use pulp::Arch;

use super::discordance::{AllPairs, DistanceSums};
use super::{CodependenceEstimator, CodependenceScratch};

/// Settings of [`DistanceCorrelation`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `statistic` | `Biased` | two statistics | which of the two estimates is reported |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct DistanceCorrelationParams {
    /// Which of the two estimates is reported.
    pub statistic: DistanceStatistic,
}

/// Which estimate [`DistanceCorrelation`] reports.
///
/// Both are made of the same sums, `Ω`, with different factors.
///
/// ```text
/// Ω(x, y) = Σ_ij a_ij b_ij - α Σ_i (a_i. - a../T)(b_i. - b../T) - β a.. b..
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum DistanceStatistic {
    /// The sample distance correlation, in [0, 1]: above zero even for independent assets, the more so the
    /// fewer observations there are (Székely, Rizzo, Bakirov 2007, definitions 4 and 5).
    ///
    /// ```text
    /// R = sqrt(Ω(x, y) / sqrt(Ω(x, x) Ω(y, y)))   with α = 2 / T, β = 1 / T²
    /// ```
    #[default]
    Biased,
    /// An estimate of its square whose covariances are unbiased, in [-1, 1]: about zero for independent
    /// assets (Székely, Rizzo 2014).
    ///
    /// ```text
    /// R* = Ω(x, y) / sqrt(Ω(x, x) Ω(y, y))   with α = 2 / (T - 2), β = 1 / (T (T - 1))
    /// ```
    BiasCorrected,
}

/// Distance correlation: in the whole population zero only for assets that are independent, and one only for
/// those on a line.
///
/// It is the correlation of distances between observations, `a_ij = |x_i - x_j|` and `b_ij = |y_i - y_j|`,
/// whose row and column means are taken out.
///
/// # Shapes and units
/// N x N, one on the diagonal; [`CodependenceMeasure::DistanceCorrelation`] or, bias-corrected,
/// [`CodependenceMeasure::SquaredDistanceCorrelation`].
///
/// # Cost
/// N sorts of T numbers, and about 6 T log T operations for each pair of assets. The result does not depend
/// on the order of the assets, to the bit.
///
/// # Examples
/// ```
/// use po_core::Returns;
/// use po_correlation::{CodependenceEstimator, DistanceCorrelation, DistanceCorrelationParams};
///
/// // A parabola: the correlation is zero, and the dependence is not.
/// let returns = Returns::from_column_slice(3, 2, &[-1.0, 0.0, 1.0, 1.0, 0.0, 1.0])?;
/// let estimator = DistanceCorrelation::new(DistanceCorrelationParams::default());
/// let codependence = estimator.estimate(&returns)?;
/// assert!((codependence.as_slice()[1] - 0.1_f64.powf(0.25)).abs() < 1e-15);
/// # Ok::<(), po_core::CodependenceError>(())
/// ```
///
/// # Source
/// Székely, Rizzo, Bakirov (2007), Measuring and testing dependence by correlation of distances; Székely,
/// Rizzo (2014), Partial distance correlation with methods for dissimilarities. That `T log T` is enough:
/// Huo, Székely (2016), Fast computing for distance covariance; Chaudhuri, Hu (2019), A fast algorithm for
/// computing distance correlation. They merge from the bottom up; here the ranks are known, and are parted
/// from the top down.
///
/// # Settings
/// [`DistanceCorrelationParams`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DistanceCorrelation(DistanceCorrelationParams);

impl DistanceCorrelation {
    /// An estimator with these settings, of which all are sound.
    #[must_use]
    pub fn new(params: DistanceCorrelationParams) -> Self {
        Self(params)
    }
}

/// An unbiased distance variance below this part of the sum of squared distances is zero but for rounding.
const ROUNDING: f64 = 1e-12;

impl CodependenceEstimator for DistanceCorrelation {
    /// Estimates from returns.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two, or four with the bias corrected;
    /// [`InputError::ZeroVariance`] for an asset that does not move; with the bias corrected,
    /// [`InputError::AssetOutOfRange`] for one that has all returns but one in common, and thus no distance
    /// variance.
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut CodependenceScratch,
        codependence: &mut Codependence,
    ) -> Result<(), CodependenceError> {
        let statistic = self.0.statistic;
        let CodependenceScratch { columns, discordance, deviations, .. } = scratch;
        let required = if statistic == DistanceStatistic::Biased { 2 } else { 4 };
        columns.take("the observations for a distance correlation", required, returns)?;
        discordance.prepare(returns, columns);
        let (observations, assets) = (columns.observations(), columns.assets());
        deviations.clear();
        for asset in 0..assets {
            let sums = discordance.of_one(columns, asset);
            let value = statistic.covariance(observations, sums);
            if value <= ROUNDING * sums.products && statistic == DistanceStatistic::BiasCorrected {
                let (name, expected) = ("the bias-corrected distance variance", "a positive number");
                return Err(InputError::AssetOutOfRange { name, asset, value: 0.0, expected }.into());
            }
            deviations.push(value.sqrt());
        }
        let measure = match statistic {
            DistanceStatistic::Biased => CodependenceMeasure::DistanceCorrelation,
            DistanceStatistic::BiasCorrected => CodependenceMeasure::SquaredDistanceCorrelation,
        };
        codependence.assign(measure, assets, |entries| {
            (0..assets).for_each(|asset| entries[asset * assets + asset] = 1.0);
            Arch::new().dispatch(AllPairs {
                columns,
                discordance,
                each: |x: usize, y: usize, sums| {
                    let ratio = statistic.covariance(observations, sums) / (deviations[x] * deviations[y]);
                    let entry = match statistic {
                        DistanceStatistic::Biased => ratio.clamp(0.0, 1.0).sqrt(),
                        DistanceStatistic::BiasCorrected => ratio.clamp(-1.0, 1.0),
                    };
                    entries[x * assets + y] = entry;
                    entries[y * assets + x] = entry;
                },
            });
        })?;
        tracing::debug!(assets, observations, "distance correlation");
        Ok(())
    }
}

impl DistanceStatistic {
    /// Ω, the distance covariance but for a factor that cancels.
    fn covariance(self, observations: usize, sums: DistanceSums) -> f64 {
        let t = observations as f64;
        let (alpha, beta) = match self {
            Self::Biased => (2.0 / t, 1.0 / (t * t)),
            Self::BiasCorrected => (2.0 / (t - 2.0), 1.0 / (t * (t - 1.0))),
        };
        sums.products - alpha * sums.rows - beta * sums.totals
    }
}
