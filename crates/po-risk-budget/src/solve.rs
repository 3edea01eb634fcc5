//! Which algorithm runs, and when its result is good enough.

use po_core::Status;

use crate::coordinate::{Descent, DescentScratch, Stop, descend};
use crate::correlations::Correlations;
use crate::newton::{self, Newton, NewtonScratch};
use crate::problem::Problem;
use crate::{Algorithm, Error};

/// The estimate of coordinate descent is this many times the residual, or more, where assets have a common factor.
const CAUTION: f64 = 3.5;

/// Newton steps that a hard problem takes; what coordinate descent has to beat.
const NEWTON_STEPS: f64 = 8.0;

/// Settings of the solvers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) algorithm: Algorithm,
    pub(crate) tolerance: f64,
    pub(crate) iteration_limit: usize,
}

/// How it ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) status: Status,
    pub(crate) iterations: usize,
    pub(crate) residual: f64,
}

/// Solves a problem that has a start; `certify` computes the residual from the data as they came.
pub(crate) fn solve<C: Correlations>(
    correlations: &mut C,
    problem: &mut Problem,
    (descent, newton): (&mut DescentScratch, &mut NewtonScratch),
    effort: Effort,
    mut certify: impl FnMut(&mut Problem) -> Result<f64, Error>,
) -> Result<Outcome, Error> {
    let Effort { algorithm, tolerance, iteration_limit } = effort;
    let together = if algorithm == Algorithm::Automatic { usize::MAX } else { 1 };
    descent.begin(problem.budget.len(), together);
    let mut by_newton = algorithm == Algorithm::Newton;
    let (mut goal, mut newton_goal) = (CAUTION * tolerance, 0.5 * tolerance);
    let (mut iterations, mut last) = (0, f64::INFINITY);
    let patience = match algorithm {
        Algorithm::CoordinateDescent => None,
        _ => Some(NEWTON_STEPS * correlations.sweeps_per_decomposition()),
    };
    loop {
        let limit = iteration_limit - iterations;
        let mut stalled = false;
        let mut estimate = 0.0;
        if by_newton {
            let Problem { assets, budget, y, .. } = &mut *problem;
            let (end, steps) =
                newton::minimise(correlations, assets.len(), budget, y, newton, (newton_goal, limit));
            iterations += steps;
            stalled = refused(end, assets)?;
        } else {
            let stop = Stop { goal, limit, patience };
            let (end, sweeps) = descend(correlations, &problem.budget, &mut problem.y, descent, stop);
            iterations += sweeps;
            match end {
                Descent::Near { estimate: near } => estimate = near,
                Descent::Limit => {}
                // Without a minimum to converge to, Newton's method tells why there is none.
                Descent::Slow | Descent::Lost => {
                    tracing::debug!(sweeps, "coordinate descent is slow, Newton's method takes over");
                    problem.restart_if_better(correlations);
                    by_newton = true;
                    continue;
                }
            }
        }
        let residual = certify(problem)?;
        if residual <= tolerance {
            return Ok(Outcome { status: Status::Converged, iterations, residual });
        }
        if iterations >= iteration_limit {
            return Ok(Outcome { status: Status::IterationLimit, iterations, residual });
        }
        // Rounding is all that is left when a goal is met and the residual is not smaller for it.
        let progress = residual < 0.5 * last;
        last = residual;
        if stalled || !progress {
            if by_newton || algorithm == Algorithm::CoordinateDescent {
                return Ok(Outcome { status: Status::Stalled, iterations, residual });
            }
            by_newton = true;
        }
        newton_goal *= 0.1;
        goal = 0.5 * estimate.min(goal) * (tolerance / residual).min(1.0);
    }
}

/// What Newton's method refuses, as an error; else whether it stalled.
fn refused(end: Newton, assets: &[usize]) -> Result<bool, Error> {
    match end {
        Newton::Near | Newton::Limit => Ok(false),
        Newton::Stalled | Newton::Indefinite { place: None } => Ok(true),
        Newton::Riskless { ratio } => Err(Error::Riskless { ratio }),
        Newton::Negative { ratio } => Err(Error::NegativeVariance { ratio }),
        Newton::Indefinite { place: Some(place) } => {
            Err(Error::NotPositiveSemidefinite { asset: assets[place] })
        }
    }
}
