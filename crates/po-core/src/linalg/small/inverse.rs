//! The inverse of a small matrix from its triangular factor, `A⁻¹ = L⁻ᵀ L⁻¹`: a third of the arithmetic of solving for the
//! columns of the identity.

use std::array::from_fn;

use pulp::{Simd, WithSimd};

use super::LANES;
use crate::simd::blocks::dispatch;

/// Writes the lower triangle of the inverse of a matrix of `size` rows, column by column; `rows` is working memory for
/// the rows of `L⁻¹`, as large as the padded factor.
pub(crate) fn invert(
    factor: &[f64],
    reciprocals: &[f64],
    size: usize,
    rows: &mut [f64],
    inverse: &mut [f64],
) {
    dispatch(Invert { factor, reciprocals, size, rows, inverse });
}

pub(super) struct Invert<'a> {
    pub(super) factor: &'a [f64],
    pub(super) reciprocals: &'a [f64],
    pub(super) size: usize,
    pub(super) rows: &'a mut [f64],
    pub(super) inverse: &'a mut [f64],
}

impl WithSimd for Invert<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { factor, reciprocals, size, rows, inverse } = self;
        let stride = reciprocals.len();
        for first in (0..stride).step_by(LANES) {
            triangle(simd, factor, reciprocals, first, rows);
        }
        for first in (0..size).step_by(LANES) {
            product(simd, rows, stride, (first, size), inverse);
        }
    }
}

/// Eight rows of `L⁻¹`: what the rows above leave of the identity, divided by the triangle on the diagonal.
#[inline(always)]
fn triangle<S: Simd>(simd: S, factor: &[f64], reciprocals: &[f64], first: usize, rows: &mut [f64]) {
    let stride = reciprocals.len();
    let (above, rest) = rows.split_at_mut(first * stride);
    let mut own = rest.chunks_exact_mut(stride);
    let mut own: [&mut [f64]; LANES] = from_fn(|_| own.next().unwrap_or_default());
    for (lane, row) in own.iter_mut().enumerate() {
        row[..first + LANES].fill(0.0);
        row[first + lane] = 1.0;
    }
    for start in (0..first + LANES).step_by(S::F64_LANES) {
        let here = start..start + S::F64_LANES;
        let load = |row: &[f64]| S::as_simd_f64s(&row[here.clone()]).0[0];
        let mut sums: [S::f64s; LANES] = from_fn(|lane| load(own[lane]));
        // Rows that end before this column add nothing.
        for (k, row) in above.chunks_exact(stride).enumerate().skip(start) {
            let row = simd.neg_f64s(load(row));
            let multiples = &factor[k * stride + first..][..LANES];
            for (sum, &multiple) in sums.iter_mut().zip(multiples) {
                *sum = simd.mul_add_e_f64s(row, simd.splat_f64s(multiple), *sum);
            }
        }
        for lane in 0..LANES {
            let done = simd.mul_f64s(sums[lane], simd.splat_f64s(reciprocals[first + lane]));
            sums[lane] = done;
            let below = simd.neg_f64s(done);
            let multiples = &factor[(first + lane) * stride + first..][..LANES];
            for (sum, &multiple) in sums.iter_mut().zip(multiples).skip(lane + 1) {
                *sum = simd.mul_add_e_f64s(below, simd.splat_f64s(multiple), *sum);
            }
        }
        for (row, sum) in own.iter_mut().zip(sums) {
            S::as_mut_simd_f64s(&mut row[here.clone()]).0[0] = sum;
        }
    }
}

/// Eight columns of `L⁻ᵀ L⁻¹`, from the diagonal down.
#[inline(always)]
fn product<S: Simd>(
    simd: S,
    rows: &[f64],
    stride: usize,
    (first, size): (usize, usize),
    inverse: &mut [f64],
) {
    for start in (first..size).step_by(S::F64_LANES) {
        let mut sums = [simd.splat_f64s(0.0); LANES];
        for row in rows.chunks_exact(stride).skip(start) {
            let entries = S::as_simd_f64s(&row[start..start + S::F64_LANES]).0[0];
            for (sum, &multiple) in sums.iter_mut().zip(&row[first..first + LANES]) {
                *sum = simd.mul_add_e_f64s(entries, simd.splat_f64s(multiple), *sum);
            }
        }
        let columns = inverse.chunks_exact_mut(size).skip(first).zip(first..);
        for ((column, col), sum) in columns.zip(&sums) {
            let mut block = [0.0; LANES];
            S::as_mut_simd_f64s(&mut block).0[0] = *sum;
            // Above the diagonal nothing is written.
            let (from, to) = (start.max(col), (start + S::F64_LANES).min(size));
            if from < to {
                column[from..to].copy_from_slice(&block[from - start..to - start]);
            }
        }
    }
}
