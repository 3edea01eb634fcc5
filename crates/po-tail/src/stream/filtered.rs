//! The tail of residuals under a volatility that moves.

use po_core::{Confidence, InputError};

use super::RollingTail;
use super::rolling::loss_of;
#[cfg(feature = "serde")]
use super::snapshot::Bits;
use crate::estimate::deviation;
use crate::{Error, EwmaFilter, TailRisk};

/// Value at risk and its conditional mean of the next bar: quantiles of the last W residuals, scaled by the volatility.
///
/// The volatility is that of an [`EwmaFilter`], whose first returns start it and give no residual. After each update the
/// risk is that of filtered historical simulation with the residuals of the window.
///
/// # Cost
/// As [`RollingTail`], and a root.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{EwmaFilter, FilteredTail};
///
/// let filter = EwmaFilter { decay: 0.75, warm_up: 2 };
/// let mut tail = FilteredTail::new(filter, 250, Confidence::new(0.95)?)?;
/// assert_eq!(tail.update(0.01)?, None);
/// assert_eq!(tail.update(-0.01)?, None);
/// // A loss of three volatilities, and a volatility of sqrt(0.75 + 0.25 * 9) = sqrt(3) per cent for the next bar.
/// let risk = tail.update(-0.03)?.unwrap();
/// assert!((risk.var - 0.03 * 3.0_f64.sqrt()).abs() < 1e-15);
/// assert!((tail.volatility().unwrap() - 0.01 * 3.0_f64.sqrt()).abs() < 1e-16);
/// assert!((tail.residuals().risk().unwrap().cvar - 3.0).abs() < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// Hull and White (1998), "Incorporating volatility updating into the historical simulation method for value-at-risk".
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "FilteredState", into = "FilteredState"))]
pub struct FilteredTail {
    filter: EwmaFilter,
    /// Returns that started the volatility, up to those that are needed.
    started: usize,
    /// Their squares added up, then the variance of the next bar.
    variance: f64,
    residuals: RollingTail,
}

impl FilteredTail {
    /// A stream with all the memory that it will need.
    ///
    /// # Errors
    /// As [`EwmaFilter::check`] and [`RollingTail::new`].
    pub fn new(filter: EwmaFilter, window: usize, confidence: Confidence) -> Result<Self, Error> {
        filter.check()?;
        Ok(Self { filter, started: 0, variance: 0.0, residuals: RollingTail::new(window, confidence)? })
    }

    /// Takes in a return, and hands back the risk of the next bar; none before the first residual.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a return that is not a number, or beyond 1e100 in size or in volatilities, and for
    /// one that leaves the volatility at zero; all then stays as it was.
    pub fn update(&mut self, value: f64) -> Result<Option<TailRisk>, Error> {
        loss_of(value)?;
        if self.started < self.filter.warm_up {
            let sum = self.variance + value * value;
            if self.started + 1 < self.filter.warm_up {
                self.variance = sum;
            } else {
                let variance = sum / self.filter.warm_up as f64;
                deviation(variance)?;
                self.variance = variance;
            }
            self.started += 1;
            return Ok(None);
        }
        let next = self.filter.next(self.variance, value);
        let volatility = deviation(next)?;
        let residual = value / deviation(self.variance)?;
        if loss_of(residual).is_err() {
            let (name, expected) = ("the return over its volatility", "a number in [-1e100, 1e100]");
            return Err(InputError::OutOfRange { name, value: residual, expected }.into());
        }
        let risk = self.residuals.update(residual)?;
        self.variance = next;
        Ok(Some(risk.rescaled(0.0, volatility)))
    }

    /// The risk of the next bar; none before the first residual.
    #[must_use]
    pub fn risk(&self) -> Option<TailRisk> {
        Some(self.residuals.risk()?.rescaled(0.0, self.volatility()?))
    }

    /// The volatility of the next bar; none before it has started.
    #[must_use]
    pub fn volatility(&self) -> Option<f64> {
        (self.started == self.filter.warm_up).then(|| self.variance.sqrt())
    }

    /// The last residuals.
    #[must_use]
    pub fn residuals(&self) -> &RollingTail {
        &self.residuals
    }
}

/// What is kept of a stream.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "FilteredTail", deny_unknown_fields)]
struct FilteredState {
    filter: EwmaFilter,
    started: usize,
    /// One number.
    variance: Bits,
    residuals: RollingTail,
}

#[cfg(feature = "serde")]
impl From<FilteredTail> for FilteredState {
    fn from(tail: FilteredTail) -> Self {
        let variance = Bits::of(&[tail.variance]);
        Self { filter: tail.filter, started: tail.started, variance, residuals: tail.residuals }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<FilteredState> for FilteredTail {
    type Error = Error;

    fn try_from(state: FilteredState) -> Result<Self, Error> {
        state.filter.check()?;
        let numbers = state.variance.numbers();
        let &[variance] = numbers.as_slice() else {
            let (what, expected, actual) = ("the list of variances", 1, numbers.len());
            return Err(InputError::LengthMismatch { what, expected, actual }.into());
        };
        if state.started > state.filter.warm_up {
            let (name, value) = ("the number of returns that started the volatility", state.started as f64);
            let expected = "at most the number of returns to start from";
            return Err(InputError::OutOfRange { name, value, expected }.into());
        }
        if state.started == state.filter.warm_up {
            deviation(variance)?;
        } else if !state.residuals.is_empty() || !variance.is_finite() || variance < 0.0 {
            let (name, expected) =
                ("the sum of squares", "a finite number of zero or more, and no residual yet");
            return Err(InputError::OutOfRange { name, value: variance, expected }.into());
        }
        Ok(Self { filter: state.filter, started: state.started, variance, residuals: state.residuals })
    }
}
