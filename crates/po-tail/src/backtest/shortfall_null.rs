//! How losses beyond the value at risk are distributed, were the forecasts right.

use po_core::{Confidence, InputError};
use statrs::function::gamma::ln_gamma;

use super::forecasts::{check_tail, finite};
use super::law::{normal_beyond, student_beyond, upper_quantile};
use super::monte_carlo::Random;
use crate::Error;

/// How losses are distributed under the null of a test of expected shortfall.
///
/// A location-scale family is pinned down by each day's forecasts of value at risk and expected shortfall, so
/// no other parameter is needed:
///
/// ```text
/// loss_t = VaR_t + (CVaR_t - VaR_t) u_t,  u = (z - VaR(z)) / (CVaR(z) - VaR(z))
/// ```
///
/// with the standardised loss z of the family; a day is a violation with the probability of the tail, and then
/// u has mean 1.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum ShortfallNull {
    /// Normal losses.
    Normal,
    /// Student's t.
    Student {
        /// The degrees of freedom, more than 1; the fewer, the heavier the tail.
        degrees: f64,
    },
    /// Those of the sample: its standardised excesses over the value at risk are drawn again, scaled to mean 1.
    /// Poor with few violations.
    Exceedances,
    /// Those of a sample of standardised losses or residuals, positive where there is a loss, of any location
    /// and scale: what lies beyond its quantile is drawn, scaled to mean 1.
    Scenarios(Vec<f64>),
}

/// Student's t with five degrees of freedom, about as heavy as daily returns.
impl Default for ShortfallNull {
    fn default() -> Self {
        Self::Student { degrees: 5.0 }
    }
}

/// Up to this quantile, variables beyond it are common enough to be waited for; the tail's own method needs a tail.
const NEAR: f64 = 0.5;

/// With so many degrees, Student's distribution is the normal one to seven digits, and its formulas have no more.
const NORMAL: f64 = 1e7;

/// The excess of a violation in units of its expectation.
#[derive(Debug)]
pub(super) enum Excess {
    Normal { quantile: f64, mean: f64 },
    Student { degrees: f64, quantile: f64, mean: f64 },
    Values(Vec<f64>),
}

impl Excess {
    /// `excesses`: those of the sample.
    pub(super) fn new(
        null: &ShortfallNull,
        confidence: Confidence,
        excesses: impl Iterator<Item = f64>,
    ) -> Result<Self, Error> {
        let tail = confidence.tail();
        match null {
            ShortfallNull::Normal => {
                check_tail(confidence)?;
                let quantile = upper_quantile(tail, normal_beyond);
                let density = (-0.5 * quantile * quantile).exp() / std::f64::consts::TAU.sqrt();
                Ok(Self::Normal { quantile, mean: density / tail })
            }
            &ShortfallNull::Student { degrees } => {
                if !(degrees > 1.0 && degrees < f64::INFINITY) {
                    let (name, expected) = ("the degrees of freedom", "a finite number above 1");
                    return Err(InputError::OutOfRange { name, value: degrees, expected }.into());
                }
                if degrees >= NORMAL {
                    return Self::new(&ShortfallNull::Normal, confidence, excesses);
                }
                check_tail(confidence)?;
                let quantile = upper_quantile(tail, |value| student_beyond(value, degrees));
                // The mean beyond the quantile, by parts, over the density that the tail has there.
                let mean = student_density(quantile, degrees) / tail * (degrees + quantile * quantile)
                    / (degrees - 1.0);
                Ok(Self::Student { degrees, quantile, mean })
            }
            ShortfallNull::Exceedances => Ok(Self::Values(scaled(excesses.collect()))),
            ShortfallNull::Scenarios(losses) => {
                finite("scenario", losses)?;
                let mut losses = losses.clone();
                losses.sort_unstable_by(f64::total_cmp);
                // The quantile is the least loss whose share of losses up to it is the confidence, or more.
                let place = (losses.len() as f64 * confidence.level() * (1.0 - 1e-12)).ceil() as usize;
                let place = place.saturating_sub(1).min(losses.len().saturating_sub(1));
                let quantile = losses.get(place).copied().unwrap_or(0.0);
                let beyond: Vec<f64> =
                    losses.iter().map(|loss| loss - quantile).filter(|excess| *excess > 0.0).collect();
                if beyond.is_empty() {
                    let what = "the scenarios beyond their value at risk";
                    return Err(Error::TooFew { what, needed: 1, actual: 0 });
                }
                Ok(Self::Values(scaled(beyond)))
            }
        }
    }

    pub(super) fn draw(&self, random: &mut Random) -> f64 {
        match self {
            Self::Values(values) => values[random.below(values.len())],
            &Self::Normal { quantile, mean } if quantile < NEAR => {
                let value = beyond(quantile, || (-2.0 * random.positive().ln()).sqrt() * random.cosine());
                (value - quantile) / (mean - quantile)
            }
            // Bailey (1994): as Box and Muller's, with a Pareto radius.
            &Self::Student { degrees, quantile, mean } if quantile < NEAR => {
                let radius = |u: f64| (degrees * (-2.0 / degrees * u.ln()).exp_m1()).sqrt();
                let value = beyond(quantile, || radius(random.positive()) * random.cosine());
                (value - quantile) / (mean - quantile)
            }
            // Marsaglia (1964): beyond a point, a normal variable is a Rayleigh one, accepted in proportion to 1 / x.
            &Self::Normal { quantile, mean } => loop {
                let value = (quantile * quantile - 2.0 * random.positive().ln()).sqrt();
                if random.uniform() * value <= quantile {
                    break (value - quantile) / (mean - quantile);
                }
            },
            // The same for Student's t: x² + ν is a Pareto variable, accepted in proportion to √(1 + ν / x²).
            &Self::Student { degrees, quantile, mean } => loop {
                let square = quantile * quantile;
                let value = (square + degrees) * random.positive().powf(-2.0 / degrees) - degrees;
                let accepted = ((1.0 + degrees / value) / (1.0 + degrees / square)).sqrt();
                if random.uniform() <= accepted {
                    break (value.sqrt() - quantile) / (mean - quantile);
                }
            },
        }
    }
}

/// The first of the draws that lies beyond the quantile on either side, as its distance from zero.
fn beyond(quantile: f64, mut draw: impl FnMut() -> f64) -> f64 {
    loop {
        let value = draw().abs();
        if value > quantile {
            break value;
        }
    }
}

/// Scales to mean 1. Of nothing, as in a sample without violations, it makes a lonely 1: then every statistic is as
/// high as it can be, whatever is drawn.
fn scaled(mut values: Vec<f64>) -> Vec<f64> {
    if values.is_empty() {
        values.push(1.0);
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter_mut().for_each(|value| *value /= mean);
    values
}

fn student_density(value: f64, degrees: f64) -> f64 {
    let constant = ln_gamma(0.5 * (degrees + 1.0))
        - ln_gamma(0.5 * degrees)
        - 0.5 * (degrees * std::f64::consts::PI).ln();
    (constant - 0.5 * (degrees + 1.0) * (value * value / degrees).ln_1p()).exp()
}
