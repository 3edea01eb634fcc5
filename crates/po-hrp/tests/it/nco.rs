//! Nested clustered optimisation against other libraries, closed forms, properties and bad input.

use po_convex::{Markowitz, MarkowitzParams};
use po_core::nalgebra::{DMatrix, DVector};
use po_core::{Allocator, Covariance, EqualWeight, InputError, InverseVariance, InverseVolatility, Weights};
use po_hrp::{
    ClusterCount, Error, Hrp, HrpParams, Linkage, Metric, Nco, NcoAllocation, NcoError, NcoParams, NcoScratch,
};
use proptest::prelude::*;
use serde::Deserialize;

use crate::random::{Random, config, covariance, factor_covariance, permuted, sample_covariance};

/// Both sides solve the equations of optimality, whose condition is up to ten thousand.
const GOLDEN: f64 = 1e-11;

/// A sum of products of two weights each.
const SUM: f64 = 1e-12;

/// The same numbers summed in another order, and solved for.
const REORDERED: f64 = 1e-9;

/// Minimum variance without bounds: `Σ⁻¹ 1`, normalised.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LongShort;

impl Allocator for LongShort {
    type Input<'a> = &'a Covariance;
    type Scratch = ();
    type Output = Weights;
    type Error = InputError;

    fn allocate_into(
        &self,
        covariance: &Covariance,
        (): &mut (),
        weights: &mut Weights,
    ) -> Result<(), InputError> {
        let ones = DVector::repeat(covariance.len(), 1.0);
        let cholesky = covariance.as_view().clone_owned().cholesky();
        let solution = cholesky.ok_or(InputError::NotPositiveDefinite { pivot: 0 })?.solve(&ones);
        weights.assign((&solution / solution.sum()).as_slice())
    }
}

fn minimum_variance() -> Markowitz {
    Markowitz::new(MarkowitzParams::default()).unwrap()
}

pub(crate) fn given(clusters: usize) -> NcoParams {
    NcoParams { clusters: ClusterCount::Given(clusters), ..NcoParams::default() }
}

/// What every pair of allocators hands out alike.
struct Found {
    weights: Vec<f64>,
    labels: Vec<usize>,
    outer: Vec<f64>,
}

fn found<I: Allocator, O: Allocator>(params: &NcoParams, inner: I, outer: O, covariance: &Covariance) -> Found
where
    for<'a> I::Input<'a>: From<&'a Covariance>,
    for<'a> O::Input<'a>: From<&'a Covariance>,
{
    let allocation = Nco::new(params.clone(), inner, outer).unwrap().allocate(covariance).unwrap();
    let outer = allocation.outer().as_ref().as_slice().to_vec();
    let nests = allocation.explain();
    assert_eq!(nests.len(), allocation.clusters().count());
    assert_eq!(nests.len(), allocation.inner().len());
    // The explanation adds up to the weights.
    for (label, nest) in nests.iter().enumerate() {
        assert_eq!(nest.outer.to_bits(), outer[label].to_bits());
        assert_eq!(nest.inner.as_slice(), allocation.inner()[label].as_ref().as_slice());
        for (&member, inner) in nest.members.iter().zip(nest.inner.as_slice()) {
            assert_eq!(allocation.clusters().labels()[member], label);
            assert_eq!(allocation.weights().as_slice()[member].to_bits(), (inner * nest.outer).to_bits());
        }
    }
    assert_eq!(AsRef::<Weights>::as_ref(&allocation), allocation.weights());
    Found {
        weights: allocation.weights().as_slice().to_vec(),
        labels: allocation.clusters().labels().to_vec(),
        outer,
    }
}

fn close(actual: &[f64], expected: &[f64], tolerance: f64) -> bool {
    actual.len() == expected.len() && actual.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance)
}

#[derive(Deserialize)]
struct Golden {
    expected: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    file: String,
    inner: String,
    outer: String,
    clusters: usize,
    labels: Vec<usize>,
    outer_weights: Vec<f64>,
    weights: Vec<f64>,
}

