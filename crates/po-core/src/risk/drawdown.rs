//! How far a portfolio stands below its last peak.

use super::kernel::total;
use super::scratch::RiskScratch;

/// Whether returns add up or compound between a peak and what comes after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Compounding {
    /// Returns add up: drawdowns are in units of the capital at the start.
    #[default]
    Uncompounded,
    /// Returns compound: drawdowns are fractions of the last peak.
    Compounded,
}

impl RiskScratch {
    /// The drawdowns of a series, one for each period; the start counts as a peak.
    pub(super) fn drawdowns(&mut self, returns: &[f64], compounding: Compounding) -> &mut [f64] {
        self.sample.clear();
        let mut drawdown = 0.0_f64;
        match compounding {
            Compounding::Uncompounded => self.sample.extend(returns.iter().map(|value| {
                drawdown = (drawdown - value).max(0.0);
                drawdown
            })),
            // 1 - (1 - D) (1 + r): neither peak nor capital is needed, so that neither can overflow.
            Compounding::Compounded => self.sample.extend(returns.iter().map(|value| {
                drawdown = (drawdown - value * (1.0 - drawdown)).clamp(0.0, 1.0);
                drawdown
            })),
        }
        &mut self.sample
    }
}

/// The mean of the drawdowns.
pub(super) fn average(drawdowns: &[f64]) -> f64 {
    total(drawdowns, |drawdown| drawdown) / drawdowns.len() as f64
}

/// The root of the mean square of the drawdowns.
pub(super) fn ulcer_index(drawdowns: &[f64]) -> f64 {
    (total(drawdowns, |drawdown| drawdown * drawdown) / drawdowns.len() as f64).sqrt()
}
