//! Damped Newton steps, for what coordinate descent is slow at.

use std::iter::zip;

use crate::correlations::{Correlations, multiply};
use crate::lanes::{Eight, LANES, blocks, numbers, numbers_mut, padding};

/// A portfolio whose variance is this small a part of what it would be if nothing hedged is without risk.
///
/// Of a double precision number, three digits are left then.
pub(crate) const RISKLESS: f64 = 1e-13;

/// Relative moves up to this size are made in full: the Newton step converges quadratically from here.
const NEAR: f64 = 0.05;

/// Steps without progress after which rounding is all that is left: far from the solution, and near to it.
const IDLE: [usize; 2] = [30, 3];

/// Evaluations of the slope along a direction.
const SEARCH: usize = 8;

/// What Newton's method remembers.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewtonScratch {
    /// C y.
    product: Vec<Eight>,
    /// `b / y - C y`.
    descent: Vec<Eight>,
    /// `b / y²`.
    curvature: Vec<Eight>,
    /// The step that would be taken in full.
    step: Vec<Eight>,
}

/// How Newton's method ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Newton {
    /// The residual is within the goal.
    Near,
    /// The iterations are used up.
    Limit,
    /// Rounding leaves no further progress.
    Stalled,
    /// The assets can hedge each other without any risk left: there is no solution.
    Riskless {
        /// The variance of the hedge in units of that of the same weights with all correlations one.
        ratio: f64,
    },
    /// The portfolio has a negative variance.
    Negative {
        /// In the same units.
        ratio: f64,
    },
    /// C is not positive semidefinite; the first asset that shows it, if there is one to blame.
    Indefinite {
        /// The place of that asset among those with a budget.
        place: Option<usize>,
    },
}

/// Minimises `½ y'C y - Σ b ln y` over all coordinates at once; tells the iterations that took.
///
/// # Source
/// Spinu (2013), An Algorithm for Computing Risk Parity Weights, with the exact minimum along each direction in place
/// of his fixed damping `1 / (1 + δ)`, where the search begins.
pub(crate) fn minimise<C: Correlations>(
    correlations: &mut C,
    len: usize,
    budget: &[Eight],
    y: &mut [Eight],
    scratch: &mut NewtonScratch,
    (goal, limit): (f64, usize),
) -> (Newton, usize) {
    let NewtonScratch { product, descent, curvature, step } = scratch;
    for vector in [&mut *product, &mut *descent, &mut *curvature, &mut *step] {
        vector.clear();
        vector.resize(blocks(len), Eight::default());
    }
    let (mut best, mut idle, mut near) = (f64::INFINITY, 0, false);
    for iteration in 0..=limit {
        multiply(correlations, y, product);
        let (variance, gross) = zip(numbers(y, len), numbers(product, len))
            .fold((0.0, 0.0), |(variance, gross), (y, p)| (variance + y * p, gross + y));
        let ratio = variance / (gross * gross);
        if !ratio.is_finite() {
            // Correlations that overflow are those of no covariance; the decomposition finds the first of them.
            let place = correlations.decompose(curvature).err().flatten();
            return (Newton::Indefinite { place }, iteration);
        }
        if ratio <= RISKLESS {
            return (without_risk(ratio), iteration);
        }
        // Along a ray the objective is least where the variance is one.
        let scale = 1.0 / variance.sqrt();
        let mut residual: f64 = 0.0;
        for place in places(len) {
            let (y, p, b) = (at(y, place) * scale, at(product, place) * scale, at(budget, place));
            residual = residual.max((y * p - b).abs());
            put(descent, place, b / y - p);
            put(curvature, place, b / (y * y));
        }
        y.iter_mut().flat_map(|eight| &mut eight.0).for_each(|y| *y *= scale);
        if residual <= goal {
            return (Newton::Near, iteration);
        }
        idle = if residual < best { 0 } else { idle + 1 };
        best = best.min(residual);
        if idle >= IDLE[usize::from(near)] {
            return (Newton::Stalled, iteration);
        }
        if iteration == limit {
            break;
        }
        if let Err(place) = correlations.decompose(curvature) {
            return (Newton::Indefinite { place }, iteration);
        }
        correlations.solve(descent, step);
        let damped = length_of(y, descent, curvature, step, len);
        near = damped.is_none();
        let length = damped.unwrap_or(1.0);
        for (y, step) in zip(numbers_mut(y, len), numbers(step, len)) {
            *y += length * step;
        }
    }
    (Newton::Limit, limit)
}

/// What a variance that is not positive says; rounding alone takes zero a little below zero.
pub(crate) fn without_risk(ratio: f64) -> Newton {
    if ratio < -RISKLESS { Newton::Negative { ratio } } else { Newton::Riskless { ratio: ratio.max(0.0) } }
}

/// How much of a step to take to minimise the objective along it; none near the solution, where all of it is taken.
///
/// With `u = d / y` for the step d, the slope after a part t is `y'C d + t d'C d - Σ b u / (1 + t u)`; it grows with t.
fn length_of(y: &[Eight], descent: &[Eight], curvature: &[Eight], step: &[Eight], len: usize) -> Option<f64> {
    let all = || {
        let left = zip(numbers(y, len), numbers(step, len));
        zip(left, zip(numbers(descent, len), numbers(curvature, len)))
    };
    // d'H d = descent'd, so that d'C d = descent'd - Σ b u².
    let (mut largest, mut shrinking, mut fall, mut logarithmic, mut linear) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for ((y, d), (g, curvature)) in all() {
        let u = d / y;
        largest = f64::max(largest, u.abs());
        shrinking = f64::max(shrinking, -u);
        fall += g * d;
        logarithmic += curvature * d * d;
        linear += curvature * y * d;
    }
    if largest <= NEAR {
        return None;
    }
    let quadratic = fall - logarithmic;
    // The slope of y'C y / 2 along the step at its beginning.
    let start = linear - fall;
    let bound = if shrinking > 0.0 { 1.0 / shrinking } else { f64::INFINITY };
    let (mut low, mut high) = (0.0, bound);
    let mut part = 1.0 / (1.0 + largest);
    for _ in 0..SEARCH {
        let (mut slope, mut bend) = (start + part * quadratic, quadratic);
        for ((y, d), (_, curvature)) in all() {
            let ratio = d / (1.0 + part * d / y);
            slope -= curvature * y * ratio;
            bend += curvature * ratio * ratio;
        }
        if slope < 0.0 {
            low = part;
        } else {
            high = part;
        }
        let next = part - slope / bend;
        let inside = next > low && next < high;
        let between = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * part };
        part = if inside { next } else { between };
        if slope.abs() < 0.1 * fall {
            break;
        }
    }
    // Never all the way to the edge of the positive numbers.
    Some(part.min(0.99 * bound))
}

/// The block and the lane of each number behind the padding.
fn places(len: usize) -> impl Iterator<Item = (usize, usize)> {
    let padding = padding(len);
    (padding..padding + len).map(|place| (place / LANES, place % LANES))
}

fn at(eights: &[Eight], (block, lane): (usize, usize)) -> f64 {
    eights[block].0[lane]
}

fn put(eights: &mut [Eight], (block, lane): (usize, usize), value: f64) {
    eights[block].0[lane] = value;
}
