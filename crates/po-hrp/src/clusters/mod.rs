//! How many clusters a dendrogram is cut into, and which asset is in which.

mod count;
mod cut;
mod gap;
mod silhouette;
mod sums;

pub use count::ClusterCount;
pub(crate) use sums::Distances;

use crate::distance::Square;
use crate::linkage::check_distances;
use crate::{Dendrogram, Error};

use count::greatest;
use cut::Cut;
use sums::Sums;

/// A dendrogram cut into clusters, with the scores that told where.
///
/// `Clusters::default()` is empty: a place for [`clusters_into`] to write to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clusters {
    count: usize,
    labels: Vec<usize>,
    scores: Vec<f64>,
}

impl Clusters {
    /// How many clusters there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The cluster of each asset, numbered from zero in the order of the assets.
    #[must_use]
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// The assets of each cluster.
    #[must_use]
    pub fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.count];
        self.labels.iter().enumerate().for_each(|(asset, &label)| members[label].push(asset));
        members
    }

    /// The score of two clusters, of three, and so on; empty where the number was given, or nothing could be
    /// tried.
    #[must_use]
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }
}

/// Working memory of [`clusters_into`].
///
/// # Cost
/// `k` N numbers of eight bytes, `k` the greatest number of clusters that is tried, and N² for the distances.
#[derive(Clone, Debug, Default)]
pub struct ClustersScratch {
    /// The distances, both entries of each pair.
    distances: Square,
    /// What choosing needs.
    choice: ChoiceScratch,
}

/// Working memory of the choice between numbers of clusters.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChoiceScratch {
    sums: Sums,
    /// The cut into clusters.
    cut: Cut,
    /// The dispersion of one cluster, of two, and so on.
    dispersions: Vec<f64>,
    /// The mean distance from each asset to the nearest other cluster, and then its silhouette.
    silhouettes: Vec<f64>,
}

/// Cuts a dendrogram into clusters.
///
/// # Shapes and units
/// `distances` is the upper triangle of the N x N matrix, row by row: N (N - 1) / 2 numbers, zero or more;
/// mostly those that were clustered.
///
/// # Errors
/// [`Error::Input`] for zero clusters, and for distances as in [`linkage`](crate::linkage);
/// [`Error::TooManyClusters`] for more clusters than items.
///
/// # Cost
/// O(N² + N k²) time for `k` the greatest number that is tried; O(N) for a given number.
///
/// # Examples
/// ```
/// use po_hrp::{ClusterCount, Linkage, clusters, linkage};
///
/// // Six places on a line, at 0, 1, 10, 11, 30 and 31.
/// let places = [0.0, 1.0, 10.0, 11.0, 30.0, 31.0_f64];
/// let rows = (0..6).flat_map(|row| (row + 1..6).map(move |col| (row, col)));
/// let distances: Vec<f64> = rows.map(|(row, col)| places[col] - places[row]).collect();
/// let dendrogram = linkage(6, &distances, Linkage::Average)?;
///
/// let found = clusters(&dendrogram, &distances, ClusterCount::Silhouette { most: None })?;
/// assert_eq!(found.count(), 3);
/// assert_eq!(found.labels(), [0, 0, 1, 1, 2, 2]);
/// // The distances are 1 to the own pair, and 9.5, 10.5, 10.5, 9.5, 19.5, 20.5 to the next one.
/// let mean = 1.0 - (2.0 / 9.5 + 2.0 / 10.5 + 1.0 / 19.5 + 1.0 / 20.5) / 6.0;
/// assert!((found.scores()[1] - mean).abs() < 1e-15);
/// # Ok::<(), po_hrp::Error>(())
/// ```
pub fn clusters(dendrogram: &Dendrogram, distances: &[f64], count: ClusterCount) -> Result<Clusters, Error> {
    let mut clusters = Clusters::default();
    clusters_into(dendrogram, distances, count, &mut ClustersScratch::default(), &mut clusters)?;
    Ok(clusters)
}

/// Cuts a dendrogram into clusters, with kept memory.
///
/// # Errors
/// As [`clusters`].
pub fn clusters_into(
    dendrogram: &Dendrogram,
    distances: &[f64],
    count: ClusterCount,
    scratch: &mut ClustersScratch,
    clusters: &mut Clusters,
) -> Result<(), Error> {
    count.check()?;
    check_distances(dendrogram.leaves(), distances)?;
    count.check_assets(dendrogram.leaves())?;
    if count.needs_distances() {
        scratch.distances.fill_from_condensed(dendrogram.leaves(), distances, |distance| distance);
    }
    let distances = Distances::Plain(&scratch.distances);
    choose_into(count, dendrogram, distances, &mut scratch.choice, clusters);
    Ok(())
}

/// As [`clusters_into`], for checked counts and distances, which a given number does not look at.
pub(crate) fn choose_into(
    count: ClusterCount,
    dendrogram: &Dendrogram,
    distances: Distances<'_>,
    scratch: &mut ChoiceScratch,
    clusters: &mut Clusters,
) {
    clusters.scores.clear();
    clusters.count = match count {
        ClusterCount::Given(given) => given,
        ClusterCount::Gap { most } => {
            best(most, gap::scores_into, dendrogram, distances, scratch, &mut clusters.scores)
        }
        ClusterCount::Silhouette { most } => {
            best(most, silhouette::means_into, dendrogram, distances, scratch, &mut clusters.scores)
        }
        ClusterCount::StandardisedSilhouette { most } => best(
            most,
            silhouette::standardised_means_into,
            dendrogram,
            distances,
            scratch,
            &mut clusters.scores,
        ),
    };
    scratch.cut.cut(dendrogram, clusters.count);
    clusters.labels.clone_from(&scratch.cut.labels);
}

/// Writes the scores of two clusters, of three, and so on.
type Rule = fn(&Dendrogram, Distances<'_>, &mut ChoiceScratch, &mut [f64]);

/// The number of clusters that a rule gives the greatest score.
fn best(
    most: Option<usize>,
    rule: Rule,
    dendrogram: &Dendrogram,
    distances: Distances<'_>,
    scratch: &mut ChoiceScratch,
    scores: &mut Vec<f64>,
) -> usize {
    let assets = dendrogram.leaves();
    let greatest = greatest(most, assets);
    // Both a bend and a silhouette want a cluster of two items at least, beside another one.
    if greatest < 2 || assets < 3 {
        return greatest;
    }
    scores.resize(greatest.min(assets - 1) - 1, 0.0);
    rule(dendrogram, distances, scratch, scores);
    2 + place_of_greatest(scores)
}

/// The first place of the greatest score.
fn place_of_greatest(scores: &[f64]) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (place, &score) in scores.iter().enumerate() {
        if score > best.1 {
            best = (place, score);
        }
    }
    best.0
}
