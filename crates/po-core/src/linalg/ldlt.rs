//! The LDL' decomposition of a symmetric matrix that may be indefinite.

use faer::diag::DiagMut;
use faer::linalg::cholesky::lblt::factor::{LbltParams, cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::triangular_solve::{
    solve_unit_lower_triangular_in_place, solve_unit_upper_triangular_in_place,
};
use faer::{MatMut, MatRef, Par, Spec};
use nalgebra::DMatrixView;

use super::input::{copy_lower, scale};
use super::memory::Memory;
use super::system;
use crate::InputError;

/// Rows that are eliminated together: from 50 to 250 rows, faster than half and than double of it.
const BLOCK: usize = 16;

/// `P A P' = L D L'` for a symmetric A that may be indefinite.
///
/// L is unit lower triangular, D has blocks of one or two rows on its diagonal, and P exchanges rows so that numbers
/// do not grow: every symmetric matrix that is not singular can be solved with it.
///
/// # Source
/// Bunch, Kaufman (1977), with pivots sought on the whole diagonal.
#[derive(Clone, Debug, Default)]
pub struct Ldlt {
    /// Number of rows of A; zero before a decomposition and after one that failed.
    size: usize,
    /// L below the diagonal and the diagonal of D on it, column by column.
    factor: Vec<f64>,
    /// Entries of D below its diagonal: not zero in the first row of a block of two.
    subdiagonal: Vec<f64>,
    /// P: row i is exchanged with row `exchanges[i]`, from the first row to the last.
    exchanges: Vec<usize>,
    /// Working memory for P.
    inverse: Vec<usize>,
    memory: Memory,
}

/// A block on the diagonal of D.
enum Pivot {
    One(f64),
    /// The first diagonal entry, the entry below it, and the second diagonal entry.
    Two(f64, f64, f64),
}

impl Ldlt {
    /// Decomposes a matrix, of which the lower triangle is read.
    ///
    /// # Errors
    /// [`InputError::Empty`], [`InputError::NotSquare`], [`InputError::NotFinite`]; [`InputError::Singular`] with the
    /// row whose pivot is zero.
    ///
    /// # Cost
    /// N³/3 multiplications; the search for pivots takes as long again at N = 100.
    ///
    /// # Examples
    /// ```
    /// use po_core::{InputError, linalg::Ldlt, nalgebra::DMatrix};
    ///
    /// let ldlt = Ldlt::new(DMatrix::from_row_slice(2, 2, &[0.0, 2.0, 2.0, 0.0]).as_view())?;
    /// assert_eq!(ldlt.solve(&[4.0, 6.0])?, [3.0, 2.0]);
    /// assert_eq!(ldlt.negative_eigenvalues(), 1);
    /// let error = Ldlt::new(DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 0.0, 0.0]).as_view()).unwrap_err();
    /// assert_eq!(error, InputError::Singular { pivot: 1 });
    /// # Ok::<(), InputError>(())
    /// ```
    pub fn new(matrix: DMatrixView<'_, f64>) -> Result<Self, InputError> {
        let mut ldlt = Self::default();
        ldlt.factor(matrix)?;
        Ok(ldlt)
    }

    /// Decomposes another matrix in the memory that is there.
    ///
    /// # Errors
    /// As [`Ldlt::new`].
    pub fn factor(&mut self, matrix: DMatrixView<'_, f64>) -> Result<(), InputError> {
        self.size = 0;
        let size = copy_lower(matrix, &mut self.factor)?;
        let scale = scale(&self.factor);
        self.factor.iter_mut().for_each(|entry| *entry /= scale);
        self.subdiagonal.clear();
        self.subdiagonal.resize(size, 0.0);
        self.exchanges.resize(size, 0);
        self.inverse.resize(size, 0);
        let mut parameters: Spec<LbltParams, f64> = Default::default();
        parameters.config.block_size = BLOCK;
        let needed = cholesky_in_place_scratch::<usize, f64>(size, Par::Seq, parameters);
        cholesky_in_place(
            MatMut::from_column_major_slice_mut(&mut self.factor, size, size),
            DiagMut::from_slice_mut(&mut self.subdiagonal),
            &mut self.exchanges,
            &mut self.inverse,
            Par::Seq,
            self.memory.stack(needed),
            parameters,
        );
        for (diagonal, below) in self.factor.iter_mut().step_by(size + 1).zip(&mut self.subdiagonal) {
            *diagonal *= scale;
            *below *= scale;
        }
        // A pivot too small to divide by leaves numbers behind that are not finite.
        let singular = |pivot: &Pivot| match *pivot {
            Pivot::One(entry) => entry == 0.0 || !entry.is_finite(),
            Pivot::Two(first, below, second) => !(first + below + second).is_finite(),
        };
        if let Some((row, _)) = self.pivots(size).find(|(_, pivot)| singular(pivot)) {
            return Err(InputError::Singular { pivot: self.exchanges[row] });
        }
        permutation_to_exchanges(&mut self.exchanges);
        self.size = size;
        Ok(())
    }

    /// Number of rows of the matrix.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many eigenvalues of the matrix are negative; the others are positive.
    ///
    /// # Source
    /// Sylvester's law of inertia; a block of two has one of each sign, by the choice of pivots.
    #[must_use]
    pub fn negative_eigenvalues(&self) -> usize {
        let negative = |(_, pivot): &(usize, Pivot)| !matches!(*pivot, Pivot::One(entry) if entry > 0.0);
        self.pivots(self.size).filter(negative).count()
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

    /// As [`Ldlt::solve`], into `solutions`.
    ///
    /// # Errors
    /// As [`Ldlt::solve`], and [`InputError::LengthMismatch`] unless `solutions` is as long as the right-hand sides.
    pub fn solve_into(&self, right_hand_sides: &[f64], solutions: &mut [f64]) -> Result<(), InputError> {
        let size = self.size;
        let several = system::check((size, right_hand_sides), (size, solutions))?;
        solutions.copy_from_slice(right_hand_sides);
        let exchanges = self.exchanges[..size].iter().copied().enumerate();
        let lower = MatRef::from_column_major_slice(&self.factor[..size * size], size, size);
        for solution in solutions.chunks_exact_mut(size.max(1)) {
            exchanges.clone().for_each(|(row, other)| solution.swap(row, other));
        }
        let matrix = MatMut::from_column_major_slice_mut(&mut *solutions, size, several);
        solve_unit_lower_triangular_in_place(lower, matrix, Par::Seq);
        for solution in solutions.chunks_exact_mut(size.max(1)) {
            self.pivots(size).for_each(|(row, pivot)| pivot.divide(&mut solution[row..]));
        }
        let matrix = MatMut::from_column_major_slice_mut(&mut *solutions, size, several);
        solve_unit_upper_triangular_in_place(lower.transpose(), matrix, Par::Seq);
        for solution in solutions.chunks_exact_mut(size.max(1)) {
            exchanges.clone().rev().for_each(|(row, other)| solution.swap(row, other));
        }
        Ok(())
    }

    /// The blocks of D, each with its first row.
    fn pivots(&self, size: usize) -> impl Iterator<Item = (usize, Pivot)> {
        let diagonal = move |row| self.factor[row * (size + 1)];
        let mut rows = 0..size;
        std::iter::from_fn(move || {
            let row = rows.next()?;
            let below = self.subdiagonal[row];
            if below == 0.0 {
                return Some((row, Pivot::One(diagonal(row))));
            }
            let second = rows.next()?;
            Some((row, Pivot::Two(diagonal(row), below, diagonal(second))))
        })
    }
}

impl Pivot {
    /// Divides the first one or two numbers by the block.
    fn divide(self, numbers: &mut [f64]) {
        match self {
            Self::One(pivot) => numbers[0] /= pivot,
            Self::Two(first, below, second) => {
                // All is taken relative to the entry below the diagonal, the largest of the three.
                let (first, second) = (first / below, second / below);
                let (x, y) = (numbers[0] / below, numbers[1] / below);
                let determinant = first * second - 1.0;
                numbers[0] = (second * x - y) / determinant;
                numbers[1] = (first * y - x) / determinant;
            }
        }
    }
}

/// From "row i comes from row p(i)" to exchanges that have this effect, one after the other.
fn permutation_to_exchanges(permutation: &mut [usize]) {
    for row in 0..permutation.len() {
        // A row that stood above was moved by an earlier exchange.
        let mut from = permutation[row];
        while from < row {
            from = permutation[from];
        }
        permutation[row] = from;
    }
}
