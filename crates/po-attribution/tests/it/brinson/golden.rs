//! Figures that are printed, and those of an implementation in exact fractions.

use po_attribution::{
    Brinson, BrinsonModel, BrinsonParams, DecisionOrder, Hierarchy, Interaction, NestedBrinson,
    NestedBrinsonParams, OffBenchmark, Segment,
};
use serde::Deserialize;

/// A dozen additions and products of numbers below one, against fractions that are rounded once.
const ROUNDING: f64 = 2e-16;

/// The same in per cent.
const PER_CENT: f64 = 2e-14;

#[derive(Deserialize)]
struct Golden {
    bacon: Bacon,
    segments: Vec<Case>,
    nested: Vec<Nested>,
}

#[derive(Deserialize)]
struct Bacon {
    portfolio_weight: Vec<f64>,
    portfolio_return: Vec<f64>,
    benchmark_weight: Vec<f64>,
    benchmark_return: Vec<f64>,
    returns: [f64; 3],
    allocation_bhb: Vec<f64>,
    allocation_bf: Vec<f64>,
    selection: Vec<f64>,
    interaction: Vec<f64>,
    selection_with_interaction: Vec<f64>,
    totals: [f64; 3],
    geometric_excess: f64,
    semi_notional: f64,
    geometric_allocation: Vec<f64>,
    geometric_selection: Vec<f64>,
    geometric_totals: [f64; 2],
}

#[derive(Deserialize)]
struct Case {
    name: String,
    model: BrinsonModelName,
    off_benchmark: String,
    portfolio_weight: Vec<f64>,
    portfolio_return: Vec<f64>,
    benchmark_weight: Vec<f64>,
    benchmark_return: Vec<f64>,
    returns: [f64; 2],
    allocation: Vec<f64>,
    selection: Vec<f64>,
    interaction: Vec<f64>,
    cash: [f64; 1],
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BrinsonModelName {
    BrinsonHoodBeebower,
    BrinsonFachler,
}

impl From<BrinsonModelName> for BrinsonModel {
    fn from(name: BrinsonModelName) -> Self {
        match name {
            BrinsonModelName::BrinsonHoodBeebower => Self::BrinsonHoodBeebower,
            BrinsonModelName::BrinsonFachler => Self::BrinsonFachler,
        }
    }
}

#[derive(Deserialize)]
struct Nested {
    order: String,
    model: BrinsonModelName,
    by_asset: bool,
    sectors: Vec<i64>,
    industries: Vec<i64>,
    portfolio: Vec<f64>,
    benchmark: Vec<f64>,
    asset_returns: Vec<f64>,
    returns: [f64; 2],
    allocation: Vec<Vec<f64>>,
    selection: Vec<Vec<f64>>,
}

fn golden() -> Golden {
    toml::from_str(include_str!("../../data/brinson.toml")).unwrap()
}

/// Segments from columns, where a return that is not a number is missing.
pub(crate) fn segments(columns: [&[f64]; 4]) -> Vec<Segment> {
    let known = |value: f64| Some(value).filter(|value| !value.is_nan());
    (0..columns[0].len())
        .map(|row| Segment {
            portfolio_weight: columns[0][row],
            portfolio_return: known(columns[1][row]),
            benchmark_weight: columns[2][row],
            benchmark_return: known(columns[3][row]),
        })
        .collect()
}

#[track_caller]
fn assert_close(found: impl IntoIterator<Item = f64>, expected: &[f64], tolerance: f64) {
    let found: Vec<f64> = found.into_iter().collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{found}, expected {expected}");
    }
}

