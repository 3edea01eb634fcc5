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
    Absolute, Constraints, FrontierParams, LinearConstraint, Program, ProgramScratch, ProgramSolution, Rows,
    Start, frontier,
};
use po_core::{Bounds, Moments};

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

criterion_group!(benches, min_variance, sectors, factor_form, hundred_points);
criterion_main!(benches);
