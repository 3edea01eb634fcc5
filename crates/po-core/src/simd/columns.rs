//! Kernels on matrices that are read column by column, where they stand.

use std::array::from_fn;
use std::ops::Range;

use nalgebra::{DMatrix, DMatrixView};
use pulp::{Simd, WithSimd};

use super::blocks::{BLOCK, dispatch, multiply_add, padded, split, total};
use super::update::Axpy;

/// Rows of a matrix that are taken together, so that the columns of a tile stay in the nearest cache.
const ROWS: usize = 64 * BLOCK;

/// Columns that are taken together, so that they stay in the second nearest cache.
const PANEL: usize = 96;

/// The lower triangle of `A'A`, with zeros above it.
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

    /// As many inner products at once as leave room, among the registers, for the columns they are made from.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::F64_LANES == BLOCK { self.tiles::<S, 1, 4, 4>(simd) } else { self.of_half_blocks(simd) }
    }
}

impl Gram<'_> {
    #[inline(always)]
    fn of_half_blocks<S: Simd>(self, simd: S) {
        if S::F64_LANES == BLOCK / 2 { self.tiles::<S, 2, 3, 2>(simd) } else { self.of_less(simd) }
    }

    #[inline(always)]
    fn of_less<S: Simd>(self, simd: S) {
        if S::F64_LANES == 1 { self.tiles::<S, 8, 1, 1>(simd) } else { self.tiles::<S, 4, 3, 2>(simd) }
    }

    /// Tiles of I columns on the left and J on the right, with blocks of P registers.
    #[inline(always)]
    fn tiles<S: Simd, const P: usize, const I: usize, const J: usize>(self, simd: S) {
        let Self { a, gram } = self;
        let (rows, cols) = a.shape();
        gram.as_mut_slice().fill(0.0);
        for first_row in (0..rows).step_by(ROWS) {
            let rows = first_row..rows.min(first_row + ROWS);
            for panel in (0..cols).step_by(PANEL) {
                let end = cols.min(panel + PANEL);
                for right in (0..end).step_by(J) {
                    for left in (panel.max(right)..end).step_by(I) {
                        let sums = tile::<S, P, I, J>(simd, &a, &rows, (left, right));
                        // Where the tile hangs over the edge or the diagonal, it goes unread.
                        for (i, sums) in sums.iter().enumerate() {
                            for (j, sum) in sums.iter().enumerate() {
                                if left + i < end && right + j <= left + i {
                                    gram[(left + i, right + j)] += sum;
                                }
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
fn tile<S: Simd, const P: usize, const I: usize, const J: usize>(
    simd: S,
    a: &DMatrixView<'_, f64>,
    rows: &Range<usize>,
    (left, right): (usize, usize),
) -> [[f64; J]; I] {
    // Beyond the last column, the last one is repeated.
    let column = |col: usize| {
        let column = a.column(col.min(a.ncols() - 1));
        let (registers, rest) = split::<S>(&column.data.into_slice()[rows.clone()]);
        (registers.as_chunks::<P>().0, rest)
    };
    let lefts: [_; I] = from_fn(|col| column(left + col));
    let rights: [_; J] = from_fn(|col| column(right + col));
    let mut sums = [[[simd.splat_f64s(0.0); P]; J]; I];
    for block in 0..rows.len() / BLOCK {
        for (sums, (left, _)) in sums.iter_mut().zip(&lefts) {
            for (sum, (right, _)) in sums.iter_mut().zip(&rights) {
                multiply_add(simd, &left[block], &right[block], sum);
            }
        }
    }
    if !rows.len().is_multiple_of(BLOCK) {
        let lefts = lefts.map(|(_, rest)| padded::<S, P>(simd, rest));
        let rights = rights.map(|(_, rest)| padded::<S, P>(simd, rest));
        for (sums, left) in sums.iter_mut().zip(&lefts) {
            for (sum, right) in sums.iter_mut().zip(&rights) {
                multiply_add(simd, left, right, sum);
            }
        }
    }
    sums.map(|sums| sums.map(|mut sum| total(simd, &mut sum)))
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
