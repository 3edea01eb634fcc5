//! Tails of samples whose observations have weights of their own.

use po_core::{Confidence, InputError, RiskError};

use super::{TailRisk, TailScratch};
use crate::Error;

/// How far probabilities may miss a sum of one.
const SUM: f64 = 1e-9;

/// The tail of losses beside their weights, which are put in order, the greatest loss first.
///
/// `total` is the sum of the weights, and `tail` the share of it that is in the tail. Of two observations that could be
/// the quantile it is the lesser loss, as in the unweighted case.
pub(super) fn tail_of(weighted: &mut [(f64, f64)], total: f64, tail: f64) -> TailRisk {
    weighted.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mass = tail * total;
    // What sums of weights are off by; a tail that ends between two observations ends there but for this.
    let rounding = f64::EPSILON * weighted.len() as f64 * total;
    let mut before = 0.0;
    let mut edge = f64::NAN;
    let mut var = f64::NAN;
    let mut inside = 0;
    for (place, &(loss, weight)) in weighted.iter().enumerate() {
        if weight > 0.0 {
            if before < mass - rounding || edge.is_nan() {
                (edge, inside) = (loss, place);
            }
            var = loss;
            before += weight;
            if before > mass + rounding {
                break;
            }
        }
    }
    let excess: f64 = weighted[..inside].iter().map(|&(loss, weight)| weight * (loss - edge)).sum();
    TailRisk { var, cvar: edge + excess / mass }
}

/// Refuses a series that is empty or not finite.
pub(crate) fn check_series(returns: &[f64]) -> Result<(), Error> {
    if returns.is_empty() {
        return Err(InputError::Empty { what: "the series of returns" }.into());
    }
    match returns.iter().position(|value| !value.is_finite()) {
        Some(period) => Err(RiskError::NotFinite { period, value: returns[period] }.into()),
        None => Ok(()),
    }
}

/// Refuses probabilities that are none, or do not belong to the series.
pub(super) fn check_probabilities(returns: &[f64], probabilities: &[f64]) -> Result<(), Error> {
    if probabilities.len() != returns.len() {
        let (expected, actual) = (returns.len(), probabilities.len());
        return Err(InputError::LengthMismatch { what: "the list of probabilities", expected, actual }.into());
    }
    if let Some(&value) = probabilities.iter().find(|value| !(**value >= 0.0 && value.is_finite())) {
        let (name, expected) = ("the probability of a scenario", "a finite number of zero or more");
        return Err(InputError::OutOfRange { name, value, expected }.into());
    }
    let sum: f64 = probabilities.iter().sum();
    if (sum - 1.0).abs() <= SUM {
        Ok(())
    } else {
        Err(InputError::SumNotOne { what: "the probabilities of the scenarios", sum }.into())
    }
}

/// The tail of returns that have probabilities, both of which were checked.
pub(super) fn probable(
    returns: &[f64],
    probabilities: &[f64],
    confidence: Confidence,
    scratch: &mut TailScratch,
) -> TailRisk {
    scratch.weighted.clear();
    scratch.weighted.extend(returns.iter().zip(probabilities).map(|(value, weight)| (0.0 - value, *weight)));
    tail_of(&mut scratch.weighted, probabilities.iter().sum(), confidence.tail())
}

/// The tail of returns whose weights fall with age.
pub(super) fn aged(
    returns: &[f64],
    decay: f64,
    confidence: Confidence,
    scratch: &mut TailScratch,
) -> TailRisk {
    scratch.weighted.clear();
    let (mut weight, mut total) = (1.0, 0.0);
    for value in returns.iter().rev() {
        scratch.weighted.push((0.0 - value, weight));
        total += weight;
        weight *= decay;
    }
    tail_of(&mut scratch.weighted, total, confidence.tail())
}
