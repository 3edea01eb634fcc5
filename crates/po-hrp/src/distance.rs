//! Distances between assets, from their covariance.

use po_core::{Covariance, DistanceMatrix, InputError};
use pulp::{Arch, Simd, WithSimd};

use crate::lanes::padded;
use crate::linkage::GREATEST;
use crate::{Error, Metric};

/// How far a correlation may leave [-1, 1] for rounding.
const ROUNDING: f64 = 1e-10;

/// Variances in this range can be multiplied and divided without overflow; no asset on earth lies outside.
const VARIANCES: std::ops::RangeInclusive<f64> = 1e-150..=1e150;

/// A square matrix of numbers whose rows are padded for whole vectors; it grows and never shrinks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Square {
    len: usize,
    stride: usize,
    entries: Vec<f64>,
}

impl Square {
    /// Makes room for `len` rows; entries are unspecified.
    pub(crate) fn resize(&mut self, len: usize) {
        self.len = len;
        self.stride = padded(len);
        if self.entries.len() < len * self.stride {
            self.entries.resize(len * self.stride, 0.0);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// All entries, padding included.
    pub(crate) fn entries_mut(&mut self) -> &mut [f64] {
        &mut self.entries[..self.len * self.stride]
    }

    /// One row, padding included.
    #[inline(always)]
    pub(crate) fn row(&self, row: usize) -> &[f64] {
        &self.entries[row * self.stride..(row + 1) * self.stride]
    }

    /// One row to write to, padding included.
    #[inline(always)]
    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.entries[row * self.stride..(row + 1) * self.stride]
    }

    /// One row to read and another one to write to.
    #[inline(always)]
    pub(crate) fn row_pair(&mut self, read: usize, write: usize) -> (&[f64], &mut [f64]) {
        let (low, high) = (read.min(write), read.max(write));
        let (head, tail) = self.entries.split_at_mut(high * self.stride);
        let (low, high) = (&mut head[low * self.stride..(low + 1) * self.stride], &mut tail[..self.stride]);
        if read < write { (low, high) } else { (high, low) }
    }

    #[inline(always)]
    pub(crate) fn at(&self, row: usize, col: usize) -> f64 {
        self.entries[row * self.stride + col]
    }

    #[inline(always)]
    pub(crate) fn set(&mut self, row: usize, col: usize, value: f64) {
        self.entries[row * self.stride + col] = value;
    }

    /// Both entries of each pair from the upper triangle, row by row, as SciPy condenses a distance matrix.
    pub(crate) fn fill_from_condensed(&mut self, len: usize, condensed: &[f64], map: impl Fn(f64) -> f64) {
        self.resize(len);
        let mut rest = condensed.iter();
        for row in 0..len {
            self.set(row, row, 0.0);
            for (col, &distance) in (row + 1..len).zip(rest.by_ref()) {
                self.set(row, col, map(distance));
                self.set(col, row, map(distance));
            }
        }
    }

    /// Takes all rows of a square matrix without padding.
    pub(crate) fn fill_from_square(&mut self, len: usize, entries: &[f64], map: impl Fn(f64) -> f64) {
        self.resize(len);
        for (row, entries) in entries.chunks_exact(len).enumerate() {
            self.row_mut(row).iter_mut().zip(entries).for_each(|(own, &entry)| *own = map(entry));
        }
    }

    /// Replaces each entry, padding included, by its square root.
    pub(crate) fn square_root(&mut self) {
        let entries = self.entries_mut();
        Arch::new().dispatch(
            #[inline(always)]
            || entries.iter_mut().for_each(|entry| *entry = entry.sqrt()),
        );
    }

    /// Copies another matrix.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.resize(other.len);
        self.entries_mut().copy_from_slice(&other.entries[..other.len * other.stride]);
    }

    /// Keeps some rows and the columns of the same numbers, in order; both matrices are stored in place.
    pub(crate) fn keep(&mut self, kept: &[usize], row_kept: &mut Vec<f64>) {
        let old = self.stride;
        (self.len, self.stride) = (kept.len(), padded(kept.len()));
        // Rows move to the front, so that none is overwritten before it was moved.
        for (new, &row) in kept.iter().enumerate() {
            let whole = &self.entries[row * old..(row + 1) * old];
            row_kept.clear();
            row_kept.extend(kept.iter().map(|&col| whole[col]));
            self.entries[new * self.stride..][..row_kept.len()].copy_from_slice(row_kept);
        }
    }