#[derive(Deserialize)]
struct File {
    assets: usize,
    covariance: Vec<f64>,
}

/// The covariance of a file of another test.
pub(crate) fn stored(file: &str) -> Covariance {
    let text = match file {
        "factor8" => include_str!("../data/factor8.toml"),
        "factor20" => include_str!("../data/factor20.toml"),
        "factor50" => include_str!("../data/factor50.toml"),
        "odd37" => include_str!("../data/odd37.toml"),
        _ => include_str!("../data/hundred.toml"),
    };
    let file: File = toml::from_str(text).unwrap();
    Covariance::from_column_slice(file.assets, &file.covariance).unwrap()
}

#[test]
fn weights_equal_those_of_other_libraries() {
    let golden: Golden = toml::from_str(include_str!("../data/nco.toml")).unwrap();
    assert_eq!(golden.expected.len(), 30);
    for expected in &golden.expected {
        let (covariance, params) = (stored(&expected.file), given(expected.clusters));
        let found = match (expected.inner.as_str(), expected.outer.as_str()) {
            ("minimum-variance", "minimum-variance") => {
                found(&params, minimum_variance(), minimum_variance(), &covariance)
            }
            ("long-short", "long-short") => found(&params, LongShort, LongShort, &covariance),
            ("inverse-volatility", "equal") => found(&params, InverseVolatility, EqualWeight, &covariance),
            ("equal", "inverse-volatility") => found(&params, EqualWeight, InverseVolatility, &covariance),
            ("inverse-variance", "minimum-variance") => {
                found(&params, InverseVariance, minimum_variance(), &covariance)
            }
            pair => {
                assert_eq!(pair, ("hrp", "inverse-volatility"));
                found(&params, Hrp::new(HrpParams::default()).unwrap(), InverseVolatility, &covariance)
            }
        };
        let what = format!("{} {} {}", expected.file, expected.inner, expected.outer);
        assert_eq!(found.labels, expected.labels, "{what}");
        assert!(close(&found.outer, &expected.outer_weights, GOLDEN), "{what}: {:?}", found.outer);
        assert!(close(&found.weights, &expected.weights, GOLDEN), "{what}: {:?}", found.weights);
    }
}

/// Blocks of assets that move together, and nothing between the blocks; asset `i` is in block `i % blocks`.
fn block_diagonal(blocks: usize, each: usize, seed: u64) -> Covariance {
    let mut random = Random::new(seed);
    let assets = blocks * each;
    let volatilities: Vec<f64> = (0..assets).map(|_| random.between(0.01, 0.04)).collect();
    let betas: Vec<f64> = (0..assets).map(|_| random.between(0.8, 0.95)).collect();
    covariance(DMatrix::from_fn(assets, assets, |row, col| {
        let correlation = if row == col {
            1.0
        } else if row % blocks == col % blocks {
            betas[row] * betas[col]
        } else {
            0.0
        };
        volatilities[row] * volatilities[col] * correlation
    }))
}

