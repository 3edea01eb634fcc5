//! The silhouette of a clustering: its mean over the assets, plain or in units of its spread.

use super::{ChoiceScratch, Distances};
use crate::Dendrogram;

/// Writes the mean silhouettes of two clusters, of three, and so on; there is one cluster fewer than leaves at
/// most.
pub(super) fn means_into(
    dendrogram: &Dendrogram,
    distances: Distances<'_>,
    scratch: &mut ChoiceScratch,
    scores: &mut [f64],
) {
    scores_into(mean, dendrogram, distances, scratch, scores);
}

/// As [`means_into`], in units of the standard deviations.
pub(super) fn standardised_means_into(
    dendrogram: &Dendrogram,
    distances: Distances<'_>,
    scratch: &mut ChoiceScratch,
    scores: &mut [f64],
) {
    scores_into(standardised_mean, dendrogram, distances, scratch, scores);
}

fn scores_into(
    score: impl Fn(&[f64]) -> f64,
    dendrogram: &Dendrogram,
    distances: Distances<'_>,
    scratch: &mut ChoiceScratch,
    scores: &mut [f64],
) {
    let ChoiceScratch { sums, cut, silhouettes, .. } = scratch;
    let finest = scores.len() + 1;
    sums.start(dendrogram, distances, finest, cut);
    for clusters in (2..=finest).rev() {
        sums.silhouettes_into(silhouettes);
        scores[clusters - 2] = score(silhouettes);
        if clusters > 2 {
            sums.merge(dendrogram, clusters);
        }
    }
}

fn mean(silhouettes: &[f64]) -> f64 {
    silhouettes.iter().sum::<f64>() / silhouettes.len() as f64
}

/// The mean in units of the standard deviation; without any spread, the sign of the mean decides.
fn standardised_mean(silhouettes: &[f64]) -> f64 {
    let mean = mean(silhouettes);
    let squares = silhouettes.iter().map(|silhouette| (silhouette - mean) * (silhouette - mean));
    let deviation = (squares.sum::<f64>() / silhouettes.len() as f64).sqrt();
    if mean == 0.0 { 0.0 } else { mean / deviation }
}
