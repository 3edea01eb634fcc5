//! Kernels on matrices that are read column by column, where they stand.

use std::array::from_fn;
use std::ops::Range;

use nalgebra::{DMatrix, DMatrixView};
use pulp::{Simd, WithSimd};

use super::blocks::{BLOCK, dispatch, padded, registers, split, total};
use super::update::Axpy;

/// Rows of a matrix that are taken together, so that the columns of a tile stay in the nearest cache.
const ROWS: usize = 64 * BLOCK;

/// Columns that are taken together, so that they stay in the second nearest cache.
const PANEL: usize = 96;

/// Columns on the left and on the right of a tile: their inner products, in as many registers, leave room for the
/// columns among the sixteen of AVX2.
const TILE: (usize, usize) = (5, 4);

/// The lower triangle of `A'A`; the upper one is left as it is.
///
/// The matrices must fit: `gram` is N x N for N columns.
pub(crate) fn lower_gram(a: DMatrixView<'_, f64>, gram: &mut DMatrix<f64>) {
    dispatch(Gram { a, gram });
}

/// `sum += factor A x`.
///
/// The lengths must fit: x has as many numbers as A has columns, `sum` as many as it has rows.
pub(crate) fn add_product(factor: f64, a: DMatrixView<'_, f64>, x: &[f64], sum: &mut [f64]) {
    dispatch(Product { factor, a, x, sum });
}

pub(super) struct Gram<'a> {
    pub(super) a: DMatrixView<'a, f64>,
    pub(super) gram: &'a mut DMatrix<f64>,
}

impl WithSimd for Gram<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { a, gram } = self;
        let (rows, cols) = a.shape();
        gram.fill_lower_triangle(0.0, 0);
        for first_row in (0..rows).step_by(ROWS) {
            let rows = first_row..rows.min(first_row + ROWS);
            for panel in (0..cols).step_by(PANEL) {
                let end = cols.min(panel + PANEL);
                for right in (0..end).step_by(TILE.1) {
                    for left in (panel.max(right)..end).step_by(TILE.0) {
                        let sums = tile(simd, &a, rows.clone(), (left, right));
                        // Where the tile hangs over the edge or the diagonal, it goes unread.
                        for (row, sums) in (left..end).zip(sums) {
                            for (col, sum) in (right..=row).zip(sums) {
                                gram[(row, col)] += sum;
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The inner products of the columns from `left` on with those from `right` on, over some rows.
#[inline(always)]
fn tile<S: Simd>(
    simd: S,
    a: &DMatrixView<'_, f64>,
    rows: Range<usize>,
    (left, right): (usize, usize),
) -> [[f64; TILE.1]; TILE.0] {
    // Beyond the last column, the last one is repeated.
    let column = |col: usize| split::<S>(&a.column(col.min(a.ncols() - 1)).data.into_slice()[rows.clone()]);
    let lefts: [_; TILE.0] = from_fn(|col| column(left + col));
    let rights: [_; TILE.1] = from_fn(|col| column(right + col));
    let width = registers::<S>();
    let length = lefts[0].0.len();
    let whole_lefts = lefts.map(|(registers, _)| &registers[..length]);
    let whole_rights = rights.map(|(registers, _)| &registers[..length]);
    let mut sums = [[[simd.splat_f64s(0.0); BLOCK]; TILE.1]; TILE.0];
    // One register of each block after the other, because all would be too many sums for registers of half a block.
    for register in 0..width {
        let mut lanes = [[simd.splat_f64s(0.0); TILE.1]; TILE.0];
        let mut place = register;
        while place < length {
            for (lanes, left) in lanes.iter_mut().zip(&whole_lefts) {
                for (lane, right) in lanes.iter_mut().zip(&whole_rights) {
                    *lane = simd.mul_add_e_f64s(left[place], right[place], *lane);
                }
            }
            place += width;
        }
        if !rows.len().is_multiple_of(BLOCK) {
            let lefts = lefts.map(|(_, rest)| padded(simd, rest)[register]);
            let rights = rights.map(|(_, rest)| padded(simd, rest)[register]);
            for (lanes, left) in lanes.iter_mut().zip(lefts) {
                for (lane, right) in lanes.iter_mut().zip(rights) {
                    *lane = simd.mul_add_e_f64s(left, right, *lane);
                }
            }
        }
        for (sums, lanes) in sums.iter_mut().zip(lanes) {
            for (sum, lane) in sums.iter_mut().zip(lanes) {
                sum[register] = lane;
            }
        }
    }
    sums.map(|sums| sums.map(|sum| total(simd, sum)))
}

pub(super) struct Product<'a> {
    pub(super) factor: f64,
    pub(super) a: DMatrixView<'a, f64>,
    pub(super) x: &'a [f64],
    pub(super) sum: &'a mut [f64],
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (column, x) in self.a.column_iter().zip(self.x) {
            let (factor, x) = (self.factor * x, column.data.into_slice());
            Axpy { factor, x, y: &mut *self.sum }.with_simd(simd);
        }
    }
}
