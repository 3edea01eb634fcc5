//! Whether the size of the forecasts is right.

use po_core::InputError;
use po_core::simd::sum;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::diebold_mariano::{check_losses, standardised, two_sided};
use super::long_run::{Bandwidth, long_run_variance};
use crate::Error;

/// Whether Mahalanobis distances are as large as the forecasts promise.
///
/// ```text
/// d_t = r_t' H_t⁻¹ r_t,   E d_t = N where H is the covariance of r about zero
/// ```
///
/// # Source
/// The ratio is the bias statistic of risk models, squared and for all assets at once (Menchero, Orr and Wang 2011,
/// section 4.3); its standard error follows Newey and West (1987).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Calibration {
    /// The mean of d / N: above 1, the forecasts were too small.
    pub ratio: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// How many standard errors the ratio is from 1.
    pub statistic: f64,
    /// The probability of a ratio at least as far from 1, were the forecasts right: Student's t, T - 1 degrees.
    pub p_value: f64,
    /// The bars within the 95 % quantile of the chi-square distribution, and within the 99 % one.
    pub coverage: [Coverage; 2],
}

/// How many bars lie within a quantile that normal returns stay within at a given rate.
///
/// # Source
/// Kupiec (1995), Techniques for verifying the accuracy of risk measurement models.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Coverage {
    /// The rate promised.
    pub level: f64,
    /// The rate found.
    pub share: f64,
    /// The p-value of the likelihood ratio of the two, which takes the bars for independent.
    pub p_value: f64,
}

impl Calibration {
    /// The calibration that the distances of N assets show.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for no asset, a distance that is not finite, or as many lags as bars;
    /// [`InputError::TooFewObservations`] for fewer than two bars.
    ///
    /// # Examples
    /// ```
    /// use po_correlation::evaluate::{Bandwidth, Calibration};
    ///
    /// let calibration = Calibration::of(2, &[1.0, 2.0, 3.0, 6.0], Bandwidth::Lags(0))?;
    /// assert_eq!(calibration.ratio, 1.5);
    /// // The 95 % quantile of two degrees of freedom is -2 ln 0.05 = 5.99.
    /// assert_eq!(calibration.coverage[0].share, 0.75);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn of(assets: usize, distances: &[f64], bandwidth: Bandwidth) -> Result<Self, Error> {
        let observations = distances.len();
        if observations < 2 {
            let what = "the distances of a calibration";
            return Err(InputError::TooFewObservations { what, observations, required: 2 }.into());
        }
        check_losses(distances)?;
        let (name, expected) = ("the number of assets", "1 or more");
        let chi_squared = ChiSquared::new(assets as f64).map_err(|_| InputError::OutOfRange {
            name,
            value: assets as f64,
            expected,
        })?;
        let (bars, freedom) = (observations as f64, assets as f64);
        let ratios: Vec<f64> = distances.iter().map(|distance| distance / freedom).collect();
        let ratio = sum(&ratios) / bars;
        let (variance, _) = long_run_variance(&ratios, ratio, bandwidth)?;
        let standard_error = (variance / bars).sqrt();
        let statistic = standardised(ratio - 1.0, standard_error);
        let coverage = [0.95, 0.99].map(|level| {
            // Bars within the quantile, told by their probabilities: that spares the quantile's search.
            let within = distances.iter().filter(|distance| chi_squared.cdf(**distance) <= level).count();
            Coverage { level, share: within as f64 / bars, p_value: kupiec(level, within, observations) }
        });
        let p_value = two_sided(statistic, bars - 1.0);
        Ok(Self { ratio, standard_error, statistic, p_value, coverage })
    }
}

/// The p-value of so many hits at a promised rate.
fn kupiec(level: f64, within: usize, observations: usize) -> f64 {
    let term = |count: usize, rate: f64| match count {
        0 => 0.0,
        _ => count as f64 * (count as f64 / (observations as f64 * rate)).ln(),
    };
    let ratio = 2.0 * (term(within, level) + term(observations - within, 1.0 - level));
    // A ratio at its minimum is zero up to rounding.
    ChiSquared::new(1.0).map_or(f64::NAN, |one| one.sf(ratio.max(0.0)))
}
