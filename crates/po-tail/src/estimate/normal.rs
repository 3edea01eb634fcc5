//! The tail of a normal distribution.

use po_core::{Confidence, InputError};

use super::TailRisk;
use super::distribution::normal_tail;
use super::moments::mean_and_deviation;
use crate::Error;

/// The tail of the normal distribution with a mean and a standard deviation.
pub(crate) fn normal(mean: f64, deviation: f64, confidence: Confidence) -> TailRisk {
    let (var, cvar) = normal_tail(confidence.tail());
    TailRisk { var, cvar }.rescaled(mean, deviation)
}

/// The tail of the normal distribution that has the moments of a series, which was checked.
pub(super) fn fitted(returns: &[f64], confidence: Confidence) -> Result<TailRisk, Error> {
    if returns.len() < 2 {
        let what = "the observations for a deviation";
        return Err(InputError::TooFewObservations { what, observations: returns.len(), required: 2 }.into());
    }
    let (mean, deviation) = mean_and_deviation(returns);
    Ok(normal(mean, deviation, confidence))
}

/// The tail of the standard normal distribution.
pub(crate) fn standard_normal(confidence: Confidence) -> TailRisk {
    normal(0.0, 1.0, confidence)
}
