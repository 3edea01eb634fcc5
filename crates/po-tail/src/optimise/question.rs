//! What an objective asks of a problem, and what a portfolio answers.

use super::fast::FastScratch;
use super::problem::Problem;
use super::ratio::Ratio;
use crate::{CvarObjective, CvarSolution, Error};

impl CvarObjective {
    /// The problem with the price, the limit and the target of the objective.
    pub(super) fn ask<'a>(&self, problem: &Problem<'a>) -> Problem<'a> {
        match *self {
            Self::MinCvar | Self::MaxRatio { .. } => *problem,
            Self::MaxReturn { cvar } => Problem { price: 0.0, reward: 1.0, limit: cvar, ..*problem },
            Self::MinRisk { target_return } => Problem { target: target_return, ..*problem },
            Self::Utility { risk_aversion } => Problem { price: risk_aversion, reward: 1.0, ..*problem },
        }
    }

    /// Answers what was asked; errors tell why there is no answer.
    pub(super) fn answer(
        &self,
        asked: &Problem<'_>,
        fast: &mut FastScratch,
        solution: &mut CvarSolution,
    ) -> Result<Option<Ratio>, Error> {
        if let Self::MaxRatio { risk_free } = *self {
            return asked.maximise_ratio(risk_free, fast, solution).map(Some);
        }
        asked.solve_into(fast, solution).map_err(|error| asked.explain(error, fast))?;
        Ok(None)
    }

    /// The objective of a portfolio with this risk and this net return.
    pub(super) fn value(&self, risk: f64, net: f64) -> f64 {
        match *self {
            Self::MinCvar | Self::MinRisk { .. } => risk,
            Self::MaxReturn { .. } => net,
            Self::Utility { risk_aversion } => net - risk_aversion * risk,
            Self::MaxRatio { .. } => net / risk,
        }
    }

    /// What the objective is multiplied by to be a loss.
    pub(super) fn sign(&self) -> f64 {
        if self.is_maximised() { -1.0 } else { 1.0 }
    }
}
