//! Second derivatives that a convex programme can take.

use po_convex::ProgramSolution;
use po_core::Covariance;
use po_core::linalg::Cholesky;
use po_core::nalgebra::DMatrix;
use po_core::simd::{axpy, dot};

use super::polytope::Polytope;

/// The first shift of a curvature that is not positive definite, in units of its largest diagonal entry, and
/// by how much it grows.
const SHIFT: f64 = 1e-6;
const GROWTH: f64 = 4.0;

/// Shifts, from the first to one that dwarfs any curvature.
const SHIFTS: usize = 24;

/// How stiff directions that no step takes are made, in units of the largest curvature.
const STIFF: f64 = 10.0;

/// A pivot this small, in units of its diagonal entry, has lost most digits.
const WEAK: f64 = 1e-10;

/// A symmetric matrix, column by column, that may be indefinite.
#[derive(Clone, Debug, Default)]
pub(crate) struct Curvature {
    entries: Vec<f64>,
    cholesky: Cholesky,
}

impl Curvature {
    /// The entries of a matrix of this size, to be written.
    pub(crate) fn entries(&mut self, size: usize) -> &mut [f64] {
        self.entries.resize(size * size, 0.0);
        &mut self.entries
    }

    /// Takes back the memory that [`Curvature::convexified`] gave away.
    pub(crate) fn take_back(&mut self, matrix: Covariance) {
        self.entries = matrix.into_inner().data.into();
    }

    /// The matrix, made positive definite: where constraints let no step go, by `stiffen`, at no cost; then
    /// by a shift.
    pub(crate) fn convexified(
        &mut self,
        size: usize,
        stiffen: impl FnOnce(f64, &mut [f64]),
    ) -> Option<Covariance> {
        let largest =
            self.entries.iter().step_by(size + 1).fold(0.0_f64, |most, entry| most.max(entry.abs()));
        if !(largest.is_finite() && largest > 0.0) {
            return None;
        }
        let mut stiffen = Some(stiffen);
        let mut shift = 0.0;
        for _ in 0..SHIFTS {
            if self.is_positive(size, shift) {
                self.entries.iter_mut().step_by(size + 1).for_each(|entry| *entry += shift);
                let mut matrix = DMatrix::from_vec(size, size, std::mem::take(&mut self.entries));
                matrix.fill_upper_triangle_with_lower_triangle();
                return Covariance::new(matrix).ok();
            }
            match stiffen.take() {
                Some(stiffen) => stiffen(STIFF * largest, &mut self.entries),
                None => shift = if shift == 0.0 { SHIFT * largest } else { GROWTH * shift },
            }
        }
        None
    }

    /// Whether the matrix with a shift has a Cholesky factor, and digits left in it.
    fn is_positive(&mut self, size: usize, shift: f64) -> bool {
        let entries = &self.entries;
        let factored = self.cholesky.factor_columns(size, |col, below| {
            below.copy_from_slice(&entries[col * size + col..(col + 1) * size]);
            below[0] += shift;
        });
        let strong = |(place, pivot): (usize, f64)| {
            pivot * pivot > WEAK * (self.entries[place * size + place] + shift).abs()
        };
        factored.is_ok() && self.cholesky.pivots().enumerate().all(strong)
    }
}

/// Adds `factor a a' / |a|²` to a matrix.
pub(crate) fn add_stiffness(coefficients: &[f64], factor: f64, entries: &mut [f64]) {
    let factor = factor / dot(coefficients, coefficients);
    for (col, column) in entries.chunks_exact_mut(coefficients.len()).enumerate() {
        axpy(factor * coefficients[col], coefficients, column);
    }
}

/// Makes a matrix stiff along each row that is an equation, and along rows and bounds at which the last
/// programme, if there was one, held its solution.
pub(crate) fn stiffen(polytope: &Polytope, last: Option<&ProgramSolution>, factor: f64, entries: &mut [f64]) {
    let rows = polytope.rows();
    for row in 0..rows.len() {
        let holds = last.and_then(|last| last.rows.get(row)).is_some_and(|price| *price != 0.0);
        if holds || polytope.is_equation(row) {
            add_stiffness(rows.row(row), factor, entries);
        }
    }
    let Some(last) = last else { return };
    let bounds = polytope.compiled.lower().iter().zip(polytope.compiled.upper());
    let diagonal = entries.iter_mut().step_by(rows.assets() + 1);
    for ((entry, (x, price)), (lower, upper)) in diagonal.zip(last.x.iter().zip(&last.bounds)).zip(bounds) {
        if (x <= lower && *price > 0.0) || (x >= upper && *price < 0.0) {
            *entry += factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convexified(entries: [f64; 4], stiff: f64) -> Option<Covariance> {
        let mut curvature = Curvature::default();
        curvature.entries(2).copy_from_slice(&entries);
        curvature.convexified(2, |_, entries| entries[3] += stiff)
    }

    #[test]
    fn what_is_positive_is_left_alone() {
        let matrix = convexified([2.0, 1.0, 1.0, 2.0], f64::NAN).unwrap();
        assert_eq!(matrix.as_slice(), [2.0, 1.0, 1.0, 2.0]);
    }

    #[test]
    fn stiffness_comes_before_a_shift() {
        let matrix = convexified([1.0, 2.0, 2.0, 1.0], 9.0).unwrap();
        assert_eq!(matrix.as_slice(), [1.0, 2.0, 2.0, 10.0]);
        // Eigenvalues of -1 and 3: the shift is the first of 1e-6, 4e-6 and so on that is more than 1.
        let matrix = convexified([1.0, 2.0, 2.0, 1.0], 0.0).unwrap();
        assert!((matrix.column(0)[0] - (1.0 + 1e-6 * 4.0_f64.powi(10))).abs() < 1e-12);
    }

    #[test]
    fn what_no_shift_mends_is_refused() {
        assert_eq!(convexified([0.0; 4], 0.0), None);
        assert_eq!(convexified([f64::INFINITY, 0.0, 0.0, 1.0], 0.0), None);
        assert_eq!(convexified([1.0, f64::NAN, f64::NAN, 1.0], 0.0), None);
    }
}
