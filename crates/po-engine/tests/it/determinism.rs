//! Same input, same bits: from run to run and from thread to thread.

#![expect(clippy::unwrap_used, reason = "a test stops where its input is unsound")]

#[cfg(feature = "hrp")]
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

/// Bits of the weights that four threads compute, each twice in the same memory.
#[cfg(any(feature = "convex", feature = "risk-budget"))]
fn on_threads<A>(allocator: &A, input: impl Fn() -> A::Input<'static> + Sync) -> Vec<Vec<u64>>
where
    A: Allocator + Sync,
{
    let run = || {
        let (mut scratch, mut output) = (A::Scratch::default(), A::Output::default());
        allocator
            .allocate_into(input(), &mut scratch, &mut output)
            .map_err(|error| error.to_string())
            .unwrap();
        allocator
            .allocate_into(input(), &mut scratch, &mut output)
            .map_err(|error| error.to_string())
            .unwrap();
        output.as_ref().as_slice().iter().map(|weight| weight.to_bits()).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    })
}

#[cfg(feature = "convex")]
#[test]
fn optima_do_not_depend_on_the_thread_count() {
    let covariance: &'static Covariance = Box::leak(Box::new(covariance(60)));
    let constraints = Constraints { gross: Some(1.5), ..Constraints::default() };
    let bounds = Some(Bounds::uniform(60, -0.1, 0.1).unwrap());
    for objective in [Objective::MinVariance, Objective::MaxDiversification, Objective::MaxDecorrelation] {
        let constraints = Constraints { bounds: bounds.clone(), ..constraints.clone() };
        let params = MarkowitzParams { objective, constraints, ..MarkowitzParams::default() };
        let markowitz = Markowitz::new(params).unwrap();
        let found = on_threads(&markowitz, || covariance.into());
        assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{objective:?}");
    }
}

#[cfg(feature = "risk-budget")]
#[test]
fn risk_budgets_do_not_depend_on_the_thread_count() {
    let covariance: &'static Covariance = Box::leak(Box::new(covariance(60)));
    let budgeting = RiskBudgeting::new(RiskBudgetParams::default()).unwrap();
    let found = on_threads(&budgeting, || covariance.into());
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]));
}

#[cfg(feature = "hrp")]
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
