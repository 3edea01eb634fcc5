//! What was forecast, beside what came.

use po_core::{Confidence, InputError};

use super::Violations;
use crate::Error;

/// Realised returns, and the forecasts of value at risk and expected shortfall that were made before them.
///
/// # Shapes and units
/// One value a day: simple returns, gains positive; value at risk and expected shortfall as losses, positive. A
/// day's forecast must have been made before its return was known; [`walk_forward`](crate::walk_forward) sees
/// to that.
///
/// # Examples
/// ```
/// use po_tail::Forecasts;
///
/// let forecasts = Forecasts::new(&[0.01, -0.03, 0.002], &[0.02; 3], Some(&[0.025; 3]))?;
/// assert_eq!(forecasts.violations().hits(), [false, true, false]);
/// # Ok::<(), po_tail::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecasts<'a> {
    returns: &'a [f64],
    var: &'a [f64],
    cvar: Option<&'a [f64]>,
}

impl<'a> Forecasts<'a> {
    /// Forecasts, checked.
    ///
    /// # Errors
    /// [`InputError::Empty`] without a day; [`InputError::LengthMismatch`]; [`Error::Observation`] for a value
    /// that is not finite, an expected shortfall that is not positive, or one below the value at risk of its
    /// day.
    pub fn new(returns: &'a [f64], var: &'a [f64], cvar: Option<&'a [f64]>) -> Result<Self, Error> {
        if returns.is_empty() {
            return Err(InputError::Empty { what: "the list of returns" }.into());
        }
        let forecasts = [
            ("the list of forecasts of value at risk", Some(var)),
            ("the list of forecasts of expected shortfall", cvar),
        ];
        for (what, series) in forecasts {
            let actual = series.map_or(returns.len(), <[f64]>::len);
            if actual != returns.len() {
                return Err(InputError::LengthMismatch { what, expected: returns.len(), actual }.into());
            }
        }
        finite("the return of day", returns)?;
        finite("the value at risk of day", var)?;
        for (place, (&value, &var)) in cvar.unwrap_or_default().iter().zip(var).enumerate() {
            check_shortfall(place, var, value)?;
        }
        Ok(Self { returns, var, cvar })
    }

    /// How many days there are.
    #[must_use]
    pub fn days(&self) -> usize {
        self.returns.len()
    }

    /// The realised returns.
    #[must_use]
    pub fn returns(&self) -> &'a [f64] {
        self.returns
    }

    /// The forecasts of value at risk.
    #[must_use]
    pub fn var(&self) -> &'a [f64] {
        self.var
    }

    /// The forecasts of expected shortfall, if there are any.
    #[must_use]
    pub fn cvar(&self) -> Option<&'a [f64]> {
        self.cvar
    }

    /// The days on which more was lost than the value at risk; a loss that equals it is no violation.
    #[must_use]
    pub fn violations(&self) -> Violations {
        Violations::counted(self.returns.iter().zip(self.var).map(|(return_, var)| -return_ > *var).collect())
    }

    /// The forecasts of expected shortfall, for tests of them.
    pub(super) fn shortfalls(&self) -> Result<&'a [f64], Error> {
        Ok(self.cvar.ok_or(InputError::Empty { what: "the list of forecasts of expected shortfall" })?)
    }
}

/// Refuses an expected shortfall that is none beside the value at risk.
pub(super) fn check_shortfall(place: usize, var: f64, value: f64) -> Result<(), Error> {
    let what = "the expected shortfall of day";
    let expected = if !value.is_finite() {
        "a finite number"
    } else if value <= 0.0 {
        "a positive number: tests and scores divide by it"
    } else if value < var {
        "at least the value at risk of that day"
    } else {
        return Ok(());
    };
    Err(Error::Observation { what, place, value, expected })
}

pub(super) fn finite(what: &'static str, series: &[f64]) -> Result<(), Error> {
    match series.iter().position(|value| !value.is_finite()) {
        Some(place) => {
            Err(Error::Observation { what, place, value: series[place], expected: "a finite number" })
        }
        None => Ok(()),
    }
}

/// Refuses a confidence at which a parametric tail does not begin on the side of losses.
pub(super) fn check_tail(confidence: Confidence) -> Result<(), InputError> {
    if confidence.level() > 0.5 {
        return Ok(());
    }
    let (name, value, expected) = ("the confidence", confidence.level(), "a number in (0.5, 1)");
    Err(InputError::OutOfRange { name, value, expected })
}
