//! Hierarchical risk parity against kodama's linkage alone on the same distances: the ratio of the two is the figure.

#![expect(
    clippy::expect_used,
    reason = "the settings of a bench are sound, and a bench that is not should stop"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use po_benches::{condensed_distances, covariance, returns};
use po_core::linalg::gram_into;
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, BootstrapParams, Covariance, CovarianceEstimator, Returns, StreamingEstimator};
use po_correlation::{BatchScratch, Ewma, EwmaParams, SampleCovariance};
use po_hrp::{
    ClusterCount, Hrp, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Linkage, Market, Metric,
    StabilityAnalysis, StabilityParams,
};

const SIZES: [usize; 5] = [50, 100, 250, 500, 1000];

/// The whole method from a covariance, beside the reference in the same group.
fn allocate(criterion: &mut Criterion) {
    for (linkage, method) in
        [(Linkage::Ward, kodama::Method::Ward), (Linkage::Single, kodama::Method::Single)]
    {
        let mut group = criterion.benchmark_group(format!("hrp/{linkage}"));
        for assets in SIZES {
            let covariance = covariance(assets);
            let hrp = Hrp::new(HrpParams { linkage, ..HrpParams::default() }).expect("sound settings");
            let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
            group.bench_function(BenchmarkId::new("allocate_into", assets), |bencher| {
                bencher.iter(|| hrp.allocate_into(black_box(&covariance), &mut scratch, &mut allocation));
            });
            let distances = condensed_distances(&covariance);
            let mut work = distances.clone();
            let mut state = kodama::LinkageState::new();
            let mut steps = kodama::Dendrogram::new(assets);
            group.bench_function(BenchmarkId::new("kodama_linkage_alone", assets), |bencher| {
                bencher.iter(|| {
                    work.copy_from_slice(&distances);
                    kodama::linkage_with(&mut state, black_box(&mut work), assets, method, &mut steps);
                });
            });
        }
        group.finish();
    }
}

/// From 1,000 days of returns, beside the product of the returns with themselves alone, which bounds it; and from one more
/// day.
fn from_returns(criterion: &mut Criterion) {
    const PERIODS: usize = 1000;
    let mut group = criterion.benchmark_group("hrp/from_returns");
    group.sample_size(20);
    for assets in [100, 500, 2000] {
        let numbers = returns(PERIODS, assets);
        let sample = Returns::from_column_slice(PERIODS, assets, &numbers).expect("finite returns");
        let hrp = Hrp::new(HrpParams::default()).expect("sound settings");
        let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
        let (estimator, mut estimation) = (SampleCovariance::default(), BatchScratch::default());
        let mut covariance = Covariance::default();
        let id = |name: &str| BenchmarkId::new(name, format!("{PERIODS}x{assets}"));
        group.bench_function(id("ward"), |bencher| {
            bencher.iter(|| {
                let estimated = estimator.estimate_into(black_box(&sample), &mut estimation, &mut covariance);
                estimated.expect("a sound sample");
                hrp.allocate_into(&covariance, &mut scratch, &mut allocation)
            });
        });
        let mut product = DMatrix::zeros(assets, assets);
        group.bench_function(id("product_alone"), |bencher| {
            bencher.iter(|| gram_into(1.0, black_box(sample.as_view()), &mut product));
        });
        let mut ewma = Ewma::new(EwmaParams::default(), assets).expect("sound settings");
        let days: Vec<Vec<f64>> =
            (0..PERIODS).map(|day| (0..assets).map(|asset| sample.column(asset)[day]).collect()).collect();
        for day in &days {
            ewma.update(day).expect("a sound day");
        }
        group.bench_function(id("one_more_day"), |bencher| {
            bencher.iter(|| {
                ewma.update(black_box(&days[0])).expect("a sound day");
                ewma.covariance_into(&mut covariance).expect("every asset was seen");
                hrp.allocate_into(&covariance, &mut scratch, &mut allocation)
            });
        });
    }
    group.finish();
}

/// The other settings, each at a small and a large size.
fn settings(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hrp/settings");
    group.sample_size(20);
    let with =
        |linkage, metric, leaf_order| HrpParams { linkage, metric, leaf_order, ..HrpParams::default() };
    for params in [
        with(Linkage::Complete, Metric::Correlation, LeafOrder::Dendrogram),
        with(Linkage::Average, Metric::Correlation, LeafOrder::Dendrogram),
        with(Linkage::Centroid, Metric::Correlation, LeafOrder::Dendrogram),
        with(Linkage::Single, Metric::Columns, LeafOrder::Dendrogram),
        with(Linkage::Ward, Metric::Correlation, LeafOrder::Optimal),
        with(Linkage::Ward, Metric::Correlation, LeafOrder::Stable),
        with(Linkage::Ward, Metric::Correlation, LeafOrder::Spectral),
        with(Linkage::Dbht, Metric::Correlation, LeafOrder::Dendrogram),
        with(Linkage::DbhtPmfg, Metric::Correlation, LeafOrder::Dendrogram),
    ] {
        for assets in [100, 1000] {
            let covariance = covariance(assets);
            let id = format!("{}_{}_{}", params.linkage, params.metric, params.leaf_order);
            let hrp = Hrp::new(params.clone()).expect("sound settings");
            let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
            // What a stable order stays near to: the order of the file.
            let before: Vec<usize> = (0..assets).collect();
            let market = Market { order_before: Some(&before), ..Market::from(&covariance) };
            group.bench_function(BenchmarkId::new(id, assets), |bencher| {
                bencher.iter(|| hrp.allocate_market_into(black_box(market), &mut scratch, &mut allocation));
            });
        }
    }
    group.finish();
}

/// A hundred resamples of 1,000 days: weights and clusters of each beside those of the sample.
fn stability(criterion: &mut Criterion) {
    const PERIODS: usize = 1000;
    let mut group = criterion.benchmark_group("hrp/stability");
    group.sample_size(10);
    for assets in [20, 100] {
        let sample = Returns::from_column_slice(PERIODS, assets, &returns(PERIODS, assets));
        let sample = sample.expect("finite returns");
        let hrp = Hrp::new(HrpParams::default()).expect("sound settings");
        let bootstrap = BootstrapParams { resamples: 100, ..BootstrapParams::default() };
        let params = StabilityParams { bootstrap, threads: Some(1), ..StabilityParams::default() };
        let analysis = StabilityAnalysis::new(params).expect("sound settings");
        group.bench_function(BenchmarkId::new("100_resamples", format!("{PERIODS}x{assets}")), |bencher| {
            bencher.iter(|| analysis.judge_hrp(black_box(&sample), &hrp, ClusterCount::Given(8), &|_| {}));
        });
    }
    group.finish();
}

/// Five thousand assets: under a second.
fn large(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hrp/large");
    group.sample_size(10);
    let covariance = covariance(5000);
    for linkage in [Linkage::Ward, Linkage::Single] {
        let hrp = Hrp::new(HrpParams { linkage, ..HrpParams::default() }).expect("sound settings");
        let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
        group.bench_function(BenchmarkId::new(linkage.name(), 5000), |bencher| {
            bencher.iter(|| hrp.allocate_into(black_box(&covariance), &mut scratch, &mut allocation));
        });
    }
    group.finish();
}

criterion_group!(benches, allocate, from_returns, settings, stability, large);
criterion_main!(benches);
