//! The Cholesky decomposition of a matrix that fits in the nearest caches, and its triangular systems.
//!
//! A library that is made for large matrices plans, packs and calls; for fewer than a hundred rows that takes longer than
//! the arithmetic. Here columns are padded to a multiple of eight rows and the matrix to as many columns, with ones on the
//! diagonal of the padding, so that no kernel has a remainder.

pub(super) mod inverse;

use std::array::from_fn;

use pulp::{Simd, WithSimd};

use crate::simd::blocks::{BLOCK, dispatch, multiply_add, registers, total};

/// Rows at which planning pays.
pub(super) const LARGEST: usize = 128;

/// Rows are padded to a multiple of this, the longest register.
const LANES: usize = BLOCK;

/// Columns that are decomposed at once.
const PANEL: usize = 4;

/// Registers of each column that stay where they are while earlier columns are subtracted.
const TILE: usize = 2;

/// Rows and columns with the padding.
pub(super) fn padded(size: usize) -> usize {
    size.next_multiple_of(LANES)
}

/// Puts zeros where a column may be read though the matrix has no entry there: above its diagonal as far as a register
/// reaches, and in the padding.
pub(super) fn clear(column: &mut [f64], col: usize) {
    let (blocks, _) = column.as_chunks_mut::<LANES>();
    let last = blocks.len().saturating_sub(1);
    for block in [col / LANES, last] {
        if let Some(block) = blocks.get_mut(block) {
            *block = [0.0; LANES];
        }
    }
}

/// Decomposes, in place, a padded matrix of which the lower triangle is read; the error is the place of the first pivot
/// that is not positive and finite.
pub(super) fn decompose(factor: &mut [f64], reciprocals: &mut [f64]) -> Result<(), usize> {
    dispatch(Decompose { factor, reciprocals })
}

/// Solves `L L' x = b` in place, for one right-hand side or several.
pub(super) fn solve(factor: &[f64], reciprocals: &[f64], size: usize, sides: &mut [f64]) {
    dispatch(Solve { factor, reciprocals, size, sides });
}

struct Decompose<'a> {
    factor: &'a mut [f64],
    /// One over each pivot.
    reciprocals: &'a mut [f64],
}

impl WithSimd for Decompose<'_> {
    type Output = Result<(), usize>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let Self { factor, reciprocals } = self;
        let rows = reciprocals.len();
        for first in (0..rows).step_by(PANEL) {
            let (done, panel) = factor.split_at_mut(first * rows);
            // What stands above the diagonal is never read.
            let start = first - first % S::F64_LANES;
            let mut columns = panel.chunks_exact_mut(rows);
            let mut columns: [&mut [f64]; PANEL] = from_fn(|_| columns.next().unwrap_or_default());
            let head = start + (TILE * S::F64_LANES).max(PANEL);
            subtract(simd, done, (first, start, head.min(rows)), &mut columns);
            // The chain of divisions is long: what follows it does not wait for it.
            let corner = corner(&columns, first);
            subtract(simd, done, (first, head.min(rows), rows), &mut columns);
            divide(simd, &corner, start, &mut columns);
            for (place, (column, &pivot)) in columns.iter_mut().zip(&corner.pivots).enumerate() {
                if !(pivot > 0.0 && pivot.is_finite()) {
                    return Err(first + place);
                }
                column[first + place] = corner.pivots[place] * corner.reciprocals[place];
            }
            reciprocals[first..first + PANEL].copy_from_slice(&corner.reciprocals);
        }
        Ok(())
    }
}

/// Subtracts from some rows of a panel what the columns before it explain.
#[inline(always)]
fn subtract<S: Simd>(
    simd: S,
    done: &[f64],
    (first, start, end): (usize, usize, usize),
    columns: &mut [&mut [f64]; PANEL],
) {
    let rows = columns[0].len();
    let mut panel = columns.each_mut().map(|column| S::as_mut_simd_f64s(&mut column[start..end]).0);
    let length = panel[0].len();
    let mut place = 0;
    while place + TILE <= length {
        tile::<S, TILE>(simd, done, (rows, start, first), place, &mut panel);
        place += TILE;
    }
    if place < length {
        tile::<S, 1>(simd, done, (rows, start, first), place, &mut panel);
    }
}

