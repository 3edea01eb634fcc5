//! Distances that are given to nested clusters and to Schur complementary allocation: other libraries, and what is refused.

use po_core::{
    Allocator, Codependence, Covariance, DistanceForm, DistanceMatrix, EqualWeight, InputError,
    InverseVolatility,
};
use po_hrp::{
    Error, Hrp, HrpParams, Linkage, Market, Metric, Nco, NcoAllocation, NcoError, NcoParams, NcoScratch,
};
#[cfg(feature = "linalg")]
use po_hrp::{LeafOrder, Schur, SchurAllocation, SchurParams, SchurScratch};
use proptest::prelude::*;
use serde::Deserialize;

use crate::nco::{LongShort, given, stored};
use crate::random::{self, Random, config, factor_covariance, full, permuted};

/// The nested allocators solve equations whose condition is up to ten thousand; the bisection has the same numbers.
const GOLDEN: f64 = 1e-11;

#[derive(Deserialize)]
struct Nested {
    codependent: Vec<NestedRow>,
}

#[derive(Deserialize)]
struct NestedRow {
    file: String,
    estimator: String,
    inner: String,
    clusters: usize,
    labels: Vec<usize>,
    distances: Vec<f64>,
    outer_weights: Vec<f64>,
    weights: Vec<f64>,
}

#[track_caller]
fn close(what: &str, actual: &[f64], expected: &[f64]) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (actual, expected) in actual.iter().zip(expected) {
        assert!((actual - expected).abs() <= GOLDEN, "{what}: {actual} is not {expected}");
    }
}

fn distances_of(covariance: &Covariance, entries: &[f64]) -> DistanceMatrix {
    DistanceMatrix::from_column_slice(covariance.len(), entries).unwrap()
}

/// Those of the correlations.
fn own_distances(covariance: &Covariance) -> DistanceMatrix {
    let correlation = Codependence::from(&covariance.correlation().unwrap());
    correlation.distances(DistanceForm::Angular).unwrap()
}

#[test]
fn nested_weights_equal_those_of_skfolio() {
    let golden: Nested = toml::from_str(include_str!("../data/nco.toml")).unwrap();
    assert_eq!(golden.codependent.len(), 21);
    let mut others = 0;
    for row in &golden.codependent {
        let (covariance, params) = (stored(&row.file), given(row.clusters));
        let distances = distances_of(&covariance, &row.distances);
        let market = Market { distances: Some(&distances), ..Market::from(&covariance) };
        let (weights, clusters, outer) = match row.inner.as_str() {
            "inverse-volatility" => {
                let found =
                    Nco::new(params.clone(), InverseVolatility, EqualWeight).unwrap().allocate_market(market);
                let found = found.unwrap();
                (found.weights().clone(), found.clusters().clone(), found.outer().clone())
            }
            "equal" => {
                let found =
                    Nco::new(params.clone(), EqualWeight, InverseVolatility).unwrap().allocate_market(market);
                let found = found.unwrap();
                (found.weights().clone(), found.clusters().clone(), found.outer().clone())
            }
            _ => {
                let found = Nco::new(params.clone(), LongShort, LongShort).unwrap().allocate_market(market);
                let found = found.unwrap();
                (found.weights().clone(), found.clusters().clone(), found.outer().clone())
            }
        };
        let what = format!("{} {} {}", row.file, row.estimator, row.inner);
        assert_eq!(clusters.labels(), row.labels, "{what}");
        close(&what, outer.as_slice(), &row.outer_weights);
        close(&what, weights.as_slice(), &row.weights);
        let plain = Nco::new(params, EqualWeight, EqualWeight).unwrap().allocate(&covariance).unwrap();
        others += usize::from(plain.clusters().labels() != row.labels);
    }
    assert!(others > 3, "{others} clusterings differ from that of the correlations");
}

/// The distances of the correlations, given as they are, lead where they lead by themselves; so do returns, which nobody
/// reads, and memory that is kept.
#[test]
fn given_distances_take_the_place_of_those_of_the_correlations() {
    for file in ["factor8", "odd37"] {
        let covariance = stored(file);
        let distances = own_distances(&covariance);
        let market = Market { distances: Some(&distances), ..Market::from(&covariance) };
        let (mut scratch, mut kept) = (NcoScratch::default(), NcoAllocation::default());
        for (&linkage, &metric) in
            Linkage::ALL.iter().flat_map(|l| Metric::ALL.iter().map(move |metric| (l, metric)))
        {
            let params = NcoParams { linkage, metric, ..NcoParams::default() };
            let nco = Nco::new(params, Hrp::new(HrpParams::default()).unwrap(), InverseVolatility).unwrap();
            let (given, own) = (nco.allocate_market(market).unwrap(), nco.allocate(&covariance).unwrap());
            assert_eq!(given.clusters().labels(), own.clusters().labels(), "{file} {linkage} {metric}");
            assert_eq!(given.weights(), own.weights(), "{file} {linkage} {metric}");
            nco.allocate_market_into(market, &mut scratch, &mut kept).unwrap();
            assert_eq!(kept, given, "{file} {linkage} {metric}");
        }
    }
}

