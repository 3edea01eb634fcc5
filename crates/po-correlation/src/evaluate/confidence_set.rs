//! The set of forecasts that may be the best.

use po_core::simd::sum;
use po_core::{Bootstrap, BootstrapParams, InputError};

use super::diebold_mariano::{check_losses, standardised};
use crate::Error;

/// What the elimination looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum ConfidenceStatistic {
    /// The largest difference between two of them, in its standard errors.
    ///
    /// ```text
    /// T_R = max_{i,j} |L̄_i - L̄_j| / se(L̄_i - L̄_j)
    /// ```
    #[default]
    Range,
    /// The largest excess over the mean of all of them, in its standard errors.
    ///
    /// ```text
    /// T_max = max_i (L̄_i - L̄) / se(L̄_i - L̄)
    /// ```
    Max,
}

/// Settings of a [`ModelConfidenceSet`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `statistic` | `Range` | two statistics | what the elimination looks at |
/// | `level` | 0.1 | (0, 1) | the set holds the best with a probability of at least one less this |
/// | `bootstrap` | 1000 resamples | [`BootstrapParams`] | how the distribution of the statistic is found |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct ModelConfidenceSetParams {
    /// What the elimination looks at.
    pub statistic: ConfidenceStatistic,
    /// The set holds the best with a probability of at least one less this.
    pub level: f64,
    /// How the distribution of the statistic is found.
    pub bootstrap: BootstrapParams,
}

impl Default for ModelConfidenceSetParams {
    fn default() -> Self {
        let (statistic, bootstrap) = (ConfidenceStatistic::Range, BootstrapParams::default());
        Self { statistic, level: 0.1, bootstrap }
    }
}

/// A set of forecasts that holds the best of them with a given probability.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ConfidenceSet {
    /// The smallest level at which each forecast is out: 1 for the last to stay.
    pub p_values: Vec<f64>,
    /// Whether each forecast is in the set: its p-value is not below the level.
    pub members: Vec<bool>,
    /// The forecasts in the order in which they went, the worst first; the last stayed.
    pub elimination: Vec<usize>,
}

/// Finds the set of forecasts that holds the best with a given probability.
///
/// From all forecasts, the worst is taken out, again and again. Each time, a bootstrap tells the probability p of so
/// large a statistic were all that are left equally good; the p-value of a forecast is the largest p up to its
/// elimination. Forecasts whose mean losses are the same number cannot be told apart: p is 1.
///
/// # Cost
/// `B k T` additions for B resamples of k forecasts over T bars, and `B k³ / 3` (`Range`) or `B k²` (`Max`) operations.
///
/// # Examples
/// ```
/// use po_correlation::evaluate::{ModelConfidenceSet, ModelConfidenceSetParams};
///
/// let losses: Vec<f64> = (0..100).map(|bar| (bar * bar % 17) as f64).collect();
/// let worse: Vec<f64> = (0..100).map(|bar| losses[bar] + (bar % 3) as f64).collect();
/// let set = ModelConfidenceSet::new(ModelConfidenceSetParams::default())?.find(&[losses, worse])?;
/// assert_eq!((set.members, set.elimination), (vec![true, false], vec![1, 0]));
/// assert_eq!(set.p_values, [1.0, 0.0]);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Hansen, Lunde and Nason (2011), The model confidence set, sections 3.1.2 and 3.2 and appendix; p = #(T* > T) / B.
///
/// # Settings
/// [`ModelConfidenceSetParams`]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModelConfidenceSet {
    params: ModelConfidenceSetParams,
    bootstrap: Bootstrap,
}

