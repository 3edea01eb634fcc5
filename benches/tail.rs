//! Tail risk after each bar, beside sorting the window at each bar, and the models of a tail.

#![expect(
    clippy::expect_used,
    reason = "the settings of a bench are sound, and a bench that is not should stop"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use po_benches::wild_returns;
use po_core::Confidence;
use po_tail::{
    DecayedTail, EwmaFilter, FilteredTail, GpdMethod, RollingTail, TailModel, TailRisk, TailScratch,
    Threshold,
};

/// Bars of the series, over and over: several times the longest window.
const BARS: usize = 20_000;

const WINDOWS: [usize; 3] = [250, 1000, 5000];

fn confidence() -> Confidence {
    Confidence::new(0.99).expect("a level")
}

/// Bars without end.
fn bars(series: &[f64]) -> impl FnMut() -> f64 {
    let mut places = (0..series.len()).cycle();
    move || series[places.next().unwrap_or(0)]
}

/// What a stream replaces: the window is copied, sorted and averaged.
fn sorted(window: &[f64], memory: &mut Vec<f64>) -> TailRisk {
    memory.clear();
    memory.extend_from_slice(window);
    memory.sort_unstable_by(f64::total_cmp);
    let count = memory.len() as f64 * confidence().tail();
    let whole = count as usize;
    let sum: f64 = memory[..whole].iter().sum();
    TailRisk { var: -memory[whole], cvar: -(sum + (count - whole as f64) * memory[whole]) / count }
}

fn stream(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stream");
    let series = wild_returns(BARS, 1);
    for window in WINDOWS {
        let mut tail = RollingTail::new(window, confidence()).expect("a window");
        for value in &series {
            tail.update(*value).expect("a return");
        }
        let mut bar = bars(&series);
        group.bench_function(BenchmarkId::new("rolling", window), |bencher| {
            bencher.iter(|| tail.update(black_box(bar())));
        });

        let mut tail = DecayedTail::new(window, 0.995, confidence()).expect("a window and a decay");
        for value in &series {
            tail.update(*value).expect("a return");
        }
        let mut bar = bars(&series);
        group.bench_function(BenchmarkId::new("decayed", window), |bencher| {
            bencher.iter(|| tail.update(black_box(bar())));
        });

        let mut tail = FilteredTail::new(EwmaFilter::default(), window, confidence()).expect("a window");
        for value in &series {
            tail.update(*value).expect("a return");
        }
        let mut bar = bars(&series);
        group.bench_function(BenchmarkId::new("filtered", window), |bencher| {
            bencher.iter(|| tail.update(black_box(bar())));
        });

        let (mut start, mut memory) = (0, Vec::new());
        group.bench_function(BenchmarkId::new("sorted_at_each_bar", window), |bencher| {
            bencher.iter(|| {
                start = if start + window == series.len() { 0 } else { start + 1 };
                sorted(black_box(&series[start..start + window]), &mut memory)
            });
        });
    }
    group.finish();
}

fn estimate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("estimate");
    let periods = 1000;
    let series = wild_returns(periods, 1);
    let evt = TailModel::Evt { threshold: Threshold::default(), method: GpdMethod::default() };
    let mut scratch = TailScratch::default();
    for (name, model) in [
        ("historical", TailModel::Historical),
        ("age_weighted", TailModel::AgeWeighted { decay: 0.995 }),
        ("normal", TailModel::Normal),
        ("student_t", TailModel::StudentT),
        ("cornish_fisher", TailModel::CornishFisher),
        ("cornish_fisher_matched", TailModel::CornishFisherMatched),
        ("evt", evt),
    ] {
        model.estimate_into(&series, confidence(), &mut scratch).expect("a series that the model takes");
        group.bench_function(BenchmarkId::new(name, periods), |bencher| {
            bencher.iter(|| model.estimate_into(black_box(&series), confidence(), &mut scratch));
        });
    }
    let mut memory = Vec::new();
    group.bench_function(BenchmarkId::new("sorted", periods), |bencher| {
        bencher.iter(|| sorted(black_box(&series), &mut memory));
    });
    group.finish();
}

criterion_group!(benches, stream, estimate);
criterion_main!(benches);
