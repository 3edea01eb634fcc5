//! The settings of the nearest portfolio.

use po_core::InputError;

use crate::{Constraints, Semidefinite};

/// A target weight below this moves as if it were as large, so that a floor can lift what would hold nothing.
pub(super) const LEAST_WEIGHT: f64 = 1e-6;

/// Settings of [`NearestPortfolio`](crate::NearestPortfolio).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `constraints` | long-only, fully invested | see [`Constraints`] | what a portfolio must satisfy |
/// | `nearness` | `Relative` | three norms | how the distance from the target is measured |
/// | `cost_weight` | 1 | finite, `>= 0` | κ: what trading costs weigh against half the squared distance |
/// | `semidefinite` | `Refuse` | four ways | what becomes of a covariance that is not positive semidefinite |
/// | `node_limit` | 100 000 | `>= 1` | programmes solved, at most, where assets must be chosen |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct NearestParams {
    /// What a portfolio must satisfy.
    pub constraints: Constraints,
    /// How the distance from the target is measured.
    pub nearness: Nearness,
    /// What the costs of [`Constraints::costs`] weigh against half the squared distance. What that makes of the rate of
    /// an asset, each [`Nearness`] tells.
    pub cost_weight: f64,
    /// What becomes of a covariance that is not positive semidefinite, where a distance or a limit is made of it.
    pub semidefinite: Semidefinite,
    /// Programmes solved, at most, where assets must be chosen.
    pub node_limit: usize,
}

impl Default for NearestParams {
    fn default() -> Self {
        let (constraints, nearness) = (Constraints::default(), Nearness::default());
        let semidefinite = Semidefinite::default();
        Self { constraints, nearness, cost_weight: 1.0, semidefinite, node_limit: 100_000 }
    }
}

impl NearestParams {
    pub(super) fn check(&self) -> Result<(), InputError> {
        if !(self.cost_weight.is_finite() && self.cost_weight >= 0.0) {
            let (name, expected) = ("the weight of the costs", "a finite number, zero or more");
            return Err(InputError::OutOfRange { name, value: self.cost_weight, expected });
        }
        if self.node_limit == 0 {
            let (name, expected) = ("the node limit", "one or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected });
        }
        Ok(())
    }
}

/// How far a portfolio w is from a target t: `sqrt((w - t)' M (w - t))`.
///
/// With costs `k` and their weight κ, an asset is left at its holding as long as the pull towards the target is less
/// than what trading it costs: a region without trades around the target, with an edge that trades go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Nearness {
    /// Moves in proportion to the weights.
    ///
    /// ```text
    /// M = diag(1 / max(|t_i|, 1e-6)),   half the square: Σ_i (w_i - t_i)² / (2 max(|t_i|, 1e-6))
    /// ```
    ///
    /// One cap that binds scales what it holds by one factor and all else by another; of short positions the one that
    /// the others need grows in size, and the other one falls. For a target that is long-only and fully invested, the
    /// distance is the root mean square of the relative changes, each with the weight of its asset. A weight below 1e-6
    /// moves as if it were as large, so that a floor can lift what the target does not hold.
    ///
    /// An asset is not traded while its holding is off by less than the fraction κ `k_i` of its target.
    #[default]
    Relative,
    /// Moves of the same size, whatever the weights.
    ///
    /// ```text
    /// M = I,   half the square: ½ Σ_i (w_i - t_i)²
    /// ```
    ///
    /// An asset is not traded while its holding is off by less than κ `k_i`, a fraction of capital.
    Euclidean,
    /// Moves that the returns of the portfolio show least; needs a covariance.
    ///
    /// ```text
    /// M = Σ,   half the square: ½ (w - t)'Σ(w - t)
    /// ```
    ///
    /// The distance is the tracking error to the target, a volatility per period. Where the target is the portfolio of
    /// greatest utility `μ'w - γ/2 w'Σw`, the utility that w forgoes in H periods is γ H times half the square: with
    /// costs that are paid once, `κ = 1 / (γ H)`. An asset is not traded while `|Σ(w - t)|_i < κ k_i`.
    TrackingError,
}

impl Nearness {
    /// The name by which messages call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Relative => "relative",
            Self::Euclidean => "euclidean",
            Self::TrackingError => "tracking-error",
        }
    }
}
