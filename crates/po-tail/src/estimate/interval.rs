//! How far estimates of tail risk are to be trusted.

use std::fmt;

use po_core::{Bootstrap, BootstrapParams, Confidence, InputError, normal};

use super::order_statistics::Ranks;
use super::weighted::aged;
use super::{StudentTFit, TailModel, TailRisk, TailScratch, delta};
use crate::{Error, PeaksOverThreshold, ProfileInterval};

/// Which interval is asked for.
///
/// # Examples
/// ```
/// use po_core::{BootstrapParams, Confidence};
/// use po_tail::{IntervalChoice, TailModel};
///
/// let (confidence, level) = (Confidence::new(0.9)?, Confidence::new(0.95)?);
/// let choice = IntervalChoice::Bootstrap(BootstrapParams { resamples: 50, ..BootstrapParams::default() });
/// // Of a loss that never changes every resample has the same risk.
/// let intervals = TailModel::Historical.interval(&[-0.02; 30], confidence, level, choice)?;
/// assert_eq!((intervals.var.lower, intervals.var.upper), (0.02, 0.02));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum IntervalChoice {
    /// The one that theory gives for the model; [`IntervalMethod`] in the result says which it was. Returns are taken to
    /// be independent.
    #[default]
    Analytic,
    /// Between quantiles of the estimates for resamples, which keep what neighbours have in common.
    Bootstrap(BootstrapParams),
}

/// Which method an interval comes from.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{IntervalChoice, IntervalMethod, TailModel};
///
/// let (confidence, level) = (Confidence::new(0.95)?, Confidence::new(0.9)?);
/// let intervals = TailModel::Normal.interval(&[0.01, -0.01], confidence, level, IntervalChoice::Analytic)?;
/// assert_eq!(intervals.var.method, IntervalMethod::Delta);
/// assert_eq!(intervals.var.method.to_string(), "delta method");
/// // Mean and deviation of two returns: an error of s sqrt((1 + z²/2) / 2), and as many of them as z is.
/// let (s, z) = (0.01 * 2.0_f64.sqrt(), 1.6448536269514722_f64);
/// let reach = z * s * ((1.0 + 0.5 * z * z) / 2.0).sqrt();
/// assert!((intervals.var.upper - (z * s + reach)).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum IntervalMethod {
    /// Between two observations, whose ranks follow from the binomial distribution: exact for independent returns of any
    /// continuous distribution.
    OrderStatistics,
    /// From the asymptotic normal distribution of an estimate of no parametric model.
    Asymptotic,
    /// From the standard errors of the parameters of the model.
    Delta,
    /// From the profile of the likelihood.
    ProfileLikelihood,
    /// From resamples.
    Bootstrap,
}

impl fmt::Display for IntervalMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::OrderStatistics => "order statistics",
            Self::Asymptotic => "asymptotic",
            Self::Delta => "delta method",
            Self::ProfileLikelihood => "profile likelihood",
            Self::Bootstrap => "bootstrap",
        })
    }
}

/// An interval for a measure of risk.
///
/// # Shapes and units
/// Losses, positive. An end is infinite where the sample says nothing on that side: of 100 returns none bounds their
/// 99 % quantile from above with any confidence.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{IntervalChoice, TailModel};
///
/// let returns: Vec<f64> = (1..=100).map(|k| -f64::from(k)).collect();
/// let (confidence, level) = (Confidence::new(0.99)?, Confidence::new(0.9)?);
/// let var = TailModel::Historical.interval(&returns, confidence, level, IntervalChoice::Analytic)?.var;
/// assert_eq!((var.lower, var.upper), (97.0, f64::INFINITY));
/// // As surely as at most 96 of 100 losses do not all lie below the quantile.
/// assert!((var.level - 0.9816).abs() < 1e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct TailInterval {
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
    /// The probability that the interval covers the risk: that asked for, or the exact one of
    /// [`IntervalMethod::OrderStatistics`], which is more.
    pub level: f64,
    /// Where it comes from.
    pub method: IntervalMethod,
}

