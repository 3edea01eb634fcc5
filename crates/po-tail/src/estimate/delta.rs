//! Standard errors of the models that have parameters, and of conditional value at risk.

use po_core::Confidence;

use super::cornish_fisher;
use super::distribution::{normal_tail, student_tail};
use super::moments::{Central, mean_and_deviation};
use super::{StudentTFit, TailRisk};
use crate::Error;

/// Of the normal distribution: mean and standard deviation are independent, with variances of `σ²/T` and `σ²/(2T)`.
pub(super) fn normal(returns: &[f64], confidence: Confidence) -> TailRisk {
    let (_, deviation) = mean_and_deviation(returns);
    let (quantile, beyond) = normal_tail(confidence.tail());
    let error = |factor: f64| deviation * ((1.0 + 0.5 * factor * factor) / returns.len() as f64).sqrt();
    TailRisk { var: error(quantile), cvar: error(beyond) }
}

/// Of Student's t, from the observed information.
pub(super) fn student_t(
    fit: &StudentTFit,
    returns: &[f64],
    confidence: Confidence,
) -> Result<TailRisk, Error> {
    if fit.degrees.is_infinite() {
        return Ok(normal(returns, confidence));
    }
    let Some(covariance) = fit.covariance(returns) else {
        let expected = "a fit between its bounds, or an interval by bootstrap";
        return Err(Error::Model { model: "Student's t at the bound of its degrees of freedom", expected });
    };
    let tail = confidence.tail();
    let inverse = 1.0 / fit.degrees;
    // By differences, relative to the inverse degrees; it may pass one half a little, where the mean is still finite.
    let width = 1e-5 * inverse;
    let (above, below) =
        (student_tail(tail, 1.0 / (inverse + width)), student_tail(tail, 1.0 / (inverse - width)));
    let (quantile, beyond) = student_tail(tail, fit.degrees);
    let gradient = |factor: f64, above: f64, below: f64| {
        [-1.0, fit.scale * factor, fit.scale * (above - below) / (2.0 * width)]
    };
    let error = |gradient: [f64; 3]| {
        let mut sum = 0.0;
        for (row, a) in covariance.iter().zip(gradient) {
            sum += a * row.iter().zip(gradient).map(|(entry, b)| entry * b).sum::<f64>();
        }
        sum.sqrt()
    };
    Ok(TailRisk {
        var: error(gradient(quantile, above.0, below.0)),
        cvar: error(gradient(beyond, above.1, below.1)),
    })
}

/// Of the expansions: each return moves the four moments, and these the risk.
pub(super) fn cornish_fisher(
    returns: &[f64],
    matched: bool,
    confidence: Confidence,
) -> Result<TailRisk, Error> {
    let central = Central::of(returns);
    let Central { mean, second, third, fourth } = central;
    let risk = |moved: Central| cornish_fisher::of_moments(&moved, matched, confidence);
    // By half of a step to either side of each moment, in units of its own.
    let deviation = second.sqrt();
    let steps = [deviation, second, second * deviation, second * second].map(|unit| 1e-5 * unit);
    let mut slopes = [(0.0, 0.0); 4];
    for (place, (slope, step)) in slopes.iter_mut().zip(steps).enumerate() {
        let at = |step: f64| {
            let mut values = [mean, second, third, fourth];
            values[place] += step;
            let [mean, second, third, fourth] = values;
            risk(Central { mean, second, third, fourth })
        };
        let (above, below) = (at(step)?, at(-step)?);
        *slope = ((above.var - below.var) / (2.0 * step), (above.cvar - below.cvar) / (2.0 * step));
    }
    let (mut var, mut cvar) = (0.0, 0.0);
    for value in returns {
        let d = value - mean;
        let influence = [
            d,
            d * d - second,
            d * d * d - third - 3.0 * second * d,
            d * d * d * d - fourth - 4.0 * third * d,
        ];
        let of_var: f64 = influence.iter().zip(slopes).map(|(moment, slope)| moment * slope.0).sum();
        let of_cvar: f64 = influence.iter().zip(slopes).map(|(moment, slope)| moment * slope.1).sum();
        var += of_var * of_var;
        cvar += of_cvar * of_cvar;
    }
    let count = returns.len() as f64;
    Ok(TailRisk { var: var.sqrt() / count, cvar: cvar.sqrt() / count })
}

/// Of conditional value at risk of a sample: losses in order, the greatest first, beside their weights.
///
/// `observations` is the number of returns of equal weights that would say as much.
pub(super) fn tail_mean(
    ordered: &[(f64, f64)],
    total: f64,
    risk: TailRisk,
    confidence: Confidence,
    observations: f64,
) -> f64 {
    let mass = confidence.tail() * total;
    let (mut left, mut squares) = (mass, 0.0);
    for &(loss, weight) in ordered {
        let weight = weight.min(left);
        squares += weight * (loss - risk.cvar) * (loss - risk.cvar);
        left -= weight;
        if left <= 0.0 {
            break;
        }
    }
    let gap = risk.cvar - risk.var;
    ((squares / mass + confidence.level() * gap * gap) / (observations * confidence.tail())).sqrt()
}
