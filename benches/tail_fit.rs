//! Fits of extreme-value distributions: the generalised Pareto distribution by each method, its profile intervals, and
//! the generalised extreme-value distribution.

#![expect(
    clippy::expect_used,
    reason = "the settings of a bench are sound, and a bench that is not should stop"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use po_core::Confidence;
use po_tail::{
    GeneralisedExtremeValue, GeneralisedPareto, GevFit, GevMethod, GevScratch, GpdFit, GpdMethod, GpdScratch,
    PeaksOverThreshold,
};

/// Quantiles at the fractional parts of multiples of the golden section; `peers/tail_fit.py` draws the same.
fn uniform(count: u32) -> impl Iterator<Item = f64> {
    (1..=count).map(|i| (f64::from(i) * 0.618_033_988_75).fract())
}

fn excesses(shape: f64, count: u32) -> Vec<f64> {
    let known = GeneralisedPareto::new(shape, 1.0).expect("a shape and a scale");
    uniform(count).map(|number| known.quantile(number)).collect()
}

fn gpd(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gpd_fit");
    let (mut scratch, mut fit) = (GpdScratch::default(), GpdFit::default());
    for count in [50, 500, 5000] {
        let sample = excesses(0.2, count);
        for (name, method) in [
            ("ml", GpdMethod::MaximumLikelihood),
            ("penalised", GpdMethod::COLES_DIXON),
            ("quasi_bayesian", GpdMethod::QuasiBayesian),
            ("pwm", GpdMethod::ProbabilityWeightedMoments),
            ("moments", GpdMethod::Moments),
        ] {
            group.bench_function(BenchmarkId::new(name, count), |bencher| {
                bencher.iter(|| GpdFit::fit_into(black_box(&sample), method, &mut scratch, &mut fit));
            });
        }
    }
    for (name, shape) in [("ml_bounded", -0.3), ("ml_exponential", 0.0), ("ml_heavy", 0.8)] {
        let sample = excesses(shape, 500);
        let method = GpdMethod::MaximumLikelihood;
        group.bench_function(BenchmarkId::new(name, 500), |bencher| {
            bencher.iter(|| GpdFit::fit_into(black_box(&sample), method, &mut scratch, &mut fit));
        });
    }
    group.finish();
}

fn intervals(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gpd_interval");
    let sample = excesses(0.2, 10_000);
    let tail = PeaksOverThreshold::fit(&sample, 3.6, GpdMethod::default()).expect("five hundred exceedances");
    let (level, confidence) =
        (Confidence::new(0.99).expect("a level"), Confidence::new(0.95).expect("a level"));
    let count = tail.exceedances();
    group.bench_function(BenchmarkId::new("shape", count), |bencher| {
        bencher.iter(|| tail.gpd().shape_interval(black_box(tail.excesses()), confidence));
    });
    group.bench_function(BenchmarkId::new("var", count), |bencher| {
        bencher.iter(|| black_box(&tail).var_interval(level, confidence));
    });
    group.bench_function(BenchmarkId::new("cvar", count), |bencher| {
        bencher.iter(|| black_box(&tail).cvar_interval(level, confidence));
    });
    group.finish();
}

fn gev(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gev_fit");
    let known = GeneralisedExtremeValue::new(3.9, 0.2, -0.05).expect("parameters");
    let (mut scratch, mut fit) = (GevScratch::default(), GevFit::default());
    for count in [65, 500] {
        let sample: Vec<f64> = uniform(count).map(|number| known.quantile(number)).collect();
        for (name, method) in
            [("ml", GevMethod::MaximumLikelihood), ("pwm", GevMethod::ProbabilityWeightedMoments)]
        {
            group.bench_function(BenchmarkId::new(name, count), |bencher| {
                bencher.iter(|| GevFit::fit_into(black_box(&sample), method, &mut scratch, &mut fit));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, gpd, intervals, gev);
criterion_main!(benches);
