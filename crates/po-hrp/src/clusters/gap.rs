//! The two-order difference of the gap statistic.

use super::{ChoiceScratch, Distances};
use crate::Dendrogram;

/// Writes the scores of two clusters, of three, and so on; there is one cluster fewer than leaves at most.
pub(super) fn scores_into(
    dendrogram: &Dendrogram,
    distances: Distances<'_>,
    scratch: &mut ChoiceScratch,
    scores: &mut [f64],
) {
    let ChoiceScratch { sums, cut, dispersions, .. } = scratch;
    // A difference looks one number ahead and one back.
    let finest = scores.len() + 2;
    dispersions.clear();
    dispersions.resize(finest, 0.0);
    sums.start(dendrogram, distances, finest, cut);
    for clusters in (1..=finest).rev() {
        dispersions[clusters - 1] = sums.dispersion();
        if clusters > 1 {
            sums.merge(dendrogram, clusters);
        }
    }
    for (score, three) in scores.iter_mut().zip(dispersions.windows(3)) {
        *score = three[0] + three[2] - 2.0 * three[1];
    }
}
