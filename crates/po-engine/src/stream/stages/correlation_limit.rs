//! What is held is not too alike.

use po_core::{
    CorrelationLimit, CorrelationLimitParams, CorrelationLimitScratch, CorrelationSelection, Weights,
};

use crate::stream::{Context, EngineError, StageFailure};

/// Keeps those assets, less alike than the limit, that cost the least of the target.
#[derive(Debug)]
pub(in crate::stream) struct CorrelationLimitStage {
    limit: CorrelationLimit,
    held: Vec<bool>,
    scratch: CorrelationLimitScratch,
    selection: CorrelationSelection,
}

impl CorrelationLimitStage {
    pub(in crate::stream) fn new(params: CorrelationLimitParams, assets: usize) -> Result<Self, EngineError> {
        Ok(Self {
            limit: CorrelationLimit::new(params)?,
            held: Vec::with_capacity(assets),
            scratch: CorrelationLimitScratch::default(),
            selection: CorrelationSelection::default(),
        })
    }

    pub(in crate::stream) fn apply(
        &mut self,
        context: &Context<'_>,
        weights: &mut Weights,
    ) -> Result<(), StageFailure> {
        let Self { limit, held, scratch, selection } = self;
        held.clear();
        held.extend(context.held.as_slice().iter().map(|weight| *weight != 0.0));
        limit.select_into(context.covariance, weights, held, scratch, selection)?;
        weights.assign(selection.weights.as_slice())?;
        Ok(())
    }

    /// Which of the assets may be held.
    pub(in crate::stream) fn kept(&self) -> &[bool] {
        &self.selection.kept
    }
}
