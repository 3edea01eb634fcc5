//! Schur complementary allocation against skfolio, closed forms, properties and bad input.

use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Bounds, Covariance, GroupBound, InputError, Universe};
use po_hrp::{Error, GammaCap, Hrp, HrpParams, LeafOrder, Schur, SchurAllocation, SchurParams, SchurScratch};
use proptest::prelude::*;
use serde::Deserialize;

use crate::nco::stored;
use crate::properties::SUM;
use crate::random::{
    Random, config, covariance, factor_covariance, mixed_covariance, permuted, sample_covariance,
};

/// Both sides solve the same systems by other eliminations.
const GOLDEN: f64 = 1e-12;

/// The same numbers summed in another order, through systems of that condition.
const REORDERED: f64 = 1e-9;

#[derive(Deserialize)]
struct Golden {
    expected: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    file: String,
    gamma: f64,
    cap: String,
    linkage: String,
    leaf_order: String,
    effective_gamma: f64,
    variance: f64,
    weights: Vec<f64>,
    lower: Option<Vec<f64>>,
    upper: Option<Vec<f64>>,
}

fn allocate(params: &SchurParams, covariance: &Covariance) -> SchurAllocation {
    Schur::new(params.clone()).unwrap().allocate(covariance).unwrap()
}

fn of_gamma(gamma: f64) -> SchurParams {
    SchurParams { gamma, ..SchurParams::default() }
}

fn close(actual: &[f64], expected: &[f64], tolerance: f64) -> bool {
    actual.len() == expected.len() && actual.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance)
}

fn variance(covariance: &Covariance, allocation: &SchurAllocation) -> f64 {
    covariance.portfolio_variance(allocation.weights()).unwrap()
}

fn assert_on_the_simplex(allocation: &SchurAllocation) {
    let weights = allocation.weights();
    assert!(weights.as_slice().iter().all(|weight| weight.is_finite() && *weight >= 0.0), "{weights:?}");
    assert!((weights.net() - 1.0).abs() < SUM, "{weights:?}");
}

#[test]
fn weights_equal_those_of_skfolio() {
    let golden: Golden = toml::from_str(include_str!("../data/schur.toml")).unwrap();
    assert!(golden.expected.len() > 50);
    for expected in &golden.expected {
        let covariance = stored(&expected.file);
        let assets = covariance.len();
        let lower = expected.lower.clone().unwrap_or_else(|| vec![0.0; assets]);
        let upper = expected.upper.clone().unwrap_or_else(|| vec![1.0; assets]);
        let params = SchurParams {
            gamma: expected.gamma,
            cap: expected.cap.parse().unwrap(),
            linkage: expected.linkage.parse().unwrap(),
            leaf_order: expected.leaf_order.parse().unwrap(),
            bounds: expected.upper.is_some().then(|| Bounds::new(lower, upper).unwrap()),
            ..SchurParams::default()
        };
        let allocation = allocate(&params, &covariance);
        let what = format!("{} {params:?}", expected.file);
        let effective = allocation.effective_gamma();
        assert!((effective - expected.effective_gamma).abs() < 1e-12, "{what}: {effective}");
        let worst = allocation.weights().as_slice().iter().zip(&expected.weights);
        let worst = worst.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < GOLDEN, "{what}: off by {worst}");
        let variance = variance(&covariance, &allocation);
        assert!((variance - expected.variance).abs() < GOLDEN * expected.variance, "{what}");
    }
}

