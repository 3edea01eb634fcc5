//! The exponential function for numbers of zero and less and the logarithm for numbers of one and more, in a form that
//! fills registers.

/// Adding it puts a number in the last bits of the mantissa, rounded to a whole one.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// ln 2 in two parts, of which the first has so few bits that its products here are exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// Below it, the result is less than the least normal number, and taken for zero.
const LOWEST: f64 = -708.0;

/// `1/k!`, the last first: what comes next is below rounding for numbers of at most `ln 2 / 2`.
const COEFFICIENTS: [f64; 14] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// `exp(x)` for `x <= 0`, to about one rounding.
///
/// There is no branch and no call in it, so that several are computed at once, and nothing that depends on the mathematical
/// library of the machine. It means nothing for numbers above zero.
///
/// # Examples
/// ```
/// use po_core::simd::exp_of_negative;
///
/// assert_eq!(exp_of_negative(0.0), 1.0);
/// assert!((exp_of_negative(-1.0) - (-1.0_f64).exp()).abs() < 1e-16);
/// ```
#[inline(always)]
#[must_use]
pub fn exp_of_negative(x: f64) -> f64 {
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let power = shifted - ROUND;
    let rest = (x - power * LN_2_HIGH) - power * LN_2_LOW;
    let mut sum = COEFFICIENTS[0];
    for coefficient in &COEFFICIENTS[1..] {
        sum = sum * rest + coefficient;
    }
    let scaled = f64::from_bits(sum.to_bits().wrapping_add(shifted.to_bits() << 52));
    if x < LOWEST { 0.0 } else { scaled }
}

/// What the bits of a number are moved by, so that its exponent is that of the power of two nearest to it.
const TO_NEAREST: u64 = 0x3ff0_0000_0000_0000 - LEAST_MANTISSA;

/// The bits of about `sqrt(1/2)`.
const LEAST_MANTISSA: u64 = 0x3fe6_a09e_0000_0000;

const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;

/// A power of two whose last bits are ones, and itself with the bias of exponents.
const WHOLE: u64 = 0x4330_0000_0000_0000;
const WHOLE_BIASED: f64 = 4_503_599_627_370_496.0 + 1023.0;

/// `2/(2k+1)`, the last first: what comes next is below rounding for mantissas between `sqrt(1/2)` and `sqrt(2)`.
const ODD_FRACTIONS: [f64; 11] = [
    2.0 / 23.0,
    2.0 / 21.0,
    2.0 / 19.0,
    2.0 / 17.0,
    2.0 / 15.0,
    2.0 / 13.0,
    2.0 / 11.0,
    2.0 / 9.0,
    2.0 / 7.0,
    2.0 / 5.0,
    2.0 / 3.0,
];

/// `ln(1 + x)` for `x >= 0`, to about one rounding; as free of branches as the exponential function.
#[inline(always)]
pub(crate) fn ln_1p_of_positive(x: f64) -> f64 {
    let number = 1.0 + x;
    let lost = if x < 1.0 { x - (number - 1.0) } else { 1.0 - (number - x) };
    let moved = number.to_bits().wrapping_add(TO_NEAREST);
    let power = f64::from_bits((moved >> 52) | WHOLE) - WHOLE_BIASED;
    let mantissa = f64::from_bits((moved & MANTISSA) + LEAST_MANTISSA);
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let mut sum = ODD_FRACTIONS[0];
    for fraction in &ODD_FRACTIONS[1..] {
        sum = sum * square + fraction;
    }
    let ln_mantissa = 2.0 * ratio + ratio * (square * sum);
    power * LN_2_HIGH + (ln_mantissa + (power * LN_2_LOW + lost / number))
}

#[cfg(test)]
mod tests {
    use super::{exp_of_negative, ln_1p_of_positive};

    /// Roundings of the result: two in the polynomial, and those of the library it is compared with.
    const ROUNDINGS: f64 = 4.0 * f64::EPSILON;

    #[test]
    fn it_is_the_exponential_function() {
        for step in 0..70_000 {
            let x = -f64::from(step) * 0.01;
            let expected = x.exp();
            let error = (exp_of_negative(x) - expected).abs();
            assert!(error <= ROUNDINGS * expected, "{x}: off by {error:e}");
        }
    }

    #[test]
    fn its_ends_are_exact() {
        assert_eq!(exp_of_negative(0.0).to_bits(), 1.0_f64.to_bits());
        for x in [-709.0, -1e10, f64::NEG_INFINITY] {
            assert_eq!(exp_of_negative(x).to_bits(), 0.0_f64.to_bits());
        }
        assert!(exp_of_negative(f64::NAN).is_nan());
    }

    #[test]
    fn it_is_the_logarithm() {
        for step in 0..120_000 {
            let x = 1e-12 * (f64::from(step) * 6e-4).exp();
            let expected = x.ln_1p();
            let error = (ln_1p_of_positive(x) - expected).abs();
            assert!(error <= ROUNDINGS * expected, "{x}: off by {error:e}");
        }
        assert_eq!(ln_1p_of_positive(0.0).to_bits(), 0.0_f64.to_bits());
    }
}
