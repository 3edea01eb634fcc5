//! How stable weights and clusters are, and what was found in the resamples.

use po_core::Weights;

use super::nodes::{Kept, Nodes};
use super::params::{BootstrapInterval, StabilityParams};
use super::partition::Partition;
use crate::stability::Answer;

/// A cluster is dissolved in a resample where none is more like it than this.
const DISSOLVED: f64 = 0.5;

/// A cluster is recovered in a resample where one is more like it than this.
const RECOVERED: f64 = 0.75;

/// How stable the weights and clusters of a rule are that has errors of type `E`.
///
/// # Shapes and units
/// Assets by index; shares are fractions of the resamples that the rule did not refuse.
///
/// # Source
/// Standard errors and intervals: Efron and Tibshirani (1993), An Introduction to the Bootstrap. Clusters: Hennig
/// (2007), Cluster-wise assessment of cluster stability; the mean similarity of a stable one is 0.75 or more, and below
/// 0.6 it should not be trusted. Nodes: Felsenstein (1985), Confidence limits on phylogenies.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stability<E> {
    /// What the rule makes of the sample.
    pub sample: Answer,
    /// Each weight and its error.
    pub assets: Vec<AssetStability>,
    /// Each cluster of the sample, in the order of their first assets; none where the rule has no labels.
    pub clusters: Vec<ClusterStability>,
    /// Each merge of the tree of the sample, in its order; none where the rule has no tree.
    pub nodes: Vec<NodeStability>,
    /// The share of resamples in which two assets are in one cluster: the N * N entries of a symmetric matrix with ones on
    /// the diagonal; none where the rule has no labels.
    pub co_clustering: Vec<f64>,
    /// How often the resamples have how many clusters, from the least number to the greatest that occurs; none where the
    /// rule has no labels.
    pub counts: Vec<CountFrequency>,
    /// How many resamples were drawn.
    pub resamples: usize,
    /// How many of them the rule refused: these count for nothing.
    pub failed: usize,
    /// The first of those.
    pub first_failure: Option<Failure<E>>,
}

/// The weight of one asset, and its error.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct AssetStability {
    /// The weight on the sample.
    pub weight: f64,
    /// The mean of its weights in the resamples.
    pub mean: f64,
    /// How far the mean lies above the weight on the sample.
    pub bias: f64,
    /// The standard deviation of its weights in the resamples, with one observation fewer in the denominator.
    pub standard_error: f64,
    /// The lower end of the interval.
    pub lower: f64,
    /// The upper end of the interval.
    pub upper: f64,
}

/// How one cluster of the sample fares in the resamples.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ClusterStability {
    /// Its assets, ascending.
    pub assets: Vec<usize>,
    /// The mean, over the resamples, of the Jaccard similarity to the cluster there that is most like it.
    ///
    /// ```text
    /// mean_b max_{D in b} |C ∩ D| / |C ∪ D|
    /// ```
    pub similarity: f64,
    /// The share of resamples in which that similarity is at most one half.
    pub dissolved: f64,
    /// The share of resamples in which it is more than three quarters.
    pub recovered: f64,
    /// The share of resamples whose tree has a node of just these assets, whatever the cut; none where the tree of the
    /// sample has no such node. A single asset is one always.
    pub support: Option<f64>,
}

/// How one merge of the tree of the sample fares in the resamples.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct NodeStability {
    /// The assets of the left side, in leaf order.
    pub left: Vec<usize>,
    /// The assets of the right side, in leaf order.
    pub right: Vec<usize>,
    /// The share of resamples whose tree has a node of the same assets: one for the root.
    pub support: f64,
    /// The share of resamples whose tree has this node with the same two sides, left and right taken alike.
    pub split: f64,
}

/// How often the resamples have so many clusters.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct CountFrequency {
    /// The number of clusters.
    pub clusters: usize,
    /// The share of resamples that have it.
    pub share: f64,
}

/// A resample that the rule refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure<E> {
    /// The resample, counted from zero.
    pub resample: usize,
    /// What the rule says.
    pub error: E,
}

/// What is kept of one resample.
#[derive(Clone, Debug)]
pub(super) struct Resampled {
    pub(super) weights: Weights,
    pub(super) labels: Vec<usize>,
    /// Of each cluster of the sample.
    pub(super) similarities: Vec<f64>,
    /// What there is of each merge of the sample.
    pub(super) kept: Vec<Kept>,
}

/// What a resample is compared with.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) partition: Partition,
    pub(super) nodes: Option<Nodes>,
}

impl Reference {
    pub(super) fn new(sample: &Answer) -> Self {
        let nodes = (sample.dendrogram.leaves() > 0).then(|| Nodes::new(&sample.dendrogram));
        Self { partition: Partition::new(&sample.labels), nodes }
    }

