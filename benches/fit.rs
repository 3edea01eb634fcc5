//! What is estimated from a whole sample: models of variance and correlation by maximum likelihood, the correlation
//! after one more bar, and shrinkage beside the product of the returns alone.

#![expect(
    clippy::expect_used,
    reason = "the settings of a bench are sound, and a bench that is not should stop"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use po_benches::dcc_returns;
use po_core::linalg::gram_into;
use po_core::nalgebra::DMatrix;
use po_core::{Covariance, CovarianceEstimator, Returns, StreamingEstimator};
use po_correlation::{
    Dcc, DccLikelihood, DccModel, DccParams, Garch, GarchModel, GarchParams, Innovations, LedoitWolf,
    NonlinearShrinkage,
};

const PERIODS: usize = 2000;

fn sample(periods: usize, assets: usize) -> Returns {
    Returns::from_column_slice(periods, assets, &dcc_returns(periods, assets)).expect("finite returns")
}

/// One asset.
fn garch(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fit/garch");
    let returns = sample(PERIODS, 2);
    for (name, model, innovations) in [
        ("garch_normal", GarchModel::Garch, Innovations::Normal),
        ("garch_student_t", GarchModel::Garch, Innovations::StudentT),
        ("gjr_normal", GarchModel::Gjr, Innovations::Normal),
        ("egarch_normal", GarchModel::Egarch, Innovations::Normal),
    ] {
        let garch = Garch::new(GarchParams { model, innovations, ..GarchParams::default() });
        group.bench_function(BenchmarkId::new(name, PERIODS), |bencher| {
            bencher.iter(|| garch.fit(black_box(returns.column(0))));
        });
    }
    group.finish();
}

/// From returns, margins included.
fn dcc(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fit/dcc");
    group.sample_size(10);
    for (name, likelihood, assets) in [
        ("full", DccLikelihood::Full, 10),
        ("full", DccLikelihood::Full, 50),
        ("contiguous", DccLikelihood::Contiguous, 100),
        ("contiguous", DccLikelihood::Contiguous, 500),
    ] {
        let returns = sample(PERIODS, assets);
        let dcc = Dcc::new(DccParams { likelihood, ..DccParams::default() });
        group.bench_function(BenchmarkId::new(name, format!("{PERIODS}x{assets}")), |bencher| {
            bencher.iter(|| dcc.fit(black_box(&returns)));
        });
    }
    group.finish();
}

/// One bar of the filter: each variance, and all correlations ready.
fn dcc_update(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fit/dcc_update");
    for assets in [100, 500] {
        let returns = sample(500, assets);
        for (name, model) in [
            ("engle", DccModel::Engle),
            ("corrected", DccModel::Corrected),
            ("asymmetric", DccModel::Asymmetric),
        ] {
            let params = DccParams { model, likelihood: DccLikelihood::Contiguous, ..DccParams::default() };
            let fit = Dcc::new(params).fit(&returns).expect("a regular sample");
            let mut filter = fit.filter(&returns).expect("the returns that were fitted");
            let bars: Vec<Vec<f64>> =
                (0..64).map(|bar| (0..assets).map(|asset| returns.column(asset)[bar]).collect()).collect();
            let mut bar = 0;
            group.bench_function(BenchmarkId::new(name, assets), |bencher| {
                bencher.iter(|| {
                    bar = (bar + 1) % bars.len();
                    filter.update(black_box(&bars[bar]))
                });
            });
        }
    }
    group.finish();
}

/// Five hundred assets, a thousand days.
fn shrinkage(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fit/shrinkage");
    group.sample_size(20);
    let (periods, assets) = (1000, 500);
    let returns = sample(periods, assets);
    let mut gram = DMatrix::zeros(assets, assets);
    let id = format!("{periods}x{assets}");
    group.bench_function(BenchmarkId::new("product_alone", &id), |bencher| {
        bencher.iter(|| gram_into(1.0, black_box(returns.as_view()), &mut gram));
    });
    let mut covariance = Covariance::default();
    let (ledoit_wolf, mut scratch) = (LedoitWolf::default(), Default::default());
    group.bench_function(BenchmarkId::new("ledoit_wolf", &id), |bencher| {
        bencher.iter(|| ledoit_wolf.estimate_into(black_box(&returns), &mut scratch, &mut covariance));
    });
    let (nonlinear, mut scratch) = (NonlinearShrinkage::default(), Default::default());
    group.bench_function(BenchmarkId::new("nonlinear", &id), |bencher| {
        bencher.iter(|| nonlinear.estimate_into(black_box(&returns), &mut scratch, &mut covariance));
    });
    group.finish();
}

criterion_group!(benches, garch, dcc, dcc_update, shrinkage);
criterion_main!(benches);
