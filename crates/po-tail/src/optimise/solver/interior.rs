//! A primal-dual interior-point method for programmes in conditional value at risk.

use super::iterate::Iterate;
use super::newton::Newton;
use super::residuals::Residuals;
use super::restricted::Restricted;

/// More iterations than any programme has needed.
const ITERATIONS: usize = 100;

/// How far of the way to the boundary a step goes.
const SHORT: f64 = 0.995;

/// Working memory of the method, and where it ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Interior {
    pub(super) at: Iterate,
    pub(super) missing: Residuals,
    newton: Newton,
    pub(super) iterations: usize,
    /// The gap that is left, in the units of the restricted programme.
    pub(super) gap: f64,
}

impl Interior {
    /// Goes on from the start that stands in `at` until the gap is below `tolerance`; false where it can get no further.
    ///
    /// # Source
    /// Mehrotra (1992), On the implementation of a primal-dual interior point method.
    pub(super) fn solve(&mut self, problem: &Restricted, tolerance: f64) -> bool {
        let Self { at, missing, newton, iterations, gap } = self;
        let quadratic = problem.is_quadratic();
        let mut best = f64::INFINITY;
        let mut stalled = 0;
        for _ in 0..ITERATIONS {
            at.residuals(problem, missing);
            let (product, count) = at.centrality();
            let scale = at.objective(problem).abs().max(1.0);
            *gap = product / scale;
            let error = gap.max(missing.primal).max(missing.dual);
            if error <= tolerance {
                return true;
            }
            stalled = if error < 0.9 * best { 0 } else { stalled + 1 };
            best = best.min(error);
            if stalled > 12 || !error.is_finite() {
                return false;
            }
            *iterations += 1;
            if newton.factor(problem, at).is_err() {
                return false;
            }
            at.pairs_mut().for_each(|pairs| pairs.aim(0.0, false));
            if newton.direct(problem, missing, at).is_err() {
                return false;
            }
            let (primal, dual) = longest(at, quadratic);
            let (primal, dual) = (primal.min(1.0), dual.min(1.0));
            let after: f64 = at.pairs().map(|pairs| pairs.product_after(primal, dual)).sum();
            let mu = product / count as f64;
            let centring = (after / product).powi(3);
            at.pairs_mut().for_each(|pairs| pairs.aim(centring * mu, true));
            if newton.direct(problem, missing, at).is_err() {
                return false;
            }
            let (primal, dual) = longest(at, quadratic);
            let (primal, dual) = ((SHORT * primal).min(1.0), (SHORT * dual).min(1.0));
            at.advance(primal, dual);
        }
        false
    }
}

/// The longest steps that keep slacks and prices positive; one for both where the objective is quadratic.
fn longest(at: &Iterate, quadratic: bool) -> (f64, f64) {
    let (mut primal, mut dual) = (f64::INFINITY, f64::INFINITY);
    at.pairs().for_each(|pairs| pairs.shorten(&mut primal, &mut dual));
    if quadratic {
        primal = primal.min(dual);
        dual = primal;
    }
    (primal, dual)
}
