//! The supervisors' three zones.

use std::fmt;

use po_core::{Confidence, InputError};

use super::law::{Binomial, normal_beyond, upper_quantile};

/// The probability of as many violations or fewer from which the yellow zone begins.
const YELLOW: f64 = 0.95;

/// The probability of as many violations or fewer from which the red zone begins.
const RED: f64 = 0.9999;

/// The multipliers of Basel's table 2, for 5 to 9 violations in 250 days at 99 %.
const BASEL: [f64; 5] = [3.40, 3.50, 3.65, 3.75, 3.85];

/// A zone of the supervisors' traffic light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Zone {
    /// No sign of a problem.
    Green,
    /// More violations than in nineteen samples of twenty, were the forecasts right.
    Yellow,
    /// More violations than in all but one sample of ten thousand.
    Red,
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        })
    }
}

/// What the supervisors make of a number of violations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrafficLight {
    /// The zone.
    pub zone: Zone,
    /// The probability of so many violations or fewer, were the forecasts right.
    pub cumulative: f64,
    /// The least number of violations in the yellow zone.
    pub yellow: usize,
    /// The least number of violations in the red zone.
    pub red: usize,
    /// What capital is multiplied by, from 3 in the green to 4 in the red zone.
    pub multiplier: f64,
}

/// The zone of a number of violations.
///
/// ```text
/// yellow from the least x with P(X <= x) >= 95 %, red from the least x with P(X <= x) >= 99.99 %
/// multiplier = 3 Φ⁻¹(β) / Φ⁻¹(1 - x / T), within [3, 4], in the yellow zone
/// ```
///
/// with X binomial. For 250 days at 99 % the multipliers are those of Basel's table, which are the formula's,
/// rounded: it asks how much greater the value at risk of a normal loss would have to be, to be exceeded as
/// often as it should.
///
/// # Errors
/// [`InputError::Empty`] without a day; [`InputError::OutOfRange`] for more violations than days.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{Zone, traffic_light};
///
/// let light = traffic_light(250, 7, Confidence::new(0.99)?)?;
/// assert_eq!((light.zone, light.multiplier), (Zone::Yellow, 3.65));
/// assert_eq!((light.yellow, light.red), (5, 10));
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// Basel Committee on Banking Supervision (1996), Supervisory framework for the use of "backtesting", table 2.
pub fn traffic_light(
    days: usize,
    violations: usize,
    confidence: Confidence,
) -> Result<TrafficLight, InputError> {
    if days == 0 {
        return Err(InputError::Empty { what: "the list of days" });
    }
    if violations > days {
        let (name, expected) = ("the number of violations", "at most the number of days");
        return Err(InputError::OutOfRange { name, value: violations as f64, expected });
    }
    let binomial = Binomial::new(days, confidence.tail(), confidence.level());
    let (mut low, mut high) = (0, 0);
    for (share, zone) in [(YELLOW, &mut low), (RED, &mut high)] {
        // The mode is no farther than one from the median.
        let mut number = binomial.mode().saturating_sub(2);
        while binomial.at_most(number) < share {
            number += 1;
        }
        *zone = number;
    }
    let zone = match violations {
        _ if violations < low => Zone::Green,
        _ if violations < high => Zone::Yellow,
        _ => Zone::Red,
    };
    let multiplier = match zone {
        Zone::Green => 3.0,
        Zone::Red => 4.0,
        Zone::Yellow => match BASEL.get(violations - low) {
            #[expect(clippy::float_cmp, reason = "the table is for this level, and none near it")]
            Some(&multiplier) if days == 250 && confidence.level() == 0.99 => multiplier,
            _ => scaled(violations as f64 / days as f64, confidence),
        },
    };
    Ok(TrafficLight { zone, cumulative: binomial.at_most(violations), yellow: low, red: high, multiplier })
}

/// By how much a normal loss exceeded at this rate must be scaled up to be exceeded as often as it should,
/// times 3.
fn scaled(rate: f64, confidence: Confidence) -> f64 {
    if rate >= 0.5 || confidence.level() <= 0.5 {
        return 4.0;
    }
    let quantile = |tail| upper_quantile(tail, normal_beyond);
    (3.0 * quantile(confidence.tail()) / quantile(rate)).clamp(3.0, 4.0)
}
