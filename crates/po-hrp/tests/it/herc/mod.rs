//! Hierarchical equal risk contribution: other libraries, and what all its tests share.

mod bounds;
mod closed_forms;
mod measured;
mod oracle;
mod properties;
mod refusals;

use po_core::{Allocator, Covariance, Risk};
use po_hrp::{ClusterCount, ClusterWeights, Dendrogram, Division, Herc, HercAllocation, HercParams};
use proptest::prelude::*;
use serde::Deserialize;

use crate::clusters::sample;
use crate::random::{factor_covariance, sample_covariance};

/// A sum of at most a hundred weights, each rounded once per split.
const SUM: f64 = 1e-12;

/// The same numbers summed in another order.
const REORDERED: f64 = 1e-10;

const RISKS: [Risk; 3] = [Risk::Variance, Risk::StandardDeviation, Risk::Equal];
const DIVISIONS: [Division; 3] = [Division::Clusters, Division::Assets, Division::Halves];
const WITHIN: [ClusterWeights; 2] = [ClusterWeights::InverseRisk, ClusterWeights::Equal];

fn allocate(params: &HercParams, covariance: &Covariance) -> HercAllocation {
    Herc::new(params.clone()).unwrap().allocate(covariance).unwrap()
}

fn into(clusters: usize) -> HercParams {
    HercParams { clusters: ClusterCount::Given(clusters), ..HercParams::default() }
}

/// Every way from a tree to weights.
fn ways() -> impl Iterator<Item = HercParams> {
    let divisions = RISKS.into_iter().flat_map(|risk| DIVISIONS.map(|division| (risk, division)));
    divisions.flat_map(|(risk, division)| {
        WITHIN.map(|within| HercParams { risk, division, within, ..HercParams::default() })
    })
}

#[track_caller]
fn close(what: &str, actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert!((actual - expected).abs() <= tolerance, "{what}[{index}]: {actual} is not {expected}");
    }
}

#[track_caller]
fn assert_on_the_simplex(allocation: &HercAllocation) {
    let weights = allocation.weights();
    assert!(weights.as_slice().iter().all(|weight| weight.is_finite() && *weight >= 0.0), "{weights:?}");
    assert!((weights.net() - 1.0).abs() < SUM, "{weights:?} sum to {}", weights.net());
}

#[derive(Deserialize)]
struct File {
    expected: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    file: String,
    linkage: String,
    clusters: usize,
    risk: String,
    division: String,
    within: String,
    labels: Vec<usize>,
    weights: Vec<f64>,
    tolerance: f64,
}

#[test]
fn weights_and_labels_equal_those_of_other_libraries() {
    let file: File = toml::from_str(include_str!("../../data/herc.toml")).unwrap();
    for row in &file.expected {
        let params = HercParams {
            linkage: row.linkage.parse().unwrap(),
            risk: if row.risk == "variance" { RISKS[0] } else { RISKS[1] },
            division: row.division.parse().unwrap(),
            within: row.within.parse().unwrap(),
            ..into(row.clusters)
        };
        let allocation = allocate(&params, &sample(&row.file));
        let what = format!("{} {params:?}", row.file);
        assert_eq!(allocation.cut().labels(), row.labels, "{what}");
        close(&what, allocation.weights().as_slice(), &row.weights, row.tolerance);
    }
    assert!(file.expected.len() >= 40);
}

/// The assets of each node of a dendrogram.
fn members(dendrogram: &Dendrogram) -> Vec<Vec<usize>> {
    let mut members: Vec<Vec<usize>> = (0..dendrogram.leaves()).map(|leaf| vec![leaf]).collect();
    for merge in dendrogram.merges() {
        members.push([members[merge.left].as_slice(), members[merge.right].as_slice()].concat());
    }
    members
}

fn covariances() -> impl Strategy<Value = Covariance> {
    prop_oneof![
        (1_usize..=40, any::<u64>()).prop_map(|(assets, seed)| factor_covariance(assets, seed)),
        (2_usize..=30, 3_usize..=40, any::<u64>())
            .prop_map(|(assets, observations, seed)| sample_covariance(assets, observations, seed)),
    ]
}
