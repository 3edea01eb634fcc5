//! Intervals by profile likelihood, whatever the likelihood.

use po_core::Confidence;
use statrs::distribution::{ContinuousCDF, Normal};

use super::symmetric::Definite;

/// Steps of the search for an end.
const END_STEPS: usize = 200;

/// Steps of the search for the best nuisance parameters at each.
const STEPS: usize = 80;

/// How exactly an end is met, in standard deviations.
const MET: f64 = 1e-10;

/// After a step that promises less than this, the next is below rounding.
const LAST_GAIN: f64 = 1e-9;

/// How far one step may go beyond what has been tried.
const STRETCH: f64 = 2.0;

/// So many times the standard error from the estimate, an end without a limit counts as infinite.
const FAR: f64 = 1e9;

/// How much of the promised gain a step has to bring.
const ARMIJO: f64 = 1e-4;

/// The log-likelihood about one point: a parameter of interest and `K` nuisance parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point<const K: usize> {
    pub(super) value: f64,
    /// By the parameter of interest.
    pub(super) slope: f64,
    pub(super) bend: f64,
    /// By the nuisance parameters.
    pub(super) gradient: [f64; K],
    pub(super) hessian: [[f64; K]; K],
    /// By one of either.
    pub(super) cross: [f64; K],
}

/// A likelihood as a function of interest and nuisance; none outside its domain.
pub(super) trait Likelihood<const K: usize> {
    fn at(&mut self, interest: f64, nuisance: &[f64; K]) -> Option<Point<K>>;
}

/// How many standard deviations a two-sided interval of this confidence reaches.
pub(super) fn deviations(confidence: Confidence) -> f64 {
    // From the tail, which keeps its digits.
    -Normal::standard().inverse_cdf(0.5 * confidence.tail())
}

/// Both ends of the interval about the greatest likelihood, at `interest` and `nuisance`, between two limits; a limit
/// where the likelihood does not fall so far.
pub(super) fn ends<const K: usize>(
    likelihood: &mut impl Likelihood<K>,
    interest: f64,
    nuisance: [f64; K],
    confidence: Confidence,
    limits: [f64; 2],
) -> Option<[f64; 2]> {
    let target = deviations(confidence);
    let centre = likelihood.at(interest, &nuisance)?;
    let lower = end(likelihood, (interest, nuisance, centre), -target, limits[0]);
    let upper = end(likelihood, (interest, nuisance, centre), target, limits[1]);
    Some([lower, upper])
}

/// Newton's method on the signed root of the likelihood ratio, which is nearly a straight line, kept between a place
/// inside the interval and one outside.
fn end<const K: usize>(
    likelihood: &mut impl Likelihood<K>,
    (start, nuisance, centre): (f64, [f64; K], Point<K>),
    target: f64,
    limit: f64,
) -> f64 {
    let direction = target.signum();
    // Distances from the centre.
    let reach = (limit - start).abs();
    let (mut inside, mut outside) = (0.0, f64::INFINITY);
    let mut best = nuisance;
    let mut along = along(&centre);
    let curvature = -(centre.bend + dot(&centre.cross, &along));
    let first = target.abs() / curvature.max(f64::MIN_POSITIVE).sqrt();
    let mut distance = first.min(0.5 * reach);
    let (mut at, mut longest) = (0.0, f64::INFINITY);
    for _ in 0..END_STEPS {
        let place = start + direction * distance;
        let mut guess = best;
        for (guess, along) in guess.iter_mut().zip(&along) {
            *guess += direction * (distance - at) * along;
        }
        // Where the guess lies outside the domain, the last best may not.
        let found = maximise(likelihood, place, guess).or_else(|| maximise(likelihood, place, best));
        let Some((found, point)) = found else {
            // The step was too long for the guess; what lies there is not known to be outside.
            longest = 0.5 * (distance - inside);
            distance = inside + longest;
            if longest <= MET * distance {
                return place;
            }
            continue;
        };
        let root = (2.0 * (centre.value - point.value)).max(0.0).sqrt();
        let miss = target.abs() - root;
        if miss.abs() < MET {
            return place;
        }
        if miss > 0.0 {
            inside = distance;
            longest *= 2.0;
            (best, along, at) = (found, self::along(&point), distance);
        } else {
            outside = distance;
        }
        // The envelope: what the nuisance parameters give way does not count.
        let slope = -direction * point.slope / root;
        let newton = distance + miss / slope;
        if miss > 0.0 && distance >= reach {
            return limit;
        }
        if outside.is_finite() && outside - inside <= MET * MET * outside {
            return place;
        }
        // Where nothing outside is known yet, a step goes no further than the limit, and not much beyond the last.
        let farthest = outside.min(reach).min(inside * (1.0 + STRETCH) + first).min(inside + longest);
        distance = if newton > inside && newton < farthest {
            newton
        } else if outside.is_finite() {
            farthest.min(0.5 * (inside + outside))
        } else {
            farthest
        };
        if distance > first * FAR {
            return limit;
        }
    }
    start + direction * inside
}

/// How the best nuisance parameters move with the parameter of interest.
fn along<const K: usize>(point: &Point<K>) -> [f64; K] {
    Definite::of_negative(&point.hessian).solve(&point.cross)
}

/// The nuisance parameters of the greatest likelihood, by Newton's method with steps that are cut until they gain.
pub(super) fn maximise<const K: usize>(
    likelihood: &mut impl Likelihood<K>,
    interest: f64,
    mut nuisance: [f64; K],
) -> Option<([f64; K], Point<K>)> {
    let mut point = likelihood.at(interest, &nuisance).filter(|point| point.value.is_finite())?;
    for _ in 0..STEPS {
        let step = Definite::of_negative(&point.hessian).solve(&point.gradient);
        let gain = dot(&step, &point.gradient);
        if gain <= f64::EPSILON * f64::EPSILON {
            break;
        }
        let mut cut = 1.0;
        let next = loop {
            let mut trial = nuisance;
            for (trial, step) in trial.iter_mut().zip(&step) {
                *trial += cut * step;
            }
            let there = likelihood.at(interest, &trial);
            let enough =
                |there: &Point<K>| there.value >= point.value + ARMIJO * cut * gain - rounding(&point);
            if let Some(there) = there.filter(enough) {
                break Some((trial, there));
            }
            cut *= 0.5;
            if cut < f64::EPSILON {
                break None;
            }
        };
        let Some((trial, there)) = next else { break };
        (nuisance, point) = (trial, there);
        if gain < LAST_GAIN {
            break;
        }
    }
    Some((nuisance, point))
}

/// What the value of a likelihood may be off by.
fn rounding<const K: usize>(point: &Point<K>) -> f64 {
    1e-13 * (1.0 + point.value.abs())
}

fn dot<const K: usize>(a: &[f64; K], b: &[f64; K]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
