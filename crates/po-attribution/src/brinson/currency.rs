//! Segments in foreign currencies, and what is known of those.

use po_core::InputError;

use super::cell::Cell;
use super::{BrinsonParams, Segment, SegmentEffects};
use crate::Error;

/// A segment, its returns in local currency, and which currency that is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CurrencySegment {
    /// Weights, and returns in local currency.
    pub segment: Segment,
    /// Number of the currency.
    pub currency: usize,
}

/// Rates of a currency over one period, and the forward contracts that are held in it.
///
/// # Shapes and units
/// Rates are prices of one unit of the currency in the base currency; those of the base currency itself are 1.
/// A forward contract is a share of capital at the forward rate, positive where the currency is bought; it needs no
/// capital.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ForwardCurrency {
    /// Spot rate at the start of the period.
    pub spot_start: f64,
    /// Spot rate at its end.
    pub spot_end: f64,
    /// Forward rate, agreed at the start for the end.
    pub forward: f64,
    /// Forward contracts of the portfolio.
    pub portfolio_forward: f64,
    /// Forward contracts of the benchmark.
    pub benchmark_forward: f64,
}

impl Default for ForwardCurrency {
    /// The base currency, without contracts.
    fn default() -> Self {
        Self { spot_start: 1.0, spot_end: 1.0, forward: 1.0, portfolio_forward: 0.0, benchmark_forward: 0.0 }
    }
}

/// Rates of a currency over one period, what cash earns in it, and the hedges that are held.
///
/// # Shapes and units
/// Spot rates are prices of one unit of the currency in the base currency; those of the base currency itself are 1.
/// The cash rate is the return of a deposit over the period. A hedge is a share of capital moved into the currency,
/// negative where it is sold; the other leg is a hedge of the opposite sign, mostly in the base currency.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CashCurrency {
    /// Spot rate at the start of the period.
    pub spot_start: f64,
    /// Spot rate at its end.
    pub spot_end: f64,
    /// What cash in the currency earns over the period.
    pub cash_rate: f64,
    /// Hedges of the portfolio.
    pub portfolio_hedge: f64,
    /// Hedges of the benchmark.
    pub benchmark_hedge: f64,
}

impl Default for CashCurrency {
    /// The base currency, without hedges, where cash earns nothing.
    fn default() -> Self {
        Self { spot_start: 1.0, spot_end: 1.0, cash_rate: 0.0, portfolio_hedge: 0.0, benchmark_hedge: 0.0 }
    }
}

/// How returns of markets and of currencies go together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum ReturnKind {
    /// Simple returns multiply: `(1 + local) (1 + currency) - 1`.
    #[default]
    Simple,
    /// Continuously compounded returns add: `local + ln(spot_end / spot_start)`.
    Continuous,
}

/// Refuses what is not a rate, and contracts that are no number.
pub(crate) fn check_currency(
    currency: usize,
    rates: [(&'static str, f64); 3],
    holdings: [(&'static str, f64); 2],
) -> Result<(), Error> {
    let bad_rate = rates.into_iter().find(|(_, value)| !(*value > 0.0 && value.is_finite()));
    if let Some((what, value)) = bad_rate {
        return Err(Error::CurrencyOutOfRange { what, currency, value, expected: "a positive number" });
    }
    let bad_holding = holdings.into_iter().find(|(_, value)| !value.is_finite());
    match bad_holding {
        Some((what, value)) => {
            Err(Error::CurrencyOutOfRange { what, currency, value, expected: "a finite number" })
        }
        None => Ok(()),
    }
}

/// The segments as cells whose returns are those that `translate` makes of local ones.
pub(crate) fn translated(
    segments: &[CurrencySegment],
    currencies: usize,
    cells: &mut Vec<Cell>,
    translate: impl Fn(usize, f64) -> f64,
) -> Result<(), Error> {
    if segments.is_empty() {
        return Err(InputError::Empty { what: "the list of segments" }.into());
    }
    cells.clear();
    for (number, &CurrencySegment { segment, currency }) in segments.iter().enumerate() {
        if currency >= currencies {
            return Err(Error::UnknownCurrency { segment: number, currency, currencies });
        }
        // Refused first in the user's own numbers.
        Cell::given(&segment, number)?;
        let translated = Segment {
            portfolio_return: segment.portfolio_return.map(|local| translate(currency, local)),
            benchmark_return: segment.benchmark_return.map(|local| translate(currency, local)),
            ..segment
        };
        cells.push(Cell::given(&translated, number)?);
    }
    Ok(())
}

/// The effects of the market decisions, their total on both sides, and the active weight of all segments.
pub(crate) fn market_effects(
    params: BrinsonParams,
    cells: &[Cell],
    effects: &mut Vec<SegmentEffects>,
) -> (Cell, f64) {
    let mut total = Cell::default();
    cells.iter().for_each(|cell| total.add(cell));
    let frame = params.model.frame(total.benchmark.contribution);
    effects.clear();
    effects.extend(cells.iter().map(|cell| cell.effects(frame, params.off_benchmark, params.interaction)));
    let active = total.portfolio.weight - total.benchmark.weight;
    (total, active * frame.base)
}
