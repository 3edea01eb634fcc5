//! Entropy pooling and the drawing of scenarios.
#![expect(clippy::expect_used, reason = "a bench stops where its input is wrong")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use po_core::Returns;
use po_tail::{
    Copula, CopulaFamily, CopulaParams, EntropyPooling, EntropyPoolingParams, FilteredInput, FilteredParams,
    MarginModel, PoolingView, Relation, ResampledParams, Sampling, Scenarios, SmoothedParams, Statistic,
    VarianceDynamics, filtered, resampled, smoothed,
};
use rand::SeedableRng;
use rand_distr::{Distribution, StudentT};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Daily returns with heavy tails and one factor.
fn returns(rows: usize, assets: usize) -> Returns {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(3);
    let law = StudentT::new(5.0).expect("five is positive");
    let market: Vec<f64> = (0..rows).map(|_| 0.008 * law.sample(&mut random)).collect();
    let own = |market: &f64| market + 0.01 * law.sample(&mut random);
    let entries: Vec<f64> =
        (0..assets).flat_map(|_| market.clone()).collect::<Vec<_>>().iter().map(own).collect();
    Returns::from_column_slice(rows, assets, &entries).expect("the numbers are finite")
}

/// Views on means alone, or on means and volatilities, a little away from what is.
fn views(scenarios: &Scenarios, count: usize) -> Vec<PoolingView> {
    let moments = scenarios.moments().expect("the returns are small");
    let volatilities = moments.covariance().volatilities();
    let view = |number: usize| {
        let asset = number / 2;
        let terms = vec![(asset, 1.0)];
        let (statistic, value) = if number.is_multiple_of(2) {
            (Statistic::Mean(terms), moments.mean()[asset] + 0.05 * volatilities[asset])
        } else {
            (Statistic::Volatility(terms), 1.1 * volatilities[asset])
        };
        PoolingView { statistic, relation: Relation::Equal, value }
    };
    (0..count).map(view).collect()
}

fn pooling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("entropy_pooling");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    let pooling =
        EntropyPooling::new(EntropyPoolingParams::default()).expect("the defaults are within range");
    for rows in [10_000, 100_000] {
        let scenarios = Scenarios::equal(returns(rows, 10));
        for count in [5, 20] {
            let views = views(&scenarios, count);
            let id = BenchmarkId::new(format!("{count}_views"), rows);
            group.bench_function(id, |bencher| {
                bencher.iter(|| pooling.pool(black_box(&scenarios), &views).expect("the views can be met"));
            });
        }
        let confidence = po_core::Confidence::new(0.95).expect("a confidence");
        let weights =
            po_core::Weights::new((0..10).map(|asset| f64::from(asset == 0)).collect()).expect("finite");
        let now = scenarios.cvar(&weights, confidence).expect("the weights fit");
        let view = PoolingView {
            statistic: Statistic::Cvar(vec![(0, 1.0)], confidence),
            relation: Relation::Equal,
            value: 1.2 * now,
        };
        group.bench_function(BenchmarkId::new("cvar", rows), |bencher| {
            bencher.iter(|| {
                pooling.pool(black_box(&scenarios), std::slice::from_ref(&view)).expect("it can be met")
            });
        });
    }
    group.finish();
}

fn generators(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scenarios");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for assets in [20, 200] {
        let past = returns(1_000, assets);
        let sampling = Sampling { scenarios: 10_000, ..Sampling::default() };
        group.throughput(Throughput::Elements(10_000 * assets as u64));
        group.bench_function(BenchmarkId::new("resampled", assets), |bencher| {
            let params = ResampledParams { sampling, ..ResampledParams::default() };
            bencher.iter(|| resampled(black_box(&past), &params));
        });
        group.bench_function(BenchmarkId::new("filtered_10", assets), |bencher| {
            let garch = VarianceDynamics::Garch { omega: 1e-6, alpha: 0.05, beta: 0.9, gamma: 0.05 };
            let (means, volatilities, dynamics) =
                (vec![0.0; assets], vec![0.01; assets], vec![garch; assets]);
            let input = FilteredInput {
                residuals: &past,
                means: &means,
                volatilities: &volatilities,
                dynamics: &dynamics,
            };
            bencher.iter(|| filtered(black_box(input), &FilteredParams { horizon: 10, sampling }));
        });
        group.bench_function(BenchmarkId::new("smoothed", assets), |bencher| {
            let past = Scenarios::equal(past.clone());
            let params = SmoothedParams { sampling, ..SmoothedParams::default() };
            bencher.iter(|| smoothed(black_box(&past), &params));
        });
        for (name, margins) in [
            ("copula_empirical", MarginModel::Empirical),
            ("copula_semi_parametric", MarginModel::SemiParametric { tail: 0.1 }),
            ("copula_student", MarginModel::StudentT),
        ] {
            let family = CopulaFamily::StudentTWith { degrees: 5.0 };
            let params = CopulaParams { family, margins, antithetic: false };
            let copula = Copula::fit(&past, &params).expect("a thousand observations");
            group.bench_function(BenchmarkId::new(name, assets), |bencher| {
                bencher.iter(|| black_box(&copula).sample(&sampling));
            });
        }
        group.bench_function(BenchmarkId::new("copula_fit", assets), |bencher| {
            let params = CopulaParams { margins: MarginModel::Empirical, ..CopulaParams::default() };
            bencher.iter(|| Copula::fit(black_box(&past), &params));
        });
    }
    group.finish();
}

criterion_group!(benches, pooling, generators);
criterion_main!(benches);
