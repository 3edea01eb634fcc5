//! Trees: the seven linkages against kodama and against the slow oracle, and what holds where distances tie.

use po_core::{Allocator, Covariance};
use po_hrp::{
    ClusterCount, Dendrogram, Herc, HercParams, Hrp, HrpParams, Linkage, LinkageScratch, Metric, linkage,
    linkage_into, optimal_leaf_order,
};
use proptest::prelude::*;

use crate::oracle::{BY_FORMULA, agglomerate};
use crate::random::{Random, config, distances, distances_of_points, full};

/// Heights of the two sides are rounded differently, a few times per merge.
const HEIGHT: f64 = 1e-10;

fn kodama_method(linkage: Linkage) -> kodama::Method {
    match linkage {
        Linkage::Single => kodama::Method::Single,
        Linkage::Complete => kodama::Method::Complete,
        Linkage::Average => kodama::Method::Average,
        Linkage::Weighted => kodama::Method::Weighted,
        Linkage::Ward => kodama::Method::Ward,
        Linkage::Centroid => kodama::Method::Centroid,
        Linkage::Median => kodama::Method::Median,
        Linkage::Dbht | Linkage::DbhtPmfg => unreachable!("kodama has none"),
    }
}

fn points(items: usize, seed: u64) -> Vec<[f64; 3]> {
    let mut random = Random::new(seed);
    (0..items).map(|_| [random.normal(), random.normal(), random.normal()]).collect()
}

fn steps_down(linkage: Linkage) -> bool {
    matches!(linkage, Linkage::Centroid | Linkage::Median)
}

/// What holds of every tree, ties or not.
fn assert_sound(items: usize, dendrogram: &Dendrogram, linkage: Linkage) {
    let what = format!("{items} {linkage}");
    assert_eq!(dendrogram.leaves(), items, "{what}");
    let merges = dendrogram.merges();
    assert_eq!(Dendrogram::new(items, merges.to_vec()).as_ref(), Ok(dendrogram), "{what}");
    assert!(merges.iter().all(|merge| merge.height.is_finite() && merge.height >= 0.0), "{what}");
    if !steps_down(linkage) {
        assert!(merges.is_sorted_by(|a, b| a.height <= b.height), "{what}");
    }
    let mut order = dendrogram.leaf_order();
    order.sort_unstable();
    assert_eq!(order, (0..items).collect::<Vec<_>>(), "{what}");
}

fn assert_equal_to_kodama(items: usize, condensed: &[f64]) {
    for method in BY_FORMULA {
        let ours = linkage(items, condensed, method).unwrap();
        assert_sound(items, &ours, method);
        let theirs = kodama::linkage(&mut condensed.to_vec(), items, kodama_method(method));
        assert_eq!(ours.merges().len(), theirs.len());
        for (merge, step) in ours.merges().iter().zip(theirs.steps()) {
            let what = format!("{items} {method}: {merge:?} is not {step:?}");
            assert_eq!((merge.left, merge.right), (step.cluster1, step.cluster2), "{what}");
            assert_eq!(merge.size, step.size, "{what}");
            assert!((merge.height - step.dissimilarity).abs() <= HEIGHT * step.dissimilarity, "{what}");
        }
    }
}

#[test]
fn trees_equal_kodamas_for_every_size() {
    for items in 1..=200 {
        assert_equal_to_kodama(items, &distances(items, items as u64));
        assert_equal_to_kodama(items, &distances_of_points(&points(items, items as u64)));
    }
}

