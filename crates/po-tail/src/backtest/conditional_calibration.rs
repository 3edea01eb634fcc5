//! Whether value at risk and expected shortfall are right together.

use po_core::Confidence;

use super::law::normal_beyond;
use super::projection::projected;
use super::{ChiSquareTest, Forecasts, LossScale};
use crate::Error;

/// Whether the pair of value at risk and expected shortfall is calibrated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConditionalCalibration {
    /// The simple test: both identification functions have mean zero, against any other mean.
    pub simple: ChiSquareTest,
    /// The p-value of the simple test of one side: risk is not understated, by either function (Hommel's
    /// adjustment).
    pub one_sided: f64,
    /// The general test: one combination of the functions, scaled day by day, has mean zero.
    pub general: ChiSquareTest,
}

/// Nolde and Ziegel's tests of calibration of the pair.
///
/// ```text
/// V_t = (1_t - p,  VaR_t - CVaR_t + 1_t (L_t - VaR_t) / p)
/// T   = T V̄' (Σ_t V_t V_t' / T)⁻¹ V̄  ~  chi-square, 2 degrees
/// general: the same of h_t' V_t,  h_t = ((CVaR_t - VaR_t) / p, 1) / s_t  ~  chi-square, 1 degree
/// one-sided: min(2 min(q1, q2), max(q1, q2)),  q_j = 1 - Φ(√T V̄_j / √(Σ_t V_jt² / T))
/// ```
///
/// with losses L, violations `1_t` and the probability p of one; both functions have positive means where risk
/// is understated. Functions that are proportional, as without violations, count once.
///
/// # Errors
/// [`InputError::Empty`](po_core::InputError::Empty) without forecasts of expected shortfall;
/// [`InputError::LengthMismatch`](po_core::InputError::LengthMismatch) and [`Error::Observation`] for
/// volatilities.
///
/// # Cost
/// O(T)
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{Forecasts, LossScale, conditional_calibration};
///
/// let forecasts = Forecasts::new(&[-0.03, 0.0], &[0.02; 2], Some(&[0.03; 2]))?;
/// let found = conditional_calibration(&forecasts, Confidence::new(0.5)?, LossScale::Unit)?;
/// // V = (1/2, 0.01) and (-1/2, -0.01): mean zero.
/// assert!(found.simple.statistic.abs() < 1e-12);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Nolde and Ziegel (2017), Elicitability and backtesting: perspectives for banking regulation, section 2.2.
pub fn conditional_calibration(
    forecasts: &Forecasts<'_>,
    confidence: Confidence,
    scale: LossScale<'_>,
) -> Result<ConditionalCalibration, Error> {
    let cvar = forecasts.shortfalls()?;
    scale.check(forecasts.days())?;
    let (days, tail) = (forecasts.days(), confidence.tail());
    let mut columns = [Vec::with_capacity(days), Vec::with_capacity(days)];
    let mut combined = Vec::with_capacity(days);
    for (day, ((return_, &var), &cvar)) in
        forecasts.returns().iter().zip(forecasts.var()).zip(cvar).enumerate()
    {
        let excess = (-return_ - var).max(0.0);
        let [first, second] = [f64::from(u8::from(excess > 0.0)) - tail, var - cvar + excess / tail];
        columns[0].push(first);
        columns[1].push(second);
        combined.push((first * (cvar - var) / tail + second) / scale.of(day, cvar));
    }
    let [first, second] = [&columns[0], &columns[1]].map(|values| {
        let square: f64 = values.iter().map(|value| value * value).sum();
        let sum: f64 = values.iter().sum();
        normal_beyond(if sum == 0.0 { 0.0 } else { sum / square.sqrt() })
    });
    let one_sided = (2.0 * first.min(second)).min(first.max(second));
    // A quadratic form in the mean, over second moments, is the projection of ones onto the functions.
    let ones = vec![1.0; days];
    let (simple, degrees) = projected(&mut columns, &ones);
    let (general, one) = projected(&mut [combined], &ones);
    Ok(ConditionalCalibration {
        simple: ChiSquareTest::new(simple, degrees, None),
        one_sided,
        general: ChiSquareTest::new(general, one, None),
    })
}
