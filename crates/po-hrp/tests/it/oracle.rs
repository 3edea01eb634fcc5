//! Hierarchical risk parity written slowly from the paper, and the fast one against it.

use std::collections::BTreeMap;

use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Covariance};
use po_hrp::{Hrp, HrpParams, LeafOrder, Linkage, Merge, Metric, linkage, optimal_leaf_order};
use proptest::prelude::*;

use crate::random::{config, distances, factor_covariance, full, sample_covariance};

/// Both sides sum some hundred products of numbers of size one, in different orders.
const WEIGHTS: f64 = 1e-10;

/// Two sums of at most forty distances.
const LENGTHS: f64 = 1e-12;

/// What the paper's three steps give.
struct Oracle {
    merges: Vec<Merge>,
    order: Vec<usize>,
    weights: Vec<f64>,
}

impl Oracle {
    fn new(covariance: &Covariance, metric: Metric, linkage: Linkage) -> Self {
        let merges = agglomerate(&distance_matrix(covariance, metric), linkage);
        let order = leaves(covariance.len(), &merges, covariance.len() + merges.len() - 1);
        let mut weights = vec![1.0; covariance.len()];
        bisect(covariance, &order, &mut weights);
        Self { merges, order, weights }
    }
}

fn correlation_distances(covariance: &Covariance) -> DMatrix<f64> {
    let correlation = covariance.correlation().unwrap();
    correlation.as_view().map(|rho| ((1.0 - rho) / 2.0).max(0.0).sqrt())
}

fn distance_matrix(covariance: &Covariance, metric: Metric) -> DMatrix<f64> {
    let distances = correlation_distances(covariance);
    match metric {
        Metric::Correlation => distances,
        Metric::Columns => DMatrix::from_fn(covariance.len(), covariance.len(), |row, col| {
            (distances.column(row) - distances.column(col)).norm()
        }),
    }
}

/// The linkages that are told by how a distance follows from those of the parts.
pub(crate) const BY_FORMULA: [Linkage; 7] = [
    Linkage::Single,
    Linkage::Complete,
    Linkage::Average,
    Linkage::Weighted,
    Linkage::Ward,
    Linkage::Centroid,
    Linkage::Median,
];

/// Joins the nearest two clusters until one is left, looking at every pair each time; of equal pairs the lowest.
pub(crate) fn agglomerate(distances: &DMatrix<f64>, linkage: Linkage) -> Vec<Merge> {
    let leaves = distances.nrows();
    let squared = matches!(linkage, Linkage::Ward | Linkage::Centroid | Linkage::Median);
    let nodes = 2 * leaves - 1;
    let mut d = distances.clone().resize(nodes, nodes, 0.0);
    if squared {
        d.apply(|distance| *distance *= *distance);
    }
    let mut sizes = vec![1; leaves];
    let mut open: Vec<usize> = (0..leaves).collect();
    let mut merges = Vec::new();
    while open.len() > 1 {
        let pairs = open.iter().flat_map(|&a| open.iter().map(move |&b| (a, b))).filter(|(a, b)| a < b);
        let (a, b) = pairs.min_by(|&p, &q| d[p].total_cmp(&d[q])).unwrap();
        let height = if squared { d[(a, b)].max(0.0).sqrt() } else { d[(a, b)] };
        let both = sizes.len();
        open.retain(|&node| node != a && node != b);
        for &x in &open {
            let [n_a, n_b, n_x] = [a, b, x].map(|node| sizes[node] as f64);
            let (d_a, d_b, d_ab) = (d[(a, x)], d[(b, x)], d[(a, b)]);
            let n = n_a + n_b;
            let joined = match linkage {
                Linkage::Single => d_a.min(d_b),
                Linkage::Complete => d_a.max(d_b),
                Linkage::Average => (n_a * d_a + n_b * d_b) / n,
                Linkage::Weighted => (d_a + d_b) / 2.0,
                Linkage::Ward => ((n_a + n_x) * d_a + (n_b + n_x) * d_b - n_x * d_ab) / (n + n_x),
                Linkage::Centroid => (n_a * d_a + n_b * d_b) / n - n_a * n_b * d_ab / (n * n),
                Linkage::Median => d_a / 2.0 + d_b / 2.0 - d_ab / 4.0,
                Linkage::Dbht | Linkage::DbhtPmfg => unreachable!("no formula of distances"),
            };
            d[(both, x)] = joined;
            d[(x, both)] = joined;
        }
        open.push(both);
        sizes.push(sizes[a] + sizes[b]);
        merges.push(Merge { left: a, right: b, height, size: sizes[both] });
    }
    merges
}

