//! What holds of every allocation, whatever the covariance.

use std::collections::BTreeSet;

use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Covariance};
use po_hrp::{Hrp, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Linkage, Metric};
use proptest::prelude::*;

use crate::random::{
    Random, config, covariance, factor_covariance, mixed_covariance, permuted, sample_covariance,
};

/// A sum of at most a hundred weights, each rounded once per split.
pub(crate) const SUM: f64 = 1e-12;

/// The same numbers summed in another order.
const REORDERED: f64 = 1e-10;

/// Every combination of settings without bounds.
pub(crate) fn all_settings() -> impl Iterator<Item = HrpParams> {
    let metrics = Linkage::ALL.iter().flat_map(|&linkage| Metric::ALL.iter().map(move |&m| (linkage, m)));
    metrics.flat_map(|(linkage, metric)| {
        let params = move |leaf_order| HrpParams { linkage, metric, leaf_order, ..HrpParams::default() };
        LeafOrder::ALL.iter().map(move |&leaf_order| params(leaf_order))
    })
}

pub(crate) fn allocate(params: &HrpParams, covariance: &Covariance) -> HrpAllocation {
    Hrp::new(params.clone()).unwrap().allocate(covariance).unwrap()
}

/// Finite, none below zero, and one in sum.
pub(crate) fn assert_on_the_simplex(allocation: &HrpAllocation) {
    let weights = allocation.weights();
    assert!(weights.as_slice().iter().all(|weight| weight.is_finite() && *weight >= 0.0), "{weights:?}");
    assert!((weights.net() - 1.0).abs() < SUM, "{weights:?} sum to {}", weights.net());
}

pub(crate) fn assert_same_bits(actual: &HrpAllocation, expected: &HrpAllocation) {
    let bits = |allocation: &HrpAllocation| -> Vec<u64> {
        allocation.weights().as_slice().iter().map(|weight| weight.to_bits()).collect()
    };
    assert_eq!(bits(actual), bits(expected));
    assert_eq!(actual, expected);
}

fn close(actual: &[f64], expected: &[f64], tolerance: f64) -> bool {
    actual.len() == expected.len() && actual.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance)
}

fn covariances() -> impl Strategy<Value = Covariance> {
    prop_oneof![
        (1_usize..=60, any::<u64>()).prop_map(|(assets, seed)| factor_covariance(assets, seed)),
        (2_usize..=40, 3_usize..=60, any::<u64>())
            .prop_map(|(assets, observations, seed)| sample_covariance(assets, observations, seed)),
    ]
}

