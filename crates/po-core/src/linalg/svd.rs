//! The singular values and singular vectors of any matrix.

use faer::diag::DiagMut;
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{MatMut, MatRef, Par};
use nalgebra::DMatrixView;

use super::input::{copy_all, scale};
use super::memory::Memory;
use super::system;
use crate::InputError;
use crate::simd::{axpy, dot};

/// `A = U Σ V'` for any M x N matrix: the columns of U and V are orthonormal, and the singular values on the diagonal
/// of Σ descend.
///
/// # Shapes and units
/// Thin: with K the lesser of M and N, U is M x K, V is N x K, and there are K singular values.
#[derive(Clone, Debug, Default)]
pub struct Svd {
    rows: usize,
    cols: usize,
    /// A copy of A.
    matrix: Vec<f64>,
    values: Vec<f64>,
    /// One left singular vector after the other.
    left: Vec<f64>,
    /// One right singular vector after the other.
    right: Vec<f64>,
    memory: Memory,
}

impl Svd {
    /// Decomposes a matrix.
    ///
    /// # Errors
    /// [`InputError::Empty`], [`InputError::NotFinite`]; [`InputError::NotConverged`] if a singular value is not
    /// found, of which no case is known.
    ///
    /// # Cost
    /// About 4 M K² + 8 K³ multiplications.
    ///
    /// # Examples
    /// ```
    /// use po_core::{linalg::Svd, nalgebra::DMatrix};
    ///
    /// let svd = Svd::new(DMatrix::from_row_slice(3, 2, &[0.0, 2.0, 0.0, 0.0, 1.0, 0.0]).as_view())?;
    /// assert_eq!(svd.values(), [2.0, 1.0]);
    /// assert_eq!(svd.left().shape(), (3, 2));
    /// assert_eq!(svd.least_squares(&[4.0, 7.0, 5.0])?, [5.0, 2.0]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn new(matrix: DMatrixView<'_, f64>) -> Result<Self, InputError> {
        let mut svd = Self::default();
        svd.factor(matrix)?;
        Ok(svd)
    }

    /// Decomposes another matrix in the memory that is there.
    ///
    /// # Errors
    /// As [`Svd::new`].
    pub fn factor(&mut self, matrix: DMatrixView<'_, f64>) -> Result<(), InputError> {
        (self.rows, self.cols) = (0, 0);
        self.values.clear();
        copy_all(matrix, &mut self.matrix)?;
        let (rows, cols) = matrix.shape();
        let thin = rows.min(cols);
        let scale = scale(&self.matrix);
        self.matrix.iter_mut().for_each(|entry| *entry /= scale);
        self.values.resize(thin, 0.0);
        self.left.resize(rows * thin, 0.0);
        self.right.resize(cols * thin, 0.0);
        let vectors = ComputeSvdVectors::Thin;
        let needed = svd_scratch::<f64>(rows, cols, vectors, vectors, Par::Seq, Default::default());
        let found = svd(
            MatRef::from_column_major_slice(&self.matrix, rows, cols),
            DiagMut::from_slice_mut(&mut self.values),
            Some(MatMut::from_column_major_slice_mut(&mut self.left, rows, thin)),
            Some(MatMut::from_column_major_slice_mut(&mut self.right, cols, thin)),
            Par::Seq,
            self.memory.stack(needed),
            Default::default(),
        );
        self.values.iter_mut().for_each(|value| *value *= scale);
        let converged = found.is_ok();
        (self.rows, self.cols) = if converged { (rows, cols) } else { (0, 0) };
        self.values.truncate(if converged { thin } else { 0 });
        converged.then_some(()).ok_or(InputError::NotConverged { what: "the singular values" })
    }

    /// Number of rows and columns of the matrix.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.cols)
    }

    /// The singular values, descending.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// U: column k belongs to singular value k.
    #[must_use]
    pub fn left(&self) -> DMatrixView<'_, f64> {
        DMatrixView::from_slice(&self.left, self.rows, self.values.len())
    }

    /// V: column k belongs to singular value k.
    #[must_use]
    pub fn right(&self) -> DMatrixView<'_, f64> {
        DMatrixView::from_slice(&self.right, self.cols, self.values.len())
    }

    /// The number of singular values that are not zero within rounding: above the machine precision times the
    /// greater of M and N, relative to the largest.
    #[must_use]
    pub fn rank(&self) -> usize {
        let largest = self.values.first().copied().unwrap_or(0.0);
        let rounding = self.rows.max(self.cols) as f64 * f64::EPSILON * largest;
        self.values.iter().filter(|value| **value > rounding).count()
    }

    /// The shortest x for which `|A x - b|` is least, for one right-hand side or several, one after the other.
    ///
    /// ```text
    /// x = Σ_k v_k (u_k' b) / σ_k   over the singular values that are not zero
    /// ```
    ///
    /// # Shapes and units
    /// M numbers for each right-hand side, N for each solution.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless the length is a multiple of M; [`InputError::NotFinite`].
    pub fn least_squares(&self, right_hand_sides: &[f64]) -> Result<Vec<f64>, InputError> {
        let several = right_hand_sides.len().checked_div(self.rows).unwrap_or(0);
        let mut solutions = vec![0.0; several * self.cols];
        self.least_squares_into(right_hand_sides, &mut solutions)?;
        Ok(solutions)
    }

    /// As [`Svd::least_squares`], into `solutions`.
    ///
    /// # Errors
    /// As [`Svd::least_squares`], and [`InputError::LengthMismatch`] unless `solutions` has N numbers for each
    /// right-hand side.
    pub fn least_squares_into(
        &self,
        right_hand_sides: &[f64],
        solutions: &mut [f64],
    ) -> Result<(), InputError> {
        let (rows, cols) = (self.rows, self.cols);
        system::check((rows, right_hand_sides), (cols, solutions))?;
        solutions.fill(0.0);
        let sides = right_hand_sides.chunks_exact(rows.max(1));
        for (side, solution) in sides.zip(solutions.chunks_exact_mut(cols.max(1))) {
            let vectors = self.left.chunks_exact(rows).zip(self.right.chunks_exact(cols));
            for ((left, right), value) in vectors.zip(&self.values).take(self.rank()) {
                axpy(dot(left, side) / value, right, solution);
            }
        }
        Ok(())
    }
}
