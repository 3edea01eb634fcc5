//! The Markowitz family on whoever can be held.

use po_convex::{Markowitz, MarkowitzParams, MarkowitzScratch, Portfolio};
use po_core::{Allocator, Status, Weights};

use super::cold_start;
use crate::stream::{Context, EngineError, StageFailure};

/// An optimiser, with its memory.
#[derive(Debug)]
pub(in crate::stream) struct Optimiser {
    markowitz: Markowitz,
    scratch: MarkowitzScratch,
    portfolio: Portfolio,
}

impl Optimiser {
    pub(super) fn new(params: &MarkowitzParams) -> Result<Self, EngineError> {
        cold_start(params.warm_start)?;
        Ok(Self {
            markowitz: Markowitz::new(params.clone())?,
            scratch: MarkowitzScratch::default(),
            portfolio: Portfolio::default(),
        })
    }

    pub(super) fn allocate(
        &mut self,
        context: &Context<'_>,
        weights: &mut Weights,
    ) -> Result<(), StageFailure> {
        let input = context.covariance.into();
        self.markowitz.allocate_into(input, &mut self.scratch, &mut self.portfolio)?;
        let status = self.portfolio.solution.status;
        if status != Status::Converged {
            return Err(StageFailure::NotConverged(status));
        }
        weights.assign(self.portfolio.solution.weights.as_slice())?;
        Ok(())
    }
}
