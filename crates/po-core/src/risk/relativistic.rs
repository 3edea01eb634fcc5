//! The relativistic value at risk of a sample: two nested roots of a smooth convex function.

use super::entropic::{NEAR_MEAN, SMALL_STEP, Search, negligible, variance};
use super::kernel::{BLOCK, count, greatest, mean, totals};
use crate::simd::{exp_of_negative, ln_1p_of_positive};

/// Steps towards the solution: about fifteen are needed.
const STEPS: usize = 400;

/// How far the sum of the weights may be from one, in logarithms, before the temperature is moved.
const LEVELLED: f64 = 1e-11;

/// The minimum over t and z > 0 of `t + z (ln_κ(1/m) + Σ_t φ*((l_t - t) / z))`, where m is the number of values in the
/// tail and φ* the conjugate of `φ(p) = p ln_κ p`.
///
/// Its slopes in t and z are zero where the weights `p_t = φ'⁻¹((l_t - t) / z)` sum to one and have the entropy
/// `Σ φ(p_t) = ln_κ(1/m)`. As with the entropic one, the greatest loss remains where m values are equal to it.
pub(super) fn relativistic(losses: &[f64], tail: f64, kappa: f64) -> f64 {
    let greatest = greatest(losses);
    #[expect(clippy::float_cmp, reason = "the greatest loss is one of the losses")]
    if count(losses, |loss| loss == greatest) >= tail {
        return greatest;
    }
    let deformation = Deformation::new(kappa);
    let observations = losses.len() as f64;
    let entropy = (observations / tail).ln();
    if entropy < NEAR_MEAN {
        let ratio = deformation.even(observations.ln()) / deformation.slope_of_slope(-observations.ln());
        return mean(losses) + (2.0 * entropy * ratio * variance(losses)).sqrt();
    }
    let limit = deformation.logarithm(-tail.ln());
    let mut search = Search::new((variance(losses) / (2.0 * entropy)).sqrt());
    // (max l - t) / z: the slope of φ at the greatest weight, which lies between 1/T and 1.
    let bounds = (deformation.slope(-observations.ln()), 1.0);
    let (mut low, mut high) = bounds;
    let spread = greatest - mean(losses);
    let mut level = f64::midpoint(low, high);
    let mut risk = f64::NAN;
    for _ in 0..STEPS {
        let temperature = search.temperature();
        let state = State::at(losses, greatest, temperature, level, &deformation);
        risk = greatest + temperature * (limit - level + state.conjugate);
        let surplus = state.sum.ln();
        if surplus.abs() > LEVELLED && high - low > f64::EPSILON * high.abs().max(low.abs()) {
            if surplus > 0.0 {
                high = level;
            } else {
                low = level;
            }
            let newton = level - surplus * state.sum / state.slope;
            level = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
            continue;
        }
        let excess = state.entropy - limit;
        let step = excess / state.spread;
        if step.abs() <= SMALL_STEP || negligible(excess, temperature, spread) || !search.step(excess, step) {
            break;
        }
        // The weights keep their sum when the level follows the temperature.
        (low, high) = bounds;
        let moved = search.temperature() / temperature;
        level = (state.mean + (level - state.mean) / moved).clamp(low, high);
    }
    risk
}

/// The logarithm of Kaniadakis and what follows from it.
#[derive(Clone, Copy, Debug)]
struct Deformation {
    kappa: f64,
    /// `1 - κ²`, its root, and the inverse hyperbolic tangent of κ.
    complement: f64,
    root: f64,
    angle: f64,
}

impl Deformation {
    fn new(kappa: f64) -> Self {
        let complement = (1.0 - kappa) * (1.0 + kappa);
        Self { kappa, complement, root: complement.sqrt(), angle: kappa.atanh() }
    }

    /// `ln_κ p = (p^κ - p^-κ) / (2κ)`, from ln p.
    fn logarithm(&self, ln_p: f64) -> f64 {
        (self.kappa * ln_p).sinh() / self.kappa
    }

    /// `φ'(p) = ln_κ p + (p^κ + p^-κ) / 2`, from ln p.
    fn slope(&self, ln_p: f64) -> f64 {
        self.logarithm(ln_p) + self.even(ln_p)
    }

    /// `(p^κ + p^-κ) / 2`, from ln p: the derivative of the logarithm in ln p.
    fn even(&self, ln_p: f64) -> f64 {
        (self.kappa * ln_p).cosh()
    }

    /// The derivative of the slope in ln p.
    fn slope_of_slope(&self, ln_p: f64) -> f64 {
        self.even(ln_p) + self.kappa * (self.kappa * ln_p).sinh()
    }
}

/// What the weights at one temperature and level tell.
#[derive(Clone, Copy, Debug)]
struct State {
    /// Sum of the weights p.
    sum: f64,
    /// `Σ φ*(y_t)`, where `y_t = (l_t - t) / z`.
    conjugate: f64,
    /// Entropy: `Σ p ln_κ p`.
    entropy: f64,
    /// `Σ dp/dy`, and the mean and spread of y under the weights dp/dy.
    slope: f64,
    mean: f64,
    spread: f64,
}

impl State {
    fn at(losses: &[f64], greatest: f64, temperature: f64, level: f64, deformation: &Deformation) -> Self {
        let &Deformation { kappa, complement, root, angle } = deformation;
        let terms = |losses: &[f64; BLOCK], terms: &mut [[f64; BLOCK]; 6]| {
            let [weight, conjugate, entropy, slope, first, second] = terms;
            let (mut y, mut width) = ([0.0; BLOCK], [0.0; BLOCK]);
            for place in 0..BLOCK {
                y[place] = (losses[place] - greatest) / temperature + level;
                width[place] = (complement + (kappa * y[place]) * (kappa * y[place])).sqrt();
            }
            for place in 0..BLOCK {
                // The hyperbolic sine of κ ln p + artanh κ, from whose inverse ln p follows without cancellation.
                let sine = kappa * y[place].abs() / root;
                let arsinh = ln_1p_of_positive(sine + sine * sine / (1.0 + width[place] / root));
                let signed = if y[place] < 0.0 { -arsinh } else { arsinh };
                let exponent = (signed - angle) / kappa;
                weight[place] = if exponent < 0.0 { exponent } else { 0.0 };
            }
            for weight in weight.iter_mut() {
                *weight = exp_of_negative(*weight);
            }
            for place in 0..BLOCK {
                // (width - κ² y) / (1 - κ²), in the form in which nothing cancels.
                let (width, curved) = (width[place], kappa * kappa * y[place]);
                let positive = curved > 0.0;
                let above = if positive { 1.0 + curved * y[place] } else { width - curved };
                let cosine = above / if positive { width + curved } else { complement };
                conjugate[place] = weight[place] * cosine;
                entropy[place] = weight[place] * (y[place] - cosine);
            }
            for place in 0..BLOCK {
                let distance = y[place] - level;
                slope[place] = weight[place] / width[place];
                first[place] = slope[place] * distance;
                second[place] = first[place] * distance;
            }
        };
        let [sum, conjugate, entropy, slope, first, second] = totals(losses, terms);
        let mean = first / slope;
        Self { sum, conjugate, entropy, slope, mean: level + mean, spread: second - slope * mean * mean }
    }
}
