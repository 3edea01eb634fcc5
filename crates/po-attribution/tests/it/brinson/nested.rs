//! Hierarchies.

use po_attribution::{
    BrinsonHoldings, DecisionOrder, Hierarchy, NestedBrinson, NestedBrinsonParams, OffBenchmark,
};
use po_core::Universe;

/// A few products of numbers below one.
const ROUNDING: f64 = 2e-16;

#[test]
fn a_segment_is_told_by_its_path() {
    // Industry 0 occurs in both sectors.
    let hierarchy = Hierarchy::new(&[&[Some(0), Some(1), Some(0)], &[Some(0), Some(0), Some(1)]]).unwrap();
    assert_eq!((hierarchy.segments(0), hierarchy.segments(1)), (2, 3));
    let path = |segment| (hierarchy.parent(1, segment), hierarchy.group(1, segment));
    assert_eq!([path(0), path(1), path(2)], [(Some(0), Some(0)), (Some(0), Some(1)), (Some(1), Some(0))]);
    let with_assets = hierarchy.with_assets();
    assert_eq!(with_assets.levels(), 3);
    assert_eq!(with_assets.segment_of(), [0, 2, 1]);
    assert_eq!(with_assets.group(2, 1), Some(2));
    assert_eq!(with_assets.clone().with_assets(), with_assets);
}

#[test]
fn a_universe_gives_the_names() {
    let universe = Universe::new(["XOM", "MSFT", "CVX", "BTC"]).unwrap();
    let universe = universe
        .grouped("sector", [Some("energy"), Some("technology"), Some("energy"), None])
        .unwrap()
        .grouped("industry", [Some("oil"), Some("software"), Some("gas"), None])
        .unwrap();
    let hierarchy = Hierarchy::from_universe(&universe, &["sector", "industry"]).unwrap();
    let names: Vec<_> = (0..4).map(|segment| hierarchy.name(1, segment)).collect();
    assert_eq!(names, [Some("oil"), Some("gas"), Some("software"), None]);
    assert_eq!(hierarchy.name(0, 1), Some("technology"));
    let unknown = Hierarchy::from_universe(&universe, &["sektor"]).unwrap_err();
    assert_eq!(unknown.to_string(), r#"grouping "sektor" is unknown, did you mean "sector"?"#);
}

#[test]
fn a_sector_that_the_benchmark_lacks_has_its_effect_at_the_top() {
    let hierarchy =
        Hierarchy::new(&[&[Some(0), Some(0), Some(1), Some(1)], &[Some(0), Some(1), Some(2), Some(3)]])
            .unwrap();
    let holdings = BrinsonHoldings {
        portfolio: &[0.4, 0.4, 0.1, 0.1],
        benchmark: &[0.5, 0.5, 0.0, 0.0],
        returns: &[0.02, 0.04, 0.10, 0.20],
    };
    let nested = NestedBrinson::default().attribute(&holdings, &hierarchy).unwrap();
    assert!((nested.levels[0].effects[1].allocation - 0.2 * (0.15 - 0.03)).abs() < ROUNDING);
    assert!(nested.levels[0].effects[1].selection.abs() < ROUNDING);
    // Below it only shows which industry did better than the sector; both cancel.
    let below = &nested.levels[1].effects[2..];
    assert!((below[0].allocation + 0.1 * 0.05).abs() < ROUNDING);
    assert!((below[0].allocation + below[1].allocation).abs() < ROUNDING);

    let off_benchmark = OffBenchmark::Selection;
    let chosen = NestedBrinsonParams { off_benchmark, ..NestedBrinsonParams::default() };
    let nested = NestedBrinson::new(chosen).attribute(&holdings, &hierarchy).unwrap();
    assert!(nested.levels[0].effects[1].allocation.abs() < ROUNDING);
    assert!((nested.levels[0].effects[1].selection - 0.2 * (0.15 - 0.03)).abs() < ROUNDING);
    assert!((nested.levels[1].effects[3].selection - 0.1 * (0.20 - 0.03)).abs() < ROUNDING);
}

#[test]
fn geometric_factors_compare_notional_portfolios() {
    let hierarchy =
        Hierarchy::new(&[&[Some(0), Some(0), Some(1), Some(1)], &[Some(0), Some(1), Some(2), Some(3)]])
            .unwrap();
    let holdings = BrinsonHoldings {
        portfolio: &[0.1, 0.5, 0.3, 0.1],
        benchmark: &[0.2, 0.2, 0.3, 0.3],
        returns: &[0.10, 0.02, -0.05, 0.07],
    };
    let sector = 0.6 * 0.06 + 0.4 * 0.01;
    let industry = 0.1 * 0.10 + 0.5 * 0.02 - 0.3 * 0.05 + 0.1 * 0.07;
    let benchmark = 0.2 * 0.10 + 0.2 * 0.02 - 0.3 * 0.05 + 0.3 * 0.07;
    let found = NestedBrinson::default().attribute(&holdings, &hierarchy).unwrap().geometric().unwrap();
    let expected = [(1.0 + sector) / (1.0 + benchmark) - 1.0, (1.0 + industry) / (1.0 + sector) - 1.0];
    assert!((found.allocation(0) - expected[0]).abs() < 2.0 * ROUNDING);
    assert!((found.allocation(1) - expected[1]).abs() < 2.0 * ROUNDING);
    assert!(found.selection().abs() < ROUNDING);
    assert_eq!(found.allocation(2).to_bits(), 0);

    let order = DecisionOrder::BottomUp;
    let up = NestedBrinsonParams { order, ..NestedBrinsonParams::default() };
    let up = NestedBrinson::new(up).attribute(&holdings, &hierarchy).unwrap().geometric().unwrap();
    // Industries first: the benchmark's sectors, with what the portfolio holds in them.
    let within = 0.4 * (0.02 / 0.6) + 0.6 * (-0.008 / 0.4);
    assert!((up.allocation(1) - ((1.0 + within) / (1.0 + benchmark) - 1.0)).abs() < 4.0 * ROUNDING);
    assert!((up.allocation(0) - ((1.0 + industry) / (1.0 + within) - 1.0)).abs() < 4.0 * ROUNDING);
    assert!((up.excess() - found.excess()).abs() < 4.0 * ROUNDING);
}