    /// Writes `value` on the diagonal and into the padding.
    pub(crate) fn seal(&mut self, value: f64) {
        for row in 0..self.len {
            self.set(row, row, value);
            for col in self.len..self.stride {
                self.set(row, col, value);
            }
        }
    }
}

/// `1 / σ_i`, padded with zeros.
pub(crate) fn inverse_deviations(covariance: &Covariance, inverse: &mut Vec<f64>) -> Result<(), Error> {
    let assets = covariance.len();
    inverse.clear();
    for (asset, &variance) in covariance.as_slice().iter().step_by(assets + 1).enumerate() {
        if variance <= 0.0 {
            return Err(InputError::ZeroVariance { asset }.into());
        }
        if !VARIANCES.contains(&variance) {
            let (name, expected) = ("the variance", "a number in [1e-150, 1e150]");
            return Err(InputError::AssetOutOfRange { name, asset, value: variance, expected }.into());
        }
        inverse.push(variance);
    }
    let deviations = &mut inverse[..];
    Arch::new().dispatch(
        #[inline(always)]
        || deviations.iter_mut().for_each(|entry| *entry = 1.0 / entry.sqrt()),
    );
    inverse.resize(padded(assets), 0.0);
    Ok(())
}

/// Fills `squares` with the squared distances of a metric; zeros on the diagonal, padding unspecified.
pub(crate) fn squared_distances(
    metric: Metric,
    covariance: &Covariance,
    inverse: &[f64],
    squares: &mut Square,
    work: &mut Square,
) -> Result<(), Error> {
    match metric {
        Metric::Correlation => squared_correlation_distances(covariance, inverse, squares),
        Metric::Columns => {
            squared_correlation_distances(covariance, inverse, work)?;
            work.square_root();
            squared_column_distances(work, squares);
            Ok(())
        }
    }
}

/// As [`squared_distances`], from distances that stand in place of those of the correlations of `assets` assets.
pub(crate) fn squared_given(
    metric: Metric,
    given: &DistanceMatrix,
    assets: usize,
    squares: &mut Square,
    work: &mut Square,
) -> Result<(), Error> {
    if given.len() != assets {
        let (what, actual) = ("the matrix of distances", given.len());
        return Err(InputError::LengthMismatch { what, expected: assets, actual }.into());
    }
    // They are finite and not negative, whoever made them.
    if let Some(&value) = given.as_slice().iter().find(|distance| **distance > GREATEST) {
        let (name, expected) = ("a distance", "a number in [0, 1e150]");
        return Err(InputError::OutOfRange { name, value, expected }.into());
    }
    match metric {
        Metric::Correlation => {
            squares.fill_from_square(assets, given.as_slice(), |distance| distance * distance);
        }
        Metric::Columns => {
            work.fill_from_square(assets, given.as_slice(), |distance| distance);
            squared_column_distances(work, squares);
        }
    }
    Ok(())
}

fn squared_column_distances(distances: &mut Square, squares: &mut Square) {
    distances.seal(0.0);
    squares.resize(distances.len());
    Arch::new().dispatch(SquaredColumnDistances { distances, squares });
}

/// `(1 - ρ_ij) / 2`
fn squared_correlation_distances(
    covariance: &Covariance,
    inverse: &[f64],
    squares: &mut Square,
) -> Result<(), Error> {
    let assets = covariance.len();
    squares.resize(assets);
    let stride = squares.stride();
    let range = Arch::new().dispatch(SquaredDistances {
        covariance: covariance.as_slice(),
        inverse,
        squares: squares.entries_mut(),
        assets,
        stride,
    });
    check_range(range, covariance, inverse)?;
    (0..assets).for_each(|asset| squares.set(asset, asset, 0.0));
    Ok(())
}