impl ModelConfidenceSet {
    /// A search for the set.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a level outside (0, 1); else as [`Bootstrap::new`].
    pub fn new(params: ModelConfidenceSetParams) -> Result<Self, Error> {
        if !(params.level > 0.0 && params.level < 1.0) {
            let (name, expected) = ("the level of the model confidence set", "a number in (0, 1)");
            return Err(InputError::OutOfRange { name, value: params.level, expected }.into());
        }
        Ok(Self { params, bootstrap: Bootstrap::new(params.bootstrap)? })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &ModelConfidenceSetParams {
        &self.params
    }

    /// Finds the set, from the losses of each forecast.
    ///
    /// # Shapes and units
    /// k series of T losses, of the same bars.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two forecasts or bars; [`InputError::LengthMismatch`];
    /// [`InputError::OutOfRange`] for a loss that is not finite; else as [`Bootstrap::indices_into`].
    pub fn find<L: AsRef<[f64]>>(&self, losses: &[L]) -> Result<ConfidenceSet, Error> {
        let table = Table::new(losses)?;
        let (mut indices, mut means) = (Vec::new(), Vec::new());
        for resample in 0..self.params.bootstrap.resamples {
            self.bootstrap.indices_into(table.bars(), resample, &mut indices)?;
            table.push_means(&indices, &mut means);
        }
        Ok(self.eliminate(&table.means, &means))
    }

    /// As [`ModelConfidenceSet::find`], with resamples from elsewhere in place of the bootstrap's.
    ///
    /// # Shapes and units
    /// Each resample is T numbers below T.
    ///
    /// # Errors
    /// As [`ModelConfidenceSet::find`]; [`InputError::Empty`] without a resample; [`InputError::LengthMismatch`] and
    /// [`InputError::OutOfRange`] for one that is not of this series.
    pub fn find_resampled<L: AsRef<[f64]>, I: AsRef<[usize]>>(
        &self,
        losses: &[L],
        resamples: &[I],
    ) -> Result<ConfidenceSet, Error> {
        let table = Table::new(losses)?;
        let expected = table.bars();
        if resamples.is_empty() {
            return Err(InputError::Empty { what: "the list of resamples" }.into());
        }
        let mut means = Vec::new();
        for indices in resamples {
            let indices = indices.as_ref();
            let actual = indices.len();
            if actual != expected {
                return Err(InputError::LengthMismatch { what: "a resample", expected, actual }.into());
            }
            if let Some(&index) = indices.iter().find(|index| **index >= expected) {
                let (name, expected) = ("the index of a resample", "less than the number of observations");
                return Err(InputError::OutOfRange { name, value: index as f64, expected }.into());
            }
            table.push_means(indices, &mut means);
        }
        Ok(self.eliminate(&table.means, &means))
    }

    /// From the mean losses, and the deviations from them of the means of each resample.
    fn eliminate(&self, means: &[f64], resampled: &[f64]) -> ConfidenceSet {
        let models = means.len();
        let variances = match self.params.statistic {
            ConfidenceStatistic::Range => pair_variances(models, resampled),
            ConfidenceStatistic::Max => Vec::new(),
        };
        let mut left: Vec<usize> = (0..models).collect();
        let mut elimination = Vec::with_capacity(models);
        let (mut p_values, mut p_value) = (vec![1.0; models], 0.0_f64);
        while left.len() > 1 {
            let (place, p) = match self.params.statistic {
                ConfidenceStatistic::Range => range(&left, means, resampled, &variances),
                ConfidenceStatistic::Max => max(&left, means, resampled),
            };
            p_value = p_value.max(p);
            let worst = left.remove(place);
            p_values[worst] = p_value;
            elimination.push(worst);
        }
        elimination.extend(left);
        let members = p_values.iter().map(|p_value| *p_value >= self.params.level).collect();
        ConfidenceSet { p_values, members, elimination }
    }
}

/// The losses less their means, bar by bar, and the means.
struct Table {
    centred: Vec<f64>,
    means: Vec<f64>,
}

impl Table {
    fn new<L: AsRef<[f64]>>(losses: &[L]) -> Result<Self, InputError> {
        let required = 2;
        let observations = losses.len();
        if observations < required {
            let what = "the forecasts of a model confidence set";
            return Err(InputError::TooFewObservations { what, observations, required });
        }
        let bars = losses[0].as_ref().len();
        if bars < required {
            let what = "the losses of a model confidence set";
            return Err(InputError::TooFewObservations { what, observations: bars, required });
        }
        for series in losses {
            let actual = series.as_ref().len();
            if actual != bars {
                let what = "the list of losses";
                return Err(InputError::LengthMismatch { what, expected: bars, actual });
            }
            check_losses(series.as_ref())?;
        }
        let means: Vec<f64> = losses.iter().map(|series| sum(series.as_ref()) / bars as f64).collect();
        let bar =
            |bar: usize| losses.iter().zip(&means).map(move |(series, mean)| series.as_ref()[bar] - mean);
        Ok(Self { centred: (0..bars).flat_map(bar).collect(), means })
    }

