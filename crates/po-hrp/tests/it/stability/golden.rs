//! Against sets of Python, scipy's trees, skfolio's weights and numpy's quantiles; `stability.py` has the details.

use po_core::{Confidence, Returns};
use po_hrp::{BootstrapInterval, ClusterCount, StabilityAnalysis, StabilityParams};
use serde::Deserialize;

use super::{hrp, silent};

/// Weights of both sides agree to ten digits, as in the other golden tests.
const GOLDEN: f64 = 1e-10;

/// Shares are counts, divided; means of similarities are sums of fifteen fractions at most.
const COUNTS: f64 = 1e-14;

#[derive(Deserialize)]
struct Golden {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    assets: usize,
    observations: usize,
    linkage: String,
    clusters: String,
    confidence: f64,
    returns: Vec<f64>,
    resamples: Vec<Vec<usize>>,
    weights: Vec<f64>,
    mean: Vec<f64>,
    standard_error: Vec<f64>,
    percentile: [Vec<f64>; 2],
    basic: [Vec<f64>; 2],
    labels: Vec<usize>,
    similarity: Vec<f64>,
    dissolved: Vec<f64>,
    recovered: Vec<f64>,
    counts: Vec<usize>,
    count_shares: Vec<f64>,
    co_clustering: Vec<f64>,
    support: Vec<f64>,
    split: Vec<f64>,
}

#[track_caller]
fn close(found: impl IntoIterator<Item = f64>, expected: &[f64], tolerance: f64) {
    let found: Vec<f64> = found.into_iter().collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{found} {expected}");
    }
}

#[test]
fn other_programs_find_the_same() {
    let golden: Golden = toml::from_str(include_str!("../../data/stability.toml")).unwrap();
    assert_eq!(golden.case.len(), 4);
    for case in golden.case {
        let returns = Returns::from_column_slice(case.observations, case.assets, &case.returns).unwrap();
        let count: ClusterCount = case.clusters.parse().unwrap();
        let rule = hrp(case.linkage.parse().unwrap(), count);
        for (interval, ends) in
            [(BootstrapInterval::Percentile, &case.percentile), (BootstrapInterval::Basic, &case.basic)]
        {
            let confidence = Confidence::new(case.confidence).unwrap();
            let params = StabilityParams { confidence, interval, ..StabilityParams::default() };
            let analysis = StabilityAnalysis::new(params).unwrap();
            let found = analysis.judge_resampled(&returns, &case.resamples, &rule, &silent).unwrap();
            let assets = || found.assets.iter();
            close(assets().map(|asset| asset.weight), &case.weights, GOLDEN);
            close(assets().map(|asset| asset.mean), &case.mean, GOLDEN);
            close(assets().map(|asset| asset.weight + asset.bias), &case.mean, GOLDEN);
            close(assets().map(|asset| asset.standard_error), &case.standard_error, GOLDEN);
            close(assets().map(|asset| asset.lower), &ends[0], GOLDEN);
            close(assets().map(|asset| asset.upper), &ends[1], GOLDEN);
            let clusters = || found.clusters.iter();
            assert_eq!(found.sample.labels, case.labels);
            for (label, cluster) in clusters().enumerate() {
                let members = (0..case.assets).filter(|&asset| case.labels[asset] == label);
                assert_eq!(cluster.assets, members.collect::<Vec<usize>>());
            }
            close(clusters().map(|cluster| cluster.similarity), &case.similarity, COUNTS);
            close(clusters().map(|cluster| cluster.dissolved), &case.dissolved, COUNTS);
            close(clusters().map(|cluster| cluster.recovered), &case.recovered, COUNTS);
            let counts = || found.counts.iter();
            assert_eq!(counts().map(|count| count.clusters).collect::<Vec<usize>>(), case.counts);
            close(counts().map(|count| count.share), &case.count_shares, COUNTS);
            close(found.co_clustering.iter().copied(), &case.co_clustering, COUNTS);
            close(found.nodes.iter().map(|node| node.support), &case.support, COUNTS);
            close(found.nodes.iter().map(|node| node.split), &case.split, COUNTS);
            assert_eq!((found.resamples, found.failed), (case.resamples.len(), 0));
        }
    }
}
