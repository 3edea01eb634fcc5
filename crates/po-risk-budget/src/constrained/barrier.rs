//! The logarithmic barrier under constraints, and the weight of the barrier at which weights sum to what they
//! must.

use po_convex::{ProgramScratch, ProgramSolution, Start};
use po_core::simd::dot;
use po_core::{Covariance, Status};

use super::polytope::Polytope;
use crate::Error;

/// How far towards zero a weight may go at once, as a part of itself.
const REACH: f64 = 0.1;

/// Steps with relative changes below this leave an error that is the square of it.
const QUADRATIC: f64 = 1e-8;

/// Steps with relative changes below this are taken without a look at the objective.
const NEAR: f64 = 1e-3;

/// Halvings of a step.
const HALVINGS: usize = 40;

/// The logarithm of a sum of weights over what it must be that counts as zero.
const EXACT: f64 = 1e-14;

/// The first stride of the search for the weight of the barrier, in its logarithm.
const STRIDE: f64 = 0.5;

/// Strides that double, from the first to one at which the sum no longer changes.
const STRIDES: usize = 12;

/// Memory of the method, and where it ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Barrier {
    pub(crate) weights: Vec<f64>,
    /// The programme at the end: its multipliers are those of the constraints.
    pub(crate) program: ProgramSolution,
    scratch: ProgramScratch,
    /// `c b_i / x_i²` and `-2 c b_i / x_i`: the barrier to second order.
    ridge: Vec<f64>,
    linear: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    step: Vec<f64>,
    trial: Vec<f64>,
    product: Vec<f64>,
    /// Programmes that may still be solved, and where the next begins.
    left: usize,
    start: Start,
}

/// What the barrier is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task<'a> {
    pub(crate) covariance: &'a Covariance,
    pub(crate) polytope: &'a Polytope,
    pub(crate) budget: &'a [f64],
    /// What the weights must sum to.
    pub(crate) sum: f64,
    /// Programmes, at most.
    pub(crate) limit: usize,
}

/// A value of ln c, and the logarithm of the sum of weights over what it must be.
#[derive(Clone, Copy, Debug)]
struct Point {
    place: f64,
    excess: f64,
}

impl Barrier {
    /// Solves from `weights`, which are positive where there is a budget; c, how the search ended, and after
    /// how many programmes. The polytope must not limit the sum itself.
    pub(crate) fn solve(&mut self, task: Task<'_>) -> Result<(f64, Status, usize), Error> {
        self.left = task.limit;
        // The first programme does not know what another call left behind.
        self.start = Start::Cold;
        let compiled = &task.polytope.compiled;
        self.upper.clear();
        // An asset without a budget holds what it must and no more.
        let upper = compiled.lower().iter().zip(compiled.upper()).zip(task.budget);
        self.upper.extend(
            upper.map(|((lower, upper), budget)| if *budget > 0.0 { *upper } else { lower.max(0.0) }),
        );
        self.multiply(task.covariance);
        // Without constraints the variance of the weights is c.
        let mut here = self.point(task, dot(&self.product, &self.weights).ln())?;
        let (mut low, mut high) = (None, None);
        let mut stride = STRIDE;
        for _ in 0..STRIDES {
            *(if here.excess < 0.0 { &mut low } else { &mut high }) = Some(here);
            if here.excess.abs() <= EXACT || (low.is_some() && high.is_some()) {
                break;
            }
            // Without bounds the sum grows with the root of c, so that this is where it should be right; a
            // little more makes it likely to be on the other side.
            let jump = (-2.0 * here.excess).clamp(-stride, stride) - 0.01 * stride * here.excess.signum();
            here = self.point(task, here.place + jump)?;
            stride *= 2.0;
        }
        if here.excess.abs() > EXACT && self.left > 0 {
            let (Some(low), Some(high)) = (low, high) else {
                return Err(Error::SumOutOfReach {
                    reached: task.sum * here.excess.exp(),
                    expected: task.sum,
                });
            };
            here = self.between(task, low, high)?;
        }
        let status = if self.left > 0 { Status::Converged } else { Status::IterationLimit };
        Ok((here.place.exp(), status, task.limit - self.left))
    }

