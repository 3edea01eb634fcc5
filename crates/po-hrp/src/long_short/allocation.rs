//! The result of a long-short allocation.

use po_core::Weights;

use crate::HrpAllocation;

/// The weights of a long-short portfolio, short positions below zero, with the allocation of its positions.
///
/// `LongShortAllocation::default()` is empty: a place for [`LongShort`](crate::LongShort) to write to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LongShortAllocation {
    pub(super) weights: Weights,
    pub(super) positions: HrpAllocation,
}

impl LongShortAllocation {
    /// The weights as fractions of capital, in the order of the assets.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The positions as hierarchical risk parity saw them, each of them long: the tree, the leaf order and the splits.
    ///
    /// # Shapes and units
    /// Weights are shares of the gross exposure and sum to one.
    #[must_use]
    pub fn positions(&self) -> &HrpAllocation {
        &self.positions
    }
}

impl AsRef<Weights> for LongShortAllocation {
    fn as_ref(&self) -> &Weights {
        &self.weights
    }
}
