//! A square root of a covariance, as rows of a cone.

use po_core::InputError;
use po_core::linalg::{Cholesky, SymmetricEigen};

use crate::Risk;
use crate::cones::Cones;

/// Adds the rows `R (b - x)` with `R'R = Σ`, so that their norm is `√((x - b)'Σ (x - b))`.
///
/// A whole covariance gives the transpose of its Cholesky factor; where it is singular, the square roots of its
/// eigenvalues times the eigenvectors. A factor form gives one row for each factor and one for each asset.
pub(super) fn add_root(cones: &mut Cones, risk: Risk<'_>, center: &[f64]) -> Result<(), InputError> {
    let at = |asset: usize| center.get(asset).copied().unwrap_or(0.0);
    let mut add = |entries: &mut dyn Iterator<Item = (usize, f64)>| {
        let terms: Vec<(usize, f64)> = entries.collect();
        let right = terms.iter().map(|&(asset, value)| value * at(asset)).sum();
        cones.row(terms, right);
    };
    match risk {
        Risk::Factor(covariance) => {
            for loadings in covariance.loadings().column_iter() {
                add(&mut loadings.iter().copied().enumerate());
            }
            for (asset, variance) in covariance.specific().iter().enumerate() {
                add(&mut std::iter::once((asset, variance.sqrt())));
            }
        }
        Risk::Dense(covariance) => {
            if let Ok(cholesky) = Cholesky::new(covariance.as_view()) {
                let lower = cholesky.lower();
                for (col, column) in lower.column_iter().enumerate() {
                    add(&mut column.iter().copied().enumerate().skip(col));
                }
                return Ok(());
            }
            let eigen = SymmetricEigen::new(covariance.as_view())?;
            for (vector, value) in eigen.vectors().column_iter().zip(eigen.values()) {
                let root = value.max(0.0).sqrt();
                if root > 0.0 {
                    add(&mut vector.iter().map(|entry| root * entry).enumerate());
                }
            }
        }
    }
    Ok(())
}
