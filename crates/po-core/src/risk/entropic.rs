//! The entropic value at risk of a sample: a search for its temperature.

use super::kernel::{BLOCK, count, greatest, mean, total, totals};
use crate::simd::exp_of_negative;

/// Steps towards the temperature: Newton needs about six.
const STEPS: usize = 100;

/// A step in the logarithm of the temperature after which none is worth while: the value depends on its square.
pub(super) const SMALL_STEP: f64 = 1e-9;

/// Entropies below it are those of nearly equal weights, where the measure is `mean + σ sqrt(2 limit)`.
pub(super) const NEAR_MEAN: f64 = 1e-12;

/// How far the search may move the logarithm of the temperature at once.
const LEAP: f64 = 3.0;

/// The minimum over z > 0 of `z ln(1/m Σ_t exp(l_t / z))`, where m is the number of values in the tail.
///
/// It stands where the weights `∝ exp(l_t / z)` have an entropy relative to equal ones of `ln(T/m)`. When so many values
/// are equal to the greatest that even equal weights on them have no more, z goes to zero and the greatest value
/// remains.
pub(super) fn entropic(losses: &[f64], tail: f64) -> f64 {
    let greatest = greatest(losses);
    #[expect(clippy::float_cmp, reason = "the greatest loss is one of the losses")]
    if count(losses, |loss| loss == greatest) >= tail {
        return greatest;
    }
    let limit = (losses.len() as f64 / tail).ln();
    if limit < NEAR_MEAN {
        return mean(losses) + (2.0 * limit * variance(losses)).sqrt();
    }
    let mut search = Search::new((variance(losses) / (2.0 * limit)).sqrt());
    let spread = greatest - mean(losses);
    let mut risk = f64::NAN;
    for _ in 0..STEPS {
        let temperature = search.temperature();
        let state = State::at(losses, greatest, temperature);
        risk = greatest + temperature * (state.log_sum - tail.ln());
        let excess = state.entropy - limit;
        let step = excess / state.variance;
        if step.abs() <= SMALL_STEP || negligible(excess, temperature, spread) || !search.step(excess, step) {
            break;
        }
    }
    risk
}

/// Whether a lower temperature could not lessen the risk but by a rounding of the spread of the losses.
///
/// The risk is convex in the temperature, and its slope there is minus the excess.
pub(super) fn negligible(excess: f64, temperature: f64, spread: f64) -> bool {
    excess <= 0.0 && -excess * temperature <= 0.25 * f64::EPSILON * spread
}

/// The variance of losses that all have the same probability.
pub(super) fn variance(losses: &[f64]) -> f64 {
    let mean = mean(losses);
    total(losses, |loss| (loss - mean) * (loss - mean)) / losses.len() as f64
}

/// A root in the logarithm of the temperature, of something that falls as it rises.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    position: f64,
    low: f64,
    high: f64,
}

impl Search {
    pub(super) fn new(temperature: f64) -> Self {
        let position = temperature.max(f64::MIN_POSITIVE).ln();
        Self { position, low: f64::NEG_INFINITY, high: f64::INFINITY }
    }

    pub(super) fn temperature(&self) -> f64 {
        self.position.exp()
    }

    /// Goes a step of Newton's, or half the way to what bounds the root where that leads beyond it. False where no
    /// number is left to go to.
    pub(super) fn step(&mut self, excess: f64, step: f64) -> bool {
        if excess > 0.0 {
            self.low = self.position;
        } else {
            self.high = self.position;
        }
        let newton = self.position + step.clamp(-LEAP, LEAP);
        let next = if newton > self.low && newton < self.high {
            newton
        } else {
            f64::midpoint(self.low.max(self.position - LEAP), self.high.min(self.position + LEAP))
        };
        let moved = (next - self.position).abs() > f64::EPSILON * self.position.abs().max(1.0);
        self.position = next;
        moved
    }
}

/// What the weights at one temperature tell.
struct State {
    /// `ln Σ_t exp((l_t - max l) / z)`.
    log_sum: f64,
    /// Entropy relative to equal weights.
    entropy: f64,
    /// Variance of `l_t / z` under the weights: the slope of the entropy in `ln z`, but for its sign.
    variance: f64,
}

impl State {
    fn at(losses: &[f64], greatest: f64, temperature: f64) -> Self {
        let [sum, first, second] = totals(losses, |losses, [weight, first, second]| {
            for place in 0..BLOCK {
                let distance = (losses[place] - greatest) / temperature;
                weight[place] = exp_of_negative(distance);
                first[place] = weight[place] * distance;
                second[place] = first[place] * distance;
            }
        });
        let (mean, log_sum) = (first / sum, sum.ln());
        let entropy = mean - log_sum + (losses.len() as f64).ln();
        Self { log_sum, entropy, variance: second / sum - mean * mean }
    }
}
