//! The interior point for measures that are piecewise linear: CVaR, MAD and CDaR.
//!
//! ```text
//! minimise  ζ + c Σ_t u_t - Σ_i b_i ln x_i      CVaR; MAD without ζ, and with losses about their means
//!           u_t >= l_t - ζ,  u_t >= 0           l = M x
//!           u_t >= d_t - ζ,  d_t >= d_{t-1} + l_t,  d_t >= 0     CDaR
//! ```
//!
//! Each inequality has a slack and a multiplier whose product is driven to zero; each asset has a weight and
//! a marginal risk g whose product is its budget. All other equations are linear, so that the budgets are one
//! more, fixed, target of a primal-dual path (Mehrotra 1992 for the steps along it). The T slacks are
//! eliminated, which leaves one equation for each asset.

mod equations;

use po_core::Status;
use po_core::simd::{axpy, dot, sum};

use super::model::Model;
use super::normal::{Normal, Singular};
use super::pairs::{Pair, blocked, moved_product};

/// How much of the way to the boundary a step may go.
const SHARE: f64 = 0.995;

/// How often the solution of the equations of a step is refined.
const REFINEMENTS: usize = 1;

/// A step that is shorter than this is not worth taking.
const SHORT: f64 = 0.2;

/// How much nearer than the tolerance the path is followed, in its own units: the certificate is stricter.
const AHEAD: f64 = 1e-3;

/// What is missed, in units of risk and budgets, does not become smaller than this.
const FLOOR: f64 = 1e-15;

/// Steps that gain less than this in what is missed, and how many of them one after the other end the
/// iteration once the tolerance is met.
const HALF: f64 = 0.5;
const PATIENCE: usize = 2;

/// A point that misses no more than this is near the solution.
const NEAR: f64 = 1e-5;

/// By how much more than at its best an iteration may miss before it is lost.
const LOST: f64 = 1e3;

/// What the slacks of a piecewise linear measure look like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shape {
    /// c: the greatest weight of a scenario.
    pub(crate) greatest: f64,
    /// Whether the weights of the scenarios sum to one, and ζ is there.
    pub(crate) level: bool,
    /// Whether losses add up to drawdowns.
    pub(crate) drawdown: bool,
}

/// Where an iteration begins, and when it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Course {
    /// The mean product of slack and multiplier, in units of the risk by scenario, at the start.
    pub(crate) distance: f64,
    pub(crate) tolerance: f64,
    pub(crate) limit: usize,
}

/// How an iteration ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ending {
    /// With weights.
    Weights { status: Status, iterations: usize },
    /// At a portfolio that has no positive risk.
    NoRisk { risk: f64 },
}

/// Memory of the iteration; vectors have an entry for each scenario unless said otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interior {
    /// The best weights so far: of the assets, of the scenarios, and what the latter sum to; under CDaR they
    /// are those of the periods, and the sum is that of the drawdowns.
    pub(crate) x: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    pub(crate) total: f64,
    /// Whether they are near the solution.
    pub(crate) near: bool,
    /// Weights and marginal risks, by asset.
    pub(crate) assets: Pair,
    /// `u - l + ζ` and the weight of the scenario; under CDaR `u - d + ζ`.
    tail: Pair,
    /// u and what its weight leaves of c.
    excess: Pair,
    /// `d_t - d_{t-1} - l_t` and the weight of the period.
    climb: Pair,
    /// d and its multiplier.
    depth: Pair,
    /// ζ and its step.
    level: f64,
    level_step: f64,
    /// Losses M x.
    losses: Vec<f64>,
    /// What the equations miss: of the tail, of the climb, of the depth; of the marginal risks, by asset.
    missed_tail: Vec<f64>,
    missed_climb: Vec<f64>,
    missed_depth: Vec<f64>,
    missed_marginal: Vec<f64>,
    missed_sum: f64,
    /// `1 / (s/q + u/v)`, the curvature that the tail gives the loss.
    curvature: Vec<f64>,
    /// Of drawdowns: `1 / (curvature + n/d)`, and `curvature / (curvature + n/d)`.
    give: Vec<f64>,
    share: Vec<f64>,
    /// The step of each depth but for the weights of the periods and ζ.
    pulls: Vec<f64>,
    /// The bidiagonal root of the drawdown's curvature: its diagonal, and its entries below, without their
    /// sign.
    root: Vec<f64>,
    below: Vec<f64>,
    /// The column of ζ in the normal equations, and its own entry on their diagonal.
    column: Vec<f64>,
    column_diagonal: f64,
    /// Weights of scenarios from which steps are measured, and what the step of the assets adds to the
    /// losses.
    base: Vec<f64>,
    gained: Vec<f64>,
    total_weights: Vec<f64>,
    /// Right-hand side by scenario, and the curvature times it.
    side: Vec<f64>,
    curved: Vec<f64>,
    inner: Vec<f64>,
    normal: Normal,
    /// By asset, and ζ: diagonal, right-hand side, and step.
    diagonal: Vec<f64>,
    right: Vec<f64>,
    step: Vec<f64>,
    correction: Vec<f64>,
}