/// Four assets in two halves `{0, 1}` and `{2, 3}`, correlated across them alone, and negatively: each half stays
/// diagonal when it is augmented, and the algebra closes.
///
/// ```text
/// a_i(γ) = (a_i - γ b_i² / d_i) / (1 - γ b_i / d_i),    w_i ~ 1 / a_i(γ)
/// ```
///
/// At a gamma of one these are the weights of least variance, `Σ⁻¹ 1` of each pair.
#[test]
fn halves_without_correlations_inside_have_a_closed_form() {
    let (a, b, d) = ([0.04, 0.09], [-0.01, -0.02], [0.0625, 0.16]);
    let covariance = covariance(DMatrix::from_row_slice(
        4,
        4,
        &[
            a[0], 0.0, b[0], 0.0, 0.0, a[1], 0.0, b[1], b[0], 0.0, d[0], 0.0, 0.0, b[1], 0.0, d[1], //
        ],
    ));
    for gamma in [0.0, 0.25, 0.6, 1.0] {
        for cap in GammaCap::ALL {
            let allocation = allocate(&SchurParams { cap: *cap, ..of_gamma(gamma) }, &covariance);
            assert_eq!(allocation.leaf_order(), [0, 1, 2, 3]);
            assert_eq!(allocation.effective_gamma().to_bits(), gamma.to_bits());
            let share = |own: f64, between: f64, other: f64| {
                (1.0 - gamma * between / other) / (own - gamma * between * between / other)
            };
            let shares = [0, 1, 2, 3].map(|asset: usize| {
                let pair = asset % 2;
                if asset < 2 { share(a[pair], b[pair], d[pair]) } else { share(d[pair], b[pair], a[pair]) }
            });
            let expected = shares.map(|share| share / shares.iter().sum::<f64>());
            assert!(close(allocation.weights().as_slice(), &expected, SUM), "{gamma} {cap}: {allocation:?}");
            if gamma >= 1.0 {
                let ones = po_core::nalgebra::DVector::repeat(4, 1.0);
                let least = covariance.as_view().clone_owned().cholesky().unwrap().solve(&ones);
                let sum = least.sum();
                assert!(close(&expected, (least / sum).as_slice(), SUM));
            }
        }
    }
}

/// Fewer than four assets have halves of one asset, and tell each other nothing.
#[test]
fn up_to_three_assets_are_those_of_hierarchical_risk_parity() {
    for assets in 1..=3 {
        let covariance = factor_covariance(assets, 7);
        let hrp = Hrp::new(HrpParams::default()).unwrap().allocate(&covariance).unwrap();
        for cap in GammaCap::ALL {
            let allocation = allocate(&SchurParams { cap: *cap, ..of_gamma(0.75) }, &covariance);
            assert_eq!(allocation.weights(), hrp.weights());
            assert_eq!(allocation.effective_gamma().to_bits(), 0.75_f64.to_bits());
        }
    }
    let pair = Covariance::from_column_slice(2, &[0.04, 0.01, 0.01, 0.01]).unwrap();
    assert!(close(allocate(&of_gamma(1.0), &pair).weights().as_slice(), &[0.2, 0.8], SUM));
}

/// Uncorrelated assets tell each other nothing either: the weights are inverse variances, and no cap is needed.
#[test]
fn uncorrelated_assets_keep_their_gamma() {
    let variances = [0.04, 0.01, 0.16, 0.25, 0.09, 0.02, 0.03];
    let diagonal =
        covariance(DMatrix::from_fn(7, 7, |row, col| if row == col { variances[row] } else { 0.0 }));
    let sum: f64 = variances.iter().map(|variance| 1.0 / variance).sum();
    let expected = variances.map(|variance| 1.0 / (variance * sum));
    for gamma in [0.0, 0.3, 1.0] {
        let allocation = allocate(&of_gamma(gamma), &diagonal);
        assert!(close(allocation.weights().as_slice(), &expected, SUM));
        assert_eq!(allocation.effective_gamma().to_bits(), gamma.to_bits());
    }
}

fn covariances() -> impl Strategy<Value = Covariance> {
    prop_oneof![
        (1_usize..=40, any::<u64>()).prop_map(|(assets, seed)| factor_covariance(assets, seed)),
        (2_usize..=30, 3_usize..=90, any::<u64>())
            .prop_map(|(assets, observations, seed)| sample_covariance(assets, observations, seed)),
    ]
}

