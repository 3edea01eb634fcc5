//! To what a correlation returns.

use po_core::linalg::{Cholesky, SymmetricEigen};
use po_core::nalgebra::DMatrix;
use po_core::{Covariance, InputError};
use pulp::{Arch, Simd, WithSimd};

use super::triangle::{column, entries};

/// Residuals as the recursions read them: one period after the other.
#[derive(Clone, Debug)]
pub(crate) struct Residuals {
    pub(crate) periods: usize,
    pub(crate) assets: usize,
    pub(crate) rows: Vec<f64>,
}

/// The mean outer product of rows, packed.
pub(crate) fn mean_product(assets: usize, rows: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; entries(assets)];
    Arch::new().dispatch(Products { assets, rows, sum: &mut sum });
    let periods = (rows.len() / assets) as f64;
    sum.iter_mut().for_each(|sum| *sum /= periods);
    sum
}

struct Products<'a> {
    assets: usize,
    rows: &'a [f64],
    sum: &'a mut [f64],
}

impl WithSimd for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for row in self.rows.chunks_exact(self.assets) {
            let mut sum = &mut *self.sum;
            for (col, factor) in row.iter().enumerate() {
                let (below, rest) = sum.split_at_mut(self.assets - col);
                below.iter_mut().zip(&row[col..]).for_each(|(sum, value)| *sum += factor * value);
                sum = rest;
            }
        }
    }
}

/// A covariance from its packed lower triangle.
pub(crate) fn covariance(assets: usize, triangle: &[f64]) -> Result<Covariance, InputError> {
    let mut covariance = Covariance::default();
    covariance.assign_lower(assets, |col, below| {
        below.copy_from_slice(&triangle[column(assets, col)..][..assets - col]);
    })?;
    Ok(covariance)
}

/// δ, the largest eigenvalue of `S^(-1/2) N S^(-1/2)`: g may be at most (1 - a - b) / δ for the intercept to
/// be positive semidefinite.
pub(crate) fn greatest_ratio(target: &Covariance, falls: &Covariance) -> Result<f64, InputError> {
    let lower = Cholesky::new(target.as_view())?.lower();
    let not_definite = InputError::NotPositiveDefinite { pivot: 0 };
    let half = lower.solve_lower_triangular(&falls.as_view().into_owned()).ok_or(not_definite.clone())?;
    let whole: DMatrix<f64> = lower.solve_lower_triangular(&half.transpose()).ok_or(not_definite)?;
    let eigen = SymmetricEigen::new(whole.as_view())?;
    Ok(eigen.values().iter().fold(0.0, |greatest, value| f64::max(greatest, *value)))
}
