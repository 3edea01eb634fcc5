//! The best choice of assets.

use po_core::Status;

use crate::optimise::allocate::UNPROVEN;
use crate::{CvarObjective, CvarPortfolio};

/// The best choice of assets.
#[derive(Debug)]
pub(in crate::optimise) struct Chosen {
    /// Bounds that leave no other choice.
    pub(in crate::optimise) lower: Vec<f64>,
    pub(in crate::optimise) upper: Vec<f64>,
    /// No portfolio of any choice has a lower loss.
    pub(in crate::optimise) bound: f64,
    /// Whether the limit on nodes ended the search.
    pub(in crate::optimise) limited: bool,
    pub(in crate::optimise) nodes: usize,
    pub(in crate::optimise) iterations: usize,
}

impl Chosen {
    /// Makes what a portfolio says of its own choice a statement about all of them.
    pub(in crate::optimise) fn conclude(&self, objective: &CvarObjective, portfolio: &mut CvarPortfolio) {
        let sign = objective.sign();
        portfolio.nodes = self.nodes;
        portfolio.solution.iterations += self.iterations;
        portfolio.bound = sign * self.bound.min(sign * portfolio.objective);
        let gap = portfolio.gap();
        let price =
            if let CvarObjective::Utility { risk_aversion } = objective { *risk_aversion } else { 0.0 };
        let size = portfolio.objective.abs().max(price * portfolio.risk.abs());
        portfolio.solution.certificate.gap = portfolio.solution.certificate.gap.max(gap);
        if self.limited {
            portfolio.solution.status = Status::IterationLimit;
        } else if gap > UNPROVEN * size {
            portfolio.solution.status = Status::Stalled;
        }
    }
}
