//! Working memory of the measures of risk.

/// Working memory of [`Risk`](crate::Risk).
///
/// # Cost
/// T numbers of eight bytes, for the longest series seen.
#[derive(Clone, Debug, Default)]
pub struct RiskScratch {
    /// Losses, gains or drawdowns, T of them, which finding a quantile puts in another order.
    pub(super) sample: Vec<f64>,
}

impl RiskScratch {
    /// The losses of a series; a return of zero is a loss of zero, not of minus zero.
    pub(super) fn losses(&mut self, returns: &[f64]) -> &mut [f64] {
        self.sample.clear();
        self.sample.extend(returns.iter().map(|value| 0.0 - value));
        &mut self.sample
    }

    /// The gains of a series: the losses of whoever holds the other side.
    pub(super) fn gains(&mut self, returns: &[f64]) -> &mut [f64] {
        self.sample.clear();
        self.sample.extend(returns.iter().map(|value| 0.0 + value));
        &mut self.sample
    }
}
