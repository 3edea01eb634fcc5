//! Whether violations can be foreseen.

use po_core::Confidence;

use super::projection::projected;
use super::{ChiSquareTest, Forecasts, MonteCarlo};
use crate::Error;

/// Which forecasts of value at risk a violation is regressed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum VarRegressor {
    /// None.
    None,
    /// That of the same day, which was known the day before.
    #[default]
    Current,
    /// That of the same day, and those of so many days before as there are lags.
    Lagged,
}

/// Settings of [`dynamic_quantile`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `lags` | 4 | 0 or more | how many days back violations are regressors |
/// | `var` | `Current` | three choices | which forecasts of value at risk are regressors |
/// | `simulation` | 999 samples | [`MonteCarlo`] | how the exact p-value is found |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct DynamicQuantileParams {
    /// How many days back violations are regressors.
    pub lags: usize,
    /// Which forecasts of value at risk are regressors.
    pub var: VarRegressor,
    /// How the exact p-value is found.
    pub simulation: MonteCarlo,
}

impl Default for DynamicQuantileParams {
    fn default() -> Self {
        Self { lags: 4, var: VarRegressor::Current, simulation: MonteCarlo::default() }
    }
}

/// Tests whether violations can be foreseen from the past: the out-of-sample dynamic quantile test.
///
/// ```text
/// Hit_t = 1{violation on day t} - p
/// X_t   = [1, Hit_(t-1), …, Hit_(t-k), VaR_t]
/// DQ    = Hit' X (X'X)⁻¹ X' Hit / (p (1 - p))  ~  chi-square, as many degrees as X has rank
/// ```
///
/// over the days that have k days before them. Columns that say nothing new, such as the lags of a sample
/// without violations or a constant value at risk, are left out of X and of the degrees. The simulated p-value
/// is of independent violations, beside the same values at risk.
///
/// # Errors
/// [`Error::TooFew`] unless there are more days than lags and columns of X.
///
/// # Cost
/// O(T k²) for each simulation.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{DynamicQuantileParams, Forecasts, MonteCarlo, VarRegressor, dynamic_quantile};
///
/// // On a constant alone: (Σ Hit)² / (T p (1 - p)), with one violation in four days at 50 %.
/// let forecasts = Forecasts::new(&[0.0, -0.1, 0.0, 0.0], &[0.05; 4], None)?;
/// let simulation = MonteCarlo { simulations: 0, ..MonteCarlo::default() };
/// let params = DynamicQuantileParams { lags: 0, var: VarRegressor::None, simulation };
/// let found = dynamic_quantile(&forecasts, Confidence::new(0.5)?, &params)?;
/// assert!((found.statistic - 1.0).abs() < 1e-12);
/// assert_eq!(found.degrees, 1);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Engle and Manganelli (2004), `CAViaR`: conditional autoregressive value at risk by regression quantiles, the
/// out-of-sample test.
///
/// # Settings
/// [`DynamicQuantileParams`]
pub fn dynamic_quantile(
    forecasts: &Forecasts<'_>,
    confidence: Confidence,
    params: &DynamicQuantileParams,
) -> Result<ChiSquareTest, Error> {
    let DynamicQuantileParams { lags, var, simulation } = *params;
    let values = match var {
        VarRegressor::None => 0,
        VarRegressor::Current => 1,
        VarRegressor::Lagged => lags.saturating_add(1),
    };
    let needed = lags.saturating_mul(2).saturating_add(values).saturating_add(2);
    if forecasts.days() < needed {
        let what = "the sample of a dynamic quantile test";
        return Err(Error::TooFew { what, needed, actual: forecasts.days() });
    }
    let mut regression =
        Regression { var: forecasts.var(), lags, values, tail: confidence.tail(), columns: Vec::new() };
    let mut deviations = Vec::new();
    let centre = |hits: &[bool], deviations: &mut Vec<f64>| {
        deviations.clear();
        deviations.extend(hits.iter().map(|&hit| f64::from(u8::from(hit)) - confidence.tail()));
    };
    let violations = forecasts.violations();
    centre(violations.hits(), &mut deviations);
    let (statistic, degrees) = regression.statistic(&deviations);
    let mut hits = vec![false; forecasts.days()];
    let exact = simulation.p_value(statistic, |random| {
        random.hits(confidence.tail(), &mut hits);
        centre(&hits, &mut deviations);
        regression.statistic(&deviations).0
    });
    Ok(ChiSquareTest::new(statistic, degrees, exact))
}

struct Regression<'a> {
    var: &'a [f64],
    lags: usize,
    values: usize,
    tail: f64,
    /// The columns of X, of which those of the values at risk come first: they are the same in each simulation.
    columns: Vec<Vec<f64>>,
}

impl Regression<'_> {
    fn statistic(&mut self, deviations: &[f64]) -> (f64, usize) {
        let (days, lags) = (deviations.len(), self.lags);
        self.columns.resize_with(1 + self.values + lags, Vec::new);
        for (number, column) in self.columns.iter_mut().enumerate() {
            column.clear();
            match number.checked_sub(1 + self.values) {
                None if number == 0 => column.resize(days - lags, 1.0),
                None => column.extend_from_slice(&self.var[lags + 1 - number..days + 1 - number]),
                Some(before) => column.extend_from_slice(&deviations[lags - before - 1..days - before - 1]),
            }
        }
        let (square, rank) = projected(&mut self.columns, &deviations[lags..]);
        (square / (self.tail * (1.0 - self.tail)), rank)
    }
}
