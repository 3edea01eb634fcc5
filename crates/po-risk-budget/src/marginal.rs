//! What each asset adds to the risk, on the data as they came.

use std::iter::zip;

use po_convex::Risk;
use po_core::InputError;
use pulp::{Arch, Simd, WithSimd};

use crate::lanes::{LANES, totals};

/// `product = Σ w`; `exposures` is working memory for a covariance in factor form.
pub(crate) fn multiply(
    risk: Risk<'_>,
    weights: &[f64],
    exposures: &mut Vec<f64>,
    product: &mut Vec<f64>,
) -> Result<(), InputError> {
    product.resize(risk.len(), 0.0);
    match risk {
        Risk::Dense(covariance) => {
            Arch::new().dispatch(Dense { matrix: covariance.as_slice(), weights, product });
            Ok(())
        }
        Risk::Factor(covariance) => {
            exposures.resize(covariance.factors(), 0.0);
            covariance.multiply_into(weights, exposures, product)
        }
    }
}

/// The product with a symmetric matrix, of which the lower triangle is read once, for its rows and for its columns.
///
/// The first columns are as few as leave whole eights below.
pub(crate) struct Dense<'a> {
    pub(crate) matrix: &'a [f64],
    pub(crate) weights: &'a [f64],
    pub(crate) product: &'a mut [f64],
}

impl WithSimd for Dense<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { matrix, weights, product } = self;
        let len = weights.len();
        product.fill(0.0);
        let mut start = 0;
        while start < len {
            let count = if start == 0 && len % LANES > 0 { len % LANES } else { LANES };
            let end = start + count;
            let (done, below) = product.split_at_mut(end);
            let numbers = S::as_simd_f64s(&weights[end..]).0;
            let sums_below = S::as_mut_simd_f64s(below).0;
            let rows = numbers.len();
            // Where there are fewer than eight columns, the last one stands in for the missing ones, times zero.
            let mut columns: [&[S::f64s]; LANES] = [&[]; LANES];
            for (lane, column) in columns.iter_mut().enumerate() {
                let col = start + lane.min(count - 1);
                *column = &S::as_simd_f64s(&matrix[col * len + end..(col + 1) * len]).0[..rows];
            }
            let mut multiples = [simd.splat_f64s(0.0); LANES];
            for (multiple, &weight) in zip(&mut multiples, &weights[start..end]) {
                *multiple = simd.splat_f64s(weight);
            }
            let mut sums = [simd.splat_f64s(0.0); LANES];
            for row in 0..rows {
                let number = numbers[row];
                let (mut even, mut odd) = (sums_below[row], simd.splat_f64s(0.0));
                for lane in (0..LANES).step_by(2) {
                    let (left, right) = (columns[lane][row], columns[lane + 1][row]);
                    sums[lane] = simd.mul_add_e_f64s(left, number, sums[lane]);
                    sums[lane + 1] = simd.mul_add_e_f64s(right, number, sums[lane + 1]);
                    even = simd.mul_add_e_f64s(left, multiples[lane], even);
                    odd = simd.mul_add_e_f64s(right, multiples[lane + 1], odd);
                }
                sums_below[row] = simd.add_f64s(even, odd);
            }
            let own = &mut done[start..];
            for (col, &weight) in zip(start.., &weights[start..end]) {
                for (sum, entry) in zip(&mut *own, &matrix[col * len + start..col * len + end]) {
                    *sum += entry * weight;
                }
            }
            for (sum, total) in zip(own, totals(simd, &sums).0) {
                *sum += total;
            }
            start = end;
        }
    }
}
