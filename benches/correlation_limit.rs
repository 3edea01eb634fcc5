//! What of a portfolio is kept where no two assets may be too alike.

#![expect(
    clippy::expect_used,
    reason = "the settings of a bench are sound, and a bench that is not should stop"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use po_core::{
    CorrelationLimit, CorrelationLimitParams, CorrelationLimitScratch, CorrelationSelection, Weights,
};

/// Few pairs conflict at 0.6, some at 0.4, and most at 0.1.
const LIMITS: [f64; 3] = [0.6, 0.4, 0.1];

fn select(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("correlation_limit");
    for assets in [20, 100, 500] {
        let covariance = po_benches::covariance(assets);
        let uneven = (0..assets).map(|asset| 0.2 + (asset as f64 * 0.618_033_988_75).fract()).collect();
        let target = Weights::new(uneven).expect("finite");
        for limit in LIMITS {
            let params = CorrelationLimitParams { limit, ..CorrelationLimitParams::default() };
            let rule = CorrelationLimit::new(params).expect("sound settings");
            let mut scratch = CorrelationLimitScratch::default();
            let mut selection = CorrelationSelection::default();
            group.bench_function(BenchmarkId::new(format!("below_{limit}"), assets), |bencher| {
                bencher.iter(|| {
                    let covariance = black_box(&covariance);
                    rule.select_into(covariance, &target, &[], &mut scratch, &mut selection)
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, select);
criterion_main!(benches);
