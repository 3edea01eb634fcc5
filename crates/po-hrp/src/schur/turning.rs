//! Where the variance of the portfolio stops to fall with gamma.

use crate::Error;

/// Gammas are first tried at about this distance from each other.
const STEP: f64 = 0.1;

/// How near the turning point is found, and over which distance a slope is taken.
const TOLERANCE: f64 = 1e-4;

/// Variances that differ by less than this, relative to themselves, are equal but for rounding.
const ROUNDING: f64 = 1e-13;

/// A gamma and the variance of its portfolio, which is infinite where there is none.
#[derive(Clone, Copy)]
struct Point {
    gamma: f64,
    variance: f64,
}

/// The greatest gamma up to `gamma` before which the variance does not rise: a sweep in even steps up to the first one
/// that raises the variance, then halving of the two steps around it.
///
/// `variance` is asked for the variance at a gamma above zero; `at_zero` is that of hierarchical risk parity.
pub(super) fn turning_point(
    gamma: f64,
    at_zero: f64,
    mut variance: impl FnMut(f64) -> Result<f64, Error>,
) -> Result<f64, Error> {
    let mut at = |gamma: f64| Ok::<_, Error>(Point { gamma, variance: variance(gamma)? });
    let steps = (gamma / STEP).ceil() as usize;
    let width = gamma / steps as f64;
    let mut last = Point { gamma: 0.0, variance: at_zero };
    let mut before = last;
    for step in 1..=steps {
        let next = at(if step == steps { gamma } else { step as f64 * width })?;
        if !next.is_at_most(last) {
            return halve(before, next.gamma, at);
        }
        (before, last) = (last, next);
    }
    let back = if gamma <= TOLERANCE { before } else { at(gamma - TOLERANCE)? };
    if last.is_at_most(back) { Ok(gamma) } else { halve(before, gamma, at) }
}

impl Point {
    fn is_at_most(self, other: Self) -> bool {
        self.variance.is_finite() && self.variance <= other.variance * (1.0 + ROUNDING)
    }
}

/// Halves the interval until the turning point is known, and returns its lower end.
///
/// As long as no gamma above `start` was found good, it is halved beyond the tolerance, up to twice as often.
fn halve(start: Point, end: f64, mut at: impl FnMut(f64) -> Result<Point, Error>) -> Result<f64, Error> {
    let (mut low, mut high) = (start, end);
    let rounds = (2.0 * ((high - low.gamma) / TOLERANCE).log2() + 1.0).ceil().max(1.0);
    for _ in 0..rounds as usize {
        let middle = at(0.5 * (low.gamma + high))?;
        let mut falls = middle.is_at_most(low);
        if falls {
            let back = (middle.gamma - TOLERANCE).max(0.0);
            let back = if back.to_bits() == start.gamma.to_bits() { start } else { at(back)? };
            falls = middle.is_at_most(back);
        }
        if falls {
            low = middle;
        } else {
            high = middle.gamma;
        }
        if low.gamma > start.gamma && middle.variance.is_finite() && high - low.gamma <= TOLERANCE {
            break;
        }
    }
    Ok(low.gamma)
}