/// Around multiples of 512, rows of the work matrix would fall on the same cache sets and are padded further.
#[test]
fn trees_equal_kodamas_where_rows_are_padded() {
    for items in [255, 256, 257, 504, 505, 511, 512, 513, 520] {
        assert_equal_to_kodama(items, &distances(items, items as u64));
    }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn trees_equal_the_oracles(items in 1_usize..=40, seed: u64) {
        let condensed = distances(items, seed);
        for method in BY_FORMULA {
            let tree = linkage(items, &condensed, method).unwrap();
            let expected = agglomerate(&full(items, &condensed), method);
            prop_assert_eq!(tree.merges().len(), expected.len());
            for (merge, expected) in tree.merges().iter().zip(&expected) {
                prop_assert_eq!((merge.left, merge.right), (expected.left, expected.right), "{}", method);
                prop_assert_eq!(merge.size, expected.size);
                prop_assert!((merge.height - expected.height).abs() <= HEIGHT * expected.height);
            }
        }
    }

    #[test]
    fn trees_do_not_depend_on_the_unit(items in 2_usize..=40, seed: u64, exponent in -140_i32..=140) {
        let condensed = distances(items, seed);
        let scale = 10.0_f64.powi(exponent);
        let scaled: Vec<f64> = condensed.iter().map(|distance| distance * scale).collect();
        for method in BY_FORMULA {
            let tree = linkage(items, &condensed, method).unwrap();
            let other = linkage(items, &scaled, method).unwrap();
            for (merge, scaled) in tree.merges().iter().zip(other.merges()) {
                prop_assert_eq!((merge.left, merge.right), (scaled.left, scaled.right), "{}", method);
                prop_assert!((merge.height * scale - scaled.height).abs() <= HEIGHT * scaled.height);
            }
        }
    }

    /// Points of a small grid: many distances are equal, many are zero.
    #[test]
    fn ties_give_a_sound_tree(items in 1_usize..=70, side in 1_usize..=4, seed: u64) {
        let mut random = Random::new(seed);
        let grid: Vec<[f64; 3]> =
            (0..items).map(|_| [0, 1, 2].map(|_| random.below(side) as f64)).collect();
        let condensed = distances_of_points(&grid);
        for &method in Linkage::ALL {
            let tree = linkage(items, &condensed, method).unwrap();
            assert_sound(items, &tree, method);
            let mut order = optimal_leaf_order(&tree, &condensed).unwrap();
            order.sort_unstable();
            prop_assert_eq!(order, (0..items).collect::<Vec<_>>());
        }
        // The heights of single linkage are the edges of a shortest spanning tree, the same for every such tree.
        let tree = linkage(items, &condensed, Linkage::Single).unwrap();
        let theirs = kodama::linkage(&mut condensed.clone(), items, kodama::Method::Single);
        for (merge, step) in tree.merges().iter().zip(theirs.steps()) {
            prop_assert!((merge.height - step.dissimilarity).abs() < HEIGHT);
        }
    }
}

#[test]
fn equal_distances_give_a_sound_tree() {
    for items in [1, 2, 3, 8, 48, 49, 64, 100] {
        for distance in [0.0, 1.0, 1e-200, 1e150] {
            let condensed = vec![distance; items * (items - 1) / 2];
            for &method in Linkage::ALL {
                let tree = linkage(items, &condensed, method).unwrap();
                assert_sound(items, &tree, method);
                let order = optimal_leaf_order(&tree, &condensed).unwrap();
                assert_eq!(order.len(), items);
            }
        }
    }
}

/// Of equal pairs the first merges first, as in SciPy: assets 0 and 1, then each next one.
#[test]
fn equal_distances_merge_from_the_front() {
    for method in [Linkage::Single, Linkage::Complete, Linkage::Average, Linkage::Weighted, Linkage::Ward] {
        let tree = linkage(4, &[1.0; 6], method).unwrap();
        assert_eq!((tree.merges()[0].left, tree.merges()[0].right), (0, 1), "{method}");
    }
}

#[test]
fn one_and_two_items_are_trees() {
    for &method in Linkage::ALL {
        let one = linkage(1, &[], method).unwrap();
        assert_eq!((one.leaves(), one.merges(), one.leaf_order()), (1, &[][..], vec![0]));
        assert_eq!(optimal_leaf_order(&one, &[]).unwrap(), [0]);
        assert_eq!(one.cut(1), [0]);
        let two = linkage(2, &[0.3], method).unwrap();
        let merge = two.merges()[0];
        assert_eq!((merge.left, merge.right, merge.size), (0, 1, 2));
        // Directed bubbles count merges.
        let height = if BY_FORMULA.contains(&method) { 0.3 } else { 1.0 };
        assert!((merge.height - height).abs() <= HEIGHT * height);
        assert_eq!(optimal_leaf_order(&two, &[0.3]).unwrap(), [0, 1]);
        assert_eq!((two.cut(1), two.cut(2)), (vec![0, 0], vec![0, 1]));
    }
}

