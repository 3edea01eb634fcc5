//! What a long-short allocation refuses, with its numbers and in words.

use po_core::{Allocator, Bounds, Covariance, GroupBound, InputError, Returns, Risk, Universe};
use po_hrp::{Error, Exposure, HrpParams, LongShort, LongShortError, LongShortParams, Market};

fn refused(params: LongShortParams) -> LongShortError {
    LongShort::new(params).unwrap_err()
}

fn books(long: f64, short: f64) -> Exposure {
    Exposure::Books { long, short }
}

fn with(short: &[usize], exposure: Exposure) -> LongShortParams {
    LongShortParams { short: short.to_vec(), exposure, ..LongShortParams::default() }
}

fn bounded(lower: [f64; 3], upper: [f64; 3], exposure: Exposure) -> LongShortParams {
    let bounds = Some(Bounds::new(lower.to_vec(), upper.to_vec()).unwrap());
    LongShortParams { hrp: HrpParams { bounds, ..HrpParams::default() }, ..with(&[1], exposure) }
}

fn three() -> Covariance {
    Covariance::from_column_slice(3, &[1.0, 0.2, 0.0, 0.2, 1.0, 0.1, 0.0, 0.1, 1.0]).unwrap()
}

#[test]
fn an_exposure_that_is_none() {
    for (exposure, name, value, expected) in [
        (books(-1.0, 0.3), "the long book", -1.0, "a finite number of zero or more"),
        (books(1.0, f64::INFINITY), "the short book", f64::INFINITY, "a finite number of zero or more"),
        (books(0.0, 0.0), "the gross exposure", 0.0, "a finite number above zero"),
        (books(1e308, 1e308), "the gross exposure", f64::INFINITY, "a finite number above zero"),
        (Exposure::Gross(-1.0), "the gross exposure", -1.0, "a finite number above zero"),
    ] {
        let error = refused(with(&[], exposure));
        assert_eq!(error, InputError::OutOfRange { name, value, expected }.into());
        assert_eq!(error.to_string(), format!("{name} is {value}, expected {expected}"));
    }
    for exposure in [books(f64::NAN, 1.0), Exposure::Gross(f64::NAN), Exposure::Gross(1e-320)] {
        let LongShortError::Hrp(Error::Input(InputError::OutOfRange { .. })) = refused(with(&[], exposure))
        else {
            panic!("{exposure:?}")
        };
    }
}

#[test]
fn a_book_without_assets() {
    let error = refused(with(&[], books(1.3, 0.3)));
    assert_eq!(error, LongShortError::NoShortAssets { short: 0.3 });
    assert_eq!(error.to_string(), "the short book is 0.3, expected 0: no asset is short");
    let error = LongShort::new(with(&[0, 1, 2], books(1.3, 0.3))).unwrap().allocate(&three()).unwrap_err();
    assert_eq!(error, LongShortError::NoLongAssets { long: 1.3 });
    assert_eq!(error.to_string(), "the long book is 1.3, expected 0: every asset is short");
}

#[test]
fn a_short_asset_that_is_not_there_or_there_twice() {
    let error = refused(with(&[2, 0, 2], Exposure::default()));
    let (kind, name) = ("short asset", "2".to_owned());
    assert_eq!(error, InputError::DuplicateName { kind, name, first: 0, second: 2 }.into());

    let unknown =
        LongShortError::from(Error::UnknownMember { group: "short book".to_owned(), member: 3, assets: 3 });
    let text = r#"group "short book" has member 3, expected an index below the number of assets, 3"#;
    assert_eq!(unknown.to_string(), text);
    for exposure in [Exposure::default(), books(1.0, 1.0)] {
        let allocator = LongShort::new(with(&[3], exposure)).unwrap();
        assert_eq!(allocator.allocate(&three()).unwrap_err(), unknown);
        let returns = Returns::from_column_slice(1, 3, &[0.1, 0.2, 0.3]).unwrap();
        assert_eq!(allocator.mirrored(&returns).unwrap_err(), unknown);
        let bounded = LongShortParams { short: vec![3], ..bounded([0.0; 3], [1.0; 3], exposure) };
        assert_eq!(refused(bounded), unknown);
    }
}

#[test]
fn a_signal_without_a_side() {
    for signal in [0.0, -0.0, f64::NAN] {
        let error = LongShort::shorted(&[1.0, signal]).unwrap_err();
        let LongShortError::NoSide { asset: 1, .. } = error else { panic!("{error}") };
    }
    let error = LongShort::shorted(&[1.0, 0.0]).unwrap_err();
    assert_eq!(error, LongShortError::NoSide { asset: 1, signal: 0.0 });
    assert_eq!(
        error.to_string(),
        "the signal of asset 1 is 0, expected a number above or below zero: an asset without a side is left out of the market"
    );
}

