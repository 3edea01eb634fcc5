//! Residuals of past returns, with forecasts for the next period.

use po_core::InputError;

use crate::Error;

/// The standardised residuals of past returns, with the forecasts that turn them into returns of the next period.
///
/// They come from any model of the volatility: [`EwmaFilter`](crate::EwmaFilter) here, GARCH elsewhere.
///
/// # Shapes and units
/// T residuals, the oldest first: returns less their conditional means, over their conditional volatilities. Mean and
/// volatility in returns of the next period; the volatility is positive.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{Filtered, TailModel};
///
/// let filtered = Filtered { residuals: &[1.0, -2.0], mean: 0.001, volatility: 0.02 };
/// let risk = TailModel::Historical.estimate_filtered(filtered, Confidence::new(0.9)?)?;
/// assert_eq!(risk.var, 0.039);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Filtered<'a> {
    /// Standardised residuals, gains positive.
    pub residuals: &'a [f64],
    /// Forecast of the mean of the next period.
    pub mean: f64,
    /// Forecast of the volatility of the next period.
    pub volatility: f64,
}

impl Filtered<'_> {
    pub(super) fn check(&self) -> Result<(), Error> {
        if !self.mean.is_finite() {
            let (name, expected) = ("the forecast of the mean", "a finite number");
            return Err(InputError::OutOfRange { name, value: self.mean, expected }.into());
        }
        if !(self.volatility > 0.0 && self.volatility.is_finite()) {
            let (name, expected) = ("the forecast of the volatility", "a finite number above 0");
            return Err(InputError::OutOfRange { name, value: self.volatility, expected }.into());
        }
        Ok(())
    }
}