/// The intervals of value at risk and of conditional value at risk.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{IntervalChoice, TailModel};
///
/// let returns: Vec<f64> = (1..=100).map(|k| -f64::from(k)).collect();
/// let (confidence, level) = (Confidence::new(0.9)?, Confidence::new(0.95)?);
/// let intervals = TailModel::Historical.interval(&returns, confidence, level, IntervalChoice::Analytic)?;
/// // The ten worst have a mean of 95.5 and a variance of 8.25; value at risk, 90, is 5.5 below.
/// let error = ((8.25 + 0.9 * 5.5 * 5.5) / (100.0 * 0.1_f64)).sqrt();
/// assert!((intervals.cvar.upper - (95.5 + 1.959963984540054 * error)).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct TailIntervals {
    /// Of value at risk.
    pub var: TailInterval,
    /// Of conditional value at risk.
    pub cvar: TailInterval,
}

impl TailModel {
    /// Intervals that cover value at risk, and its conditional mean, with a probability of `level`.
    ///
    /// | Model | Value at risk | Conditional value at risk |
    /// |---|---|---|
    /// | historical | order statistics | asymptotic |
    /// | age-weighted | asymptotic, with as many returns as the weights are worth, 1/Σw² | the same |
    /// | normal, Student's t, Cornish-Fisher | delta method | delta method |
    /// | peaks over threshold | profile likelihood | profile likelihood |
    ///
    /// # Errors
    /// As [`TailModel::estimate_into`], of a resample too; [`Error::Model`] for a bootstrap of
    /// [`TailModel::AgeWeighted`], whose resamples have no age, and for a fit of [`TailModel::StudentT`] at its bound;
    /// [`InputError`] for settings of the bootstrap out of range.
    ///
    /// # Cost
    /// An estimate for each resample, else a few.
    ///
    /// # Examples
    /// ```
    /// use po_core::Confidence;
    /// use po_tail::{IntervalChoice, IntervalMethod, TailModel};
    ///
    /// let returns: Vec<f64> = (1..=100).map(|k| -f64::from(k)).collect();
    /// let (confidence, level) = (Confidence::new(0.9)?, Confidence::new(0.95)?);
    /// let intervals = TailModel::Historical.interval(&returns, confidence, level, IntervalChoice::Analytic)?;
    /// // The 84th and the 96th of 100 losses, between which the quantile lies with a probability of 95.6 %.
    /// assert_eq!((intervals.var.lower, intervals.var.upper), (84.0, 96.0));
    /// assert!((intervals.var.level - 0.955690).abs() < 1e-6);
    /// assert_eq!(intervals.var.method, IntervalMethod::OrderStatistics);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Source
    /// Historical: David and Nagaraja (2003), section 7.1; Manistre and Hancock (2005), "Variance of the CTE estimator",
    /// equation 1. Age-weighted: Woodruff (1952).
    pub fn interval(
        &self,
        returns: &[f64],
        confidence: Confidence,
        level: Confidence,
        choice: IntervalChoice,
    ) -> Result<TailIntervals, Error> {
        let mut scratch = TailScratch::default();
        let risk = self.estimate_into(returns, confidence, &mut scratch)?;
        if let IntervalChoice::Bootstrap(params) = choice {
            return self.resampled(returns, confidence, level, params);
        }
        let delta = |errors: TailRisk| TailIntervals {
            var: about(risk.var, errors.var, level, IntervalMethod::Delta),
            cvar: about(risk.cvar, errors.cvar, level, IntervalMethod::Delta),
        };
        Ok(match self {
            Self::Historical => historical(returns, risk, confidence, level),
            Self::AgeWeighted { decay } => {
                age_weighted(returns, *decay, risk, confidence, level, &mut scratch)?
            }
            Self::Normal => delta(delta::normal(returns, confidence)),
            Self::StudentT => delta(delta::student_t(&StudentTFit::of(returns)?, returns, confidence)?),
            Self::CornishFisher => delta(delta::cornish_fisher(returns, false, confidence)?),
            Self::CornishFisherMatched => delta(delta::cornish_fisher(returns, true, confidence)?),
            Self::Evt { threshold, method } => {
                let losses: Vec<f64> = returns.iter().map(|value| 0.0 - value).collect();
                let fit = PeaksOverThreshold::fit(&losses, threshold.choose(&losses)?.threshold, *method)?;
                let ends = |ProfileInterval { lower, upper }| {
                    let method = IntervalMethod::ProfileLikelihood;
                    TailInterval { lower, upper, level: level.level(), method }
                };
                TailIntervals {
                    var: ends(fit.var_interval(confidence, level)?),
                    cvar: ends(fit.cvar_interval(confidence, level)?),
                }
            }
        })
    }