#[test]
fn bounds_that_leave_no_portfolio() {
    let universe = Universe::new(["AAPL", "MSFT", "TLT"]).unwrap();
    let error = refused(bounded([0.0, -0.5, 0.0], [1.0; 3], books(1.0, 0.5)));
    assert_eq!(error, LongShortError::NegativeBound { asset: 1, lower: -0.5 });
    assert_eq!(
        error.named(&universe),
        "the lower bound of MSFT is -0.5, expected zero or more: bounds are on the size of a position, on either side"
    );

    let error = refused(bounded([0.6; 3], [1.0; 3], books(1.3, 0.3)));
    let LongShortError::LowerBoundsTooHigh { sum, gross } = error else { panic!("{error}") };
    assert!((sum - 1.8).abs() < 1e-12 && (gross - 1.6).abs() < 1e-12);
    assert_eq!(error.to_string(), "the lower bounds sum to 1.8, expected at most the gross exposure, 1.6");

    let error = refused(bounded([0.0; 3], [0.5; 3], books(1.3, 0.3)));
    let LongShortError::UpperBoundsTooLow { sum, gross } = error else { panic!("{error}") };
    assert!((sum - 1.5).abs() < 1e-12 && (gross - 1.6).abs() < 1e-12);
    assert_eq!(error.to_string(), "the upper bounds sum to 1.5, expected at least the gross exposure, 1.6");
    assert_eq!(error.named(&universe), error.to_string());

    // The one short asset may not hold as much as its book.
    let allocator = LongShort::new(bounded([0.0; 3], [1.0, 0.2, 1.0], books(1.3, 0.3))).unwrap();
    let error = allocator.allocate(&three()).unwrap_err();
    let (group, lower, upper, least, greatest) = ("short book".to_owned(), 0.3, 0.3, 0.0, 0.2);
    assert_eq!(error, Error::GroupUnattainable { group, lower, upper, least, greatest }.into());
    assert_eq!(
        error.to_string(),
        r#"the bounds of group "short book" are [0.3, 0.3], expected them to meet what its members can hold, [0, 0.2]"#
    );

    // A group of both long assets may not hold the long book.
    let groups = vec![GroupBound::new("shares", vec![0, 2], 0.0, 1.0).unwrap()];
    let hrp = HrpParams { groups, ..HrpParams::default() };
    let params = LongShortParams { hrp, ..with(&[1], books(1.3, 0.3)) };
    let error = LongShort::new(params).unwrap().allocate(&three()).unwrap_err();
    let groups = vec!["shares".to_owned(), "short book".to_owned()];
    assert_eq!(error, LongShortError::GroupsConflict { groups, gross: 1.6 });
    assert_eq!(
        error.to_string(),
        r#"no portfolio satisfies the bounds of "shares", "short book" together with the bounds of the assets, expected bounds that leave room for a gross exposure of 1.6"#
    );
}

#[test]
fn a_market_that_hierarchical_risk_parity_refuses() {
    let still = Covariance::from_column_slice(2, &[0.0, 0.0, 0.0, 1.0]).unwrap();
    let error = LongShort::new(with(&[1], Exposure::default())).unwrap().allocate(&still).unwrap_err();
    assert_eq!(error, InputError::ZeroVariance { asset: 0 }.into());
    let universe = Universe::new(["AAPL", "MSFT"]).unwrap();
    assert_eq!(error.named(&universe), InputError::ZeroVariance { asset: 0 }.named(&universe));

    let hrp = HrpParams { risk: Risk::Mad, ..HrpParams::default() };
    let params = LongShortParams { hrp, ..with(&[1], Exposure::default()) };
    let error = LongShort::new(params).unwrap().allocate(&three()).unwrap_err();
    assert_eq!(error, Error::ReturnsNeeded { risk: "mean absolute deviation" }.into());
    let market = Market { returns: None, ..Market::from(&still) };
    let allocator = LongShort::new(with(&[], Exposure::default())).unwrap();
    assert_eq!(
        allocator.allocate_by(&Risk::Mad, market).unwrap_err(),
        Error::ReturnsNeeded { risk: "risk" }.into()
    );

    // Correlations beyond one are told by the numbers of the positions.
    let beyond = Covariance::from_column_slice(2, &[1.0, 1.5, 1.5, 1.0]).unwrap();
    let error = LongShort::new(with(&[1], Exposure::default())).unwrap().allocate(&beyond).unwrap_err();
    assert_eq!(error, InputError::CorrelationOutOfRange { row: 0, col: 1, value: -1.5 }.into());
}
