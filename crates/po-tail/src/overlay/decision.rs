//! What the overlay decides.

use po_core::{Solution, Weights};

use crate::CvarSolution;

/// The portfolio nearest to the one given that survives the stress, and what it takes to get there.
///
/// The certificate is in the units of the cost, for the Euclidean distance of half its square.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OverlayDecision {
    /// The new weights, how the numerics ended, and the proof.
    pub solution: Solution,
    /// What is bought and, negative, sold of each asset.
    pub trades: Vec<f64>,
    /// The cost of the change: turnover, trading costs or distance.
    pub cost: f64,
    /// All that is bought and all that is sold.
    pub turnover: f64,
    /// Conditional value at risk under the scenarios before.
    pub cvar_before: f64,
    /// Conditional value at risk under the scenarios after.
    pub cvar_after: f64,
    /// The cost per unit of conditional value at risk, zero or more: by how much the cost would fall, per unit, if the
    /// cap were higher.
    pub price: f64,
    /// What each trade takes off conditional value at risk at the margin: the trade times the mean return of the asset
    /// in the tail that remains. The sum is no more than the whole change, and all of it where the tail is the same
    /// before and after.
    pub reductions: Vec<f64>,
    /// The scenarios that make up the tail after, with the weight of each in the worst mean.
    pub tail: Vec<(usize, f64)>,
    pub(super) program: CvarSolution,
}

impl OverlayDecision {
    /// Whether nothing had to change.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.trades.iter().all(|trade| *trade == 0.0)
    }
}

impl AsRef<Weights> for OverlayDecision {
    fn as_ref(&self) -> &Weights {
        &self.solution.weights
    }
}
