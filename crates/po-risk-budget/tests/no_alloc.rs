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

/// Returns of assets that follow a market and themselves; no two scenarios are alike.
fn scenarios(observations: usize, assets: usize) -> po_core::Returns {
    let noise = |place: usize| ((place as f64 * 0.754_877_666_25).fract() - 0.5) * 0.04;
    let entry = |place: usize| {
        let (asset, time) = (place / observations, place % observations);
        noise(time + 7) * (1.0 + asset as f64 * 0.1) + noise(3 * place)
    };
    let entries: Vec<f64> = (0..assets * observations).map(entry).collect();
    po_core::Returns::from_column_slice(observations, assets, &entries).unwrap()
}

#[test]
fn measures_on_scenarios_do_not_allocate_from_the_second_call_on() {
    use po_core::Confidence;
    use po_risk_budget::measure::{Decomposition, MeasureScratch, contributions_into};
    use po_risk_budget::{
        RiskMeasure, ScenarioAllocation, ScenarioRiskBudgeting, ScenarioRiskBudgetingParams, ScenarioScratch,
    };

    let sizes = [(300, 40), (120, 40), (120, 5), (60, 1)];
    let problems = sizes.map(|(observations, assets)| scenarios(observations, assets));
    let confidence = Confidence::new(0.9).unwrap();
    let measures = [
        RiskMeasure::Cvar { confidence },
        RiskMeasure::Cdar { confidence },
        RiskMeasure::Mad,
        RiskMeasure::SemiDeviation,
        RiskMeasure::Evar { confidence },
        // So little of the tail that it is the greatest loss.
        RiskMeasure::Evar { confidence: Confidence::new(0.999).unwrap() },
    ];
    for (measure, warm_start) in measures.into_iter().flat_map(|measure| [(measure, false), (measure, true)])
    {
        let params = ScenarioRiskBudgetingParams { measure, warm_start, ..Default::default() };
        let budgeting = ScenarioRiskBudgeting::new(params).unwrap();
        let (mut scratch, mut allocation) = (ScenarioScratch::default(), ScenarioAllocation::default());
        let (mut memory, mut split) = (MeasureScratch::default(), Decomposition::default());
        for round in 0..2 {
            for (index, returns) in problems.iter().enumerate() {
                let before = CALLS.get();
                budgeting.allocate_into(returns, &mut scratch, &mut allocation).unwrap();
                contributions_into(measure, returns, allocation.weights(), &mut memory, &mut split).unwrap();
                assert!(round == 0 || CALLS.get() == before, "{measure}, problem {index}");
            }
        }
    }
}

/// The barrier: the nearest budget has a matrix checked for each of its programmes, which allocates.
#[test]
fn a_barrier_under_bounds_does_not_allocate_from_the_second_call_on() {
    use po_convex::Constraints;
    use po_core::Bounds;
    use po_risk_budget::{
        Compromise, ConstrainedAllocation, ConstrainedRiskBudgetParams, ConstrainedRiskBudgeting,
        ConstrainedScratch,
    };

    for assets in [30, 6] {
        let covariance = factor_covariance(assets).covariance().unwrap();
        let equal = 1.0 / assets as f64;
        let bounds = Some(Bounds::uniform(assets, 0.9 * equal, 1.2 * equal).unwrap());
        let constraints = Constraints { bounds, ..Constraints::default() };
        let compromise = Compromise::Barrier;
        let params = ConstrainedRiskBudgetParams { constraints, compromise, ..Default::default() };
        let budgeting = ConstrainedRiskBudgeting::new(params).unwrap();
        let (mut scratch, mut allocation) = (ConstrainedScratch::default(), ConstrainedAllocation::default());
        budgeting.allocate_into(&covariance, &mut scratch, &mut allocation).unwrap();
        assert!(!allocation.is_met);
        let before = CALLS.get();
        budgeting.allocate_into(&covariance, &mut scratch, &mut allocation).unwrap();
        assert_eq!(CALLS.get() - before, 0, "{assets} assets");
    }
}

#[test]
fn the_nearest_budget_does_not_allocate_from_the_second_call_on() {
    use po_convex::Constraints;
    use po_core::Bounds;
    use po_risk_budget::{
        Compromise, ConstrainedAllocation, ConstrainedRiskBudgetParams, ConstrainedRiskBudgeting,
        ConstrainedScratch,
    };

    for assets in [30, 6] {
        let covariance = factor_covariance(assets).covariance().unwrap();
        let equal = 1.0 / assets as f64;
        for (lower, upper) in [(0.0, 1.0), (0.5 * equal, 1.3 * equal)] {
            let bounds = Some(Bounds::uniform(assets, lower, upper).unwrap());
            let constraints = Constraints { bounds, ..Constraints::default() };
            let params = ConstrainedRiskBudgetParams {
                constraints,
                compromise: Compromise::Nearest,
                ..Default::default()
            };
            let budgeting = ConstrainedRiskBudgeting::new(params).unwrap();
            let (mut scratch, mut allocation) =
                (ConstrainedScratch::default(), ConstrainedAllocation::default());
            budgeting.allocate_into(&covariance, &mut scratch, &mut allocation).unwrap();
            let before = CALLS.get();
            budgeting.allocate_into(&covariance, &mut scratch, &mut allocation).unwrap();
            assert_eq!(CALLS.get() - before, 0, "{assets} assets");
            assert_eq!(allocation.is_met, lower == 0.0);
        }
    }
}

/// Under caps that bind, quadratic programmes are put together anew, which allocates; but no more from call to call.
#[test]
fn caps_that_do_not_bind_do_not_allocate_from_the_second_call_on() {
    use po_risk_budget::{CapScratch, CappedAllocation, Caps, RiskCapParams, RiskCapping};

    for assets in [30, 6] {
        let covariance = factor_covariance(assets).covariance().unwrap();
        for (cap, bind) in [(1.0, false), (1.5 / assets as f64, true)] {
            let params = RiskCapParams { caps: Caps::All(cap), ..RiskCapParams::default() };
            let capping = RiskCapping::new(params).unwrap();
            let (mut scratch, mut allocation) = (CapScratch::default(), CappedAllocation::default());
            let mut calls = [0; 3];
            for calls in &mut calls {
                let before = CALLS.get();
                capping.allocate_into(&covariance, &mut scratch, &mut allocation).unwrap();
                *calls = CALLS.get() - before;
            }
            assert_eq!(allocation.prices.iter().any(|price| *price > 0.0), bind, "{assets} assets");
            assert!(calls[2] <= calls[1] && (bind || calls[1] == 0), "{assets} assets, {calls:?}");
        }
    }
}
