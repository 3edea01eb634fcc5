//! Least conditional value at risk: cold, warm, long and short, and a frontier.
//!
//! The linear programmes beside them are timed by `peers/cvar_side_by_side.py` on the same returns; in one run here stands
//! the product of the returns with the weights, which any method has to form to know a portfolio's losses.

#![expect(
    clippy::expect_used,
    reason = "the settings of a bench are sound, and a bench that is not should stop"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use po_benches::wild_returns;
use po_convex::{CompiledConstraints, Constraints};
use po_core::simd::axpy;
use po_core::{Bounds, Confidence, Returns};
use po_tail::{CvarProgram, CvarScratch, CvarSolution};

fn market(scenarios: usize, assets: usize) -> Returns {
    Returns::from_column_slice(scenarios, assets, &wild_returns(scenarios, assets)).expect("finite returns")
}

/// Long only, or long and short with a limit on gross exposure.
fn constraints(assets: usize, gross: Option<f64>) -> CompiledConstraints {
    let bounds = gross.map(|_| Bounds::uniform(assets, -1.0, 1.0).expect("sound bounds"));
    Constraints { bounds, gross, ..Constraints::default() }.compile(assets).expect("sound constraints")
}

fn solve(
    returns: &Returns,
    linear: &[f64],
    compiled: &CompiledConstraints,
    scratch: &mut CvarScratch,
    solution: &mut CvarSolution,
) {
    let families = compiled.absolute();
    let program = CvarProgram {
        returns,
        probabilities: &[],
        confidence: Confidence::new(0.95).expect("a level"),
        price: 1.0,
        limit: f64::INFINITY,
        linear,
        ridge: &[],
        lower: compiled.lower(),
        upper: compiled.upper(),
        rows: compiled.rows(),
        absolute: families.as_slice(),
    };
    program.solve_into(scratch, solution).expect("a portfolio");
}

fn least(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tail/min_cvar");
    group.sample_size(10);
    let sizes = [
        (100, 2_500, None),
        (500, 2_500, None),
        (392, 10_000, Some(1.6)),
        (392, 20_000, Some(1.6)),
        (1_000, 5_000, None),
        (100, 100_000, None),
    ];
    for (assets, scenarios, gross) in sizes {
        let returns = market(scenarios, assets);
        let compiled = constraints(assets, gross);
        let linear = vec![0.0; assets];
        let size = format!("{assets}x{scenarios}{}", if gross.is_some() { "_long_short" } else { "" });
        let (mut scratch, mut solution) = (CvarScratch::default(), CvarSolution::default());
        group.bench_function(BenchmarkId::new("cold", &size), |bencher| {
            bencher.iter(|| {
                solution.tail.clear();
                solve(black_box(&returns), &linear, &compiled, &mut scratch, &mut solution);
            });
        });
        group.bench_function(BenchmarkId::new("warm", &size), |bencher| {
            bencher.iter(|| solve(black_box(&returns), &linear, &compiled, &mut scratch, &mut solution));
        });
        let mut losses = vec![0.0; scenarios];
        group.bench_function(BenchmarkId::new("losses_of_all_assets", &size), |bencher| {
            bencher.iter(|| {
                losses.fill(0.0);
                for asset in 0..assets {
                    axpy(-1.0 / assets as f64, black_box(returns.column(asset)), &mut losses);
                }
            });
        });
    }
    group.finish();
}

/// Thirty prices of the mean return, each solution the start of the next.
fn frontier(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tail/mean_cvar_frontier");
    group.sample_size(10);
    for (assets, scenarios, gross) in [(100, 2_500, None), (392, 10_000, Some(1.6))] {
        let returns = market(scenarios, assets);
        let compiled = constraints(assets, gross);
        let mean = returns.mean();
        let (mut scratch, mut solution) = (CvarScratch::default(), CvarSolution::default());
        group.bench_function(BenchmarkId::new("30_points", format!("{assets}x{scenarios}")), |bencher| {
            bencher.iter(|| {
                solution.tail.clear();
                for point in 0..30 {
                    let linear: Vec<f64> = mean.iter().map(|mean| -0.5 * f64::from(point) * mean).collect();
                    solve(black_box(&returns), &linear, &compiled, &mut scratch, &mut solution);
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, least, frontier);
criterion_main!(benches);