proptest! {
    #![proptest_config(config(60))]

    /// Between uncorrelated blocks, minimum variance of minimum variances is that of the whole; with the blocks found.
    #[test]
    fn blocks_nest_to_the_minimum_variance_of_the_whole(blocks in 2_usize..=6, each in 2_usize..=6, seed: u64) {
        let covariance = block_diagonal(blocks, each, seed);
        let counts = [ClusterCount::Given(blocks), ClusterCount::Silhouette { most: None }];
        for clusters in counts {
            let params = NcoParams { clusters, ..NcoParams::default() };
            let nested = found(&params, LongShort, LongShort, &covariance);
            let whole = LongShort.allocate(&covariance).unwrap();
            prop_assert!(close(&nested.weights, whole.as_slice(), REORDERED));
            prop_assert!(nested.labels.iter().enumerate().all(|(asset, &label)| label == asset % blocks));
            let nested = found(&params, minimum_variance(), minimum_variance(), &covariance);
            let whole = minimum_variance().allocate((&covariance).into()).unwrap();
            prop_assert!(close(&nested.weights, whole.as_ref().as_slice(), REORDERED));
        }
    }

    /// One cluster is the inner allocator alone, and N clusters are the outer one.
    #[test]
    fn one_cluster_and_one_each_leave_one_allocator(assets in 1_usize..=20, seed: u64) {
        let covariance = factor_covariance(assets, seed);
        let inner = found(&given(1), InverseVariance, EqualWeight, &covariance);
        let outer = found(&given(assets), EqualWeight, InverseVariance, &covariance);
        let alone = InverseVariance.allocate(&covariance).unwrap();
        prop_assert_eq!(&inner.weights[..], alone.as_slice());
        prop_assert_eq!(&outer.weights[..], alone.as_slice());
        let hrp = Hrp::new(HrpParams::default()).unwrap();
        let outer = found(&given(assets), LongShort, hrp.clone(), &covariance);
        let alone = hrp.allocate(&covariance).unwrap();
        prop_assert_eq!(&outer.weights[..], alone.weights().as_slice());
    }

    /// Weights sum to one, do not depend on the unit of variances, and move with the assets; the tree has no ties.
    #[test]
    fn weights_sum_to_one_and_move_with_the_assets(assets in 1_usize..=30, seed: u64, factor in 1e-6..1e6) {
        let covariance = factor_covariance(assets, seed);
        let permutation = Random::new(seed).permutation(assets);
        let moved = permuted(&covariance, &permutation);
        let scaled = Covariance::new(covariance.as_view() * factor).unwrap();
        for &linkage in Linkage::ALL {
            for &metric in Metric::ALL {
                let counts = [
                    ClusterCount::Gap { most: None },
                    ClusterCount::Silhouette { most: None },
                    ClusterCount::Given(assets.min(4)),
                ];
                for clusters in counts {
                    let params = NcoParams { linkage, metric, clusters };
                    let original = found(&params, LongShort, InverseVariance, &covariance);
                    prop_assert!((original.weights.iter().sum::<f64>() - 1.0).abs() < REORDERED);
                    let expected: Vec<f64> = permutation.iter().map(|&asset| original.weights[asset]).collect();
                    let moved = found(&params, LongShort, InverseVariance, &moved);
                    prop_assert!(close(&moved.weights, &expected, REORDERED), "{params:?}");
                    let scaled = found(&params, LongShort, InverseVariance, &scaled);
                    prop_assert!(close(&scaled.weights, &original.weights, REORDERED), "{params:?}");
                }
            }
        }
    }

    /// Kept memory, of more and of fewer clusters, leaves no trace.
    #[test]
    fn allocate_equals_allocate_into(sizes in prop::array::uniform3(1_usize..=30), seed: u64) {
        let (mut scratch, mut kept) = (NcoScratch::default(), NcoAllocation::default());
        for (turn, assets) in sizes.into_iter().enumerate() {
            let covariance = sample_covariance(assets, 40, seed.wrapping_add(turn as u64));
            for clusters in [ClusterCount::default(), ClusterCount::Given(1), ClusterCount::Given(assets)] {
                let params = NcoParams { clusters, ..NcoParams::default() };
                let nco = Nco::new(params, InverseVariance, Hrp::new(HrpParams::default()).unwrap()).unwrap();
                nco.allocate_into(&covariance, &mut scratch, &mut kept).unwrap();
                let fresh = nco.allocate(&covariance).unwrap();
                let bits = |weights: &Weights| -> Vec<u64> {
                    weights.as_slice().iter().map(|weight| weight.to_bits()).collect()
                };
                prop_assert_eq!(bits(kept.weights()), bits(fresh.weights()));
                prop_assert_eq!(&kept, &fresh);
            }
        }
        let printed = format!("{scratch:?}");
        prop_assert!(printed.starts_with("NcoScratch"), "{}", printed);
    }

    /// Singular covariances are nested as far as the allocators take them.
    #[test]
    fn singular_covariances_are_nested(assets in 2_usize..=30, seed: u64) {
        let covariance = sample_covariance(assets, 4, seed);
        let found = found(&NcoParams::default(), InverseVariance, InverseVolatility, &covariance);
        prop_assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < SUM);
        prop_assert!(found.weights.iter().all(|weight| *weight > 0.0));
    }
}

