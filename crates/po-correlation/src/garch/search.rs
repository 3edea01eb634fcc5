//! The search for the most likely parameters.

use po_core::Status;

use super::likelihood::Likelihood;
use super::optimum::{Objective, Optimum, minimise};
use super::params::{GarchMean, GarchModel};
use super::programme::{Constraint, Matrix, SIZE, Vector};
use super::starts::{SEARCHES, searches, starts};

/// The first weight of a broken bound, in units of the number of returns.
const WEIGHT: f64 = 1e3;

/// A bound on a mean logarithm is met when it is met to this.
const MET: f64 = 1e-8;

/// Rounds after which a bound that is not met never will be: each gains a digit or more.
const ROUNDS: usize = 12;

/// Differences of log-likelihoods that mean nothing.
const ALIKE: f64 = 1e-4;

/// The room for linear constraints.
const MOST: usize = 8;

/// Where a search ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) optimum: Optimum,
    /// What the log-likelihood would gain, per unit, if an EGARCH might expand more; zero inside the bound.
    pub(crate) multiplier: f64,
    /// Whether the bound on the expansion of an EGARCH holds it.
    pub(crate) cornered: bool,
    /// How far beyond that bound it lies.
    excess: f64,
}

impl Found {
    fn settled(&self) -> bool {
        self.optimum.status == Status::Converged
    }

    /// Whether it stands on the bound on the expansion, or inside.
    fn bounded(&self) -> bool {
        self.excess.abs() <= MET || self.excess <= 0.0 && self.multiplier <= 0.0
    }
}

/// Minus the log-likelihood of a model that may not expand, by the method of multipliers (Hestenes 1969,
/// Powell 1969).
///
/// ```text
/// -ℓ + (max(0, m + w x)² - m²) / 2w
/// ```
///
/// with x the expansion of an EGARCH, m the multiplier and w the weight: where x = 0 and m is right, its slope is
/// zero, and inside the bound, with m = 0, it is -ℓ.
struct Bounded<'a> {
    likelihood: Likelihood<'a>,
    multiplier: f64,
    weight: f64,
}

impl Objective for Bounded<'_> {
    fn size(&self) -> usize {
        self.likelihood.free().len()
    }

    fn value(&mut self, point: &Vector, gradient: &mut Vector) -> f64 {
        let look = self.likelihood.look(point);
        let force = (self.multiplier + self.weight * look.expansion).max(0.0);
        *gradient = look.slopes(force).map(|slope| -slope);
        0.5 * (force * force - self.multiplier * self.multiplier) / self.weight - look.log_likelihood
    }
}

/// Searches a sample within linear constraints.
struct Searcher<'a> {
    likelihood: Likelihood<'a>,
    constraints: [Constraint; MOST],
    many: usize,
    iterations: usize,
}

/// The best optimum that the starts lead to, and the steps taken from all of them.
pub(crate) fn search(likelihood: Likelihood<'_>) -> (Found, usize) {
    let constraints = [Constraint { normal: [0.0; SIZE], lower: 0.0 }; MOST];
    let mut searcher = Searcher { likelihood, constraints, many: 0, iterations: 0 };
    likelihood.constraints(|_, constraint| {
        searcher.constraints[searcher.many] = constraint;
        searcher.many += 1;
    });
    (searcher.best(), searcher.iterations)
}

impl<'a> Searcher<'a> {
    /// Of the ends of all searches the most likely optimum; of the ends that are none, only if there is no other:
    /// an EGARCH is ever more likely where a variance vanishes on a return.
    fn best(&mut self) -> Found {
        let model = self.likelihood.params.model;
        let [first, others @ ..] = starts(&self.likelihood);
        let mut ends = [self.from(first, None); SEARCHES];
        let mut many = 1;
        for start in others.into_iter().take(searches(model) - 1) {
            // Inside the bounds a GARCH has one optimum; a bound may hide another.
            if model != GarchModel::Egarch && ends[0].settled() && ends[0].optimum.active == 0 {
                break;
            }
            ends[many] = self.from(start, Some(&ends[0].optimum));
            many += 1;
            ends[..many].sort_by(|a, b| a.optimum.value.total_cmp(&b.optimum.value));
        }
        let mut best = self.finish(ends[0]);
        for pair in ends[..many].windows(2) {
            let [before, next] = [pair[0].optimum.value, pair[1].optimum.value];
            // What is left to do makes an end less likely, never more. The same value is the same end.
            if best.settled() && next >= best.optimum.value || next.to_bits() == before.to_bits() {
                continue;
            }
            let end = self.finish(pair[1]);
            if end.settled() && !(best.settled() && end.optimum.value >= best.optimum.value) {
                best = end;
            }
        }
        best
    }

