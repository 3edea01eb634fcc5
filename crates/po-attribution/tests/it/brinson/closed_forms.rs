//! Cases whose answer is plain.

use po_attribution::{
    Brinson, BrinsonHoldings, BrinsonModel, BrinsonParams, Hierarchy, Interaction, OffBenchmark, Segment,
    SegmentEffects,
};

/// A few products of numbers below one.
const ROUNDING: f64 = 1e-16;

fn effects(params: BrinsonParams, segments: &[Segment]) -> Vec<SegmentEffects> {
    Brinson::new(params).of_segments(segments).unwrap().effects
}

#[track_caller]
fn assert_effects(found: SegmentEffects, [allocation, selection, interaction]: [f64; 3]) {
    let expected = SegmentEffects { allocation, selection, interaction };
    let off = [found.allocation - allocation, found.selection - selection, found.interaction - interaction];
    assert!(off.iter().all(|off| off.abs() < ROUNDING), "{found:?}, expected {expected:?}");
}

#[test]
fn the_benchmark_itself_has_no_effects() {
    let segments = [Segment::new(0.7, 0.02, 0.7, 0.02), Segment::new(0.3, -0.01, 0.3, -0.01)];
    let found = Brinson::default().of_segments(&segments).unwrap();
    assert_eq!(found.effects, [SegmentEffects::default(); 2]);
    assert_eq!((found.excess().to_bits(), found.cash.to_bits()), (0, 0));
}

#[test]
fn a_segment_that_the_portfolio_lacks_is_allocation() {
    let bought = Segment::new(1.0, 0.05, 0.8, 0.05);
    let lacking = Segment { benchmark_weight: 0.2, benchmark_return: Some(0.10), ..Segment::default() };
    let found = effects(BrinsonParams::default(), &[bought, lacking]);
    assert_effects(found[1], [-0.2 * (0.10 - 0.06), 0.0, 0.0]);
    // A return that is given although nothing is held is used: selection and interaction cancel.
    let found =
        effects(BrinsonParams::default(), &[bought, Segment { portfolio_return: Some(0.2), ..lacking }]);
    assert_effects(found[1], [-0.2 * (0.10 - 0.06), 0.2 * 0.1, -0.2 * 0.1]);
}

#[test]
fn a_segment_that_the_benchmark_lacks_is_what_the_settings_say() {
    let other = Segment::new(0.8, 0.05, 1.0, 0.05);
    let bought = Segment { portfolio_weight: 0.2, portfolio_return: Some(0.15), ..Segment::default() };
    for interaction in [Interaction::Separate, Interaction::Selection, Interaction::Allocation] {
        let allocation = BrinsonParams { interaction, ..BrinsonParams::default() };
        assert_effects(effects(allocation, &[other, bought])[1], [0.2 * 0.1, 0.0, 0.0]);
    }
    let selection = BrinsonParams {
        off_benchmark: OffBenchmark::Selection,
        interaction: Interaction::Selection,
        ..BrinsonParams::default()
    };
    assert_effects(effects(selection, &[other, bought])[1], [0.0, 0.2 * 0.1, 0.0]);
    // An index of the segment splits the two.
    let index = Segment { benchmark_return: Some(0.07), ..bought };
    let split = BrinsonParams { interaction: Interaction::Selection, ..BrinsonParams::default() };
    assert_effects(effects(split, &[other, index])[1], [0.2 * (0.07 - 0.05), 0.2 * (0.15 - 0.07), 0.0]);
}

#[test]
fn what_weights_leave_is_cash_that_earns_nothing() {
    let segments = [Segment::new(0.9, 0.10, 1.0, 0.10)];
    let found = Brinson::default().of_segments(&segments).unwrap();
    assert!((found.cash + 0.1 * 0.10).abs() < ROUNDING);
    assert!((found.totals().allocation - found.excess()).abs() < ROUNDING);
    // The same as a segment of its own.
    let with_cash = [segments[0], Segment::new(0.1, 0.0, 0.0, 0.0)];
    let named = Brinson::default().of_segments(&with_cash).unwrap();
    assert!(named.cash.abs() < ROUNDING);
    assert!((named.effects[1].allocation - found.cash).abs() < ROUNDING);
    // Brinson, Hood and Beebower measure against zero: cash does not matter.
    let model = BrinsonModel::BrinsonHoodBeebower;
    let hood =
        Brinson::new(BrinsonParams { model, ..BrinsonParams::default() }).of_segments(&segments).unwrap();
    assert_eq!(hood.cash.abs().to_bits(), 0);
}

