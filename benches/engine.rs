//! One step of the engine, beside the allocator that it runs on the covariance that it keeps: the ratio of the two is
//! the figure.

#![expect(
    clippy::expect_used,
    reason = "the settings of a bench are sound, and a bench that is not should stop"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use po_benches::{Bars, engine_config};
use po_core::{Allocator, Covariance, StreamingEstimator};
use po_correlation::Ewma;
use po_engine::stream::{Bar, Engine, EngineConfig, EstimatorConfig, Outcome, Time};
use po_hrp::{Hrp, HrpAllocation, HrpParams, HrpScratch};

const SIZES: [usize; 6] = [10, 20, 50, 100, 250, 500];
/// Bars before anything is measured.
const WARM: usize = 100;
/// Covariances that the allocator alone is fed in a circle.
const KEPT: usize = 8;

/// An engine over a market of so many assets, and the bars that it is fed in a circle.
struct Run {
    engine: Engine,
    bars: Bars,
    time: i64,
}

impl Run {
    fn new(config: EngineConfig) -> Self {
        let bars = Bars::new(config.assets.len(), 512);
        let mut run = Self { engine: Engine::new(config).expect("sound settings"), bars, time: 0 };
        (0..WARM).for_each(|_| run.step());
        assert_eq!(run.engine.decision().outcome, Outcome::Decided);
        assert!(run.engine.decision().fallbacks.is_empty());
        run
    }

    fn step(&mut self) {
        self.time += 1;
        // Bars of a minute: days of them would leave the calendar before the bench ends.
        let time = Time::from_nanoseconds(60_000_000_000 * self.time);
        let bar = Bar::new(time, self.bars.prices(self.time as usize));
        let decision = self.engine.step(black_box(&bar));
        assert!(!matches!(decision.outcome, Outcome::Refused(_)));
    }
}

/// EWMA, Ward's HRP, a volatility budget, a no-trade band and the account of profits.
fn step(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine/step");
    for assets in SIZES {
        let mut run = Run::new(engine_config(assets));
        group.bench_function(BenchmarkId::new("whole", assets), |bencher| bencher.iter(|| run.step()));

        // The covariances of some successive bars in a circle: one alone would be learnt by heart, and so are these in part.
        let covariances = covariances(assets);
        let hrp = Hrp::new(HrpParams::default()).expect("sound settings");
        let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
        let mut next = covariances.iter().cycle();
        group.bench_function(BenchmarkId::new("hrp_allocate_into", assets), |bencher| {
            bencher.iter(|| {
                let covariance = next.next().expect("a circle has no end");
                hrp.allocate_into(black_box(covariance), &mut scratch, &mut allocation)
            });
        });
        group.bench_function(BenchmarkId::new("hrp_as_covariances_come", assets), |bencher| {
            bencher.iter_custom(|steps| allocate_fresh(assets, steps));
        });
    }
    group.finish();
}

/// The allocator on each covariance as it comes, fresh from its estimator, which is not timed: what it takes within a
/// step.
fn allocate_fresh(assets: usize, steps: u64) -> Duration {
    let EstimatorConfig::Ewma(params) = engine_config(assets).estimator else { return Duration::ZERO };
    let mut ewma = Ewma::new(params, assets).expect("sound settings");
    let bars = Bars::new(assets, 512);
    let hrp = Hrp::new(HrpParams::default()).expect("sound settings");
    let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
    let (mut covariance, mut returns, mut took) = (Covariance::default(), Vec::new(), Duration::ZERO);
    for time in 1..=WARM as u64 + steps {
        let (before, now) = (bars.prices(time as usize - 1), bars.prices(time as usize));
        returns.clear();
        returns.extend(now.iter().zip(before).map(|(now, before)| now / before - 1.0));
        ewma.update(&returns).expect("finite returns");
        ewma.covariance_into(&mut covariance).expect("seen");
        let start = Instant::now();
        hrp.allocate_into(black_box(&covariance), &mut scratch, &mut allocation).expect("sound covariance");
        if time > WARM as u64 {
            took += start.elapsed();
        }
    }
    took
}

/// The estimates of the last bars of a market.
fn covariances(assets: usize) -> Vec<Covariance> {
    let EstimatorConfig::Ewma(params) = engine_config(assets).estimator else { return Vec::new() };
    let mut ewma = Ewma::new(params, assets).expect("sound settings");
    let bars = Bars::new(assets, 512);
    let mut estimates = Vec::new();
    for time in 1..WARM {
        let (before, now) = (bars.prices(time - 1), bars.prices(time));
        let returns: Vec<f64> = now.iter().zip(before).map(|(now, before)| now / before - 1.0).collect();
        ewma.update(&returns).expect("finite returns");
        if time + KEPT >= WARM {
            let mut covariance = Covariance::default();
            ewma.covariance_into(&mut covariance).expect("seen");
            estimates.push(covariance);
        }
    }
    estimates
}

/// What is written so that a run can go on after a crash.
fn snapshot(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine/snapshot");
    group.sample_size(20);
    for assets in [20, 100, 500] {
        let run = Run::new(engine_config(assets));
        let mut file = Vec::new();
        group.bench_function(BenchmarkId::new("write", assets), |bencher| {
            bencher.iter(|| {
                file.clear();
                run.engine.snapshot(&mut file)
            });
        });
        group.bench_function(BenchmarkId::new("restore", assets), |bencher| {
            bencher.iter(|| Engine::restore(black_box(file.as_slice())));
        });
    }
    group.finish();
}

criterion_group!(benches, step, snapshot);
criterion_main!(benches);
