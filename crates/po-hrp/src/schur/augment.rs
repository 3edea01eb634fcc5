//! The covariance of one half, augmented by what the other half knows.

use std::ops::Range;

use po_core::linalg::{Cholesky, gemm_into};
use po_core::nalgebra::DMatrix;

use super::elimination;

/// Working memory of an augmentation, and its result.
#[derive(Clone, Debug, Default)]
pub(super) struct Augmentation {
    cholesky: Cholesky,
    /// B, and later R row by row.
    between: Vec<f64>,
    /// B' column by column.
    transposed: Vec<f64>,
    /// `D⁻¹ B'`.
    solved: Vec<f64>,
    /// `A - γ B D⁻¹ B'`, and later the result.
    result: Vec<f64>,
}

/// A block that is not positive definite.
#[derive(Clone, Copy, Debug)]
pub(super) struct Indefinite;

impl Augmentation {
    /// Writes the augmented covariance of `own` into memory; `matrix` has so many rows, and is symmetric.
    ///
    /// ```text
    /// R⁻¹ (A - γ B D⁻¹ B')    with    R = I - γ B D⁻¹ M'
    /// ```
    ///
    /// A is the block of `own`, D that of `other`, B the one between; M repeats or drops an asset where the halves
    /// differ in size. The mean of this matrix and its transpose is what [`Augmentation::write`] hands out.
    pub(super) fn compute(
        &mut self,
        gamma: f64,
        (matrix, rows): (&[f64], usize),
        own: Range<usize>,
        other: Range<usize>,
    ) -> Result<(), Indefinite> {
        let Self { cholesky, between, transposed, solved, result } = self;
        let (size, others) = (own.len(), other.len());
        let column =
            |col: usize, part: &Range<usize>| &matrix[col * rows + part.start..col * rows + part.end];
        cholesky
            .factor_columns(others, |col, below| {
                below.copy_from_slice(&column(other.start + col, &other)[col..]);
            })
            .map_err(|_| Indefinite)?;
        gather(own.clone().map(|col| column(col, &other)), transposed);
        gather(other.clone().map(|col| column(col, &own)), between);
        gather(own.clone().map(|col| column(col, &own)), result);
        solved.resize(others * size, 0.0);
        cholesky.solve_into(transposed, solved).map_err(|_| Indefinite)?;

        let shaped =
            |memory: &mut Vec<f64>, rows, cols| DMatrix::from_vec(rows, cols, std::mem::take(memory));
        let (b, x) = (shaped(between, size, others), shaped(solved, others, size));
        let mut complement = shaped(result, size, size);
        let product = gemm_into(-gamma, &b, &x, 1.0, &mut complement);
        (*between, *solved, *result) = (b.data.into(), x.data.into(), complement.data.into());
        product.map_err(|_| Indefinite)?;

        between.resize(size * size, 0.0);
        for ((place, row), column) in
            between.chunks_exact_mut(size).enumerate().zip(solved.chunks_exact(others))
        {
            resize_evenly(column, row);
            row.iter_mut().for_each(|entry| *entry *= -gamma);
            row[place] += 1.0;
        }
        elimination::solve(size, between, result);
        Ok(())
    }

    /// Writes the symmetric part of the result into the block of `own`.
    pub(super) fn write(&self, (matrix, rows): (&mut [f64], usize), own: Range<usize>) {
        let size = own.len();
        for row in 0..size {
            for col in 0..size {
                matrix[(own.start + col) * rows + own.start + row] =
                    0.5 * (self.result[row * size + col] + self.result[col * size + row]);
            }
        }
    }

    /// Whether a block is positive definite.
    pub(super) fn is_definite(&mut self, (matrix, rows): (&[f64], usize), block: Range<usize>) -> bool {
        let fill = |col: usize, below: &mut [f64]| {
            let col = block.start + col;
            below.copy_from_slice(&matrix[col * rows + col..col * rows + block.end]);
        };
        self.cholesky.factor_columns(block.len(), fill).is_ok()
    }
}

fn gather<'a>(columns: impl Iterator<Item = &'a [f64]>, memory: &mut Vec<f64>) {
    memory.clear();
    columns.for_each(|column| memory.extend_from_slice(column));
}

/// `M x`, where M has one row more or less than columns, or as many, and each of its rows sums to one.
///
/// Between n and n + 1 numbers, M is the mean over the n + 1 places at which one number can be inserted: as the mean
/// of the others on the way up; on the way down M is the transpose of that, divided by its sums of rows.
///
/// # Source
/// Cotton (2024), the symmetric step-up matrix.
fn resize_evenly(x: &[f64], resized: &mut [f64]) {
    let (from, to) = (x.len(), resized.len());
    if from == to {
        resized.copy_from_slice(x);
        return;
    }
    let sum: f64 = x.iter().sum();
    let least = from.min(to) as f64;
    if from < to {
        for (place, entry) in resized.iter_mut().enumerate() {
            let (own, before) = (x.get(place), place.checked_sub(1).map(|before| x[before]));
            let (own, before) = (own.copied().unwrap_or_default(), before.unwrap_or_default());
            *entry = ((least - place as f64) * own + place as f64 * before + sum / least) / (least + 1.0);
        }
    } else {
        let scale = least / ((least + 1.0) * (least + 1.0));
        for (place, entry) in resized.iter_mut().enumerate() {
            let next = (place + 1) as f64;
            *entry = scale * ((least - place as f64) * x[place] + next * x[place + 1] + sum / least);
        }
    }
}
