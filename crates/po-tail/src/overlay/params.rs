//! The settings of the overlay.

use po_convex::{Constraints, Costs};
use po_core::{Confidence, InputError};

use crate::optimise::default_confidence;

/// Settings of [`TailOverlay`](crate::TailOverlay).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `cap` | 0.05 | finite | the greatest conditional value at risk under the stressed scenarios, a loss |
/// | `confidence` | 0.95 | (0, 1) | β, the level of the tail |
/// | `cost` | `Turnover` | three ways | what a change is measured by |
/// | `constraints` | none: see below | see [`Constraints`] | what the new portfolio must satisfy |
///
/// Without constraints, risk may be sold into cash and nothing may be levered up: the sum of the weights may fall to
/// zero but not rise (where it is negative: rise to zero but not fall), gross exposure may not rise, and no asset may
/// become shorter than it is, or short at all if it was not. Assets may be bought with what others free. Cash earns
/// nothing and has no risk, so that every cap of zero or more can be reached.
///
/// With constraints, they hold as they are. [`Constraints::default`] is long-only and fully invested: no cash then, and
/// a cap may be out of reach. Their holdings and costs are left aside: the weights given are what is held, and a limit on
/// turnover is one on the trades of the overlay.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct TailOverlayParams {
    /// The greatest conditional value at risk.
    pub cap: f64,
    /// β.
    pub confidence: Confidence,
    /// What a change is measured by.
    pub cost: OverlayCost,
    /// What the new portfolio must satisfy.
    pub constraints: Option<Constraints>,
}

/// What a change from weights h to weights x is measured by.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum OverlayCost {
    /// All that is bought and all that is sold: few and large trades.
    ///
    /// ```text
    /// Σ_i |x_i - h_i|
    /// ```
    #[default]
    Turnover,
    /// What trading costs: few trades, in what is cheap to trade.
    ///
    /// ```text
    /// Σ_i k_i |x_i - h_i|
    /// ```
    Trading(Costs),
    /// The Euclidean distance: many small trades.
    ///
    /// ```text
    /// sqrt(Σ_i (x_i - h_i)²)
    /// ```
    Distance,
}

impl Default for TailOverlayParams {
    fn default() -> Self {
        let (confidence, cost) = (default_confidence(), OverlayCost::default());
        Self { cap: 0.05, confidence, cost, constraints: None }
    }
}

impl TailOverlayParams {
    pub(super) fn check(&self) -> Result<(), InputError> {
        if self.cap.is_finite() {
            return Ok(());
        }
        let (name, expected) = ("the cap on conditional value at risk", "a finite number");
        Err(InputError::OutOfRange { name, value: self.cap, expected })
    }
}