/// As [`subtract`], for T registers of each column.
#[inline(always)]
fn tile<S: Simd, const T: usize>(
    simd: S,
    done: &[f64],
    (rows, start, first): (usize, usize, usize),
    place: usize,
    panel: &mut [&mut [S::f64s]; PANEL],
) {
    let mut sums: [[S::f64s; T]; PANEL] = from_fn(|col| from_fn(|k| panel[col][place + k]));
    for column in done.chunks_exact(rows) {
        let below = S::as_simd_f64s(&column[start..]).0;
        let below: [S::f64s; T] = from_fn(|k| simd.neg_f64s(below[place + k]));
        let across = &column[first..first + PANEL];
        for (sums, &factor) in sums.iter_mut().zip(across) {
            let factor = simd.splat_f64s(factor);
            for (sum, below) in sums.iter_mut().zip(below) {
                *sum = simd.mul_add_e_f64s(below, factor, *sum);
            }
        }
    }
    for (column, sums) in panel.iter_mut().zip(sums) {
        column[place..place + T].copy_from_slice(&sums);
    }
}

/// The triangle on the diagonal of a panel: `L D L'` with ones on the diagonal of L.
struct Corner {
    /// L below its diagonal, row by row.
    below: [[f64; PANEL]; PANEL],
    /// D.
    pivots: [f64; PANEL],
    /// One over the square roots of D.
    reciprocals: [f64; PANEL],
}

/// Decomposes the triangle on the diagonal of a panel, with no root in the chain of operations from pivot to pivot.
#[inline(always)]
fn corner(columns: &[&mut [f64]; PANEL], first: usize) -> Corner {
    let mut rest: [[f64; PANEL]; PANEL] = from_fn(|col| from_fn(|row| columns[col][first + row]));
    let mut below = [[0.0; PANEL]; PANEL];
    let mut inverses = [0.0; PANEL];
    for col in 0..PANEL {
        let column = rest[col];
        inverses[col] = 1.0 / column[col];
        for (below, entry) in below.iter_mut().zip(column).skip(col + 1) {
            below[col] = entry * inverses[col];
        }
        for (below, next) in below.iter().zip(&mut rest).skip(col + 1) {
            for (entry, above) in next.iter_mut().zip(column).skip(col + 1) {
                *entry -= below[col] * above;
            }
        }
    }
    let pivots: [f64; PANEL] = from_fn(|col| rest[col][col]);
    let reciprocals = from_fn(|col| pivots[col].sqrt() * inverses[col]);
    Corner { below, pivots, reciprocals }
}

/// Divides the rows of a panel, from `start` down, by the triangle on its diagonal.
#[inline(always)]
fn divide<S: Simd>(simd: S, corner: &Corner, start: usize, columns: &mut [&mut [f64]; PANEL]) {
    let below = corner.below.map(|row| row.map(|entry| simd.splat_f64s(-entry)));
    let reciprocals = corner.reciprocals.map(|reciprocal| simd.splat_f64s(reciprocal));
    let panel = columns.each_mut().map(|column| S::as_mut_simd_f64s(&mut column[start..]).0);
    let [first, second, third, fourth] = panel;
    for (((first, second), third), fourth) in first.iter_mut().zip(second).zip(third).zip(fourth) {
        // By value: the columns might overlap for all that the compiler knows.
        let (a, mut b, mut c, mut d) = (*first, *second, *third, *fourth);
        b = simd.mul_add_e_f64s(a, below[1][0], b);
        c = simd.mul_add_e_f64s(a, below[2][0], c);
        d = simd.mul_add_e_f64s(a, below[3][0], d);
        c = simd.mul_add_e_f64s(b, below[2][1], c);
        d = simd.mul_add_e_f64s(b, below[3][1], d);
        d = simd.mul_add_e_f64s(c, below[3][2], d);
        *first = simd.mul_f64s(a, reciprocals[0]);
        *second = simd.mul_f64s(b, reciprocals[1]);
        *third = simd.mul_f64s(c, reciprocals[2]);
        *fourth = simd.mul_f64s(d, reciprocals[3]);
    }
}

struct Solve<'a> {
    factor: &'a [f64],
    reciprocals: &'a [f64],
    size: usize,
    sides: &'a mut [f64],
}

impl WithSimd for Solve<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { factor, reciprocals, size, sides } = self;
        let mut pairs = sides.chunks_exact_mut(2 * size);
        for pair in &mut pairs {
            several::<S, 2>(simd, factor, reciprocals, size, pair);
        }
        let single = pairs.into_remainder();
        if !single.is_empty() {
            several::<S, 1>(simd, factor, reciprocals, size, single);
        }
    }
}

