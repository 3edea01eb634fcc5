//! Newton's method for measures that are smooth: semi-deviation and EVaR.
//!
//! ```text
//! minimise  ½ ρ(x)² - Σ_i b_i ln x_i
//! ```
//!
//! The square has the same solution but for its scale, and a curvature that does not vanish along x.

use po_core::Status;
use po_core::simd::{axpy, dot, sum};

use super::interior::Ending;
use super::model::Model;
use super::normal::{Normal, Singular};
use crate::RiskMeasure;
use crate::measure::Entropic;

/// How much of the way to zero the quickest weight may go.
const SHARE: f64 = 0.95;

/// The part of the decrease foretold by the slope that a step must bring (Armijo 1966).
const ENOUGH: f64 = 1e-4;

/// A decrease this small is not seen in the objective, which is of order one.
const UNSEEN: f64 = 1e-11;

/// Halvings of a step.
const HALVINGS: usize = 50;

/// A temperature this small, in units of the risk, stands for the greatest loss.
const COLD: f64 = 1e-7;

/// Scenarios with less weight than this have no curvature that counts.
const WEIGHTLESS: f64 = 1e-18;

/// Memory of the iteration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Newton {
    /// Weights of the assets, scaled to a risk of one.
    pub(crate) x: Vec<f64>,
    /// Weights of the scenarios in the gradient.
    pub(crate) weights: Vec<f64>,
    /// z; zero where the measure is the greatest loss, and for other measures.
    temperature: f64,
    losses: Vec<f64>,
    /// What the step adds to the losses, and the losses after a trial step.
    loss_step: Vec<f64>,
    trial: Vec<f64>,
    /// ∇ρ.
    gradient: Vec<f64>,
    step: Vec<f64>,
    right: Vec<f64>,
    diagonal: Vec<f64>,
    /// Scenarios with curvature, the root of it, and their losses in units of the temperature, about their
    /// mean.
    scenarios: Vec<usize>,
    roots: Vec<f64>,
    heights: Vec<f64>,
    normal: Normal,
}

/// How the iteration ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Smooth {
    /// As other iterations do.
    Ended(Ending),
    /// Where EVaR is the greatest loss, and not smooth.
    Kink,
}

impl Newton {
    /// Solves from the weights in `x`.
    pub(crate) fn solve(
        &mut self,
        model: &Model,
        measure: RiskMeasure,
        tolerance: f64,
        limit: usize,
    ) -> Smooth {
        self.temperature = 0.0;
        self.weights.resize(model.scenarios(), 0.0);
        let mut least = f64::INFINITY;
        let mut status = Status::IterationLimit;
        let mut iterations = 0;
        loop {
            model.losses(&self.x, &mut self.losses);
            let risk = evaluate(measure, &self.losses, &mut self.temperature, &mut self.weights);
            if !(risk > 0.0 && risk.is_finite()) {
                return Smooth::Ended(Ending::NoRisk { risk: risk / sum(&self.x) });
            }
            for values in [&mut self.x, &mut self.losses] {
                values.iter_mut().for_each(|value| *value /= risk);
            }
            self.temperature /= risk;
            if matches!(measure, RiskMeasure::Evar { .. }) && self.temperature < COLD {
                return Smooth::Kink;
            }
            model.gradient(&self.weights, &mut self.gradient);
            let missed = self.x.iter().zip(&self.gradient).zip(model.budget());
            let missed = missed.fold(0.0, |worst: f64, ((x, g), budget)| worst.max((x * g - budget).abs()));
            if missed <= tolerance {
                status = Status::Converged;
                break;
            }
            if iterations == limit {
                break;
            }
            iterations += 1;
            let Ok(seen) = self.advance(model, measure) else {
                status = Status::Stalled;
                break;
            };
            // Once the objective no longer tells good steps from bad ones, the budgets must.
            if !seen && missed >= least {
                status = Status::Stalled;
                break;
            }
            least = if seen { f64::INFINITY } else { missed };
        }
        Smooth::Ended(Ending::Weights { status, iterations })
    }