impl Interior {
    /// Solves from the weights in `assets.primal`, which are scaled to a risk near one.
    pub(crate) fn solve(&mut self, model: &Model, shape: Shape, course: Course) -> Ending {
        self.begin(model, shape, course.distance);
        let mut status = Status::IterationLimit;
        let mut iterations = 0;
        let (mut least, mut stuck) = (f64::INFINITY, 0);
        let goal = (AHEAD * course.tolerance).max(FLOOR);
        loop {
            let missed = self.residuals(model, shape);
            let risk = self.upper_risk(shape);
            if risk <= 0.0 {
                return Ending::NoRisk { risk: risk / sum(&self.assets.primal) };
            }
            let left = missed.max(self.products(shape));
            stuck = if left < HALF * least { 0 } else { stuck + 1 };
            if left < least {
                least = left;
                self.weights.clone_from(if shape.drawdown { &self.climb.dual } else { &self.tail.dual });
                self.total = sum(&self.tail.dual);
                self.x.clone_from(&self.assets.primal);
            }
            // Where rounding is all that is left, it grows.
            let lost = least < course.tolerance && (left > LOST * least || stuck > PATIENCE);
            if least <= goal || lost {
                status = Status::Converged;
                break;
            }
            if iterations == course.limit {
                break;
            }
            iterations += 1;
            if self.advance(model, shape).is_err() {
                status = Status::Stalled;
                break;
            }
        }
        self.near = least <= NEAR;
        if !self.near {
            // Nothing good was met: where the iteration went tells more.
            self.x.clone_from(&self.assets.primal);
        }
        Ending::Weights { status, iterations }
    }

    /// A point whose products are all alike, for the weights given.
    fn begin(&mut self, model: &Model, shape: Shape, distance: f64) {
        let scenarios = model.scenarios();
        let c = shape.greatest;
        self.assets.begin(model.len());
        for ((x, g), budget) in self.assets.primal.iter().zip(&mut self.assets.dual).zip(model.budget()) {
            *g = budget / x;
        }
        model.losses(&self.assets.primal, &mut self.losses);
        let [tail, excess] = [&mut self.tail, &mut self.excess];
        tail.resize(scenarios);
        excess.resize(scenarios);
        let mut values = std::mem::take(&mut self.side);
        values.clone_from(&self.losses);
        let mean_size = values.iter().map(|value| value.abs()).sum::<f64>() / scenarios as f64;
        let lift = distance * mean_size;
        if shape.drawdown {
            let mut drawdown = 0.0_f64;
            for value in &mut values {
                drawdown = (drawdown + *value).max(0.0);
                *value = drawdown + lift;
            }
        }
        self.level = 0.0;
        if shape.level {
            let order = &mut self.curved;
            order.clone_from(&values);
            let edge = ((1.0 / c).ceil() as usize).clamp(1, scenarios) - 1;
            self.level = *order.select_nth_unstable_by(edge, |a, b| b.total_cmp(a)).1;
        }
        let spread = values.iter().map(|value| (value - self.level).abs()).sum::<f64>() / scenarios as f64;
        let product = distance * c * spread.max(f64::MIN_POSITIVE);
        for (place, value) in values.iter().enumerate() {
            // s = u + gap, and s q = u v = product with q + v = c.
            let gap = self.level - value;
            let root = (4.0 * product * product + c * c * gap * gap).sqrt();
            let half = 2.0 * product - c * gap;
            let u = if half >= 0.0 { (half + root) / (2.0 * c) } else { 2.0 * product * gap / (root - half) };
            let s = (u + gap).max(product / c);
            excess.primal[place] = u.max(product / c);
            tail.primal[place] = s;
            tail.dual[place] = c * excess.primal[place] / (s + excess.primal[place]);
            excess.dual[place] = c - tail.dual[place];
        }
        if shape.drawdown {
            self.climb.resize(scenarios);
            self.depth.resize(scenarios);
            let mut carried = 0.0;
            for place in (0..scenarios).rev() {
                let before = if place > 0 { values[place - 1] } else { 0.0 };
                let depth = values[place];
                let slack = depth - before - self.losses[place];
                self.depth.primal[place] = depth;
                self.depth.dual[place] = product / depth;
                carried =
                    (carried + self.tail.dual[place] - self.depth.dual[place]).max(product / depth.max(lift));
                self.climb.primal[place] = slack.max(product / carried);
                self.climb.dual[place] = carried.max(product / self.climb.primal[place]);
                carried = self.climb.dual[place];
            }
        }
        self.side = values;
    }

