//! A kernel that combines some columns of a matrix.

use std::array::from_fn;

use nalgebra::DMatrixView;
use pulp::{Simd, WithSimd};

use super::blocks::dispatch;
use super::update::Axpy;

/// Columns that are added at once, so that the sum is read and written once for all of them.
const AT_ONCE: usize = 4;

/// Adds multiples of some columns of a matrix to a vector.
///
/// ```text
/// sum += Σ_k factors_k A_{columns_k}
/// ```
///
/// Columns, factors, and rows are taken to what both sides have; a column that the matrix does not have is left out.
///
/// # Examples
/// ```
/// use po_core::{nalgebra::DMatrix, simd::add_columns};
///
/// let matrix = DMatrix::from_column_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// let mut sum = [10.0, 10.0];
/// add_columns(matrix.as_view(), &[0, 2], &[2.0, -1.0], &mut sum);
/// assert_eq!(sum, [7.0, 8.0]);
/// ```
pub fn add_columns(matrix: DMatrixView<'_, f64>, columns: &[usize], factors: &[f64], sum: &mut [f64]) {
    dispatch(Combination { matrix, columns, factors, sum });
}

pub(super) struct Combination<'a> {
    pub(super) matrix: DMatrixView<'a, f64>,
    pub(super) columns: &'a [usize],
    pub(super) factors: &'a [f64],
    pub(super) sum: &'a mut [f64],
}

impl WithSimd for Combination<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { matrix, columns, factors, sum } = self;
        let rows = matrix.nrows().min(sum.len());
        let sum = &mut sum[..rows];
        let length = columns.len().min(factors.len());
        let (columns, factors) = (&columns[..length], &factors[..length]);
        let column = |col: usize| -> &[f64] {
            if col < matrix.ncols() { &matrix.column(col).data.into_slice()[..rows] } else { &[] }
        };
        let (fours, rest) = columns.as_chunks::<AT_ONCE>();
        let (four_factors, factors) = factors.as_chunks::<AT_ONCE>();
        for (four, factors) in fours.iter().zip(four_factors) {
            let four: [&[f64]; AT_ONCE] = from_fn(|k| column(four[k]));
            if four.iter().all(|column| column.len() == rows) {
                add_four(simd, four, factors, sum);
            } else {
                four.iter().zip(factors).for_each(|(x, &factor)| Axpy { factor, x, y: sum }.with_simd(simd));
            }
        }
        for (&col, &factor) in rest.iter().zip(factors) {
            Axpy { factor, x: column(col), y: sum }.with_simd(simd);
        }
    }
}

/// Adds four columns of one length, in the order in which they would be added one by one.
#[inline(always)]
fn add_four<S: Simd>(simd: S, columns: [&[f64]; AT_ONCE], factors: &[f64; AT_ONCE], sum: &mut [f64]) {
    let factors: [S::f64s; AT_ONCE] = from_fn(|k| simd.splat_f64s(factors[k]));
    let columns = columns.map(|column| S::as_simd_f64s(column));
    let (registers, rest) = S::as_mut_simd_f64s(sum);
    for (register, sum) in registers.iter_mut().enumerate() {
        // By value: the sum might overlap the columns for all that the compiler knows.
        let mut total = *sum;
        for k in 0..AT_ONCE {
            total = simd.mul_add_e_f64s(factors[k], columns[k].0[register], total);
        }
        *sum = total;
    }
    let mut total = simd.partial_load_f64s(rest);
    for k in 0..AT_ONCE {
        total = simd.mul_add_e_f64s(factors[k], simd.partial_load_f64s(columns[k].1), total);
    }
    simd.partial_store_f64s(rest, total);
}
