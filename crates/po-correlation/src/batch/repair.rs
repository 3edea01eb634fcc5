//! The nearest positive semidefinite matrix, by name.

use po_core::linalg::SymmetricEigen;
use po_core::nalgebra::DMatrix;
use po_core::{Covariance, InputError};

use super::sample::{assign_scaled, deviations_into};
use super::scratch::{BatchScratch, shape};
use super::spectrum::{rebuild_into, unit_diagonal};
use crate::Error;

/// How a matrix of correlations that is not positive semidefinite becomes one that is; variances stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Repair {
    /// It stays as it is.
    None,
    /// Negative eigenvalues become zero, and the diagonal is scaled to one (Rebonato and Jäckel 1999).
    #[default]
    Clip,
    /// The nearest correlation in the Frobenius norm, by alternating projections (Higham 2002), and a last
    /// clipping.
    Nearest,
}

/// Rounds of alternating projections.
const ROUNDS: usize = 2000;
/// The change of an entry in one round of alternating projections below which they end.
const SETTLED: f64 = 1e-12;

impl Repair {
    /// Repairs a covariance; one that needs no repair comes back with the same numbers.
    ///
    /// # Errors
    /// As [`Repair::repair_into`].
    ///
    /// # Cost
    /// One eigendecomposition of about 9 N³ multiplications; up to 2000 for [`Repair::Nearest`].
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, nalgebra::DMatrix};
    /// use po_correlation::Repair;
    ///
    /// // Eigenvalues 1 and 1 ± sqrt 2: one of them is negative.
    /// let matrix = DMatrix::from_column_slice(3, 3, &[1.0, -1.0, 0.0, -1.0, 1.0, -1.0, 0.0, -1.0, 1.0]);
    /// let repaired = Repair::Nearest.repair(&Covariance::new(matrix)?)?;
    /// // Higham (2002), section 5, prints -0.7607 and 0.1573 for its mirror image.
    /// assert!((repaired.as_slice()[1] + 0.7607).abs() < 5e-5);
    /// assert!((repaired.as_slice()[2] - 0.1573).abs() < 5e-5);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn repair(self, covariance: &Covariance) -> Result<Covariance, Error> {
        let mut repaired = Covariance::default();
        self.repair_into(covariance, &mut BatchScratch::default(), &mut repaired)?;
        Ok(repaired)
    }

    /// As [`Repair::repair`], into `repaired`.
    ///
    /// # Errors
    /// [`InputError::Empty`] for no asset; [`InputError::ZeroVariance`] for an asset without correlation;
    /// [`Error::NothingLeft`] when nothing is left of one, for which the matrix has to be far from a
    /// correlation.
    pub fn repair_into(
        self,
        covariance: &Covariance,
        scratch: &mut BatchScratch,
        repaired: &mut Covariance,
    ) -> Result<(), Error> {
        if covariance.is_empty() {
            return Err(InputError::Empty { what: "the covariance" }.into());
        }
        let assets = covariance.len();
        shape(&mut scratch.square, assets, assets);
        scratch.square.as_mut_slice().copy_from_slice(covariance.as_slice());
        deviations_into(&scratch.square, &mut scratch.loadings)?;
        let BatchScratch { square, loadings, .. } = scratch;
        for (place, entry) in square.as_mut_slice().iter_mut().enumerate() {
            let (row, col) = (place % assets, place / assets);
            *entry = if row == col { 1.0 } else { *entry / (loadings[row] * loadings[col]) };
        }
        if self.correlation(scratch)? {
            Ok(assign_scaled(repaired, &scratch.square, &scratch.loadings)?)
        } else {
            Ok(repaired.assign_lower(assets, |col, below| {
                below.copy_from_slice(&covariance.column(col)[col..]);
            })?)
        }
    }

    /// Repairs the correlation in `scratch.square`, and tells whether there was need.
    pub(super) fn correlation(self, scratch: &mut BatchScratch) -> Result<bool, Error> {
        let BatchScratch { square, other, third, mean, eigen, values, centred, .. } = scratch;
        if self == Self::None {
            return Ok(false);
        }
        eigen.factor(square.as_view())?;
        if eigen.values()[0] >= 0.0 {
            return Ok(false);
        }
        if self == Self::Nearest {
            project_alternately(square, [other, third], centred, eigen, values)?;
            eigen.factor(square.as_view())?;
        }
        clip(eigen, values, other, square)?;
        unit_diagonal(square, mean).map_err(|asset| Error::NothingLeft { asset })?;
        Ok(true)
    }
}

/// The nearest positive semidefinite matrix: negative eigenvalues become zero.
fn clip(
    eigen: &SymmetricEigen,
    values: &mut Vec<f64>,
    room: &mut DMatrix<f64>,
    square: &mut DMatrix<f64>,
) -> Result<(), InputError> {
    values.clear();
    values.extend(eigen.values().iter().map(|value| value.max(0.0)));
    rebuild_into(eigen, values, room, square)
}

/// Projects `square` on the semidefinite matrices and on those with a diagonal of one in turn, with Dykstra's
/// correction of the first, until it stays.
fn project_alternately(
    square: &mut DMatrix<f64>,
    [room, projected]: [&mut DMatrix<f64>; 2],
    correction: &mut Vec<f64>,
    eigen: &mut SymmetricEigen,
    values: &mut Vec<f64>,
) -> Result<(), InputError> {
    let size = square.nrows();
    correction.clear();
    correction.resize(size * size, 0.0);
    for round in 0..ROUNDS {
        for (entry, correction) in square.as_mut_slice().iter_mut().zip(&*correction) {
            *entry -= correction;
        }
        eigen.factor(square.as_view())?;
        clip(eigen, values, room, projected)?;
        let mut moved = 0.0_f64;
        let entries = square.as_mut_slice().iter_mut().zip(projected.as_slice()).zip(correction.iter_mut());
        for (place, ((entry, projected), correction)) in entries.enumerate() {
            let before = *entry + *correction;
            *correction = projected - *entry;
            *entry = if place % (size + 1) == 0 { 1.0 } else { *projected };
            moved = moved.max((*entry - before).abs());
        }
        if moved < SETTLED {
            tracing::debug!(round, "alternating projections settled");
            break;
        }
    }
    Ok(())
}