    fn resampled(
        &self,
        returns: &[f64],
        confidence: Confidence,
        level: Confidence,
        params: BootstrapParams,
    ) -> Result<TailIntervals, Error> {
        if let Self::AgeWeighted { .. } = self {
            let expected = "one whose returns may change places, for a bootstrap";
            return Err(Error::Model { model: self.name(), expected });
        }
        let bootstrap = Bootstrap::new(params)?;
        let mut scratch = TailScratch::default();
        let (mut indices, mut resample) = (Vec::new(), Vec::with_capacity(returns.len()));
        let (mut vars, mut cvars) = (Vec::new(), Vec::new());
        for number in 0..params.resamples {
            bootstrap.indices_into(returns.len(), number, &mut indices)?;
            resample.clear();
            resample.extend(indices.iter().map(|&index| returns[index]));
            let risk = self.estimate_into(&resample, confidence, &mut scratch)?;
            vars.push(risk.var);
            cvars.push(risk.cvar);
        }
        let ends = |values: &mut Vec<f64>| {
            values.sort_unstable_by(f64::total_cmp);
            let out = ((0.5 * level.tail() * values.len() as f64) as usize).min(values.len() - 1);
            let (lower, upper) = (values[out], values[values.len() - 1 - out]);
            let (lower, upper) = (lower.min(upper), upper.max(lower));
            TailInterval { lower, upper, level: level.level(), method: IntervalMethod::Bootstrap }
        };
        Ok(TailIntervals { var: ends(&mut vars), cvar: ends(&mut cvars) })
    }
}

/// An interval that reaches as far as a number of standard errors to either side.
fn about(risk: f64, error: f64, level: Confidence, method: IntervalMethod) -> TailInterval {
    let reach = error * normal::upper_quantile(0.5 * level.tail());
    TailInterval { lower: risk - reach, upper: risk + reach, level: level.level(), method }
}

fn historical(returns: &[f64], risk: TailRisk, confidence: Confidence, level: Confidence) -> TailIntervals {
    let mut ordered: Vec<(f64, f64)> = returns.iter().map(|value| (0.0 - value, 1.0)).collect();
    ordered.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let count = ordered.len();
    let ranks = Ranks::new(count, confidence, level);
    // Ranks count from the least loss.
    let var = TailInterval {
        lower: ranks.lower.map_or(f64::NEG_INFINITY, |rank| ordered[count - 1 - rank].0),
        upper: ranks.upper.map_or(f64::INFINITY, |rank| ordered[count - 1 - rank].0),
        level: ranks.coverage,
        method: IntervalMethod::OrderStatistics,
    };
    let error = delta::tail_mean(&ordered, count as f64, risk, confidence, count as f64);
    TailIntervals { var, cvar: about(risk.cvar, error, level, IntervalMethod::Asymptotic) }
}

fn age_weighted(
    returns: &[f64],
    decay: f64,
    risk: TailRisk,
    confidence: Confidence,
    level: Confidence,
    scratch: &mut TailScratch,
) -> Result<TailIntervals, Error> {
    let method = IntervalMethod::Asymptotic;
    // The estimate has left the losses in order.
    let total: f64 = scratch.weighted.iter().map(|pair| pair.1).sum();
    let squares: f64 = scratch.weighted.iter().map(|pair| pair.1 * pair.1).sum();
    let worth = total * total / squares;
    let error = delta::tail_mean(&scratch.weighted, total, risk, confidence, worth);
    let reach =
        normal::upper_quantile(0.5 * level.tail()) * (confidence.level() * confidence.tail() / worth).sqrt();
    let mut end = |at: f64, beyond: f64| -> Result<f64, InputError> {
        if at > 0.0 && at < 1.0 {
            Ok(aged(returns, decay, Confidence::new(at)?, scratch).var)
        } else {
            Ok(beyond)
        }
    };
    let lower = end(confidence.level() - reach, f64::NEG_INFINITY)?;
    let upper = end(confidence.level() + reach, f64::INFINITY)?;
    Ok(TailIntervals {
        var: TailInterval { lower, upper, level: level.level(), method },
        cvar: about(risk.cvar, error, level, method),
    })
}
