//! How extremes cluster.

use po_core::InputError;

use crate::Error;

use super::sample::check_finite;

/// How many exceedances come together: `θ`, of which `1/θ` is the mean size of a cluster of extremes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ExtremalIndex {
    /// The index, in [0, 1]; one where extremes come alone.
    pub index: f64,
    /// The standard error, where the estimator has one.
    pub standard_error: Option<f64>,
    /// How many losses exceed the threshold.
    pub exceedances: usize,
    /// How many clusters the estimator counts; for the intervals estimator the clusters it implies.
    pub clusters: usize,
}

/// An estimator of the extremal index from the losses above a threshold, oldest first.
///
/// With the `N` exceedances of `T` losses, the numbers of periods `t_i` between them, and `q = N/T`:
///
/// ```text
/// intervals  min(1, 2 (Σ t_i)² / ((N-1) Σ t_i²))                       where max t_i <= 2
///            min(1, 2 (Σ (t_i-1))² / ((N-1) Σ (t_i-1)(t_i-2)))         elsewhere
/// runs       number of runs / N
/// blocks     number of blocks with an exceedance / N
/// K-gaps     maximum of  n_0 ln(1-θ) + 2 n_1 ln θ - θ Σ q max(t_i - K, 0)
/// ```
///
/// `n_0` and `n_1` count the gaps `max(t_i - K, 0)` that are zero and those that are not.
///
/// # Source
/// Ferro, Segers (2003), Inference for clusters of extreme values, equation 4; Süveges, Davison (2010), Model
/// misspecification in peaks over threshold analysis, section 2.3; Smith, Weissman (1994), Estimating the extremal
/// index, for runs and blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum ExtremalIndexEstimator {
    /// From the first two moments of the times between exceedances. It has no parameter.
    #[default]
    Intervals,
    /// A run ends where more than `length` periods pass to the next exceedance, itself included.
    Runs {
        /// How many periods the next exceedance may be away.
        length: usize,
    },
    /// The series is cut into blocks of `length` periods, of which the last may be shorter.
    Blocks {
        /// How many periods a block has.
        length: usize,
    },
    /// The likelihood of the gaps that are left when `gap` periods are taken from each.
    KGaps {
        /// The `K`.
        gap: usize,
    },
}

impl ExtremalIndexEstimator {
    /// The estimate for the losses above a threshold.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a length of zero; [`Error::Observation`] for a value that is not
    /// finite; [`Error::TooFew`] for fewer than two exceedances, or one for runs and blocks.
    ///
    /// # Cost
    /// One pass over the losses.
    ///
    /// # Examples
    /// ```
    /// use po_tail::ExtremalIndexEstimator;
    ///
    /// // Two clusters of two.
    /// let losses = [9.0, 9.0, 0.0, 0.0, 0.0, 0.0, 9.0, 9.0, 0.0, 0.0];
    /// let runs = ExtremalIndexEstimator::Runs { length: 1 }.estimate(&losses, 5.0)?;
    /// assert_eq!((runs.index, runs.clusters), (0.5, 2));
    /// # Ok::<(), po_tail::Error>(())
    /// ```
    pub fn estimate(self, losses: &[f64], threshold: f64) -> Result<ExtremalIndex, Error> {
        check_finite("loss", losses)?;
        if let Self::Runs { length: 0 } | Self::Blocks { length: 0 } = self {
            let (name, expected) = ("the length of a run or a block", "one or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected }.into());
        }
        let exceedances = times(losses, threshold).count();
        let needed = if let Self::Runs { .. } | Self::Blocks { .. } = self { 1 } else { 2 };
        if exceedances < needed {
            return Err(Error::TooFew { what: "the tail above the threshold", needed, actual: exceedances });
        }
        let counted = |clusters: usize| ExtremalIndex {
            index: clusters as f64 / exceedances as f64,
            standard_error: None,
            exceedances,
            clusters,
        };
        Ok(match self {
            Self::Intervals => {
                let index = intervals(gaps(losses, threshold), exceedances);
                let clusters = (index * exceedances as f64) as usize;
                ExtremalIndex { index, standard_error: None, exceedances, clusters: clusters.max(1) }
            }
            Self::Runs { length } => counted(1 + gaps(losses, threshold).filter(|gap| *gap > length).count()),
            Self::Blocks { length } => {
                let hit = |block: &&[f64]| block.iter().any(|loss| *loss > threshold);
                counted(losses.chunks(length).filter(hit).count())
            }
            Self::KGaps { gap } => k_gaps(losses, threshold, gap, exceedances),
        })
    }
}

/// The rows of the losses above a threshold.
pub(super) fn times(losses: &[f64], threshold: f64) -> impl Iterator<Item = usize> {
    losses.iter().enumerate().filter(move |(_, loss)| **loss > threshold).map(|(row, _)| row)
}

/// How many periods lie from each exceedance to the next.
pub(super) fn gaps(losses: &[f64], threshold: f64) -> impl Iterator<Item = usize> {
    let mut last = None;
    times(losses, threshold).filter_map(move |row| last.replace(row).map(|before| row - before))
}

/// The intervals estimator; one where there are no times to tell otherwise.
pub(super) fn intervals(gaps: impl Iterator<Item = usize>, exceedances: usize) -> f64 {
    let (mut greatest, mut sum, mut squares, mut reduced, mut products) = (0, 0.0, 0.0, 0.0, 0.0);
    for gap in gaps {
        greatest = greatest.max(gap);
        let gap = gap as f64;
        sum += gap;
        squares += gap * gap;
        reduced += gap - 1.0;
        products += (gap - 1.0) * (gap - 2.0);
    }
    let count = exceedances.saturating_sub(1) as f64;
    let index = if greatest <= 2 {
        2.0 * sum * sum / (count * squares)
    } else {
        2.0 * reduced * reduced / (count * products)
    };
    // Not a number where there is no gap.
    if index < 1.0 { index } else { 1.0 }
}

/// The K-gaps likelihood is stationary at the roots of a quadratic, of which the lesser is the maximum.
fn k_gaps(losses: &[f64], threshold: f64, gap: usize, exceedances: usize) -> ExtremalIndex {
    let (mut within, mut between, mut total) = (0_usize, 0_usize, 0.0);
    for time in gaps(losses, threshold) {
        match time.saturating_sub(gap) {
            0 => within += 1,
            left => {
                between += 1;
                total += left as f64;
            }
        }
    }
    let scaled = total * exceedances as f64 / losses.len() as f64;
    let (n0, n1) = (within as f64, between as f64);
    let sum = n0 + 2.0 * n1 + scaled;
    let (index, curvature) = if within == 0 {
        // The quadratic has the roots 2 n_1 / Σ and one.
        let index = if 2.0 * n1 < scaled { 2.0 * n1 / scaled } else { 1.0 };
        (index, 2.0 * n1 / (index * index))
    } else {
        // The lesser root, in the form whose numerator does not cancel.
        let index = 4.0 * n1 / (sum + (sum * sum - 8.0 * scaled * n1).max(0.0).sqrt());
        (index, n0 / ((1.0 - index) * (1.0 - index)) + 2.0 * n1 / (index * index))
    };
    // Without a gap all is one cluster; the index is at the edge of its range, where it has no standard error.
    let standard_error = (between > 0).then(|| 1.0 / curvature.sqrt());
    ExtremalIndex { index, standard_error, exceedances, clusters: between + 1 }
}
