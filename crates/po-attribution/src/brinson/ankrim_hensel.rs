//! Currencies by surprise and forward premium.

use super::currency::{check_currency, market_effects, translated};
use super::{BrinsonParams, BrinsonScratch, CurrencySegment, ForwardCurrency, SegmentEffects};
use crate::Error;

/// What the decisions about one currency earned.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CurrencyEffects {
    /// What the forward market promised for holding more or less of the currency.
    pub forward_premium: f64,
    /// What came on top of that, forward contracts included.
    pub surprise: f64,
}

/// Effects of markets and of currencies, by [`ankrim_hensel`].
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AnkrimHenselAttribution {
    /// Effects of the markets, by segment.
    pub effects: Vec<SegmentEffects>,
    /// Effects of the currencies.
    pub currencies: Vec<CurrencyEffects>,
    /// What weights that do not sum to one, and contracts without their other leg, leave to the base currency.
    pub cash: f64,
    /// Return of the portfolio in base currency, forward contracts included.
    pub portfolio_return: f64,
    /// Return of the benchmark in base currency, forward contracts included.
    pub benchmark_return: f64,
}

impl AnkrimHenselAttribution {
    /// What the portfolio earned beyond the benchmark.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.portfolio_return - self.benchmark_return
    }

    /// The effects of all markets.
    #[must_use]
    pub fn markets(&self) -> SegmentEffects {
        self.effects.iter().copied().sum()
    }

    /// The effects of all currencies.
    #[must_use]
    pub fn totals(&self) -> CurrencyEffects {
        self.currencies.iter().fold(CurrencyEffects::default(), |sum, effects| CurrencyEffects {
            forward_premium: sum.forward_premium + effects.forward_premium,
            surprise: sum.surprise + effects.surprise,
        })
    }
}

/// What was earned beyond a benchmark by markets, by currencies against their forward rates, and by the forward
/// premium that came with the weights.
///
/// ```text
/// c = S1 / S0 - 1 = d + e,    d = F / S0 - 1 (premium),    e = (S1 - F) / S0 (surprise),    f = S1 / F - 1
/// A_i = (w_i - W_i) (x^b_i - x^b),    S_i = W_i (x^r_i - x^b_i),    I_i = (w_i - W_i) (x^r_i - x^b_i)
/// premium = (w_c - W_c) (d_c - d),    surprise = (w_c - W_c) (e_c - e) + (h_c - H_c) (f_c - e)
/// ```
///
/// with `x = (1 + local) (1 + c) - 1 - c`, the return in base currency less that of the currency; `d` and `e` are
/// those of the benchmark's weights, h and H forward contracts. All of it adds up to the excess return.
///
/// # Errors
/// [`InputError::Empty`](po_core::InputError::Empty) without segments; [`Error::UnknownCurrency`];
/// [`Error::CurrencyOutOfRange`]; [`Error::SegmentNotFinite`] and [`Error::MissingReturn`] as
/// [`Brinson::of_segments`](crate::Brinson::of_segments).
///
/// # Examples
/// ```
/// use po_attribution::{BrinsonParams, CurrencySegment, ForwardCurrency, Segment, ankrim_hensel};
///
/// let home = CurrencySegment { segment: Segment::new(0.4, 0.02, 0.5, 0.02), currency: 0 };
/// let abroad = CurrencySegment { segment: Segment::new(0.6, 0.05, 0.5, 0.05), currency: 1 };
/// let yen = ForwardCurrency { spot_end: 1.10, forward: 1.04, ..ForwardCurrency::default() };
/// let currencies = [ForwardCurrency::default(), yen];
/// let found = ankrim_hensel(&[home, abroad], &currencies, BrinsonParams::default())?;
/// // A tenth more abroad: half of the premium of 4 % and of the surprise of 6 % is that of the benchmark.
/// assert!((found.currencies[1].forward_premium - 0.1 * 0.02).abs() < 1e-15);
/// assert!((found.currencies[1].surprise - 0.1 * 0.03).abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// Ankrim, Hensel (1992); the forms with forward contracts are those of Bacon (2008), chapter 6.
///
/// # Settings
/// [`BrinsonParams`], for the markets.
pub fn ankrim_hensel(
    segments: &[CurrencySegment],
    currencies: &[ForwardCurrency],
    params: BrinsonParams,
) -> Result<AnkrimHenselAttribution, Error> {
    let (mut scratch, mut attribution) = (BrinsonScratch::default(), AnkrimHenselAttribution::default());
    ankrim_hensel_into(segments, currencies, params, &mut scratch, &mut attribution)?;
    Ok(attribution)
}

/// As [`ankrim_hensel`], in the memory that is there.
///
/// # Errors
/// As [`ankrim_hensel`]; `attribution` is then not to be read.
pub fn ankrim_hensel_into(
    segments: &[CurrencySegment],
    currencies: &[ForwardCurrency],
    params: BrinsonParams,
    scratch: &mut BrinsonScratch,
    attribution: &mut AnkrimHenselAttribution,
) -> Result<(), Error> {
    for (number, currency) in currencies.iter().enumerate() {
        let rates = [
            ("the spot rate at the start", currency.spot_start),
            ("the spot rate at the end", currency.spot_end),
            ("the forward rate", currency.forward),
        ];
        let forwards = [
            ("the forward contract of the portfolio", currency.portfolio_forward),
            ("the forward contract of the benchmark", currency.benchmark_forward),
        ];
        check_currency(number, rates, forwards)?;
    }
    let change = |currency: &ForwardCurrency| currency.spot_end / currency.spot_start - 1.0;
    let premium = |currency: &ForwardCurrency| currency.forward / currency.spot_start - 1.0;
    let surprise = |currency: &ForwardCurrency| (currency.spot_end - currency.forward) / currency.spot_start;
    translated(segments, currencies.len(), &mut scratch.cells, |currency, local| {
        local * (1.0 + change(&currencies[currency]))
    })?;
    let (total, mut cash) = market_effects(params, &scratch.cells, &mut attribution.effects);
    let (mut portfolio, mut benchmark) = (total.portfolio.contribution, total.benchmark.contribution);
    let (mut expected, mut unexpected) = (0.0, 0.0);
    for &CurrencySegment { segment, currency } in segments {
        let currency = &currencies[currency];
        let change = premium(currency) + surprise(currency);
        portfolio += segment.portfolio_weight * change;
        benchmark += segment.benchmark_weight * change;
        expected += segment.benchmark_weight * premium(currency);
        unexpected += segment.benchmark_weight * surprise(currency);
    }
    attribution.currencies.clear();
    for currency in currencies {
        let contract = currency.spot_end / currency.forward - 1.0;
        let active = currency.portfolio_forward - currency.benchmark_forward;
        portfolio += currency.portfolio_forward * contract;
        benchmark += currency.benchmark_forward * contract;
        cash += active * unexpected;
        let surprise = active * (contract - unexpected);
        attribution.currencies.push(CurrencyEffects { forward_premium: 0.0, surprise });
    }
    for &CurrencySegment { segment, currency } in segments {
        let active = segment.portfolio_weight - segment.benchmark_weight;
        let (effects, currency) = (&mut attribution.currencies[currency], &currencies[currency]);
        effects.forward_premium += active * (premium(currency) - expected);
        effects.surprise += active * (surprise(currency) - unexpected);
        cash += active * (expected + unexpected);
    }
    attribution.cash = cash;
    attribution.portfolio_return = portfolio;
    attribution.benchmark_return = benchmark;
    Ok(())
}
