//! Bounds on single assets are honoured exactly, whenever they leave a portfolio at all.

use po_core::{Allocator, Bounds, Covariance};
use po_hrp::{Hrp, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Linkage};
use proptest::prelude::*;

use crate::properties::{SUM, allocate, assert_on_the_simplex, assert_same_bits};
use crate::random::{Random, config, factor_covariance};

/// Halves of one are represented exactly, so that sums of these are exact in any order.
const GRAINS: usize = 1 << 20;

/// A random portfolio in whole grains; it sums to one exactly.
pub(crate) fn grainy_portfolio(assets: usize, random: &mut Random) -> Vec<f64> {
    let mut cuts: Vec<usize> = (1..assets).map(|_| random.below(GRAINS + 1)).collect();
    cuts.extend([0, GRAINS]);
    cuts.sort_unstable();
    cuts.windows(2).map(|pair| (pair[1] - pair[0]) as f64 / GRAINS as f64).collect()
}

/// Bounds around a portfolio, so that there is one within them: wide, tight, one-sided, fixed, and none at all.
pub(crate) fn bounds_around(portfolio: &[f64], random: &mut Random) -> Bounds {
    let width = random.uniform();
    let mut around = |weight: f64| match random.below(6) {
        0 => (weight, weight),
        1 => (0.0, f64::INFINITY),
        2 => (weight, f64::INFINITY),
        3 => (0.0, weight),
        _ => (weight * (1.0 - width * random.uniform()), weight + width * random.uniform() * weight),
    };
    let (lower, upper) = portfolio.iter().map(|&weight| around(weight)).unzip();
    Bounds::new(lower, upper).unwrap()
}

fn bounded(bounds: Bounds) -> HrpParams {
    HrpParams { bounds: Some(bounds), ..HrpParams::default() }
}

