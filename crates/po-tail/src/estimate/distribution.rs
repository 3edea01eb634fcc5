//! Quantiles of Student's distribution, and tails of the normal one, to the last digits also far out.

use po_core::normal;

/// `1/2 ln(2π)`.
pub(crate) const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

/// Degrees of freedom from which on the expansion in their inverse is exact to rounding.
const MANY_DEGREES: f64 = 1e4;

/// Below it the logarithm of a ratio of gamma functions is brought up by the recurrence, before its series is taken.
const SERIES: f64 = 12.0;

/// Terms of the continued fraction at most; some hundred are needed with ten thousand degrees.
const TERMS: i32 = 1000;

/// Steps towards a quantile; three suffice from where they start, but for the heaviest tails.
const STEPS: usize = 60;

/// The mean of a standard normal variable beyond its upper quantile, and that quantile.
pub(crate) fn normal_tail(tail: f64) -> (f64, f64) {
    let quantile = normal::upper_quantile(tail);
    (quantile, normal::density(quantile) / tail)
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
    const SERIES_TERMS: [f64; 6] =
        [-1.0 / 8.0, 1.0 / 192.0, -1.0 / 640.0, 17.0 / 14336.0, -31.0 / 18432.0, 691.0 / 180_224.0];
    let inverse = 1.0 / a;
    let square = inverse * inverse;
    let mut power = inverse;
    for (term, exponent) in SERIES_TERMS.iter().zip([1.0, 3.0, 5.0, 7.0, 9.0, 11.0]) {
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
        return normal::density(x);
    }
    let [ratio, ..] = gamma_ratio(0.5 * degrees);
    normal::density(0.0) * (ratio - 0.5 * (degrees + 1.0) * (x * x / degrees).ln_1p()).exp()
}

/// The probability that Student's t exceeds a number of zero or more.
///
/// An incomplete beta function, as a continued fraction of its own: that of statrs is right to eleven digits.
fn student_survival(x: f64, degrees: f64) -> f64 {
    let (a, square) = (0.5 * degrees, x * x);
    let (out, inside) = (degrees / (degrees + square), square / (degrees + square));
    let [gammas, ..] = gamma_ratio(a);
    // x^a (1-x)^b / B(a, b) with b = 1/2; the power is taken of 1 + t²/ν, which loses nothing near one.
    let scale = (gammas - a * (square / degrees).ln_1p()).exp() * (a * inside / std::f64::consts::PI).sqrt();
    if out < (a + 1.0) / (a + 2.5) {
        0.5 * scale / a * continued_fraction(a, 0.5, out)
    } else {
        0.5 - scale * continued_fraction(0.5, a, inside)
    }
}

/// The continued fraction of the incomplete beta function (Abramowitz and Stegun 1964, 26.5.8), by the method of Lentz.
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    let tiny = 1e-300;
    let away = |value: f64| if value.abs() < tiny { tiny } else { value };
    let mut above = 1.0;
    let mut below = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = below;
    for step in 1..=TERMS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut last = 1.0;
        for term in [even, odd] {
            below = 1.0 / away(1.0 + term * below);
            above = away(1.0 + term / above);
            last = above * below;
            fraction *= last;
        }
        if (last - 1.0_f64).abs() <= f64::EPSILON {
            break;
        }
    }
    fraction
}

/// The number that Student's t exceeds with a probability of `tail`, in (0, 1).
pub(crate) fn student_upper_quantile(tail: f64, degrees: f64) -> f64 {
    if tail > 0.5 {
        return -student_upper_quantile(1.0 - tail, degrees);
    }
    let normal = normal::upper_quantile(tail);
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
    let beyond =
        student_density(quantile, degrees) * (degrees + quantile * quantile) / (degrees - 1.0) / tail;
    (quantile, beyond)
}
