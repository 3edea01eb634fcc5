//! Quantiles of the normal distribution and of Student's, to the last digits also far out.

use statrs::function::beta::beta_reg;
use statrs::function::erf::{erfc, erfc_inv};

/// `1 / sqrt(2π)`.
pub(crate) const INVERSE_ROOT_TAU: f64 = 0.398_942_280_401_432_7;

/// `1/2 ln(2π)`.
pub(crate) const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

/// Degrees of freedom from which on the expansion in their inverse is exact to rounding.
const MANY_DEGREES: f64 = 1e4;

/// Below it the logarithm of a ratio of gamma functions is brought up by the recurrence, before its series is taken.
const SERIES: f64 = 12.0;

/// Steps towards a quantile; three suffice from where they start, but for the heaviest tails.
const STEPS: usize = 60;

/// The density of the standard normal distribution.
pub(crate) fn normal_density(x: f64) -> f64 {
    INVERSE_ROOT_TAU * (-0.5 * x * x).exp()
}

/// The number that a standard normal variable exceeds with a probability of `tail`, in (0, 1).
pub(crate) fn normal_upper_quantile(tail: f64) -> f64 {
    let root = std::f64::consts::SQRT_2;
    let mut x = root * erfc_inv(2.0 * tail);
    // The inverse of statrs is right to some nine digits in the tail: two steps of Newton's on the function itself.
    for _ in 0..2 {
        x += (0.5 * erfc(x / root) - tail) / normal_density(x);
    }
    x
}

/// The mean of a standard normal variable beyond its upper quantile, and that quantile.
pub(crate) fn normal_tail(tail: f64) -> (f64, f64) {
    let quantile = normal_upper_quantile(tail);
    (quantile, normal_density(quantile) / tail)
}

/// What `ln Γ(a+½) - ln Γ(a)` exceeds `½ ln a` by, with its first two derivatives.
///
/// The difference of two logarithms of gamma functions would lose all digits for large a, where this goes to zero.
pub(crate) fn gamma_ratio(a: f64) -> [f64; 3] {
    let mut sums = [0.0; 3];
    let mut a = a;
    while a < SERIES {
        let half = a + 0.5;
        let next = a + 1.0;
        sums[0] += 0.5 * (next / a).ln() - (half / a).ln();
        sums[1] += 0.5 / next + 0.5 / a - 1.0 / half;
        sums[2] += 1.0 / (half * half) - 0.5 / (next * next) - 0.5 / (a * a);
        a = next;
    }
    // The numerators over a^1, a^3, a^5, …; from Stirling's series at a + ½ and at a.
    const TERMS: [f64; 6] = [
        -1.0 / 8.0,
        1.0 / 192.0,
        -1.0 / 640.0,
        17.0 / 14336.0,
        -31.0 / 18432.0,
        691.0 / 180_224.0,
    ];
    let inverse = 1.0 / a;
    let square = inverse * inverse;
    let mut power = inverse;
    for (term, exponent) in TERMS.iter().zip([1.0, 3.0, 5.0, 7.0, 9.0, 11.0]) {
        sums[0] += term * power;
        sums[1] -= exponent * term * power * inverse;
        sums[2] += exponent * (exponent + 1.0) * term * power * square;
        power *= square;
    }
    sums
}

/// The density of Student's t.
pub(crate) fn student_density(x: f64, degrees: f64) -> f64 {
    if degrees.is_infinite() {
        return normal_density(x);
    }
    let [ratio, ..] = gamma_ratio(0.5 * degrees);
    INVERSE_ROOT_TAU * (ratio - 0.5 * (degrees + 1.0) * (x * x / degrees).ln_1p()).exp()
}

/// The probability that Student's t exceeds a number of zero or more.
fn student_survival(x: f64, degrees: f64) -> f64 {
    let square = x * x;
    if square < degrees {
        // Near the centre the other side of the incomplete beta function is the one that converges.
        0.5 - 0.5 * beta_reg(0.5, 0.5 * degrees, square / (degrees + square))
    } else {
        0.5 * beta_reg(0.5 * degrees, 0.5, degrees / (degrees + square))
    }
}

/// The number that Student's t exceeds with a probability of `tail`, in (0, 1).
pub(crate) fn student_upper_quantile(tail: f64, degrees: f64) -> f64 {
    if tail > 0.5 {
        return -student_upper_quantile(1.0 - tail, degrees);
    }
    let normal = normal_upper_quantile(tail);
    let expanded = expansion(normal, degrees);
    if degrees >= MANY_DEGREES || normal == 0.0 {
        return expanded;
    }
    // Where the tail is a power, its logarithm is nearly linear in that of x: Newton's steps are taken there.
    let mut log = expanded.max(1e-300).ln();
    for _ in 0..STEPS {
        let x = log.exp();
        let survival = student_survival(x, degrees);
        let slope = -student_density(x, degrees) * x / survival;
        let step = (tail / survival).ln() / slope;
        log += step.clamp(-2.0, 2.0);
        if step.abs() <= 2.0 * f64::EPSILON * log.abs().max(1.0) {
            break;
        }
    }
    log.exp()
}

/// The quantile of Student's t from that of the normal distribution (Abramowitz and Stegun 1964, 26.7.5).
fn expansion(x: f64, degrees: f64) -> f64 {
    if degrees.is_infinite() {
        return x;
    }
    let s = x * x;
    let g1 = x * (s + 1.0) / 4.0;
    let g2 = x * ((5.0 * s + 16.0) * s + 3.0) / 96.0;
    let g3 = x * (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0;
    let g4 = x * ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92160.0;
    let inverse = 1.0 / degrees;
    x + inverse * (g1 + inverse * (g2 + inverse * (g3 + inverse * g4)))
}

/// The upper quantile of Student's t, and its mean beyond it.
pub(crate) fn student_tail(tail: f64, degrees: f64) -> (f64, f64) {
    if degrees.is_infinite() {
        return normal_tail(tail);
    }
    let quantile = student_upper_quantile(tail, degrees);
    let beyond = student_density(quantile, degrees) * (degrees + quantile * quantile) / (degrees - 1.0) / tail;
    (quantile, beyond)
}
