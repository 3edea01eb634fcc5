//! Which periods make up the tail of a portfolio, and with what weight.

use po_core::simd::dot;
use po_core::{Confidence, InputError};

use super::ContributionMeasure;
use crate::estimate::{historical, mean_and_deviation};
use crate::{Error, TailScratch};

/// The half-width of the kernel, in standard deviations at one observation (Epperlein and Smillie 2006).
const WIDTH: f64 = 2.575;

/// Writes the weight of each period in the historical risk of the portfolio; scenarios of equal loss share theirs.
pub(super) fn exact_periods(
    measure: ContributionMeasure,
    portfolio: &[f64],
    confidence: Confidence,
    tail: &mut TailScratch,
    losses: &mut Vec<f64>,
    periods: &mut Vec<f64>,
) -> Result<(), Error> {
    let risk = historical(portfolio, confidence, tail)?;
    let observations = portfolio.len() as f64;
    let (edge, inner, mass) = match measure {
        ContributionMeasure::Var => (risk.var, 0.0, 1.0),
        ContributionMeasure::Cvar => {
            // As in the measure: a whole number but for rounding is whole, and the tail has one scenario at least.
            let count = observations * confidence.tail();
            let whole = count.round();
            let count = if (count - whole).abs() <= f64::EPSILON * observations { whole } else { count };
            let count = count.clamp(1.0, observations);
            losses.clear();
            losses.extend(portfolio.iter().map(|value| 0.0 - value));
            let rank = (count.ceil() as usize).min(losses.len()) - 1;
            let (_, edge, _) = losses.select_nth_unstable_by(rank, |a, b| b.total_cmp(a));
            (*edge, 1.0 / count, count)
        }
    };
    let losses = || portfolio.iter().map(|value| 0.0 - value);
    let above = losses().filter(|loss| *loss > edge).count() as f64;
    #[expect(clippy::float_cmp, reason = "the edge is one of the losses")]
    let level = losses().filter(|loss| *loss == edge).count() as f64;
    // What the scenarios beyond the edge leave of the tail, shared out among those on it.
    let share = match measure {
        ContributionMeasure::Var => 1.0 / level,
        ContributionMeasure::Cvar => (mass - above) / (mass * level),
    };
    let weight = |loss: f64| {
        if loss > edge {
            inner
        } else if loss < edge {
            0.0
        } else {
            share
        }
    };
    periods.clear();
    periods.extend(losses().map(weight));
    Ok(())
}

/// Writes the weight of each period in value at risk under a kernel about the quantile.
pub(super) fn kernel_periods(
    portfolio: &[f64],
    confidence: Confidence,
    tail: &mut TailScratch,
    periods: &mut Vec<f64>,
) -> Result<(), Error> {
    let var = historical(portfolio, confidence, tail)?.var;
    if portfolio.len() < 2 {
        let what = "the observations for a deviation";
        let observations = portfolio.len();
        return Err(InputError::TooFewObservations { what, observations, required: 2 }.into());
    }
    let (_, deviation) = mean_and_deviation(portfolio);
    let width = WIDTH * deviation * (portfolio.len() as f64).powf(-0.2);
    periods.clear();
    let weight = |value: &f64| {
        let distance = (0.0 - value - var).abs();
        if distance < width { 1.0 - distance / width } else { f64::from(u8::from(distance == 0.0)) }
    };
    periods.extend(portfolio.iter().map(weight));
    scale_to(var, portfolio, periods)
}

/// Writes the weight of each period where the portfolio loses more than a threshold.
pub(super) fn beyond(
    threshold: f64,
    portfolio: &[f64],
    risk: f64,
    periods: &mut Vec<f64>,
) -> Result<(), Error> {
    periods.clear();
    periods.extend(portfolio.iter().map(|value| f64::from(u8::from(0.0 - value > threshold))));
    scale_to(risk, portfolio, periods)
}

/// Scales the weights so that the losses of the portfolio add up to its risk.
fn scale_to(risk: f64, portfolio: &[f64], periods: &mut [f64]) -> Result<(), Error> {
    let lost = 0.0 - dot(periods, portfolio);
    let factor = risk / lost;
    if !(factor > 0.0 && factor.is_finite()) && risk != 0.0 {
        let name = "the loss of the scenarios that share out the risk";
        let expected = "a loss of the sign of the risk";
        return Err(InputError::OutOfRange { name, value: lost, expected }.into());
    }
    let factor = if risk == 0.0 { 0.0 } else { factor };
    periods.iter_mut().for_each(|weight| *weight *= factor);
    Ok(())
}
