//! Kernels on matrices that are read column by column, where they stand.

use nalgebra::{DMatrix, DMatrixView};
use pulp::Simd;

use super::blocks::{BLOCK, Kernel, dispatch, multiply_add, padded, split, split_mut, store_prefix, total};

/// Rows of a matrix that are taken together, so that the columns of a tile stay in the nearest cache.
const ROWS: usize = 64 * BLOCK;

/// Columns that are taken together, so that they stay in the second nearest cache.
const PANEL: usize = 96;

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

impl Kernel for Gram<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const P: usize>(self, simd: S) {
        // As many sums as registers hold beside the columns that they are made from.
        match P {
            1 => self.tiles::<S, P, 4, 4>(simd),
            2 | 4 => self.tiles::<S, P, 3, 2>(simd),
            _ => self.tiles::<S, P, 1, 1>(simd),
        }
    }
}

impl Gram<'_> {
    #[inline(always)]
    fn tiles<S: Simd, const P: usize, const I: usize, const J: usize>(self, simd: S) {
        let Self { a, gram } = self;
        let (rows, cols) = a.shape();
        gram.fill_lower_triangle(0.0, 0);
        for first_row in (0..rows).step_by(ROWS) {
            let rows = first_row..rows.min(first_row + ROWS);
            for panel in (0..cols).step_by(PANEL) {
                let panel_end = cols.min(panel + PANEL);
                for j in (0..panel_end).step_by(J) {
                    for i in (panel.max(j)..panel_end).step_by(I) {
                        // A tile that hangs over the edge repeats the last column.
                        let lefts = std::array::from_fn(|k| (i + k).min(panel_end - 1));
                        let rights = std::array::from_fn(|k| (j + k).min(cols - 1));
                        let sums = tile::<S, P, I, J>(simd, &a, rows.clone(), lefts, rights);
                        for (k, sums) in sums.iter().enumerate() {
                            for (l, sum) in sums.iter().enumerate() {
                                if i + k < panel_end && j + l <= i + k {
                                    gram[(i + k, j + l)] += sum;
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The inner products of some columns with some others, over some rows.
#[inline(always)]
fn tile<S: Simd, const P: usize, const I: usize, const J: usize>(
    simd: S,
    a: &DMatrixView<'_, f64>,
    rows: std::ops::Range<usize>,
    lefts: [usize; I],
    rights: [usize; J],
) -> [[f64; J]; I] {
    let lefts = lefts.map(|col| split::<S, P>(&a.column(col).data.into_slice()[rows.clone()]));
    let rights = rights.map(|col| split::<S, P>(&a.column(col).data.into_slice()[rows.clone()]));
    let blocks = rows.len() / BLOCK;
    let mut sums = [[[simd.splat_f64s(0.0); P]; J]; I];
    for block in 0..blocks {
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
    sums.map(|sums| sums.map(|sum| total(simd, sum)))
}

pub(super) struct Product<'a> {
    pub(super) factor: f64,
    pub(super) a: DMatrixView<'a, f64>,
    pub(super) x: &'a [f64],
    pub(super) sum: &'a mut [f64],
}

impl Kernel for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const P: usize>(self, simd: S) {
        let Self { factor, a, x, sum } = self;
        let (sums, sums_rest) = split_mut::<S, P>(sum);
        for (col, x) in x.iter().enumerate() {
            let column = a.column(col);
            let (blocks, rest) = split::<S, P>(column.data.into_slice());
            let factor = [simd.splat_f64s(factor * x); P];
            for (a, sum) in blocks.iter().zip(&mut *sums) {
                multiply_add(simd, &factor, a, sum);
            }
            let mut sum = padded(simd, sums_rest);
            multiply_add(simd, &factor, &padded(simd, rest), &mut sum);
            store_prefix::<S, P>(&sum, sums_rest);
        }
    }
}