/// The leaves below a node, from left to right.
fn leaves(count: usize, merges: &[Merge], node: usize) -> Vec<usize> {
    if node < count {
        return vec![node];
    }
    let Merge { left, right, .. } = merges[node - count];
    [leaves(count, merges, left), leaves(count, merges, right)].concat()
}

/// Halves the order again and again, the smaller half first.
fn bisect(covariance: &Covariance, order: &[usize], weights: &mut [f64]) {
    if order.len() < 2 {
        return;
    }
    let (left, right) = order.split_at(order.len() / 2);
    let (variance_left, variance_right) = (variance(covariance, left), variance(covariance, right));
    let share_left = 1.0 - variance_left / (variance_left + variance_right);
    left.iter().for_each(|&asset| weights[asset] *= share_left);
    right.iter().for_each(|&asset| weights[asset] *= 1.0 - share_left);
    bisect(covariance, left, weights);
    bisect(covariance, right, weights);
}

/// `w' Σ w` with weights in proportion to the inverse variances.
fn variance(covariance: &Covariance, cluster: &[usize]) -> f64 {
    let sigma = covariance.as_view();
    let precision = |asset: usize| 1.0 / sigma[(asset, asset)];
    let sum: f64 = cluster.iter().map(|&asset| precision(asset)).sum();
    let weight = |asset: usize| precision(asset) / sum;
    let row = |i: usize| -> f64 { cluster.iter().map(|&j| weight(i) * sigma[(i, j)] * weight(j)).sum() };
    cluster.iter().map(|&i| row(i)).sum()
}

