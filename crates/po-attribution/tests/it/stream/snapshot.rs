//! Written down and read back.
#![cfg(feature = "serde")]

use po_attribution::{AttributionLedger, Keep, LedgerParams, Rollup};
use serde_json::{Value, json};

use super::market::Market;

fn params() -> LedgerParams {
    let keep = Keep { bars: 3, days: 2, months: 2, years: 1 };
    LedgerParams { assets: 5, factors: 2, stages: 2, keep }
}

fn played(bars: usize) -> (AttributionLedger, Market) {
    let (mut market, mut ledger) =
        (Market::new(3, &params()), AttributionLedger::new(params(), 100.0).unwrap());
    for _ in 0..bars {
        go_on(&mut ledger, &mut market);
    }
    (ledger, market)
}

fn go_on(ledger: &mut AttributionLedger, market: &mut Market) {
    ledger.update(&market.bar().view()).unwrap();
    ledger.charge(&market.costs()).unwrap();
    if ledger.bars() > 2 {
        ledger.restate(1, 2, 1.0 + 0.1 * market.random.signed()).unwrap();
    }
}

/// Every number that can be read, as bits.
fn bits(ledger: &AttributionLedger) -> Vec<u64> {
    let running = Rollup::ALL.into_iter().map(|period| ledger.statement(period));
    let closed =
        Rollup::ALL.into_iter().flat_map(|period| (0..3).filter_map(move |ago| ledger.closed(period, ago)));
    let lines = running.chain(closed).flat_map(|statement| {
        let assets = (0..5).flat_map(move |i| [statement.asset(i), statement.cost(i)]);
        let others = (0..3).flat_map(move |i| [statement.stage(i), statement.factor(i)]);
        let ends =
            [statement.start(), statement.end(), statement.cash(), statement.drift(), statement.restated()];
        assets.chain(others).chain(ends).chain([statement.specific(), statement.bars() as f64])
    });
    lines.map(f64::to_bits).collect()
}

#[test]
fn a_ledger_read_back_goes_on_bit_for_bit() {
    for bars in [0, 1, 2, 50] {
        let (mut ledger, mut market) = played(bars);
        let text = serde_json::to_string(&ledger).unwrap();
        let mut copy: AttributionLedger = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&copy).unwrap(), text);
        assert_eq!(bits(&ledger), bits(&copy));
        let mut again = market.clone();
        for _ in 0..60 {
            go_on(&mut ledger, &mut market);
            go_on(&mut copy, &mut again);
            assert_eq!(bits(&ledger), bits(&copy));
        }
        assert_eq!(serde_json::to_string(&copy).unwrap(), serde_json::to_string(&ledger).unwrap());
    }
}

#[test]
fn settings_are_read_with_defaults_and_without_strangers() {
    let params: LedgerParams = serde_json::from_str(r#"{"assets": 4, "keep": {"bars": 9}}"#).unwrap();
    let expected = LedgerParams {
        assets: 4,
        keep: Keep { bars: 9, days: 31, months: 24, years: 10 },
        ..LedgerParams::default()
    };
    assert_eq!(params, expected);
    assert!(serde_json::from_str::<LedgerParams>(r#"{"asset": 4}"#).is_err());
    assert!(serde_json::from_str::<Keep>(r#"{"weeks": 4}"#).is_err());
    assert_eq!(serde_json::to_string(&Rollup::Inception).unwrap(), r#""inception""#);
}

fn refusal(spoil: impl FnOnce(&mut Value)) -> String {
    let mut value = serde_json::to_value(played(20).0).unwrap();
    spoil(&mut value);
    serde_json::from_value::<AttributionLedger>(value).unwrap_err().to_string()
}

#[test]
fn a_file_that_claims_more_than_it_has_is_refused_before_room_is_made() {
    for (setting, claim) in
        [("assets", 1_u64 << 40), ("factors", 1 << 50), ("stages", u64::MAX / 2), ("assets", 6)]
    {
        let text = refusal(|value| value["params"][setting] = json!(claim));
        assert!(text.contains("expected"), "{text}");
    }
    for setting in ["bars", "days", "months", "years"] {
        for claim in [1_u64 << 40, u64::MAX / 2, 7] {
            let text = refusal(|value| value["params"]["keep"][setting] = json!(claim));
            assert!(text.contains("expected"), "{text}");
        }
    }
    assert!(refusal(|value| value["params"]["assets"] = json!(0)).contains("the list of assets is empty"));
}

#[test]
fn a_file_that_was_tampered_with_is_refused() {
    let bits = |number: f64| json!(number.to_bits().cast_signed());
    let text = refusal(|value| value["numbers"][3] = bits(f64::NAN));
    assert_eq!(text, "a number of the state is NaN, expected a number in [-1e200, 1e200]");
    let text = refusal(|value| value["numbers"][3] = bits(1e300));
    assert!(text.starts_with("a number of the state is 1"), "{text}");
    let text = refusal(|value| value["returns"][3] = bits(f64::INFINITY));
    assert_eq!(text, "a number of the state is inf, expected a number in [-1e200, 1e200]");
    // A return may be missing.
    let mut value = serde_json::to_value(played(20).0).unwrap();
    value["returns"][3] = bits(f64::NAN);
    assert!(serde_json::from_value::<AttributionLedger>(value).is_ok());

    for list in ["numbers", "returns", "periods", "accounts"] {
        let text = refusal(|value| value[list].as_array_mut().unwrap().truncate(3));
        assert!(text.contains("has length 3, expected"), "{text}");
    }
    let text = refusal(|value| value["closed"] = json!([1_000_000, 0, 0]));
    assert!(text.starts_with("the count of periods that are over is 1000000, expected"), "{text}");
    assert!(refusal(|value| value["closed"] = json!([0, 0, 0])).contains("the count of periods"));
    assert!(refusal(|value| value["periods"][0] = json!([900, 0, 0])).contains("the count of periods"));
    assert!(refusal(|value| value["more"] = json!(1)).contains("unknown field"));
}

#[test]
fn counts_of_bars_that_do_not_fit_each_other_are_refused() {
    for claim in [0, 18, u64::MAX] {
        let text = refusal(|value| value["bars"] = json!(claim));
        assert!(text.starts_with("the count of bars is "), "{text}");
        assert!(text.ends_with(", expected as many as its accounts have"), "{text}");
    }
    assert!(refusal(|value| value["accounts"][0][0] = json!(u64::MAX)).contains("the count of bars"));
}

/// Whatever periods a file claims, what follows is made of numbers.
#[test]
fn periods_that_do_not_fit_each_other_do_no_harm() {
    for claim in [json!([0, 0, 0]), json!([1, 5, 3]), json!([2, 0, 1])] {
        let mut value = serde_json::to_value(played(20).0).unwrap();
        for place in 0..4 {
            value["periods"][place] = claim.clone();
        }
        let Ok(mut ledger) = serde_json::from_value::<AttributionLedger>(value) else { continue };
        let mut market = Market::new(5, &params());
        for ago in 0..3 {
            ledger.restate(ago, 1, 1.01).unwrap();
        }
        let mut bar = market.bar();
        bar.calendar = ledger.calendar().unwrap();
        ledger.update(&bar.view()).unwrap();
        assert!(bits(&ledger).into_iter().all(|bits| !f64::from_bits(bits).is_nan()));
    }
}
