//! Gaussian elimination with several right-hand sides.

use pulp::Arch;

/// Rows that are eliminated together, so that each pass over the rest serves them all.
const PANEL: usize = 4;

/// Solves `R Z = S` in place: `r` is destroyed, and `s` becomes Z. Both are square and stored row by row.
///
/// Where a pivot is zero the result has numbers that are not finite.
///
/// # Source
/// Golub, Van Loan (2013), section 3.4: rows are exchanged for the largest pivot of a column.
pub(super) fn solve(rows: usize, r: &mut [f64], s: &mut [f64]) {
    for start in (0..rows).step_by(PANEL) {
        let end = rows.min(start + PANEL);
        (start..end).for_each(|pivot| eliminate(rows, pivot, end, r, s));
        for row in start + 1..rows {
            // The rows above that are already done; those of the panel see the part of it that stands above them.
            let above = row.min(end);
            let (done, rest) = r.split_at_mut(row * rows);
            let (factors, rest) = rest[start..rows].split_at_mut(end - start);
            let factors = &factors[..above - start];
            subtract(factors, |pivot| &done[(start + pivot) * rows + end..(start + pivot + 1) * rows], rest);
            let (done, rest) = s.split_at_mut(row * rows);
            subtract(factors, |pivot| &done[(start + pivot) * rows..][..rows], &mut rest[..rows]);
        }
    }
    for start in (0..rows).step_by(PANEL).rev() {
        let end = rows.min(start + PANEL);
        for row in (0..end).rev() {
            let below = start.max(row + 1);
            let factors = &r[row * rows + below..row * rows + end];
            let (head, done) = s.split_at_mut((row + 1) * rows);
            let own = &mut head[row * rows..];
            subtract(factors, |pivot| &done[(below + pivot - row - 1) * rows..][..rows], own);
            if row >= start {
                let reciprocal = 1.0 / r[row * rows + row];
                own.iter_mut().for_each(|entry| *entry *= reciprocal);
            }
        }
    }
}

/// Exchanges rows for the largest pivot and takes its multiples off the columns up to `end`; the factors stay below it.
fn eliminate(rows: usize, pivot: usize, end: usize, r: &mut [f64], s: &mut [f64]) {
    let size = |row: usize| r[row * rows + pivot].abs();
    let largest = (pivot + 1..rows).fold(pivot, |best, row| if size(row) > size(best) { row } else { best });
    if largest != pivot {
        for matrix in [&mut *r, s] {
            let (head, tail) = matrix.split_at_mut(largest * rows);
            head[pivot * rows..][..rows].swap_with_slice(&mut tail[..rows]);
        }
    }
    let (head, tail) = r.split_at_mut((pivot + 1) * rows);
    let own = &head[pivot * rows..];
    for row in tail.chunks_exact_mut(rows) {
        row[pivot] /= own[pivot];
        for col in pivot + 1..end {
            row[col] -= row[pivot] * own[col];
        }
    }
}

/// `target -= Σ_k factor_k row(k)`, for at most four rows.
#[inline(always)]
fn subtract<'a>(factors: &[f64], row: impl Fn(usize) -> &'a [f64], target: &mut [f64]) {
    match *factors {
        [a, b, c, d] => {
            let (first, second, third, fourth) = (row(0), row(1), row(2), row(3));
            Arch::new().dispatch(
                #[inline(always)]
                || {
                    let rows = first.iter().zip(second).zip(third).zip(fourth);
                    for (entry, (((w, x), y), z)) in target.iter_mut().zip(rows) {
                        *entry -= (a * w + b * x) + (c * y + d * z);
                    }
                },
            );
        }
        _ => {
            for (place, factor) in factors.iter().enumerate() {
                target.iter_mut().zip(row(place)).for_each(|(entry, other)| *entry -= factor * other);
            }
        }
    }
}
