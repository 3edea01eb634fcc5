//! The result: weights, and the way that led to them.

use po_core::Weights;

use crate::Dendrogram;
use crate::tree::{Sorting, Tree};

/// The weights of hierarchical risk parity with the tree, the leaf order and the splits that gave them.
///
/// `HrpAllocation::default()` is empty: a place for [`Hrp`](crate::Hrp) to write to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HrpAllocation {
    pub(crate) weights: Weights,
    pub(crate) order: Vec<usize>,
    pub(crate) tree: Tree,
    pub(crate) splits: Vec<Bisection>,
}

/// One split of a cluster, by places in the leaf order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Bisection {
    pub(crate) start: usize,
    pub(crate) mid: usize,
    pub(crate) end: usize,
    pub(crate) risk_left: f64,
    pub(crate) risk_right: f64,
    pub(crate) share_left: f64,
    pub(crate) weight_left: f64,
    pub(crate) weight_right: f64,
}

/// Why one cluster was split as it was.
///
/// # Shapes and units
/// Assets by index, in leaf order; risks in the units of their measure; weights as fractions of the whole portfolio.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Split {
    /// The assets of the left half.
    pub left: Vec<usize>,
    /// The assets of the right half.
    pub right: Vec<usize>,
    /// Risk of the left half's portfolio, whose weights are inverse to the risks of its assets.
    pub risk_left: f64,
    /// Risk of the right half's portfolio.
    pub risk_right: f64,
    /// The share of the cluster's weight that these risks earn the left half: `r_right / (r_left + r_right)`.
    pub share_left: f64,
    /// The weight that the left half got; differs from the share where bounds bind.
    pub weight_left: f64,
    /// The weight that the right half got.
    pub weight_right: f64,
}

impl HrpAllocation {
    /// The weights, in the order of the assets; they sum to one.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The order of the leaves that was bisected: asset indices from left to right.
    #[must_use]
    pub fn leaf_order(&self) -> &[usize] {
        &self.order
    }

    /// The tree of clusters, numbered as SciPy does.
    #[must_use]
    pub fn dendrogram(&self) -> Dendrogram {
        let mut dendrogram = Dendrogram::default();
        self.tree.dendrogram_into(&mut Sorting::default(), &mut dendrogram);
        dendrogram
    }

    /// Each split of the bisection, a cluster before its halves.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Allocator, Covariance, nalgebra::DMatrix};
    /// use po_hrp::{Hrp, HrpParams};
    ///
    /// let covariance = Covariance::new(DMatrix::from_row_slice(2, 2, &[0.04, 0.0, 0.0, 0.01]))?;
    /// let allocation = Hrp::new(HrpParams::default())?.allocate(&covariance)?;
    /// let splits = allocation.explain();
    /// assert_eq!((splits[0].risk_left, splits[0].risk_right), (0.04, 0.01));
    /// assert!((splits[0].share_left - 0.2).abs() < 1e-15);
    /// # Ok::<(), po_hrp::Error>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Vec<Split> {
        explain(&self.order, &self.splits)
    }
}

impl AsRef<Weights> for HrpAllocation {
    fn as_ref(&self) -> &Weights {
        &self.weights
    }
}

/// Each split by the assets of its sides, a cluster before its parts.
pub(crate) fn explain(order: &[usize], splits: &[Bisection]) -> Vec<Split> {
    let mut splits = splits.to_vec();
    splits.sort_by_key(|split| (split.start, std::cmp::Reverse(split.end)));
    let assets = |start: usize, end: usize| order[start..end].to_vec();
    let explain = |split: Bisection| Split {
        left: assets(split.start, split.mid),
        right: assets(split.mid, split.end),
        risk_left: split.risk_left,
        risk_right: split.risk_right,
        share_left: split.share_left,
        weight_left: split.weight_left,
        weight_right: split.weight_right,
    };
    splits.into_iter().map(explain).collect()
}
