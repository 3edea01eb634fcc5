//! Which of several forecasts cannot be told from the best.

use po_core::{Bootstrap, BootstrapParams, InputError};

use super::forecasts::finite;
use super::kupiec::check_significance;
use crate::Error;

/// What the forecasts that are left are tested by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum SetStatistic {
    /// The greatest standardised difference of two forecasts.
    #[default]
    Range,
    /// The greatest standardised difference from the mean of those left.
    Max,
}

/// Settings of [`model_confidence_set`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `significance` | 0.05 | (0, 1) | how often the best may be missing from the set |
/// | `statistic` | `Range` | two choices | what the forecasts that are left are tested by |
/// | `bootstrap` | 1000 resamples | [`BootstrapParams`] | how days are drawn |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct ModelConfidenceSetParams {
    /// How often the best may be missing from the set.
    pub significance: f64,
    /// What the forecasts that are left are tested by.
    pub statistic: SetStatistic,
    /// How days are drawn.
    pub bootstrap: BootstrapParams,
}

impl Default for ModelConfidenceSetParams {
    fn default() -> Self {
        Self { significance: 0.05, statistic: SetStatistic::Range, bootstrap: BootstrapParams::default() }
    }
}

/// The forecasts that cannot be told from the best.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelConfidenceSet {
    /// The p-value of each forecast: it is in every set of a lower significance.
    pub p_values: Vec<f64>,
    /// The forecasts in the order in which they are eliminated, the best last.
    pub order: Vec<usize>,
    /// Those in the set, in the order of the input.
    pub included: Vec<usize>,
}

/// The set that contains the best forecast with given confidence: the worst is eliminated for as long as equal
/// quality of all is rejected.
///
/// ```text
/// t_ij = d̄_ij / √var(d̄_ij),  T_R = max |t_ij|;  t_i = d̄_i. / √var(d̄_i.),  T_max = max t_i
/// ```
///
/// with the mean difference `d̄_ij` of losses, that from the mean of the forecasts that are left `d̄_i.`, and
/// variances and distributions from block bootstraps of days. A p-value is the greatest of the tests up to the
/// elimination; that of the best is 1.
///
/// # Errors
/// [`InputError::Empty`] without forecasts; [`InputError::LengthMismatch`]; [`Error::Observation`] for a loss
/// that is not finite; [`InputError::OutOfRange`] for the significance or the bootstrap.
///
/// # Cost
/// O(B M (T + M²)) time and O(B M) memory for M forecasts and B resamples.
///
/// # Examples
/// ```
/// use po_tail::{ModelConfidenceSetParams, model_confidence_set};
///
/// let good: Vec<f64> = (0..100).map(|day| f64::from(day % 7)).collect();
/// let bad: Vec<f64> = (0..100).map(|day| 2.0 + f64::from(day % 5)).collect();
/// let set = model_confidence_set(&[&bad, &good], &ModelConfidenceSetParams::default())?;
/// assert_eq!((set.included, set.p_values[1]), (vec![1], 1.0));
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Hansen, Lunde and Nason (2011), The model confidence set, sections 2 and 3.
///
/// # Settings
/// [`ModelConfidenceSetParams`]
pub fn model_confidence_set(
    losses: &[&[f64]],
    params: &ModelConfidenceSetParams,
) -> Result<ModelConfidenceSet, Error> {
    let Some(days) = losses.first().map(|losses| losses.len()) else {
        return Err(InputError::Empty { what: "the list of forecasts" }.into());
    };
    if days == 0 {
        return Err(InputError::Empty { what: "the list of losses" }.into());
    }
    for series in losses {
        if series.len() != days {
            let (what, actual) = ("a list of losses", series.len());
            return Err(InputError::LengthMismatch { what, expected: days, actual }.into());
        }
        finite("the loss of day", series)?;
    }
    check_significance(params.significance)?;
    let bootstrap = Bootstrap::new(params.bootstrap)?;
    let means: Vec<f64> = losses.iter().map(|losses| losses.iter().sum::<f64>() / days as f64).collect();
    // The deviations of the means of each resample from those of the sample.
    let mut deviations = Vec::with_capacity(params.bootstrap.resamples);
    let mut indices = Vec::new();
    for resample in 0..params.bootstrap.resamples {
        bootstrap.indices_into(days, resample, &mut indices)?;
        let drawn = |losses: &&[f64]| indices.iter().map(|&day| losses[day]).sum::<f64>() / days as f64;
        deviations
            .push(losses.iter().zip(&means).map(|(losses, mean)| drawn(losses) - mean).collect::<Vec<f64>>());
    }
    let mut left: Vec<usize> = (0..losses.len()).collect();
    let (mut p_values, mut order, mut greatest) = (vec![1.0; losses.len()], Vec::new(), 0.0_f64);
    while left.len() > 1 {
        let (worst, p_value) = match params.statistic {
            SetStatistic::Range => by_range(&left, &means, &deviations),
            SetStatistic::Max => by_mean(&left, &means, &deviations),
        };
        greatest = greatest.max(p_value);
        let forecast = left.remove(worst);
        p_values[forecast] = greatest;
        order.push(forecast);
    }
    order.extend(left);
    let included = (0..losses.len()).filter(|&forecast| p_values[forecast] >= params.significance).collect();
    Ok(ModelConfidenceSet { p_values, order, included })
}

