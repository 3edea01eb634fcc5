//! The nearest correlation matrix, by Newton's method on its dual.

use po_core::InputError;
use po_core::linalg::{SymmetricEigen, gemm_into};
use po_core::nalgebra::{DMatrix, DVector};

/// How far the diagonal may be from one, relative to the largest entry.
const DIAGONAL: f64 = 1e-14;

/// What is accepted when rounding stops the method before.
const ACCEPTED: f64 = 1e-9;

/// Newton steps, of which five to ten are the rule.
const STEPS: usize = 100;

/// Halvings of a step.
const HALVINGS: i32 = 30;

/// The share of the linear decrease that a step must achieve (Armijo).
const DECREASE: f64 = 1e-4;

/// Steps of the method of conjugate gradients, and how small they make the residual.
const GRADIENT_STEPS: usize = 200;
const GRADIENT_RESIDUAL: f64 = 1e-2;

/// A point of the dual: y, and what follows from it.
struct Point {
    multipliers: DVector<f64>,
    eigen: SymmetricEigen,
    /// `diag((G + diag y)_+) - b`
    gradient: DVector<f64>,
    /// `½ |(G + diag y)_+|² - b'y`
    value: f64,
}

/// The correlation matrix nearest to A whose eigenvalues are at least `floor`.
///
/// With `G = A - floor I`, it is `floor I + (G + diag y)_+` where y minimises `½ |(G + diag y)_+|² - (1 - floor) Σ y`
/// (Qi and Sun 2006); `(·)_+` drops the negative eigenvalues. The minimum is where the diagonal is one.
pub(crate) fn nearest(mut matrix: DMatrix<f64>, floor: f64) -> Result<DMatrix<f64>, InputError> {
    let size = matrix.nrows();
    let largest = matrix.amax().max(1.0);
    let tolerance = DIAGONAL * largest * size as f64;
    for asset in 0..size {
        matrix[(asset, asset)] -= floor;
    }
    let target = 1.0 - floor;
    let start = DVector::from_fn(size, |asset, _| target - matrix[(asset, asset)]);
    let mut point = Point::at(&matrix, start, target)?;
    for _ in 0..STEPS {
        if point.gradient.amax() <= tolerance {
            break;
        }
        let Some(next) = point.next(&matrix, target)? else { break };
        point = next;
    }
    let converged = point.gradient.amax() <= ACCEPTED * largest;
    converged.then_some(()).ok_or(InputError::NotConverged { what: "the nearest correlation matrix" })?;
    let mut nearest = point.positive_part()?;
    for asset in 0..size {
        nearest[(asset, asset)] += floor;
    }
    // What rounding has left of the diagonal goes to both sides, which keeps the signs of the eigenvalues.
    let roots: Vec<f64> = nearest.diagonal().iter().map(|entry| entry.sqrt()).collect();
    Ok(DMatrix::from_fn(size, size, |row, col| {
        if row == col { 1.0 } else { nearest[(row.max(col), row.min(col))] / roots[row] / roots[col] }
    }))
}

impl Point {
    fn at(matrix: &DMatrix<f64>, multipliers: DVector<f64>, target: f64) -> Result<Self, InputError> {
        let mut shifted = matrix.clone();
        for (asset, multiplier) in multipliers.iter().enumerate() {
            shifted[(asset, asset)] += multiplier;
        }
        let eigen = SymmetricEigen::new(shifted.as_view())?;
        let mut gradient = DVector::from_element(multipliers.len(), -target);
        let mut value = -target * multipliers.sum();
        for (vector, &eigenvalue) in eigen.vectors().column_iter().zip(eigen.values()) {
            if eigenvalue > 0.0 {
                value += 0.5 * eigenvalue * eigenvalue;
                for (gradient, entry) in gradient.iter_mut().zip(&vector) {
                    *gradient += eigenvalue * entry * entry;
                }
            }
        }
        Ok(Self { multipliers, eigen, gradient, value })
    }

    /// `(G + diag y)_+`
    fn positive_part(&self) -> Result<DMatrix<f64>, InputError> {
        let size = self.multipliers.len();
        let mut roots = self.eigen.vectors().into_owned();
        for (mut vector, eigenvalue) in roots.column_iter_mut().zip(self.eigen.values()) {
            vector *= eigenvalue.max(0.0).sqrt();
        }
        let mut part = DMatrix::zeros(size, size);
        gemm_into(1.0, &roots, &roots.transpose(), 0.0, &mut part)?;
        Ok(part)
    }

