//! A lower triangle, packed by columns.

use po_core::Covariance;
use po_core::simd::axpy;

/// Number of entries of a triangle with so many rows.
pub(crate) fn entries(size: usize) -> usize {
    size * (size + 1) / 2
}

/// Where the column begins, with its diagonal entry.
pub(crate) fn column(size: usize, col: usize) -> usize {
    col * size - col * col.saturating_sub(1) / 2
}

/// The lower triangle of a covariance.
pub(crate) fn packed(covariance: &Covariance) -> Vec<f64> {
    (0..covariance.len()).flat_map(|col| covariance.column(col)[col..].iter().copied()).collect()
}

/// The diagonal of a packed triangle.
pub(crate) fn diagonal(size: usize, triangle: &[f64]) -> impl Iterator<Item = f64> {
    (0..size).map(move |col| triangle[column(size, col)])
}

/// The Cholesky factor of a positive definite matrix, in its place; or the first pivot that is not positive.
pub(crate) fn factor(size: usize, mut triangle: &mut [f64]) -> Result<(), usize> {
    for col in 0..size {
        let (below, rest) = triangle.split_at_mut(size - col);
        if below[0].is_nan() || below[0] <= 0.0 {
            return Err(col);
        }
        let scale = 1.0 / below[0].sqrt();
        below.iter_mut().for_each(|entry| *entry *= scale);
        let mut later = &mut *rest;
        for row in 1..below.len() {
            let (column, others) = later.split_at_mut(below.len() - row);
            axpy(-below[row], &below[row..], column);
            later = others;
        }
        triangle = rest;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[4 2 0; 2 10 3; 0 3 2] = L L'` with L of whole numbers.
    #[test]
    fn a_factor_times_itself_is_the_matrix() {
        let mut triangle = [4.0, 2.0, 0.0, 10.0, 3.0, 2.0];
        assert_eq!(factor(3, &mut triangle), Ok(()));
        let expected = [2.0, 1.0, 0.0, 3.0, 1.0, 1.0];
        assert!(triangle.iter().zip(expected).all(|(entry, expected)| (entry - expected).abs() < 1e-15));
        assert_eq!(factor(2, &mut [1.0, 1.0, 1.0]), Err(1));
        assert_eq!(factor(1, &mut [f64::NAN]), Err(0));
    }

    #[test]
    fn columns_follow_each_other() {
        assert_eq!((0..4).map(|col| column(3, col)).collect::<Vec<_>>(), [0, 3, 5, entries(3)]);
    }
}
