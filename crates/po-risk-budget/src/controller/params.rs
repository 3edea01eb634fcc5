//! The settings of the controller.

use po_core::InputError;

/// Settings of [`RiskBudgetController`](crate::RiskBudgetController).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `volatility_budget` | 0.01 | positive | the volatility per period that is budgeted |
/// | `band` | (0.80, 0.95) | 0 < lower ≤ upper | which use of that budget is left alone, in shares of it |
/// | `leverage_limit` | 1 | positive | the largest exposure, in multiples of the target portfolio |
/// | `half_life` | 20 | (0, 1e9] | after how many periods a realised return counts half |
/// | `drawdown` | none | see [`DrawdownScaling`] | how a drawdown lowers the largest exposure; without it none does |
/// | `weight_band` | 0.05 | 0 or more | how far a weight may lie from its target before it is traded back |
///
/// The default of `leverage_limit` is one because nothing then has to be borrowed: a calm market leaves the use of the
/// budget below its band. The default of `volatility_budget` is some 16 % a year, if a period is a trading day.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct RiskBudgetControllerParams {
    /// The volatility per period that is budgeted.
    pub volatility_budget: f64,
    /// The lowest and the highest use of the budget that is left alone, in shares of the budget.
    ///
    /// Where both are the same number, there is no band, and every period is traded.
    pub band: (f64, f64),
    /// The largest exposure, in multiples of the target portfolio.
    pub leverage_limit: f64,
    /// After how many periods a realised return counts half.
    pub half_life: f64,
    /// How a drawdown lowers the largest exposure; without it none does.
    pub drawdown: Option<DrawdownScaling>,
    /// How far a weight may lie from its target, in fractions of capital, before it is traded back.
    pub weight_band: f64,
}

impl Default for RiskBudgetControllerParams {
    fn default() -> Self {
        Self {
            volatility_budget: 0.01,
            band: (0.80, 0.95),
            leverage_limit: 1.0,
            half_life: 20.0,
            drawdown: None,
            weight_band: 0.05,
        }
    }
}

impl RiskBudgetControllerParams {
    pub(super) fn check(&self) -> Result<(), InputError> {
        let positive = |value: f64| value > 0.0 && value.is_finite();
        let (lower, upper) = self.band;
        let number = "a positive, finite number";
        within("the volatility budget", self.volatility_budget, positive, number)?;
        within("the lower edge of the band", lower, positive, number)?;
        let above = |value: f64| value >= lower && value.is_finite();
        within("the upper edge of the band", upper, above, "a finite number, the lower edge or more")?;
        within("the leverage limit", self.leverage_limit, positive, number)?;
        within("the half-life", self.half_life, |value| value > 0.0 && value <= 1e9, "a number in (0, 1e9]")?;
        if let Some(DrawdownScaling { start, limit }) = self.drawdown {
            let share = |value: f64| (0.0..1.0).contains(&value);
            within("the drawdown at which scaling starts", start, share, "a number in [0, 1)")?;
            let deeper = |value: f64| value > start && value <= 1.0;
            within("the drawdown limit", limit, deeper, "a number in (start, 1]")?;
        }
        let zero_or_more = |value: f64| value >= 0.0 && value.is_finite();
        within("the weight band", self.weight_band, zero_or_more, "a finite number, zero or more")
    }
}

/// How a drawdown lowers the largest exposure: in full up to `start`, then linearly, to zero from `limit` on.
///
/// ```text
/// cap = leverage limit × min(1, (limit - drawdown) / (limit - start)),  and zero beyond the limit
/// ```
///
/// The drawdown is the loss since the highest wealth seen, as a fraction of it. A portfolio without exposure earns
/// nothing, so that one at the limit stays there until the controller is made anew; and a loss within one period can
/// pass the limit, because nobody trades in between.
///
/// # Source
/// Grossman and Zhou (1993) hold a multiple of wealth above a floor that rises with the highest wealth; Black and Jones
/// (1987) do so above a fixed floor (constant proportion portfolio insurance). The multiple is the leverage limit over
/// `limit - start` here. It is a cap, not a rule for all times, and of the highest wealth rather than of wealth, which
/// is the more careful of the two.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct DrawdownScaling {
    /// The drawdown from which on exposure falls, in [0, 1).
    pub start: f64,
    /// The drawdown at which nothing is left of it, in (start, 1].
    pub limit: f64,
}

impl DrawdownScaling {
    /// Which part of the largest exposure a drawdown leaves: one up to `start`, zero from `limit` on.
    ///
    /// # Examples
    /// ```
    /// use po_risk_budget::DrawdownScaling;
    ///
    /// let scaling = DrawdownScaling { start: 0.0625, limit: 0.1875 };
    /// assert_eq!(scaling.scale(0.0), 1.0);
    /// assert_eq!(scaling.scale(0.125), 0.5);
    /// assert_eq!(scaling.scale(0.25), 0.0);
    /// ```
    #[must_use]
    pub fn scale(self, drawdown: f64) -> f64 {
        if drawdown <= self.start {
            1.0
        } else if drawdown >= self.limit {
            0.0
        } else {
            (self.limit - drawdown) / (self.limit - self.start)
        }
    }
}

/// Hands back an error unless the number is allowed.
pub(super) fn within(
    name: &'static str,
    value: f64,
    allowed: impl Fn(f64) -> bool,
    expected: &'static str,
) -> Result<(), InputError> {
    if allowed(value) { Ok(()) } else { Err(InputError::OutOfRange { name, value, expected }) }
}
