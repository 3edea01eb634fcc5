//! The second call of every spelling that takes its memory along leaves the heap alone.
#![expect(unsafe_code, reason = "an allocator that counts has to implement GlobalAlloc")]
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use po_convex::Risk;
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Budget, Covariance, FactorCovariance};
use po_risk_budget::{
    Algorithm, Normalisation, Position, RiskBudgetAllocation, RiskBudgetParams, RiskBudgetScratch,
    RiskBudgeting,
};

struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // While a thread ends, its counter may be gone; nobody reads it then.
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
}

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as the caller promised.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The largest comes first: scratch grows to it and never shrinks.
const SIZES: [usize; 4] = [150, 60, 7, 1];

/// A market factor with exposures that are not evenly spaced, and two styles; every other asset against one of them.
fn factor_covariance(assets: usize) -> FactorCovariance {
    let spread = |asset: usize, step: f64| (asset as f64 * step).fract();
    let exposures = DMatrix::from_fn(assets, 3, |asset, factor| match factor {
        0 => 0.1 + 0.2 * spread(asset, 0.618_033_988_75),
        1 => 0.2 * (spread(asset, 0.414_213_562_37) - 0.5),
        _ => 0.2 * (spread(asset, 0.732_050_807_57) - 0.5),
    });
    let identity = Covariance::new(DMatrix::identity(3, 3)).unwrap();
    FactorCovariance::new(exposures, identity, vec![0.01; assets]).unwrap()
}

/// Every third asset without a budget.
fn budget(assets: usize) -> Budget {
    let parts: Vec<f64> =
        (0..assets).map(|asset| if asset % 3 == 1 { 0.0 } else { 1.0 + (asset % 5) as f64 }).collect();
    let sum: f64 = parts.iter().sum();
    Budget::new(parts.iter().map(|part| part / sum).collect()).unwrap()
}

/// One test, so that nothing else runs on its thread.
#[test]
fn the_second_call_does_not_allocate() {
    let before = CALLS.get();
    drop(std::hint::black_box(vec![0_u8; 100]));
    assert_eq!(CALLS.get() - before, 1, "the counter counts");

    let factors: Vec<FactorCovariance> = SIZES.iter().map(|&assets| factor_covariance(assets)).collect();
    let dense: Vec<Covariance> = factors.iter().map(|factor| factor.covariance().unwrap()).collect();
    let risks: Vec<Risk<'_>> =
        dense.iter().map(Risk::Dense).chain(factors.iter().map(Risk::Factor)).collect();
    for &algorithm in Algorithm::ALL {
        for warm_start in [false, true] {
            for normalisation in [Normalisation::Gross, Normalisation::Net, Normalisation::Volatility(0.1)] {
                let params =
                    RiskBudgetParams { algorithm, warm_start, normalisation, ..RiskBudgetParams::default() };
                assert_silent(&params, &risks);
            }
            // Budgets and positions are of one size; shorts are hedges, which coordinate descent leaves to Newton.
            for (place, &assets) in SIZES.iter().enumerate() {
                let side =
                    |asset: usize| if asset.is_multiple_of(2) { Position::Long } else { Position::Short };
                let params = RiskBudgetParams {
                    budget: Some(budget(assets)),
                    positions: Some((0..assets).map(side).collect()),
                    algorithm,
                    warm_start,
                    ..RiskBudgetParams::default()
                };
                assert_silent(&params, &[risks[place], risks[place + SIZES.len()]]);
            }
        }
    }
}

/// Asserts that nothing is allocated once each problem was seen.
fn assert_silent(params: &RiskBudgetParams, risks: &[Risk<'_>]) {
    let budgeting = RiskBudgeting::new(params.clone()).unwrap();
    let (mut scratch, mut allocation) = (RiskBudgetScratch::default(), RiskBudgetAllocation::default());
    for round in 0..2 {
        for (index, risk) in risks.iter().enumerate() {
            let before = CALLS.get();
            budgeting.allocate_into(*risk, &mut scratch, &mut allocation).unwrap();
            assert!(round == 0 || CALLS.get() == before, "{params:?}, problem {index}");
        }
    }
}

#[test]
fn no_step_of_the_controller_after_the_first_allocates() {
    use po_core::Weights;
    use po_risk_budget::{RiskBudgetController, RiskBudgetControllerParams};

    for assets in SIZES {
        let factors = factor_covariance(assets);
        let dense = factors.covariance().unwrap();
        let (target, cash) = (Weights::equal(assets).unwrap(), Weights::new(vec![0.0; assets]).unwrap());
        for risk in [Risk::Dense(&dense), Risk::Factor(&factors)] {
            let mut controller = RiskBudgetController::new(RiskBudgetControllerParams::default()).unwrap();
            controller.step(&target, &cash, risk, None).unwrap();
            let before = CALLS.get();
            for held in [&cash, &target] {
                controller.step(&target, held, risk, 0.01).unwrap();
            }
            assert_eq!(CALLS.get(), before, "{assets} assets");
        }
    }
}