/// The closed forms of one asset and of two: `w_1 = (σ_2² - σ_12) / (σ_1² + σ_2² - 2 σ_12)` together, and with a
/// cluster each the same.
#[test]
fn one_asset_and_two() {
    let one = Covariance::from_column_slice(1, &[0.04]).unwrap();
    assert_eq!(found(&NcoParams::default(), LongShort, EqualWeight, &one).weights, [1.0]);
    let two = Covariance::from_column_slice(2, &[0.04, 0.01, 0.01, 0.02]).unwrap();
    for clusters in [1, 2] {
        let weights = found(&given(clusters), LongShort, LongShort, &two).weights;
        assert!(close(&weights, &[0.25, 0.75], 1e-15), "{weights:?}");
    }
}

/// By hand: clusters `{0, 2}` and `{1}`. Inside, volatilities 0.1 and 0.3 give 3/4 and 1/4, and the cluster a variance
/// of `(9 · 0.01 + 2 · 3 · 0.015 + 0.09) / 16 = 0.016875`; against 0.0225, inverse variances are 4/7 and 3/7.
#[test]
fn three_assets_by_hand() {
    let covariance =
        Covariance::from_column_slice(3, &[0.01, 0.0, 0.015, 0.0, 0.0225, 0.0, 0.015, 0.0, 0.09]).unwrap();
    let found = found(&given(2), InverseVolatility, InverseVariance, &covariance);
    assert_eq!(found.labels, [0, 1, 0]);
    assert!(close(&found.weights, &[3.0 / 7.0, 3.0 / 7.0, 1.0 / 7.0], 1e-15), "{:?}", found.weights);
}

#[test]
fn an_empty_allocation_has_nothing_to_tell() {
    let empty = NcoAllocation::<Weights, Weights>::default();
    assert!(empty.weights().is_empty() && empty.inner().is_empty() && empty.explain().is_empty());
    assert!(empty.outer().is_empty() && empty.clusters().labels().is_empty());
}

#[test]
fn every_type_is_plain() {
    fn plain<T: Clone + std::fmt::Debug + PartialEq + Send + Sync + Unpin + 'static>() {}
    fn crosses_threads<T: std::fmt::Debug + Default + Send + Sync + Unpin + 'static>() {}
    plain::<Nco<InverseVariance, LongShort>>();
    plain::<NcoAllocation<Weights, Weights>>();
    plain::<NcoParams>();
    plain::<NcoError<InputError, Error>>();
    plain::<po_hrp::Nest>();
    crosses_threads::<NcoScratch<Hrp, InverseVariance>>();
    assert_eq!(Nco::new(given(2), EqualWeight, EqualWeight).unwrap().params(), &given(2));
}

#[cfg(feature = "serde")]
#[test]
fn settings_and_nests_come_back() {
    let text = r#"{"linkage":"ward","metric":"correlation","clusters":{"given":2}}"#;
    assert_eq!(serde_json::to_string(&given(2)).unwrap(), text);
    assert_eq!(serde_json::from_str::<NcoParams>(text).unwrap(), given(2));
    assert_eq!(toml::from_str::<NcoParams>("").unwrap(), NcoParams::default());
    let error = serde_json::from_str::<NcoParams>(r#"{"cluster":1}"#).unwrap_err().to_string();
    assert!(error.starts_with("unknown field `cluster`"), "{error}");
    let nest =
        po_hrp::Nest { members: vec![0, 2], inner: Weights::new(vec![0.25, 0.75]).unwrap(), outer: 0.5 };
    let text = r#"{"members":[0,2],"inner":[0.25,0.75],"outer":0.5}"#;
    assert_eq!(serde_json::to_string(&nest).unwrap(), text);
    assert_eq!(serde_json::from_str::<po_hrp::Nest>(text).unwrap(), nest);
}
