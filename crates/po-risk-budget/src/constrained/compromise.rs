//! The portfolio that is taken where constraints do not let the budget be met.

use po_convex::Constraints;
use po_core::{Covariance, Status};

use super::barrier::Task;
use super::descent::{Effort, Smooth};
use super::polytope::exact_sum;
use super::shares::{Distance, Products};
use super::{BARRIER, ConstrainedRiskBudgetParams, ConstrainedRiskBudgeting, ConstrainedScratch, NEAREST};
use crate::Error;

/// The least weight that the barrier starts from, in units of the budget portfolio's.
const LEAST: f64 = 1e-6;

/// What a start may violate the constraints by: the programmes mend it.
const NEAR: f64 = 1e-9;

/// How much better, relative to it, a later local minimum must be: the result then does not hang on rounding.
const BETTER: f64 = 1e-9;

/// What a compromise hands over, beside weights and programme in the scratch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compromised {
    pub(super) status: Status,
    pub(super) iterations: usize,
    pub(super) penalty: Option<f64>,
}

/// Where a search for the nearest budget begins.
#[derive(Clone, Copy, Debug)]
enum NearestStart {
    /// At the point nearest to the budget portfolio.
    Projection,
    /// At the portfolio of the barrier.
    Barrier,
    /// At the portfolio of least variance.
    MinimumVariance,
}

impl ConstrainedRiskBudgeting {
    /// The barrier under constraints, from the budget portfolio in `scratch.weights`.
    pub(super) fn barrier(
        &self,
        covariance: &Covariance,
        sum: f64,
        scratch: &mut ConstrainedScratch,
    ) -> Result<Compromised, Error> {
        let ConstrainedScratch {
            polytope, unsummed, barrier, weights, program, budget, best_program, ..
        } = scratch;
        // Constraints that contradict each other are told as the user wrote them, with the sum among them.
        polytope.nearest(covariance, weights, &mut scratch.scratch, program)?;
        unsummed.fill(&self.unsummed, covariance.len(), BARRIER)?;
        barrier.weights.clear();
        barrier
            .weights
            .extend(program.x.iter().zip(&*weights).map(|(near, weight)| near.max(LEAST * weight)));
        let limit = self.params.iteration_limit;
        let (c, status, iterations) =
            barrier.solve(Task { covariance, polytope: unsummed, budget, sum, limit })?;
        weights.clone_from(&barrier.weights);
        best_program.clone_from(&barrier.program);
        // What keeps an asset without a budget from more than its lower bound is the form, and no constraint.
        let lower = polytope.compiled.lower();
        for ((price, budget), lower) in best_program.bounds.iter_mut().zip(budget).zip(lower) {
            if *budget == 0.0 && (*price < 0.0 || *lower <= 0.0) {
                *price = 0.0;
            }
        }
        Ok(Compromised { status, iterations, penalty: Some(c) })
    }

    /// The nearest budget: local minima from three starts, of which the best is kept.
    pub(super) fn nearest(
        &self,
        covariance: &Covariance,
        scratch: &mut ConstrainedScratch,
    ) -> Result<Compromised, Error> {
        let ConstrainedRiskBudgetParams { tolerance, iteration_limit, .. } = self.params;
        let effort = Effort { tolerance, limit: iteration_limit };
        let mut best: Option<(f64, Status)> = None;
        let mut iterations = 0;
        for start in [NearestStart::Projection, NearestStart::Barrier, NearestStart::MinimumVariance] {
            if !self.start(start, covariance, scratch)? {
                continue;
            }
            let ConstrainedScratch { polytope, descent, shares, budget, .. } = &mut *scratch;
            let distance = Distance { covariance, products: Products::Assets, budget };
            let (status, steps) = descent.run(&distance, shares, polytope, effort)?;
            let value = distance.value(&descent.weights, shares);
            iterations += steps;
            if best.is_none_or(|(least, _)| value < least * (1.0 - BETTER)) {
                best = Some((value, status));
                scratch.best.clone_from(&scratch.descent.weights);
                scratch.local_program.clone_from(&scratch.descent.program);
            }
        }
        scratch.weights.clone_from(&scratch.best);
        scratch.best_program.clone_from(&scratch.local_program);
        let status = best.map_or(Status::Stalled, |(_, status)| status);
        Ok(Compromised { status, iterations, penalty: None })
    }

    /// Puts a start into `scratch.descent.weights`; whether there is one.
    fn start(
        &self,
        start: NearestStart,
        covariance: &Covariance,
        scratch: &mut ConstrainedScratch,
    ) -> Result<bool, Error> {
        let ConstrainedScratch { polytope, descent, weights, program, scratch: memory, .. } = &mut *scratch;
        match start {
            NearestStart::Projection => {
                polytope.nearest(covariance, weights, memory, program)?;
                descent.weights.clone_from(&program.x);
                Ok(true)
            }
            NearestStart::MinimumVariance => {
                let least = polytope.least_variance(covariance, memory, program);
                descent.weights.clone_from(&program.x);
                Ok(least.is_ok())
            }
            NearestStart::Barrier => {
                let Constraints { turnover, gross, .. } = &self.params.constraints;
                let sum = exact_sum(&self.params.constraints, NEAREST);
                let (Ok(sum), None, None) = (sum, turnover, gross) else { return Ok(false) };
                descent.weights.clone_from(weights);
                let found = self.barrier(covariance, sum, scratch);
                std::mem::swap(&mut scratch.descent.weights, &mut scratch.weights);
                Ok(found.is_ok() && scratch.polytope.violation(&scratch.descent.weights) <= NEAR)
            }
        }
    }
}