proptest! {
    #![proptest_config(config(60))]

    /// A gamma of zero is hierarchical risk parity to the last bit, whatever the other settings.
    #[test]
    fn a_gamma_of_zero_is_hierarchical_risk_parity(covariance in covariances()) {
        for hrp in crate::properties::all_settings() {
            let HrpParams { linkage, metric, leaf_order, .. } = hrp;
            let params = SchurParams { linkage, metric, leaf_order, ..of_gamma(0.0) };
            let expected = crate::properties::allocate(&hrp, &covariance);
            let found = allocate(&params, &covariance);
            prop_assert_eq!(found.weights(), expected.weights());
            prop_assert_eq!(found.leaf_order(), expected.leaf_order());
            prop_assert_eq!(found.explain(), expected.explain());
            prop_assert_eq!(found.dendrogram(), expected.dendrogram());
        }
    }

    /// With the cap there is always an answer, and its variance is at most that of hierarchical risk parity.
    #[test]
    fn the_cap_never_raises_the_variance(covariance in covariances(), gamma in 0.0..=1.0) {
        let hrp = allocate(&of_gamma(0.0), &covariance);
        let found = allocate(&of_gamma(gamma), &covariance);
        assert_on_the_simplex(&found);
        prop_assert!((0.0..=gamma).contains(&found.effective_gamma()));
        prop_assert!(variance(&covariance, &found) <= variance(&covariance, &hrp) * (1.0 + SUM));
        // Without a cap, the gamma that was found gives the same to the last bit.
        let free = SchurParams { cap: GammaCap::Never, ..of_gamma(found.effective_gamma()) };
        prop_assert_eq!(allocate(&free, &covariance), found);
    }

    /// Kept memory, of larger and smaller problems and of other settings, leaves no trace.
    #[test]
    fn allocate_equals_allocate_into(larger in covariances(), smaller in covariances()) {
        let (mut scratch, mut kept) = (SchurScratch::default(), SchurAllocation::default());
        for covariance in [&larger, &smaller, &larger] {
            for gamma in [0.0, 0.2, 1.0] {
                let schur = Schur::new(of_gamma(gamma)).unwrap();
                schur.allocate_into(covariance, &mut scratch, &mut kept).unwrap();
                let fresh = schur.allocate(covariance).unwrap();
                let bits = |allocation: &SchurAllocation| -> Vec<u64> {
                    allocation.weights().as_slice().iter().map(|weight| weight.to_bits()).collect()
                };
                prop_assert_eq!(bits(&kept), bits(&fresh));
                prop_assert_eq!(&kept, &fresh);
            }
        }
    }

    /// The unit of variances does not matter.
    #[test]
    fn weights_do_not_depend_on_the_unit(assets in 1_usize..=30, seed: u64, exponent in -100_i32..=100, factor in 1e-6..1e6) {
        let covariance = factor_covariance(assets, seed);
        let scaled = |scale: f64| Covariance::new(covariance.as_view() * scale).unwrap();
        let params = SchurParams { cap: GammaCap::Never, ..of_gamma(0.3) };
        let expected = Schur::new(params.clone()).unwrap().allocate(&covariance);
        let quadrupled = Schur::new(params.clone()).unwrap().allocate(&scaled(4.0_f64.powi(exponent)));
        prop_assert_eq!(quadrupled.map(|found| found.weights().clone()), expected.clone().map(|found| found.weights().clone()));
        if let Ok(expected) = expected {
            let found = allocate(&params, &scaled(factor));
            prop_assert!(close(found.weights().as_slice(), expected.weights().as_slice(), REORDERED));
        }
    }

    /// The optimal order does not depend on how assets are numbered, and so the weights move with the assets.
    #[test]
    fn weights_move_with_the_assets(assets in 3_usize..=30, seed: u64) {
        let covariance = factor_covariance(assets, seed);
        let permutation = Random::new(seed).permutation(assets);
        let params = SchurParams { leaf_order: LeafOrder::Optimal, ..of_gamma(0.4) };
        let (original, moved) = (allocate(&params, &covariance), allocate(&params, &permuted(&covariance, &permutation)));
        let expected: Vec<f64> = permutation.iter().map(|&asset| original.weights().as_slice()[asset]).collect();
        prop_assert!((original.effective_gamma() - moved.effective_gamma()).abs() < REORDERED);
        prop_assert!(close(moved.weights().as_slice(), &expected, REORDERED));
    }

    /// The account of the splits adds up, under bounds and groups as well, which hold.
    #[test]
    fn the_explanation_adds_up(assets in 4_usize..=30, seed: u64) {
        let covariance = factor_covariance(assets, seed);
        let (lower, upper) = (0.2 / assets as f64, 1.8 / assets as f64);
        let group = GroupBound::new("front", (0..assets / 2).collect(), 0.3, 0.45).unwrap();
        let bounded = SchurParams { bounds: Some(Bounds::uniform(assets, lower, upper).unwrap()), ..of_gamma(0.5) };
        let grouped = SchurParams { groups: vec![group], ..bounded.clone() };
        for params in [of_gamma(0.5), bounded, grouped] {
            let allocation = allocate(&params, &covariance);
            let weights = allocation.weights().as_slice();
            assert_on_the_simplex(&allocation);
            for split in allocation.explain() {
                let held = |half: &[usize]| half.iter().map(|&asset| weights[asset]).sum::<f64>();
                let both = split.risk_left + split.risk_right;
                prop_assert!((split.share_left - split.risk_right / both).abs() < SUM);
                prop_assert!((held(&split.left) - split.weight_left).abs() < SUM);
                prop_assert!((held(&split.right) - split.weight_right).abs() < SUM);
            }
            prop_assert!(params.bounds.is_none() || weights.iter().all(|weight| (lower..=upper).contains(weight)));
            let front: f64 = weights[..assets / 2].iter().sum();
            prop_assert!(params.groups.is_empty() || (0.3 - SUM..=0.45 + SUM).contains(&front));
        }
    }

    /// Numbers of all sizes and singular matrices are allocated with the cap, or refused without it; never is a
    /// weight not a number.
    #[test]
    fn hard_covariances_are_capped_or_refused(assets in 4_usize..=24, seed: u64, gamma in 0.0..=1.0) {
        let ones = covariance(DMatrix::from_element(assets, assets, 0.04));
        for covariance in [mixed_covariance(assets, seed), sample_covariance(assets, 3, seed), ones] {
            assert_on_the_simplex(&allocate(&of_gamma(gamma), &covariance));
            let free = Schur::new(SchurParams { cap: GammaCap::Never, ..of_gamma(gamma) }).unwrap();
            match free.allocate(&covariance) {
                Ok(allocation) => assert_on_the_simplex(&allocation),
                Err(error) => prop_assert!(matches!(error, Error::IndefiniteCluster { .. }), "{error}"),
            }
        }
    }
}

