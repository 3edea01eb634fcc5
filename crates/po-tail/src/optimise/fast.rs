//! The problem as the programme that the fast solver takes.

use po_convex::Rows;
use po_core::{Confidence, Status};

use super::functional::Worst;
use super::measure::TailMeasure;
use super::problem::{Priced, Problem, TARGET};
use super::riskless::RisklessScratch;
use super::wasserstein::GroundNorm;
use crate::{CvarProgram, CvarScratch, CvarSolution, Error};

/// Working memory of [`Problem::solve_into`].
#[derive(Clone, Debug, Default)]
pub(super) struct FastScratch {
    program: CvarScratch,
    linear: Vec<f64>,
    priced: Priced,
    /// The rows with the target after them.
    rows: Rows,
    riskless: RisklessScratch,
    /// Of the portfolio that was asked about last.
    pub(super) worst: Worst,
}

impl Problem<'_> {
    /// Solves the problem; rows end with the target, if there is one.
    pub(super) fn solve_into(
        &self,
        scratch: &mut FastScratch,
        solution: &mut CvarSolution,
    ) -> Result<(), Error> {
        if !self.is_riskless() && !self.is_a_programme() {
            return self.solve_conic(solution);
        }
        let FastScratch { program, linear, priced, rows, riskless, .. } = scratch;
        linear.clear();
        linear.extend(self.mean.iter().map(|mean| -self.reward * mean));
        let rate = self.charge.map_or(0.0, |charge| charge.1);
        priced.write(self.families, self.assets(), self.reward, self.price * rate);
        let (families, count) = priced.families(self.families);
        if self.is_riskless() {
            return self.solve_without_risk(riskless, (linear, priced), solution);
        }
        let targeted = self.target > f64::NEG_INFINITY;
        if targeted {
            extend(self, rows)?;
        }
        let whole = CvarProgram {
            returns: self.returns,
            probabilities: self.probabilities,
            confidence: self.level()?,
            price: self.price,
            limit: self.limit,
            linear,
            ridge: &[],
            lower: self.lower,
            upper: self.upper,
            rows: if targeted { rows } else { self.rows },
            absolute: &families[..count],
        };
        let solved = whole.solve_into(program, solution);
        let numerical = matches!(solved, Err(Error::Programme(po_convex::Error::Numerical { .. })));
        if !numerical && (solved.is_err() || solution.status == Status::Converged) {
            return solved;
        }
        // Another method may still find the proof.
        tracing::debug!(measure = self.measure.name(), "the programme is solved as cones instead");
        let mut other = CvarSolution::default();
        if self.solve_conic(&mut other).is_ok() && (numerical || other.status == Status::Converged) {
            *solution = other;
            return Ok(());
        }
        solved
    }

    /// Whether the fast solver takes it: conditional value at risk or its limit, a charge that is no limit, a target
    /// without costs, and no limit on the tracking error.
    fn is_a_programme(&self) -> bool {
        let measure = matches!(self.measure, TailMeasure::Cvar | TailMeasure::WorstRealisation);
        let charge = match self.charge {
            None => true,
            Some((norm, _)) => norm == GroundNorm::Greatest && self.limit == f64::INFINITY,
        };
        self.tracking.is_none()
            && measure
            && charge
            && (self.target == f64::NEG_INFINITY || !self.has_costs())
    }

    /// β, and for the worst realisation a level beyond which there is no more than one scenario.
    fn level(&self) -> Result<Confidence, Error> {
        if self.measure == TailMeasure::Cvar {
            return Ok(self.confidence);
        }
        let possible = self.probabilities.iter().filter(|p| **p > 0.0);
        let least = possible.fold(1.0, |least: f64, p| least.min(*p));
        Ok(Confidence::new(1.0 - 0.5 * least)?)
    }
}

/// The rows with the target after them; nothing is allocated where they are the same as before.
fn extend(problem: &Problem<'_>, extended: &mut Rows) -> Result<(), Error> {
    let (rows, target) = (problem.rows, problem.target);
    let same = |row: usize| {
        extended.row(row) == rows.row(row)
            && extended.label(row) == rows.label(row)
            && extended.lower()[row].to_bits() == rows.lower()[row].to_bits()
            && extended.upper()[row].to_bits() == rows.upper()[row].to_bits()
    };
    let last = rows.len();
    let kept = extended.assets() == rows.assets()
        && extended.len() == last + 1
        && (0..last).all(same)
        && extended.row(last) == problem.mean
        && extended.lower()[last].to_bits() == target.to_bits();
    if !kept {
        extended.clone_from(rows);
        extended.push(TARGET, problem.mean, target, f64::INFINITY)?;
    }
    Ok(())
}