/// The union of 0 and 1 lies nearer to 2 than the two lay to each other: the third height is below the second.
#[test]
fn centroids_may_step_down() {
    // An equilateral triangle of side 1: the midpoint of a side lies sqrt(3) / 2 from the third corner.
    for method in [Linkage::Centroid, Linkage::Median] {
        let tree = linkage(3, &[1.0, 1.0, 1.0], method).unwrap();
        let heights: Vec<f64> = tree.merges().iter().map(|merge| merge.height).collect();
        assert!((heights[0] - 1.0).abs() < HEIGHT && (heights[1] - 0.75_f64.sqrt()).abs() < HEIGHT);
    }
}

/// Distances that break the triangle inequality, so that no points have them, give numbers all the same.
#[test]
fn distances_that_no_points_have_give_a_sound_tree() {
    for condensed in [[0.6, 0.1, 0.1, 0.1, 0.1, 0.6], [0.9, 0.1, 0.9, 0.1, 0.1, 0.1]] {
        for &method in Linkage::ALL {
            assert_sound(4, &linkage(4, &condensed, method).unwrap(), method);
        }
    }
}

#[test]
fn kept_memory_does_not_change_the_tree() {
    let mut scratch = LinkageScratch::default();
    let mut tree = Dendrogram::default();
    for items in [150, 60, 49, 7, 1, 2, 100] {
        let condensed = distances(items, items as u64);
        for &method in Linkage::ALL {
            linkage_into(items, &condensed, method, &mut scratch, &mut tree).unwrap();
            assert_eq!(tree, linkage(items, &condensed, method).unwrap(), "{items} {method}");
        }
    }
    let condensed = distances(5, 5);
    linkage_into(5, &condensed, Linkage::Median, &mut scratch.clone(), &mut tree).unwrap();
    assert_eq!(tree, linkage(5, &condensed, Linkage::Median).unwrap());
}

/// Rounding puts squared distances that are zero on either side of it, and square roots make near ones the same.
#[test]
fn perfectly_correlated_assets_have_a_tree() {
    let mut random = Random::new(3);
    for case in 0..200 {
        let assets = 2 + case % 31;
        // Correlations of one; in the other half of the cases, as two periods leave them, of one and minus one.
        let least = if case % 2 == 0 { 0.1 } else { -1.1 };
        let series: Vec<f64> = (0..assets).map(|_| random.between(least, 1.1)).collect();
        let products: Vec<f64> = series.iter().flat_map(|a| series.iter().map(move |b| a * b)).collect();
        assert_one_tree(&Covariance::from_column_slice(assets, &products).unwrap());
    }
}

/// The order of the leaves is that of the sorted tree, whoever grows it.
fn assert_one_tree(covariance: &Covariance) {
    for &linkage in Linkage::ALL {
        for &metric in Metric::ALL {
            let params =
                HercParams { linkage, metric, clusters: ClusterCount::Given(1), ..HercParams::default() };
            let herc = Herc::new(params).unwrap().allocate(covariance).unwrap();
            let hrp = Hrp::new(HrpParams { linkage, metric, ..HrpParams::default() }).unwrap();
            let hrp = hrp.allocate(covariance).unwrap();
            let what = format!("{} {linkage} {metric}", covariance.len());
            assert_sound(covariance.len(), herc.dendrogram(), linkage);
            assert_eq!(&hrp.dendrogram(), herc.dendrogram(), "{what}");
            assert_eq!(hrp.leaf_order(), hrp.dendrogram().leaf_order(), "{what}");
        }
    }
}
