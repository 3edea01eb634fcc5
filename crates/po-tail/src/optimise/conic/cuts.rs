//! Cutting planes: what finishes, slowly and surely, where exponential cones leave a gap or fail.

use po_convex::cones::Outcome;

use super::build::Standard;
use super::certify::{Dual, Proof, better};
use super::snap::snap;
use crate::optimise::functional::Worst;
use crate::optimise::problem::Problem;

/// Programmes solved at most.
const ROUNDS: usize = 120;

/// A gap below this, relative to risk and return in the objective, is small enough.
pub(super) const CLOSED: f64 = 1e-9;

/// The best portfolio so far, and the best proof.
#[derive(Debug, Default)]
pub(super) struct Best {
    pub(super) x: Vec<f64>,
    pub(super) risk: f64,
    pub(super) proof: Option<Proof>,
    pub(super) iterations: usize,
}

/// Cuts `ρ(x) >= g'x` without the charge, each with the weights that prove it.
#[derive(Debug, Default)]
struct Cuts {
    duals: Vec<Dual>,
    gradients: Vec<Vec<f64>>,
}

impl Cuts {
    fn push(&mut self, problem: &Problem<'_>, dual: Dual) {
        self.gradients.push(dual.of_measure(problem));
        self.duals.push(dual);
    }
}

impl Best {
    /// How far the objective is from the bound, relative to risk and return in it; infinite without a proof.
    pub(super) fn gap(&self, problem: &Problem<'_>) -> f64 {
        let objective = problem.objective(&self.x, self.risk);
        let bound = self.proof.as_ref().map_or(f64::NEG_INFINITY, |proof| proof.bound);
        (objective - bound).abs() / problem.size(&self.x, self.risk)
    }

    /// Takes a portfolio if it is better.
    fn consider(&mut self, problem: &Problem<'_>, x: Vec<f64>, risk: f64) {
        let missed = |x: &[f64], risk: f64| {
            let missed = problem.missed(x, risk);
            if missed <= CLOSED * problem.size(x, risk) { 0.0 } else { missed }
        };
        let first = self.x.is_empty();
        let (own, other) = if first { (0.0, 0.0) } else { (missed(&self.x, self.risk), missed(&x, risk)) };
        let better = problem.objective(&x, risk) < problem.objective(&self.x, self.risk);
        if first || other < own || (other <= own && better) {
            (self.x, self.risk) = (x, risk);
        }
    }
}

impl Problem<'_> {
    /// Closes the gap of what is known; there may be neither a portfolio nor a proof.
    ///
    /// Every portfolio that was looked at gives a cut. The programme over all cuts gives the next portfolio, and a mixture of
    /// cuts that is a better proof; half-way to the best portfolio, cuts are deeper.
    ///
    /// # Source
    /// Kelley (1960), The cutting-plane method for solving convex programs.
    pub(super) fn cut(&self, best: &mut Best, near: f64) {
        let (mut worst, mut cuts) = (Worst::default(), Cuts::default());
        if let Some(proof) = &best.proof {
            cuts.push(self, proof.dual.clone());
        }
        if best.x.is_empty() {
            // Of all measures the mean is a lower bound, and of drawdowns zero is.
            worst.series.resize(self.probabilities.len(), 0.0);
            worst.weights.extend_from_slice(self.probabilities);
        } else {
            self.risk(&best.x, &mut worst);
        }
        cuts.push(self, Dual::touching(self, &worst));
        for _ in 0..ROUNDS {
            let standard = Standard::of(self, Some(&cuts.gradients));
            let answer = standard.cones.solve();
            best.iterations += answer.iterations;
            if answer.outcome != Outcome::Solved {
                break;
            }
            let x = snap(self, &answer.x[..self.assets()], near);
            let dual = Dual::mixed(self, &standard, &answer.multipliers, &x, &cuts.duals);
            best.proof = better(best.proof.take(), dual.prove(self, &x));
            let risk = self.risk(&x, &mut worst);
            cuts.push(self, Dual::touching(self, &worst));
            let halfway: Vec<f64> = x.iter().zip(&best.x).map(|(a, b)| 0.5 * (a + b)).collect();
            best.consider(self, x, risk);
            if halfway.len() == self.assets() {
                let risk = self.risk(&halfway, &mut worst);
                cuts.push(self, Dual::touching(self, &worst));
                best.consider(self, halfway, risk);
            }
            if best.gap(self) <= CLOSED {
                break;
            }
        }
    }

    /// What gaps are relative to.
    pub(super) fn size(&self, x: &[f64], risk: f64) -> f64 {
        let (risk_part, return_part) = (self.price * risk.abs(), self.reward * self.net(x).abs());
        risk_part.max(return_part).max(f64::MIN_POSITIVE)
    }
}
