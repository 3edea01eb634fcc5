//! The second call of every spelling that takes its memory along leaves the heap alone.
#![expect(unsafe_code, reason = "an allocator that counts has to implement GlobalAlloc")]
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use po_convex::{
    Absolute, CompiledConstraints, Constraints, Costs, LinearConstraint, Markowitz, MarkowitzInput,
    MarkowitzParams, MarkowitzScratch, MeanUncertainty, NearestAllocation, NearestInput, NearestParams,
    NearestPortfolio, NearestScratch, Nearness, Objective, Portfolio, Program, ProgramScratch,
    ProgramSolution, Risk, Rows, Semidefinite, Start,
};
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Bounds, Covariance, FactorCovariance, Status, Weights};

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

const ASSETS: usize = 60;

/// How often the heap was called by the second of two calls.
fn second_call(mut step: impl FnMut()) -> usize {
    step();
    let before = CALLS.with(Cell::get);
    step();
    CALLS.with(Cell::get) - before
}

fn factors() -> FactorCovariance {
    let exposures = DMatrix::from_fn(ASSETS, 3, |asset, factor| {
        let market = if factor == 0 { 0.8 } else { 0.0 };
        market + 0.4 * ((asset * (factor + 2)) as f64 * 0.618_033_988_75).fract()
    });
    let of_factors = Covariance::new(DMatrix::from_diagonal_element(3, 3, 0.02)).unwrap();
    let specific = (0..ASSETS).map(|asset| 0.01 + 0.03 * (asset as f64 * 0.414_213_562_37).fract()).collect();
    FactorCovariance::new(exposures, of_factors, specific).unwrap()
}

fn means() -> Vec<f64> {
    (0..ASSETS).map(|asset| 0.02 + 0.06 * (asset as f64 * 0.732_050_807_57).fract()).collect()
}

#[test]
fn the_second_call_does_not_allocate() {
    let factors = factors();
    let dense = factors.covariance().unwrap();
    let mean = means();

    let linear: Vec<f64> = mean.iter().map(|mean| -mean).collect();
    let (zeros, shorts, caps) = (vec![0.0; ASSETS], vec![-0.1; ASSETS], vec![0.2; ASSETS]);
    let holdings = vec![1.0 / ASSETS as f64; ASSETS];
    let costs = vec![0.002; ASSETS];
    let mut rows = Rows::new(ASSETS);
    rows.push("budget", &[1.0; ASSETS], 1.0, 1.0).unwrap();
    let half: Vec<f64> = (0..ASSETS).map(|asset| f64::from(u8::from(asset % 2 == 0))).collect();
    rows.push("half", &half, 0.3, 0.45).unwrap();
    let families = [
        Absolute { label: "turnover", center: &holdings, cost: &costs, limit: 0.7 },
        Absolute { label: "gross", center: &zeros, cost: &[], limit: 1.4 },
    ];
    for (name, risk) in [("dense", Risk::from(&dense)), ("factor", Risk::from(&factors))] {
        for start in [Start::Cold, Start::Warm] {
            let program = Program {
                risk,
                scale: 4.0,
                ridge: &[],
                linear: &linear,
                lower: &shorts,
                upper: &caps,
                rows: &rows,
                absolute: &families,
            };
            let (mut scratch, mut solution) = (ProgramScratch::default(), ProgramSolution::default());
            let calls = second_call(|| program.solve_into(start, &mut scratch, &mut solution).unwrap());
            assert_eq!(solution.status, Status::Converged);
            assert_eq!(calls, 0, "a programme in {name} form, {start:?}");
        }
    }

    let objectives = [
        Objective::MinVariance,
        Objective::Utility { risk_aversion: 4.0 },
        Objective::MinRisk { target_return: 0.06 },
        Objective::MaxReturn { volatility: 0.16 },
        Objective::MaxSharpe { risk_free: 0.01 },
        Objective::MaxDiversification,
        Objective::Robust {
            risk_aversion: 2.0,
            kappa: 0.5,
            uncertainty: MeanUncertainty::Sample { observations: 60.0 },
        },
        Objective::MinTrackingError,
    ];
    let benchmark = Weights::equal(ASSETS).unwrap();
    let near = Constraints { benchmark: Some(benchmark), ..Constraints::default() };
    let nearer = Constraints { tracking_error: Some(0.03), ..near.clone() };
    for objective in objectives {
        for warm_start in [false, true] {
            for semidefinite in [Semidefinite::Trust, Semidefinite::Refuse] {
                for (name, constraints) in [("free", &near), ("limited", &nearer)] {
                    for risk in [Risk::from(&dense), Risk::from(&factors)] {
                        let constraints = constraints.clone();
                        let params = MarkowitzParams {
                            objective,
                            constraints,
                            semidefinite,
                            warm_start,
                            node_limit: 1,
                        };
                        let markowitz = Markowitz::new(params).unwrap();
                        let (mut scratch, mut portfolio) =
                            (MarkowitzScratch::default(), Portfolio::default());
                        let input = MarkowitzInput { risk, mean: Some(&mean) };
                        let mut step =
                            || markowitz.allocate_into(input, &mut scratch, &mut portfolio).unwrap();
                        if warm_start {
                            // The first call has nothing to begin at: it is a cold one.
                            step();
                        }
                        let calls = second_call(step);
                        let objective = objective.name();
                        assert_eq!(calls, 0, "{objective}, {name}, warm {warm_start}, {semidefinite:?}");
                    }
                }
            }
        }
    }

    let tracked = nearer.clone();
    let constraints = Constraints {
        bounds: Some(Bounds::uniform(ASSETS, -0.1, 0.2).unwrap()),
        linear: vec![LinearConstraint::new("pair", vec![(0, 1.0), (3, -0.5)], 0.0, 0.1).unwrap()],
        gross: Some(1.4),
        holdings: nearer.benchmark.clone(),
        turnover: Some(0.7),
        costs: Some(Costs::Each(costs)),
        ..nearer
    };
    let target = Weights::new((0..ASSETS).map(|asset| (asset + 1) as f64 / 1830.0).collect()).unwrap();
    for nearness in [Nearness::Relative, Nearness::Euclidean, Nearness::TrackingError] {
        for (name, constraints) in
            [("limited", &constraints), ("tracked", &tracked), ("stays", &Constraints::default())]
        {
            let mut constraints = constraints.clone();
            if name == "limited" || nearness != Nearness::TrackingError {
                constraints.tracking_error = None;
            }
            let params = NearestParams { constraints, nearness, ..NearestParams::default() };
            let nearest = NearestPortfolio::new(params).unwrap();
            let (mut scratch, mut allocation) = (NearestScratch::default(), NearestAllocation::default());
            let input = NearestInput { target: &target, covariance: Some((&dense).into()) };
            let calls = second_call(|| nearest.allocate_into(input, &mut scratch, &mut allocation).unwrap());
            assert_eq!(calls, 0, "nearest, {nearness:?}, {name}");
            assert_eq!(allocation.solution.status, Status::Converged);
        }
    }

    let mut compiled = CompiledConstraints::default();
    let calls = second_call(|| constraints.compile_into(ASSETS, &mut compiled).unwrap());
    assert_eq!((calls, compiled.rows().len()), (0, 2), "constraints");
}
