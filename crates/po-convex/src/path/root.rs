//! Multipliers at which a condition holds.
// tidy: long because it is one search, told from the condition to the root

use po_core::Status;
use po_core::simd::dot;

use super::condition::{Condition, Sample};
use super::{Evaluation, Multipliers, PathScratch, Request};
use crate::{ActiveSet, Error};

/// A condition that is met to this, in units of its terms, is met.
const MET: f64 = 1e-14;

/// What a condition may be missed by where all is exact but for rounding.
const STRAIGHT: f64 = 1e-12;

/// A bracket this narrow, in units of its upper end, is a point.
const POINT: f64 = 1e-15;

/// Programmes solved, at most, for one condition.
const STEPS: usize = 200;

/// How far, in units of the first guess, multipliers are sought.
const FAR: f64 = 1e9;

/// How near to the beginning of a line, in units of the first guess, multipliers are told from none.
const NEAR: f64 = 1e-14;

/// A condition that is no more positive than this, in units of its terms, where there is hardly any risk, is met.
const LEVEL: f64 = 1e-6;

/// By how much an end that is sought moves at first, and that of a line at most.
const STRIDE: f64 = 4.0;

/// By how much an end that is sought is overshot, in units of the way to where it should be.
const OVERSHOT: f64 = 4.0;

/// Multipliers on a straight line: `from + τ direction`, with τ from zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) from: Multipliers,
    pub(crate) direction: Multipliers,
    /// The greatest τ; infinity for none.
    pub(crate) end: f64,
    /// The order of τ.
    pub(crate) unit: f64,
    pub(crate) origin: Origin<'a>,
}

/// Where a search begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'a> {
    /// At the beginning of the line, from nothing.
    Nothing,
    /// At a τ that may be near, from an active set.
    Active(&'a ActiveSet, f64),
    /// At a τ that may be near, from where the last evaluation ended.
    Last(f64),
}

impl Line<'_> {
    fn at(&self, tau: f64) -> Multipliers {
        let Multipliers { theta, lambda } = self.direction;
        Multipliers { theta: self.from.theta + tau * theta, lambda: self.from.lambda + tau * lambda }
    }
}

/// How a search ended; the evaluation stands in `now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The condition holds.
    Met,
    /// It holds, or is positive, from the beginning of the line.
    Before,
    /// It is negative to the end of the line.
    Beyond,
    /// It is positive from where there is no risk: a ratio to risk has no maximum, and no charge for it is worth paying.
    Riskless,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Low,
    High,
}

/// What is known of a search: the ends of the bracket stand in `low` and `high` of the scratch, and what the last
/// evaluation put out of its place in `now`.
#[derive(Clone, Copy, Debug)]
struct Bracket {
    low: Option<f64>,
    high: Option<f64>,
    /// The side of the last evaluation, how many in succession were on it, and the τ before that on this side.
    side: Side,
    streak: usize,
    before: f64,
    /// By how much an end that is sought moves next.
    growth: f64,
    /// Whether the next τ comes from two solutions on one straight piece, where it is exact unless the piece ends.
    straight: bool,
    /// The order of τ.
    unit: f64,
    /// The least τ: above zero where there is no risk at zero, so that the condition says nothing there.
    least: f64,
}

/// Searches a line for the multipliers at which a condition holds.
///
/// From two solutions, others are taken to be mixtures, or to go on in a straight line, which is exact where all have
/// the same active set.
pub(crate) fn root(
    request: &Request<'_>,
    condition: Condition,
    line: Line<'_>,
    scratch: &mut PathScratch,
) -> Result<Ending, Error> {
    root_within(STEPS, request, condition, line, scratch)
}

