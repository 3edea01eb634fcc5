//! What each asset contributes to the tail risk of a portfolio.

/// The tail risk of a portfolio, shared out among its assets.
///
/// ```text
/// ρ(w)                        the risk: of the portfolio with weights w
/// marginal_i    = ∂ρ/∂w_i                  or what the model puts in its place
/// component_i   = w_i marginal_i           Σ_i component_i = ρ(w), by Euler's theorem
/// share_i       = component_i / ρ(w)
/// incremental_i = ρ(w) - ρ(w without asset i)
/// ```
///
/// The components add up to the risk exactly: it is their sum, taken with twice the digits and rounded once. A sum that
/// rounds at every step misses it by its own rounding, and so does the measure of the portfolio's returns.
///
/// # Shapes and units
/// N numbers each. Losses positive, in returns per period; a negative component is a hedge. Without asset i the other
/// weights stay as they are and its capital earns nothing; if what is left stands still, its risk is the loss that never
/// changes. Shares are zero where the risk is.
///
/// # Examples
/// ```
/// use po_core::{Confidence, Returns, Weights};
/// use po_tail::{ContributionMeasure, ContributionModel};
///
/// // In the worse of two periods the stock loses four per cent and its hedge gains two.
/// let returns = Returns::from_column_slice(2, 2, &[0.03, -0.04, -0.01, 0.02])?;
/// let weights = Weights::new(vec![0.75, 0.25])?;
/// let (model, measure) = (ContributionModel::Historical, ContributionMeasure::Cvar);
/// let parts = model.contributions(measure, &returns, &weights, Confidence::new(0.5)?)?;
/// assert_eq!(parts.marginal, [0.04, -0.02]);
/// assert_eq!(parts.component, [0.03, -0.005]);
/// assert!((parts.risk - 0.025).abs() < 1e-17);
/// // Without the stock the worse period is the other one, in which the hedge loses one per cent of a quarter.
/// assert!((parts.incremental[0] - (0.025 - 0.0025)).abs() < 1e-17);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// Tasche (1999), "Risk contributions and performance measurement"; Garman (1996) for incremental risk, here without his
/// approximation.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct TailContributions {
    /// ρ(w).
    pub risk: f64,
    /// How fast the risk grows with each weight.
    pub marginal: Vec<f64>,
    /// The part of the risk that is each asset's.
    pub component: Vec<f64>,
    /// The same as a fraction of the risk.
    pub share: Vec<f64>,
    /// What the risk would lose if the asset were gone.
    pub incremental: Vec<f64>,
}

impl TailContributions {
    /// Writes everything but the incremental risks from the marginal ones.
    pub(super) fn shared_out(&mut self, weights: &[f64]) {
        self.component.clear();
        self.component.extend(weights.iter().zip(&self.marginal).map(|(weight, marginal)| weight * marginal));
        self.risk = total(&self.component);
        let risk = self.risk;
        self.share.clear();
        let share = |component: &f64| if risk == 0.0 { 0.0 } else { component / risk };
        self.share.extend(self.component.iter().map(share));
    }
}

/// A sum that is rounded once, but for errors of the square of a rounding: each addition's own is kept beside it.
pub(super) fn total(values: &[f64]) -> f64 {
    let (mut sum, mut lost, mut rest) = (0.0_f64, 0.0_f64, 0.0_f64);
    for &value in values {
        let (next, error) = exact(sum, value);
        sum = next;
        let (next, error) = exact(lost, error);
        lost = next;
        rest += error;
    }
    let (high, low) = exact(sum, lost);
    high + (low + rest)
}

/// A sum, and what it has lost to rounding (Knuth 1969, theorem 4.2.2 B).
fn exact(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}
