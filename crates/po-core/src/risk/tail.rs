//! What is measured of the greatest values of a sample, whether they are losses, gains or drawdowns.

use super::entropic::entropic;
use super::order::{of_rank, tail_gini, tail_mean};
use super::quantile::{Quantile, tail_count};
use super::relativistic::relativistic;
use super::scratch::RiskScratch;
use crate::Confidence;

/// A measure of the greatest values.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tail {
    /// A quantile.
    Value(Quantile),
    /// The mean beyond it.
    Mean,
    /// The mean beyond it, with more weight on what is more extreme.
    Gini,
    /// The entropic bound on it.
    Entropic,
    /// The relativistic bound on it, with its κ.
    Relativistic(f64),
}

impl Tail {
    /// Measures a sample of at least one value, which is put in another order.
    pub(super) fn of(self, sample: &mut [f64], confidence: Confidence) -> f64 {
        let tail = tail_count(sample.len(), confidence);
        match self {
            Self::Value(quantile) => of_rank(sample, quantile.rank(sample.len(), tail)).1,
            Self::Mean => tail_mean(sample, tail),
            Self::Gini => tail_gini(sample, tail),
            Self::Entropic => entropic(sample, tail),
            Self::Relativistic(kappa) => relativistic(sample, tail, kappa),
        }
    }
}

impl RiskScratch {
    /// What a measure says of the losses and what it says of the gains, added.
    pub(super) fn range(
        &mut self,
        returns: &[f64],
        tail: Tail,
        losses: Confidence,
        gains: Confidence,
    ) -> f64 {
        tail.of(self.losses(returns), losses) + tail.of(self.gains(returns), gains)
    }
}
