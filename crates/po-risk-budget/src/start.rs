//! Where the iteration begins.

use std::iter::zip;

use pulp::{Arch, Simd, WithSimd};

use crate::correlations::{Correlations, multiply};
use crate::lanes::{Eight, registers, registers_mut};

/// The largest correlation with the common factor that a start believes in.
const LARGEST: f64 = 0.98;

/// A start from the correlations alone: the risk budget of the one-factor model that has their row sums.
///
/// ```text
/// y_i² (1 - β_i²) + y_i β_i F = b_i, F = Σ β_j y_j, β = C 1 / sqrt(1'C 1)
/// ```
///
/// `ones` are ones behind a padding of zeros; F is near after one step of Newton's method.
///
/// # Source
/// The centroid method of factor analysis (Thurstone 1931) for β.
pub(crate) fn cold<C: Correlations>(
    correlations: &mut C,
    budget: &[Eight],
    ones: &[Eight],
    product: &mut [Eight],
    y: &mut [Eight],
) {
    multiply(correlations, ones, product);
    Arch::new().dispatch(OneFactor { budget, sums: product, y });
}

struct OneFactor<'a> {
    budget: &'a [Eight],
    /// C 1.
    sums: &'a [Eight],
    y: &'a mut [Eight],
}

impl WithSimd for OneFactor<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { budget, sums, y } = self;
        let mut total = simd.splat_f64s(0.0);
        for sums in sums {
            for &sum in registers::<S>(sums) {
                total = simd.add_f64s(total, sum);
            }
        }
        let total = simd.reduce_sum_f64s(total);
        let scale = if total > 0.0 { 1.0 / total.sqrt() } else { 0.0 };
        // Were all correlations one, all y would be alike, and F one.
        let (value, slope) = one_factor(simd, budget, sums, y, scale, 1.0);
        let factor = (1.0 - (value - 1.0) / (slope - 1.0)).clamp(0.0, 1.0);
        one_factor(simd, budget, sums, y, scale, factor);
    }
}

/// The y that belong to F, with `Σ β y` and how that changes with F.
#[inline(always)]
fn one_factor<S: Simd>(
    simd: S,
    budget: &[Eight],
    sums: &[Eight],
    y: &mut [Eight],
    scale: f64,
    factor: f64,
) -> (f64, f64) {
    let (zero, one, half) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0), simd.splat_f64s(0.5));
    let (scale, factor, largest) =
        (simd.splat_f64s(scale), simd.splat_f64s(factor), simd.splat_f64s(LARGEST));
    let (mut value, mut slope) = (zero, zero);
    for ((budget, sums), y) in zip(zip(budget, sums), y) {
        let known = zip(registers::<S>(budget), registers::<S>(sums));
        for ((&budget, &sum), y) in zip(known, registers_mut::<S>(y)) {
            let beta = simd.max_f64s(zero, simd.min_f64s(largest, simd.mul_f64s(scale, sum)));
            let own = simd.sub_f64s(one, simd.mul_f64s(beta, beta));
            let pull = simd.mul_f64s(half, simd.mul_f64s(beta, factor));
            let root = simd.sqrt_f64s(simd.mul_add_e_f64s(pull, pull, simd.mul_f64s(own, budget)));
            *y = simd.div_f64s(budget, simd.add_f64s(root, pull));
            let term = simd.mul_f64s(beta, *y);
            value = simd.add_f64s(value, term);
            // dy / dF = -β y / (2 root)
            let fall = simd.div_f64s(simd.mul_f64s(simd.mul_f64s(half, beta), term), root);
            slope = simd.sub_f64s(slope, fall);
        }
    }
    (simd.reduce_sum_f64s(value), simd.reduce_sum_f64s(slope))
}
