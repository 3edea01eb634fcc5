//! The exponential function for numbers of zero and less, in a form that fills registers.

/// Adding it rounds a number to a whole one, which then stands in the last bits of the mantissa.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// ln 2 in two parts, of which the first has so few bits that its products here are exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// Below it, the result is less than the least normal number, and taken for zero.
const LOWEST: f64 = -708.0;

/// `1/k!` for k from 13 to 0: what comes next is below rounding within half of ln 2.
const RECIPROCALS: [f64; 14] = [
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

/// `exp(x)` for `x <= 0`, to about one rounding, without a branch or a call.
#[inline(always)]
pub(super) fn exp_of_negative(x: f64) -> f64 {
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let rest = (x - whole * LN_2_HIGH) - whole * LN_2_LOW;
    let mut polynomial = RECIPROCALS[0];
    for reciprocal in &RECIPROCALS[1..] {
        polynomial = polynomial * rest + reciprocal;
    }
    let scaled = f64::from_bits(polynomial.to_bits().wrapping_add(shifted.to_bits() << 52));
    if x < LOWEST { 0.0 } else { scaled }
}

#[cfg(test)]
mod tests {
    use super::exp_of_negative;

    /// Roundings of the polynomial and of the library it is compared with.
    const ROUNDINGS: f64 = 4.0 * f64::EPSILON;

    #[test]
    fn it_is_the_exponential_function() {
        for step in 0..70_000 {
            let x = -f64::from(step) * 0.01;
            assert!((exp_of_negative(x) - x.exp()).abs() <= ROUNDINGS * x.exp(), "{x}");
        }
        assert_eq!(exp_of_negative(f64::NEG_INFINITY).to_bits(), 0.0_f64.to_bits());
    }
}
