//! Same input, same bits: from run to run and from thread to thread.

#![expect(clippy::unwrap_used, reason = "a test stops where its input is unsound")]

use po_engine::hrp::{HrpAllocation, HrpScratch};
use po_engine::prelude::*;

/// The covariance of a market factor and specific risk, by formula.
fn covariance(assets: usize) -> Covariance {
    let beta = |asset: usize| 0.5 + (asset as f64 * 0.7).sin().abs();
    let specific = |asset: usize| 0.5 + (asset as f64 * 1.3).cos().abs();
    let entry = |row: usize, col: usize| {
        beta(row) * beta(col) + if row == col { specific(row) } else { 0.1 * ((row * col) as f64).sin() }
    };
    let cells = (0..assets * assets).map(|place| entry(place / assets, place % assets));
    Covariance::from_column_slice(assets, &cells.collect::<Vec<_>>()).unwrap()
}

#[test]
fn results_do_not_depend_on_the_thread_count() {
    let covariance = covariance(120);
    for &linkage in Linkage::ALL {
        for &leaf_order in LeafOrder::ALL {
            let hrp = Hrp::new(HrpParams { linkage, leaf_order, ..HrpParams::default() }).unwrap();
            let alone = hrp.allocate(&covariance).unwrap();
            let threads: Vec<HrpAllocation> = std::thread::scope(|scope| {
                let run = || {
                    let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
                    hrp.allocate_into(&covariance, &mut scratch, &mut allocation).unwrap();
                    hrp.allocate_into(&covariance, &mut scratch, &mut allocation).unwrap();
                    allocation
                };
                let handles: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
                handles.into_iter().map(|handle| handle.join().unwrap()).collect()
            });
            for allocation in threads {
                let bits = |of: &HrpAllocation| {
                    of.weights().as_slice().iter().map(|w| w.to_bits()).collect::<Vec<_>>()
                };
                assert_eq!(bits(&allocation), bits(&alone), "{linkage} {leaf_order}");
                assert_eq!(allocation.leaf_order(), alone.leaf_order());
            }
        }
    }
}