proptest! {
    #![proptest_config(config(40))]

    /// Distances that nobody told of the correlations: weights are those of a portfolio, and move with the assets.
    #[test]
    fn weights_by_any_distances_move_with_the_assets(assets in 3_usize..=20, seed: u64) {
        let covariance = factor_covariance(assets, seed);
        let matrix = full(assets, &random::distances(assets, seed));
        let permutation = Random::new(seed).permutation(assets);
        let moved = permuted(&covariance, &permutation);
        let moved_matrix = po_core::nalgebra::DMatrix::from_fn(assets, assets, |row, col| {
            matrix[(permutation[row], permutation[col])]
        });
        let (near, moved_near) =
            (distances_of(&covariance, matrix.as_slice()), distances_of(&covariance, moved_matrix.as_slice()));
        let market = Market { distances: Some(&near), ..Market::from(&covariance) };
        let moved = Market { distances: Some(&moved_near), ..Market::from(&moved) };
        let agree = |before: &[f64], after: &[f64]| {
            let sum: f64 = before.iter().sum();
            let portfolio = before.iter().all(|weight| *weight >= 0.0) && (sum - 1.0).abs() < 1e-12;
            let along = permutation.iter().zip(after).all(|(&asset, after)| (before[asset] - after).abs() < 1e-9);
            portfolio && along
        };
        for &metric in Metric::ALL {
            let nco = NcoParams { metric, ..NcoParams::default() };
            let nco = Nco::new(nco, InverseVolatility, InverseVolatility).unwrap();
            let (before, after) = (nco.allocate_market(market).unwrap(), nco.allocate_market(moved).unwrap());
            prop_assert!(agree(before.weights().as_slice(), after.weights().as_slice()));
            #[cfg(feature = "linalg")]
            {
                let (gamma, leaf_order) = (0.3, LeafOrder::Optimal);
                let schur = SchurParams { gamma, metric, leaf_order, ..SchurParams::default() };
                let schur = Schur::new(schur).unwrap();
                let (before, after) =
                    (schur.allocate_market(market).unwrap(), schur.allocate_market(moved).unwrap());
                prop_assert!(agree(before.weights().as_slice(), after.weights().as_slice()));
            }
        }
    }
}

#[test]
fn distances_that_do_not_fit_are_refused() {
    let covariance = stored("factor8");
    let two = DistanceMatrix::from_column_slice(2, &[0.0, 1.0, 1.0, 0.0]).unwrap();
    let market = Market { distances: Some(&two), ..Market::from(&covariance) };
    let length = InputError::LengthMismatch { what: "the matrix of distances", expected: 8, actual: 2 };
    let nco = Nco::new(NcoParams::default(), EqualWeight, EqualWeight).unwrap();
    let refused = nco.allocate_market(market).unwrap_err();
    assert_eq!(refused, NcoError::Clusters(length.clone().into()));
    assert_eq!(refused.to_string(), "the matrix of distances has length 2, expected 8");
    #[cfg(feature = "linalg")]
    assert_eq!(
        Schur::new(SchurParams::default()).unwrap().allocate_market(market).unwrap_err(),
        Error::from(length)
    );
    // A market without assets has none to name.
    let nothing = Covariance::default();
    let refused = nco.allocate_market(Market::from(&nothing)).unwrap_err();
    assert_eq!(refused, NcoError::Clusters(Error::Input(InputError::Empty { what: "the covariance" })));
}

#[cfg(feature = "linalg")]
#[derive(Deserialize)]
struct Told {
    codependent: Vec<ToldRow>,
}

#[cfg(feature = "linalg")]
#[derive(Deserialize)]
struct ToldRow {
    file: String,
    estimator: String,
    gamma: f64,
    linkage: String,
    effective_gamma: f64,
    distances: Vec<f64>,
    weights: Vec<f64>,
}

#[cfg(feature = "linalg")]
#[test]
fn schur_weights_equal_those_of_skfolio() {
    let golden: Told = toml::from_str(include_str!("../data/schur.toml")).unwrap();
    assert_eq!(golden.codependent.len(), 14);
    let mut others = 0;
    for row in &golden.codependent {
        let covariance = stored(&row.file);
        let distances = distances_of(&covariance, &row.distances);
        let market = Market { distances: Some(&distances), ..Market::from(&covariance) };
        let params =
            SchurParams { gamma: row.gamma, linkage: row.linkage.parse().unwrap(), ..SchurParams::default() };
        let schur = Schur::new(params).unwrap();
        let allocation = schur.allocate_market(market).unwrap();
        let what = format!("{} {} {}", row.file, row.estimator, row.gamma);
        assert!((allocation.effective_gamma() - row.effective_gamma).abs() < 1e-12, "{what}");
        close(&what, allocation.weights().as_slice(), &row.weights);
        others += usize::from(schur.allocate(&covariance).unwrap().leaf_order() != allocation.leaf_order());
    }
    assert!(others > 3, "{others} orders differ from that of the correlations");
}

#[cfg(feature = "linalg")]
#[test]
fn given_distances_lay_schur_out() {
    let covariance = stored("factor20");
    let distances = own_distances(&covariance);
    let market = Market { distances: Some(&distances), ..Market::from(&covariance) };
    let (mut scratch, mut kept) = (SchurScratch::default(), SchurAllocation::default());
    for (&metric, &leaf_order) in
        Metric::ALL.iter().flat_map(|metric| LeafOrder::ALL.iter().map(move |order| (metric, order)))
    {
        let schur = Schur::new(SchurParams { metric, leaf_order, ..SchurParams::default() }).unwrap();
        let (given, own) = (schur.allocate_market(market).unwrap(), schur.allocate(&covariance).unwrap());
        assert_eq!(given.leaf_order(), own.leaf_order(), "{metric} {leaf_order}");
        assert_eq!(given.weights(), own.weights(), "{metric} {leaf_order}");
        schur.allocate_market_into(market, &mut scratch, &mut kept).unwrap();
        assert_eq!(kept, given, "{metric} {leaf_order}");
    }
}
