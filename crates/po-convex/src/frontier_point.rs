//! A portfolio on the efficient frontier.

use po_core::Weights;

/// A portfolio on the efficient frontier, with its return and its risk.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct FrontierPoint {
    /// The weights.
    pub weights: Weights,
    /// Expected return, `μ'x`.
    pub mean: f64,
    /// Variance, `x'Σx`.
    pub variance: f64,
    /// λ: the weights minimise `½ x'Σx - λ μ'x`; half of what a little more return costs in variance.
    pub lambda: f64,
}

impl FrontierPoint {
    /// The standard deviation.
    #[must_use]
    pub fn volatility(&self) -> f64 {
        self.variance.sqrt()
    }

    /// Excess return divided by volatility; infinite without risk.
    ///
    /// ```text
    /// (μ'x - r) / sqrt(x'Σx)
    /// ```
    #[must_use]
    pub fn sharpe(&self, risk_free: f64) -> f64 {
        (self.mean - risk_free) / self.volatility()
    }
}
