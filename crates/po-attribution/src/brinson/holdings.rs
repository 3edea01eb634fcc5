//! What is held, asset by asset.

use po_core::InputError;

/// Weights of portfolio and benchmark, and returns, of the same assets in the same order.
///
/// # Shapes and units
/// N numbers each. Weights are shares of capital at the start of the period, of either sign; they need not sum to one:
/// what is missing is cash that earns nothing. Returns are simple; that of an asset that neither side holds is not read.
///
/// # Examples
/// ```
/// use po_attribution::BrinsonHoldings;
///
/// let holdings = BrinsonHoldings { portfolio: &[0.6, 0.4], benchmark: &[0.5, 0.5], returns: &[0.02, -0.01] };
/// assert!((holdings.excess()? - 0.003).abs() < 1e-15);
/// # Ok::<(), po_core::InputError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BrinsonHoldings<'a> {
    /// Weights in the portfolio.
    pub portfolio: &'a [f64],
    /// Weights in the benchmark.
    pub benchmark: &'a [f64],
    /// Simple returns of the assets.
    pub returns: &'a [f64],
}

impl BrinsonHoldings<'_> {
    /// What the portfolio earned beyond the benchmark, Σ (w - W) r.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless all three have one length.
    pub fn excess(&self) -> Result<f64, InputError> {
        self.check(self.portfolio.len())?;
        let active = self.portfolio.iter().zip(self.benchmark).map(|(weight, reference)| weight - reference);
        let held = active.zip(self.returns).filter(|(weight, _)| *weight != 0.0);
        Ok(held.map(|(weight, value)| weight * value).sum())
    }

    pub(crate) fn check(&self, expected: usize) -> Result<(), InputError> {
        for (what, list) in [
            ("the list of portfolio weights", self.portfolio),
            ("the list of benchmark weights", self.benchmark),
            ("the list of returns", self.returns),
        ] {
            if list.len() != expected {
                return Err(InputError::LengthMismatch { what, expected, actual: list.len() });
            }
        }
        Ok(())
    }
}
