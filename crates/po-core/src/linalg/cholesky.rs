//! The Cholesky decomposition of a positive definite matrix.

use faer::dyn_stack::MemStack;
use faer::linalg::cholesky::llt::factor::{LltError, cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::cholesky::llt::inverse::{inverse as faer_inverse, inverse_scratch};
use faer::linalg::cholesky::llt::solve::solve_in_place;
use faer::{MatMut, MatRef, Par};
use nalgebra::{DMatrix, DMatrixView};

use super::memory::Memory;
use super::{small, system};
use crate::InputError;

/// `A = L L'` with L lower triangular, for a positive definite A.
#[derive(Clone, Debug, Default)]
pub struct Cholesky {
    /// Number of rows of A; zero before a decomposition and after one that failed.
    size: usize,
    /// Distance between the columns of `factor`.
    stride: usize,
    /// L on and below the diagonal, column by column; elsewhere, whatever the decomposition left. Behind it, for a small
    /// matrix, one over each pivot, and room for the rows of L⁻¹.
    factor: Vec<f64>,
    memory: Memory,
}

impl Cholesky {
    /// Decomposes a matrix, of which the lower triangle is read.
    ///
    /// # Errors
    /// [`InputError::Empty`], [`InputError::NotSquare`], [`InputError::NotFinite`];
    /// [`InputError::NotPositiveDefinite`] with the first pivot that is not positive.
    ///
    /// # Cost
    /// N³/3 multiplications.
    ///
    /// # Examples
    /// ```
    /// use po_core::{InputError, linalg::Cholesky, nalgebra::DMatrix};
    ///
    /// let cholesky = Cholesky::new(DMatrix::from_row_slice(2, 2, &[4.0, 2.0, 2.0, 10.0]).as_view())?;
    /// assert_eq!(cholesky.lower(), DMatrix::from_row_slice(2, 2, &[2.0, 0.0, 1.0, 3.0]));
    /// assert_eq!(cholesky.solve(&[8.0, 22.0])?, [1.0, 2.0]);
    /// let error = Cholesky::new(DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 1.0]).as_view()).unwrap_err();
    /// assert_eq!(error, InputError::NotPositiveDefinite { pivot: 1 });
    /// # Ok::<(), InputError>(())
    /// ```
    pub fn new(matrix: DMatrixView<'_, f64>) -> Result<Self, InputError> {
        let mut cholesky = Self::default();
        cholesky.factor(matrix)?;
        Ok(cholesky)
    }

    /// Decomposes another matrix in the memory that is there.
    ///
    /// # Errors
    /// As [`Cholesky::new`].
    pub fn factor(&mut self, matrix: DMatrixView<'_, f64>) -> Result<(), InputError> {
        self.size = 0;
        let (rows, cols) = matrix.shape();
        if rows != cols {
            return Err(InputError::NotSquare { rows, cols });
        }
        let mut wrong = None;
        self.fill(rows, |col, below| {
            below.copy_from_slice(&matrix.column(col).data.into_slice()[col..]);
            if !below.iter().fold(true, |finite, entry| finite & entry.is_finite()) {
                let place = below.iter().position(|entry| !entry.is_finite()).unwrap_or_default();
                let (row, value) = (col + place, below[place]);
                wrong.get_or_insert(InputError::NotFinite { what: "the matrix", row, asset: col, value });
            }
        })?;
        wrong.map_or(Ok(()), Err)?;
        self.decompose(rows)
    }

    /// Decomposes the matrix whose columns `fill` writes, each from its diagonal entry down, into the memory that is
    /// there: a matrix that is made for the decomposition alone is then never copied.
    ///
    /// `fill` is called with the number of each column, and with the entries to write; all of them must be finite.
    ///
    /// # Errors
    /// [`InputError::Empty`] for a size of zero; [`InputError::NotPositiveDefinite`] as [`Cholesky::new`], also for a
    /// pivot that is not finite, as it is in the first row that holds such a number.
    ///
    /// # Cost
    /// N³/3 multiplications.
    ///
    /// # Examples
    /// ```
    /// use po_core::linalg::Cholesky;
    ///
    /// let mut cholesky = Cholesky::default();
    /// cholesky.factor_columns(2, |col, below| below.copy_from_slice(&[[4.0, 2.0], [10.0, 0.0]][col][..2 - col]))?;
    /// assert_eq!(cholesky.solve(&[8.0, 22.0])?, [1.0, 2.0]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn factor_columns(
        &mut self,
        size: usize,
        mut fill: impl FnMut(usize, &mut [f64]),
    ) -> Result<(), InputError> {
        self.size = 0;
        self.fill(size, &mut fill)?;
        self.decompose(size)
    }

    /// Writes the lower triangle, with zeros elsewhere, and the padding of a small matrix.
    fn fill(&mut self, size: usize, mut fill: impl FnMut(usize, &mut [f64])) -> Result<(), InputError> {
        if size == 0 {
            return Err(InputError::Empty { what: "the matrix" });
        }
        let small = size <= small::LARGEST;
        self.stride = if small { small::padded(size) } else { size };
        let (stride, columns) = (self.stride, self.stride * self.stride);
        self.factor.resize(if small { 2 * columns + stride } else { columns }, 0.0);
        for (col, column) in self.factor[..columns].chunks_exact_mut(stride).enumerate() {
            if small {
                small::clear(column, col);
            } else {
                column[..col].fill(0.0);
            }
            if col < size {
                fill(col, &mut column[col..size]);
            } else {
                column[col] = 1.0;
            }
        }
        Ok(())
    }

    /// Decomposes what stands in `factor`.
    fn decompose(&mut self, size: usize) -> Result<(), InputError> {
        let decomposed = if size <= small::LARGEST {
            let (factor, rest) = self.factor.split_at_mut(self.stride * self.stride);
            small::decompose(factor, &mut rest[..self.stride])
        } else {
            let needed = cholesky_in_place_scratch::<f64>(size, Par::Seq, Default::default());
            let stack = self.memory.stack(needed);
            let factor = MatMut::from_column_major_slice_mut(&mut self.factor, size, size);
            let decomposed =
                cholesky_in_place(factor, Default::default(), Par::Seq, stack, Default::default());
            decomposed.map(|_| ()).map_err(|LltError::NonPositivePivot { index }| index)
        };
        decomposed.map_err(|pivot| InputError::NotPositiveDefinite { pivot })?;
        self.size = size;
        Ok(())
    }

    /// Number of rows of the matrix.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// L, with zeros above its diagonal.
    #[must_use]
    pub fn lower(&self) -> DMatrix<f64> {
        DMatrix::from_fn(self.size, self.size, |row, col| {
            if row < col { 0.0 } else { self.factor[col * self.stride + row] }
        })
    }

    /// The diagonal of L, by which the matrix tells how near it is to being singular.
    ///
    /// # Examples
    /// ```
    /// use po_core::{linalg::Cholesky, nalgebra::DMatrix};
    ///
    /// let cholesky = Cholesky::new(DMatrix::from_row_slice(2, 2, &[4.0, 2.0, 2.0, 10.0]).as_view())?;
    /// assert!(cholesky.pivots().eq([2.0, 3.0]));
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    #[must_use]
    pub fn pivots(&self) -> impl ExactSizeIterator<Item = f64> {
        self.columns().iter().step_by(self.stride + 1).take(self.size).copied()
    }

    /// The logarithm of the determinant.
    ///
    /// ```text
    /// ln det A = 2 Σ_i ln L_ii
    /// ```
    ///
    /// # Examples
    /// ```
    /// use po_core::{linalg::Cholesky, nalgebra::DMatrix};
    ///
    /// let cholesky = Cholesky::new(DMatrix::from_row_slice(2, 2, &[4.0, 2.0, 2.0, 10.0]).as_view())?;
    /// assert!((cholesky.log_determinant() - 36f64.ln()).abs() < 1e-15);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    #[must_use]
    pub fn log_determinant(&self) -> f64 {
        2.0 * self.pivots().map(f64::ln).sum::<f64>()
    }

    /// Solves `A x = b` for one right-hand side or several, one after the other.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless the length is a multiple of N; [`InputError::NotFinite`].
    ///
    /// # Cost
    /// 2 N² multiplications for each right-hand side.
    pub fn solve(&self, right_hand_sides: &[f64]) -> Result<Vec<f64>, InputError> {
        let mut solutions = vec![0.0; right_hand_sides.len()];
        self.solve_into(right_hand_sides, &mut solutions)?;
        Ok(solutions)
    }

    /// As [`Cholesky::solve`], into `solutions`.
    ///
    /// # Errors
    /// As [`Cholesky::solve`], and [`InputError::LengthMismatch`] unless `solutions` is as long as the right-hand
    /// sides.
    pub fn solve_into(&self, right_hand_sides: &[f64], solutions: &mut [f64]) -> Result<(), InputError> {
        let several = system::check((self.size, right_hand_sides), (self.size, solutions))?;
        solutions.copy_from_slice(right_hand_sides);
        if several == 0 {
            return Ok(());
        }
        if self.size <= small::LARGEST {
            let (factor, rest) = self.factor.split_at(self.stride * self.stride);
            small::solve(factor, &rest[..self.stride], self.size, solutions);
            return Ok(());
        }
        let factor = MatRef::from_column_major_slice(&self.factor, self.size, self.size);
        let solutions = MatMut::from_column_major_slice_mut(solutions, self.size, several);
        solve_in_place(factor, solutions, Par::Seq, MemStack::new(&mut []));
        Ok(())
    }

    /// Writes the lower triangle of the inverse, column by column from each diagonal entry down; what stands above the
    /// diagonal is left as it is.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is room for N² numbers.
    ///
    /// # Cost
    /// 2/3 N³ multiplications, a third of what solving for the columns of the identity takes.
    ///
    /// # Examples
    /// ```
    /// use po_core::{linalg::Cholesky, nalgebra::DMatrix};
    ///
    /// let mut cholesky = Cholesky::new(DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 5.0]).as_view())?;
    /// let mut inverse = [0.0; 4];
    /// cholesky.inverse_lower_into(&mut inverse)?;
    /// assert_eq!(inverse, [5.0, -2.0, 0.0, 1.0]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn inverse_lower_into(&mut self, inverse: &mut [f64]) -> Result<(), InputError> {
        let (size, expected, actual) = (self.size, self.size * self.size, inverse.len());
        if actual != expected {
            return Err(InputError::LengthMismatch { what: "the inverse", expected, actual });
        }
        if size <= small::LARGEST {
            let (factor, rest) = self.factor.split_at_mut(self.stride * self.stride);
            let (reciprocals, rows) = rest.split_at_mut(self.stride);
            small::inverse::invert(factor, reciprocals, size, rows, inverse);
            return Ok(());
        }
        let stack = self.memory.stack(inverse_scratch::<f64>(size, Par::Seq));
        let factor = MatRef::from_column_major_slice(&self.factor, size, size);
        faer_inverse(MatMut::from_column_major_slice_mut(inverse, size, size), factor, Par::Seq, stack);
        Ok(())
    }

    fn columns(&self) -> &[f64] {
        &self.factor[..self.stride * self.stride]
    }
}