#[test]
fn a_gamma_outside_its_range_is_refused() {
    for gamma in [-0.1, 1.5, f64::NAN, f64::INFINITY] {
        let error = Schur::new(of_gamma(gamma)).unwrap_err();
        assert_eq!(error.to_string(), format!("gamma is {gamma}, expected a number in [0, 1]"));
        assert!(matches!(error, Error::Input(InputError::OutOfRange { name: "gamma", .. })));
    }
    let error = Schur::new(SchurParams {
        bounds: Some(Bounds::new(vec![-0.5], vec![1.0]).unwrap()),
        ..SchurParams::default()
    });
    assert_eq!(error.unwrap_err(), Error::NegativeBound { asset: 0, lower: -0.5 });
}

/// Four copies of one asset: no block of two can be inverted.
#[test]
fn a_singular_half_is_refused_without_a_cap() {
    let copies = covariance(DMatrix::from_element(4, 4, 0.04));
    let free = Schur::new(SchurParams { cap: GammaCap::Never, ..SchurParams::default() }).unwrap();
    let error = free.allocate(&copies).unwrap_err();
    assert_eq!(error, Error::IndefiniteCluster { first: 3, others: 3, gamma: 0.5 });
    let text = |asset: &str| {
        format!(
            "gamma is 0.5, expected less, or a cap on gamma: the augmented covariance of the cluster of {asset} and 3 others is not positive definite"
        )
    };
    assert_eq!(error.to_string(), text("asset 3"));
    assert_eq!(error.named(&Universe::new(["AAPL", "MSFT", "XOM", "BP"]).unwrap()), text("BP"));
    let capped = allocate(&SchurParams::default(), &copies);
    assert_eq!((capped.effective_gamma(), capped.weights().as_slice()), (0.0, &[0.25; 4][..]));
}