/// As [`root`], with so many programmes at most.
pub(super) fn root_within(
    steps: usize,
    request: &Request<'_>,
    condition: Condition,
    line: Line<'_>,
    scratch: &mut PathScratch,
) -> Result<Ending, Error> {
    let near = match line.origin {
        Origin::Nothing => None,
        Origin::Active(_, near) | Origin::Last(near) => Some(near).filter(|near| *near > 0.0),
    };
    let far = line.end.min(FAR * line.unit);
    let first = near.unwrap_or(0.0).min(far);
    let growth = if near.is_some() { 1.01 } else { STRIDE };
    let mut bracket = Bracket {
        low: None,
        high: None,
        side: Side::Low,
        streak: 0,
        before: 0.0,
        growth,
        straight: false,
        unit: near.unwrap_or(line.unit),
        least: 0.0,
    };
    let mut next = first;
    for step in 0..steps {
        if step == 0 {
            match line.origin {
                Origin::Nothing => scratch.evaluate(request, line.at(next), None)?,
                Origin::Active(active, _) => scratch.evaluate(request, line.at(next), Some(active))?,
                Origin::Last(_) => scratch.evaluate_next(request, line.at(next))?,
            }
            if near.is_none() {
                bracket.unit = condition.guess(&scratch.now).unwrap_or(line.unit).min(line.end);
            }
        } else {
            match bracket.nearest(next) {
                Some(side) => scratch.follow(request, line.at(next), side)?,
                None => scratch.evaluate_next(request, line.at(next))?,
            }
        }
        if next <= 0.0 && line.from.theta <= 0.0 && condition.needs_risk() && scratch.is_riskless(request) {
            bracket.least = line.unit / FAR;
            bracket.unit = line.unit;
            next = if bracket.high.is_some() { bracket.least } else { line.unit };
            continue;
        }
        let (value, size) = condition.of(&scratch.now);
        // A limit that is infinite is never met.
        let within = |tolerance: f64| size.is_finite() && value.abs() <= tolerance * size;
        if next <= 0.0 && (value >= 0.0 || within(MET)) && size > 0.0 {
            return Ok(Ending::Before);
        }
        let straight = bracket.straight && within(STRAIGHT) && scratch.continues(&bracket);
        // Beside what has no risk, a ratio may be level: all its places are as good.
        let met = within(if bracket.least > 0.0 { STRAIGHT } else { MET });
        if straight || (met && size > 0.0) {
            return Ok(Ending::Met);
        }
        if next <= bracket.least && bracket.least > 0.0 && value > 0.0 {
            return Ok(if value > LEVEL * size { Ending::Riskless } else { Ending::Met });
        }
        if value < 0.0 && next >= far {
            return Ok(Ending::Beyond);
        }
        if condition.is_endless() && bracket.low.is_some() && scratch.is_greatest(request) {
            return Ok(Ending::Beyond);
        }
        bracket.take(scratch, next, if value > 0.0 { Side::High } else { Side::Low });
        if let (Some(low), Some(high)) = (bracket.low, bracket.high)
            && (high - low <= POINT * high || high <= NEAR * bracket.unit)
        {
            // The weights jump here: between the two ends, all mixtures are optimal.
            let fraction = crossing(condition, &scratch.low, &scratch.high, (0.0, 1.0)).unwrap_or(0.5);
            scratch.mix(request, fraction, line.at(high))?;
            return Ok(Ending::Met);
        }
        next = bracket.next(condition, scratch, far);
    }
    let last = if bracket.low.is_some() { &mut scratch.low } else { &mut scratch.high };
    std::mem::swap(&mut scratch.now, last);
    scratch.now.solution.status = Status::Stalled;
    Ok(Ending::Met)
}

impl Bracket {
    /// Notes an evaluation, which moves from `now` to its side.
    fn take(&mut self, scratch: &mut PathScratch, tau: f64, side: Side) {
        let end = match side {
            Side::Low => {
                std::mem::swap(&mut scratch.now, &mut scratch.low);
                &mut self.low
            }
            Side::High => {
                std::mem::swap(&mut scratch.now, &mut scratch.high);
                &mut self.high
            }
        };
        let old = end.replace(tau);
        self.streak = if side == self.side && old.is_some() { self.streak + 1 } else { 1 };
        self.side = side;
        self.before = old.unwrap_or(tau);
    }

    /// The end that is nearer to τ.
    fn nearest(&self, tau: f64) -> Option<Side> {
        match (self.low, self.high) {
            (Some(low), Some(high)) if tau - low <= high - tau => Some(Side::Low),
            (Some(_), None) => Some(Side::Low),
            (_, Some(_)) => Some(Side::High),
            (None, None) => None,
        }
    }

