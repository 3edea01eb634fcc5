//! The risk of any portfolio under a measure, split among its assets.

use po_core::linalg::gemv_into;
use po_core::simd::{dot, sum};
use po_core::{InputError, Returns, Weights};

use super::RiskMeasure;
use super::drawdown::{drawdowns, spread};
use super::entropic::Entropic;
use super::tail::{TailScratch, tail_weights};
use crate::RiskReport;

/// The risk of a portfolio split among its assets, with the scenario weights that it follows from.
///
/// # Shapes and units
/// A report with N numbers to each vector, and T scenario weights; risks in the units of the [`RiskMeasure`].
/// `Decomposition::default()` is empty: a place to write to.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Decomposition {
    /// The risk, which is the sum of the components, added in order; shares are zero where it is zero.
    pub report: RiskReport,
    /// The weight of each scenario in the marginal risks; they sum to one for CVaR and EVaR, to zero for
    /// deviations.
    pub scenario_weights: Vec<f64>,
}

/// Working memory of [`contributions_into`].
#[derive(Clone, Debug, Default)]
pub struct MeasureScratch {
    /// Losses of the portfolio; under CDaR its drawdowns.
    losses: Vec<f64>,
    pub(crate) tail: TailScratch,
}

/// The risk of a portfolio under a measure, split among its assets by Euler's theorem.
///
/// Where the measure has a kink, because losses are equal at the edge of the tail or zero deviations occur,
/// the split is not unique; equal losses then share their weight equally. A budget portfolio mostly stands on
/// such a kink: its own contributions, with the weights that prove it optimal, are those of its
/// [`ScenarioAllocation`](crate::ScenarioAllocation).
///
/// # Errors
/// [`InputError::LengthMismatch`] unless there is one weight per asset; [`InputError::TooFewObservations`]
/// for a deviation of a single observation; [`InputError::NotFinite`] when the losses overflow.
///
/// # Cost
/// 2 T N multiplications, and a selection among T numbers.
///
/// # Examples
/// ```
/// use po_core::{Confidence, Returns, Weights};
/// use po_risk_budget::{RiskMeasure, measure::contributions};
///
/// // The worse half of four scenarios: losses of 3 % and 1 % of a portfolio of equal parts.
/// let returns = Returns::from_column_slice(4, 2, &[-0.04, 0.00, 0.02, 0.01, -0.02, -0.02, 0.01, 0.03])?;
/// let measure = RiskMeasure::Cvar { confidence: Confidence::new(0.5)? };
/// let split = contributions(measure, &returns, &Weights::new(vec![0.5, 0.5])?)?;
/// assert!((split.report.risk - 0.02).abs() < 1e-17);
/// assert!((split.report.component[0] - 0.01).abs() < 1e-17);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// Tasche (1999), "Risk contributions and performance measurement".
pub fn contributions(
    measure: RiskMeasure,
    returns: &Returns,
    weights: &Weights,
) -> Result<Decomposition, InputError> {
    let mut decomposition = Decomposition::default();
    contributions_into(measure, returns, weights, &mut MeasureScratch::default(), &mut decomposition)?;
    Ok(decomposition)
}

/// As [`contributions`], in memory that is kept.
///
/// # Errors
/// As [`contributions`].
///
/// # Examples
/// ```
/// use po_core::{Returns, Weights};
/// use po_risk_budget::RiskMeasure;
/// use po_risk_budget::measure::{Decomposition, MeasureScratch, contributions_into};
///
/// let returns = Returns::from_column_slice(2, 1, &[0.03, -0.01])?;
/// let (mut scratch, mut split) = (MeasureScratch::default(), Decomposition::default());
/// for (weight, risk) in [(1.0, 0.02), (0.5, 0.01)] {
///     let weights = Weights::new(vec![weight])?;
///     contributions_into(RiskMeasure::Mad, &returns, &weights, &mut scratch, &mut split)?;
///     assert!((split.report.risk - risk).abs() < 1e-17);
/// }
/// # Ok::<(), po_core::InputError>(())
/// ```
pub fn contributions_into(
    measure: RiskMeasure,
    returns: &Returns,
    weights: &Weights,
    scratch: &mut MeasureScratch,
    decomposition: &mut Decomposition,
) -> Result<(), InputError> {
    measure.check(returns.observations())?;
    if weights.len() != returns.assets() {
        let (expected, actual) = (returns.assets(), weights.len());
        return Err(InputError::LengthMismatch { what: "the list of weights", expected, actual });
    }
    let MeasureScratch { losses, tail } = scratch;
    losses.resize(returns.observations(), 0.0);
    gemv_into(-1.0, returns.as_view(), weights.as_slice(), 0.0, losses)?;
    let scenarios = &mut decomposition.scenario_weights;
    scenarios.resize(losses.len(), 0.0);
    split(measure, losses, tail, scenarios);
    if measure.is_deviation() {
        let mean = sum(scenarios) / scenarios.len() as f64;
        scenarios.iter_mut().for_each(|weight| *weight -= mean);
    }
    decomposition.report.budget.clear();
    decomposition.hand_out(returns, weights.as_slice());
    Ok(())
}

impl Decomposition {
    /// The report that follows from the scenario weights.
    pub(crate) fn hand_out(&mut self, returns: &Returns, weights: &[f64]) {
        let Self { report: RiskReport { risk, marginal, component, share, .. }, scenario_weights } = self;
        marginal.clear();
        marginal.extend((0..returns.assets()).map(|asset| -dot(returns.column(asset), scenario_weights)));
        component.clear();
        component.extend(marginal.iter().zip(weights).map(|(marginal, weight)| marginal * weight));
        *risk = component.iter().sum();
        let scale = if *risk == 0.0 { 0.0 } else { 1.0 / *risk };
        share.clear();
        share.extend(component.iter().map(|component| component * scale));
    }
}

/// The risk of losses, and the scenario weights that attain it; deviations from the mean are not yet weights
/// of losses, because their own mean is still to be taken off. Under CDaR the losses become drawdowns.
pub(crate) fn split(
    measure: RiskMeasure,
    losses: &mut [f64],
    scratch: &mut TailScratch,
    weights: &mut [f64],
) -> f64 {
    let count = losses.len() as f64;
    match measure {
        RiskMeasure::Cvar { confidence } => {
            tail_weights(losses, confidence.tail(), scratch, weights);
            dot(weights, losses)
        }
        RiskMeasure::Cdar { confidence } => {
            drawdowns(losses);
            tail_weights(losses, confidence.tail(), scratch, weights);
            let risk = dot(weights, losses);
            spread(losses, weights);
            risk
        }
        RiskMeasure::Mad => {
            let mean = sum(losses) / count;
            let mut total = 0.0;
            for (weight, loss) in weights.iter_mut().zip(losses.iter()) {
                let deviation = loss - mean;
                total += deviation.abs();
                *weight = if deviation == 0.0 { 0.0 } else { deviation.signum() / count };
            }
            total / count
        }
        RiskMeasure::SemiDeviation => {
            let mean = sum(losses) / count;
            for (weight, loss) in weights.iter_mut().zip(losses.iter()) {
                *weight = (loss - mean).max(0.0);
            }
            let risk = (dot(weights, weights) / (count - 1.0)).sqrt();
            let scale = if risk > 0.0 { 1.0 / ((count - 1.0) * risk) } else { 0.0 };
            weights.iter_mut().for_each(|weight| *weight *= scale);
            risk
        }
        RiskMeasure::Evar { confidence } => Entropic::minimise(losses, confidence.tail(), 0.0, weights).risk,
    }
}
