//! Bounds on single assets are honoured exactly, whenever they leave a portfolio at all.

use po_core::Bounds;
use po_hrp::HercParams;
use proptest::prelude::*;

use super::{allocate, assert_on_the_simplex, ways};
use crate::bounds::{bounds_around, grainy_portfolio};
use crate::random::{Random, config, factor_covariance};

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn bounds_are_honoured_exactly_within_clusters_too(assets in 1_usize..=60, seed: u64) {
        let random = &mut Random::new(seed);
        let covariance = factor_covariance(assets, seed);
        for portfolio in [random.portfolio(assets), grainy_portfolio(assets, random)] {
            let bounds = bounds_around(&portfolio, random);
            for way in ways() {
                let allocation = allocate(&HercParams { bounds: Some(bounds.clone()), ..way }, &covariance);
                assert_on_the_simplex(&allocation);
                let limits = bounds.lower().iter().zip(bounds.upper());
                for (weight, (lower, upper)) in allocation.weights().as_slice().iter().zip(limits) {
                    prop_assert!(lower <= weight && weight <= upper, "{weight} is not in [{lower}, {upper}]");
                }
            }
        }
    }

    #[test]
    fn bounds_that_leave_one_portfolio_give_it(assets in 1_usize..=40, seed: u64) {
        let only = grainy_portfolio(assets, &mut Random::new(seed));
        let (zeros, ones) = (vec![0.0; assets], vec![1.0; assets]);
        for (lower, upper) in [(zeros, only.clone()), (only.clone(), ones), (only.clone(), only.clone())] {
            let bounds = Some(Bounds::new(lower, upper).unwrap());
            let params = HercParams { bounds, ..HercParams::default() };
            let allocation = allocate(&params, &factor_covariance(assets, seed));
            prop_assert_eq!(allocation.weights().as_slice(), &only[..]);
        }
    }

    #[test]
    fn loose_bounds_change_nothing(assets in 1_usize..=40, seed: u64) {
        let covariance = factor_covariance(assets, seed);
        for way in ways() {
            let free = allocate(&way, &covariance);
            let lower: Vec<f64> = free.weights().as_slice().iter().map(|weight| 0.5 * weight).collect();
            let upper = free.weights().as_slice().iter().map(|weight| 2.0 * weight).collect();
            for bounds in [Bounds::uniform(assets, 0.0, 1.0).unwrap(), Bounds::new(lower, upper).unwrap()] {
                prop_assert_eq!(&allocate(&HercParams { bounds: Some(bounds), ..way.clone() }, &covariance), &free);
            }
        }
    }
}