/// No tolerance: a compliance check downstream has none.
pub(crate) fn assert_within(allocation: &HrpAllocation, bounds: &Bounds) {
    let limits = bounds.lower().iter().zip(bounds.upper());
    for (weight, (lower, upper)) in allocation.weights().as_slice().iter().zip(limits) {
        assert!(lower <= weight && weight <= upper, "{weight} is not in [{lower}, {upper}]");
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn bounds_are_honoured_exactly(assets in 1_usize..=60, seed: u64, optimal: bool) {
        let random = &mut Random::new(seed);
        let covariance = factor_covariance(assets, seed);
        let leaf_order = if optimal { LeafOrder::Optimal } else { LeafOrder::Dendrogram };
        // Weights with all their digits, whose sums are rounded, and weights in grains, with zeros among them.
        for portfolio in [random.portfolio(assets), grainy_portfolio(assets, random)] {
            let bounds = bounds_around(&portfolio, random);
            for &linkage in Linkage::ALL {
                let params = HrpParams { linkage, leaf_order, ..bounded(bounds.clone()) };
                let allocation = allocate(&params, &covariance);
                assert_on_the_simplex(&allocation);
                assert_within(&allocation, &bounds);
            }
        }
    }

    /// The weights that bounds leave no choice about are those bounds, to the last bit.
    #[test]
    fn bounds_that_leave_one_portfolio_give_it(assets in 1_usize..=60, seed: u64) {
        let random = &mut Random::new(seed);
        let covariance = factor_covariance(assets, seed);
        let only = grainy_portfolio(assets, random);
        let ones = vec![1.0; assets];
        for (lower, upper) in [(vec![0.0; assets], only.clone()), (only.clone(), ones), (only.clone(), only.clone())] {
            let allocation = allocate(&bounded(Bounds::new(lower, upper).unwrap()), &covariance);
            prop_assert_eq!(allocation.weights().as_slice(), &only[..]);
        }
    }

    #[test]
    fn loose_bounds_change_nothing(assets in 1_usize..=60, seed: u64) {
        let covariance = factor_covariance(assets, seed);
        let free = allocate(&HrpParams::default(), &covariance);
        let lower: Vec<f64> = free.weights().as_slice().iter().map(|weight| 0.5 * weight).collect();
        let upper = free.weights().as_slice().iter().map(|weight| 2.0 * weight).collect();
        for bounds in [
            Bounds::uniform(assets, 0.0, 1.0).unwrap(),
            Bounds::uniform(assets, 0.0, f64::INFINITY).unwrap(),
            Bounds::new(lower, upper).unwrap(),
        ] {
            assert_same_bits(&allocate(&bounded(bounds), &covariance), &free);
        }
    }

    /// Where a bound binds, the account of the splits shows it: the weight leaves its share, the share stays.
    #[test]
    fn the_explanation_shows_where_bounds_bind(assets in 2_usize..=40, seed: u64) {
        let random = &mut Random::new(seed);
        let covariance = factor_covariance(assets, seed);
        let free = allocate(&HrpParams::default(), &covariance);
        let bounds = bounds_around(&random.portfolio(assets), random);
        let bound = allocate(&bounded(bounds.clone()), &covariance);
        let sum = |assets: &[usize], of: &[f64]| -> f64 { assets.iter().map(|&asset| of[asset].min(1.0)).sum() };
        for (split, free) in bound.explain().iter().zip(free.explain()) {
            prop_assert_eq!((&split.left, &split.right), (&free.left, &free.right));
            prop_assert_eq!(split.share_left.to_bits(), free.share_left.to_bits());
            let weight = split.weight_left + split.weight_right;
            let asked = split.share_left * weight;
            // The nearest to the share that both halves can hold.
            let least = sum(&split.left, bounds.lower()).max(weight - sum(&split.right, bounds.upper()));
            let greatest = sum(&split.left, bounds.upper()).min(weight - sum(&split.right, bounds.lower()));
            prop_assert!((split.weight_left - asked.max(least).min(greatest)).abs() < SUM);
        }
    }

    #[test]
    fn allocate_equals_allocate_into_with_bounds(assets in 2_usize..=40, seed: u64) {
        let random = &mut Random::new(seed);
        let (mut scratch, mut kept) = (HrpScratch::default(), HrpAllocation::default());
        for assets in [assets, 1 + assets / 2, assets + 3] {
            let covariance = factor_covariance(assets, seed);
            let hrp = Hrp::new(bounded(bounds_around(&random.portfolio(assets), random))).unwrap();
            hrp.allocate_into(&covariance, &mut scratch, &mut kept).unwrap();
            assert_same_bits(&kept, &hrp.allocate(&covariance).unwrap());
        }
    }
}

/// Three uncorrelated assets of equal variance, by single linkage: 0 and 1 merge, 2 joins them; the order is 2, 0, 1.
///
/// ```text
/// split 2 | 0 1    v_left = 1, v_right = 1/2, share of asset 2: (1/2) / (3/2) = 1/3, capped at 0.2
/// split 0 | 1      half of 0.8 each
/// ```
#[test]
fn a_cap_moves_weight_to_the_other_half() {
    let covariance =
        Covariance::from_column_slice(3, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]).unwrap();
    let bounds = Bounds::new(vec![0.0; 3], vec![1.0, 1.0, 0.2]).unwrap();
    let allocation = allocate(&HrpParams { linkage: Linkage::Single, ..bounded(bounds) }, &covariance);
    assert_eq!(allocation.leaf_order(), [2, 0, 1]);
    assert_eq!(allocation.weights().as_slice(), [0.4, 0.4, 0.2]);
}

/// Sums of bounds such as 1/3 miss one by rounding; they are taken for what they mean.
#[test]
fn bounds_that_miss_one_by_rounding_are_accepted() {
    for assets in [1, 3, 7, 10, 49] {
        let covariance = factor_covariance(assets, 1);
        let share = 1.0 / assets as f64;
        for share in [share, share.next_up(), share.next_down(), share + 0.5e-12 / assets as f64] {
            for (lower, upper) in [(0.0, share), (share, f64::INFINITY), (share, share)] {
                let bounds = Bounds::uniform(assets, lower, upper).unwrap();
                let allocation = allocate(&bounded(bounds.clone()), &covariance);
                assert_on_the_simplex(&allocation);
                assert_within(&allocation, &bounds);
            }
        }
    }
}

#[test]
fn an_infinite_bound_is_no_bound() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let bounds = Bounds::new(vec![f64::NEG_INFINITY, 0.0], vec![f64::INFINITY; 2]).unwrap();
    let hrp = Hrp::new(HrpParams { bounds: Some(bounds), ..HrpParams::default() }).unwrap();
    let free = Hrp::new(HrpParams::default()).unwrap();
    assert_eq!(hrp.allocate(&covariance).unwrap().weights(), free.allocate(&covariance).unwrap().weights());
}
