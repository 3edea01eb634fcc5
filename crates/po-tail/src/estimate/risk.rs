//! Value at risk beside its conditional mean.

/// Value at risk, and the mean loss beyond it.
///
/// # Shapes and units
/// Losses, positive, in returns per period.
///
/// # Examples
/// ```
/// use po_tail::TailRisk;
///
/// // Residuals of unit variance, a mean of one per mille, a volatility of two per cent.
/// let risk = TailRisk { var: 2.5, cvar: 3.0 }.rescaled(0.001, 0.02);
/// assert!((risk.var - 0.049).abs() < 1e-15);
/// assert!((risk.cvar - 0.059).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct TailRisk {
    /// Value at risk.
    pub var: f64,
    /// Conditional value at risk, which is also called expected shortfall.
    pub cvar: f64,
}

impl TailRisk {
    /// The risk of `mean + volatility * r`, where this one is that of r and the volatility is not negative.
    #[must_use]
    pub fn rescaled(self, mean: f64, volatility: f64) -> Self {
        Self { var: volatility * self.var - mean, cvar: volatility * self.cvar - mean }
    }
}
