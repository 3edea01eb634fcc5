//! How the generalised Pareto distribution is fitted.

use std::fmt;

use super::generalised_pareto::out_of_range;
use super::penalty::Penalty;
use crate::Error;

/// How the generalised Pareto distribution is fitted to excesses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum GpdMethod {
    /// The greatest likelihood with a shape above -1, by one-dimensional search (Grimshaw 1993): efficient for
    /// `ξ > -1/2`.
    #[default]
    MaximumLikelihood,
    /// Probability-weighted moments (Hosking and Wallis 1987, with their plotting positions `(i - 0.35)/n`): steady in
    /// small samples, and for `ξ < 1` only.
    ///
    /// ```text
    /// a = Σ x / n    b = Σ (1 - p_i) x_(i) / n    ξ = 2 - a / (a - 2 b)    β = 2 a b / (a - 2 b)
    /// ```
    ProbabilityWeightedMoments,
    /// Mean and variance (Hosking and Wallis 1987): for `ξ < 1/2` only.
    ///
    /// ```text
    /// ξ = (1 - m² / s²) / 2    β = m (1 + m² / s²) / 2
    /// ```
    Moments,
    /// The greatest likelihood after a penalty on heavy tails (Coles and Dixon 1999), which keeps the shape below one:
    /// as good as moments in small samples, and as the likelihood in large ones.
    ///
    /// ```text
    /// ln L - λ (ξ / (1 - ξ))^α    for 0 < ξ < 1
    /// ```
    Penalised {
        /// The weight `λ` of the penalty, zero or more; Coles and Dixon take 1.
        lambda: f64,
        /// The exponent `α`, one or more; Coles and Dixon take 1.
        alpha: f64,
    },
    /// The likelihood averaged over a grid of tilts under a prior from the data (Zhang and Stephens 2009): close to
    /// the posterior mean, and without iteration.
    QuasiBayesian,
}

impl GpdMethod {
    /// The penalty of Coles and Dixon, `λ = α = 1`.
    pub const COLES_DIXON: Self = Self::Penalised { lambda: 1.0, alpha: 1.0 };

    /// The name by which configuration files and the command line call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MaximumLikelihood => "maximum-likelihood",
            Self::ProbabilityWeightedMoments => "probability-weighted-moments",
            Self::Moments => "moments",
            Self::Penalised { .. } => "penalised",
            Self::QuasiBayesian => "quasi-bayesian",
        }
    }

    /// The penalty, if its numbers are in range.
    pub(super) fn penalty(self) -> Result<Penalty, Error> {
        let Self::Penalised { lambda, alpha } = self else { return Ok(Penalty::NONE) };
        if !(lambda >= 0.0 && lambda.is_finite()) {
            return Err(out_of_range("the weight of the penalty", lambda, "zero or more").into());
        }
        if !(alpha >= 1.0 && alpha.is_finite()) {
            return Err(out_of_range("the exponent of the penalty", alpha, "one or more").into());
        }
        Ok(Penalty { lambda, alpha })
    }
}

impl fmt::Display for GpdMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
