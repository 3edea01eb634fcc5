//! Quadratic programmes against Clarabel on the same numbers: the ratio of the two is the figure.

#![expect(
    clippy::expect_used,
    reason = "the settings of a bench are sound, and a bench that is not should stop"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use po_benches::reference::Reference;
use po_benches::{covariance, factor_covariance, means, next_day};
use po_convex::{
    Absolute, Constraints, FrontierParams, LinearConstraint, NearestAllocation, NearestParams,
    NearestPortfolio, NearestScratch, Nearness, Program, ProgramScratch, ProgramSolution, Rows, Start,
    frontier,
};
use po_core::simd::dot;
use po_core::{Allocator, Bounds, Moments, Weights};

/// The rows of a fully invested portfolio, with sectors that take turns.
fn rows(assets: usize, sectors: Option<(usize, f64, f64)>) -> Rows {
    let mut rows = Rows::new(assets);
    rows.push("budget", &vec![1.0; assets], 1.0, 1.0).expect("a sound row");
    if let Some((sectors, least, most)) = sectors {
        for sector in 0..sectors {
            let members: Vec<f64> =
                (0..assets).map(|asset| f64::from(u8::from(asset % sectors == sector))).collect();
            rows.push(format!("sector {sector}"), &members, least, most).expect("a sound row");
        }
    }
    rows
}

/// The long-only portfolio of least variance: cold, warm after one more day of data, and Clarabel.
fn min_variance(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("convex/min_variance");
    for assets in [20, 100, 500, 1000] {
        let today = covariance(assets);
        let tomorrow = next_day(&today);
        let (rows, zeros, ones) = (rows(assets, None), vec![0.0; assets], vec![1.0; assets]);
        let program = Program {
            risk: (&today).into(),
            scale: 1.0,
            ridge: &[],
            linear: &zeros,
            lower: &zeros,
            upper: &ones,
            rows: &rows,
            absolute: &[],
        };
        let (mut scratch, mut solution) = (ProgramScratch::default(), ProgramSolution::default());
        group.bench_function(BenchmarkId::new("cold", assets), |bencher| {
            bencher.iter(|| black_box(&program).solve_into(Start::Cold, &mut scratch, &mut solution));
        });
        program.solve_into(Start::Cold, &mut scratch, &mut solution).expect("a portfolio");
        let held = solution.clone();
        let program = Program { risk: (&tomorrow).into(), ..program };
        group.bench_function(BenchmarkId::new("warm", assets), |bencher| {
            bencher.iter(|| {
                solution.active.clone_from(&held.active);
                black_box(&program).solve_into(Start::Warm, &mut scratch, &mut solution)
            });
        });
        if assets <= 500 {
            let reference = Reference::new(&today, &zeros, 1.0, None);
            group.sample_size(10);
            group.bench_function(BenchmarkId::new("clarabel", assets), |bencher| {
                bencher.iter(|| black_box(&reference).solve());
            });
            group.sample_size(100);
        }
    }
    group.finish();
}

/// Ten sectors between 5 % and 15 %, and caps of 2 %.
fn sectors(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("convex/sectors");
    group.sample_size(20);
    let assets = 500;
    let (today, sectors) = (covariance(assets), Some((10, 0.05, 0.15)));
    let (rows, zeros, caps) = (rows(assets, sectors), vec![0.0; assets], vec![0.02; assets]);
    let program = Program {
        risk: (&today).into(),
        scale: 1.0,
        ridge: &[],
        linear: &zeros,
        lower: &zeros,
        upper: &caps,
        rows: &rows,
        absolute: &[],
    };
    let (mut scratch, mut solution) = (ProgramScratch::default(), ProgramSolution::default());
    group.bench_function(BenchmarkId::new("cold", assets), |bencher| {
        bencher.iter(|| black_box(&program).solve_into(Start::Cold, &mut scratch, &mut solution));
    });
    let reference = Reference::new(&today, &zeros, 0.02, sectors);
    group.sample_size(10);
    group.bench_function(BenchmarkId::new("clarabel", assets), |bencher| {
        bencher.iter(|| black_box(&reference).solve());
    });
    group.finish();
}

/// Mean-variance utility in factor form, with costs of trading and a limit on turnover.
fn factor_form(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("convex/factor_form");
    group.sample_size(10);
    for (assets, factors) in [(1000, 20), (5000, 100), (10_000, 100)] {
        let risk = factor_covariance(assets, factors);
        let linear: Vec<f64> = means(assets).iter().map(|mean| -mean).collect();
        let (rows, zeros) = (rows(assets, None), vec![0.0; assets]);
        let (caps, costs) = (vec![0.01; assets], vec![2e-4; assets]);
        let holdings = vec![1.0 / assets as f64; assets];
        let turnover = [Absolute { label: "turnover", center: &holdings, cost: &costs, limit: 0.5 }];
        let program = Program {
            risk: (&risk).into(),
            scale: 10.0,
            ridge: &[],
            linear: &linear,
            lower: &zeros,
            upper: &caps,
            rows: &rows,
            absolute: &turnover,
        };
        let (mut scratch, mut solution) = (ProgramScratch::default(), ProgramSolution::default());
        let id = BenchmarkId::new("cold", format!("{assets}x{factors}"));
        group.bench_function(id, |bencher| {
            bencher.iter(|| black_box(&program).solve_into(Start::Cold, &mut scratch, &mut solution));
        });
    }
    group.finish();
}

