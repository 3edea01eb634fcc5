//! The second call of every spelling that takes its memory along leaves the heap alone.
#![expect(unsafe_code, reason = "an allocator that counts has to implement GlobalAlloc")]
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

#[path = "it/risk_measures.rs"]
mod risk_measures;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use po_core::nalgebra::DMatrix;
use po_core::simd::{add_columns, argmin, axpy, dot, sum};
use po_core::{
    Allocator, BandWidth, CorrelationLimit, CorrelationLimitParams, CorrelationLimitScratch,
    CorrelationSelection, Covariance, EqualWeight, InverseVariance, InverseVolatility, NoTradeBand,
    NoTradeBandParams, NoTradeDecision, Weights,
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

/// The largest first; 130 rows are beyond every block size and divide the eigenvalue problem.
const SIZES: [usize; 4] = [130, 50, 7, 1];

/// One problem of each size.
struct Problem {
    covariance: Covariance,
    right: Vec<f64>,
    solution: Vec<f64>,
    inverse: Vec<f64>,
}

impl Problem {
    fn new(size: usize) -> Self {
        let (right, solution) = (vec![1.0; 2 * size], vec![0.0; 2 * size]);
        let inverse = vec![0.0; size * size];
        Self { covariance: Covariance::new(matrix(size)).unwrap(), right, solution, inverse }
    }
}

/// `1 / (1 + |i - j|)`: positive definite.
fn matrix(size: usize) -> DMatrix<f64> {
    DMatrix::from_fn(size, size, |row, col| 1.0 / (1 + row.abs_diff(col)) as f64)
}

/// Asserts that `step` allocates nothing, on a problem of any size, once it has seen the largest.
fn assert_silent<P>(name: &str, problems: &mut [P], mut step: impl FnMut(&mut P)) {
    step(&mut problems[0]);
    for (problem, size) in problems.iter_mut().zip(SIZES) {
        let before = CALLS.get();
        step(problem);
        assert_eq!(CALLS.get() - before, 0, "{name}, {size}");
    }
}

fn assert_allocator_silent<A>(name: &str, allocator: &A, problems: &mut [Problem])
where
    A: for<'a> Allocator<Input<'a> = &'a Covariance, Output = Weights>,
{
    let (mut scratch, mut weights) = (A::Scratch::default(), Weights::default());
    assert_silent(name, problems, |problem| {
        allocator.allocate_into(&problem.covariance, &mut scratch, &mut weights).unwrap();
    });
}

/// One test, so that nothing else runs on its thread.
#[test]
fn the_second_call_leaves_the_heap_alone() {
    let mut problems = SIZES.map(Problem::new);
    let problems = problems.as_mut_slice();

    let before = CALLS.get();
    drop(std::hint::black_box(vec![0_u8; 100]));
    assert_eq!(CALLS.get() - before, 1, "the counter counts");

    assert_allocator_silent("equal weight", &EqualWeight, problems);
    assert_allocator_silent("inverse volatility", &InverseVolatility, problems);
    assert_allocator_silent("inverse variance", &InverseVariance, problems);
    assert_silent("kernels", problems, |problem| {
        axpy(dot(&problem.right, &problem.solution), &problem.right, &mut problem.solution);
        axpy(sum(&problem.right), &problem.right, &mut problem.solution);
        assert!(argmin(&problem.right).is_some());
        let (matrix, last) = (problem.covariance.as_view(), problem.covariance.len() - 1);
        add_columns(matrix, &[0, last, last / 2, 0, last], &problem.right, &mut problem.solution);
    });
    let mut pairs = SIZES.map(|size| {
        let drifted = (0..size).map(|asset| (1 + asset % 3) as f64 / (2 * size) as f64).collect();
        (Weights::equal(size).unwrap(), Weights::new(drifted).unwrap())
    });
    let band = NoTradeBand::new(NoTradeBandParams { width: BandWidth::Relative(0.1), ..Default::default() });
    let (band, mut decision) = (band.unwrap(), NoTradeDecision::default());
    assert_silent("a band without trades", &mut pairs, |(target, held)| {
        band.apply_into(target, held, &mut decision).unwrap();
        assert!(decision.traded);
    });
    let mut written = Covariance::default();
    assert_silent("a covariance that is written", problems, |problem| {
        let fill = |col: usize, below: &mut [f64]| {
            below.copy_from_slice(&problem.covariance.column(col)[col..]);
        };
        written.assign_lower(problem.covariance.len(), fill).unwrap();
    });
    correlation_limits();
    risks();
    resamples();
    narrowed();
    #[cfg(feature = "linalg")]
    linear_algebra(problems);
}

fn risks() {
    use po_core::{RiskMeasure, RiskScratch};

    let mut series = SIZES.map(|size| (0..size + 1).map(|t| 0.05 * (t as f64).sin()).collect::<Vec<f64>>());
    for risk in risk_measures::every_measure(0.9) {
        let mut scratch = RiskScratch::default();
        assert_silent(risk.name(), &mut series, |series| {
            assert!(risk.risk_into(series, &mut scratch).unwrap().is_finite());
        });
    }
}

/// The first target conflicts nowhere; the next ones of its size take the other turns.
fn correlation_limits() {
    let sizes = [SIZES[0], SIZES[0], SIZES[0], SIZES[1], SIZES[2], SIZES[3]];
    let problems: Vec<(CorrelationLimit, Covariance, Weights, Vec<bool>)> = sizes
        .into_iter()
        .enumerate()
        .map(|(case, size)| {
            let limit = if case == 0 { 1.0 } else { 0.3 };
            let entry = |row: usize, col: usize| (0.9 * ((row * col + row + col) % 7) as f64 / 6.0).abs();
            let matrix =
                DMatrix::from_fn(size, size, |row, col| if row == col { 1.0 } else { entry(row, col) });
            let params = CorrelationLimitParams { limit, search: 300, ..CorrelationLimitParams::default() };
            let weights = (0..size).map(|asset| 1.0 + ((37 * asset) % 11) as f64).collect();
            let (limit, weights) = (CorrelationLimit::new(params).unwrap(), Weights::new(weights).unwrap());
            (limit, Covariance::new(matrix).unwrap(), weights, vec![case == 1; size])
        })
        .collect();
    let (mut scratch, mut selection) = (CorrelationLimitScratch::default(), CorrelationSelection::default());
    let mut nodes = 0;
    for (case, (limit, covariance, target, held)) in problems.iter().enumerate() {
        let before = CALLS.get();
        limit.select_into(covariance, target, held, &mut scratch, &mut selection).unwrap();
        limit
            .select_by_into(covariance, target, target.as_slice(), &[], &mut scratch, &mut selection)
            .unwrap();
        assert!(case == 0 || CALLS.get() == before, "what is less alike than a limit, {case}");
        nodes += selection.nodes;
    }
    assert!(nodes > 0);
}

/// Assets come and go: once all of them were there, whoever is left finds room.
fn narrowed() {
    use po_core::{Bounds, DistanceMatrix, GroupBound, Investable, Returns};

    let mut masks = SIZES.map(|every| (0..SIZES[0]).map(|asset| asset % every != 1).collect::<Vec<bool>>());
    masks[0].fill(true);
    let assets = SIZES[0];
    let covariance = Covariance::new(matrix(assets)).unwrap();
    let distances = DistanceMatrix::from_column_slice(assets, (matrix(assets) * 0.0).as_slice()).unwrap();
    let returns = Returns::from_column_slice(5, assets, &vec![0.5; 5 * assets]).unwrap();
    let (numbers, order) = (vec![1.0; assets], (0..assets).rev().collect::<Vec<usize>>());
    let bounds = Bounds::uniform(assets, 0.0, 0.5).unwrap();
    let groups = [GroupBound::new("even", (0..assets).step_by(2).collect(), 0.0, 0.5).unwrap()];
    let mut investable = Investable::default();
    let mut small = Covariance::default();
    let mut apart = DistanceMatrix::default();
    let (mut series, mut limits, mut parts) = (returns.clone(), bounds.clone(), Vec::new());
    let (mut chosen, mut down, mut back) = (Vec::new(), Vec::new(), Vec::new());
    let (mut weights, mut spread) = (Weights::default(), Weights::default());
    assert_silent("the problem of those that can be held", &mut masks, |mask| {
        investable.set_from(mask).unwrap();
        investable.retain(|asset| asset != 7).unwrap();
        investable.covariance_into(&covariance, &mut small).unwrap();
        investable.covariance_of_into(|row, col| covariance.column(col)[row], &mut small).unwrap();
        investable.distances_into(&distances, &mut apart).unwrap();
        investable.returns_into(&returns, &mut series).unwrap();
        investable.bounds_into(&bounds, &mut limits).unwrap();
        investable.groups_into(&groups, &mut parts).unwrap();
        investable.select_into(&numbers, &mut chosen).unwrap();
        investable.order_into(&order, &mut down).unwrap();
        investable.order_back_into(&down, &mut back).unwrap();
        weights.assign(&chosen).unwrap();
        investable.spread_into(&weights, &mut spread).unwrap();
        assert_eq!(spread.as_slice()[7].to_bits(), 0);
    });
}

fn resamples() {
    use po_core::{Bootstrap, BootstrapParams, Resampling, Returns};

    let mut samples = SIZES.map(|size| {
        let returns = Returns::from_column_slice(size, 3, &vec![0.5; 3 * size]).unwrap();
        (returns, 0)
    });
    for resampling in [Resampling::Stationary, Resampling::Circular, Resampling::Moving] {
        for block in [None, Some(1)] {
            let bootstrap =
                Bootstrap::new(BootstrapParams { resampling, block, ..BootstrapParams::default() }).unwrap();
            let (mut indices, mut chosen) = (Vec::new(), samples[0].0.clone());
            assert_silent("resamples", &mut samples, |(returns, resample)| {
                bootstrap.indices_into(returns.observations(), *resample, &mut indices).unwrap();
                returns.rows_into(&indices, &mut chosen).unwrap();
                *resample += 1;
            });
        }
    }
}

#[cfg(feature = "linalg")]
fn linear_algebra(problems: &mut [Problem]) {
    use po_core::FactorCovariance;
    use po_core::linalg::{Cholesky, Ldlt, Svd, SymmetricEigen, gemm_into, gemv_into, gram_into};

    assert_silent("matrix times vector", problems, |problem| {
        let (view, size) = (problem.covariance.as_view(), problem.covariance.len());
        gemv_into(1.0, view, &problem.right[..size], 0.5, &mut problem.solution[..size]).unwrap();
    });
    let mut pairs = SIZES.map(|size| (matrix(size), matrix(size)));
    assert_silent("matrix times matrix", &mut pairs, |(matrix, product)| {
        gram_into(1.0, matrix.as_view(), product).unwrap();
        gemm_into(1.0, matrix, matrix, 0.5, product).unwrap();
    });
    let mut cholesky = Cholesky::default();
    assert_silent("Cholesky", problems, |problem| {
        cholesky.factor(problem.covariance.as_view()).unwrap();
        cholesky.solve_into(&problem.right, &mut problem.solution).unwrap();
        assert!(cholesky.log_determinant().is_finite());
        cholesky.inverse_lower_into(&mut problem.inverse).unwrap();
    });
    let mut written = Cholesky::default();
    assert_silent("Cholesky, column by column", problems, |problem| {
        let fill =
            |col: usize, below: &mut [f64]| below.copy_from_slice(&problem.covariance.column(col)[col..]);
        written.factor_columns(problem.covariance.len(), fill).unwrap();
        assert!(written.pivots().all(|pivot| pivot > 0.0));
    });
    let mut factors = SIZES.map(|size| {
        let exposures = DMatrix::from_fn(size, 3, |asset, factor| 1.0 / (1 + asset + factor) as f64);
        let factors = Covariance::new(matrix(3)).unwrap();
        let covariance = FactorCovariance::new(exposures, factors, vec![0.5; size]).unwrap();
        (covariance, vec![1.0; size], vec![0.0; size], [0.0; 3])
    });
    assert_silent("covariance in factor form", &mut factors, |(covariance, x, product, exposures)| {
        covariance.multiply_into(x, exposures, product).unwrap();
    });
    let mut ldlt = Ldlt::default();
    assert_silent("Ldlt", problems, |problem| {
        ldlt.factor(problem.covariance.as_view()).unwrap();
        ldlt.solve_into(&problem.right, &mut problem.solution).unwrap();
        assert_eq!(ldlt.negative_eigenvalues(), 0);
    });
    let mut eigen = SymmetricEigen::default();
    assert_silent("SymmetricEigen", problems, |problem| {
        eigen.factor(problem.covariance.as_view()).unwrap();
        eigen.solve_into(&problem.right, &mut problem.solution).unwrap();
        assert_eq!(eigen.vectors().ncols(), eigen.values().len());
    });
    let mut svd = Svd::default();
    assert_silent("Svd", problems, |problem| {
        svd.factor(problem.covariance.as_view()).unwrap();
        svd.least_squares_into(&problem.right, &mut problem.solution).unwrap();
        assert_eq!(svd.rank(), svd.left().ncols());
    });
}
