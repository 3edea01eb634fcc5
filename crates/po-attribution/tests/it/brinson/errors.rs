//! What is refused, and how it reads.

use po_attribution::{
    Brinson, BrinsonHoldings, BrinsonParams, CashCurrency, CurrencySegment, Error, ForwardCurrency,
    GeometricAttribution, Hierarchy, NestedBrinson, ReturnKind, Segment, ankrim_hensel, karnosky_singer,
};
use po_core::{InputError, Universe};

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(found: Result<T, Error>, expected: &Error, text: &str) {
    let error = found.unwrap_err();
    assert_eq!(error, *expected);
    assert_eq!(error.to_string(), text);
}

#[test]
fn segments() {
    let of = |segment| Brinson::default().of_segments(&[Segment::new(0.5, 0.1, 0.5, 0.1), segment]);
    assert_refused(
        Brinson::default().of_segments(&[]),
        &Error::Input(InputError::Empty { what: "the list of segments" }),
        "the list of segments is empty, expected at least one item",
    );
    assert_refused(
        of(Segment { portfolio_weight: 0.25, ..Segment::default() }),
        &Error::MissingReturn { side: "portfolio", segment: 1, weight: 0.25 },
        "the portfolio return of segment 1 is missing, expected a number: its weight is 0.25",
    );
    assert_refused(
        of(Segment { benchmark_weight: -0.5, ..Segment::default() }),
        &Error::MissingReturn { side: "benchmark", segment: 1, weight: -0.5 },
        "the benchmark return of segment 1 is missing, expected a number: its weight is -0.5",
    );
    assert_refused(
        of(Segment::new(0.5, f64::INFINITY, 0.5, 0.1)),
        &Error::SegmentNotFinite { what: "the portfolio return", segment: 1, value: f64::INFINITY },
        "the portfolio return of segment 1 is inf, expected a finite number",
    );
    let text = of(Segment::new(0.5, 0.1, f64::NAN, 0.1)).unwrap_err().to_string();
    assert_eq!(text, "the benchmark weight of segment 1 is NaN, expected a finite number");
}

#[test]
fn hierarchies() {
    assert_refused(
        Hierarchy::new(&[]),
        &Error::Input(InputError::Empty { what: "the list of levels" }),
        "the list of levels is empty, expected at least one item",
    );
    assert_refused(
        Hierarchy::new(&[&[]]),
        &Error::Input(InputError::Empty { what: "the list of groups" }),
        "the list of groups is empty, expected at least one item",
    );
    assert_refused(
        Hierarchy::new(&[&[Some(0), None], &[Some(1)]]),
        &Error::Input(InputError::LengthMismatch { what: "the list of groups", expected: 2, actual: 1 }),
        "the list of groups has length 1, expected 2",
    );
}

#[test]
fn assets() {
    let universe = Universe::new(["ash", "oak"]).unwrap();
    let hierarchy = Hierarchy::new(&[&[Some(0), Some(0)]]).unwrap();
    let sound = BrinsonHoldings { portfolio: &[0.5, 0.5], benchmark: &[0.5, 0.5], returns: &[0.1, 0.2] };
    let of = |holdings: BrinsonHoldings<'_>| {
        let nested = NestedBrinson::default().attribute(&holdings, &hierarchy).unwrap_err();
        let flat = Brinson::default().attribute(&holdings, &hierarchy).unwrap_err();
        assert_eq!(nested.to_string(), flat.to_string());
        flat
    };
    for (holdings, what) in [
        (BrinsonHoldings { portfolio: &[1.0], ..sound }, "the list of portfolio weights"),
        (BrinsonHoldings { benchmark: &[1.0], ..sound }, "the list of benchmark weights"),
        (BrinsonHoldings { returns: &[1.0], ..sound }, "the list of returns"),
    ] {
        assert_eq!(of(holdings), Error::Input(InputError::LengthMismatch { what, expected: 2, actual: 1 }));
    }
    let error = of(BrinsonHoldings { returns: &[0.1, f64::INFINITY], ..sound });
    let expected = "a finite number";
    let payload =
        InputError::AssetOutOfRange { name: "the return", asset: 1, value: f64::INFINITY, expected };
    assert_eq!(error, Error::Input(payload));
    assert_eq!(error.named(&universe), "the return of oak is inf, expected a finite number");
    let error = of(BrinsonHoldings { portfolio: &[f64::NAN, 0.5], ..sound });
    assert_eq!(error.named(&universe), "the portfolio weight of ash is NaN, expected a finite number");
    let error = of(BrinsonHoldings { portfolio: &[1e300, 0.5], returns: &[1e300, 0.1], ..sound });
    assert_eq!(error.named(&universe), "the contribution of ash is inf, expected a finite number");
}

#[test]
fn geometric() {
    let ruin = Brinson::default().of_segments(&[Segment::new(1.0, 0.1, 1.0, -1.0)]).unwrap();
    assert_refused(
        ruin.geometric(),
        &Error::NotCompoundable { what: "benchmark", period: 0, value: -1.0 },
        "the return of the benchmark in period 0 is -1, expected a number above -1",
    );
    // A leveraged allocation to what fell by half.
    let segments = [Segment::new(3.0, 0.0, 0.5, -0.5), Segment::new(-2.0, 0.0, 0.5, 0.5)];
    let notional = Brinson::default().of_segments(&segments).unwrap();
    let mut kept = GeometricAttribution::default();
    let error = notional.geometric_into(&mut kept).unwrap_err();
    assert_eq!(error, Error::NotCompoundable { what: "notional portfolio", period: 0, value: -2.5 });
}

#[test]
fn currencies() {
    let params = BrinsonParams::default();
    let held = CurrencySegment { segment: Segment::new(1.0, 0.1, 1.0, 0.1), currency: 1 };
    assert_refused(
        ankrim_hensel(&[held], &[ForwardCurrency::default()], params),
        &Error::UnknownCurrency { segment: 0, currency: 1, currencies: 1 },
        "the currency of segment 0 is 1, expected a number below 1",
    );
    let base = ForwardCurrency::default();
    assert_refused(
        ankrim_hensel(&[held], &[base, ForwardCurrency { forward: 0.0, ..base }], params),
        &Error::CurrencyOutOfRange {
            what: "the forward rate",
            currency: 1,
            value: 0.0,
            expected: "a positive number",
        },
        "the forward rate of currency 1 is 0, expected a positive number",
    );
    let deposit = CashCurrency { benchmark_hedge: f64::NEG_INFINITY, ..CashCurrency::default() };
    assert_refused(
        karnosky_singer(&[held], &[CashCurrency::default(), deposit], ReturnKind::Simple, params),
        &Error::CurrencyOutOfRange {
            what: "the hedge of the benchmark",
            currency: 1,
            value: f64::NEG_INFINITY,
            expected: "a finite number",
        },
        "the hedge of the benchmark of currency 1 is -inf, expected a finite number",
    );
    let empty = karnosky_singer(&[], &[CashCurrency::default()], ReturnKind::Simple, params).unwrap_err();
    assert_eq!(empty, Error::Input(InputError::Empty { what: "the list of segments" }));
}