/// A hundred points of the efficient frontier with ten sectors, and one Clarabel solution with them.
fn hundred_points(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("convex/frontier");
    group.sample_size(10);
    let assets = 500;
    let moments = Moments::new(means(assets), covariance(assets)).expect("of one length");
    let linear = (0..10)
        .map(|sector| {
            let terms = (sector..assets).step_by(10).map(|asset| (asset, 1.0)).collect();
            LinearConstraint::new(format!("sector {sector}"), terms, 0.05, 0.15).expect("a sound constraint")
        })
        .collect();
    let bounds = Some(Bounds::uniform(assets, 0.0, 0.02).expect("sound bounds"));
    let constraints = Constraints { bounds, linear, ..Constraints::default() };
    let params = FrontierParams { points: 100, constraints, ..FrontierParams::default() };
    group.bench_function(BenchmarkId::new("hundred_points", assets), |bencher| {
        bencher.iter(|| frontier(&params, black_box(&moments).into()));
    });
    let utility: Vec<f64> = moments.mean().iter().map(|mean| -0.1 * mean).collect();
    let reference = Reference::new(moments.covariance(), &utility, 0.02, Some((10, 0.05, 0.15)));
    group.bench_function(BenchmarkId::new("clarabel_one_point", assets), |bencher| {
        bencher.iter(|| black_box(&reference).solve());
    });
    group.finish();
}

/// The portfolio nearest to a target, with ten sectors between 5 % and 11 % of which some bind, and caps that do: relative
/// moves against Clarabel with the same diagonal, and the least tracking error against Clarabel with the covariance.
fn nearest(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("convex/nearest");
    group.sample_size(20);
    for assets in [20, 100, 500, 2000] {
        let raw: Vec<f64> = (0..assets)
            .map(|asset| 0.2 + (asset as f64 * 0.618_033_988_75).fract() + (asset % 10) as f64 / 10.0)
            .collect();
        let sum: f64 = raw.iter().sum();
        let target = Weights::new(raw.iter().map(|weight| weight / sum).collect()).expect("sound weights");
        let (least, most, cap) = (0.05, 0.11, 2.0 / assets as f64);
        let linear = (0..10)
            .map(|sector| {
                let terms = (sector..assets).step_by(10).map(|asset| (asset, 1.0)).collect();
                LinearConstraint::new(format!("sector {sector}"), terms, least, most)
                    .expect("a sound constraint")
            })
            .collect();
        let bounds = Some(Bounds::uniform(assets, 0.0, cap).expect("sound bounds"));
        let constraints = Constraints { bounds, linear, ..Constraints::default() };
        let (mut scratch, mut allocation) = (NearestScratch::default(), NearestAllocation::default());
        let params = NearestParams { constraints, ..NearestParams::default() };
        let relative = NearestPortfolio::new(params.clone()).expect("sound settings");
        group.bench_function(BenchmarkId::new("relative", assets), |bencher| {
            bencher
                .iter(|| relative.allocate_into(black_box((&target).into()), &mut scratch, &mut allocation));
        });
        let diagonal: Vec<f64> = target.as_slice().iter().map(|weight| 1.0 / weight).collect();
        let sectors = Some((10, least, most));
        let reference = Reference::diagonal(&diagonal, &vec![-1.0; assets], cap, sectors);
        group.bench_function(BenchmarkId::new("relative_clarabel", assets), |bencher| {
            bencher.iter(|| black_box(&reference).solve());
        });
        if assets <= 500 {
            let covariance = covariance(assets);
            let tracking = NearestParams { nearness: Nearness::TrackingError, ..params };
            let tracking = NearestPortfolio::new(tracking).expect("sound settings");
            group.bench_function(BenchmarkId::new("tracking_error", assets), |bencher| {
                bencher.iter(|| {
                    tracking.allocate_into(
                        black_box((&target, &covariance).into()),
                        &mut scratch,
                        &mut allocation,
                    )
                });
            });
            let pull: Vec<f64> =
                (0..assets).map(|asset| -dot(covariance.column(asset), target.as_slice())).collect();
            let reference = Reference::new(&covariance, &pull, cap, sectors);
            group.bench_function(BenchmarkId::new("tracking_error_clarabel", assets), |bencher| {
                bencher.iter(|| black_box(&reference).solve());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, min_variance, sectors, factor_form, hundred_points, nearest);
criterion_main!(benches);
