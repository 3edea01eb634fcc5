//! Weights that follow by hand.

use po_core::nalgebra::DMatrix;
use po_core::{Covariance, Risk, Weights};
use po_hrp::{ClusterCount, ClusterWeights, Division, HercCluster, HercParams, Linkage};

use super::{DIVISIONS, REORDERED, RISKS, SUM, allocate, close, into, members, ways};
use crate::random::{covariance, factor_covariance};

/// One cluster is naive risk parity, or equal weights.
#[test]
fn one_cluster_knows_no_correlations() {
    let covariance = factor_covariance(9, 3);
    let variances: Vec<f64> = (0..9).map(|asset| covariance.as_view()[(asset, asset)]).collect();
    let parity = |power: f64| -> Vec<f64> {
        let sum: f64 = variances.iter().map(|variance| variance.powf(-power)).sum();
        variances.iter().map(|variance| variance.powf(-power) / sum).collect()
    };
    for division in DIVISIONS {
        for (risk, power) in RISKS.into_iter().zip([1.0, 0.5, 0.0]) {
            let params = HercParams { risk, division, ..into(1) };
            let allocation = allocate(&params, &covariance);
            close("parity", allocation.weights().as_slice(), &parity(power), SUM);
            assert_eq!((allocation.explain().len(), allocation.clusters().len()), (0, 1));
            assert_eq!(AsRef::<Weights>::as_ref(&allocation), allocation.weights());
            let equal = HercParams { within: ClusterWeights::Equal, ..params };
            close("equal", allocate(&equal, &covariance).weights().as_slice(), &[1.0 / 9.0; 9], SUM);
        }
    }
}

/// With as many clusters as assets, the tree is divided down to its leaves.
#[test]
fn a_cluster_for_each_asset_divides_the_whole_tree() {
    let covariance = factor_covariance(12, 5);
    for division in [Division::Clusters, Division::Assets] {
        let params = HercParams { division, ..into(12) };
        let allocation = allocate(&params, &covariance);
        assert_eq!(allocation.cut().labels(), (0..12).collect::<Vec<_>>());
        assert_eq!(allocation.explain().len(), 11);
        let mut expected = vec![1.0; 12];
        let members = members(allocation.dendrogram());
        let variance = |asset: usize| covariance.as_view()[(asset, asset)];
        let risk = |assets: &[usize]| -> f64 {
            if division == Division::Clusters {
                return assets.iter().map(|&asset| variance(asset)).sum();
            }
            let sum: f64 = assets.iter().map(|&asset| 1.0 / variance(asset)).sum();
            let row = |i: usize| -> f64 {
                assets.iter().map(|&j| covariance.as_view()[(i, j)] / (variance(i) * variance(j))).sum()
            };
            assets.iter().map(|&i| row(i)).sum::<f64>() / (sum * sum)
        };
        for merge in allocation.dendrogram().merges() {
            let (left, right) = (&members[merge.left], &members[merge.right]);
            let share = risk(right) / (risk(left) + risk(right));
            left.iter().for_each(|&asset| expected[asset] *= share);
            right.iter().for_each(|&asset| expected[asset] *= 1.0 - share);
        }
        close("tree", allocation.weights().as_slice(), &expected, REORDERED);
        let halves = HercParams { division: Division::Halves, ..into(12) };
        for (asset, weight) in allocate(&halves, &covariance).weights().as_slice().iter().enumerate() {
            let depth = members[12..].iter().filter(|members| members.contains(&asset)).count();
            assert!((weight - 0.5_f64.powi(i32::try_from(depth).unwrap())).abs() < SUM);
        }
    }
}

#[test]
fn one_asset_and_two_assets() {
    let one = Covariance::from_column_slice(1, &[0.04]).unwrap();
    let two = Covariance::from_column_slice(2, &[0.04, 0.015, 0.015, 0.01]).unwrap();
    for way in ways() {
        assert_eq!(allocate(&way, &one).weights().as_slice(), [1.0]);
        let allocation = allocate(&way, &two);
        assert_eq!(allocation.cut().count(), 2);
        let expected = match (way.division, way.risk) {
            (Division::Halves, _) | (_, Risk::Equal) => [0.5, 0.5],
            (_, Risk::Variance) => [0.2, 0.8],
            _ => [1.0 / 3.0, 2.0 / 3.0],
        };
        close("two", allocation.weights().as_slice(), &expected, SUM);
        assert_eq!(allocation.cut().scores(), &[] as &[f64]);
    }
}

/// Two pairs and a single asset, derived by hand: the pairs have variances 0.03 and 0.0075, the asset 0.09.
#[test]
fn three_clusters_by_hand() {
    let mut matrix = DMatrix::from_diagonal(&vec![0.04, 0.01, 0.09, 0.04, 0.01].into());
    for (row, col, entry) in [(0, 3, 0.02), (1, 4, 0.005)] {
        (matrix[(row, col)], matrix[(col, row)]) = (entry, entry);
    }
    // A slight correlation tells that the pairs belong together rather than with the single asset.
    for (row, col) in [(0, 1), (0, 4), (3, 1), (3, 4)] {
        (matrix[(row, col)], matrix[(col, row)]) = (0.002, 0.002);
    }
    let params = HercParams { linkage: Linkage::Average, ..into(3) };
    let allocation = allocate(&params, &covariance(matrix));
    assert_eq!(allocation.cut().labels(), [0, 1, 2, 0, 1]);
    // The single asset stands left: it earns 0.0375 / 0.1275 of the whole, the first pair 0.0075 / 0.0375 of
    // the rest.
    let (single, rest) = (0.0375 / 0.1275, 0.09 / 0.1275);
    let expected = [0.1 * rest, 0.4 * rest, single, 0.1 * rest, 0.4 * rest];
    close("weights", allocation.weights().as_slice(), &expected, SUM);
    let splits = allocation.explain();
    assert_eq!((splits[0].left.as_slice(), splits[0].right.as_slice()), (&[2][..], &[0, 3, 1, 4][..]));
    assert_eq!((splits[1].left.as_slice(), splits[1].right.as_slice()), (&[0, 3][..], &[1, 4][..]));
    let risks = [splits[0].risk_left, splits[0].risk_right, splits[1].risk_left, splits[1].risk_right];
    close("risks", &risks, &[0.09, 0.0375, 0.03, 0.0075], SUM);
    let clusters = allocation.clusters();
    assert_eq!(
        clusters.iter().map(|cluster| &cluster.assets[..]).collect::<Vec<_>>(),
        [&[0, 3][..], &[1, 4], &[2]]
    );
    close("cluster", &[clusters[1].risk, clusters[1].weight], &[0.0075, 0.8 * rest], SUM);
}

/// A perfect hedge has no risk.
#[test]
fn a_cluster_without_risk() {
    let hedge = Covariance::from_column_slice(2, &[1.0, -1.0, -1.0, 1.0]).unwrap();
    for way in ways() {
        let params = HercParams { clusters: ClusterCount::Given(1), ..way };
        let allocation = allocate(&params, &hedge);
        assert_eq!(allocation.weights().as_slice(), [0.5, 0.5]);
        let (measure, risk) = (Some(way.risk), if way.risk == Risk::Equal { 1.0 } else { 0.0 });
        let whole = HercCluster { assets: vec![0, 1], weights: vec![0.5, 0.5], measure, risk, weight: 1.0 };
        assert_eq!(allocation.clusters(), [whole]);
    }
}
