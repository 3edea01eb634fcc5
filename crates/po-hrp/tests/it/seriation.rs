//! Spectral seriation against skfolio, matrices whose order is known, and symmetries.

use po_core::nalgebra::DMatrix;
use po_core::{Codependence, Covariance, DistanceForm, DistanceMatrix, InputError};
use po_hrp::{
    Error, Hrp, HrpAllocation, HrpParams, LeafOrder, Linkage, Market, Metric, Schur, SchurParams,
    SeriationScratch, spectral_order, spectral_order_into,
};
use proptest::prelude::*;
use serde::Deserialize;

use crate::nco::stored;
use crate::random::{Random, config, covariance, factor_covariance, permuted};

/// Two eigenvectors of one matrix, found in different ways.
const SAME: f64 = 1e-9;

/// As many digits as both libraries agree to in each of their golden cases.
const WEIGHTS: f64 = 1e-10;

#[derive(Deserialize)]
struct Golden {
    expected: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    file: String,
    /// Where they are not those of the correlations.
    distances: Option<Vec<f64>>,
    order: Vec<usize>,
    weights: Vec<f64>,
    schur: Vec<f64>,
    effective_gamma: f64,
}

fn spectral() -> HrpParams {
    HrpParams { leaf_order: LeafOrder::Spectral, ..HrpParams::default() }
}

fn allocate(params: HrpParams, market: Market<'_>) -> HrpAllocation {
    Hrp::new(params).unwrap().allocate_market(market).unwrap()
}

#[test]
fn orders_and_weights_equal_those_of_skfolio() {
    let golden: Golden = toml::from_str(include_str!("../data/seriation.toml")).unwrap();
    assert_eq!(golden.expected.len(), 7);
    let close = |file: &str, actual: &[f64], expected: &[f64]| {
        assert_eq!(actual.len(), expected.len(), "{file}");
        for (actual, expected) in actual.iter().zip(expected) {
            assert!((actual - expected).abs() <= WEIGHTS, "{file}: {actual} is not {expected}");
        }
    };
    for Expected { file, distances, order, weights, schur, effective_gamma } in &golden.expected {
        let covariance = stored(file);
        let distances = distances
            .as_ref()
            .map(|distances| DistanceMatrix::from_column_slice(order.len(), distances).unwrap());
        let market = Market { distances: distances.as_ref(), ..Market::from(&covariance) };
        let found = allocate(spectral(), market);
        assert_eq!(found.leaf_order(), order, "{file}");
        close(file, found.weights().as_slice(), weights);
        if distances.is_none() {
            assert_eq!(&spectral_order(&covariance).unwrap(), order, "{file}");
        }
        let params = SchurParams { leaf_order: LeafOrder::Spectral, ..SchurParams::default() };
        let found = Schur::new(params).unwrap().allocate_market(market).unwrap();
        assert_eq!(found.leaf_order(), order, "{file}");
        assert!((found.effective_gamma() - effective_gamma).abs() < WEIGHTS, "{file}");
        close(file, found.weights().as_slice(), schur);
    }
}

/// The tree beside the order is that of every other order, and the metric decides which distances are ordered.
#[test]
fn the_tree_is_reported_beside_the_order() {
    let covariance = stored("odd37");
    let order = spectral_order(&covariance).unwrap();
    let angular = Codependence::from(&covariance.correlation().unwrap());
    let given = angular.distances(DistanceForm::Angular).unwrap();
    for &linkage in Linkage::ALL {
        let plain = allocate(HrpParams { linkage, ..HrpParams::default() }, Market::from(&covariance));
        let found = allocate(HrpParams { linkage, ..spectral() }, Market::from(&covariance));
        assert_eq!(found.dendrogram(), plain.dendrogram(), "{linkage}");
        assert_eq!(found.leaf_order(), order, "{linkage}");
        let market = Market { distances: Some(&given), ..Market::from(&covariance) };
        let found = allocate(HrpParams { linkage, ..spectral() }, market);
        assert_eq!(found.leaf_order(), order, "{linkage}");
    }
    // As far from each other as the columns of the distances: given as such, they are ordered alike.
    let assets = covariance.len();
    let near = DMatrix::from_column_slice(assets, assets, given.as_slice());
    let columns = DMatrix::from_fn(assets, assets, |row, col| (near.column(row) - near.column(col)).norm());
    let columns = DistanceMatrix::from_column_slice(assets, columns.as_slice()).unwrap();
    let market = Market { distances: Some(&columns), ..Market::from(&covariance) };
    let expected = allocate(spectral(), market);
    let found = allocate(HrpParams { metric: Metric::Columns, ..spectral() }, Market::from(&covariance));
    assert_eq!(found.leaf_order(), expected.leaf_order());
    assert_ne!(found.leaf_order(), order);
}

/// Correlations that fall with the distance on a line: the order of the line is the answer.
fn on_a_line(places: &[f64]) -> Covariance {
    covariance(DMatrix::from_fn(places.len(), places.len(), |row, col| {
        0.04 * (-(places[row] - places[col]).abs()).exp()
    }))
}