    /// What the linear equations and the budgets miss; the largest of it, in units of risk and budgets.
    fn residuals(&mut self, model: &Model, shape: Shape) -> f64 {
        model.losses(&self.assets.primal, &mut self.losses);
        let weights = if shape.drawdown { &self.climb.dual } else { &self.tail.dual };
        model.gradient(weights, &mut self.missed_marginal);
        let mut worst = 0.0_f64;
        for ((missed, (x, g)), budget) in
            self.missed_marginal.iter_mut().zip(self.assets.both()).zip(model.budget())
        {
            *missed -= g;
            worst = worst.max((*missed * x).abs()).max((x * g - budget).abs());
        }
        self.missed_sum = if shape.level { 1.0 - sum(&self.tail.dual) } else { 0.0 };
        worst = worst.max(self.missed_sum.abs());
        let level = self.level;
        let values = if shape.drawdown { &self.depth.primal } else { &self.losses };
        self.missed_tail.clear();
        self.missed_tail.extend(
            self.excess
                .primal
                .iter()
                .zip(values)
                .zip(&self.tail.primal)
                .map(|((u, value), s)| u - value + level - s),
        );
        worst = self.missed_tail.iter().fold(worst, |worst, missed| worst.max(missed.abs()));
        if shape.drawdown {
            let (depth, climb) = (&self.depth, &self.climb);
            self.missed_climb.clear();
            self.missed_depth.clear();
            let mut before = 0.0;
            for place in 0..depth.primal.len() {
                let rise = depth.primal[place] - before - self.losses[place];
                self.missed_climb.push(rise - climb.primal[place]);
                before = depth.primal[place];
                let next = climb.dual.get(place + 1).copied().unwrap_or(0.0);
                let held = self.tail.dual[place] - climb.dual[place] + next - depth.dual[place];
                self.missed_depth.push(held);
                worst = worst.max(self.missed_climb[place].abs()).max(held.abs());
            }
        }
        worst
    }

    /// A bound from above on the risk of the weights: any ζ and any depth that is deep enough give one.
    fn upper_risk(&self, shape: Shape) -> f64 {
        let mut total = 0.0;
        let mut drawdown = 0.0_f64;
        for &loss in &self.losses {
            drawdown = (drawdown + loss).max(0.0);
            let value = if shape.drawdown { drawdown } else { loss };
            total += (value - self.level).max(0.0);
        }
        self.level + shape.greatest * total
    }

    fn pairs(&self, shape: Shape) -> impl Iterator<Item = &Pair> {
        let drawdown = shape.drawdown.then_some([&self.climb, &self.depth]).into_iter().flatten();
        [&self.tail, &self.excess].into_iter().chain(drawdown)
    }

    fn pairs_mut(&mut self, shape: Shape) -> impl Iterator<Item = &mut Pair> {
        let drawdown = shape.drawdown.then_some([&mut self.climb, &mut self.depth]).into_iter().flatten();
        [&mut self.tail, &mut self.excess].into_iter().chain(drawdown)
    }

    /// The sum of the products of slacks and multipliers: the gap, where the linear equations hold.
    fn products(&self, shape: Shape) -> f64 {
        self.pairs(shape).map(|pair| dot(&pair.primal, &pair.dual)).sum()
    }

    /// One step along the path.
    fn advance(&mut self, model: &Model, shape: Shape) -> Result<(), Singular> {
        self.bend(model, shape)?;
        let count = self.pairs(shape).map(|pair| pair.primal.len()).sum::<usize>() as f64;
        let mean = self.products(shape) / count;
        self.assets.aim_at(model.budget(), 0.0);
        self.pairs_mut(shape).for_each(|pair| pair.aim(0.0, 0.0));
        self.direct(model, shape, 0)?;
        let (primal, dual) = self.room(shape);
        let (primal, dual) = (primal.min(1.0), dual.min(1.0));
        let ahead: f64 = self.pairs(shape).map(|pair| moved_product(pair, primal, dual)).sum();
        let centring = (ahead / count / mean).clamp(0.0, 1.0).powi(3);
        // What two steps bend is worth what they can go.
        self.assets.aim_at(model.budget(), primal * dual);
        self.pairs_mut(shape).for_each(|pair| pair.aim(centring * mean, primal * dual));
        self.direct(model, shape, REFINEMENTS)?;
        let (mut primal, mut dual) = self.room(shape);
        if primal.min(dual) < SHORT {
            // Some product is far behind the others: all are brought near to each other first.
            self.assets.aim_at(model.budget(), 0.0);
            self.pairs_mut(shape).for_each(|pair| pair.aim(mean, 0.0));
            self.direct(model, shape, REFINEMENTS)?;
            (primal, dual) = self.room(shape);
        }
        let (primal, dual) = ((SHARE * primal).min(1.0), (SHARE * dual).min(1.0));
        self.assets.step(primal, dual);
        self.pairs_mut(shape).for_each(|pair| pair.step(primal, dual));
        self.level += primal * self.level_step;
        let finite = self.assets.primal.iter().chain(&self.assets.dual).all(|value| value.is_finite());
        if finite { Ok(()) } else { Err(Singular) }
    }

    /// How far all slacks, and all multipliers, can go until the first is zero.
    fn room(&self, shape: Shape) -> (f64, f64) {
        self.pairs(shape).chain([&self.assets]).fold(
            (f64::INFINITY, f64::INFINITY),
            |(primal, dual), pair| {
                (
                    primal.min(blocked(&pair.primal, &pair.primal_step)),
                    dual.min(blocked(&pair.dual, &pair.dual_step)),
                )
            },
        )
    }
}
