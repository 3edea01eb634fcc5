//! Effects that multiply.

use super::{BrinsonAttribution, Interaction};
use crate::Error;

/// What the decisions about one segment multiplied the benchmark's wealth by, less one, as shares that add up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GeometricEffects {
    /// Of holding more or less of the segment.
    pub allocation: f64,
    /// Of holding other assets in it.
    pub selection: f64,
}

/// Geometric attribution of one period: two factors whose product is the relative wealth, without remainder.
///
/// ```text
/// (1 + r) / (1 + b) = (1 + A) (1 + S),    A = Σ_i A_i + cash,    S = Σ_i S_i
/// A_i = (w_i - W_i) ((1 + b_i) / (1 + b) - 1)
/// S_i = w_i ((1 + r_i) / (1 + b_i) - 1) (1 + b_i) / (1 + b_S)
/// ```
///
/// with the semi-notional return `b_S = Σ_i w_i b_i`. There is no interaction: selection has it, unless the
/// settings give it to allocation. Then assets are chosen first, the notional portfolio is `Σ_i W_i r_i`, and both
/// formulas exchange their denominators.
///
/// # Examples
/// ```
/// use po_attribution::{Brinson, BrinsonParams, Segment};
///
/// let segments =
///     [Segment::new(0.4, 0.20, 0.4, 0.10), Segment::new(0.3, -0.05, 0.2, -0.04), Segment::new(0.3, 0.06, 0.4, 0.08)];
/// let geometric = Brinson::new(BrinsonParams::default()).of_segments(&segments)?.geometric()?;
/// assert!((geometric.notional_return - 0.052).abs() < 1e-15);
/// let product = (1.0 + geometric.allocation()) * (1.0 + geometric.selection());
/// assert!((product - 1.083 / 1.064).abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// Burnie, Knowles, Teder (1998); Bacon (2008), chapter 5.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GeometricAttribution {
    /// Effects by segment.
    pub effects: Vec<GeometricEffects>,
    /// The allocation effect of what the weights leave of the capital.
    pub cash: f64,
    /// Return of the portfolio, r.
    pub portfolio_return: f64,
    /// Return of the benchmark, b.
    pub benchmark_return: f64,
    /// Return of the portfolio after the first of the two decisions.
    pub notional_return: f64,
}

impl GeometricAttribution {
    /// The factor of allocation, less one.
    #[must_use]
    pub fn allocation(&self) -> f64 {
        self.effects.iter().map(|effect| effect.allocation).sum::<f64>() + self.cash
    }

    /// The factor of selection, less one.
    #[must_use]
    pub fn selection(&self) -> f64 {
        self.effects.iter().map(|effect| effect.selection).sum()
    }

    /// The wealth of the portfolio over that of the benchmark, less one.
    #[must_use]
    pub fn excess(&self) -> f64 {
        (self.portfolio_return - self.benchmark_return) / (1.0 + self.benchmark_return)
    }

    pub(crate) fn fill(&mut self, arithmetic: &BrinsonAttribution) -> Result<(), Error> {
        let totals = arithmetic.totals();
        let benchmark = arithmetic.benchmark_return;
        let assets_first = arithmetic.params.interaction == Interaction::Allocation;
        let notional = benchmark + if assets_first { totals.selection } else { totals.allocation };
        compoundable("benchmark", benchmark)?;
        compoundable("notional portfolio", notional)?;
        let (first, second) = ((1.0 + benchmark).recip(), (1.0 + notional).recip());
        let (allocation, selection) = if assets_first { (second, first) } else { (first, second) };
        self.effects.clear();
        self.effects.extend(arithmetic.effects.iter().map(|effects| GeometricEffects {
            allocation: effects.allocation * allocation,
            selection: (effects.selection + effects.interaction) * selection,
        }));
        self.cash = arithmetic.cash * allocation;
        self.portfolio_return = arithmetic.portfolio_return;
        self.benchmark_return = benchmark;
        self.notional_return = notional;
        Ok(())
    }
}

/// Whether anything is left to be multiplied.
pub(crate) fn compoundable(what: &'static str, value: f64) -> Result<(), Error> {
    if value > -1.0 && value.is_finite() {
        Ok(())
    } else {
        Err(Error::NotCompoundable { what, period: 0, value })
    }
}
