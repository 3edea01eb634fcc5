//! Small symmetric matrices that are made positive definite.

/// The Cholesky factor of a matrix with as much added to its diagonal as it needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Definite<const K: usize> {
    factor: [[f64; K]; K],
    shifted: bool,
}

impl<const K: usize> Definite<K> {
    /// Factorises minus a matrix: the Hessian of something that is to be as great as possible.
    pub(super) fn of_negative(matrix: &[[f64; K]; K]) -> Self {
        let negative = matrix.map(|row| row.map(|entry| -entry));
        let greatest = negative.iter().flatten().fold(0.0_f64, |greatest, entry| greatest.max(entry.abs()));
        let greatest = if greatest > 0.0 && greatest.is_finite() { greatest } else { 1.0 };
        let mut shift = 0.0;
        loop {
            if let Some(factor) = factorise(&negative, shift) {
                return Self { factor, shifted: shift > 0.0 };
            }
            // Beyond the greatest absolute row sum, every matrix is positive definite; one that is not a number
            // becomes the unit matrix.
            shift = if shift == 0.0 { 1e-3 * greatest } else { 4.0 * shift };
            if shift >= 1e6 * greatest {
                let mut factor = [[0.0; K]; K];
                for (place, row) in factor.iter_mut().enumerate() {
                    row[place] = greatest.sqrt();
                }
                return Self { factor, shifted: true };
            }
        }
    }

    /// Whether the matrix was not positive definite as it stood.
    pub(super) fn is_shifted(&self) -> bool {
        self.shifted
    }

    /// The solution of the equations with this right-hand side.
    pub(super) fn solve(&self, right: &[f64; K]) -> [f64; K] {
        let mut x = *right;
        for row in 0..K {
            for col in 0..row {
                x[row] -= self.factor[row][col] * x[col];
            }
            x[row] /= self.factor[row][row];
        }
        for row in (0..K).rev() {
            for below in row + 1..K {
                x[row] -= self.factor[below][row] * x[below];
            }
            x[row] /= self.factor[row][row];
        }
        x
    }
}

/// The lower factor of a matrix plus a multiple of the unit matrix; none if that is not positive definite.
fn factorise<const K: usize>(matrix: &[[f64; K]; K], shift: f64) -> Option<[[f64; K]; K]> {
    let mut factor = [[0.0; K]; K];
    for row in 0..K {
        for col in 0..=row {
            let product: f64 = (0..col).map(|k| factor[row][k] * factor[col][k]).sum();
            let rest = matrix[row][col] - product;
            if row == col {
                let pivot = rest + shift;
                // Relative to the entry, so that what is left by rounding is no pivot.
                let enough = pivot > 1e-14 * (matrix[row][row].abs() + shift);
                factor[row][row] = enough.then(|| pivot.sqrt())?;
            } else {
                factor[row][col] = rest / factor[col][col];
            }
        }
    }
    Some(factor)
}
