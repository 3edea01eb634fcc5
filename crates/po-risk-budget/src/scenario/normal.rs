//! The normal equations of a step: one matrix of products over the scenarios, factored once, solved often.

use po_core::linalg::{Cholesky, gram_into};
use po_core::nalgebra::{DMatrix, DMatrixView};

/// Diagonal entries that are this small, in units of the largest of their kind, carry no curvature.
const FLAT: f64 = 1e-300;

/// `Y'Y + diag(d)` for a tall matrix Y.
#[derive(Clone, Debug, Default)]
pub(crate) struct Normal {
    /// Y, column by column.
    pub(crate) tall: Vec<f64>,
    /// Memory of Y'Y.
    gram: Vec<f64>,
    cholesky: Cholesky,
}

/// The matrix has no inverse, at working precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Singular;

impl Normal {
    /// Factors `Y'Y + diag(diagonal)`, where Y has as many columns as there are diagonal entries.
    pub(crate) fn factor(&mut self, diagonal: &[f64]) -> Result<(), Singular> {
        let size = diagonal.len();
        let rows = self.tall.len() / size;
        let mut memory = std::mem::take(&mut self.gram);
        memory.resize(size * size, 0.0);
        let mut gram = DMatrix::from_vec(size, size, memory);
        let made = gram_into(1.0, DMatrixView::from_slice(&self.tall, rows, size), &mut gram);
        self.gram = gram.data.into();
        made.map_err(|_| Singular)?;
        let gram = &self.gram;
        self.cholesky
            .factor_columns(size, |col, below| {
                below.copy_from_slice(&gram[col * size + col..(col + 1) * size]);
                below[0] += diagonal[col].max(FLAT);
            })
            .map_err(|_| Singular)
    }

    pub(crate) fn solve(&self, right_hand_side: &[f64], solution: &mut [f64]) -> Result<(), Singular> {
        self.cholesky.solve_into(right_hand_side, solution).map_err(|_| Singular)
    }
}
