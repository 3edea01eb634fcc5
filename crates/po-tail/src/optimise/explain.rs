//! Why a problem has no answer.

use po_convex::Absolute;

use super::fast::FastScratch;
use super::measure::TailMeasure;
use super::problem::{Priced, Problem, linear_program, zeros};
use crate::{CvarProgram, CvarSolution, Error};

impl Problem<'_> {
    /// Puts an error into terms of the request: constraints that contradict each other, a benchmark out of
    /// reach, a target beyond the greatest return, or a limit below the least risk.
    pub(super) fn explain(&self, error: Error, scratch: &mut FastScratch) -> Error {
        if !matches!(error, Error::Programme(_)) {
            return error;
        }
        match self.greatest_return() {
            Err(
                found @ Error::Programme(
                    po_convex::Error::Infeasible(_) | po_convex::Error::RiskLimitTooLow { .. },
                ),
            ) => return found,
            Ok(greatest) if self.target > greatest => {
                return po_convex::Error::TargetTooHigh { target: self.target, greatest }.into();
            }
            _ => {}
        }
        if self.limit < f64::INFINITY
            && let Ok(least) = self.least_risk(scratch)
            && least > self.limit
        {
            let (what, limit) = (self.measure.words(), self.limit);
            return po_convex::Error::RiskLimitTooLow { what, limit, least }.into();
        }
        error
    }

    /// The greatest net return that bounds, rows, families and the limit on the tracking error allow.
    pub(super) fn greatest_return(&self) -> Result<f64, Error> {
        let none = zeros(self.assets())?;
        let linear: Vec<f64> = self.mean.iter().map(|mean| -mean).collect();
        let mut priced = Priced::default();
        priced.write(self.families, self.assets(), 1.0, 0.0);
        let (families, count) = priced.families(self.families);
        let x = linear_program(&none, self, &linear, &families[..count]).solve()?.x;
        let Some(tracking) = self.tracking.filter(|tracking| tracking.error(&x) > tracking.limit) else {
            return Ok(self.net(&x));
        };
        self.check_tracking()?;
        let (limit, target, tracking) = (f64::INFINITY, f64::NEG_INFINITY, Some(tracking));
        let freest = Problem { price: 0.0, reward: 1.0, limit, target, tracking, ..*self };
        let mut solution = CvarSolution::default();
        freest.solve_conic(&mut solution)?;
        Ok(self.net(&solution.x))
    }

    /// The least risk that bounds, rows and families allow.
    pub(super) fn least_risk(&self, scratch: &mut FastScratch) -> Result<f64, Error> {
        let least =
            Problem { price: 1.0, reward: 0.0, limit: f64::INFINITY, target: f64::NEG_INFINITY, ..*self };
        let mut solution = CvarSolution::default();
        least.solve_into(scratch, &mut solution)?;
        Ok(self.risk(&solution.x, &mut scratch.worst))
    }
}

/// The least conditional value at risk that the constraints of a programme allow; an error where they allow nothing.
pub(crate) fn least_cvar(program: &CvarProgram<'_>) -> Result<f64, Error> {
    let CvarProgram { returns, probabilities, confidence, lower, upper, rows, absolute, .. } = *program;
    let assets = lower.len();
    let (none, zeros) = (zeros(assets)?, vec![0.0; assets]);
    let families: Vec<Absolute<'_>> =
        absolute.iter().map(|family| Absolute { cost: &[], ..*family }).collect();
    let problem = Problem {
        returns,
        probabilities,
        measure: TailMeasure::Cvar,
        confidence,
        charge: None,
        price: 1.0,
        limit: f64::INFINITY,
        reward: 0.0,
        mean: &zeros,
        target: f64::NEG_INFINITY,
        lower,
        upper,
        rows,
        families: &families,
        tracking: None,
    };
    // Nothing is asked for but to keep the constraints: an error tells which of them cannot be kept.
    linear_program(&none, &problem, &zeros, &families).solve()?;
    problem.least_risk(&mut FastScratch::default())
}
