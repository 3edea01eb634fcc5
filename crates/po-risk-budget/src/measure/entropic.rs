//! Entropic value at risk of given losses: the inner minimum over its temperature.

use po_core::simd::{dot, sum};

/// Steps towards the temperature; Newton needs fewer than ten, halving about fifty.
const STEPS: usize = 100;

/// Relative entropy that is not told from the limit.
const ROUNDING: f64 = 1e-15;

/// How far the search may move the logarithm of the temperature at once.
const LEAP: f64 = 3.0;

/// The minimum over the temperature, and where it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Entropic {
    /// The entropic value at risk.
    pub(crate) risk: f64,
    /// z; zero where the measure is the greatest loss.
    pub(crate) temperature: f64,
}

impl Entropic {
    /// Minimises `z ln(1/(T tail) Σ_t exp(l_t / z))`, and writes the scenario weights `∝ exp(l_t / z)`.
    ///
    /// The minimum stands where the entropy of the weights relative to equal ones is `ln(1 / tail)`. When so
    /// many losses are equal to the greatest that even equal weights on them have less, it stands at zero.
    pub(crate) fn minimise(losses: &[f64], tail: f64, guess: f64, weights: &mut [f64]) -> Self {
        let count = losses.len() as f64;
        let limit = -tail.ln();
        let greatest = losses.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        #[expect(clippy::float_cmp, reason = "the greatest loss is one of the losses")]
        let at_greatest = losses.iter().filter(|loss| **loss == greatest).count() as f64;
        if (count / at_greatest).ln() <= limit + ROUNDING {
            for (weight, &loss) in weights.iter_mut().zip(losses) {
                *weight = if loss < greatest { 0.0 } else { 1.0 / at_greatest };
            }
            return Self { risk: greatest, temperature: 0.0 };
        }
        let spread = greatest - sum(losses) / count;
        let guess = if guess > 0.0 && guess.is_finite() { guess } else { spread };
        // ln z, with what is known to lie below and above it: entropy falls as the temperature rises.
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        let mut position = guess.ln();
        let mut state = State::default();
        for _ in 0..STEPS {
            state = State::at(losses, greatest, position.exp(), weights);
            let excess = state.entropy - limit;
            if excess.abs() <= ROUNDING * (1.0 + limit) {
                break;
            }
            if excess > 0.0 {
                low = position;
            } else {
                high = position;
            }
            let step = (excess / state.variance).clamp(-LEAP, LEAP);
            let newton = position + step;
            let next = if newton > low && newton < high {
                newton
            } else {
                f64::midpoint(low.max(position - LEAP), high.min(position + LEAP))
            };
            if step.abs().min((next - position).abs()) <= f64::EPSILON * position.abs().max(1.0) {
                break;
            }
            position = next;
        }
        let temperature = position.exp();
        Self { risk: greatest + temperature * (state.log_sum - (count * tail).ln()), temperature }
    }
}

/// What the scenario weights at one temperature tell.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// `ln Σ_t exp((l_t - max l) / z)`.
    log_sum: f64,
    /// Entropy relative to equal weights.
    entropy: f64,
    /// Variance of `l_t / z` under the weights: the slope of the entropy in `ln z`, but for its sign.
    variance: f64,
}

impl State {
    fn at(losses: &[f64], greatest: f64, temperature: f64, weights: &mut [f64]) -> Self {
        for (weight, &loss) in weights.iter_mut().zip(losses) {
            *weight = ((loss - greatest) / temperature).exp();
        }
        let total = sum(weights);
        weights.iter_mut().for_each(|weight| *weight /= total);
        let mean = (dot(weights, losses) - greatest) / temperature;
        let square = |(weight, loss): (&f64, &f64)| {
            let distance = (loss - greatest) / temperature - mean;
            weight * distance * distance
        };
        let variance = weights.iter().zip(losses).map(square).sum();
        let log_sum = total.ln();
        Self { log_sum, entropy: mean - log_sum + (losses.len() as f64).ln(), variance }
    }
}
