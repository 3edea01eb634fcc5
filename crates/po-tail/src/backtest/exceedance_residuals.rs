//! Whether losses exceed the expected shortfall on average.

use po_core::InputError;

use super::forecasts::finite;
use super::law::student_beyond;
use super::{Forecasts, MonteCarlo};
use crate::Error;

/// What losses are measured in, so that those of calm and of wild days can be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum LossScale<'a> {
    /// Nothing: losses count as they are.
    Unit,
    /// The forecast expected shortfall of the day.
    #[default]
    Shortfall,
    /// The volatility of each day, or any other positive number that was known before it.
    Volatility(&'a [f64]),
}

impl LossScale<'_> {
    pub(super) fn check(&self, days: usize) -> Result<(), Error> {
        let Self::Volatility(scale) = self else { return Ok(()) };
        if scale.len() != days {
            let what = "the list of volatilities";
            return Err(InputError::LengthMismatch { what, expected: days, actual: scale.len() }.into());
        }
        finite("the volatility of day", scale)?;
        match scale.iter().position(|&value| value <= 0.0) {
            Some(place) => {
                let (what, expected) = ("the volatility of day", "a positive number");
                Err(Error::Observation { what, place, value: scale[place], expected })
            }
            None => Ok(()),
        }
    }

    pub(super) fn of(&self, day: usize, cvar: f64) -> f64 {
        match self {
            Self::Unit => 1.0,
            Self::Shortfall => cvar,
            Self::Volatility(scale) => scale[day],
        }
    }
}

/// Whether losses beyond the value at risk exceed the expected shortfall on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExceedanceResiduals {
    /// How many violations there are.
    pub violations: usize,
    /// The mean residual: above zero where the expected shortfall is understated.
    pub mean: f64,
    /// The mean over its standard error.
    pub statistic: f64,
    /// The probability of a Student's t as great, with one degree of freedom less than there are violations.
    pub asymptotic: f64,
    /// The same by bootstrap; none where no simulation was asked for.
    pub bootstrap: Option<f64>,
}

/// `McNeil` and Frey's test: on violations, losses less expected shortfall have mean zero, against a greater
/// one.
///
/// ```text
/// r_t = (L_t - CVaR_t) / s_t on violations,  t = r̄ / √(v / N),  v = Σ (r_t - r̄)² / (N - 1)
/// ```
///
/// The bootstrap draws from the residuals less their mean. rugarch's test has the scale [`LossScale::Unit`];
/// `McNeil` and Frey divide by the volatility.
///
/// # Errors
/// [`InputError::Empty`] without forecasts of expected shortfall; [`Error::TooFew`] for fewer than two
/// violations; [`InputError::LengthMismatch`] and [`Error::Observation`] for volatilities.
///
/// # Cost
/// O(N) for each simulation.
///
/// # Examples
/// ```
/// use po_tail::{Forecasts, LossScale, MonteCarlo, exceedance_residuals};
///
/// let returns = [-0.03, 0.01, -0.04, -0.05];
/// let forecasts = Forecasts::new(&returns, &[0.02; 4], Some(&[0.03; 4]))?;
/// let found = exceedance_residuals(&forecasts, LossScale::Unit, &MonteCarlo::default())?;
/// // Residuals 0, 0.01, 0.02: mean 0.01, standard error 0.01 / √3; Student's t with two degrees.
/// assert!((found.statistic - 3f64.sqrt()).abs() < 1e-12);
/// assert!((found.asymptotic - (0.5 - 0.5 * (3.0 / 5.0_f64).sqrt())).abs() < 1e-12);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// `McNeil` and Frey (2000), Estimation of tail-related risk measures for heteroscedastic financial time
/// series, section 4; the bootstrap, Efron and Tibshirani (1993), An Introduction to the Bootstrap, section
/// 16.4.
///
/// # Settings
/// [`MonteCarlo`]
pub fn exceedance_residuals(
    forecasts: &Forecasts<'_>,
    scale: LossScale<'_>,
    simulation: &MonteCarlo,
) -> Result<ExceedanceResiduals, Error> {
    let cvar = forecasts.shortfalls()?;
    scale.check(forecasts.days())?;
    let days = forecasts.returns().iter().zip(forecasts.var()).zip(cvar).enumerate();
    let mut residuals: Vec<f64> = days
        .filter(|(_, ((return_, var), _))| -**return_ > **var)
        .map(|(day, ((return_, _), cvar))| (-return_ - cvar) / scale.of(day, *cvar))
        .collect();
    let violations = residuals.len();
    if violations < 2 {
        let what = "the sample of violations";
        return Err(Error::TooFew { what, needed: 2, actual: violations });
    }
    let (mean, statistic) = student(residuals.iter().copied(), violations);
    residuals.iter_mut().for_each(|residual| *residual -= mean);
    let mut drawn = Vec::new();
    let bootstrap = simulation.p_value(statistic, |random| {
        drawn.clear();
        drawn.extend((0..violations).map(|_| residuals[random.below(violations)]));
        student(drawn.iter().copied(), violations).1
    });
    let asymptotic = student_beyond(statistic, (violations - 1) as f64);
    Ok(ExceedanceResiduals { violations, mean, statistic, asymptotic, bootstrap })
}

/// The mean, and Student's statistic: without variation, infinite, but zero for a mean of zero.
fn student(values: impl Iterator<Item = f64> + Clone, number: usize) -> (f64, f64) {
    let number = number as f64;
    let mean = values.clone().sum::<f64>() / number;
    let variance = values.map(|value| (value - mean) * (value - mean)).sum::<f64>() / (number - 1.0);
    let statistic = if mean == 0.0 { 0.0 } else { mean / (variance / number).sqrt() };
    (mean, statistic)
}