    fn bars(&self) -> usize {
        self.centred.len() / self.means.len()
    }

    /// Appends the mean of each series over a resample.
    fn push_means(&self, indices: &[usize], means: &mut Vec<f64>) {
        let (models, from) = (self.means.len(), means.len());
        means.resize(from + models, 0.0);
        let totals = &mut means[from..];
        for &index in indices {
            let bar = &self.centred[index * models..(index + 1) * models];
            totals.iter_mut().zip(bar).for_each(|(total, loss)| *total += loss);
        }
        totals.iter_mut().for_each(|total| *total /= indices.len() as f64);
    }
}

/// The variance of the difference of each pair over the resamples.
fn pair_variances(models: usize, resampled: &[f64]) -> Vec<f64> {
    let mut variances = vec![0.0; models * models];
    for means in resampled.chunks_exact(models) {
        for (one, row) in variances.chunks_exact_mut(models).enumerate() {
            for (variance, other) in row.iter_mut().zip(means) {
                *variance += (means[one] - other).powi(2);
            }
        }
    }
    let resamples = (resampled.len() / models) as f64;
    variances.iter_mut().for_each(|variance| *variance /= resamples);
    variances
}

/// Who goes, by its place among those left, and the p-value: by the range.
fn range(left: &[usize], means: &[f64], resampled: &[f64], variances: &[f64]) -> (usize, f64) {
    let models = means.len();
    let (mut worst, mut statistic) = (0, f64::NEG_INFINITY);
    for (place, &one) in left.iter().enumerate() {
        for &other in left {
            let excess = standardised(means[one] - means[other], variances[one * models + other].sqrt());
            if excess > statistic {
                (worst, statistic) = (place, excess);
            }
        }
    }
    let exceeds = |means: &[f64]| {
        left.iter().enumerate().any(|(place, &one)| {
            left[..place].iter().any(|&other| {
                let error = variances[one * models + other].sqrt();
                standardised(means[one] - means[other], error).abs() > statistic
            })
        })
    };
    (worst, share(statistic, resampled, models, exceeds))
}

/// Who goes, by its place among those left, and the p-value: by the excess over the mean.
fn max(left: &[usize], means: &[f64], resampled: &[f64]) -> (usize, f64) {
    let models = means.len();
    let resamples = resampled.len() / models;
    let mut excesses = vec![0.0; left.len()];
    let mut variances = vec![0.0; left.len()];
    for means in resampled.chunks_exact(models) {
        excess_into(left, means, &mut excesses);
        variances.iter_mut().zip(&excesses).for_each(|(variance, excess)| *variance += excess * excess);
    }
    let errors: Vec<f64> = variances.iter().map(|variance| (variance / resamples as f64).sqrt()).collect();
    excess_into(left, means, &mut excesses);
    let (mut worst, mut statistic) = (0, f64::NEG_INFINITY);
    for (place, (&excess, &error)) in excesses.iter().zip(&errors).enumerate() {
        let excess = standardised(excess, error);
        if excess > statistic {
            (worst, statistic) = (place, excess);
        }
    }
    let exceeds = |means: &[f64]| {
        excess_into(left, means, &mut excesses);
        excesses.iter().zip(&errors).any(|(&excess, &error)| standardised(excess, error) > statistic)
    };
    (worst, share(statistic, resampled, models, exceeds))
}

/// The mean of each that is left, less the mean of them all.
fn excess_into(left: &[usize], means: &[f64], excesses: &mut [f64]) {
    // Differences first: those of equal means are then exactly zero.
    let first = means[left[0]];
    excesses.iter_mut().zip(left).for_each(|(excess, model)| *excess = means[*model] - first);
    let mean = sum(excesses) / left.len() as f64;
    excesses.iter_mut().for_each(|excess| *excess -= mean);
}

/// The share of resamples with a larger statistic; all of them where nothing tells the forecasts apart.
fn share(statistic: f64, resampled: &[f64], models: usize, mut exceeds: impl FnMut(&[f64]) -> bool) -> f64 {
    if statistic <= 0.0 {
        return 1.0;
    }
    let resamples = resampled.len() / models;
    resampled.chunks_exact(models).filter(|means| exceeds(means)).count() as f64 / resamples as f64
}