    /// One step with a line search; whether the objective shows the decrease.
    fn advance(&mut self, model: &Model, measure: RiskMeasure) -> Result<bool, Singular> {
        self.bend(model, measure)?;
        let budget = model.budget();
        self.right.clear();
        self.right.extend(self.x.iter().zip(&self.gradient).zip(budget).map(|((x, g), b)| b / x - g));
        let slope_terms = self.right.len();
        self.right.resize(self.diagonal.len(), 0.0);
        self.step.resize(self.right.len(), 0.0);
        self.normal.solve(&self.right, &mut self.step)?;
        let decrease = dot(&self.right[..slope_terms], &self.step[..slope_terms]);
        let decrease = Some(decrease).filter(|decrease| decrease.is_finite()).ok_or(Singular)?;
        let step = &self.step[..slope_terms];
        let mut length = (SHARE * super::pairs::blocked(&self.x, step)).min(1.0);
        if decrease > UNSEEN {
            model.losses(step, &mut self.loss_step);
            let start = 0.5 - logarithms(&self.x, step, 0.0, budget);
            for _ in 0..HALVINGS {
                self.trial.clone_from(&self.losses);
                axpy(length, &self.loss_step, &mut self.trial);
                let mut temperature = self.temperature;
                let risk = evaluate(measure, &self.trial, &mut temperature, &mut self.weights);
                let value = 0.5 * risk * risk.max(0.0) - logarithms(&self.x, step, length, budget);
                // A portfolio without risk is left to the caller to refuse.
                if risk <= 0.0 || value <= start - ENOUGH * length * decrease {
                    break;
                }
                length *= 0.5;
            }
        }
        axpy(length, step, &mut self.x);
        Ok(decrease > UNSEEN)
    }

    /// Factors the curvature: of the assets, and for EVaR of its temperature, which is eliminated by the
    /// solution.
    fn bend(&mut self, model: &Model, measure: RiskMeasure) -> Result<(), Singular> {
        let Self {
            x,
            weights,
            temperature,
            losses,
            gradient,
            diagonal,
            scenarios,
            roots,
            heights,
            normal,
            ..
        } = self;
        diagonal.clear();
        diagonal.extend(model.budget().iter().zip(x.iter()).map(|(budget, x)| budget / (x * x)));
        scenarios.clear();
        roots.clear();
        heights.clear();
        let entropic = matches!(measure, RiskMeasure::Evar { .. });
        let edge = if entropic { WEIGHTLESS } else { 0.0 };
        scenarios
            .extend(weights.iter().enumerate().filter(|(_, weight)| **weight > edge).map(|(place, _)| place));
        if entropic {
            diagonal.push(0.0);
            let mean = dot(weights, losses);
            roots.extend(scenarios.iter().map(|&place| (weights[place] / *temperature).sqrt()));
            heights.extend(scenarios.iter().map(|&place| (mean - losses[place]) / *temperature));
        } else {
            // Weights are (l)₊ / ((T-1) ρ), and the curvature of the square is 1 / (T-1) where they are not
            // zero.
            let root = (1.0 / (losses.len() as f64 - 1.0)).sqrt();
            roots.resize(scenarios.len(), root);
        }
        let tall = &mut normal.tall;
        tall.clear();
        for (place, slope) in gradient.iter().enumerate().take(model.len()) {
            let column = model.column(place);
            // Of EVaR the curvature is a variance, to which the square of the gradient comes in a row of its
            // own.
            let mean = if entropic { *slope } else { 0.0 };
            tall.extend(
                scenarios.iter().zip(roots.iter()).map(|(&place, root)| root * (column[place] - mean)),
            );
            if entropic {
                tall.push(*slope);
            }
        }
        if entropic {
            tall.extend(heights.iter().zip(roots.iter()).map(|(height, root)| root * height));
            tall.push(0.0);
        }
        normal.factor(diagonal)
    }
}

/// The risk of losses, its temperature, and the weights of the scenarios.
fn evaluate(measure: RiskMeasure, losses: &[f64], temperature: &mut f64, weights: &mut [f64]) -> f64 {
    if let RiskMeasure::Evar { confidence } = measure {
        let found = Entropic::minimise(losses, confidence.tail(), *temperature, weights);
        *temperature = found.temperature;
        return found.risk;
    }
    let count = losses.len() as f64;
    for (weight, loss) in weights.iter_mut().zip(losses) {
        *weight = loss.max(0.0);
    }
    let risk = (dot(weights, weights) / (count - 1.0)).sqrt();
    let scale = if risk > 0.0 { 1.0 / ((count - 1.0) * risk) } else { 0.0 };
    weights.iter_mut().for_each(|weight| *weight *= scale);
    risk
}

/// `Σ b ln(x + length step)`
fn logarithms(x: &[f64], step: &[f64], length: f64, budget: &[f64]) -> f64 {
    x.iter().zip(step).zip(budget).map(|((x, step), budget)| budget * (x + length * step).ln()).sum()
}
