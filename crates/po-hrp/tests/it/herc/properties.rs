//! What holds of every allocation, and of the types.

#[cfg(feature = "serde")]
use po_core::Bounds;
use po_core::{Allocator, Risk};
use po_hrp::{
    ClusterCount, ClusterWeights, Division, Herc, HercAllocation, HercCluster, HercParams, HercScratch,
    Linkage, Metric, SplitRule,
};
use proptest::prelude::*;

use super::{REORDERED, SUM, allocate, assert_on_the_simplex, close, covariances, ways};
use crate::bounds::bounds_around;
use crate::random::{Random, config, covariance, factor_covariance, mixed_covariance, permuted};

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn renumbering_the_assets_renumbers_the_weights(covariance in covariances(), seed: u64, part in 0.0..1.0) {
        let permutation = Random::new(seed).permutation(covariance.len());
        let renumbered = permuted(&covariance, &permutation);
        let given = ClusterCount::Given(1 + (part * covariance.len() as f64) as usize);
        for clusters in [given, ClusterCount::default(), ClusterCount::Silhouette { most: None }] {
            for way in ways() {
                let params = HercParams { clusters, ..way };
                let (before, after) = (allocate(&params, &covariance), allocate(&params, &renumbered));
                let expected: Vec<f64> =
                    permutation.iter().map(|&asset| before.weights().as_slice()[asset]).collect();
                close("renumbered", after.weights().as_slice(), &expected, REORDERED);
            }
        }
    }

    #[test]
    fn the_unit_of_returns_does_not_matter(assets in 1_usize..=40, seed: u64) {
        let covariance = factor_covariance(assets, seed);
        let scaled = self::covariance(covariance.as_view() * 1e4);
        for way in ways() {
            let (one, other) = (allocate(&way, &covariance), allocate(&way, &scaled));
            close("scaled", other.weights().as_slice(), one.weights().as_slice(), REORDERED);
        }
    }

    #[test]
    fn variances_of_all_sizes_give_a_portfolio(assets in 1_usize..=30, seed: u64) {
        let covariance = mixed_covariance(assets, seed);
        for way in ways() {
            assert_on_the_simplex(&allocate(&way, &covariance));
        }
    }

    #[test]
    fn clusters_and_splits_tell_where_the_weights_come_from(assets in 2_usize..=40, seed: u64, tight: bool) {
        let random = &mut Random::new(seed);
        let covariance = factor_covariance(assets, seed);
        let bounds = tight.then(|| bounds_around(&random.portfolio(assets), random));
        for way in ways() {
            let params = HercParams { bounds: bounds.clone(), ..way };
            let allocation = allocate(&params, &covariance);
            let weights = allocation.weights().as_slice();
            let sum = |assets: &[usize]| assets.iter().map(|&asset| weights[asset]).sum::<f64>();
            let (clusters, splits) = (allocation.clusters(), allocation.explain());
            prop_assert_eq!(clusters.len(), allocation.cut().count());
            prop_assert_eq!(splits.len(), clusters.len() - 1);
            for cluster in &clusters {
                prop_assert!((cluster.weight - sum(&cluster.assets)).abs() < SUM);
                let own: Vec<f64> = cluster.assets.iter().map(|&asset| weights[asset]).collect();
                prop_assert_eq!((&cluster.weights, cluster.measure), (&own, Some(params.risk)));
            }
            for split in &splits {
                prop_assert!((split.weight_left - sum(&split.left)).abs() < SUM);
                prop_assert!((split.weight_right - sum(&split.right)).abs() < SUM);
                let rule = match params.division {
                    Division::Clusters => SplitRule::Clusters,
                    Division::Assets => SplitRule::Portfolios,
                    Division::Halves => SplitRule::Halves,
                };
                prop_assert_eq!((split.rule, split.measure), (rule, Some(params.risk)));
                let both = split.risk_left + split.risk_right;
                let share = if params.division == Division::Halves { 0.5 } else { split.risk_right / both };
                prop_assert!((split.share_left - share).abs() < SUM);
                let whole = [split.left.as_slice(), &split.right].concat();
                let runs = allocation.leaf_order().windows(whole.len());
                prop_assert!(runs.into_iter().any(|run| run == whole), "each node is a run of leaves");
            }
            if params.division == Division::Clusters {
                let total: f64 = clusters.iter().map(|cluster| cluster.risk).sum();
                let root = splits.first().map_or(total, |split| split.risk_left + split.risk_right);
                prop_assert!((total - root).abs() <= REORDERED * total);
            }
        }
    }

    #[test]
    fn allocate_equals_allocate_into(covariance in covariances(), other in covariances()) {
        for way in ways() {
            let herc = Herc::new(way).unwrap();
            let (mut scratch, mut kept) = (HercScratch::default(), HercAllocation::default());
            for covariance in [&covariance, &other, &covariance] {
                herc.allocate_into(covariance, &mut scratch, &mut kept).unwrap();
                prop_assert_eq!(&kept, &herc.allocate(covariance).unwrap());
            }
        }
    }
}

