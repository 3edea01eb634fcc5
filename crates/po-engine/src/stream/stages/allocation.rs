//! The portfolio that is wanted.

#[cfg(feature = "convex")]
use po_convex::MarkowitzParams;
use po_core::{Allocator, EqualWeight, InverseVariance, InverseVolatility, Weights};
#[cfg(feature = "hrp")]
use po_hrp::HrpParams;
#[cfg(feature = "risk-budget")]
use po_risk_budget::RiskBudgetParams;

#[cfg(feature = "hrp")]
use super::hierarchical::Hierarchical;
#[cfg(feature = "convex")]
use super::optimiser::Optimiser;
#[cfg(feature = "risk-budget")]
use super::parity::Parity;
use crate::stream::{Context, EngineError, StageFailure};

/// Which portfolio is wanted.
///
/// In TOML: `allocator = "equal-weight"`, or `[allocator.hrp]` with the settings of the method below it.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AllocatorConfig {
    /// The same weight in each asset.
    EqualWeight,
    /// Weights in proportion to `1 / σ_i`.
    #[default]
    InverseVolatility,
    /// Weights in proportion to `1 / σ_i²`.
    InverseVariance,
    /// Hierarchical risk parity. Bounds are those of all assets; those that can be held now take theirs along.
    #[cfg(feature = "hrp")]
    Hrp(HrpParams),
    /// Risk parity, or budgets of risk. Budgets are those of all assets; those that can be held now share out what the
    /// others leave, in proportion.
    #[cfg(feature = "risk-budget")]
    RiskBudget(RiskBudgetParams),
    /// The Markowitz family, by those objectives that need no means. Constraints that count assets are those of the
    /// assets that can be held now.
    #[cfg(feature = "convex")]
    Markowitz(Box<MarkowitzParams>),
}

/// The allocator, with its memory.
#[allow(
    clippy::large_enum_variant,
    reason = "there is one of it, and it is not moved; small without features"
)]
#[derive(Debug)]
pub(in crate::stream) enum Allocation {
    EqualWeight(Vec<f64>),
    InverseVolatility(Vec<f64>),
    InverseVariance(Vec<f64>),
    #[cfg(feature = "hrp")]
    Hrp(Hierarchical),
    #[cfg(feature = "risk-budget")]
    RiskBudget(Parity),
    #[cfg(feature = "convex")]
    Markowitz(Optimiser),
}

impl Allocation {
    pub(in crate::stream) fn new(config: &AllocatorConfig, assets: usize) -> Result<Self, EngineError> {
        Ok(match config {
            AllocatorConfig::EqualWeight => Self::EqualWeight(Vec::with_capacity(assets)),
            AllocatorConfig::InverseVolatility => Self::InverseVolatility(Vec::with_capacity(assets)),
            AllocatorConfig::InverseVariance => Self::InverseVariance(Vec::with_capacity(assets)),
            #[cfg(feature = "hrp")]
            AllocatorConfig::Hrp(params) => Self::Hrp(Hierarchical::new(params, assets)?),
            #[cfg(feature = "risk-budget")]
            AllocatorConfig::RiskBudget(params) => Self::RiskBudget(Parity::new(params, assets)?),
            #[cfg(feature = "convex")]
            AllocatorConfig::Markowitz(params) => Self::Markowitz(Optimiser::new(params)?),
        })
    }

    /// Allocates among those that can be held.
    pub(in crate::stream) fn apply(
        &mut self,
        context: &Context<'_>,
        weights: &mut Weights,
    ) -> Result<(), StageFailure> {
        let covariance = context.covariance;
        match self {
            Self::EqualWeight(scratch) => Ok(EqualWeight.allocate_into(covariance, scratch, weights)?),
            Self::InverseVolatility(scratch) => {
                Ok(InverseVolatility.allocate_into(covariance, scratch, weights)?)
            }
            Self::InverseVariance(scratch) => {
                Ok(InverseVariance.allocate_into(covariance, scratch, weights)?)
            }
            #[cfg(feature = "hrp")]
            Self::Hrp(hierarchical) => hierarchical.allocate(context, weights),
            #[cfg(feature = "risk-budget")]
            Self::RiskBudget(parity) => parity.allocate(context, weights),
            #[cfg(feature = "convex")]
            Self::Markowitz(optimiser) => optimiser.allocate(context, weights),
        }
    }

    /// The order of the assets that the next allocation begins from, where there is one.
    pub(in crate::stream) fn order(&self) -> &[usize] {
        match self {
            #[cfg(feature = "hrp")]
            Self::Hrp(hierarchical) => hierarchical.order(),
            _ => &[],
        }
    }

    /// Begins from an order that was stored.
    #[cfg_attr(not(feature = "hrp"), expect(unused_variables, reason = "no allocator has an order then"))]
    pub(in crate::stream) fn set_order(&mut self, order: &[usize]) {
        match self {
            #[cfg(feature = "hrp")]
            Self::Hrp(hierarchical) => hierarchical.set_order(order),
            _ => {}
        }
    }
}
