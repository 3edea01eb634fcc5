//! Streaming covariances against the packed triangle alone: the ratio of the two is the figure.

#![expect(
    clippy::expect_used,
    reason = "the settings of a bench are sound, and a bench that is not should stop"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use po_core::{Covariance, StreamingEstimator};
use po_correlation::{
    AdaptiveEwma, AdaptiveEwmaParams, BreakdownAlarm, BreakdownAlarmParams, CorrelationOf, Decay, Ewma,
    EwmaParams, Exposures, FactorEwma, FactorEwmaParams,
};
use pulp::{Arch, Simd, WithSimd};

const SIZES: [usize; 3] = [100, 500, 1000];

/// `S = λ S + x x'` on the packed triangle, column by column, as a compiler makes it for the widest
/// registers.
struct Floor<'a> {
    triangle: &'a mut [f64],
    x: &'a [f64],
    decay: f64,
}

impl WithSimd for Floor<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { mut triangle, x, decay } = self;
        for col in 0..x.len() {
            let (column, rest) = triangle.split_at_mut(x.len() - col);
            for (entry, row) in column.iter_mut().zip(&x[col..]) {
                *entry = row.mul_add(x[col], decay * *entry);
            }
            triangle = rest;
        }
    }
}

fn returns(assets: usize) -> Vec<f64> {
    (0..assets).map(|asset| 0.01 * (asset as f64 * 0.37).sin()).collect()
}

fn update(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("correlation/update");
    for assets in SIZES {
        let returns = returns(assets);
        let mut triangle = vec![1e-4; assets * (assets + 1) / 2];
        group.bench_function(BenchmarkId::new("packed_triangle_alone", assets), |bencher| {
            bencher.iter(|| {
                let x = black_box(returns.as_slice());
                Arch::new().dispatch(Floor { triangle: &mut triangle, x, decay: 0.94 });
            });
        });
        let with = EwmaParams::default;
        for (name, params) in [
            ("ewma", with()),
            ("innovations", EwmaParams { correlation_of: CorrelationOf::Innovations, ..with() }),
            ("mean", EwmaParams { mean: Some(Decay::Factor(0.99)), ..with() }),
            ("regime", EwmaParams { regime: Some(Decay::Factor(0.9)), ..with() }),
            ("newey_west_3", EwmaParams { lags: 3, ..with() }),
        ] {
            let mut ewma = Ewma::new(params, assets).expect("sound settings");
            group.bench_function(BenchmarkId::new(name, assets), |bencher| {
                bencher.iter(|| ewma.update(black_box(&returns)));
            });
        }
        let mut adaptive = AdaptiveEwma::new(AdaptiveEwmaParams::default(), assets).expect("sound settings");
        group.bench_function(BenchmarkId::new("adaptive", assets), |bencher| {
            bencher.iter(|| adaptive.update(black_box(&returns)));
        });
    }
    group.finish();
}

/// What comes after an update: the matrix, and the alarm that inverts it.
fn use_it(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("correlation/use");
    for assets in SIZES {
        let returns = returns(assets);
        let mut ewma = Ewma::new(EwmaParams::default(), assets).expect("sound settings");
        ewma.update(&returns).expect("finite");
        let mut covariance = Covariance::default();
        group.bench_function(BenchmarkId::new("covariance_into", assets), |bencher| {
            bencher.iter(|| black_box(&ewma).covariance_into(&mut covariance));
        });
        let mut alarm = BreakdownAlarm::new(BreakdownAlarmParams::default()).expect("sound settings");
        group.bench_function(BenchmarkId::new("alarm", assets), |bencher| {
            bencher.iter(|| alarm.update(&covariance, black_box(&returns)));
        });
    }
    group.finish();
}

/// Two thousand assets and twenty factors.
fn factors(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("correlation/factors");
    let (assets, factors) = (2000, 20);
    let exposures: Vec<f64> =
        (0..assets * factors).map(|place| (place as f64 * 0.754_877_666_2).fract() - 0.5).collect();
    let returns = returns(assets);
    for (name, kind) in [("fixed", Exposures::Fixed), ("tracked", Exposures::Tracked(Decay::HalfLife(500.0)))]
    {
        let params = FactorEwmaParams { exposures: kind, ..FactorEwmaParams::default() };
        let mut estimate = FactorEwma::new(params, factors, &exposures).expect("sound settings");
        let mut bar = 0_u32;
        let mut returns = returns.clone();
        group.bench_function(BenchmarkId::new(name, assets), |bencher| {
            bencher.iter(|| {
                // One return differs from bar to bar, so that the factors move.
                bar += 1;
                returns[bar as usize % assets] = 0.01 * f64::from(bar % 7) - 0.03;
                estimate.update(black_box(&returns))
            });
        });
    }
    group.finish();
}

/// The matrix of all assets, and of those that can be held: all but every eleventh.
fn covariances(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ewma");
    for assets in [20, 100, 500] {
        let mut covariance = Covariance::default();
        let mut ewma = Ewma::new(EwmaParams::default(), assets).expect("sound settings");
        ewma.update(&returns(assets)).expect("finite");
        group.bench_function(BenchmarkId::new("covariance_into", assets), |bencher| {
            bencher.iter(|| black_box(&ewma).covariance_into(&mut covariance));
        });
        let listed = 11 * assets / 10;
        let mut ewma = Ewma::new(EwmaParams::default(), listed).expect("sound settings");
        ewma.update(&returns(listed)).expect("finite");
        let held: Vec<usize> = (0..listed).filter(|asset| asset % 11 != 5).collect();
        group.bench_function(BenchmarkId::new("covariance_of_into", assets), |bencher| {
            bencher.iter(|| black_box(&ewma).covariance_of_into(black_box(&held), &mut covariance));
        });
    }
    group.finish();
}

criterion_group!(benches, update, use_it, covariances, factors);
criterion_main!(benches);
