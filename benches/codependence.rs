//! Measures of codependence, and the plain double loop over pairs of observations beside distance
//! correlation.
//!
//! The figure is the time for one pair of assets.

#![expect(
    clippy::expect_used,
    reason = "the settings of a bench are sound, and a bench that is not should stop"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use po_core::{Codependence, Returns};
use po_correlation::{
    Bins, CodependenceEstimator, CodependenceScratch, DistanceCorrelation, InformationParams,
    LowerTailDependence, MutualInformation, VariationOfInformation,
};

const OBSERVATIONS: usize = 1000;
const SIZES: [usize; 2] = [100, 500];

/// Returns with a common part, from a linear congruential generator.
fn returns(assets: usize) -> Returns {
    let mut state = 20_260_101_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    let market: Vec<f64> = (0..OBSERVATIONS).map(|_| noise()).collect();
    let entries: Vec<f64> = (0..OBSERVATIONS * assets)
        .map(|place| 0.01 * (market[place % OBSERVATIONS] + 2.0 * noise()))
        .collect();
    Returns::from_column_slice(OBSERVATIONS, assets, &entries).expect("finite")
}

/// The sample distance correlation of two assets by its definition: every pair of observations, in turn.
fn plain(x: &[f64], y: &[f64]) -> f64 {
    let t = x.len() as f64;
    let means = |x: &[f64]| -> Vec<f64> {
        x.iter().map(|own| x.iter().map(|other| (own - other).abs()).sum::<f64>() / t).collect()
    };
    let (of_x, of_y) = (means(x), means(y));
    let mean = |means: &[f64]| means.iter().sum::<f64>() / t;
    let (mean_x, mean_y) = (mean(&of_x), mean(&of_y));
    let (mut both, mut only_x, mut only_y) = (0.0, 0.0, 0.0);
    for i in 0..x.len() {
        for j in 0..x.len() {
            let a = (x[i] - x[j]).abs() - of_x[i] - of_x[j] + mean_x;
            let b = (y[i] - y[j]).abs() - of_y[i] - of_y[j] + mean_y;
            both += a * b;
            only_x += a * a;
            only_y += b * b;
        }
    }
    (both / (only_x * only_y).sqrt()).sqrt()
}

fn pairs(assets: usize) -> Throughput {
    Throughput::Elements((assets * (assets - 1) / 2) as u64)
}

fn distance_correlation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("codependence/distance_correlation");
    group.sample_size(10);
    let two = returns(2);
    group.throughput(pairs(2));
    group.bench_function(BenchmarkId::new("plain_double_loop", 2), |bencher| {
        bencher.iter(|| plain(black_box(two.column(0)), black_box(two.column(1))));
    });
    for assets in SIZES {
        measure(&mut group, "by_sorting", assets, &DistanceCorrelation::default());
    }
    group.finish();
}

fn others(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("codependence/others");
    group.sample_size(10);
    for assets in SIZES {
        let default = InformationParams::default();
        let mutual = MutualInformation::new(default).expect("sound settings");
        measure(&mut group, "mutual_information", assets, &mutual);
        let params = InformationParams { bins: Bins::FreedmanDiaconis, ..default };
        let variation = VariationOfInformation::new(params).expect("sound settings");
        measure(&mut group, "variation_freedman_diaconis", assets, &variation);
        measure(&mut group, "lower_tail", assets, &LowerTailDependence::default());
    }
    group.finish();
}

fn measure(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: &str,
    assets: usize,
    estimator: &impl CodependenceEstimator,
) {
    let returns = returns(assets);
    let (mut scratch, mut codependence) = (CodependenceScratch::default(), Codependence::default());
    group.throughput(pairs(assets));
    group.bench_function(BenchmarkId::new(name, assets), |bencher| {
        bencher.iter(|| estimator.estimate_into(black_box(&returns), &mut scratch, &mut codependence));
    });
}

criterion_group!(benches, distance_correlation, others);
criterion_main!(benches);