#[test]
fn longs_and_shorts_that_cancel_are_selection() {
    let hierarchy = Hierarchy::new(&[&[Some(0), Some(0), Some(1)]]).unwrap();
    let paired = BrinsonHoldings {
        portfolio: &[0.3, -0.3, 1.0],
        benchmark: &[0.2, 0.2, 0.6],
        returns: &[0.10, 0.02, 0.05],
    };
    let found = Brinson::default().attribute(&paired, &hierarchy).unwrap();
    assert_eq!(found.segments[0].portfolio_return, None);
    let benchmark = 0.2 * 0.10 + 0.2 * 0.02 + 0.6 * 0.05;
    assert_effects(found.effects[0], [-0.4 * (0.06 - benchmark), 0.3 * 0.08, 0.0]);
    assert!((found.totals().total() - paired.excess().unwrap()).abs() < ROUNDING);

    // The benchmark's own pair is selection with the other sign.
    let mirrored = BrinsonHoldings { portfolio: &[0.0, 0.0, 1.0], benchmark: &[0.3, -0.3, 1.0], ..paired };
    let found = Brinson::default().attribute(&mirrored, &hierarchy).unwrap();
    assert_eq!(found.segments[0].benchmark_return, None);
    assert_effects(found.effects[0], [0.0, -0.3 * 0.08, 0.0]);
    assert!((found.totals().total() - mirrored.excess().unwrap()).abs() < ROUNDING);
}

#[test]
fn a_rounding_error_of_weights_is_no_weight() {
    // 0.1 + 0.2 - 0.3 is 5.6e-17 and no portfolio; a return of 1e14 would be no return.
    let hierarchy = Hierarchy::new(&[&[Some(0), Some(0), Some(0), Some(1)]]).unwrap();
    let holdings = BrinsonHoldings {
        portfolio: &[0.1, 0.2, -0.3, 1.0],
        benchmark: &[0.2, 0.1, 0.1, 0.6],
        returns: &[0.10, 0.02, -0.04, 0.05],
    };
    let found = Brinson::default().attribute(&holdings, &hierarchy).unwrap();
    assert_eq!(found.segments[0].portfolio_return, None);
    assert!(found.effects[0].selection.abs() < 0.03);
    assert!((found.totals().total() - holdings.excess().unwrap()).abs() < ROUNDING);
}

#[test]
fn assets_without_a_group_are_the_last_segment() {
    let hierarchy = Hierarchy::new(&[&[None, Some(3), Some(1), None]]).unwrap();
    assert_eq!(hierarchy.segments(0), 3);
    assert_eq!(
        (0..3).map(|segment| hierarchy.group(0, segment)).collect::<Vec<_>>(),
        [Some(1), Some(3), None]
    );
    assert_eq!(hierarchy.segment_of(), [2, 1, 0, 2]);
    assert_eq!((hierarchy.parent(0, 0), hierarchy.group(0, 3), hierarchy.segments(1)), (None, None, 0));
    // No number of a group is mistaken for none.
    let last = Hierarchy::new(&[&[None, Some(usize::MAX), None, Some(usize::MAX)]]).unwrap();
    assert_eq!(last.segment_of(), [1, 0, 1, 0]);
}

#[test]
fn an_asset_that_nobody_holds_needs_no_return() {
    let hierarchy = Hierarchy::new(&[&[Some(0), Some(1)]]).unwrap();
    let holdings =
        BrinsonHoldings { portfolio: &[1.0, 0.0], benchmark: &[1.0, 0.0], returns: &[0.1, f64::NAN] };
    let found = Brinson::default().attribute(&holdings, &hierarchy).unwrap();
    assert_eq!(found.segments[1], Segment::default());
    assert_eq!(found.totals(), SegmentEffects::default());
    let by_asset = Brinson::default().attribute(&holdings, &hierarchy.with_assets()).unwrap();
    assert_eq!(by_asset.totals(), SegmentEffects::default());
}

#[test]
fn geometric_attribution_with_assets_chosen_first() {
    let segments = [
        Segment::new(0.4, 0.20, 0.4, 0.10),
        Segment::new(0.3, -0.05, 0.2, -0.04),
        Segment::new(0.3, 0.06, 0.4, 0.08),
    ];
    let interaction = Interaction::Allocation;
    let params = BrinsonParams { interaction, ..BrinsonParams::default() };
    let found = Brinson::new(params).of_segments(&segments).unwrap().geometric().unwrap();
    // Benchmark weights on the portfolio's returns.
    let notional = 0.4 * 0.20 - 0.2 * 0.05 + 0.4 * 0.06;
    assert!((found.notional_return - notional).abs() < ROUNDING);
    assert!((found.selection() - ((1.0 + notional) / 1.064 - 1.0)).abs() < 4.0 * ROUNDING);
    assert!((found.allocation() - (1.083 / (1.0 + notional) - 1.0)).abs() < 4.0 * ROUNDING);
}
