//! Sums of distances between assets and clusters, kept up to date while clusters merge.

use po_core::Covariance;
use pulp::Arch;

use super::cut::Cut;
use crate::Dendrogram;
use crate::distance::Square;

/// Where distances come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Distances<'a> {
    /// A matrix of them.
    Plain(&'a Square),
    /// A matrix of their squares.
    Squared(&'a Square),
    /// The correlations of a covariance, whose `1 / σ_i` are `inverse`: no matrix has to be kept.
    Correlation { covariance: &'a Covariance, inverse: &'a [f64] },
}

impl Distances<'_> {
    /// Adds the distances from one asset to all.
    #[inline(always)]
    fn add_to(self, sums: &mut [f64], asset: usize) {
        // Rounding may put an asset some way off itself.
        let own = sums[asset];
        match self {
            Distances::Plain(distances) => add(sums, &distances.row(asset)[..sums.len()]),
            Distances::Squared(squares) => {
                sums.iter_mut().zip(squares.row(asset)).for_each(|(sum, square)| *sum += square.sqrt());
            }
            Distances::Correlation { covariance, inverse } => {
                let scale = inverse[asset];
                for ((sum, entry), other) in sums.iter_mut().zip(covariance.column(asset)).zip(inverse) {
                    let square = 0.5 - 0.5 * entry * (scale * other);
                    *sum += if square > 0.0 { square } else { 0.0 }.sqrt();
                }
            }
        }
        sums[asset] = own;
    }
}

/// The sums that dispersions and silhouettes are made of.
///
/// They begin at the finest cut and follow the dendrogram's merges from there, so that a coarser cut costs
/// one addition per asset: no distance is read twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    assets: usize,
    /// A line of N numbers per cluster: the sum of the distances from each asset to its members; infinite for
    /// its own members, so that a minimum over lines is one over other clusters.
    lines: Vec<f64>,
    /// The sum of the distances from each asset to the members of its own cluster.
    own: Vec<f64>,
    /// The line of the cluster of each asset.
    line_of: Vec<usize>,
    /// The line of each node of the dendrogram that is a cluster now.
    line_of_node: Vec<usize>,
    /// How many members the cluster of each line has; zero once it was merged into another one.
    sizes: Vec<usize>,
}

impl Sums {
    /// Begins with so many clusters.
    pub(super) fn start(
        &mut self,
        dendrogram: &Dendrogram,
        distances: Distances<'_>,
        clusters: usize,
        cut: &mut Cut,
    ) {
        cut.cut(dendrogram, clusters);
        self.assets = dendrogram.leaves();
        let Self { assets, lines, own, line_of, line_of_node, sizes } = self;
        let assets = *assets;
        line_of.clone_from(&cut.labels);
        line_of_node.clone_from(&cut.label_of);
        sizes.clear();
        sizes.resize(clusters, 0);
        line_of.iter().for_each(|&line| sizes[line] += 1);
        lines.clear();
        lines.resize(clusters * assets, 0.0);
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for (asset, &line) in line_of.iter().enumerate() {
                    distances.add_to(&mut lines[line * assets..(line + 1) * assets], asset);
                }
            },
        );
        own.clear();
        for (asset, &line) in line_of.iter().enumerate() {
            own.push(std::mem::replace(&mut lines[line * assets + asset], f64::INFINITY));
        }
    }

    /// Follows the merge that leaves one of so many clusters fewer.
    pub(super) fn merge(&mut self, dendrogram: &Dendrogram, clusters: usize) {
        let Self { assets, lines, own, line_of, line_of_node, sizes } = self;
        let assets = *assets;
        let index = assets - clusters;
        let merge = dendrogram.merges()[index];
        let (kept, gone) = (line_of_node[merge.left], line_of_node[merge.right]);
        line_of_node[assets + index] = kept;
        sizes[kept] += std::mem::take(&mut sizes[gone]);
        for (asset, line) in line_of.iter_mut().enumerate() {
            if *line == kept {
                own[asset] += lines[gone * assets + asset];
            } else if *line == gone {
                own[asset] += lines[kept * assets + asset];
                *line = kept;
            }
        }
        let (low, high) = (kept.min(gone) * assets, kept.max(gone) * assets);
        let (head, tail) = lines.split_at_mut(high);
        let (low, high) = (&mut head[low..low + assets], &mut tail[..assets]);
        let (sum, part) = if kept < gone { (low, high) } else { (high, low) };
        Arch::new().dispatch(
            #[inline(always)]
            || add(sum, part),
        );
    }

    /// `Σ_C Σ_{i, j in C} d_ij / (2 n_C)`
    pub(super) fn dispersion(&self) -> f64 {
        let means = self.own.iter().zip(&self.line_of).map(|(own, &line)| own / self.sizes[line] as f64);
        0.5 * means.sum::<f64>()
    }

    /// Writes the silhouette of each asset.
    pub(super) fn silhouettes_into(&self, silhouettes: &mut Vec<f64>) {
        let Self { assets, lines, own, line_of, sizes, .. } = self;
        silhouettes.clear();
        silhouettes.resize(*assets, f64::INFINITY);
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for (line, &size) in lines.chunks_exact(*assets).zip(sizes).filter(|(_, size)| **size > 0) {
                    let share = 1.0 / size as f64;
                    for (nearest, sum) in silhouettes.iter_mut().zip(line) {
                        let mean = sum * share;
                        *nearest = if mean < *nearest { mean } else { *nearest };
                    }
                }
            },
        );
        for ((silhouette, own), &line) in silhouettes.iter_mut().zip(own).zip(line_of) {
            let (size, nearest) = (sizes[line], *silhouette);
            let mean = own / (size as f64 - 1.0);
            let scale = mean.max(nearest);
            // Clusters of one asset are neither good nor bad, and so are assets on top of each other.
            *silhouette = if size > 1 && scale > 0.0 { (nearest - mean) / scale } else { 0.0 };
        }
    }
}

#[inline(always)]
fn add(sum: &mut [f64], part: &[f64]) {
    sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += *part);
}