/// Pairs of assets that merge with each other, the lower first.
fn twins(allocation: &HrpAllocation) -> Vec<(usize, usize)> {
    let assets = allocation.leaf_order().len();
    let dendrogram = allocation.dendrogram();
    let pairs = dendrogram.merges().iter().filter(|merge| merge.right < assets);
    pairs.map(|merge| (merge.left, merge.right)).collect()
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn weights_are_on_the_simplex(covariance in covariances()) {
        for params in all_settings() {
            let allocation = allocate(&params, &covariance);
            assert_on_the_simplex(&allocation);
            let places: BTreeSet<_> = allocation.leaf_order().iter().copied().collect();
            prop_assert!(places.into_iter().eq(0..covariance.len()));
        }
    }

    /// Kept memory, of larger and smaller problems and of other settings, leaves no trace.
    #[test]
    fn allocate_equals_allocate_into(larger in covariances(), smaller in covariances()) {
        let (mut scratch, mut kept) = (HrpScratch::default(), HrpAllocation::default());
        for covariance in [&larger, &smaller, &larger] {
            for params in all_settings() {
                let hrp = Hrp::new(params).unwrap();
                hrp.allocate_into(covariance, &mut scratch, &mut kept).unwrap();
                let fresh = hrp.allocate(covariance).unwrap();
                assert_same_bits(&kept, &fresh);
            }
        }
    }

    /// The unit of variances does not matter; a power of four, whose square root is exact, does not even change the
    /// rounding.
    #[test]
    fn weights_do_not_depend_on_the_unit(
        assets in 1_usize..=40, seed: u64, exponent in -100_i32..=100, factor in 1e-6..1e6,
    ) {
        let covariance = factor_covariance(assets, seed);
        let scaled = |scale: f64| Covariance::new(covariance.as_view() * scale).unwrap();
        let (quadrupled, scaled) = (scaled(4.0_f64.powi(exponent)), scaled(factor));
        for params in all_settings() {
            let allocation = allocate(&params, &covariance);
            let weights = allocation.weights().as_slice();
            let other = allocate(&params, &quadrupled);
            prop_assert_eq!(other.weights(), allocation.weights());
            prop_assert_eq!(other.leaf_order(), allocation.leaf_order());
            prop_assert_eq!(other.dendrogram(), allocation.dendrogram());
            prop_assert!(close(allocate(&params, &scaled).weights().as_slice(), weights, REORDERED));
        }
    }

    /// The tree does not depend on how assets are numbered, and neither does the optimal order: the direction in which
    /// it is read follows from which of the root's children is lower, and no two leaves are both children of the root
    /// of three assets or more.
    #[test]
    fn weights_move_with_the_assets_in_the_optimal_order(assets in 3_usize..=40, seed: u64) {
        let covariance = factor_covariance(assets, seed);
        let permutation = Random::new(seed).permutation(assets);
        let permuted = permuted(&covariance, &permutation);
        for params in all_settings().filter(|params| params.leaf_order == LeafOrder::Optimal) {
            let (original, moved) = (allocate(&params, &covariance), allocate(&params, &permuted));
            let order: Vec<usize> = moved.leaf_order().iter().map(|&asset| permutation[asset]).collect();
            prop_assert_eq!(&order, original.leaf_order());
            let expected: Vec<f64> =
                permutation.iter().map(|&asset| original.weights().as_slice()[asset]).collect();
            prop_assert!(close(moved.weights().as_slice(), &expected, REORDERED), "{params:?}");
        }
    }

    /// In the order of the dendrogram the numbers of the assets decide one thing: which of two assets that merge with
    /// each other comes first. So the order is the same up to swaps of such twins, and the weights are the same when
    /// the new numbers leave each pair of twins in its old order.
    ///
    /// They need not be the same otherwise: a bisection that cuts between twins then sends the other one left.
    #[test]
    fn weights_move_with_the_assets_that_keep_the_order_of_twins(assets in 1_usize..=40, seed: u64) {
        let covariance = factor_covariance(assets, seed);
        let any = Random::new(seed).permutation(assets);
        for params in all_settings().filter(|params| params.leaf_order == LeafOrder::Dendrogram) {
            let original = allocate(&params, &covariance);
            let twins = twins(&original);
            let mut permutation = any.clone();
            for &(low, high) in &twins {
                let place = |asset| permutation.iter().position(|&other| other == asset).unwrap();
                let (low, high) = (place(low), place(high));
                if low > high {
                    permutation.swap(low, high);
                }
            }
            let moved = allocate(&params, &permuted(&covariance, &permutation));
            let order: Vec<usize> = moved.leaf_order().iter().map(|&asset| permutation[asset]).collect();
            prop_assert_eq!(&order, original.leaf_order());
            let expected: Vec<f64> =
                permutation.iter().map(|&asset| original.weights().as_slice()[asset]).collect();
            prop_assert!(close(moved.weights().as_slice(), &expected, REORDERED), "{params:?}");

            // Any permutation: the same order once each pair of twins is sorted.
            let moved = allocate(&params, &permuted(&covariance, &any));
            let mut order: Vec<usize> = moved.leaf_order().iter().map(|&asset| any[asset]).collect();
            for &(low, high) in &twins {
                let place = order.iter().position(|&asset| asset == low || asset == high).unwrap();
                prop_assert_eq!(order[place] + order[place + 1], low + high);
                (order[place], order[place + 1]) = (low, high);
            }
            prop_assert_eq!(&order, original.leaf_order());
        }
    }

    /// The account of the splits adds up: from the whole portfolio down to each weight.
    #[test]
    fn the_explanation_adds_up(covariance in covariances()) {
        for params in all_settings() {
            let allocation = allocate(&params, &covariance);
            let weights = allocation.weights().as_slice();
            let splits = allocation.explain();
            prop_assert_eq!(splits.len(), covariance.len() - 1);
            let mut due = vec![(allocation.leaf_order().to_vec(), 1.0)];
            for split in &splits {
                // A cluster stands before its halves, the left half with all that is in it before the right one.
                let (cluster, weight) = due.pop().unwrap();
                prop_assert_eq!([split.left.as_slice(), &split.right].concat(), cluster);
                prop_assert_eq!(split.left.len(), (split.left.len() + split.right.len()) / 2);
                prop_assert!((split.weight_left + split.weight_right - weight).abs() < SUM);
                let both = split.risk_left + split.risk_right;
                prop_assert!((split.share_left - split.risk_right / both).abs() < SUM);
                prop_assert!((split.weight_left - split.share_left * weight).abs() < SUM);
                let halves = [(&split.right, split.weight_right), (&split.left, split.weight_left)];
                for (half, weight) in halves {
                    let sum: f64 = half.iter().map(|&asset| weights[asset]).sum();
                    prop_assert!((sum - weight).abs() < SUM);
                    match half[..] {
                        [asset] => prop_assert_eq!(weights[asset].to_bits(), weight.to_bits()),
                        _ => due.push((half.clone(), weight)),
                    }
                }
            }
            prop_assert!(due.iter().all(|(cluster, _)| cluster.len() == 1), "{due:?}");
        }
    }

    /// A cut has as many labels as were asked for, each of them a cluster of the tree, and finer cuts refine coarser ones.
    #[test]
    fn cuts_follow_the_tree(covariance in covariances()) {
        for &linkage in Linkage::ALL {
            let allocation = allocate(&HrpParams { linkage, ..HrpParams::default() }, &covariance);
            let dendrogram = allocation.dendrogram();
            prop_assert_eq!(dendrogram.leaf_order(), allocation.leaf_order());
            let rebuilt = po_hrp::Dendrogram::new(covariance.len(), dendrogram.merges().to_vec());
            prop_assert_eq!(rebuilt.as_ref(), Ok(&dendrogram));
            let mut coarser = vec![0; covariance.len()];
            for clusters in 1..=covariance.len() {
                let labels = dendrogram.cut(clusters);
                let distinct: BTreeSet<_> = labels.iter().copied().collect();
                prop_assert!(distinct.into_iter().eq(0..clusters), "{clusters}: {labels:?}");
                // Labels are numbered in the order of their first assets.
                let firsts = (0..clusters).map(|label| labels.iter().position(|&other| other == label));
                prop_assert!(firsts.is_sorted());
                let nested: BTreeSet<_> = labels.iter().zip(&coarser).collect();
                prop_assert_eq!(nested.len(), clusters);
                coarser = labels;
            }
            prop_assert_eq!(dendrogram.cut(0), dendrogram.cut(1));
            prop_assert_eq!(dendrogram.cut(usize::MAX), dendrogram.cut(covariance.len()));
        }
    }

    #[test]
    fn singular_covariances_are_allocated(copies in 2_usize..=4, assets in 1_usize..=12, seed: u64) {
        let base = factor_covariance(assets, seed);
        let matrix = base.as_view();
        // Each asset several times over, now and then sold short: correlations of one and minus one.
        let random = &mut Random::new(seed);
        let signs: Vec<f64> =
            (0..copies * assets).map(|_| if random.uniform() < 0.3 { -1.0 } else { 1.0 }).collect();
        let duplicated = covariance(DMatrix::from_fn(copies * assets, copies * assets, |row, col| {
            signs[row] * signs[col] * matrix[(row % assets, col % assets)]
        }));
        for params in all_settings() {
            assert_on_the_simplex(&allocate(&params, &duplicated));
        }
    }

    #[test]
    fn ill_conditioned_covariances_are_allocated(assets in 2_usize..=20, seed: u64, exponent in 1_i32..=16) {
        let random = &mut Random::new(seed);
        let basis = DMatrix::from_fn(assets, assets, |_, _| random.normal()).qr().q();
        let ratio = 10.0_f64.powi(-exponent);
        let spectrum = DMatrix::from_diagonal(&po_core::nalgebra::DVector::from_fn(assets, |index, _| {
            ratio.powf(index as f64 / (assets as f64 - 1.0))
        }));
        let ill = covariance(&basis * spectrum * basis.transpose());
        for params in all_settings() {
            assert_on_the_simplex(&allocate(&params, &ill));
        }
    }

    #[test]
    fn variances_of_all_sizes_are_allocated(assets in 1_usize..=30, seed: u64) {
        let covariance = mixed_covariance(assets, seed);
        let volatilities = covariance.volatilities();
        let calm = (0..assets).min_by(|&a, &b| volatilities[a].total_cmp(&volatilities[b])).unwrap();
        for params in all_settings() {
            let allocation = allocate(&params, &covariance);
            assert_on_the_simplex(&allocation);
            prop_assert!(allocation.weights().as_slice()[calm] > 0.0);
        }
    }
}

