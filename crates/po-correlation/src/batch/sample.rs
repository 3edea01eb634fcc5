//! The sample covariance, and what the other estimators need of it.

use po_core::linalg::gram_into;
use po_core::nalgebra::{DMatrix, DMatrixView};
use po_core::simd::{dot, sum};
use po_core::{Covariance, CovarianceEstimator, InputError, Returns};

use super::scratch::{BatchScratch, shape};
use crate::{Divisor, Error};

/// Settings of [`SampleCovariance`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `divisor` | `DegreesOfFreedom` | two divisors | what the sum of the products is divided by |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct SampleCovarianceParams {
    /// What the sum of the products is divided by.
    pub divisor: Divisor,
}

/// The sample covariance.
///
/// ```text
/// S = 1/n Σ_t (r_t - r̄)(r_t - r̄)'   with n = T or T - 1
/// ```
///
/// # Cost
/// T N²/2 multiplications; from the second sample of one size on, no allocation.
///
/// # Examples
/// ```
/// use po_core::{CovarianceEstimator, Returns};
/// use po_correlation::{Divisor, SampleCovariance, SampleCovarianceParams};
///
/// let returns = Returns::from_column_slice(2, 2, &[0.01, 0.03, 0.02, -0.02])?;
/// let unbiased = SampleCovariance::new(SampleCovarianceParams::default()).estimate(&returns)?;
/// assert!((unbiased.as_slice()[1] + 0.0004).abs() < 1e-18);
/// let params = SampleCovarianceParams { divisor: Divisor::Observations };
/// assert!((SampleCovariance::new(params).estimate(&returns)?.as_slice()[1] + 0.0002).abs() < 1e-18);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Settings
/// [`SampleCovarianceParams`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SampleCovariance(SampleCovarianceParams);

impl SampleCovariance {
    /// An estimator with these settings, of which all are sound.
    #[must_use]
    pub fn new(params: SampleCovarianceParams) -> Self {
        Self(params)
    }
}

impl CovarianceEstimator for SampleCovariance {
    type Scratch = BatchScratch;
    type Error = Error;

    /// Estimates from returns.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two; [`InputError::NotFinite`] where squares
    /// overflow.
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), Error> {
        sample_into(returns, self.0.divisor, scratch)?;
        tracing::debug!(
            assets = returns.assets(),
            observations = returns.observations(),
            "sample covariance"
        );
        Ok(assign(covariance, &scratch.square)?)
    }
}

/// Fewest observations that have a covariance.
pub(super) const FEWEST: usize = 2;

/// Refuses a sample of fewer than `required` observations.
pub(super) fn check_observations(
    what: &'static str,
    returns: &Returns,
    required: usize,
) -> Result<(), InputError> {
    let observations = returns.observations();
    if observations < required {
        return Err(InputError::TooFewObservations { what, observations, required });
    }
    Ok(())
}

/// Fills `scratch.centred`, `scratch.mean` and, with the sample covariance, `scratch.square`.
pub(super) fn sample_into(
    returns: &Returns,
    divisor: Divisor,
    scratch: &mut BatchScratch,
) -> Result<(), InputError> {
    check_observations("the observations for a covariance", returns, FEWEST)?;
    centre(returns, scratch);
    products_into(1.0 / divisor.of(returns.observations()), returns, scratch)
}

/// Fills `scratch.centred` and `scratch.mean`.
pub(super) fn centre(returns: &Returns, scratch: &mut BatchScratch) {
    let (rows, assets) = (returns.observations(), returns.assets());
    scratch.centred.resize(rows * assets, 0.0);
    scratch.mean.clear();
    for (asset, centred) in scratch.centred.chunks_exact_mut(rows).enumerate() {
        let column = returns.column(asset);
        let mean = mean(column);
        for (centred, value) in centred.iter_mut().zip(column) {
            *centred = value - mean;
        }
        scratch.mean.push(mean);
    }
}

/// The mean; of equal numbers, that number, so that what does not move has a variance of exactly zero.
#[expect(clippy::float_cmp, reason = "equality with the first number is what is asked")]
fn mean(column: &[f64]) -> f64 {
    if column.iter().all(|value| *value == column[0]) { column[0] } else { sum(column) / column.len() as f64 }
}

/// `scratch.square = factor X'X`, X being `scratch.centred`.
pub(super) fn products_into(
    factor: f64,
    returns: &Returns,
    scratch: &mut BatchScratch,
) -> Result<(), InputError> {
    let (rows, assets) = (returns.observations(), returns.assets());
    shape(&mut scratch.square, assets, assets);
    gram_into(factor, DMatrixView::from_slice(&scratch.centred, rows, assets), &mut scratch.square)
}

/// Writes a matrix into a covariance.
pub(super) fn assign(covariance: &mut Covariance, matrix: &DMatrix<f64>) -> Result<(), InputError> {
    let assets = matrix.nrows();
    covariance.assign_lower(assets, |col, below| {
        below.copy_from_slice(&matrix.as_slice()[col * assets + col..(col + 1) * assets]);
    })
}

/// The standard deviations of a covariance matrix, none of them zero.
pub(super) fn deviations_into(matrix: &DMatrix<f64>, deviations: &mut Vec<f64>) -> Result<(), InputError> {
    deviations.clear();
    deviations.extend(matrix.as_slice().iter().step_by(matrix.nrows() + 1).map(|variance| variance.sqrt()));
    match deviations.iter().position(|deviation| *deviation <= 0.0) {
        Some(asset) => Err(InputError::ZeroVariance { asset }),
        None => Ok(()),
    }
}

/// The standard deviations of a sample, none of them zero, into `scratch.loadings`; and the centred returns.
pub(super) fn sample_deviations(
    returns: &Returns,
    divisor: Divisor,
    scratch: &mut BatchScratch,
) -> Result<(), InputError> {
    centre(returns, scratch);
    let BatchScratch { centred, loadings, .. } = scratch;
    let observations = returns.observations();
    loadings.clear();
    for (asset, values) in centred.chunks_exact(observations).enumerate() {
        let value = dot(values, values) / divisor.of(observations);
        if value <= 0.0 {
            return Err(InputError::ZeroVariance { asset });
        }
        if !value.is_finite() {
            let (name, expected) = ("the variance", "a finite number");
            return Err(InputError::AssetOutOfRange { name, asset, value, expected });
        }
        loadings.push(value.sqrt());
    }
    Ok(())
}

/// Divides a covariance matrix by its standard deviations: exactly one on the diagonal, and within [-1, 1]
/// beside it.
pub(super) fn normalise(matrix: &mut DMatrix<f64>, deviations: &[f64]) {
    let assets = deviations.len();
    for (col, column) in matrix.as_mut_slice().chunks_exact_mut(assets).enumerate() {
        for (entry, deviation) in column.iter_mut().zip(deviations) {
            *entry = (*entry / (deviation * deviations[col])).clamp(-1.0, 1.0);
        }
        column[col] = 1.0;
    }
}

/// Writes the covariance of a correlation matrix and standard deviations.
pub(super) fn assign_scaled(
    covariance: &mut Covariance,
    correlation: &DMatrix<f64>,
    deviations: &[f64],
) -> Result<(), InputError> {
    let assets = deviations.len();
    covariance.assign_lower(assets, |col, below| {
        let column = &correlation.as_slice()[col * assets + col..(col + 1) * assets];
        for ((below, correlation), deviation) in below.iter_mut().zip(column).zip(&deviations[col..]) {
            *below = correlation * (deviation * deviations[col]);
        }
    })
}