#[test]
fn settings_have_the_documented_defaults() {
    let params = HercParams::default();
    assert_eq!(
        (params.linkage, params.metric, params.clusters, params.bounds),
        (Linkage::Ward, Metric::Correlation, ClusterCount::Gap { most: None }, None)
    );
    assert_eq!(
        (params.risk, params.division, params.within),
        (Risk::Variance, Division::Clusters, ClusterWeights::InverseRisk)
    );
}

#[cfg(feature = "serde")]
#[test]
fn settings_and_results_through_json_and_back() {
    let params = HercParams {
        linkage: Linkage::Single,
        metric: Metric::Columns,
        clusters: ClusterCount::Given(2),
        risk: Risk::StandardDeviation,
        division: Division::Halves,
        within: ClusterWeights::InverseRisk,
        bounds: Some(Bounds::uniform(2, 0.0, 0.75).unwrap()),
    };
    let json = r#"{"linkage":"single","metric":"columns","clusters":{"given":2},"risk":"standard-deviation","division":"halves","within":"inverse-risk","bounds":{"lower":[0.0,0.0],"upper":[0.75,0.75]}}"#;
    assert_eq!(serde_json::to_string(&params).unwrap(), json);
    assert_eq!(serde_json::from_str::<HercParams>(json).unwrap(), params);
    assert_eq!(toml::from_str::<HercParams>("").unwrap(), HercParams::default());
    let error = serde_json::from_str::<HercParams>(r#"{"groups":[]}"#).unwrap_err().to_string();
    assert!(error.starts_with("unknown field `groups`"), "{error}");
    let cluster = HercCluster {
        assets: vec![0, 2],
        weights: vec![0.125, 0.125],
        measure: Some(Risk::Mad),
        risk: 0.5,
        weight: 0.25,
    };
    let json = r#"{"assets":[0,2],"weights":[0.125,0.125],"measure":"mad","risk":0.5,"weight":0.25}"#;
    assert_eq!(serde_json::to_string(&cluster).unwrap(), json);
    assert_eq!(serde_json::from_str::<HercCluster>(json).unwrap(), cluster);
}

#[test]
fn types_are_plain() {
    fn plain<T: Clone + std::fmt::Debug + Send + Sync + Unpin + std::panic::UnwindSafe + 'static>() {}
    fn comparable<T: PartialEq>() {}
    fn begins_empty<T: Default>() {}
    fn small<T: Copy + Eq + std::hash::Hash + Default + std::fmt::Display + std::str::FromStr>() {}
    plain::<Herc>();
    plain::<HercAllocation>();
    plain::<HercScratch>();
    plain::<HercParams>();
    comparable::<Herc>();
    comparable::<HercCluster>();
    begins_empty::<HercAllocation>();
    begins_empty::<HercScratch>();
    small::<ClusterWeights>();
    small::<Division>();
    small::<SplitRule>();
}
