//! Currencies against fractions, and what holds of them.

use po_attribution::{
    BrinsonParams, CashCurrency, CurrencySegment, ForwardCurrency, ReturnKind, Segment, ankrim_hensel,
    karnosky_singer,
};
use proptest::prelude::*;
use serde::Deserialize;

use super::random::{all_params, config};

/// A dozen additions and products of numbers below one, against fractions that are rounded once.
const ROUNDING: f64 = 5e-16;

#[derive(Deserialize)]
struct Golden {
    currency: Case,
}

#[derive(Deserialize)]
struct Case {
    portfolio_weight: Vec<f64>,
    portfolio_return: Vec<f64>,
    benchmark_weight: Vec<f64>,
    benchmark_return: Vec<f64>,
    currency: Vec<usize>,
    spot_start: Vec<f64>,
    spot_end: Vec<f64>,
    forward: Vec<f64>,
    portfolio_forward: Vec<f64>,
    benchmark_forward: Vec<f64>,
    cash_rate: Vec<f64>,
    portfolio_hedge: Vec<f64>,
    benchmark_hedge: Vec<f64>,
    ankrim_hensel: AnkrimHensel,
    karnosky_singer: KarnoskySinger,
}

#[derive(Deserialize)]
struct AnkrimHensel {
    returns: [f64; 2],
    allocation: Vec<f64>,
    selection: Vec<f64>,
    interaction: Vec<f64>,
    forward_premium: Vec<f64>,
    surprise: Vec<f64>,
    cash: [f64; 1],
}

#[derive(Deserialize)]
struct KarnoskySinger {
    returns: [f64; 2],
    allocation: Vec<f64>,
    selection: Vec<f64>,
    interaction: Vec<f64>,
    effect: Vec<f64>,
}

impl Case {
    fn segments(&self) -> Vec<CurrencySegment> {
        let columns =
            [&self.portfolio_weight, &self.portfolio_return, &self.benchmark_weight, &self.benchmark_return];
        let segments = super::golden::segments(columns.map(Vec::as_slice));
        segments
            .into_iter()
            .zip(&self.currency)
            .map(|(segment, &currency)| CurrencySegment { segment, currency })
            .collect()
    }

    fn forwards(&self) -> Vec<ForwardCurrency> {
        (0..self.forward.len())
            .map(|currency| ForwardCurrency {
                spot_start: self.spot_start[currency],
                spot_end: self.spot_end[currency],
                forward: self.forward[currency],
                portfolio_forward: self.portfolio_forward[currency],
                benchmark_forward: self.benchmark_forward[currency],
            })
            .collect()
    }

    fn deposits(&self) -> Vec<CashCurrency> {
        (0..self.cash_rate.len())
            .map(|currency| CashCurrency {
                spot_start: self.spot_start[currency],
                spot_end: self.spot_end[currency],
                cash_rate: self.cash_rate[currency],
                portfolio_hedge: self.portfolio_hedge[currency],
                benchmark_hedge: self.benchmark_hedge[currency],
            })
            .collect()
    }
}

#[track_caller]
fn assert_close(found: impl IntoIterator<Item = f64>, expected: &[f64]) {
    let found: Vec<f64> = found.into_iter().collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= ROUNDING, "{found}, expected {expected}");
    }
}

fn golden() -> Case {
    toml::from_str::<Golden>(include_str!("../../data/brinson.toml")).unwrap().currency
}

#[test]
fn ankrim_hensel_against_fractions() {
    let case = golden();
    let found = ankrim_hensel(&case.segments(), &case.forwards(), BrinsonParams::default()).unwrap();
    let expected = &case.ankrim_hensel;
    assert_close([found.portfolio_return, found.benchmark_return], &expected.returns);
    assert_close(found.effects.iter().map(|effects| effects.allocation), &expected.allocation);
    assert_close(found.effects.iter().map(|effects| effects.selection), &expected.selection);
    assert_close(found.effects.iter().map(|effects| effects.interaction), &expected.interaction);
    assert_close(found.currencies.iter().map(|effects| effects.forward_premium), &expected.forward_premium);
    assert_close(found.currencies.iter().map(|effects| effects.surprise), &expected.surprise);
    assert_close([found.cash], &expected.cash);
}

#[test]
fn karnosky_singer_against_fractions() {
    let case = golden();
    let params = BrinsonParams::default();
    let found = karnosky_singer(&case.segments(), &case.deposits(), ReturnKind::Simple, params).unwrap();
    let expected = &case.karnosky_singer;
    assert_close([found.portfolio_return, found.benchmark_return], &expected.returns);
    assert_close(found.effects.iter().map(|effects| effects.allocation), &expected.allocation);
    assert_close(found.effects.iter().map(|effects| effects.selection), &expected.selection);
    assert_close(found.effects.iter().map(|effects| effects.interaction), &expected.interaction);
    assert_close(found.currencies.iter().copied(), &expected.effect);
    assert_close([found.cash], &[0.0]);
}

