//! What the controller decides for a period.

use po_core::Weights;

/// What to hold for the next period, and why.
///
/// `ControllerDecision::default()` is what a controller holds before its first step: no weights, nothing decided.
///
/// # Shapes and units
/// N weights, fractions of capital; what they lack to one is cash. Uses are shares of the volatility budget. Exposure
/// and its cap are multiples of the target portfolio.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ControllerDecision {
    /// The weights to hold: `exposure` times the target after a trade, else what is held already.
    pub weights: Weights,
    /// The multiple of the target that is held; without a trade, the gross exposure held over that of the target.
    pub exposure: f64,
    /// The largest exposure that the leverage limit and the drawdown allow.
    pub exposure_cap: f64,
    /// The forecast use of the budget before the decision.
    pub held_use: f64,
    /// The forecast use of the budget by `weights`.
    pub forecast_use: f64,
    /// The use of the budget that realised returns show; nothing before the first one.
    pub realised_use: Option<f64>,
    /// The loss since the highest wealth seen, as a fraction of it.
    pub drawdown: f64,
    /// Whether `weights` differ from what is held.
    pub traded: bool,
    /// The sum of the absolute changes of the weights: purchases and sales together, without the cash beside them.
    pub turnover: f64,
    /// Why there is a trade, or none.
    pub reason: Reason,
}

impl AsRef<Weights> for ControllerDecision {
    fn as_ref(&self) -> &Weights {
        &self.weights
    }
}

/// Why the controller trades or does not; where several reasons hold, the first of the reasons to trade is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Reason {
    /// No trade: use lies in the band, and every weight near its target.
    #[default]
    InBand,
    /// No trade: use lies below the band, and the cap on exposure leaves no room to raise it.
    AtCap,
    /// A trade: use lies above the band.
    AboveBand,
    /// A trade: the gross exposure held is more than the leverage limit allows.
    OverLeverage,
    /// A trade: the gross exposure held is more than the drawdown allows.
    Drawdown,
    /// A trade: use lies below the band, and exposure may be higher.
    BelowBand,
    /// A trade: a weight lies outside its no-trade band.
    WeightDrift,
}

impl Reason {
    /// Whether this is a reason to trade.
    #[must_use]
    pub fn is_trade(self) -> bool {
        !matches!(self, Self::InBand | Self::AtCap)
    }
}
