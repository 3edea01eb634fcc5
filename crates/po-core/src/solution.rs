//! What an optimiser hands back: weights, how it ended, and the proof.

use crate::Weights;

/// How the numerics ended; what the caller did wrong is an `Err` instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Status {
    /// The tolerances were met; closed-form methods always end so.
    #[default]
    Converged,
    /// The iteration limit came first.
    IterationLimit,
    /// No further progress was possible.
    Stalled,
}

/// How far a solution is from optimal, computed on the original data after the fact.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Certificate {
    /// Largest violation of a constraint.
    pub primal_residual: f64,
    /// Largest violation of stationarity of the Lagrangian.
    pub dual_residual: f64,
    /// Largest product of a multiplier and its constraint's slack.
    pub complementarity: f64,
    /// Primal objective minus dual objective.
    pub gap: f64,
}

/// The result of an iterative optimiser.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Solution {
    /// The weights.
    pub weights: Weights,
    /// How the numerics ended.
    pub status: Status,
    /// Iterations used.
    pub iterations: usize,
    /// The proof of optimality.
    pub certificate: Certificate,
}

impl AsRef<Weights> for Solution {
    fn as_ref(&self) -> &Weights {
        &self.weights
    }
}
