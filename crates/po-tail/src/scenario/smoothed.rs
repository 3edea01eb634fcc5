//! The smoothed bootstrap: past periods, and a little noise around them.

use po_core::InputError;
use po_core::linalg::{Cholesky, gemm_into};
use po_core::nalgebra::DMatrix;

use super::random::Random;
use super::sampling::BLOCK;
use super::{Sampling, Scenarios};
use crate::Error;

/// How wide the noise is, in volatilities.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Bandwidth {
    /// `(4 / ((N + 2) n))^(1/(N + 4))`, for n the effective number of scenarios (Silverman 1986, equation 4.14).
    #[default]
    Silverman,
    /// `n^(-1/(N + 4))` (Scott 1992).
    Scott,
    /// As told.
    Fixed(
        /// Zero or more.
        f64,
    ),
}

/// Settings of [`smoothed`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `bandwidth` | `Silverman` | zero or more | how wide the noise is, in volatilities |
/// | `keep_variance` | true | | whether scenarios are drawn in so that the noise adds no variance |
/// | `sampling` | 10000 scenarios | | how many scenarios, and their seed |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct SmoothedParams {
    /// How wide the noise is, in volatilities.
    pub bandwidth: Bandwidth,
    /// Whether scenarios are drawn in so that the noise adds no variance.
    pub keep_variance: bool,
    /// How many scenarios, and their seed.
    pub sampling: Sampling,
}

impl Default for SmoothedParams {
    fn default() -> Self {
        Self { bandwidth: Bandwidth::Silverman, keep_variance: true, sampling: Sampling::default() }
    }
}

impl Bandwidth {
    fn of(self, scenarios: &Scenarios) -> Result<f64, InputError> {
        let (assets, number) = (scenarios.assets() as f64, scenarios.effective_number());
        match self {
            Self::Silverman => Ok((4.0 / ((assets + 2.0) * number)).powf(1.0 / (assets + 4.0))),
            Self::Scott => Ok(number.powf(-1.0 / (assets + 4.0))),
            Self::Fixed(value) if value.is_finite() && value >= 0.0 => Ok(value),
            Self::Fixed(value) => {
                let (name, expected) = ("the bandwidth", "a finite number, zero or more");
                Err(InputError::OutOfRange { name, value, expected })
            }
        }
    }
}

/// Scenarios drawn by their probabilities, with normal noise of the same covariance around each.
///
/// ```text
/// r* = μ + (r_s - μ + b L z) / √(1 + b²),   L L' = Σ
/// ```
///
/// b is the bandwidth; the root is left out where the variance need not be kept.
///
/// # Errors
/// [`InputError::OutOfRange`] for a bandwidth that is negative, no scenario or no thread;
/// [`InputError::NotPositiveDefinite`] for fewer scenarios than assets, and where one asset is a mixture of others.
///
/// # Cost
/// S N² multiplications and S N random numbers.
///
/// # Examples
/// ```
/// use po_core::Returns;
/// use po_tail::{Bandwidth, Scenarios, SmoothedParams, smoothed};
///
/// let past = Scenarios::equal(Returns::from_column_slice(2, 1, &[-0.01, 0.01])?);
/// let params = SmoothedParams { bandwidth: Bandwidth::Fixed(0.0), ..SmoothedParams::default() };
/// let scenarios = smoothed(&past, &params)?;
/// assert!(scenarios.returns().column(0).iter().all(|r| (r.abs() - 0.01).abs() < 1e-15));
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Silverman, Density estimation (1986), section 6.4; Efron (1979) for the name.
///
/// # Settings
/// [`SmoothedParams`]
pub fn smoothed(past: &Scenarios, params: &SmoothedParams) -> Result<Scenarios, Error> {
    let bandwidth = params.bandwidth.of(past)?;
    let (assets, mean) = (past.assets(), past.mean());
    let root = if bandwidth > 0.0 {
        Cholesky::new(past.covariance()?.as_view())?.lower().transpose()
    } else {
        DMatrix::zeros(assets, assets)
    };
    let shrink = if params.keep_variance { 1.0 / (1.0 + bandwidth * bandwidth).sqrt() } else { 1.0 };
    let mut cumulated = past.probabilities().to_vec();
    let mut total = 0.0;
    cumulated.iter_mut().for_each(|p| {
        total += *p;
        *p = total;
    });
    let place = || (DMatrix::zeros(BLOCK, assets), DMatrix::zeros(BLOCK, assets), Vec::new());
    params.sampling.draw(assets, place, |(normal, noise, drawn), start, rows, out| {
        drawn.clear();
        for row in 0..rows {
            let mut random = Random::of(params.sampling.seed, start + row);
            let level = random.uniform() * total;
            drawn.push(cumulated.partition_point(|reached| *reached < level).min(past.len() - 1));
            (0..assets).for_each(|asset| normal[(row, asset)] = random.normal());
        }
        gemm_into(bandwidth, normal, &root, 0.0, noise)?;
        for (asset, column) in out.chunks_exact_mut(rows).enumerate() {
            let (returns, mean) = (past.returns().column(asset), mean[asset]);
            for (row, value) in column.iter_mut().enumerate() {
                *value = mean + shrink * (returns[drawn[row]] - mean + noise[(row, asset)]);
            }
        }
        Ok(())
    })
}
