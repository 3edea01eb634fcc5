//! The order before comes along, other assets in it at every call.

use po_core::Covariance;
use po_hrp::{Hrp, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Linkage, Market};
#[cfg(feature = "linalg")]
use po_hrp::{Schur, SchurAllocation, SchurParams, SchurScratch};

use super::{LARGE, SMALL, assert_silent, covariance};

/// Covariances with orders of their assets, some of which are missing.
fn problems(largest: usize) -> Vec<(Covariance, Vec<usize>)> {
    let order = |assets: usize, every: usize| (0..assets).rev().filter(|asset| asset % every != 1).collect();
    [(largest, 2 * largest), (SMALL, 3), (7, 2), (1, 1)]
        .map(|(assets, every)| (covariance(assets), order(assets, every)))
        .to_vec()
}

#[test]
fn the_second_call_with_an_order_before_does_not_allocate() {
    for &linkage in Linkage::ALL {
        let params = HrpParams { linkage, leaf_order: LeafOrder::Stable, ..HrpParams::default() };
        let hrp = Hrp::new(params).unwrap();
        let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
        assert_silent(&format!("stable, {linkage}"), &problems(LARGE), |(covariance, order)| {
            let market = Market { order_before: Some(order), ..Market::from(covariance) };
            hrp.allocate_market_into(market, &mut scratch, &mut allocation).unwrap();
        });
    }
    #[cfg(feature = "linalg")]
    {
        let params = SchurParams { gamma: 0.2, leaf_order: LeafOrder::Stable, ..SchurParams::default() };
        let schur = Schur::new(params).unwrap();
        let (mut scratch, mut allocation) = (SchurScratch::default(), SchurAllocation::default());
        assert_silent("schur, stable", &problems(LARGE / 2), |(covariance, order)| {
            let market = Market { order_before: Some(order), ..Market::from(covariance) };
            schur.allocate_market_into(market, &mut scratch, &mut allocation).unwrap();
        });
    }
}