    /// False position between two points, with the value of an end that stays halved (the Illinois rule;
    /// Dowell and Jarratt 1971).
    fn between(&mut self, task: Task<'_>, mut low: Point, mut high: Point) -> Result<Point, Error> {
        let mut here = if low.excess.abs() < high.excess.abs() { low } else { high };
        let mut moved = 0;
        while here.excess.abs() > EXACT && self.left > 0 {
            let place = low.place + (high.place - low.place) * low.excess / (low.excess - high.excess);
            if !(place > low.place && place < high.place) {
                break;
            }
            here = self.point(task, place)?;
            if here.excess < 0.0 {
                low = here;
                high.excess *= if moved < 0 { 0.5 } else { 1.0 };
                moved = -1;
            } else {
                high = here;
                low.excess *= if moved > 0 { 0.5 } else { 1.0 };
                moved = 1;
            }
        }
        Ok(here)
    }

    /// `product = Σ x`.
    fn multiply(&mut self, covariance: &Covariance) {
        self.product.clear();
        self.product
            .extend((0..self.weights.len()).map(|asset| dot(covariance.column(asset), &self.weights)));
    }

    /// Minimises for one c.
    fn point(&mut self, task: Task<'_>, place: f64) -> Result<Point, Error> {
        let c = place.exp();
        while self.left > 0 {
            self.left -= 1;
            if self.advance(task, c)? <= QUADRATIC {
                break;
            }
        }
        Ok(Point { place, excess: (self.weights.iter().sum::<f64>() / task.sum).ln() })
    }

    /// One step of Newton's method; the largest relative change of a weight.
    fn advance(&mut self, task: Task<'_>, c: f64) -> Result<f64, Error> {
        let compiled = &task.polytope.compiled;
        self.ridge.clear();
        self.linear.clear();
        self.lower.clear();
        for ((&x, &budget), &lower) in self.weights.iter().zip(task.budget).zip(compiled.lower()) {
            let force = if budget > 0.0 { c * budget / x } else { 0.0 };
            self.ridge.push(if budget > 0.0 { force / x } else { 0.0 });
            self.linear.push(-2.0 * force);
            self.lower.push(lower.max(if budget > 0.0 { REACH * x } else { 0.0 }));
        }
        let bounds = (self.lower.as_slice(), self.upper.as_slice());
        let program = task.polytope.program(task.covariance, 1.0, (&self.ridge, &self.linear), bounds, &[]);
        program.solve_into(self.start, &mut self.scratch, &mut self.program)?;
        self.start = Start::Warm;
        self.step.clear();
        self.step.extend(self.program.x.iter().zip(&self.weights).map(|(next, weight)| next - weight));
        let relative = |(step, weight): (&f64, &f64)| if *step == 0.0 { 0.0 } else { (step / weight).abs() };
        let moved = self.step.iter().zip(&self.weights).map(relative).fold(0.0, f64::max);
        if moved <= NEAR {
            self.weights.clone_from(&self.program.x);
            return Ok(moved);
        }
        let length = self.length(task, c);
        self.weights.clone_from(if length < 1.0 { &self.trial } else { &self.program.x });
        Ok(moved)
    }

    /// How far along the step the objective falls, by halves; the weights there are left in `trial`.
    fn length(&mut self, task: Task<'_>, c: f64) -> f64 {
        self.multiply(task.covariance);
        let column = |asset: usize| dot(task.covariance.column(asset), &self.step);
        let curved: f64 = self.step.iter().enumerate().map(|(asset, step)| step * column(asset)).sum();
        let slope = dot(&self.product, &self.step);
        let mut length = 1.0;
        for _ in 0..HALVINGS {
            self.trial.clear();
            let moved = self.weights.iter().zip(&self.step).map(|(weight, step)| weight + length * step);
            self.trial.extend(moved);
            let logarithms = self.trial.iter().zip(&self.weights).zip(task.budget);
            let gained: f64 = logarithms
                .map(
                    |((trial, weight), budget)| {
                        if *budget > 0.0 { budget * (trial / weight).ln() } else { 0.0 }
                    },
                )
                .sum();
            if length * (slope + 0.5 * length * curved) <= c * gained {
                break;
            }
            length *= 0.5;
        }
        length
    }
}
