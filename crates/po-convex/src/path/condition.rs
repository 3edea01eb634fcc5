//! What multipliers are sought for.

use super::{Evaluation, Multipliers};

/// What the right multipliers make zero, negative below them and positive above.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Condition {
    /// The variance equals this.
    Variance(f64),
    /// The variance of the difference to the benchmark equals this; it rises.
    TrackingRises(f64),
    /// The same, while it falls.
    TrackingFalls(f64),
    /// The reward equals this.
    Reward(f64),
    /// The ratio of reward to volatility is greatest: `λ reward = (1 - θ) variance`.
    Ratio,
    /// The utility at risk aversion γ and a charge κ for volatility is greatest: `λ (γ σ + κ) = (1 - θ) σ`.
    Charge { gamma: f64, kappa: f64 },
}

/// What a condition depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) at: Multipliers,
    pub(super) variance: f64,
    pub(super) tracking: f64,
    pub(super) reward: f64,
}

impl Condition {
    /// The value, and the size of its terms.
    pub(super) fn value(self, sample: Sample) -> (f64, f64) {
        let Sample { at: Multipliers { theta, lambda }, variance, tracking, reward } = sample;
        let difference = |a: f64, b: f64| (a - b, a.abs().max(b.abs()));
        // A small difference of weights is known to the rounding of the weights, not to its own.
        let apart = |a: f64, b: f64| (a - b, a.max(b) + (a.max(b) * variance).sqrt());
        match self {
            Self::Variance(limit) => difference(variance, limit),
            Self::TrackingRises(limit) => apart(tracking, limit),
            Self::TrackingFalls(limit) => apart(limit, tracking),
            Self::Reward(target) => difference(reward, target),
            Self::Ratio => difference(lambda * reward, (1.0 - theta) * variance),
            Self::Charge { gamma, kappa } => {
                let volatility = variance.sqrt();
                difference(lambda * (gamma * volatility + kappa), (1.0 - theta) * volatility)
            }
        }
    }

    /// Whether nothing ever meets it: the end of the line is sought.
    pub(super) fn is_endless(self) -> bool {
        matches!(self, Self::Variance(limit) if limit == f64::INFINITY)
    }

    /// Whether it compares with a volatility, so that it says nothing where there is none.
    pub(super) fn needs_risk(self) -> bool {
        matches!(self, Self::Ratio | Self::Charge { .. })
    }

    /// A guess of λ from the beginning of its line.
    pub(super) fn guess(self, first: &Evaluation) -> Option<f64> {
        match self {
            Self::Ratio if first.reward > 0.0 && first.variance > 0.0 => Some(first.variance / first.reward),
            _ => None,
        }
    }

    pub(super) fn of(self, evaluation: &Evaluation) -> (f64, f64) {
        let Evaluation { at, variance, tracking, reward, .. } = *evaluation;
        self.value(Sample { at, variance, tracking, reward })
    }
}