    /// The point after a Newton step; none when no step makes it better.
    fn next(&self, matrix: &DMatrix<f64>, target: f64) -> Result<Option<Self>, InputError> {
        let step = self.newton_step()?;
        let slope = self.gradient.dot(&step);
        let shortened = |halvings: i32| {
            let length = 0.5_f64.powi(halvings);
            let next = Self::at(matrix, &self.multipliers + length * &step, target)?;
            // Near the minimum the value is all rounding, and the gradient tells more.
            let lower = next.value <= self.value + DECREASE * length * slope && next.value < self.value;
            Ok((lower || next.gradient.norm() < 0.5 * self.gradient.norm()).then_some(next))
        };
        (0..HALVINGS).find_map(|halvings| shortened(halvings).transpose()).transpose()
    }

    /// Solves `(V + ε I) d = -gradient` by conjugate gradients, V the generalised Hessian.
    fn newton_step(&self) -> Result<DVector<f64>, InputError> {
        let size = self.multipliers.len();
        let vectors = self.eigen.vectors().into_owned();
        let transposed = vectors.transpose();
        let weights = self.weights();
        // A gradient that vanishes must not leave a singular matrix behind.
        let shift = (0.1 * self.gradient.norm()).min(1e-3);

        let squares = vectors.map(|entry| entry * entry);
        let mut product = DMatrix::zeros(size, size);
        gemm_into(1.0, &squares, &weights, 0.0, &mut product)?;
        let diagonal =
            row_sums(&product, &squares).map(|entry| entry.max(0.0) + shift.max(f64::MIN_POSITIVE));

        let (mut scaled, mut inner) = (DMatrix::zeros(size, size), DMatrix::zeros(size, size));
        let mut times = |direction: &DVector<f64>| -> Result<DVector<f64>, InputError> {
            for (mut to, from) in scaled.column_iter_mut().zip(vectors.column_iter()) {
                to.copy_from(&from.component_mul(direction));
            }
            gemm_into(1.0, &transposed, &scaled, 0.0, &mut inner)?;
            inner.component_mul_assign(&weights);
            gemm_into(1.0, &vectors, &inner, 0.0, &mut scaled)?;
            Ok(row_sums(&scaled, &vectors) + shift * direction)
        };

        let mut step = DVector::zeros(size);
        let mut residual = -&self.gradient;
        let mut preconditioned = residual.component_div(&diagonal);
        let mut direction = preconditioned.clone();
        let mut power = residual.dot(&preconditioned);
        let enough = GRADIENT_RESIDUAL.min(self.gradient.norm()) * self.gradient.norm();
        for _ in 0..GRADIENT_STEPS {
            if residual.norm() <= enough {
                break;
            }
            let curved = times(&direction)?;
            let curvature = direction.dot(&curved);
            // Rounding may leave no curvature: what has been found is then kept.
            let stride = if curvature > 0.0 { power / curvature } else { 0.0 };
            step.axpy(stride, &direction, 1.0);
            residual.axpy(-stride, &curved, 1.0);
            preconditioned = residual.component_div(&diagonal);
            let next = residual.dot(&preconditioned);
            direction = &preconditioned + (next / power) * &direction;
            power = next;
        }
        Ok(if step.amax() > 0.0 { step } else { -&self.gradient })
    }

    /// `(max(λ_i, 0) - max(λ_j, 0)) / (λ_i - λ_j)`, with its limit where both are equal.
    fn weights(&self) -> DMatrix<f64> {
        let values = self.eigen.values();
        DMatrix::from_fn(values.len(), values.len(), |row, col| match (values[row], values[col]) {
            (a, b) if a > 0.0 && b > 0.0 => 1.0,
            (a, b) if a <= 0.0 && b <= 0.0 => 0.0,
            (a, b) => a.max(b) / (a - b).abs(),
        })
    }
}

/// The sum of each row of `a ∘ b`.
fn row_sums(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DVector<f64> {
    let mut sums = DVector::zeros(a.nrows());
    for (a, b) in a.column_iter().zip(b.column_iter()) {
        sums += a.component_mul(&b);
    }
    sums
}
