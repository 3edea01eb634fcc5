//! Sums over a scaled sample, compiled for the widest registers of the machine.
//!
//! Samples are filled up with zeros to whole vectors, which add nothing to any sum here.

use pulp::Arch;

/// Numbers that are worked on side by side.
pub(super) const LANES: usize = 32;

/// Factors that are multiplied before the exponents are split off: each lies between 1e-16 and 1e30.
const FACTORS: usize = 8;

/// Sums of powers are kept for as many numbers as one register holds.
const POWER_LANES: usize = 8;

/// Powers of which sums are taken.
pub(super) const POWERS: usize = 20;

/// A long product in each lane: the exponents are added as integers, so that one logarithm is taken in the end.
struct Products {
    mantissa: [f64; LANES],
    exponent: [u64; LANES],
    splits: usize,
}

impl Products {
    #[inline(always)]
    fn new() -> Self {
        Self { mantissa: [1.0; LANES], exponent: [0; LANES], splits: 0 }
    }

    /// Brings the mantissas back between one and two.
    #[inline(always)]
    fn split(&mut self) {
        for (mantissa, exponent) in self.mantissa.iter_mut().zip(&mut self.exponent) {
            let bits = mantissa.to_bits();
            *exponent += bits >> 52;
            *mantissa = f64::from_bits(bits & ((1 << 52) - 1) | 1.0_f64.to_bits());
        }
        self.splits += 1;
    }

    #[inline(always)]
    fn ln(&self) -> f64 {
        let exponent: u64 = self.exponent.iter().sum();
        let mantissa: f64 = self.mantissa.iter().product();
        let power = exponent as f64 - 1023.0 * (self.splits * LANES) as f64;
        mantissa.ln() + power * std::f64::consts::LN_2
    }
}

/// `Σ ln(1 + tilt z)`, for a tilt that leaves every factor positive.
pub(super) fn sum_of_logs(values: &[f64], tilt: f64) -> f64 {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let mut products = Products::new();
            let (vectors, _) = values.as_chunks::<LANES>();
            for vectors in vectors.chunks(FACTORS) {
                for vector in vectors {
                    for (product, value) in products.mantissa.iter_mut().zip(vector) {
                        *product *= 1.0 + tilt * value;
                    }
                }
                products.split();
            }
            products.ln()
        },
    )
}

/// `Σ ln(1 + tilt z)`, `Σ z / (1 + tilt z)` and the sum of the squares of those.
pub(super) fn sums(values: &[f64], tilt: f64) -> [f64; 3] {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let mut products = Products::new();
            let (mut first, mut second) = ([0.0; LANES], [0.0; LANES]);
            let (vectors, _) = values.as_chunks::<LANES>();
            for vectors in vectors.chunks(FACTORS) {
                for vector in vectors {
                    for lane in 0..LANES {
                        let factor = 1.0 + tilt * vector[lane];
                        let quotient = vector[lane] / factor;
                        products.mantissa[lane] *= factor;
                        first[lane] += quotient;
                        second[lane] += quotient * quotient;
                    }
                }
                products.split();
            }
            [products.ln(), total(first), total(second)]
        },
    )
}

/// `Σ z, Σ z², ...`
pub(super) fn powers(values: &[f64]) -> [f64; POWERS] {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let mut sums = [[0.0; POWER_LANES]; POWERS];
            let (vectors, _) = values.as_chunks::<POWER_LANES>();
            for vector in vectors {
                let mut power = *vector;
                for sums in &mut sums {
                    for lane in 0..POWER_LANES {
                        sums[lane] += power[lane];
                        power[lane] *= vector[lane];
                    }
                }
            }
            sums.map(|lanes| lanes.iter().sum())
        },
    )
}

/// The least and the greatest of some numbers, and zero, or NaN if not all of them are finite.
pub(super) fn range(values: &[f64]) -> (f64, f64, f64) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let (mut least, mut greatest) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
            let mut finite = [0.0; LANES];
            let (vectors, rest) = values.as_chunks::<LANES>();
            let mut step = |lane: usize, value: f64| {
                least[lane] = if value < least[lane] { value } else { least[lane] };
                greatest[lane] = if value > greatest[lane] { value } else { greatest[lane] };
                finite[lane] += value * 0.0;
            };
            for vector in vectors {
                for (lane, &value) in vector.iter().enumerate() {
                    step(lane, value);
                }
            }
            for (lane, &value) in rest.iter().enumerate() {
                step(lane, value);
            }
            let least = least.iter().copied().fold(f64::INFINITY, f64::min);
            let greatest = greatest.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (least, greatest, total(finite))
        },
    )
}

/// Writes `values / unit`, filled up with zeros.
pub(super) fn scale_into(values: &[f64], unit: f64, scaled: &mut Vec<f64>) {
    scaled.clear();
    scaled.resize(values.len().next_multiple_of(LANES), 0.0);
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (scaled, value) in scaled.iter_mut().zip(values) {
                *scaled = value / unit;
            }
        },
    );
}

/// The lanes are added in pairs.
#[inline(always)]
fn total(mut lanes: [f64; LANES]) -> f64 {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::{powers, range, scale_into, sum_of_logs, sums};

    /// Some hundred roundings of terms near one.
    const ROUNDINGS: f64 = 1e-12;

    #[test]
    fn they_are_the_sums() {
        for count in [1_u32, 31, 32, 33, 500, 1000] {
            let values: Vec<f64> = (1..=count).map(|i| (f64::from(i) * 0.618).fract() + 1e-3).collect();
            let mut scaled = Vec::new();
            scale_into(&values, 2.0, &mut scaled);
            for tilt in [-0.99, -0.5, 1e-9, 0.7, 1e4, 1e30] {
                let half = values.iter().map(|value| value / 2.0);
                let logs: f64 = half.clone().map(|z| (tilt * z).ln_1p()).sum();
                let first: f64 = half.clone().map(|z| z / (1.0 + tilt * z)).sum();
                let second: f64 = half.map(|z| (z / (1.0 + tilt * z)).powi(2)).sum();
                let found = sums(&scaled, tilt);
                assert!((found[0] - logs).abs() <= ROUNDINGS * (1.0 + logs.abs()), "{count} {tilt}");
                assert!((found[1] - first).abs() <= ROUNDINGS * first, "{count} {tilt}");
                assert!((found[2] - second).abs() <= ROUNDINGS * second, "{count} {tilt}");
                assert_eq!(found[0].to_bits(), sum_of_logs(&scaled, tilt).to_bits());
            }
            let cubes: f64 = values.iter().map(|value| (value / 2.0).powi(3)).sum();
            assert!((powers(&scaled)[2] - cubes).abs() <= ROUNDINGS * cubes);
            let (least, greatest, finite) = range(&values);
            assert_eq!(least.to_bits(), values.iter().copied().fold(2.0, f64::min).to_bits());
            assert_eq!(greatest.to_bits(), values.iter().copied().fold(0.0, f64::max).to_bits());
            assert_eq!(finite.to_bits(), 0.0_f64.to_bits());
        }
        assert!(range(&[1.0, f64::NAN, 2.0]).2.is_nan());
        assert!(range(&[f64::INFINITY; 40]).2.is_nan());
    }
}
