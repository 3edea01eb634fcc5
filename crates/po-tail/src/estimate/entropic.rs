//! Entropic value at risk of scenarios that have probabilities.

use po_core::Confidence;

/// Steps towards the temperature; some eight are needed.
const STEPS: usize = 200;

/// A step in the logarithm of the temperature after which none is worth while: the value depends on its square.
const SMALL_STEP: f64 = 1e-9;

/// How far the search may move the logarithm of the temperature at once.
const LEAP: f64 = 3.0;

/// Limits of the entropy below which the weights are nearly the probabilities.
const NEAR_MEAN: f64 = 1e-12;

/// The minimum over z > 0 of `z ln(1/(1-β) Σ_t p_t exp(-r_t / z))`.
///
/// At the minimum the weights `∝ p_t exp(-r_t / z)` have an entropy of `-ln(1-β)` relative to the probabilities. Where
/// all those that share the greatest loss have no more, z goes to zero and the greatest loss remains.
pub(super) fn entropic(returns: &[f64], probabilities: &[f64], confidence: Confidence) -> f64 {
    let pairs = || returns.iter().zip(probabilities).filter(|(_, p)| **p > 0.0).map(|(r, p)| (0.0 - *r, *p));
    let greatest = pairs().fold(f64::NEG_INFINITY, |greatest, (loss, _)| greatest.max(loss));
    let tail = confidence.tail();
    #[expect(clippy::float_cmp, reason = "the greatest loss is one of the losses")]
    let on_greatest: f64 = pairs().filter(|(loss, _)| *loss == greatest).map(|(_, p)| p).sum();
    if on_greatest >= tail * (1.0 - f64::EPSILON * returns.len() as f64) {
        return greatest;
    }
    let mean: f64 = pairs().map(|(loss, p)| p * loss).sum();
    let variance: f64 = pairs().map(|(loss, p)| p * (loss - mean) * (loss - mean)).sum();
    let limit = -tail.ln();
    if limit < NEAR_MEAN {
        return mean + (2.0 * limit * variance).sqrt();
    }
    let mut position = (variance / (2.0 * limit)).sqrt().max(f64::MIN_POSITIVE).ln();
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut risk = greatest;
    for _ in 0..STEPS {
        let temperature = position.exp();
        let mut sums = [0.0; 3];
        for (loss, p) in pairs() {
            let distance = (loss - greatest) / temperature;
            let weight = p * distance.exp();
            sums[0] += weight;
            if weight > 0.0 {
                sums[1] += weight * distance;
                sums[2] += weight * distance * distance;
            }
        }
        let (centre, log_sum) = (sums[1] / sums[0], sums[0].ln());
        risk = greatest + temperature * (log_sum + limit);
        let excess = centre - log_sum - limit;
        let step = excess / (sums[2] / sums[0] - centre * centre);
        if step.abs() <= SMALL_STEP {
            break;
        }
        if excess > 0.0 {
            low = position;
        } else {
            high = position;
        }
        let newton = position + step.clamp(-LEAP, LEAP);
        position = if newton > low && newton < high {
            newton
        } else {
            f64::midpoint(low.max(position - LEAP), high.min(position + LEAP))
        };
        if high - low <= f64::EPSILON * position.abs().max(1.0) {
            break;
        }
    }
    risk
}