proptest! {
    #![proptest_config(config(60))]

    /// Atkins, Boman, Hendrickson (1998), theorem 3.3: the order of a matrix that falls away from its diagonal.
    #[test]
    fn assets_on_a_line_are_put_in_its_order(assets in 1_usize..=40, seed: u64) {
        let mut random = Random::new(seed);
        let places: Vec<f64> = (0..assets).map(|_| random.between(0.0, 3.0)).collect();
        let order = spectral_order(&on_a_line(&places)).unwrap();
        let mut line: Vec<f64> = order.iter().map(|&asset| places[asset]).collect();
        if !line.is_sorted() {
            line.reverse();
        }
        prop_assert!(line.is_sorted(), "{line:?}");
    }

    /// The Fiedler vector as the books have it: that of the second smallest eigenvalue, for the similarities
    /// themselves.
    #[test]
    fn the_order_is_that_of_the_fiedler_vector(assets in 2_usize..=40, seed: u64) {
        let covariance = factor_covariance(assets, seed);
        let correlation = covariance.correlation().unwrap();
        let similarity = correlation.as_view().map(|rho: f64| (1.0 + rho) / 2.0);
        let laplacian = DMatrix::from_diagonal(&similarity.column_sum()) - similarity;
        let eigen = laplacian.symmetric_eigen();
        let mut ascending: Vec<usize> = (0..assets).collect();
        ascending.sort_by(|&a, &b| eigen.eigenvalues[a].total_cmp(&eigen.eigenvalues[b]));
        let fiedler = eigen.eigenvectors.column(ascending[1]);
        let order = spectral_order(&covariance).unwrap();
        let along: Vec<f64> = order.iter().map(|&asset| fiedler[asset]).collect();
        let rises = along.windows(2).all(|pair| pair[0] <= pair[1] + SAME);
        let falls = along.windows(2).all(|pair| pair[0] + SAME >= pair[1]);
        prop_assert!(rises || falls, "{along:?}");
    }

    /// The order does not hang on the numbers of the assets, their volatilities, or what was in the memory before.
    #[test]
    fn the_order_moves_with_the_assets(assets in 1_usize..=40, seed: u64, factor in 1e-6..1e6) {
        let covariance = factor_covariance(assets, seed);
        let order = spectral_order(&covariance).unwrap();
        let mut sorted = order.clone();
        sorted.sort_unstable();
        prop_assert!(sorted.into_iter().eq(0..assets));

        let permutation = Random::new(seed).permutation(assets);
        let mut scratch = SeriationScratch::default();
        let mut moved = Vec::new();
        spectral_order_into(&permuted(&covariance, &permutation), &mut scratch, &mut moved).unwrap();
        // Two assets stand equally far from the middle, so that the first one turns the line.
        let mut renumbered: Vec<usize> = moved.iter().map(|&asset| permutation[asset]).collect();
        if assets == 2 {
            renumbered.sort_unstable_by_key(|asset| std::cmp::Reverse(*asset));
        }
        prop_assert_eq!(&renumbered, &order);

        let scaled = Covariance::new(covariance.as_view() * factor).unwrap();
        spectral_order_into(&scaled, &mut scratch, &mut moved).unwrap();
        prop_assert_eq!(&moved, &order);
    }
}

/// Nothing tells the assets apart but their indices: the first one stands out, and the others keep their order.
#[test]
fn ties_are_broken_by_index() {
    for (assets, expected) in [(1, vec![0]), (2, vec![1, 0]), (5, vec![1, 2, 3, 4, 0])] {
        for correlation in [-0.2, 0.0, 0.5, 1.0] {
            let alike =
                covariance(DMatrix::from_fn(
                    assets,
                    assets,
                    |row, col| {
                        if row == col { 1.0 } else { correlation }
                    },
                ));
            assert_eq!(spectral_order(&alike).unwrap(), expected, "{assets} {correlation}");
        }
    }
    // Two pairs of twins: the pairs stand apart, and in each of them the indices decide.
    let twins = covariance(DMatrix::from_fn(4, 4, |row, col| if (row + col) % 2 == 0 { 1.0 } else { 0.25 }));
    assert_eq!(spectral_order(&twins).unwrap(), [1, 3, 0, 2]);
}

#[test]
fn what_has_no_correlations_is_refused() {
    let refused = |entries: &[f64]| {
        let assets = entries.len().isqrt();
        spectral_order(&Covariance::from_column_slice(assets, entries).unwrap()).unwrap_err()
    };
    assert_eq!(refused(&[1.0, 0.0, 0.0, 0.0]), InputError::ZeroVariance { asset: 1 }.into());
    let error = refused(&[1.0, 2.0, 2.0, 1.0]);
    assert_eq!(error, InputError::CorrelationOutOfRange { row: 0, col: 1, value: 2.0 }.into());
    let error = spectral_order(&Covariance::default()).unwrap_err();
    assert_eq!(error, Error::Input(InputError::Empty { what: "the covariance" }));
    assert_eq!(error.to_string(), "the covariance is empty, expected at least one item");
}
