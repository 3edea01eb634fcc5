//! The result of Schur complementary allocation.

use po_core::Weights;

use super::FEWEST;
use crate::allocation::explain;
use crate::{Dendrogram, HrpAllocation, Split, SplitRule};

/// The weights of Schur complementary allocation with the tree, the leaf order, the splits and the gamma behind them.
///
/// `SchurAllocation::default()` is empty: a place for [`Schur`](crate::Schur) to write to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SchurAllocation {
    pub(super) bisected: HrpAllocation,
    pub(super) gamma: f64,
}

impl SchurAllocation {
    /// The weights, in the order of the assets; they sum to one.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        self.bisected.weights()
    }

    /// The gamma that was allocated with: the one asked for, or less where a [`GammaCap`](crate::GammaCap) lowered it.
    #[must_use]
    pub fn effective_gamma(&self) -> f64 {
        self.gamma
    }

    /// The order of the leaves that was bisected: asset indices from left to right.
    #[must_use]
    pub fn leaf_order(&self) -> &[usize] {
        self.bisected.leaf_order()
    }

    /// The tree of clusters, numbered as SciPy does.
    #[must_use]
    pub fn dendrogram(&self) -> Dendrogram {
        self.bisected.dendrogram()
    }

    /// Each split of the bisection, a cluster before its halves; the variances are those of the augmented covariances, unless
    /// gamma is zero or there are fewer than four assets.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Allocator, Covariance, nalgebra::DMatrix};
    /// use po_hrp::{Schur, SchurParams};
    ///
    /// let covariance = Covariance::new(DMatrix::from_row_slice(2, 2, &[0.04, 0.0, 0.0, 0.01]))?;
    /// let allocation = Schur::new(SchurParams::default())?.allocate(&covariance)?;
    /// assert!((allocation.explain()[0].share_left - 0.2).abs() < 1e-15);
    /// # Ok::<(), po_hrp::Error>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Vec<Split> {
        let HrpAllocation { order, splits, measure, .. } = &self.bisected;
        let is_told = self.gamma > 0.0 && order.len() >= FEWEST;
        explain(order, splits, if is_told { SplitRule::Augmented } else { SplitRule::Portfolios }, *measure)
    }
}

impl AsRef<Weights> for SchurAllocation {
    fn as_ref(&self) -> &Weights {
        self.weights()
    }
}