    /// The clusters of the sample.
    pub(super) fn clusters(&self, resampled: &[Resampled]) -> Vec<ClusterStability> {
        let members = self.partition.members().into_iter().enumerate();
        let cluster = |(label, assets): (usize, Vec<usize>)| {
            let similarities = || resampled.iter().map(|resample| resample.similarities[label]);
            let share = |is: fn(f64) -> bool| share(similarities().filter(|value| is(*value)), resampled);
            let merge = self.nodes.as_ref().and_then(|nodes| nodes.merge_of(&assets));
            let support = match (&self.nodes, merge) {
                (Some(_), _) if assets.len() == 1 => Some(1.0),
                (_, Some(merge)) => Some(kept(merge, Kept::Node, resampled)),
                _ => None,
            };
            ClusterStability {
                similarity: similarities().sum::<f64>() / resampled.len() as f64,
                dissolved: share(|value| value <= DISSOLVED),
                recovered: share(|value| value > RECOVERED),
                support,
                assets,
            }
        };
        members.map(cluster).collect()
    }

    /// The merges of the sample.
    pub(super) fn nodes(&self, resampled: &[Resampled]) -> Vec<NodeStability> {
        let sides = self.nodes.iter().flat_map(Nodes::sides).enumerate();
        let node = |(merge, (left, right)): (usize, (Vec<usize>, Vec<usize>))| NodeStability {
            left,
            right,
            support: kept(merge, Kept::Node, resampled),
            split: kept(merge, Kept::Sides, resampled),
        };
        sides.map(node).collect()
    }
}

/// The share of resamples whose trees have as much of a merge, or more.
fn kept(merge: usize, least: Kept, resampled: &[Resampled]) -> f64 {
    share(resampled.iter().filter(|resample| resample.kept[merge] >= least), resampled)
}

fn share<T>(some: impl Iterator<Item = T>, all: &[Resampled]) -> f64 {
    some.count() as f64 / all.len() as f64
}

/// Each weight and its error.
pub(super) fn assets(
    sample: &Weights,
    resampled: &[Resampled],
    params: &StabilityParams,
) -> Vec<AssetStability> {
    let (many, tail) = (resampled.len() as f64, params.confidence.tail() / 2.0);
    let mut values = Vec::with_capacity(resampled.len());
    let asset = |(asset, &weight): (usize, &f64)| {
        values.clear();
        values.extend(resampled.iter().map(|resample| resample.weights.as_slice()[asset]));
        let mean = values.iter().sum::<f64>() / many;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        values.sort_unstable_by(f64::total_cmp);
        let (low, high) = (quantile(&values, tail), quantile(&values, 1.0 - tail));
        let (lower, upper) = match params.interval {
            BootstrapInterval::Percentile => (low, high),
            BootstrapInterval::Basic => (2.0 * weight - high, 2.0 * weight - low),
        };
        let standard_error = (squares / (many - 1.0)).sqrt();
        AssetStability { weight, mean, bias: mean - weight, standard_error, lower, upper }
    };
    sample.as_slice().iter().enumerate().map(asset).collect()
}

/// The quantile of sorted values, interpolated (Hyndman and Fan 1996, definition 7).
fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let place = probability * (sorted.len() - 1) as f64;
    let below = (place as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

/// The share of resamples in which two assets are in one cluster, and how often there are how many clusters.
pub(super) fn clusterings(labels: usize, resampled: &[Resampled]) -> (Vec<f64>, Vec<CountFrequency>) {
    let mut together = vec![0_u32; labels * labels];
    let mut counts = vec![0_u32; labels + 1];
    let (mut members, mut starts) = (vec![0; labels], vec![0; labels + 1]);
    for resample in resampled {
        gather(&resample.labels, &mut members, &mut starts);
        let mut clusters = 0;
        for cluster in starts.windows(2).map(|bounds| &members[bounds[0]..bounds[1]]) {
            clusters += usize::from(!cluster.is_empty());
            // Members ascend, so that the lower triangle is written.
            for (place, &asset) in cluster.iter().enumerate() {
                let column = &mut together[asset * labels..(asset + 1) * labels];
                cluster[place..].iter().for_each(|&other| column[other] += 1);
            }
        }
        counts[clusters] += 1;
    }
    let many = resampled.len() as f64;
    let share = |count: u32| f64::from(count) / many;
    let entry = |place: usize| {
        let (col, row) = (place / labels, place % labels);
        share(together[col.min(row) * labels + col.max(row)])
    };
    let counts = counts.iter().enumerate().filter(|(clusters, count)| *clusters > 0 && **count > 0);
    let counts = counts.map(|(clusters, &count)| CountFrequency { clusters, share: share(count) });
    ((0..labels * labels).map(entry).collect(), counts.collect())
}

/// Lists the assets cluster by cluster, ascending in each; `starts` tells where each begins, and where the last ends.
fn gather(labels: &[usize], members: &mut [usize], starts: &mut [usize]) {
    starts.fill(0);
    labels.iter().for_each(|&label| starts[label + 1] += 1);
    (1..starts.len()).for_each(|label| starts[label] += starts[label - 1]);
    // Each start moves to the end of its cluster, from the last asset down.
    for (asset, &label) in labels.iter().enumerate().rev() {
        starts[label + 1] -= 1;
        members[starts[label + 1]] = asset;
    }
    // What was the end of a cluster is now its start; ends come back from the left.
    starts.rotate_left(1);
    if let Some(last) = starts.last_mut() {
        *last = labels.len();
    }
}