#[test]
fn one_currency_leaves_brinson_alone() {
    let segments = [Segment::new(0.6, 0.03, 0.5, 0.02), Segment::new(0.4, -0.01, 0.5, 0.01)];
    let abroad = segments.map(|segment| CurrencySegment { segment, currency: 0 });
    for params in all_params() {
        let local = po_attribution::Brinson::new(params).of_segments(&segments).unwrap();
        let found = ankrim_hensel(&abroad, &[ForwardCurrency::default()], params).unwrap();
        assert_eq!(found.effects, local.effects);
        assert_eq!(found.totals(), po_attribution::CurrencyEffects::default());
        let found = karnosky_singer(&abroad, &[CashCurrency::default()], ReturnKind::Simple, params).unwrap();
        assert_eq!(found.effects, local.effects);
        assert_eq!(found.currencies, [0.0]);
    }
}

#[test]
fn continuous_returns_add() {
    let home = CurrencySegment { segment: Segment::new(0.4, 0.02, 0.5, 0.03), currency: 0 };
    let abroad = CurrencySegment { segment: Segment::new(0.6, 0.05, 0.5, 0.04), currency: 1 };
    let base = CashCurrency { cash_rate: 0.01, ..CashCurrency::default() };
    let yen = CashCurrency { spot_end: 1.1, cash_rate: 0.03, ..CashCurrency::default() };
    let params = BrinsonParams::default();
    let found = karnosky_singer(&[home, abroad], &[base, yen], ReturnKind::Continuous, params).unwrap();
    let change = 1.1_f64.ln();
    assert_close([found.portfolio_return], &[0.4 * 0.02 + 0.6 * (0.05 + change)]);
    // Premiums of 2 % and 1 % over cash; deposits earn 1 % and 3 % with the change.
    assert_close([found.effects[1].allocation], &[0.1 * (0.01 - 0.015)]);
    assert_close([found.currencies[1]], &[0.1 * 0.5 * (0.02 + change)]);
}

fn abroad() -> impl Strategy<Value = (Vec<CurrencySegment>, Vec<ForwardCurrency>, Vec<CashCurrency>)> {
    let weight = || prop_oneof![1 => Just(0.0), 4 => -0.05_f64..0.3];
    let rate = || prop_oneof![1 => Just(None), 5 => (-0.3_f64..0.4).prop_map(Some)];
    let segment = (weight(), rate(), weight(), rate(), 0_usize..4).prop_map(|(w, r, v, b, currency)| {
        // A return may be missing only where nothing is held.
        let known = |weight: f64, rate: Option<f64>| if weight == 0.0 { rate } else { rate.or(Some(0.01)) };
        let segment = Segment {
            portfolio_weight: w,
            portfolio_return: known(w, r),
            benchmark_weight: v,
            benchmark_return: known(v, b),
        };
        CurrencySegment { segment, currency }
    });
    let currency = (0.5_f64..2.0, 0.8_f64..1.2, 0.9_f64..1.1, -0.2_f64..0.2, -0.2_f64..0.2);
    (prop::collection::vec(segment, 1..20), prop::collection::vec(currency, 4)).prop_map(
        |(segments, rates)| {
            let forward = rates.iter().map(|&(start, end, forward, own, other)| ForwardCurrency {
                spot_start: start,
                spot_end: start * end,
                forward: start * forward,
                portfolio_forward: own,
                benchmark_forward: other,
            });
            let cash = rates.iter().map(|&(start, end, forward, own, other)| CashCurrency {
                spot_start: start,
                spot_end: start * end,
                cash_rate: forward - 1.0,
                portfolio_hedge: own,
                benchmark_hedge: other,
            });
            (segments, forward.collect(), cash.collect())
        },
    )
}

/// Twenty weights below one half, returns in base currency below one: a hundred roundings of numbers below one.
const ADDED: f64 = 1e-14;

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn effects_of_markets_and_currencies_add_up((segments, forwards, deposits) in abroad()) {
        for params in all_params() {
            let found = ankrim_hensel(&segments, &forwards, params).unwrap();
            let currencies = found.totals();
            let sum = found.markets().total() + currencies.forward_premium + currencies.surprise + found.cash;
            prop_assert!((sum - found.excess()).abs() <= ADDED);
            // The returns are those of assets and contracts in base currency.
            let mut own: f64 =
                forwards.iter().map(|c| c.portfolio_forward * (c.spot_end / c.forward - 1.0)).sum();
            own += segments.iter().map(|CurrencySegment { segment, currency }| {
                let rates = &forwards[*currency];
                let local = segment.portfolio_return.unwrap_or(0.0);
                segment.portfolio_weight * ((1.0 + local) * rates.spot_end / rates.spot_start - 1.0)
            }).sum::<f64>();
            prop_assert!((found.portfolio_return - own).abs() <= ADDED);

            for kind in [ReturnKind::Simple, ReturnKind::Continuous] {
                let found = karnosky_singer(&segments, &deposits, kind, params).unwrap();
                let sum = found.markets().total() + found.currencies.iter().sum::<f64>() + found.cash;
                prop_assert!((sum - found.excess()).abs() <= ADDED);
            }
        }
    }
}
