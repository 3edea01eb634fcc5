//! Clusters of extremes, and the greatest loss of each.

use crate::Error;

use super::extremal_index::{gaps, intervals, times};
use super::sample::check_finite;

/// Exceedances that belong together.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cluster {
    /// The row of the first exceedance.
    pub first: usize,
    /// The row of the last exceedance.
    pub last: usize,
    /// How many exceedances there are.
    pub exceedances: usize,
    /// The row of the greatest loss, the first of them where several are equal.
    pub peak: usize,
    /// The greatest loss.
    pub maximum: f64,
}

/// The losses above a threshold, in clusters that are about independent.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Declustered {
    /// How many periods an exceedance may be away from the one before it in the same cluster.
    pub run_length: usize,
    /// The extremal index from which the run length was chosen; `None` where it was given.
    pub extremal_index: Option<f64>,
    /// The clusters, oldest first.
    pub clusters: Vec<Cluster>,
}

impl Declustered {
    /// Clusters with the run length that the intervals estimator implies.
    ///
    /// Of the `N - 1` times between exceedances, the `θN` greatest are those between clusters; the run length is the
    /// greatest of the others.
    ///
    /// # Errors
    /// [`Error::Observation`] for a value that is not finite; [`Error::TooFew`] for fewer than two exceedances.
    ///
    /// # Cost
    /// One pass over the losses, and a sort of the times between exceedances.
    ///
    /// # Examples
    /// ```
    /// use po_tail::Declustered;
    ///
    /// let losses = [8.0, 9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 7.0, 6.0, 6.0, 0.0];
    /// let declustered = Declustered::automatic(&losses, 5.0)?;
    /// assert_eq!((declustered.run_length, declustered.clusters.len()), (1, 2));
    /// assert!(declustered.maxima().eq([9.0, 7.0]));
    /// # Ok::<(), po_tail::Error>(())
    /// ```
    ///
    /// # Source
    /// Ferro, Segers (2003), Inference for clusters of extreme values, section 4.
    pub fn automatic(losses: &[f64], threshold: f64) -> Result<Self, Error> {
        check_finite("loss", losses)?;
        let exceedances = times(losses, threshold).count();
        if exceedances < 2 {
            let what = "the tail above the threshold";
            return Err(Error::TooFew { what, needed: 2, actual: exceedances });
        }
        let index = intervals(gaps(losses, threshold), exceedances);
        let mut descending: Vec<usize> = gaps(losses, threshold).collect();
        descending.sort_unstable_by(|a, b| b.cmp(a));
        // The number of times between clusters; equal times stay on the same side.
        let mut between = (index * exceedances as f64) as usize;
        while between > 0 && descending.get(between - 1) == descending.get(between) {
            between -= 1;
        }
        // Where every time lies between clusters, any run shorter than the least of them does.
        let run_length = descending.get(between).copied().unwrap_or(0);
        let clusters = clusters(losses, threshold, run_length);
        Ok(Self { run_length, extremal_index: Some(index), clusters })
    }

    /// Clusters that end where more than `run_length` periods pass to the next exceedance, itself included.
    ///
    /// # Errors
    /// [`Error::Observation`] for a value that is not finite; [`Error::TooFew`] without an exceedance.
    pub fn with_run_length(losses: &[f64], threshold: f64, run_length: usize) -> Result<Self, Error> {
        check_finite("loss", losses)?;
        let clusters = clusters(losses, threshold, run_length);
        if clusters.is_empty() {
            return Err(Error::TooFew { what: "the tail above the threshold", needed: 1, actual: 0 });
        }
        Ok(Self { run_length, extremal_index: None, clusters })
    }

    /// The greatest loss of each cluster, oldest first.
    pub fn maxima(&self) -> impl Iterator<Item = f64> {
        self.clusters.iter().map(|cluster| cluster.maximum)
    }

    /// How many exceedances a cluster has, on average.
    #[must_use]
    pub fn mean_size(&self) -> f64 {
        let exceedances: usize = self.clusters.iter().map(|cluster| cluster.exceedances).sum();
        exceedances as f64 / self.clusters.len() as f64
    }
}

fn clusters(losses: &[f64], threshold: f64, run_length: usize) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for row in times(losses, threshold) {
        let loss = losses[row];
        match clusters.last_mut() {
            Some(cluster) if row - cluster.last <= run_length => {
                cluster.last = row;
                cluster.exceedances += 1;
                if loss > cluster.maximum {
                    (cluster.peak, cluster.maximum) = (row, loss);
                }
            }
            _ => clusters.push(Cluster { first: row, last: row, exceedances: 1, peak: row, maximum: loss }),
        }
    }
    clusters
}
