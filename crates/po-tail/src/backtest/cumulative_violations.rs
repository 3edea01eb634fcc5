//! Expected shortfall by the probabilities that a whole forecast distribution gave to what came.

use po_core::Confidence;

use super::ChiSquareTest;
use super::law::normal_beyond;
use crate::Error;

/// Whether cumulative violations have the right mean, and no memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CumulativeViolations {
    /// The mean of cumulative violations; half the tail is right, more is understated risk.
    pub mean: f64,
    /// Their deviation from half the tail in units of its standard error.
    pub statistic: f64,
    /// The probability of a normal variable as far from zero.
    pub p_value: f64,
    /// Whether they are uncorrelated with their past.
    pub conditional: ChiSquareTest,
}

/// Tests expected shortfall as the mean of value at risk over all higher confidences.
///
/// ```text
/// H_t = max(0, p - u_t) / p
/// U   = √T (H̄ - p/2) / √(p (1/3 - p/4))                           ~  normal
/// C   = T Σ_(j=1..m) (γ_j / γ_0)²                                  ~  chi-square, m degrees
/// γ_j = Σ_(t>j) (H_t - p/2) (H_(t-j) - p/2) / (T - j)
/// ```
///
/// with `u_t`, the probability that the forecast distribution of day t gave to returns as low as what came, and
/// the probability p of a violation.
///
/// # Errors
/// [`Error::TooFew`] unless there are more days than lags, and at least two; [`Error::Observation`] for a value
/// outside [0, 1].
///
/// # Examples
/// ```
/// use po_core::Confidence;
///
/// let ranks = [0.0, 0.75, 0.25, 1.0];
/// let found = po_tail::cumulative_violations(&ranks, Confidence::new(0.5)?, 1)?;
/// // H = 1, 0, 1/2, 0.
/// assert_eq!(found.mean, 0.375);
/// assert!((found.statistic - 2.0 * 0.125 / (0.5_f64 * (1.0 / 3.0 - 0.125)).sqrt()).abs() < 1e-12);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Du and Escanciano (2017), Backtesting expected shortfall: accounting for tail risk, without their correction
/// for estimated parameters; the first test also Costanzino and Curran (2015), Backtesting general spectral
/// risk measures with application to expected shortfall.
pub fn cumulative_violations(
    ranks: &[f64],
    confidence: Confidence,
    lags: usize,
) -> Result<CumulativeViolations, Error> {
    let (days, tail) = (ranks.len(), confidence.tail());
    let needed = lags.saturating_add(1).max(2);
    if days < needed {
        let what = "the sample of probabilities";
        return Err(Error::TooFew { what, needed, actual: days });
    }
    if let Some(place) = ranks.iter().position(|rank| !(0.0..=1.0).contains(rank)) {
        let (what, expected) = ("the probability of day", "a number in [0, 1]");
        return Err(Error::Observation { what, place, value: ranks[place], expected });
    }
    let deviations: Vec<f64> = ranks.iter().map(|rank| (tail - rank).max(0.0) / tail - 0.5 * tail).collect();
    let total = days as f64;
    let deviation = deviations.iter().sum::<f64>() / total;
    let statistic = deviation * (total / (tail * (1.0 / 3.0 - 0.25 * tail))).sqrt();
    let covariance = |lag: usize| {
        deviations[lag..].iter().zip(&deviations).map(|(now, then)| now * then).sum::<f64>()
            / (days - lag) as f64
    };
    let variance = covariance(0);
    let square = |lag| (covariance(lag) / variance) * (covariance(lag) / variance);
    let conditional = if variance > 0.0 { total * (1..=lags).map(square).sum::<f64>() } else { 0.0 };
    Ok(CumulativeViolations {
        mean: deviation + 0.5 * tail,
        statistic,
        p_value: 2.0 * normal_beyond(statistic.abs()),
        conditional: ChiSquareTest::new(conditional, lags, None),
    })
}
