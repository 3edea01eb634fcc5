//! Least squares by orthogonal columns, which tell the first that is a combination of those before it.

use po_core::simd::{axpy, dot};

/// How much of the length of a column must be its own. Coefficients lose as many digits as this is small.
pub(super) const LEAST_UNEXPLAINED: f64 = 1e-10;

/// `A = Q R`: Q has orthonormal columns, R is upper triangular with a positive diagonal.
#[derive(Clone, Debug, Default)]
pub(super) struct Orthogonal {
    rows: usize,
    cols: usize,
    /// M x P, column by column.
    q: Vec<f64>,
    /// P x P, column by column, with zeros below the diagonal.
    r: Vec<f64>,
}

/// A column that is a combination of those before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dependent {
    pub(super) column: usize,
    /// How much of its length is its own.
    pub(super) unexplained: f64,
}

impl Orthogonal {
    /// Decomposes the matrix whose columns `fill` writes.
    pub(super) fn factor(
        &mut self,
        (rows, cols): (usize, usize),
        mut fill: impl FnMut(usize, &mut [f64]),
    ) -> Result<(), Dependent> {
        (self.rows, self.cols) = (rows, cols);
        self.q.clear();
        self.q.resize(rows * cols, 0.0);
        self.r.clear();
        self.r.resize(cols * cols, 0.0);
        for col in 0..cols {
            let (before, rest) = self.q.split_at_mut(col * rows);
            let column = &mut rest[..rows];
            fill(col, column);
            let length = length(column);
            // The second pass takes out what rounding left of the first, so that Q stays orthogonal.
            for _ in 0..2 {
                for (other, basis) in before.chunks_exact(rows).enumerate() {
                    let share = dot(basis, column);
                    axpy(-share, basis, column);
                    self.r[col * cols + other] += share;
                }
            }
            let own = self::length(column);
            // A column of zeros has nothing of its own either.
            let unexplained = if length > 0.0 { own / length } else { 0.0 };
            if unexplained.is_nan() || unexplained <= LEAST_UNEXPLAINED {
                return Err(Dependent { column: col, unexplained });
            }
            column.iter_mut().for_each(|entry| *entry /= own);
            self.r[col * cols + col] = own;
        }
        Ok(())
    }

    /// One column of Q.
    pub(super) fn column(&self, col: usize) -> &[f64] {
        &self.q[col * self.rows..(col + 1) * self.rows]
    }

    /// Entry (row, col) of R.
    fn r(&self, row: usize, col: usize) -> f64 {
        self.r[col * self.cols + row]
    }

    /// `b = R⁻¹ b`.
    pub(super) fn solve(&self, b: &mut [f64]) {
        for row in (0..self.cols).rev() {
            let known: f64 = (row + 1..self.cols).map(|col| self.r(row, col) * b[col]).sum();
            b[row] = (b[row] - known) / self.r(row, row);
        }
    }

    /// `b = R'⁻¹ b`.
    pub(super) fn solve_transposed(&self, b: &mut [f64]) {
        for row in 0..self.cols {
            let known: f64 = (0..row).map(|col| self.r(col, row) * b[col]).sum();
            b[row] = (b[row] - known) / self.r(row, row);
        }
    }

    /// The coefficients of the nearest combination of the columns, and in `residuals`, which comes in as the target, what
    /// it misses.
    pub(super) fn least_squares(&self, residuals: &mut [f64], coefficients: &mut [f64]) {
        coefficients.fill(0.0);
        for _ in 0..2 {
            for (col, coefficient) in coefficients.iter_mut().enumerate() {
                let share = dot(self.column(col), residuals);
                axpy(-share, self.column(col), residuals);
                *coefficient += share;
            }
        }
        self.solve(coefficients);
    }
}

/// The length of a vector, without overflow.
fn length(values: &[f64]) -> f64 {
    let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    if (1e-140..1e140).contains(&largest) || largest == 0.0 {
        return dot(values, values).sqrt();
    }
    largest * values.iter().map(|value| (value / largest).powi(2)).sum::<f64>().sqrt()
}
