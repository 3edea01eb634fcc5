//! The eigenvalues and eigenvectors of a symmetric matrix.

use faer::diag::DiagMut;
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{MatMut, MatRef, Par};
use nalgebra::DMatrixView;

use super::input::{copy_lower, largest, scale};
use super::memory::Memory;
use super::system;
use crate::InputError;
use crate::simd::{axpy, dot};

/// `A = V Λ V'` for a symmetric A: V is orthogonal, and the eigenvalues on the diagonal of Λ ascend.
///
/// The sign of an eigenvector is not determined by A; nor are the directions of those that share an eigenvalue.
#[derive(Clone, Debug, Default)]
pub struct SymmetricEigen {
    /// A copy of the lower triangle of A.
    matrix: Vec<f64>,
    values: Vec<f64>,
    /// One eigenvector after the other.
    vectors: Vec<f64>,
    memory: Memory,
}

impl SymmetricEigen {
    /// Decomposes a matrix, of which the lower triangle is read.
    ///
    /// # Errors
    /// [`InputError::Empty`], [`InputError::NotSquare`], [`InputError::NotFinite`]; [`InputError::NotConverged`] if
    /// an eigenvalue is not found, of which no case is known.
    ///
    /// # Cost
    /// About 9 N³ multiplications.
    ///
    /// # Examples
    /// ```
    /// use po_core::{linalg::SymmetricEigen, nalgebra::DMatrix};
    ///
    /// let eigen = SymmetricEigen::new(DMatrix::from_row_slice(2, 2, &[2.0, 1.0, 1.0, 2.0]).as_view())?;
    /// assert!((eigen.values()[0] - 1.0).abs() < 1e-15);
    /// assert!((eigen.values()[1] - 3.0).abs() < 1e-15);
    /// assert!((eigen.vectors()[(0, 1)].abs() - 0.5f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn new(matrix: DMatrixView<'_, f64>) -> Result<Self, InputError> {
        let mut eigen = Self::default();
        eigen.factor(matrix)?;
        Ok(eigen)
    }

    /// Decomposes another matrix in the memory that is there.
    ///
    /// # Errors
    /// As [`SymmetricEigen::new`].
    pub fn factor(&mut self, matrix: DMatrixView<'_, f64>) -> Result<(), InputError> {
        self.values.clear();
        let size = copy_lower(matrix, &mut self.matrix)?;
        let scale = scale(&self.matrix);
        self.matrix.iter_mut().for_each(|entry| *entry /= scale);
        self.values.resize(size, 0.0);
        self.vectors.resize(size * size, 0.0);
        // Beside entries of 1 the iteration may lose its way among those of 1e-150, whose squares vanish; when every
        // diagonal entry is as large as the rest of its row, it does not.
        let shift = 2.0 * size as f64 * largest(&self.matrix);
        let converged = self.iterate(0.0) || self.iterate(shift);
        self.values.iter_mut().for_each(|value| *value *= scale);
        self.values.truncate(if converged { size } else { 0 });
        converged.then_some(()).ok_or(InputError::NotConverged { what: "the eigenvalues" })
    }

    /// Decomposes the copy of the matrix by way of `A + shift I`, and tells whether the iteration converged.
    fn iterate(&mut self, shift: f64) -> bool {
        let size = self.values.len();
        self.matrix.iter_mut().step_by(size + 1).for_each(|entry| *entry += shift);
        let parameters = Default::default();
        let needed = self_adjoint_evd_scratch::<f64>(size, ComputeEigenvectors::Yes, Par::Seq, parameters);
        let found = self_adjoint_evd(
            MatRef::from_column_major_slice(&self.matrix, size, size),
            DiagMut::from_slice_mut(&mut self.values),
            Some(MatMut::from_column_major_slice_mut(&mut self.vectors, size, size)),
            Par::Seq,
            self.memory.stack(needed),
            parameters,
        );
        self.values.iter_mut().for_each(|value| *value -= shift);
        found.is_ok()
    }

    /// Number of rows of the matrix.
    #[must_use]
    pub fn size(&self) -> usize {
        self.values.len()
    }

    /// The eigenvalues, ascending.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The eigenvectors: column k belongs to eigenvalue k.
    #[must_use]
    pub fn vectors(&self) -> DMatrixView<'_, f64> {
        DMatrixView::from_slice(&self.vectors, self.size(), self.size())
    }

    /// Solves `A x = b` for one right-hand side or several, one after the other.
    ///
    /// ```text
    /// x = Σ_k v_k (v_k' b) / λ_k
    /// ```
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless the length is a multiple of N; [`InputError::NotFinite`];
    /// [`InputError::Singular`] when an eigenvalue is zero within rounding (N times the machine precision, relative
    /// to the largest in absolute value).
    ///
    /// # Cost
    /// 2 N² multiplications for each right-hand side.
    pub fn solve(&self, right_hand_sides: &[f64]) -> Result<Vec<f64>, InputError> {
        let mut solutions = vec![0.0; right_hand_sides.len()];
        self.solve_into(right_hand_sides, &mut solutions)?;
        Ok(solutions)
    }

    /// As [`SymmetricEigen::solve`], into `solutions`.
    ///
    /// # Errors
    /// As [`SymmetricEigen::solve`], and [`InputError::LengthMismatch`] unless `solutions` is as long as the
    /// right-hand sides.
    pub fn solve_into(&self, right_hand_sides: &[f64], solutions: &mut [f64]) -> Result<(), InputError> {
        let size = self.size();
        system::check((size, right_hand_sides), (size, solutions))?;
        let rounding = size as f64 * f64::EPSILON * largest(&self.values);
        if let Some(pivot) = self.values.iter().position(|value| value.abs() <= rounding) {
            return Err(InputError::Singular { pivot });
        }
        solutions.fill(0.0);
        let sides = right_hand_sides.chunks_exact(size.max(1));
        for (side, solution) in sides.zip(solutions.chunks_exact_mut(size.max(1))) {
            for (vector, value) in self.vectors.chunks_exact(size).zip(&self.values) {
                axpy(dot(vector, side) / value, vector, solution);
            }
        }
        Ok(())
    }
}
