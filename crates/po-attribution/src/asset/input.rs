//! The history of a portfolio, as it is given.

use po_core::{InputError, Returns};

use crate::Error;

/// What a portfolio held over some periods, and what that returned.
///
/// # Shapes and units
/// Tables are T x N, asset after asset, as in [`Returns::as_slice`]. Returns are simple; weights are fractions of
/// the wealth at the start of the period, as are costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AssetInput<'a> {
    /// Assets, N.
    pub assets: usize,
    /// T x N returns; NaN where there is no price: the position then earns nothing.
    pub returns: &'a [f64],
    /// T x N weights held at the start of each period.
    pub held: &'a [f64],
    /// T x N weights that had been decided, before prices moved them; empty when they are those held.
    pub decided: &'a [f64],
    /// T returns of cash, of which there is 1 - Σ held; empty when it earns nothing.
    pub cash_returns: &'a [f64],
    /// T costs of trading; empty when there are none.
    pub costs: &'a [f64],
}

impl<'a> AssetInput<'a> {
    /// A portfolio without cash returns and costs, in which what was decided was held.
    #[must_use]
    pub fn new(returns: &'a Returns, held: &'a [f64]) -> Self {
        Self { assets: returns.assets(), returns: returns.as_slice(), held, ..Self::default() }
    }

    /// Checks shapes and numbers, and gives the number of periods.
    pub(super) fn check(&self) -> Result<usize, Error> {
        let periods = check_returns(self.assets, self.returns)?;
        check_length("the table of weights held", self.returns.len(), self.held)?;
        check_finite("the weight held", periods, self.held)?;
        if !self.decided.is_empty() {
            check_length("the table of weights decided", self.returns.len(), self.decided)?;
            check_finite("the weight decided", periods, self.decided)?;
        }
        check_series("the list of returns of cash", "the return of cash", periods, self.cash_returns)?;
        check_series("the list of costs", "the cost", periods, self.costs)?;
        Ok(periods)
    }
}

/// Checks a table of returns that may be missing, and gives the number of periods.
pub(super) fn check_returns(assets: usize, returns: &[f64]) -> Result<usize, Error> {
    if assets == 0 || returns.is_empty() {
        return Err(InputError::Empty { what: "the table of returns" }.into());
    }
    let periods = returns.len() / assets;
    if periods * assets != returns.len() {
        let (what, expected) = ("the table of returns", assets * (periods + 1));
        return Err(InputError::LengthMismatch { what, expected, actual: returns.len() }.into());
    }
    match returns.iter().position(|value| value.is_infinite()) {
        None => Ok(periods),
        Some(place) => Err(not_finite("the return", periods, place, returns[place])),
    }
}

pub(super) fn check_length(what: &'static str, expected: usize, list: &[f64]) -> Result<(), Error> {
    if list.len() == expected {
        return Ok(());
    }
    Err(InputError::LengthMismatch { what, expected, actual: list.len() }.into())
}

fn check_finite(what: &'static str, periods: usize, table: &[f64]) -> Result<(), Error> {
    match table.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(place) => Err(not_finite(what, periods, place, table[place])),
    }
}

fn not_finite(what: &'static str, periods: usize, place: usize, value: f64) -> Error {
    InputError::NotFinite { what, row: place % periods, asset: place / periods, value }.into()
}

/// Checks one number for each period, or none at all.
pub(super) fn check_series(
    what: &'static str,
    name: &'static str,
    periods: usize,
    series: &[f64],
) -> Result<(), Error> {
    if series.is_empty() {
        return Ok(());
    }
    check_length(what, periods, series)?;
    match series.iter().find(|value| !value.is_finite()) {
        None => Ok(()),
        Some(&value) => Err(InputError::OutOfRange { name, value, expected: "a finite number" }.into()),
    }
}

/// What a return adds to a position: nothing where it is missing.
#[inline(always)]
pub(super) fn or_zero(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value }
}
