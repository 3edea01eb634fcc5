//! A test whether two forecasts are equally good.

use po_core::InputError;
use po_core::simd::sum;
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::long_run::{Bandwidth, long_run_variance};
use crate::Error;

/// Settings of [`diebold_mariano`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `horizon` | 1 | 1 or more | how many bars ahead was forecast |
/// | `bandwidth` | `Automatic` | [`Bandwidth`] | how far the correlation of the losses with their past is followed |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct DieboldMarianoParams {
    /// How many bars ahead was forecast.
    pub horizon: usize,
    /// How far the correlation of the losses with their past is followed.
    pub bandwidth: Bandwidth,
}

impl Default for DieboldMarianoParams {
    fn default() -> Self {
        Self { horizon: 1, bandwidth: Bandwidth::Automatic }
    }
}

/// The outcome of a test whether two forecasts are equally good.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct DieboldMariano {
    /// The mean loss of the first less that of the second: above zero, the second is better.
    pub mean_difference: f64,
    /// The standard error of this mean.
    pub standard_error: f64,
    /// The corrected statistic; infinite where the difference is not zero and never moves.
    pub statistic: f64,
    /// The probability of a statistic at least as far from zero, were both equally good.
    pub p_value: f64,
    /// The lags of the long-run variance.
    pub lags: usize,
}

/// Tests whether two forecasts have the same expected loss.
///
/// ```text
/// d_t = L_1t - L_2t
/// DM* = d̄ / √(ω²/T) · √((T + 1 - 2h + h(h-1)/T) / T)  ~  Student's t with T - 1 degrees of freedom
/// ```
///
/// with the long-run variance ω² of d ([`Bandwidth`]) and the horizon h. Equal losses have the statistic 0.
///
/// # Errors
/// [`InputError::LengthMismatch`]; [`InputError::TooFewObservations`] for fewer than two bars, or fewer than twice the
/// horizon; [`InputError::OutOfRange`] for a horizon of zero, as many lags as bars, or a loss that is not finite.
///
/// # Examples
/// ```
/// use po_correlation::evaluate::{Bandwidth, DieboldMarianoParams, diebold_mariano};
///
/// let params = DieboldMarianoParams { bandwidth: Bandwidth::Lags(0), ..DieboldMarianoParams::default() };
/// let test = diebold_mariano(&[3.0, 1.0, 3.0, 1.0], &[1.0; 4], &params)?;
/// // The differences 2, 0, 2, 0 have mean 1 and variance 1: 1 / √(1/4) · √(3/4).
/// assert!((test.statistic - 3f64.sqrt()).abs() < 1e-15);
/// // Student's t with three degrees of freedom is beyond √3 with probability 1 - 2/π (π/4 + 1/2).
/// assert!((test.p_value - (0.5 - 1.0 / std::f64::consts::PI)).abs() < 1e-15);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Diebold and Mariano (1995), Comparing predictive accuracy; the correction and the t distribution, Harvey, Leybourne
/// and Newbold (1997), Testing the equality of prediction mean squared errors, equation 9. They cut the sum of
/// autocovariances off at lag h - 1; Bartlett's weights keep it positive. With parameters that are estimated again and
/// again, the test is of forecasts as they were made: Giacomini and White (2006), Tests of conditional predictive
/// ability.
pub fn diebold_mariano(
    losses: &[f64],
    others: &[f64],
    params: &DieboldMarianoParams,
) -> Result<DieboldMariano, Error> {
    let (observations, horizon) = (losses.len(), params.horizon);
    if others.len() != observations {
        let (expected, actual) = (observations, others.len());
        return Err(InputError::LengthMismatch { what: "the list of losses", expected, actual }.into());
    }
    if horizon == 0 {
        let (name, expected) = ("the horizon", "a number of bars, 1 or more");
        return Err(InputError::OutOfRange { name, value: 0.0, expected }.into());
    }
    let required = horizon.saturating_mul(2);
    if observations < required {
        let what = "the losses of a Diebold–Mariano test";
        return Err(InputError::TooFewObservations { what, observations, required }.into());
    }
    check_losses(losses)?;
    check_losses(others)?;
    let differences: Vec<f64> = losses.iter().zip(others).map(|(loss, other)| loss - other).collect();
    let bars = observations as f64;
    let mean_difference = sum(&differences) / bars;
    let (variance, lags) = long_run_variance(&differences, mean_difference, params.bandwidth)?;
    let standard_error = (variance / bars).sqrt();
    let horizon = horizon as f64;
    let correction = ((bars + 1.0 - 2.0 * horizon + horizon * (horizon - 1.0) / bars) / bars).sqrt();
    let statistic = standardised(mean_difference, standard_error) * correction;
    let p_value = two_sided(statistic, bars - 1.0);
    Ok(DieboldMariano { mean_difference, standard_error, statistic, p_value, lags })
}

/// A deviation in units of its standard error; none is zero, whatever the error.
pub(super) fn standardised(deviation: f64, error: f64) -> f64 {
    if deviation == 0.0 { 0.0 } else { deviation / error }
}

/// The probability of a Student's t at least as far from zero.
pub(super) fn two_sided(statistic: f64, degrees: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees).map_or(f64::NAN, |student| 2.0 * student.cdf(-statistic.abs()))
}

pub(super) fn check_losses(losses: &[f64]) -> Result<(), InputError> {
    match losses.iter().find(|loss| !loss.is_finite()) {
        Some(&value) => Err(InputError::OutOfRange { name: "a loss", value, expected: "a finite number" }),
        None => Ok(()),
    }
}