/// The place of the worst among those left, and the p-value of their equality, by differences of two.
fn by_range(left: &[usize], means: &[f64], deviations: &[Vec<f64>]) -> (usize, f64) {
    let (mut worst, mut statistic) = (0, f64::NEG_INFINITY);
    let mut drawn = vec![0.0_f64; deviations.len()];
    for (place, &one) in left.iter().enumerate() {
        for (before, &other) in left[..place].iter().enumerate() {
            let differences = || deviations.iter().map(|deviations| deviations[one] - deviations[other]);
            let error = root_mean_square(differences());
            for (drawn, difference) in drawn.iter_mut().zip(differences()) {
                *drawn = drawn.max(standardised(difference.abs(), error));
            }
            let found = standardised(means[one] - means[other], error);
            if found.abs() > statistic {
                statistic = found.abs();
                worst = if found > 0.0 { place } else { before };
            }
        }
    }
    (worst, share_as_great(&drawn, statistic))
}

/// The same by differences from the mean of those left.
fn by_mean(left: &[usize], means: &[f64], deviations: &[Vec<f64>]) -> (usize, f64) {
    let average = |values: &[f64]| left.iter().map(|&other| values[other]).sum::<f64>() / left.len() as f64;
    let centres: Vec<f64> = deviations.iter().map(|deviations| average(deviations)).collect();
    let centre = average(means);
    let (mut worst, mut statistic) = (0, f64::NEG_INFINITY);
    let mut drawn = vec![f64::NEG_INFINITY; deviations.len()];
    for (place, &one) in left.iter().enumerate() {
        let differences =
            || deviations.iter().zip(&centres).map(|(deviations, centre)| deviations[one] - centre);
        let error = root_mean_square(differences());
        for (drawn, difference) in drawn.iter_mut().zip(differences()) {
            *drawn = drawn.max(standardised(difference, error));
        }
        let found = standardised(means[one] - centre, error);
        if found > statistic {
            (statistic, worst) = (found, place);
        }
    }
    (worst, share_as_great(&drawn, statistic))
}

fn root_mean_square(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let number = values.len() as f64;
    (values.map(|value| value * value).sum::<f64>() / number).sqrt()
}

/// A difference over its standard error; none is zero, whatever the error.
fn standardised(difference: f64, error: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference / error }
}

fn share_as_great(drawn: &[f64], statistic: f64) -> f64 {
    drawn.iter().filter(|&&drawn| drawn >= statistic).count() as f64 / drawn.len() as f64
}
