//! Weights that nobody touches between rebalances.

use po_core::InputError;

use super::input::{check_length, check_returns, check_series, or_zero};
use crate::Error;
use crate::sum::Sum;

/// A portfolio that is set to target weights now and then, and left alone in between.
///
/// # Shapes and units
/// Returns are T x N, asset after asset, as in [`Returns::as_slice`](po_core::Returns::as_slice); weights are
/// fractions of wealth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HoldInput<'a> {
    /// Assets, N.
    pub assets: usize,
    /// T x N returns; NaN where there is no price.
    pub returns: &'a [f64],
    /// T returns of cash; empty when it earns nothing.
    pub cash_returns: &'a [f64],
    /// The periods at whose start the portfolio is set to its targets: increasing, the first of them 0.
    pub rebalances: &'a [usize],
    /// N weights for each rebalance, one rebalance after the other.
    pub targets: &'a [f64],
}

/// The weights of a portfolio that drifts between rebalances.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HoldWeights {
    held: Vec<f64>,
    decided: Vec<f64>,
    now: Vec<f64>,
}

impl HoldWeights {
    /// The T x N weights at the start of each period, asset after asset.
    #[must_use]
    pub fn held(&self) -> &[f64] {
        &self.held
    }

    /// The T x N targets that were last set, asset after asset.
    #[must_use]
    pub fn decided(&self) -> &[f64] {
        &self.decided
    }
}

/// The weights of a portfolio that is left alone between rebalances.
///
/// ```text
/// h_{i,t+1} = h_it (1 + r_it) / (1 + R_t),     R_t = Σ_i h_it r_it + (1 - Σ_i h_it) r_cash,t
/// ```
///
/// # Shapes and units
/// As in [`HoldInput`].
///
/// # Errors
/// [`InputError::Empty`] without returns or rebalances, [`InputError::LengthMismatch`] for tables of different shape,
/// [`InputError::NotFinite`] and [`InputError::OutOfRange`] for a number that is not finite (a return may be NaN) and
/// for rebalances out of order, [`Error::NotCompoundable`] for a period that leaves no wealth.
///
/// # Examples
/// ```
/// use po_attribution::{HoldInput, buy_and_hold};
///
/// // The first asset doubles and doubles again, the second stays.
/// let input = HoldInput {
///     assets: 2,
///     returns: &[1.0, 1.0, 0.0, 0.0],
///     rebalances: &[0],
///     targets: &[0.5, 0.5],
///     ..HoldInput::default()
/// };
/// let weights = buy_and_hold(&input)?;
/// assert!((weights.held()[1] - 2.0 / 3.0).abs() < 1e-15);
/// assert_eq!(weights.decided(), [0.5; 4]);
/// # Ok::<(), po_attribution::Error>(())
/// ```
pub fn buy_and_hold(input: &HoldInput<'_>) -> Result<HoldWeights, Error> {
    let mut weights = HoldWeights::default();
    buy_and_hold_into(input, &mut weights)?;
    Ok(weights)
}

/// As [`buy_and_hold`], in the memory that is there.
///
/// # Errors
/// As [`buy_and_hold`]; what `weights` holds is then of no meaning.
pub fn buy_and_hold_into(input: &HoldInput<'_>, weights: &mut HoldWeights) -> Result<(), Error> {
    let HoldInput { assets, returns, cash_returns, rebalances, targets } = *input;
    let periods = check_returns(assets, returns)?;
    check_series("the list of returns of cash", "the return of cash", periods, cash_returns)?;
    check_rebalances(periods, rebalances)?;
    check_length("the table of targets", assets * rebalances.len(), targets)?;
    if let Some(place) = targets.iter().position(|weight| !weight.is_finite()) {
        let (what, row, asset) = ("the target", place / assets, place % assets);
        return Err(InputError::NotFinite { what, row, asset, value: targets[place] }.into());
    }

    let HoldWeights { held, decided, now } = weights;
    for list in [&mut *held, decided] {
        list.clear();
        list.resize(returns.len(), 0.0);
    }
    let mut set = rebalances.iter().zip(targets.chunks_exact(assets)).peekable();
    let mut target = &targets[..assets];
    for period in 0..periods {
        if let Some((_, new)) = set.next_if(|(rebalance, _)| **rebalance == period) {
            target = new;
            now.clear();
            now.extend_from_slice(new);
        }
        let (mut growth, mut invested) = (Sum::of(1.0), Sum::ZERO);
        for asset in 0..assets {
            let place = asset * periods + period;
            (held[place], decided[place]) = (now[asset], target[asset]);
            growth = growth.plus(now[asset] * or_zero(returns[place]));
            invested = invested.plus(now[asset]);
        }
        let cash = cash_returns.get(period).copied().unwrap_or(0.0);
        let growth = growth.plus(Sum::of(1.0).without(invested).value() * cash).value();
        if !(growth > 0.0 && growth.is_finite()) {
            return Err(Error::NotCompoundable { what: "portfolio", period, value: growth - 1.0 });
        }
        for (asset, weight) in now.iter_mut().enumerate() {
            *weight *= (1.0 + or_zero(returns[asset * periods + period])) / growth;
        }
    }
    Ok(())
}

fn check_rebalances(periods: usize, rebalances: &[usize]) -> Result<(), Error> {
    let Some(&first) = rebalances.first() else {
        return Err(InputError::Empty { what: "the list of rebalances" }.into());
    };
    let wrong = |name, value: usize, expected| {
        Err(InputError::OutOfRange { name, value: value as f64, expected }.into())
    };
    if first != 0 {
        return wrong("the first rebalance", first, "0, the start of the first period");
    }
    if let Some(pair) = rebalances.windows(2).find(|pair| pair[1] <= pair[0]) {
        return wrong("a rebalance", pair[1], "a later period than that of the one before it");
    }
    match rebalances.last() {
        Some(&last) if last >= periods => {
            wrong("the last rebalance", last, "less than the number of periods")
        }
        _ => Ok(()),
    }
}