/// Solves for R right-hand sides at once, whose chains of dependent operations then overlap.
#[inline(always)]
fn several<S: Simd, const R: usize>(
    simd: S,
    factor: &[f64],
    reciprocals: &[f64],
    size: usize,
    sides: &mut [f64],
) {
    let mut room = [[0.0; LARGEST]; R];
    for (x, side) in room.iter_mut().zip(sides.chunks_exact(size)) {
        x[..size].copy_from_slice(side);
    }
    let rows = reciprocals.len();
    // A right-hand side often begins with zeros, such as a unit vector: the solution of L y = b then begins with them.
    let zeros =
        room.iter().map(|x| x.iter().take_while(|x| **x == 0.0).count()).min().unwrap_or_default().min(rows);
    for first in (zeros - zeros % LANES..rows).step_by(LANES) {
        forward(simd, &factor[first * rows..(first + LANES) * rows], reciprocals, first, &mut room);
    }
    for first in (0..rows).step_by(LANES).rev() {
        backward(simd, &factor[first * rows..(first + LANES) * rows], reciprocals, first, &mut room);
    }
    for (x, side) in room.iter().zip(sides.chunks_exact_mut(size)) {
        side.copy_from_slice(&x[..size]);
    }
}

/// One step of `L y = b`: eight unknowns, and what they take from those below.
#[inline(always)]
fn forward<S: Simd, const R: usize>(
    simd: S,
    panel: &[f64],
    reciprocals: &[f64],
    first: usize,
    room: &mut [[f64; LARGEST]; R],
) {
    let rows = reciprocals.len();
    let next = first + LANES;
    let mut found = [[0.0; LANES]; R];
    for (x, found) in room.iter_mut().zip(&mut found) {
        found.copy_from_slice(&x[first..next]);
    }
    for row in 0..LANES {
        for found in &mut found {
            let entry = |col: usize| panel[col * rows + first + row];
            let rest = (0..row).fold(found[row], |rest, col| entry(col).mul_add(-found[col], rest));
            found[row] = rest * reciprocals[first + row];
        }
    }
    for (x, found) in room.iter_mut().zip(&found) {
        x[first..next].copy_from_slice(found);
    }
    let mut below = room.each_mut().map(|x| S::as_mut_simd_f64s(&mut x[next..rows]).0);
    let factors = found.map(|found| found.map(|x| simd.splat_f64s(-x)));
    let mut columns = panel.chunks_exact(rows);
    let columns: [&[S::f64s]; LANES] =
        from_fn(|_| S::as_simd_f64s(columns.next().map_or(&[], |column| &column[next..])).0);
    for place in 0..columns[0].len() {
        for (below, factors) in below.iter_mut().zip(&factors) {
            let mut sum = below[place];
            for (column, &factor) in columns.iter().zip(factors) {
                sum = simd.mul_add_e_f64s(column[place], factor, sum);
            }
            below[place] = sum;
        }
    }
}

/// One step of `L' x = y`: what those below take, and eight unknowns.
#[inline(always)]
fn backward<S: Simd, const R: usize>(
    simd: S,
    panel: &[f64],
    reciprocals: &[f64],
    first: usize,
    room: &mut [[f64; LARGEST]; R],
) {
    let rows = reciprocals.len();
    let next = first + LANES;
    let registers = registers::<S>();
    let mut taken = [[[simd.splat_f64s(0.0); BLOCK]; LANES]; R];
    for (x, taken) in room.iter().zip(&mut taken) {
        let below = S::as_simd_f64s(&x[next..rows]).0;
        for (column, taken) in panel.chunks_exact(rows).zip(taken) {
            let column = S::as_simd_f64s(&column[next..]).0;
            for (column, below) in column.chunks_exact(registers).zip(below.chunks_exact(registers)) {
                multiply_add(simd, column, below, taken);
            }
        }
    }
    for (x, mut taken) in room.iter_mut().zip(taken) {
        let mut found: [f64; LANES] =
            from_fn(|row| x[first + row] - total(simd, &mut taken[row][..registers]));
        for (col, column) in panel.chunks_exact(rows).enumerate().rev() {
            let corner = &column[first..next];
            // The unknown that was found last comes last, so that all else is ready by then.
            let rest =
                (col + 1..LANES).rev().fold(found[col], |rest, row| corner[row].mul_add(-found[row], rest));
            found[col] = rest * reciprocals[first + col];
        }
        x[first..next].copy_from_slice(&found);
    }
}

#[cfg(test)]
mod tests;
