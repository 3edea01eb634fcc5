//! Currencies as deposits, markets as what they pay beyond them.

use super::currency::{check_currency, market_effects, translated};
use super::{BrinsonParams, BrinsonScratch, CashCurrency, CurrencySegment, ReturnKind, SegmentEffects};
use crate::Error;

/// Effects of markets and of currencies, by [`karnosky_singer`].
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KarnoskySingerAttribution {
    /// Effects of the markets, by segment.
    pub effects: Vec<SegmentEffects>,
    /// Effects of the currencies, hedges included.
    pub currencies: Vec<f64>,
    /// What weights that do not sum to one, and hedges without their other leg, leave of the capital, earning nothing.
    pub cash: f64,
    /// Return of the portfolio in base currency, hedges included.
    pub portfolio_return: f64,
    /// Return of the benchmark in base currency, hedges included.
    pub benchmark_return: f64,
}

impl KarnoskySingerAttribution {
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
}

/// What was earned beyond a benchmark by markets over their local cash, and by currencies as deposits in them: the
/// two decisions that can be made apart, because a hedge changes the one and not the other.
///
/// ```text
/// A_i = (w_i - W_i) (p^b_i - p^b),    S_i = W_i (p^r_i - p^b_i),    I_i = (w_i - W_i) (p^r_i - p^b_i)
/// currency = (w_c + h_c - W_c - H_c) (q_c - q),    q = Σ_c (W_c + H_c) q_c
/// ```
///
/// with hedges h and H, the return q of a deposit in base currency and the premium p of a market over it, which are for
/// local returns l, cash rates k and spot rates S0, S1
///
/// ```text
/// simple        q = S1 / S0 (1 + k) - 1      p = S1 / S0 (l - k)
/// continuous    q = ln(S1 / S0) + k          p = l - k
/// ```
///
/// All of it adds up to the excess return of assets and hedges in base currency.
///
/// # Errors
/// As [`ankrim_hensel`](crate::ankrim_hensel()).
///
/// # Examples
/// ```
/// use po_attribution::{BrinsonParams, CashCurrency, CurrencySegment, ReturnKind, Segment, karnosky_singer};
///
/// let home = CurrencySegment { segment: Segment::new(0.4, 0.02, 0.5, 0.02), currency: 0 };
/// let abroad = CurrencySegment { segment: Segment::new(0.6, 0.05, 0.5, 0.05), currency: 1 };
/// // The greater weight abroad is hedged: the currency decision is neutral, the market decision is not.
/// let base = CashCurrency { cash_rate: 0.01, portfolio_hedge: 0.1, ..CashCurrency::default() };
/// let yen = CashCurrency { spot_end: 1.1, cash_rate: 0.03, portfolio_hedge: -0.1, ..CashCurrency::default() };
/// let params = BrinsonParams::default();
/// let found = karnosky_singer(&[home, abroad], &[base, yen], ReturnKind::Simple, params)?;
/// assert!(found.currencies.iter().all(|effect| effect.abs() < 1e-15));
/// assert!((found.markets().allocation - 0.1 * (1.1 * 0.02 - 0.01)).abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// Karnosky, Singer (1994), who have continuous returns; simple returns follow with the deposit as the reference.
///
/// # Settings
/// [`BrinsonParams`], for the markets.
pub fn karnosky_singer(
    segments: &[CurrencySegment],
    currencies: &[CashCurrency],
    kind: ReturnKind,
    params: BrinsonParams,
) -> Result<KarnoskySingerAttribution, Error> {
    let (mut scratch, mut attribution) = (BrinsonScratch::default(), KarnoskySingerAttribution::default());
    karnosky_singer_into(segments, currencies, kind, params, &mut scratch, &mut attribution)?;
    Ok(attribution)
}

/// As [`karnosky_singer`], in the memory that is there.
///
/// # Errors
/// As [`karnosky_singer`]; `attribution` is then not to be read.
pub fn karnosky_singer_into(
    segments: &[CurrencySegment],
    currencies: &[CashCurrency],
    kind: ReturnKind,
    params: BrinsonParams,
    scratch: &mut BrinsonScratch,
    attribution: &mut KarnoskySingerAttribution,
) -> Result<(), Error> {
    for (number, currency) in currencies.iter().enumerate() {
        let rates = [
            ("the spot rate at the start", currency.spot_start),
            ("the spot rate at the end", currency.spot_end),
            ("one plus the cash rate", 1.0 + currency.cash_rate),
        ];
        let hedges = [
            ("the hedge of the portfolio", currency.portfolio_hedge),
            ("the hedge of the benchmark", currency.benchmark_hedge),
        ];
        check_currency(number, rates, hedges)?;
    }
    let growth = |currency: &CashCurrency| currency.spot_end / currency.spot_start;
    let deposit = |currency: &CashCurrency| match kind {
        ReturnKind::Simple => growth(currency) * (1.0 + currency.cash_rate) - 1.0,
        ReturnKind::Continuous => growth(currency).ln() + currency.cash_rate,
    };
    translated(segments, currencies.len(), &mut scratch.cells, |number, local| {
        let currency = &currencies[number];
        let premium = local - currency.cash_rate;
        match kind {
            ReturnKind::Simple => growth(currency) * premium,
            ReturnKind::Continuous => premium,
        }
    })?;
    let (total, mut cash) = market_effects(params, &scratch.cells, &mut attribution.effects);
    let (mut own, mut reference) = (0.0, 0.0);
    for currency in currencies {
        own += currency.portfolio_hedge * deposit(currency);
        reference += currency.benchmark_hedge * deposit(currency);
    }
    for &CurrencySegment { segment, currency } in segments {
        own += segment.portfolio_weight * deposit(&currencies[currency]);
        reference += segment.benchmark_weight * deposit(&currencies[currency]);
    }
    attribution.currencies.clear();
    for currency in currencies {
        let active = currency.portfolio_hedge - currency.benchmark_hedge;
        attribution.currencies.push(active * (deposit(currency) - reference));
        cash += active * reference;
    }
    for &CurrencySegment { segment, currency } in segments {
        let active = segment.portfolio_weight - segment.benchmark_weight;
        attribution.currencies[currency] += active * (deposit(&currencies[currency]) - reference);
        cash += active * reference;
    }
    attribution.cash = cash;
    attribution.portfolio_return = total.portfolio.contribution + own;
    attribution.benchmark_return = total.benchmark.contribution + reference;
    Ok(())
}