    /// Brings the end of a search within the bounds, and onto the kink that it may have stopped at.
    fn finish(&mut self, end: Found) -> Found {
        let mut found = self.onto_bound(end);
        if !found.settled() && self.likelihood.params.model == GarchModel::Egarch {
            found = self.on_kink(found);
            found.cornered |= !found.settled() && self.likelihood.look(&found.optimum.point).cornered;
        }
        found
    }

    fn bounded(&self, multiplier: f64) -> Bounded<'a> {
        let weight = WEIGHT * self.likelihood.returns.len() as f64;
        Bounded { likelihood: self.likelihood, multiplier, weight }
    }

    fn minimise(
        &mut self,
        bounded: &mut Bounded<'_>,
        start: Vector,
        curvature: Option<Matrix>,
        known: Option<&Optimum>,
    ) -> Found {
        let optimum = minimise(bounded, start, curvature, &self.constraints[..self.many], known, false);
        self.iterations += optimum.iterations;
        let excess = self.likelihood.look(&optimum.point).expansion;
        Found { optimum, multiplier: bounded.multiplier, cornered: bounded.multiplier > 0.0, excess }
    }

    /// One search, that may end a little beyond the bound on the expansion.
    fn from(&mut self, start: Vector, known: Option<&Optimum>) -> Found {
        let curvature = definite(self.likelihood.information(&start, true), self.likelihood.free().len());
        self.minimise(&mut self.bounded(0.0), start, Some(curvature), known)
    }

    /// Brings what lies beyond the bound on the expansion onto it, or inside.
    fn onto_bound(&mut self, mut found: Found) -> Found {
        let (mut bounded, mut before, mut rounds) = (self.bounded(found.multiplier), f64::INFINITY, 0);
        while !found.bounded() && rounds < ROUNDS {
            let excess = found.excess.abs();
            bounded.multiplier = (bounded.multiplier + bounded.weight * found.excess).max(0.0);
            if excess > 0.1 * before {
                bounded.weight *= 10.0;
            }
            (before, rounds) = (excess, rounds + 1);
            found = self.minimise(&mut bounded, found.optimum.point, None, None);
        }
        if !found.bounded() {
            found.optimum.status = Status::Stalled;
        }
        found
    }

    /// The optimum of an EGARCH over all parameters but the mean, which stands on a return: there the
    /// log-likelihood, a function of |z|, has a kink, and a search that looks for a slope of zero ends nearby.
    fn on_kink(&mut self, near: Found) -> Found {
        if self.likelihood.params.mean != GarchMean::Constant {
            return near;
        }
        let many = self.many;
        for (held, sign) in self.constraints[many..].iter_mut().zip([1.0, -1.0]) {
            held.normal[0] = sign;
            held.lower = sign * near.optimum.point[0];
        }
        self.many += 2;
        let mut found = self.minimise(&mut self.bounded(near.multiplier), near.optimum.point, None, None);
        found = self.onto_bound(found);
        self.many = many;
        found.optimum.active &= (1 << many) - 1;
        if found.settled() && found.optimum.value <= near.optimum.value + ALIKE { found } else { near }
    }
}

/// Lifts a matrix of outer products off singularity.
fn definite(mut matrix: Matrix, size: usize) -> Matrix {
    for (row, entries) in matrix.iter_mut().enumerate().take(size) {
        entries[row] = 1.0001 * entries[row] + 1e-3;
    }
    matrix
}
