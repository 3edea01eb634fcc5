//! The result: weights, how they ended, the proof, and the split of the risk.

use po_core::simd::{dot, sum};
use po_core::{Certificate, Returns, Solution, Status, Weights};

use super::{ScenarioRiskBudgetingParams, ScenarioScratch};
use crate::measure::Decomposition;
use crate::{Error, RiskMeasure};

/// A risk this small, in units of that without diversification, is rounding.
const RISKLESS: f64 = 1e-11;

/// A risk this small, in the same units, is on its way to zero when the iteration did not converge.
const FADING: f64 = 1e-5;

/// The weights of risk budgeting on scenarios, with the split of the risk that proves them.
///
/// # Shapes and units
/// The certificate is in units of the risk of the portfolio: `dual_residual` is the greatest difference of a
/// share from its budget, `gap` what the risk exceeds the sum of the contributions by, plus the relative
/// entropy of the shares and the budgets, which is the difference of primal and dual objective.
/// `ScenarioAllocation::default()` is empty: a place for
/// [`ScenarioRiskBudgeting`](crate::ScenarioRiskBudgeting) to write to.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ScenarioAllocation {
    /// The weights, which sum to one, how the numerics ended, and the proof.
    pub solution: Solution,
    /// The risk split among the assets, beside the budget, and the scenario weights that the split follows
    /// from.
    pub decomposition: Decomposition,
}

impl ScenarioAllocation {
    /// The weights, in the order of the assets.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.solution.weights
    }
}

impl AsRef<Weights> for ScenarioAllocation {
    fn as_ref(&self) -> &Weights {
        &self.solution.weights
    }
}

impl ScenarioScratch {
    /// Writes the result from `x` and `scenario_weights`.
    pub(super) fn finish(
        &mut self,
        measure: RiskMeasure,
        params: &ScenarioRiskBudgetingParams,
        returns: &Returns,
        (status, iterations): (Status, usize),
        allocation: &mut ScenarioAllocation,
    ) -> Result<(), Error> {
        let Self { model, x, marginal, kinked, .. } = self;
        allocation.decomposition.scenario_weights.clone_from(&self.scenario_weights);
        model.gradient(&self.scenario_weights, marginal);
        // Of the weights and the marginal risks, the latter are the more exact: the weights that they ask for
        // keep the budgets to rounding, and the gap tells the rest.
        if *kinked && marginal.iter().all(|marginal| *marginal > 0.0) {
            x.clear();
            x.extend(model.budget().iter().zip(&*marginal).map(|(budget, marginal)| budget / marginal));
        }
        let total = sum(x);
        self.weights.clear();
        self.weights.resize(returns.assets(), 0.0);
        for (&asset, x) in self.model.assets().iter().zip(&self.x) {
            self.weights[asset] = x / total;
        }
        allocation.solution.weights.assign(&self.weights)?;
        let risk = self.risk(measure) / total;
        let decomposition = &mut allocation.decomposition;
        if measure.is_deviation() {
            let weights = &mut decomposition.scenario_weights;
            let mean = sum(weights) / weights.len() as f64;
            weights.iter_mut().for_each(|weight| *weight -= mean);
        }
        decomposition.hand_out(returns, &self.weights);
        let report = &mut decomposition.report;
        report.budget.clear();
        report.budget.resize(returns.assets(), 0.0);
        let mut entropy = 0.0;
        for (&asset, &budget) in self.model.assets().iter().zip(self.model.budget()) {
            report.budget[asset] = budget;
            // An asset that hedges has no share; its logarithm is then as good as infinite.
            entropy -= budget * (report.share[asset] / budget).max(f64::MIN_POSITIVE).ln();
        }
        let (excess, dual_residual) = (risk / report.risk - 1.0, report.residual());
        let certificate = Certificate {
            primal_residual: 0.0,
            dual_residual,
            complementarity: excess.abs(),
            gap: excess + entropy,
        };
        let undiversified: f64 = self
            .model
            .assets()
            .iter()
            .zip(0..)
            .map(|(&asset, place)| {
                let column = self.model.column(place);
                self.weights[asset] * (dot(column, column) / column.len() as f64).sqrt()
            })
            .sum();
        let exact = dual_residual <= params.tolerance && certificate.gap.abs() <= params.tolerance;
        if risk <= if exact { RISKLESS } else { FADING } * undiversified {
            return Err(Error::NoRisk { measure: measure.name(), risk });
        }
        let solution = &mut allocation.solution;
        solution.status = match status {
            _ if exact => Status::Converged,
            Status::Converged => Status::Stalled,
            status => status,
        };
        solution.certificate = certificate;
        solution.iterations = iterations;
        Ok(())
    }
}
