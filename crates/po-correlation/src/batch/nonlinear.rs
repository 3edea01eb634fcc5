//! Analytical nonlinear shrinkage.

use std::f64::consts::PI;

use po_core::{Covariance, CovarianceEstimator, Returns};

use super::sample::{assign, check_observations, sample_into};
use super::scratch::BatchScratch;
use super::spectrum::{rebuild_into, rounding};
use crate::{Divisor, Error};

/// Fewest observations: with twelve beside the mean, the bandwidth is below `1 / sqrt 5`.
const FEWEST: usize = 13;

/// Analytical nonlinear shrinkage: each eigenvalue of the sample covariance moves to where the density of its
/// neighbours says that it came from; the eigenvectors stay.
///
/// ```text
/// d_i = λ_i / ((π c λ_i f(λ_i))² + (1 - c - π c λ_i H(λ_i))²)          c = N/n <= 1, n = T - 1
/// d_0 = 1 / (π (N - n)/n H(0)),  d_i = λ_i / (π² λ_i² (f² + H²)(λ_i))    c > 1, for λ = 0 and for the others
/// ```
///
/// f is a kernel density of the eigenvalues (Epanechnikov's, with bandwidth `λ_j n^(-1/3)` at `λ_j`), H its
/// Hilbert transform.
///
/// # Cost
/// An eigendecomposition, about 9 N³ multiplications, and N² evaluations of the two kernels; from the second
/// sample of one size on, no allocation.
///
/// # Examples
/// ```
/// use po_core::{CovarianceEstimator, Returns};
/// use po_correlation::NonlinearShrinkage;
///
/// // One asset: f is a single kernel of height 3 / (4 sqrt 5 h λ), and H is zero in its middle.
/// let returns: Vec<f64> = (0..28).map(|t| if t % 2 == 0 { 0.01 } else { -0.01 }).collect();
/// let returns = Returns::from_column_slice(28, 1, &returns)?;
/// let variance = NonlinearShrinkage::new().estimate(&returns)?.as_slice()[0];
/// let (sample, c) = (28.0 * 1e-4 / 27.0, 1.0 / 27.0);
/// let density = std::f64::consts::PI * c * 3.0 * 3.0 / (4.0 * 5_f64.sqrt());
/// assert!((variance / (sample / (density * density + (1.0 - c) * (1.0 - c))) - 1.0).abs() < 1e-14);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Ledoit and Wolf (2020), Analytical nonlinear shrinkage of large-dimensional covariance matrices, Ann.
/// Stat. 48(5): eq. (4.3), (4.7), (4.8), and (C.4), (C.5), (C.8) for more assets than observations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NonlinearShrinkage;

impl NonlinearShrinkage {
    /// The estimator; it has no settings.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl CovarianceEstimator for NonlinearShrinkage {
    type Scratch = BatchScratch;
    type Error = Error;

    /// Estimates from returns.
    ///
    /// # Errors
    /// [`po_core::InputError::TooFewObservations`] for fewer than 13; [`Error::RankDeficient`] when the
    /// sample covariance has more eigenvalues of zero than the number of observations explains, as with an
    /// asset that stands still or stands there twice; [`po_core::InputError::NotFinite`] where squares
    /// overflow.
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), Error> {
        check_observations("the observations for nonlinear shrinkage", returns, FEWEST)?;
        sample_into(returns, Divisor::DegreesOfFreedom, scratch)?;
        let BatchScratch { square, other, eigen, values, .. } = scratch;
        eigen.factor(square.as_view())?;
        let (assets, effective) = (returns.assets(), returns.observations() - 1);
        let expected = assets.min(effective);
        let lambda = eigen.values();
        let nought = rounding(assets, lambda[assets - 1]);
        let rank = lambda.iter().filter(|value| **value > nought).count();
        if rank < expected {
            return Err(Error::RankDeficient { rank, expected });
        }
        let lambda = &lambda[assets - expected..];
        let (concentration, bandwidth) =
            (assets as f64 / effective as f64, (effective as f64).powf(-1.0 / 3.0));
        values.clear();
        if assets > effective {
            values.resize(assets - expected, of_zeros(lambda, concentration, bandwidth));
        }
        for &value in lambda {
            let (density, hilbert) = density_and_hilbert(value, lambda, bandwidth);
            values.push(if assets > effective {
                1.0 / (PI * PI * value * (density * density + hilbert * hilbert))
            } else {
                let scale = PI * concentration * value;
                value / ((scale * density).powi(2) + (1.0 - concentration - scale * hilbert).powi(2))
            });
        }
        rebuild_into(eigen, values, other, square)?;
        tracing::debug!(assets, effective, "nonlinear shrinkage");
        Ok(assign(covariance, square)?)
    }
}

/// `f(λ)` (4.7) and `H(λ)` (4.8).
fn density_and_hilbert(value: f64, lambda: &[f64], bandwidth: f64) -> (f64, f64) {
    let height = 3.0 / (4.0 * 5.0_f64.sqrt());
    let (mut density, mut hilbert) = (0.0, 0.0);
    for neighbour in lambda {
        let width = neighbour * bandwidth;
        let x = (value - neighbour) / width;
        density += (1.0 - x * x / 5.0).max(0.0) / width;
        hilbert += kernel_hilbert(x) / width;
    }
    let count = lambda.len() as f64;
    (height * density / count, hilbert / count)
}

/// The Hilbert transform of Epanechnikov's kernel.
///
/// ```text
/// -3x/10π + 3/(4 sqrt 5 π) (1 - x²/5) ln |(sqrt 5 - x)/(sqrt 5 + x)|
///   = -3/(sqrt 5 π) Σ_k u^(2k+1) / ((2k+1)(2k+3))   with u = sqrt 5 / x, |u| < 1
/// ```
fn kernel_hilbert(x: f64) -> f64 {
    let root = 5.0_f64.sqrt();
    // Far from its middle the two terms of the closed form cancel to the last digit; the series does not
    // cancel.
    if x.abs() > 2.0 * root {
        let u = root / x;
        let (square, mut power, mut total) = (u * u, u, 0.0);
        let mut odd = 1.0;
        while power.abs() > f64::EPSILON * u.abs() * 0.1 {
            total += power / (odd * (odd + 2.0));
            power *= square;
            odd += 2.0;
        }
        return -3.0 / (root * PI) * total;
    }
    // At the ends of the kernel the logarithm is infinite and what it multiplies is zero, as is their
    // product.
    let logarithm = ((root - x) / (root + x)).abs().ln();
    let curved = if logarithm.is_finite() { (1.0 - x * x / 5.0) * logarithm } else { 0.0 };
    0.75 / (root * PI) * curved - 0.3 / PI * x
}

/// `d_0` (C.5): seen from zero, every eigenvalue is `1 / h` bandwidths away (C.8).
fn of_zeros(lambda: &[f64], concentration: f64, bandwidth: f64) -> f64 {
    let inverse = lambda.iter().map(|value| 1.0 / value).sum::<f64>() / lambda.len() as f64;
    let hilbert = kernel_hilbert(-1.0 / bandwidth) / bandwidth * inverse;
    1.0 / (PI * (concentration - 1.0) * hilbert)
}