#[test]
fn every_type_is_plain() {
    fn plain<T: Clone + std::fmt::Debug + Send + Sync + Unpin + 'static>() {}
    fn comparable<T: PartialEq>() {}
    fn named<T: Copy + Eq + std::hash::Hash + Default + std::fmt::Display + std::str::FromStr>() {}
    plain::<Schur>();
    plain::<SchurAllocation>();
    plain::<SchurParams>();
    plain::<SchurScratch>();
    plain::<po_hrp::SeriationScratch>();
    comparable::<Schur>();
    comparable::<SchurAllocation>();
    comparable::<SchurParams>();
    named::<GammaCap>();
    let empty = SchurAllocation::default();
    assert!(empty.weights().is_empty() && empty.leaf_order().is_empty() && empty.explain().is_empty());
    let allocation = allocate(&of_gamma(0.5), &factor_covariance(5, 1));
    assert_eq!(AsRef::<po_core::Weights>::as_ref(&allocation), allocation.weights());
}

#[test]
fn caps_have_names() {
    for cap in GammaCap::ALL {
        assert_eq!(cap.to_string().parse(), Ok(*cap));
    }
    let error = "monoton".parse::<GammaCap>().unwrap_err();
    assert_eq!(error.to_string(), "cap of gamma \"monoton\" is unknown, did you mean \"monotone\"?");
}

#[cfg(feature = "serde")]
#[test]
fn settings_come_back() {
    let params = SchurParams { gamma: 0.25, cap: GammaCap::Never, ..SchurParams::default() };
    let text = r#"{"gamma":0.25,"cap":"never","linkage":"ward","metric":"correlation","leaf_order":"dendrogram","bounds":null,"groups":[]}"#;
    assert_eq!(serde_json::to_string(&params).unwrap(), text);
    assert_eq!(serde_json::from_str::<SchurParams>(text).unwrap(), params);
    assert_eq!(toml::from_str::<SchurParams>("").unwrap(), SchurParams::default());
    let error = serde_json::from_str::<SchurParams>(r#"{"gama":1}"#).unwrap_err().to_string();
    assert!(error.starts_with("unknown field `gama`"), "{error}");
}

/// A positive definite covariance does not make its augmented blocks so: the matrix by which one half is divided need
/// not be symmetric. The cap stops before.
#[test]
fn a_definite_covariance_can_have_an_indefinite_half() {
    let covariance = stored("factor20");
    assert!(covariance.as_view().clone_owned().cholesky().is_some());
    let free = SchurParams { cap: GammaCap::Never, ..of_gamma(1.0) };
    let error = Schur::new(free).unwrap().allocate(&covariance).unwrap_err();
    assert_eq!(error, Error::IndefiniteCluster { first: 18, others: 4, gamma: 1.0 });
    assert_on_the_simplex(&allocate(&of_gamma(1.0), &covariance));
}