#[test]
fn covariances_of_rank_one_are_allocated() {
    for assets in [1, 2, 3, 8, 49, 64] {
        let ones = covariance(DMatrix::from_element(assets, assets, 0.04));
        for params in all_settings() {
            let allocation = allocate(&params, &ones);
            assert_on_the_simplex(&allocation);
            if assets.is_power_of_two() {
                // All halves are alike, so each split is even.
                assert!(close(allocation.weights().as_slice(), &vec![1.0 / assets as f64; assets], SUM));
            }
        }
    }
}

/// Two assets that cancel leave a half without variance, if not two.
#[test]
fn riskless_halves_are_allocated() {
    let cancelling = [1.0, -1.0, 0.0, 0.0, -1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.0, -1.0, 1.0];
    let pairs = Covariance::from_column_slice(4, &cancelling).unwrap();
    let pair = Covariance::from_column_slice(2, &[1.0, -1.0, -1.0, 1.0]).unwrap();
    // Correlations of -0.5: any three of them have variance (3 - 6 · 0.5) / 9 = 0, so that no half is calmer.
    let six = covariance(DMatrix::from_fn(6, 6, |row, col| if row == col { 1.0 } else { -0.5 }));
    for params in all_settings() {
        assert_on_the_simplex(&allocate(&params, &pairs));
        assert_eq!(allocate(&params, &pair).weights().as_slice(), [0.5, 0.5]);
        let allocation = allocate(&params, &six);
        assert_on_the_simplex(&allocation);
        let split = &allocation.explain()[0];
        let found = [split.risk_left, split.risk_right, split.share_left, split.weight_left];
        assert!(close(&found, &[0.0, 0.0, 0.5, 0.5], SUM), "{split:?}");
    }
}

#[test]
fn one_asset_takes_all() {
    let one = Covariance::from_column_slice(1, &[0.04]).unwrap();
    for params in all_settings() {
        let allocation = allocate(&params, &one);
        assert_eq!(allocation.weights().as_slice(), [1.0]);
        assert_eq!((allocation.leaf_order(), allocation.explain()), (&[0][..], Vec::new()));
        assert_eq!(allocation.dendrogram().leaves(), 1);
        assert_eq!(AsRef::<po_core::Weights>::as_ref(&allocation), allocation.weights());
    }
}

/// The place for a result is empty, and can be looked at.
#[test]
fn an_empty_allocation_has_nothing_to_tell() {
    let empty = HrpAllocation::default();
    assert!(empty.weights().is_empty() && empty.leaf_order().is_empty() && empty.explain().is_empty());
    let dendrogram = empty.dendrogram();
    assert_eq!((dendrogram.leaves(), dendrogram.merges()), (0, &[][..]));
    assert!(dendrogram.leaf_order().is_empty());
    assert!(dendrogram.cut(3).is_empty());
}
