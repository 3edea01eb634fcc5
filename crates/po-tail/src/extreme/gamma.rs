//! The logarithm of the gamma function about one, where the moments of extremes need its differences.

use statrs::function::gamma::ln_gamma;

/// Euler's constant.
pub(super) const EULER: f64 = 0.577_215_664_901_532_9;

/// Riemann's `ζ(2), ζ(3), ...`.
pub(super) const ZETA: [f64; 24] = [
    1.644_934_066_848_226_4,
    1.202_056_903_159_594_2,
    1.082_323_233_711_138_1,
    1.036_927_755_143_37,
    1.017_343_061_984_449_2,
    1.008_349_277_381_923,
    1.004_077_356_197_944_4,
    1.002_008_392_826_082_1,
    1.000_994_575_127_818,
    1.000_494_188_604_119_4,
    1.000_246_086_553_308,
    1.000_122_713_347_578_5,
    1.000_061_248_135_058_8,
    1.000_030_588_236_307,
    1.000_015_282_259_408_6,
    1.000_007_637_197_637_9,
    1.000_003_817_293_265,
    1.000_001_908_212_716_5,
    1.000_000_953_962_033_8,
    1.000_000_476_932_986_9,
    1.000_000_238_450_502_7,
    1.000_000_119_219_926,
    1.000_000_059_608_189,
    1.000_000_029_803_503_4,
];

/// Up to it, the series are exact to rounding.
const NEAR_ZERO: f64 = 0.1;

/// `ln Γ(1 - x)` for `x < 1`.
///
/// ```text
/// γ x + Σ_k ζ(k) x^k / k
/// ```
pub(super) fn ln_gamma_one_less(x: f64) -> f64 {
    if x.abs() > NEAR_ZERO { ln_gamma(1.0 - x) } else { EULER * x + series(x, |_| 1.0) }
}

/// `ln Γ(1 - 2x) - 2 ln Γ(1 - x)` for `x < 1/2`, which is about `π² x² / 6` near zero.
pub(super) fn ln_gamma_excess(x: f64) -> f64 {
    if x.abs() > NEAR_ZERO {
        ln_gamma(1.0 - 2.0 * x) - 2.0 * ln_gamma(1.0 - x)
    } else {
        series(x, |k| 2f64.powi(k) - 2.0)
    }
}

/// `Σ_k factor(k) ζ(k) x^k / k` from the second power on, the last first.
fn series(x: f64, factor: impl Fn(i32) -> f64) -> f64 {
    let last = ZETA.len() as i32 + 1;
    let terms = ZETA.iter().rev().zip((2..=last).rev());
    terms.fold(0.0, |sum, (zeta, k)| sum * x + factor(k) * zeta / f64::from(k)) * x * x
}

#[cfg(test)]
mod tests {
    use super::{ln_gamma, ln_gamma_excess, ln_gamma_one_less};

    /// The logarithm of the library is good to 1e-14.
    const LIBRARY: f64 = 2e-14;

    #[test]
    fn the_series_is_the_function() {
        for step in -20..=20 {
            let x = f64::from(step) * 0.005;
            assert!((ln_gamma_one_less(x) - ln_gamma(1.0 - x)).abs() < LIBRARY, "{x}");
            let excess = ln_gamma(1.0 - 2.0 * x) - 2.0 * ln_gamma(1.0 - x);
            assert!((ln_gamma_excess(x) - excess).abs() < 3.0 * LIBRARY, "{x}");
        }
    }
}
