//! Exponentially weighted volatility, as a filter of returns.

use po_core::InputError;

use super::Filtered;
use super::weighted::check_series;
use crate::Error;

/// Volatility as an exponentially weighted mean of squared returns, with a mean return of zero.
///
/// ```text
/// σ²_s     = 1/s Σ_{t<s} r_t²                 s = warm_up: the start, after the returns 0 … s-1
/// σ²_{t+1} = λ σ²_t + (1-λ) r_t²              t >= s
/// z_t      = r_t / σ_t                        the residual of t >= s
/// ```
///
/// The first `warm_up` returns start the volatility and have no residuals.
///
/// # Examples
/// ```
/// use po_tail::EwmaFilter;
///
/// let filter = EwmaFilter { decay: 0.75, warm_up: 2 };
/// let mut residuals = Vec::new();
/// let filtered = filter.filter_into(&[0.01, -0.01, 0.03], &mut residuals)?;
/// assert!((filtered.residuals[0] - 3.0).abs() < 1e-14);
/// // 0.75 of one and 0.25 of nine.
/// assert!((filtered.volatility - 3.0_f64.sqrt() * 0.01).abs() < 1e-16);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// J. P. Morgan and Reuters (1996), `RiskMetrics` technical document, section 5.2, whose recursion starts after one
/// return.
///
/// # Settings
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `decay` | 0.94 | (0, 1) | λ |
/// | `warm_up` | 20 | 1 or more | how many returns the volatility starts from |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct EwmaFilter {
    /// λ.
    pub decay: f64,
    /// How many returns the volatility starts from.
    pub warm_up: usize,
}

impl Default for EwmaFilter {
    fn default() -> Self {
        Self { decay: 0.94, warm_up: 20 }
    }
}

impl EwmaFilter {
    /// Refuses a setting out of range; filtering refuses it too.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a decay outside (0, 1), or no return to start from.
    pub fn check(&self) -> Result<(), Error> {
        if !(self.decay > 0.0 && self.decay < 1.0) {
            let (name, expected) = ("the decay", "a number in (0, 1)");
            return Err(InputError::OutOfRange { name, value: self.decay, expected }.into());
        }
        if self.warm_up == 0 {
            let (name, expected) = ("the number of returns to start from", "1 or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected }.into());
        }
        Ok(())
    }

    /// Writes the residuals of a series into memory that is kept, and forecasts the volatility of the next period.
    ///
    /// # Errors
    /// As [`EwmaFilter::check`]; [`Error::TooFew`] unless there is a return beyond those to start from;
    /// [`RiskError::NotFinite`](po_core::RiskError::NotFinite) for one that is none; [`InputError::OutOfRange`] for a
    /// volatility of zero. `residuals` is then unspecified.
    pub fn filter_into<'a>(
        &self,
        returns: &[f64],
        residuals: &'a mut Vec<f64>,
    ) -> Result<Filtered<'a>, Error> {
        self.check()?;
        check_series(returns)?;
        let needed = self.warm_up.saturating_add(1);
        if returns.len() < needed {
            let (what, actual) = ("the series of returns", returns.len());
            return Err(Error::TooFew { what, needed, actual });
        }
        let (first, rest) = returns.split_at(self.warm_up);
        let squares: f64 = first.iter().map(|value| value * value).sum();
        let mut variance = squares / first.len() as f64;
        residuals.clear();
        residuals.reserve(rest.len());
        for value in rest {
            residuals.push(value / deviation(variance)?);
            variance = self.next(variance, *value);
        }
        Ok(Filtered { residuals, mean: 0.0, volatility: deviation(variance)? })
    }

    /// The variance of the next period.
    pub(crate) fn next(&self, variance: f64, value: f64) -> f64 {
        self.decay * variance + (1.0 - self.decay) * value * value
    }
}

/// The root of a variance that returns can be divided by.
pub(crate) fn deviation(variance: f64) -> Result<f64, Error> {
    if variance >= f64::MIN_POSITIVE && variance.is_finite() {
        return Ok(variance.sqrt());
    }
    let (name, expected) = ("the variance of the past returns", "a finite number above 0");
    Err(InputError::OutOfRange { name, value: variance, expected }.into())
}
