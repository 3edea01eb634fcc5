//! A lower triangle, packed by columns.

use po_core::Covariance;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_follow_each_other() {
        assert_eq!((0..4).map(|col| column(3, col)).collect::<Vec<_>>(), [0, 3, 5, entries(3)]);
    }
}
