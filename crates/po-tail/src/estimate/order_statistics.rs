//! The exact interval of a quantile, between two observations.

use po_core::Confidence;
use statrs::function::beta::beta_reg;

/// Which observations hold a quantile between them, and how surely.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ranks {
    /// Rank of the lower one from the least loss, from zero; none where no observation is low enough.
    pub(super) lower: Option<usize>,
    /// Rank of the upper one; none where no observation is great enough.
    pub(super) upper: Option<usize>,
    /// The probability that the quantile lies between them.
    pub(super) coverage: f64,
}

impl Ranks {
    /// The narrowest pair that leaves out at most half of `1 - level` on either side.
    pub(super) fn new(observations: usize, confidence: Confidence, level: Confidence) -> Self {
        let half = 0.5 * level.tail();
        let below = |count: usize| at_most(count, observations, confidence);
        // The number of losses below the quantile is binomial: the lower end is the greatest rank i with
        // P(count <= i) <= half, as many losses having to lie below the quantile than i + 1 but for that.
        let lower = partition(observations, |rank| below(rank) <= half).checked_sub(1);
        let upper = partition(observations, |rank| below(rank) < 1.0 - half);
        let missed = lower.map_or(0.0, below);
        Self {
            lower,
            upper: (upper < observations).then_some(upper),
            coverage: if upper < observations { below(upper) } else { 1.0 } - missed,
        }
    }
}

/// The probability that at most `count` of some losses lie below their quantile.
fn at_most(count: usize, observations: usize, confidence: Confidence) -> f64 {
    if count >= observations {
        return 1.0;
    }
    beta_reg((observations - count) as f64, (count + 1) as f64, confidence.tail())
}

/// The first number from zero for which something, true up to it, is false; `end` where it is true for all.
fn partition(end: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
