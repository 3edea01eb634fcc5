//! Risk parity: cold, warm after one more day of data, and in factor form, beside coordinate descent as the papers print it.

#![expect(
    clippy::expect_used,
    reason = "the settings of a bench are sound, and a bench that is not should stop"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use po_benches::reference::risk_parity_row_by_row;
use po_benches::{covariance, factor_covariance, next_day};
use po_core::Allocator;
use po_risk_budget::{RiskBudgetAllocation, RiskBudgetParams, RiskBudgetScratch, RiskBudgeting};

fn parity(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("risk_budget/parity");
    let cold = RiskBudgeting::new(RiskBudgetParams::default()).expect("sound settings");
    let params = RiskBudgetParams { warm_start: true, ..RiskBudgetParams::default() };
    let warm = RiskBudgeting::new(params).expect("sound settings");
    for assets in [20, 100, 500, 1000] {
        let today = covariance(assets);
        let tomorrow = next_day(&today);
        let (mut scratch, mut allocation) = (RiskBudgetScratch::default(), RiskBudgetAllocation::default());
        group.bench_function(BenchmarkId::new("cold", assets), |bencher| {
            bencher.iter(|| cold.allocate_into((black_box(&today)).into(), &mut scratch, &mut allocation));
        });
        cold.allocate_into((&today).into(), &mut scratch, &mut allocation).expect("a portfolio");
        let held = allocation.clone();
        group.bench_function(BenchmarkId::new("warm", assets), |bencher| {
            bencher.iter(|| {
                allocation.clone_from(&held);
                warm.allocate_into((black_box(&tomorrow)).into(), &mut scratch, &mut allocation)
            });
        });
        group.bench_function(BenchmarkId::new("row_by_row", assets), |bencher| {
            bencher.iter(|| risk_parity_row_by_row(black_box(&today), 1e-10));
        });
    }
    group.finish();
}

fn factor_form(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("risk_budget/factor_form");
    group.sample_size(10);
    let cold = RiskBudgeting::new(RiskBudgetParams::default()).expect("sound settings");
    for (assets, factors) in [(1000, 20), (10_000, 50)] {
        let risk = factor_covariance(assets, factors);
        let (mut scratch, mut allocation) = (RiskBudgetScratch::default(), RiskBudgetAllocation::default());
        group.bench_function(BenchmarkId::new("cold", format!("{assets}x{factors}")), |bencher| {
            bencher.iter(|| cold.allocate_into((black_box(&risk)).into(), &mut scratch, &mut allocation));
        });
    }
    group.finish();
}

criterion_group!(benches, parity, factor_form);
criterion_main!(benches);
