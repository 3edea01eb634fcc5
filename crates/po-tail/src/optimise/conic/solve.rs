//! From a problem to its solution, by an interior point.

use po_convex::cones::Outcome;
use po_core::Status;

use super::build::Standard;
use super::certify::{Dual, better, write};
use super::cuts::{Best, CLOSED};
use super::snap::{snap, violation};
use crate::optimise::functional::Worst;
use crate::optimise::problem::{Problem, tail_mean};
use crate::{CvarSolution, Error};

/// A weight as near as this to a bound, in units of one, is meant to be there.
const AT_BOUND: f64 = 1e-9;

/// A gap above this, relative to risk and return in the objective, proves nothing.
const UNPROVEN: f64 = 1e-8;

/// A limit that is missed by more, relative to it, is not held.
const MISSED: f64 = 1e-8;

impl Problem<'_> {
    /// Solves the problem as cones; rows end with the target, if there is one.
    pub(in crate::optimise) fn solve_conic(&self, solution: &mut CvarSolution) -> Result<(), Error> {
        let standard = Standard::of(self, None);
        let answer = standard.cones.solve();
        let mut worst = Worst::default();
        let mut best = Best { iterations: answer.iterations, ..Best::default() };
        match answer.outcome {
            Outcome::Solved => {
                best.x = snap(self, &answer.x[..self.assets()], AT_BOUND);
                best.risk = self.risk(&best.x, &mut worst);
                let found = Dual::of(self, &standard, &answer.multipliers, &best.x);
                let exact = found.at(worst.weights.clone(), self, &best.x);
                best.proof = better(found.prove(self, &best.x).ok(), exact.prove(self, &best.x));
            }
            Outcome::DualInfeasible => {
                let steps = answer.x.iter().take(self.assets()).map(|step| step.abs()).enumerate();
                let most = steps.fold((0, 0.0), |best, step| if step.1 > best.1 { step } else { best });
                return Err(po_convex::Error::Unbounded { asset: most.0 }.into());
            }
            Outcome::PrimalInfeasible | Outcome::Failed => {}
        }
        // A programme without solution has none with cuts either.
        let hopeful = answer.outcome != Outcome::PrimalInfeasible;
        if hopeful && (best.x.is_empty() || best.gap(self) > CLOSED) {
            self.cut(&mut best, AT_BOUND);
        }
        let Best { x, risk, proof, iterations } = best;
        let Some(proof) = proof.filter(|_| !x.is_empty()) else {
            return Err(po_convex::Error::Numerical { iterations }.into());
        };
        let net = self.net(&x);

        solution.x = x;
        solution.objective = self.objective(&solution.x, risk);
        solution.cvar = risk;
        tail_mean(self.returns, self.probabilities, self.confidence, &solution.x, &mut worst);
        solution.var = worst.beginning();
        let weights = proof.dual.weights.iter().copied().enumerate();
        // Weights of scenarios that nothing depends on say nothing.
        let matters = self.price + proof.dual.limit > 0.0;
        solution.tail = weights.filter(|(_, weight)| matters && *weight > 0.0).collect();
        solution.iterations = iterations;
        write(self, solution, &proof);
        let missed = self.missed(&solution.x, risk);
        let certificate = &mut solution.certificate;
        certificate.primal_residual = violation(self, &solution.x).max(missed);
        certificate.gap = solution.objective - proof.bound;
        let size = self.size(&solution.x, risk);
        let held = missed <= MISSED * risk.abs().max(net.abs());
        let proven = certificate.gap.abs() <= UNPROVEN * size;
        solution.status = if held && proven { Status::Converged } else { Status::Stalled };
        Ok(())
    }
}
