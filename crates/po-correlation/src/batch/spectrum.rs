//! A symmetric matrix from its eigenvectors and other eigenvalues.

use po_core::InputError;
use po_core::linalg::{SymmetricEigen, gram_into};
use po_core::nalgebra::DMatrix;

use super::fourth_moments::column;
use super::scratch::shape;

/// `square = V diag(values) V'` for values of zero or more, with V of `eigen`; `room` is overwritten.
pub(super) fn rebuild_into(
    eigen: &SymmetricEigen,
    values: &[f64],
    room: &mut DMatrix<f64>,
    square: &mut DMatrix<f64>,
) -> Result<(), InputError> {
    let size = eigen.size();
    shape(room, size, size);
    shape(square, size, size);
    // As a Gram matrix it is exactly symmetric, and positive semidefinite but for rounding.
    for (index, (vector, value)) in eigen.vectors().column_iter().zip(values).enumerate() {
        let root = value.max(0.0).sqrt();
        for (asset, entry) in vector.iter().enumerate() {
            room[(index, asset)] = root * entry;
        }
    }
    gram_into(1.0, room.as_view(), square)
}

/// The largest value that is rounding in the eigenvalues of a matrix of this size, of which the largest is
/// given.
pub(super) fn rounding(size: usize, largest: f64) -> f64 {
    f64::EPSILON * size as f64 * largest
}

/// Divides by the roots of the diagonal, so that it is one; the first asset of which nothing is left, if any.
pub(super) fn unit_diagonal(matrix: &mut DMatrix<f64>, deviations: &mut Vec<f64>) -> Result<(), usize> {
    let size = matrix.nrows();
    deviations.clear();
    deviations.extend((0..size).map(|asset| column(matrix, asset)[asset].sqrt()));
    let least = rounding(size, 1.0).sqrt();
    // A root of less than nothing is no number, and not above the least either.
    if let Some(asset) = deviations.iter().position(|deviation| deviation.is_nan() || *deviation <= least) {
        return Err(asset);
    }
    super::sample::normalise(matrix, deviations);
    Ok(())
}
