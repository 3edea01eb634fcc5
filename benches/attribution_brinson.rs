//! A year of Brinson attribution from assets, beside reading the same numbers once.

#![expect(
    clippy::expect_used,
    reason = "the settings of a bench are sound, and a bench that is not should stop"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use po_attribution::{
    Brinson, BrinsonAttribution, BrinsonHoldings, BrinsonScratch, EffectHistory, Hierarchy, LinkScratch,
    LinkedEffects, Linker, LinkingMethod, NestedAttribution, NestedBrinson, link_into,
};
use po_benches::returns;

const ASSETS: usize = 3000;
const MONTHS: usize = 12;
const SECTORS: usize = 11;
const INDUSTRIES: usize = 55;

/// One month: weights of both sides, and returns.
type Month = [Vec<f64>; 3];

/// A benchmark of all assets, a portfolio of every tenth; weights drift, and are those of the month.
fn months() -> Vec<Month> {
    let table = returns(MONTHS, ASSETS);
    (0..MONTHS)
        .map(|month| {
            let normal = |mut weights: Vec<f64>| {
                let sum: f64 = weights.iter().sum();
                weights.iter_mut().for_each(|weight| *weight /= sum);
                weights
            };
            let size = |asset: usize| 1.0 / (1.0 + (asset * 7919 % ASSETS) as f64);
            let held =
                |asset: usize| if (asset + month).is_multiple_of(10) { size(asset).sqrt() } else { 0.0 };
            [
                normal((0..ASSETS).map(held).collect()),
                normal((0..ASSETS).map(size).collect()),
                table.chunks_exact(MONTHS).map(|asset| asset[month]).collect(),
            ]
        })
        .collect()
}

/// What every attribution reads: the return of either side.
fn naive(months: &[Month]) -> f64 {
    months
        .iter()
        .map(|[portfolio, benchmark, returns]| {
            let sides = portfolio.iter().zip(benchmark).zip(returns);
            let [own, other] = sides.fold([0.0; 2], |[own, other], ((weight, reference), value)| {
                [own + weight * value, other + reference * value]
            });
            own - other
        })
        .sum()
}

fn attribution(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("attribution_brinson");
    let months = months();
    let industries: Vec<_> = (0..ASSETS).map(|asset| Some(asset * 31 % INDUSTRIES)).collect();
    let sectors: Vec<_> = industries.iter().map(|industry| industry.map(|number| number % SECTORS)).collect();
    let hierarchy = Hierarchy::new(&[&sectors, &industries]).expect("groups of all assets");
    let effects = SECTORS + 2 * INDUSTRIES + 1;

    let mut scratch = BrinsonScratch::default();
    let (mut nested, mut flat) = (NestedAttribution::default(), BrinsonAttribution::default());
    let mut history = EffectHistory::new(effects);
    let (mut link_scratch, mut linked) = (LinkScratch::default(), LinkedEffects::default());
    group.bench_function("3000x12", |bencher| {
        bencher.iter(|| {
            history.reset(effects);
            for [portfolio, benchmark, returns] in black_box(&months) {
                let month = BrinsonHoldings { portfolio, benchmark, returns };
                NestedBrinson::default()
                    .attribute_into(&month, &hierarchy, &mut scratch, &mut nested)
                    .expect("a sound month");
                history.push_nested(&nested).expect("a sound month");
            }
            link_into(&history, LinkingMethod::Menchero, &mut link_scratch, &mut linked).expect("months");
            linked.excess()
        });
    });
    group.bench_function("one_level", |bencher| {
        bencher.iter(|| {
            history.reset(3 * (INDUSTRIES + 1));
            for [portfolio, benchmark, returns] in black_box(&months) {
                let month = BrinsonHoldings { portfolio, benchmark, returns };
                Brinson::default()
                    .attribute_into(&month, &hierarchy, &mut scratch, &mut flat)
                    .expect("a sound month");
                history.push_brinson(&flat).expect("a sound month");
            }
            link_into(&history, LinkingMethod::Carino, &mut link_scratch, &mut linked).expect("months");
            linked.excess()
        });
    });
    group.bench_function("reference_returns_only", |bencher| bencher.iter(|| naive(black_box(&months))));
    group.finish();
}

/// One more month for each method, of the effects of two levels.
fn linker(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("attribution_linker");
    let effects: Vec<f64> = (0..120).map(|effect| 1e-5 * (f64::from(effect) - 50.0)).collect();
    let excess: f64 = effects.iter().sum();
    for &method in LinkingMethod::ALL {
        let mut linker = Linker::new(method, effects.len()).expect("three blocks");
        group.bench_function(format!("{method:?}"), |bencher| {
            bencher.iter(|| linker.push(black_box(&effects), excess, 0.0));
        });
    }
    group.finish();
}

criterion_group!(benches, attribution, linker);
criterion_main!(benches);
