//! Hierarchical risk parity of whoever can be held.

use po_core::{Bounds, Investable, Weights};
use po_hrp::{Hrp, HrpAllocation, HrpParams, HrpScratch, Market};

use crate::stream::{Context, EngineError, StageFailure};

/// Hierarchical risk parity, with the order of its last tree.
#[derive(Debug)]
pub(in crate::stream) struct Hierarchical {
    /// The settings for all assets.
    params: HrpParams,
    /// The method for those that can be held.
    hrp: Hrp,
    /// For whom `hrp` is, where there are bounds: they have to be narrowed.
    bounded_for: Investable,
    bounds: Bounds,
    scratch: HrpScratch,
    allocation: HrpAllocation,
    /// The last order, by the indices of all assets, and what is left of it among those that can be held.
    order: Vec<usize>,
    order_before: Vec<usize>,
}

impl Hierarchical {
    pub(super) fn new(params: &HrpParams, assets: usize) -> Result<Self, EngineError> {
        let hrp = Hrp::new(params.clone())?;
        let bounds = match &params.bounds {
            Some(bounds) => bounds.clone(),
            None => Bounds::uniform(assets, 0.0, 1.0)?,
        };
        Ok(Self {
            params: params.clone(),
            hrp,
            bounded_for: Investable::new(vec![true; assets])?,
            bounds,
            scratch: HrpScratch::default(),
            allocation: HrpAllocation::default(),
            order: Vec::with_capacity(assets),
            order_before: Vec::with_capacity(assets),
        })
    }

    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    pub(super) fn set_order(&mut self, order: &[usize]) {
        self.order.clear();
        self.order.extend_from_slice(order);
    }

    pub(super) fn allocate(
        &mut self,
        context: &Context<'_>,
        weights: &mut Weights,
    ) -> Result<(), StageFailure> {
        self.narrow(context.investable)?;
        let Self { hrp, scratch, allocation, order, order_before, .. } = self;
        context.investable.order_into(order, order_before)?;
        let market = Market { order_before: Some(order_before), ..Market::from(context.covariance) };
        hrp.allocate_market_into(market, scratch, allocation)?;
        context.investable.order_back_into(allocation.leaf_order(), order)?;
        weights.assign(allocation.weights().as_slice())?;
        Ok(())
    }

    /// Bounds of those that can be held; without bounds there is nothing to do.
    fn narrow(&mut self, investable: &Investable) -> Result<(), StageFailure> {
        let HrpParams { bounds, groups, .. } = &self.params;
        if (bounds.is_none() && groups.is_empty()) || self.bounded_for == *investable {
            return Ok(());
        }
        let narrowed = match bounds {
            Some(bounds) => {
                investable.bounds_into(bounds, &mut self.bounds)?;
                Some(self.bounds.clone())
            }
            None => None,
        };
        let groups = investable.groups(groups)?;
        self.hrp = Hrp::new(HrpParams { bounds: narrowed, groups, ..self.params.clone() })?;
        self.bounded_for.set_from(investable.mask())?;
        Ok(())
    }
}
