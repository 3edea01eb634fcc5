//! A problem in which risk plays no part: a linear programme.

use po_convex::{ProgramScratch, ProgramSolution, Start};
use po_core::FactorCovariance;

use super::problem::{Priced, Problem, linear_program, zeros};
use crate::{CvarSolution, Error};

/// Working memory of [`Problem::solve_without_risk`].
#[derive(Clone, Debug, Default)]
pub(super) struct RisklessScratch {
    program: ProgramScratch,
    solution: ProgramSolution,
    none: Option<FactorCovariance>,
}

impl Problem<'_> {
    /// Whether risk has neither a price nor a limit, and nothing else needs cones.
    pub(super) fn is_riskless(&self) -> bool {
        self.tracking.is_none()
            && self.price <= 0.0
            && self.limit == f64::INFINITY
            && self.target == f64::NEG_INFINITY
    }

    /// Solves the problem; the tail is left empty.
    pub(super) fn solve_without_risk(
        &self,
        scratch: &mut RisklessScratch,
        (linear, priced): (&[f64], &Priced),
        solution: &mut CvarSolution,
    ) -> Result<(), Error> {
        let RisklessScratch { program, solution: own, none } = scratch;
        let none = match none.take().filter(|none| none.len() == self.assets()) {
            Some(kept) => none.insert(kept),
            None => none.insert(zeros(self.assets())?),
        };
        let (families, count) = priced.families(self.families);
        linear_program(none, self, linear, &families[..count]).solve_into(Start::Cold, program, own)?;
        solution.x.clone_from(&own.x);
        solution.objective = own.objective;
        solution.rows.clone_from(&own.rows);
        solution.absolute.clone_from(&own.absolute);
        solution.bounds.clone_from(&own.bounds);
        solution.limit = 0.0;
        solution.tail.clear();
        solution.status = own.status;
        solution.iterations = own.iterations;
        solution.certificate = own.certificate;
        Ok(())
    }
}