#[test]
fn the_tables_of_bacon() {
    let Bacon {
        portfolio_weight,
        portfolio_return,
        benchmark_weight,
        benchmark_return,
        returns,
        allocation_bhb,
        allocation_bf,
        selection,
        interaction,
        selection_with_interaction,
        totals,
        geometric_excess,
        semi_notional,
        geometric_allocation,
        geometric_selection,
        geometric_totals,
    } = golden().bacon;
    let segments = segments([&portfolio_weight, &portfolio_return, &benchmark_weight, &benchmark_return]);
    let of = |params| Brinson::new(params).of_segments(&segments).unwrap();

    let fachler = of(BrinsonParams::default());
    assert_close(
        [fachler.portfolio_return, fachler.benchmark_return, fachler.excess()].map(|value| 100.0 * value),
        &returns,
        PER_CENT,
    );
    assert_close(fachler.effects.iter().map(|effects| 100.0 * effects.allocation), &allocation_bf, PER_CENT);
    assert_close(fachler.effects.iter().map(|effects| 100.0 * effects.selection), &selection, PER_CENT);
    assert_close(fachler.effects.iter().map(|effects| 100.0 * effects.interaction), &interaction, PER_CENT);
    let sum = fachler.totals();
    assert_close(
        [sum.allocation, sum.selection, sum.interaction].map(|value| 100.0 * value),
        &totals,
        PER_CENT,
    );

    let model = BrinsonModel::BrinsonHoodBeebower;
    let hood = of(BrinsonParams { model, interaction: Interaction::Selection, ..BrinsonParams::default() });
    assert_close(hood.effects.iter().map(|effects| 100.0 * effects.allocation), &allocation_bhb, PER_CENT);
    assert_close(
        hood.effects.iter().map(|effects| 100.0 * effects.selection),
        &selection_with_interaction,
        PER_CENT,
    );

    let geometric = fachler.geometric().unwrap();
    assert_close([100.0 * geometric.excess()], &[geometric_excess], PER_CENT);
    assert_close([100.0 * geometric.notional_return], &[semi_notional], PER_CENT);
    assert_close(
        geometric.effects.iter().map(|effects| 100.0 * effects.allocation),
        &geometric_allocation,
        PER_CENT,
    );
    assert_close(
        geometric.effects.iter().map(|effects| 100.0 * effects.selection),
        &geometric_selection,
        PER_CENT,
    );
    let found = [geometric.allocation(), geometric.selection()].map(|value| 100.0 * value);
    assert_close(found, &geometric_totals, PER_CENT);
}

#[test]
fn segments_against_fractions() {
    for case in golden().segments {
        let off_benchmark = match case.off_benchmark.as_str() {
            "allocation" => OffBenchmark::Allocation,
            _ => OffBenchmark::Selection,
        };
        let params = BrinsonParams { model: case.model.into(), off_benchmark, ..BrinsonParams::default() };
        let rows = segments([
            &case.portfolio_weight,
            &case.portfolio_return,
            &case.benchmark_weight,
            &case.benchmark_return,
        ]);
        let found = Brinson::new(params).of_segments(&rows).unwrap();
        assert_close([found.portfolio_return, found.benchmark_return], &case.returns, ROUNDING);
        assert_close(found.effects.iter().map(|effects| effects.allocation), &case.allocation, ROUNDING);
        assert_close(found.effects.iter().map(|effects| effects.selection), &case.selection, ROUNDING);
        assert_close(found.effects.iter().map(|effects| effects.interaction), &case.interaction, ROUNDING);
        assert_close([found.cash], &case.cash, ROUNDING);
        assert!((found.totals().total() - found.excess()).abs() <= ROUNDING, "{}", case.name);
    }
}

#[test]
fn hierarchies_against_fractions() {
    let cases = golden().nested;
    assert_eq!(cases.len(), 8);
    for case in cases {
        let group = |value: &i64| usize::try_from(*value).ok();
        let sectors: Vec<_> = case.sectors.iter().map(group).collect();
        let industries: Vec<_> = case.industries.iter().map(group).collect();
        let mut hierarchy = Hierarchy::new(&[&sectors, &industries]).unwrap();
        if case.by_asset {
            hierarchy = hierarchy.with_assets();
        }
        let order = if case.order == "top-down" { DecisionOrder::TopDown } else { DecisionOrder::BottomUp };
        let params =
            NestedBrinsonParams { order, model: case.model.into(), ..NestedBrinsonParams::default() };
        let holdings = po_attribution::BrinsonHoldings {
            portfolio: &case.portfolio,
            benchmark: &case.benchmark,
            returns: &case.asset_returns,
        };
        let found = NestedBrinson::new(params).attribute(&holdings, &hierarchy).unwrap();
        assert_close([found.portfolio_return, found.benchmark_return], &case.returns, ROUNDING);
        assert_eq!(found.levels.len(), case.allocation.len());
        for ((level, allocation), selection) in found.levels.iter().zip(&case.allocation).zip(&case.selection)
        {
            assert_close(level.effects.iter().map(|effects| effects.allocation), allocation, ROUNDING);
            assert_close(level.effects.iter().map(|effects| effects.selection), selection, ROUNDING);
        }
    }
}
