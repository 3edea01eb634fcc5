//! The allocators that need no optimiser: benchmarks for all others.

use crate::{Allocator, Covariance, InputError, Weights};

/// The same weight in each asset.
///
/// # Examples
/// ```
/// use po_core::{Allocator, Covariance, EqualWeight, nalgebra::DMatrix};
///
/// let covariance = Covariance::new(DMatrix::from_row_slice(2, 2, &[0.04, 0.0, 0.0, 0.01]))?;
/// assert_eq!(EqualWeight.allocate(&covariance)?.as_slice(), [0.5, 0.5]);
/// # Ok::<(), po_core::InputError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EqualWeight;

/// Weights in proportion to `1 / σ_i`: risk parity when all correlations are equal.
///
/// # Examples
/// ```
/// use po_core::{Allocator, Covariance, InverseVolatility, nalgebra::DMatrix};
///
/// let covariance = Covariance::new(DMatrix::from_row_slice(2, 2, &[0.04, 0.0, 0.0, 0.01]))?;
/// let weights = InverseVolatility.allocate(&covariance)?;
/// assert!((weights.as_slice()[0] - 1.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// Maillard, Roncalli, Teïletche (2010), section 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InverseVolatility;

/// Weights in proportion to `1 / σ_i²`: minimum variance when all correlations are zero.
///
/// # Examples
/// ```
/// use po_core::{Allocator, Covariance, InverseVariance, nalgebra::DMatrix};
///
/// let covariance = Covariance::new(DMatrix::from_row_slice(2, 2, &[0.04, 0.0, 0.0, 0.01]))?;
/// let weights = InverseVariance.allocate(&covariance)?;
/// assert!((weights.as_slice()[0] - 0.2).abs() < 1e-15);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// López de Prado (2016), the inverse-variance portfolio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InverseVariance;

impl Allocator for EqualWeight {
    type Input<'a> = &'a Covariance;
    type Scratch = Vec<f64>;
    type Output = Weights;
    type Error = InputError;

    fn allocate_into(
        &self,
        covariance: &Covariance,
        scratch: &mut Vec<f64>,
        weights: &mut Weights,
    ) -> Result<(), InputError> {
        proportional(covariance, scratch, weights, |_| 1.0)
    }
}

impl Allocator for InverseVolatility {
    type Input<'a> = &'a Covariance;
    type Scratch = Vec<f64>;
    type Output = Weights;
    type Error = InputError;

    /// # Errors
    /// [`InputError::ZeroVariance`] for an asset that does not move.
    fn allocate_into(
        &self,
        covariance: &Covariance,
        scratch: &mut Vec<f64>,
        weights: &mut Weights,
    ) -> Result<(), InputError> {
        let least = least_variance(covariance)?;
        proportional(covariance, scratch, weights, |variance| (least / variance).sqrt())
    }
}

impl Allocator for InverseVariance {
    type Input<'a> = &'a Covariance;
    type Scratch = Vec<f64>;
    type Output = Weights;
    type Error = InputError;

    /// # Errors
    /// [`InputError::ZeroVariance`] for an asset that does not move.
    fn allocate_into(
        &self,
        covariance: &Covariance,
        scratch: &mut Vec<f64>,
        weights: &mut Weights,
    ) -> Result<(), InputError> {
        let least = least_variance(covariance)?;
        proportional(covariance, scratch, weights, |variance| least / variance)
    }
}

/// Weights in proportion to `share(variance)`, a number in (0, 1].
fn proportional(
    covariance: &Covariance,
    scratch: &mut Vec<f64>,
    weights: &mut Weights,
    share: impl Fn(f64) -> f64,
) -> Result<(), InputError> {
    scratch.clear();
    scratch.extend(variances(covariance).map(share));
    let sum: f64 = scratch.iter().sum();
    scratch.iter_mut().for_each(|weight| *weight /= sum);
    weights.assign(scratch)
}

fn variances(covariance: &Covariance) -> impl Iterator<Item = f64> + '_ {
    covariance.as_slice().iter().step_by(covariance.len() + 1).copied()
}

/// Shares are taken relative to the least variance, so that no variance is too small to divide by; none may be zero.
fn least_variance(covariance: &Covariance) -> Result<f64, InputError> {
    match variances(covariance).position(|variance| variance <= 0.0) {
        Some(asset) => Err(InputError::ZeroVariance { asset }),
        None => Ok(variances(covariance).fold(f64::INFINITY, f64::min)),
    }
}