/// Refuses correlations beyond [-1, 1]; `range` is the least and the greatest squared distance.
pub(crate) fn check_range(
    (least, greatest): (f64, f64),
    covariance: &Covariance,
    inverse: &[f64],
) -> Result<(), Error> {
    if least >= -0.5 * ROUNDING && greatest <= 1.0 + 0.5 * ROUNDING {
        return Ok(());
    }
    // The slow path: find the pair, to name it.
    for row in 0..covariance.len() {
        for (col, &entry) in covariance.column(row).iter().enumerate() {
            let value = entry * (inverse[row] * inverse[col]);
            if row != col && value.abs() > 1.0 + ROUNDING {
                return Err(InputError::CorrelationOutOfRange { row, col, value }.into());
            }
        }
    }
    Ok(())
}

struct SquaredDistances<'a> {
    covariance: &'a [f64],
    inverse: &'a [f64],
    squares: &'a mut [f64],
    assets: usize,
    stride: usize,
}

impl WithSimd for SquaredDistances<'_> {
    type Output = (f64, f64);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> (f64, f64) {
        let (mut least, mut greatest) = (simd.splat_f64s(0.5), simd.splat_f64s(0.5));
        let (inverse, _) = S::as_simd_f64s(self.inverse);
        let rows = self.covariance.chunks_exact(self.assets).zip(self.squares.chunks_exact_mut(self.stride));
        for ((row, squares), &own) in rows.zip(self.inverse) {
            let own = simd.splat_f64s(own);
            let (squares, _) = S::as_mut_simd_f64s(squares);
            let (whole, rest) = S::as_simd_f64s(row);
            let rest = (!rest.is_empty()).then(|| simd.partial_load_f64s(rest));
            for ((&entry, &other), square) in whole.iter().chain(&rest).zip(inverse).zip(squares) {
                let distance = half_complement(simd, entry, own, other);
                least = simd.min_f64s(least, distance);
                greatest = simd.max_f64s(greatest, distance);
                *square = simd.max_f64s(distance, simd.splat_f64s(0.0));
            }
        }
        (simd.reduce_min_f64s(least), simd.reduce_max_f64s(greatest))
    }
}

/// `(1 - σ_ij / (σ_i σ_j)) / 2`; the two inverse deviations are multiplied first, so that the result is symmetric
/// to the last bit.
#[inline(always)]
pub(crate) fn half_complement<S: Simd>(
    simd: S,
    covariance: S::f64s,
    own: S::f64s,
    other: S::f64s,
) -> S::f64s {
    let correlation = simd.mul_f64s(covariance, simd.mul_f64s(own, other));
    simd.mul_add_f64s(correlation, simd.splat_f64s(-0.5), simd.splat_f64s(0.5))
}

struct SquaredColumnDistances<'a> {
    distances: &'a Square,
    squares: &'a mut Square,
}

impl WithSimd for SquaredColumnDistances<'_> {
    type Output = ();

    /// In tiles of 4 x 2 rows: each pass over two rows serves four.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        const ROWS: usize = 4;
        const COLS: usize = 2;
        let Self { distances, squares } = self;
        let assets = distances.len();
        for top in (0..assets).step_by(ROWS) {
            for left in (top..assets).step_by(COLS) {
                let row = |offset: usize| S::as_simd_f64s(distances.row((top + offset).min(assets - 1))).0;
                let col = |offset: usize| S::as_simd_f64s(distances.row((left + offset).min(assets - 1))).0;
                let (rows, cols) = ([row(0), row(1), row(2), row(3)], [col(0), col(1)]);
                let mut sums = [[simd.splat_f64s(0.0); COLS]; ROWS];
                for k in 0..rows[0].len() {
                    for (row, sums) in rows.iter().zip(&mut sums) {
                        for (col, sum) in cols.iter().zip(sums) {
                            let difference = simd.sub_f64s(row[k], col[k]);
                            *sum = simd.mul_add_f64s(difference, difference, *sum);
                        }
                    }
                }
                for (row, sums) in (top..assets).zip(&sums) {
                    for (col, &sum) in (left..assets).zip(sums) {
                        let square = if row == col { 0.0 } else { simd.reduce_sum_f64s(sum) };
                        squares.set(row, col, square);
                        squares.set(col, row, square);
                    }
                }
            }
        }
    }
}
