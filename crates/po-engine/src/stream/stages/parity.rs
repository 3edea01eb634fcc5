//! Risk budgets of whoever can be held.

use po_core::{Allocator, Budget, InputError, Investable, Status, Weights};
use po_risk_budget::{RiskBudgetAllocation, RiskBudgetParams, RiskBudgetScratch, RiskBudgeting};

use super::cold_start;
use crate::stream::{Context, EngineError, StageFailure};

/// Risk budgeting, with the budgets of those that can be held.
#[derive(Debug)]
pub(in crate::stream) struct Parity {
    /// The settings for all assets.
    params: RiskBudgetParams,
    budgeting: RiskBudgeting,
    /// For whom `budgeting` is, where assets have budgets or positions of their own.
    budgeted_for: Investable,
    scratch: RiskBudgetScratch,
    allocation: RiskBudgetAllocation,
}

impl Parity {
    pub(super) fn new(params: &RiskBudgetParams, assets: usize) -> Result<Self, EngineError> {
        cold_start(params.warm_start)?;
        let lengths = [
            ("the risk budget", params.budget.as_ref().map(|budget| budget.shares().len())),
            ("the list of positions", params.positions.as_ref().map(Vec::len)),
        ];
        for (what, length) in lengths {
            if let Some(actual) = length
                && actual != assets
            {
                return Err(InputError::LengthMismatch { what, expected: assets, actual }.into());
            }
        }
        Ok(Self {
            params: params.clone(),
            budgeting: RiskBudgeting::new(params.clone())?,
            budgeted_for: Investable::new(vec![true; assets])?,
            scratch: RiskBudgetScratch::default(),
            allocation: RiskBudgetAllocation::default(),
        })
    }

    pub(super) fn allocate(
        &mut self,
        context: &Context<'_>,
        weights: &mut Weights,
    ) -> Result<(), StageFailure> {
        self.narrow(context.investable)?;
        self.budgeting.allocate_into(context.covariance.into(), &mut self.scratch, &mut self.allocation)?;
        if self.allocation.solution.status != Status::Converged {
            return Err(StageFailure::NotConverged(self.allocation.solution.status));
        }
        weights.assign(self.allocation.weights().as_slice())?;
        Ok(())
    }

    /// Budgets and positions of those that can be held; without any there is nothing to do.
    fn narrow(&mut self, investable: &Investable) -> Result<(), StageFailure> {
        let RiskBudgetParams { budget, positions, .. } = &self.params;
        if (budget.is_none() && positions.is_none()) || self.budgeted_for == *investable {
            return Ok(());
        }
        let of = |assets: &[usize]| assets.to_vec();
        let budget = match budget {
            Some(budget) => {
                let mut shares: Vec<f64> =
                    of(investable.assets()).iter().map(|&asset| budget.shares()[asset]).collect();
                let sum: f64 = shares.iter().sum();
                shares.iter_mut().for_each(|share| *share /= sum);
                Some(Budget::new(shares)?)
            }
            None => None,
        };
        let positions = positions
            .as_ref()
            .map(|positions| investable.assets().iter().map(|&asset| positions[asset]).collect());
        self.budgeting = RiskBudgeting::new(RiskBudgetParams { budget, positions, ..self.params.clone() })?;
        self.budgeted_for.set_from(investable.mask())?;
        Ok(())
    }
}
