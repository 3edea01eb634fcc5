//! The account bar by bar: taking in a bar beside the mere traffic of its numbers, correcting a price, reading.

#![expect(
    clippy::expect_used,
    reason = "the settings of a bench are sound, and a bench that is not should stop"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use po_attribution::{AttributionLedger, Calendar, LedgerBar, LedgerParams, Rollup};
use po_benches::returns;
use po_core::simd::sum;

/// Bars in a day.
const DAY: usize = 100;

/// The numbers of one bar.
struct Bar {
    returns: Vec<f64>,
    held: Vec<f64>,
    decided: Vec<f64>,
    stages: Vec<f64>,
    exposures: Vec<f64>,
    factor_returns: Vec<f64>,
}

impl Bar {
    fn new(params: &LedgerParams) -> Self {
        let LedgerParams { assets, factors, stages, .. } = *params;
        let rows = if stages == 0 { 0 } else { stages + 1 };
        let weight = |place: usize| (1.0 + 0.1 * (place % 7) as f64) / (1.3 * assets as f64);
        let exposures = (0..factors * assets).map(|place| (place * 37 % 101) as f64 / 101.0 - 0.5).collect();
        Self {
            // The day is flat, so that the wealth stays what it is however often the bar is taken in.
            returns: returns(1, assets).iter().map(|value| 1e-9 * value).collect(),
            held: (0..assets).map(weight).collect(),
            decided: (1..=assets).map(weight).collect(),
            stages: (0..rows * assets).map(weight).collect(),
            exposures,
            factor_returns: vec![1e-3; factors],
        }
    }

    fn at(&self, bar: usize) -> LedgerBar<'_> {
        let day = i64::try_from(bar / DAY).expect("fewer days than numbers");
        LedgerBar {
            calendar: Calendar { year: day / 252, month: day / 21, day },
            returns: &self.returns,
            held: &self.held,
            decided: &self.decided,
            stages: &self.stages,
            cash_return: 1e-9,
            exposures: &self.exposures,
            factor_returns: &self.factor_returns,
        }
    }
}

/// The same numbers read, and as many written, with nothing computed but one sum.
struct Floor {
    ring: Vec<Vec<f64>>,
    day: Vec<f64>,
    bars: usize,
}

impl Floor {
    fn new(params: &LedgerParams, bar: &Bar) -> Self {
        let LedgerParams { assets, factors, stages, keep } = params;
        let lines = 2 * (2 * assets + stages + factors + 6);
        let slot = 3 * assets + bar.stages.len() + lines;
        Self { ring: vec![vec![0.0; slot]; keep.bars + 1], day: vec![0.0; lines], bars: 0 }
    }

    fn copy(&mut self, bar: &Bar) -> f64 {
        self.bars += 1;
        let length = self.ring.len();
        let slot = &mut self.ring[self.bars % length];
        let mut rest = slot.as_mut_slice();
        for numbers in [&bar.returns, &bar.held, &bar.decided, &bar.stages] {
            let (place, others) = rest.split_at_mut(numbers.len());
            place.copy_from_slice(numbers);
            rest = others;
        }
        // The account of the bar, and the one that it is added to.
        rest.copy_from_slice(&self.day);
        self.day.copy_from_slice(rest);
        sum(&bar.exposures)
    }
}

fn update(criterion: &mut Criterion) {
    for (assets, factors, stages) in [(500, 20, 8), (100, 0, 6)] {
        let mut group = criterion.benchmark_group(format!("attribution/update/{assets}x{factors}x{stages}"));
        let params = LedgerParams { assets, factors, stages, ..LedgerParams::default() };
        let bar = Bar::new(&params);
        let mut ledger = AttributionLedger::new(params.clone(), 1.0).expect("sound settings");
        let mut bars = 0;
        group.bench_function("ledger", |bencher| {
            bencher.iter(|| {
                bars += 1;
                ledger.update(black_box(&bar.at(bars))).expect("a sound bar");
            });
        });
        let mut floor = Floor::new(&params, &bar);
        group.bench_function("traffic", |bencher| bencher.iter(|| floor.copy(black_box(&bar))));
        group.finish();
    }
}

fn after(criterion: &mut Criterion) {
    let (assets, groups) = (500, 10);
    let params = LedgerParams { assets, factors: 20, stages: 8, ..LedgerParams::default() };
    let bar = Bar::new(&params);
    let mut ledger = AttributionLedger::new(params, 1.0).expect("sound settings");
    for number in 0..30 * DAY {
        ledger.update(&bar.at(number)).expect("a sound bar");
    }
    let mut group = criterion.benchmark_group("attribution/ledger/500x20x8");
    let costs: Vec<f64> = (0..assets).map(|asset| 1e-12 * (asset % 3) as f64).collect();
    group.bench_function("charge", |bencher| {
        bencher.iter(|| ledger.charge(black_box(&costs)).expect("sound costs"));
    });
    let mut up = false;
    group.bench_function("restate", |bencher| {
        bencher.iter(|| {
            // To and fro, so that the price stays where it is.
            up = !up;
            ledger.restate(black_box(2), 17, if up { 2.0 } else { 0.5 }).expect("a bar that is kept")
        });
    });
    let of_asset: Vec<usize> = (0..assets).map(|asset| asset % groups).collect();
    let members: Vec<Vec<usize>> =
        (0..groups).map(|group| (0..assets).filter(|asset| asset % groups == group).collect()).collect();
    let mut earned = vec![0.0; groups];
    group.bench_function("groups_jointly", |bencher| {
        bencher.iter(|| {
            let year = ledger.statement(black_box(Rollup::Inception));
            year.groups_into(&of_asset, &mut earned).expect("a group for each asset");
        });
    });
    group.bench_function("groups_separately", |bencher| {
        bencher.iter(|| {
            let year = ledger.statement(black_box(Rollup::Inception));
            members.iter().map(|members| year.group(members)).sum::<f64>()
        });
    });
    group.bench_function("lines", |bencher| {
        bencher.iter(|| {
            let year = ledger.statement(black_box(Rollup::Inception));
            let stages: f64 = (0..=8).map(|stage| year.stage(stage)).sum();
            let factors: f64 = (0..20).map(|factor| year.factor(factor)).sum();
            stages + factors + year.drift() + year.cash() + year.execution() + year.profit()
        });
    });
    group.finish();
}

criterion_group!(benches, update, after);
criterion_main!(benches);
