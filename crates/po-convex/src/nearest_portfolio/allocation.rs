//! What the nearest portfolio comes with.

use po_core::simd::dot;
use po_core::{InputError, Solution, Weights};

use crate::ShadowPrice;
use crate::allocation::Prices;
use crate::path::{Request, multiply};

/// The portfolio nearest to a target, with its proof, how far it moved, and what held it back.
///
/// # Shapes and units
/// Weights and changes are fractions of capital. The certificate is in the units of `objective`, per unit of weight
/// where it is a slope: `gap` bounds by how much another portfolio could be better.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NearestAllocation {
    /// Weights, how the numerics ended, and the proof.
    pub solution: Solution,
    /// `½ distance² + κ cost`, which no portfolio within the constraints has less of.
    pub objective: f64,
    /// `sqrt((w - t)' M (w - t))`, in the units of the [`Nearness`](crate::Nearness).
    pub distance: f64,
    /// `Σ_i |w_i - t_i|`: the sum of all that was moved away from the target.
    pub change: f64,
    /// `Σ_i k_i |w_i - h_i|`: what trading costs, as a return; zero where no costs are given.
    pub cost: f64,
    /// Whether a weight differs from its target at all.
    pub moved: bool,
    /// Programmes solved to choose assets; zero where none had to be chosen.
    pub nodes: usize,
    pub(crate) prices: Prices,
    /// The largest pull of the target: prices are told from rounding on its scale.
    pub(crate) unit: f64,
}

impl NearestAllocation {
    /// The constraints that bind, and by how much the objective would change per unit of their limits: what a limit from
    /// below costs is positive, what one from above costs is negative.
    ///
    /// Where assets were chosen, the choice is taken as given: bounds are those of the choice.
    #[must_use]
    pub fn shadow_prices(&self) -> Vec<ShadowPrice> {
        self.prices.list(self.unit)
    }

    /// Measures how far the weights are from their target: fills in all that tells it, and hands back the squared
    /// distance.
    pub(super) fn measure(
        &mut self,
        request: &Request<'_>,
        target: &[f64],
        (difference, exposures, product): (&mut Vec<f64>, &mut Vec<f64>, &mut Vec<f64>),
    ) -> Result<f64, InputError> {
        difference.clear();
        difference.extend(self.solution.weights.as_slice().iter().zip(target).map(|(x, target)| x - target));
        let squared = if request.ridge.is_empty() {
            multiply(request.risk, difference, exposures, product)?;
            dot(difference, product).max(0.0)
        } else {
            difference.iter().zip(request.ridge).map(|(change, ridge)| ridge * change * change).sum()
        };
        self.distance = squared.sqrt();
        self.change = difference.iter().map(|change| change.abs()).sum();
        self.moved = difference.iter().any(|change| *change != 0.0);
        Ok(squared)
    }
}

impl AsRef<Weights> for NearestAllocation {
    fn as_ref(&self) -> &Weights {
        &self.solution.weights
    }
}