    /// Where to look next.
    fn next(&mut self, condition: Condition, scratch: &PathScratch, far: f64) -> f64 {
        let onwards = self.onwards(condition, scratch, far);
        let (low, high) = (&scratch.low, &scratch.high);
        self.straight = false;
        // An end that is sought is overshot every other time, to find it.
        let overshot = self.streak % 2 == 1;
        let tau = match (self.low, self.high) {
            (Some(at_low), Some(at_high)) => {
                let one_piece = low.solution.active == high.solution.active;
                let tau = match onwards {
                    Some(tau) if !one_piece && !self.streak.is_multiple_of(3) => {
                        self.straight = true;
                        tau
                    }
                    _ if !one_piece && self.streak >= 3 => {
                        if at_low > 0.0 && at_high > 4.0 * at_low {
                            (at_low * at_high).sqrt()
                        } else {
                            f64::NAN
                        }
                    }
                    _ => {
                        self.straight = true;
                        let fraction = crossing(condition, low, high, (0.0, 1.0)).unwrap_or(0.5);
                        at_low + fraction * (at_high - at_low)
                    }
                };
                if tau > at_low && tau < at_high { tau } else { 0.5 * (at_low + at_high) }
            }
            (Some(low), None) => match onwards {
                Some(tau) if overshot => low + OVERSHOT * (tau - low),
                Some(tau) => {
                    self.straight = true;
                    tau
                }
                None => {
                    let tau = if low > 0.0 { self.growth * low } else { self.unit };
                    // Where the end is sought, the next active set is found from the last one: strides stay small.
                    if !(condition.is_endless() && self.growth >= STRIDE) {
                        self.growth *= self.growth;
                    }
                    tau
                }
            }
            .min(far),
            (None, high) => {
                let high = high.unwrap_or(self.unit);
                match onwards {
                    Some(tau) if overshot => high - OVERSHOT * (high - tau),
                    Some(tau) => {
                        self.straight = true;
                        tau
                    }
                    None => {
                        let tau = high / self.growth;
                        self.growth *= self.growth;
                        // Far below the first guess, the beginning of the line decides.
                        if self.growth < FAR { tau } else { 0.0 }
                    }
                }
                .max(self.least)
            }
        };
        match self.low {
            Some(low) if self.high.is_none() && tau <= low => far,
            _ => tau,
        }
    }

    /// Where the straight line through the last two evaluations on one side meets the condition.
    fn onwards(&self, condition: Condition, scratch: &PathScratch, far: f64) -> Option<f64> {
        let (end, at, limit) = match self.side {
            Side::Low => (&scratch.low, self.low?, self.high.unwrap_or(far)),
            Side::High => (&scratch.high, self.high?, self.low.unwrap_or(0.0)),
        };
        let width = at - self.before;
        if self.streak < 2 || width == 0.0 {
            return None;
        }
        let share = crossing(condition, &scratch.now, end, (1.0, (limit - self.before) / width))?;
        Some(self.before + share * width)
    }
}

impl PathScratch {
    /// Solves into `now`, beginning at the active set of one end of the bracket; iterations add up.
    fn follow(&mut self, request: &Request<'_>, at: Multipliers, side: Side) -> Result<(), Error> {
        let start = match side {
            Side::Low => &self.low.solution,
            Side::High => &self.high.solution,
        };
        self.now.solution.active.places.clone_from(&start.active.places);
        self.now.solution.active.rows.clone_from(&start.active.rows);
        self.now.solution.iterations = self.low.solution.iterations.max(self.high.solution.iterations);
        self.evaluate_next(request, at)
    }

    /// Whether `now` has the active set of the solutions that it was foretold from.
    fn continues(&self, bracket: &Bracket) -> bool {
        let end = if bracket.side == Side::Low { &self.low } else { &self.high };
        end.solution.active == self.now.solution.active
    }
}

/// Which point on the straight line through two solutions, zero at the first and one at the second, meets the
/// condition between two such points; `None` where it does not change its sign.
fn crossing(condition: Condition, a: &Evaluation, b: &Evaluation, (from, to): (f64, f64)) -> Option<f64> {
    let cross = dot(&a.solution.x, &b.force);
    // (x_a - b)'Σ(x_b - b), from the two squares and that of the difference.
    let apart = a.variance - 2.0 * cross + b.variance;
    let tracking_cross = 0.5 * (a.tracking + b.tracking - apart);
    let mix = |a: f64, b: f64, s: f64| a + s * (b - a);
    let square = |a: f64, cross: f64, b: f64, s: f64| {
        let r = 1.0 - s;
        (r * r * a + 2.0 * r * s * cross + s * s * b).max(0.0)
    };
    let value = |s: f64| {
        let at =
            Multipliers { theta: mix(a.at.theta, b.at.theta, s), lambda: mix(a.at.lambda, b.at.lambda, s) };
        let variance = square(a.variance, cross, b.variance, s);
        let tracking = square(a.tracking, tracking_cross, b.tracking, s);
        condition.value(Sample { at, variance, tracking, reward: mix(a.reward, b.reward, s) }).0
    };
    let negative_first = value(from) < 0.0;
    if negative_first == (value(to) < 0.0) {
        return None;
    }
    let (mut first, mut last) = (from, to);
    for _ in 0..120 {
        let middle = 0.5 * (first + last);
        #[expect(clippy::float_cmp, reason = "the interval has no number inside")]
        if middle == first || middle == last {
            break;
        }
        if (value(middle) < 0.0) == negative_first {
            first = middle;
        } else {
            last = middle;
        }
    }
    Some(0.5 * (first + last))
}