fn check(covariance: &Covariance, metric: Metric, linkage: Linkage) -> Result<(), TestCaseError> {
    let params = HrpParams { linkage, metric, ..HrpParams::default() };
    let allocation = Hrp::new(params).unwrap().allocate(covariance).unwrap();
    let oracle = Oracle::new(covariance, metric, linkage);
    let what = format!("{linkage} {metric}");
    prop_assert_eq!(allocation.leaf_order(), &oracle.order, "{}", what);
    for (merge, expected) in allocation.dendrogram().merges().iter().zip(&oracle.merges) {
        prop_assert_eq!(
            (merge.left, merge.right, merge.size),
            (expected.left, expected.right, expected.size)
        );
        prop_assert!((merge.height - expected.height).abs() < WEIGHTS, "{}: {:?}", what, merge);
    }
    for (weight, expected) in allocation.weights().as_slice().iter().zip(&oracle.weights) {
        prop_assert!((weight - expected).abs() < WEIGHTS, "{what}: {weight} is not {expected}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn weights_equal_the_oracles_on_factor_models(assets in 1_usize..=40, seed: u64) {
        let covariance = factor_covariance(assets, seed);
        for &metric in Metric::ALL {
            for linkage in BY_FORMULA {
                check(&covariance, metric, linkage)?;
            }
        }
    }

    #[test]
    fn weights_equal_the_oracles_on_singular_samples(assets in 3_usize..=40, fewer in 0.1..1.0, seed: u64) {
        let observations = 3 + (fewer * assets as f64) as usize;
        let covariance = sample_covariance(assets, observations, seed);
        for &metric in Metric::ALL {
            for linkage in BY_FORMULA {
                check(&covariance, metric, linkage)?;
            }
        }
    }
}

/// Larger clusters are summed in another way, and larger trees packed on the way up.
#[test]
fn weights_equal_the_oracles_on_many_assets() {
    for assets in [48, 49, 63, 64, 65, 66, 97, 127, 128, 129, 150, 200, 257] {
        let factors = factor_covariance(assets, assets as u64);
        let sample = sample_covariance(assets, assets / 2, assets as u64);
        for linkage in [Linkage::Single, Linkage::Complete, Linkage::Average, Linkage::Ward] {
            check(&factors, Metric::Correlation, linkage).unwrap();
            check(&sample, Metric::Columns, linkage).unwrap();
        }
    }
}

fn length(distances: &DMatrix<f64>, order: &[usize]) -> f64 {
    order.windows(2).map(|pair| distances[(pair[0], pair[1])]).sum()
}

/// Every order that the tree below `node` allows.
fn all_orders(count: usize, merges: &[Merge], node: usize) -> Vec<Vec<usize>> {
    if node < count {
        return vec![vec![node]];
    }
    let Merge { left, right, .. } = merges[node - count];
    let (lefts, rights) = (all_orders(count, merges, left), all_orders(count, merges, right));
    let both = lefts.iter().flat_map(|left| rights.iter().map(move |right| (left, right)));
    both.flat_map(|(left, right)| [[left.as_slice(), right].concat(), [right.as_slice(), left].concat()])
        .collect()
}

/// The length of the shortest order of a larger tree: for each node and each pair of ends, the best of all ways to
/// join the two children (Bar-Joseph et al. 2001, the recurrence without its shortcuts).
fn shortest(distances: &DMatrix<f64>, merges: &[Merge]) -> f64 {
    let leaf = |leaf: usize| BTreeMap::from([((leaf, leaf), 0.0)]);
    let mut paths: Vec<BTreeMap<(usize, usize), f64>> = (0..distances.nrows()).map(leaf).collect();
    for merge in merges {
        let mut joined = BTreeMap::new();
        for (&(first, end), so_far) in &paths[merge.left] {
            for (&(start, last), onward) in &paths[merge.right] {
                let length = so_far + distances[(end, start)] + onward;
                for ends in [(first, last), (last, first)] {
                    let best = joined.entry(ends).or_insert(f64::INFINITY);
                    *best = length.min(*best);
                }
            }
        }
        paths.push(joined);
    }
    paths.last().unwrap().values().copied().fold(f64::INFINITY, f64::min)
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn the_optimal_order_is_the_shortest_of_all(items in 1_usize..=9, seed: u64) {
        let condensed = distances(items, seed);
        let matrix = full(items, &condensed);
        for &method in Linkage::ALL {
            let dendrogram = linkage(items, &condensed, method).unwrap();
            let order = optimal_leaf_order(&dendrogram, &condensed).unwrap();
            let orders = all_orders(items, dendrogram.merges(), items + dendrogram.merges().len() - 1);
            prop_assert_eq!(orders.len(), 1 << (items - 1));
            prop_assert!(orders.contains(&order), "the order keeps each cluster together");
            let shortest = orders.iter().map(|order| length(&matrix, order)).fold(f64::INFINITY, f64::min);
            let found = length(&matrix, &order);
            prop_assert!((found - shortest).abs() < LENGTHS, "{}: {} is not {}", method, found, shortest);
        }
    }

    #[test]
    fn the_optimal_order_is_the_shortest_of_larger_trees(items in 10_usize..=30, seed: u64) {
        let condensed = distances(items, seed);
        let matrix = full(items, &condensed);
        for &method in Linkage::ALL {
            let dendrogram = linkage(items, &condensed, method).unwrap();
            let order = optimal_leaf_order(&dendrogram, &condensed).unwrap();
            let (found, shortest) = (length(&matrix, &order), shortest(&matrix, dendrogram.merges()));
            prop_assert!((found - shortest).abs() < LENGTHS, "{}: {} is not {}", method, found, shortest);
        }
    }

    #[test]
    fn the_allocator_bisects_the_shortest_order(assets in 1_usize..=9, seed: u64) {
        let covariance = factor_covariance(assets, seed);
        for &metric in Metric::ALL {
            let matrix = distance_matrix(&covariance, metric);
            let params = HrpParams { metric, leaf_order: LeafOrder::Optimal, ..HrpParams::default() };
            let allocation = Hrp::new(params).unwrap().allocate(&covariance).unwrap();
            let merges = allocation.dendrogram().merges().to_vec();
            let orders = all_orders(assets, &merges, assets + merges.len() - 1);
            let shortest = orders.iter().map(|order| length(&matrix, order)).fold(f64::INFINITY, f64::min);
            prop_assert!((length(&matrix, allocation.leaf_order()) - shortest).abs() < LENGTHS);
            let mut weights = vec![1.0; assets];
            bisect(&covariance, allocation.leaf_order(), &mut weights);
            for (weight, expected) in allocation.weights().as_slice().iter().zip(&weights) {
                prop_assert!((weight - expected).abs() < WEIGHTS, "{metric}: {weight} is not {expected}");
            }
        }
    }
}
