//! The generalised extreme-value distribution by probability-weighted moments.

use std::f64::consts::LN_2;

use super::gamma::ln_gamma_one_less;
use super::support::power_ratio;

/// The natural logarithm of three.
const LN_3: f64 = 1.098_612_288_668_109_8;

/// The range in which a shape is looked for: at its ends, the skewness is within rounding of -1 and of 1.
const SHAPES: [f64; 2] = [-60.0, 1.0 - 4.0 * f64::EPSILON];

/// Halvings of that range; it is as narrow as rounding then.
const HALVINGS: usize = 64;

/// The first L-moment, the second, and the ratio of the third to it, without bias, of a sorted sample.
pub(super) fn l_moments(sorted: &[f64]) -> [f64; 3] {
    let count = sorted.len() as f64;
    let mut sums = [0.0; 3];
    for (place, value) in sorted.iter().enumerate() {
        let place = place as f64;
        let second = place / (count - 1.0) * value;
        sums[0] += value;
        sums[1] += second;
        sums[2] += (place - 1.0) / (count - 2.0) * second;
    }
    let [zeroth, first, second] = sums.map(|sum| sum / count);
    let scale = 2.0 * first - zeroth;
    [zeroth, scale, (6.0 * second - 6.0 * first + zeroth) / scale]
}

/// Location, scale and shape with these L-moments (Hosking, Wallis, Wood 1985, equations 10 to 14; the first of them is
/// solved, not approximated).
pub(super) fn by_l_moments([mean, scale, skewness]: [f64; 3]) -> [f64; 3] {
    let [mut lower, mut upper] = SHAPES;
    for _ in 0..HALVINGS {
        let middle = 0.5 * (lower + upper);
        if 2.0 * ratio(middle) - 3.0 < skewness {
            lower = middle;
        } else {
            upper = middle;
        }
    }
    with_shape([mean, scale], 0.5 * (lower + upper))
}

/// The same with Hosking's approximate shape, good to 9e-4: where a search may start.
pub(super) fn near_l_moments([mean, scale, skewness]: [f64; 3]) -> [f64; 3] {
    let c = 2.0 / (3.0 + skewness) - LN_2 / LN_3;
    with_shape([mean, scale], -(7.8590 + 2.9554 * c) * c)
}

/// Location, logarithm of the scale, and shape from three quantiles, whatever lies beyond them: where a search may start.
///
/// At probabilities of `exp(-e)`, `exp(-1)` and `exp(-1/e)`, the quantiles are `μ + σ (exp(ξ t) - 1) / ξ` with `t` of
/// -1, 0 and 1.
pub(super) fn by_quantiles(sorted: &[f64]) -> [f64; 3] {
    let quantile = |t: f64| sorted[((-(-t).exp()).exp() * sorted.len() as f64) as usize];
    let [low, location, high] = [-1.0, 0.0, 1.0].map(quantile);
    let shape = ((high - location) / (location - low)).ln();
    [location, ((high - location) / power_ratio(shape, 1.0)).ln(), shape]
}

fn with_shape([mean, second]: [f64; 2], shape: f64) -> [f64; 3] {
    if shape == 0.0 {
        let scale = second / LN_2;
        return [mean - scale * super::gamma::EULER, scale, shape];
    }
    let ln_gamma = ln_gamma_one_less(shape);
    let scale = second * shape / ((shape * LN_2).exp_m1() * ln_gamma.exp());
    [mean - scale * ln_gamma.exp_m1() / shape, scale, shape]
}

/// `(1 - 3^ξ) / (1 - 2^ξ)`, which rises with the shape.
fn ratio(shape: f64) -> f64 {
    if shape == 0.0 { LN_3 / LN_2 } else { (shape * LN_3).exp_m1() / (shape * LN_2).exp_m1() }
}
