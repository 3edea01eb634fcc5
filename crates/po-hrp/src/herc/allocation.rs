//! The result of hierarchical equal risk contribution: weights, and the way that led to them.

use po_core::Weights;

use crate::allocation::{Bisection, explain};
use crate::{Clusters, Dendrogram, Split};

/// The weights of hierarchical equal risk contribution with the tree, the clusters and the splits that gave
/// them.
///
/// `HercAllocation::default()` is empty: a place for [`Herc`](crate::Herc) to write to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HercAllocation {
    pub(super) weights: Weights,
    pub(super) dendrogram: Dendrogram,
    pub(super) order: Vec<usize>,
    pub(super) cut: Clusters,
    /// Risk and weight of each cluster, by its label.
    pub(super) clusters: Vec<Held>,
    /// The splits, the root first.
    pub(super) divisions: Vec<Bisection>,
}

/// What a cluster is and holds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Held {
    pub(super) risk: f64,
    pub(super) weight: f64,
}

/// One cluster.
///
/// # Shapes and units
/// Assets by index; the risk as [`ClusterRisk`](crate::ClusterRisk) has it, per period; the weight as a
/// fraction of the whole portfolio.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct HercCluster {
    /// Its assets, ascending.
    pub assets: Vec<usize>,
    /// The risk of its naive risk parity.
    pub risk: f64,
    /// What its assets weigh together.
    pub weight: f64,
}

impl HercAllocation {
    /// The weights, in the order of the assets; they sum to one.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The tree of clusters, numbered as SciPy does.
    #[must_use]
    pub fn dendrogram(&self) -> &Dendrogram {
        &self.dendrogram
    }

    /// The leaves of the tree from left to right; each cluster is a run of them.
    #[must_use]
    pub fn leaf_order(&self) -> &[usize] {
        &self.order
    }

    /// Which asset is in which cluster, and the scores of the numbers of clusters that were tried.
    #[must_use]
    pub fn cut(&self) -> &Clusters {
        &self.cut
    }

    /// Each cluster with its risk and its weight, in the order of its first asset.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Allocator, Covariance};
    /// use po_hrp::{ClusterCount, Herc, HercParams};
    ///
    /// let covariance = Covariance::from_column_slice(3, &[
    ///     0.04, 0.02, 0.00,
    ///     0.02, 0.04, 0.00,
    ///     0.00, 0.00, 0.01,
    /// ])?;
    /// let params = HercParams { clusters: ClusterCount::Given(2), ..HercParams::default() };
    /// let clusters = Herc::new(params)?.allocate(&covariance)?.clusters();
    /// assert_eq!(clusters[0].assets, [0, 1]);
    /// // Equal parts of two assets with variance 0.04 and covariance 0.02; the other cluster has 0.01.
    /// assert!((clusters[0].risk - 0.03).abs() < 1e-15);
    /// assert!((clusters[0].weight - 0.25).abs() < 1e-15);
    /// # Ok::<(), po_hrp::Error>(())
    /// ```
    #[must_use]
    pub fn clusters(&self) -> Vec<HercCluster> {
        let members = self.cut.members().into_iter();
        let cluster = |(assets, held): (Vec<usize>, &Held)| HercCluster {
            assets,
            risk: held.risk,
            weight: held.weight,
        };
        members.zip(&self.clusters).map(cluster).collect()
    }

    /// Each split of a node above the clusters, a node before its sides; one fewer than there are clusters.
    ///
    /// The halves are the sides of the node, and their risks are those that [`Division`](crate::Division) weighs;
    /// where it weighs none, the sums over their clusters.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Allocator, Covariance};
    /// use po_hrp::{ClusterCount, Herc, HercParams};
    ///
    /// let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01])?;
    /// let params = HercParams { clusters: ClusterCount::Given(2), ..HercParams::default() };
    /// let splits = Herc::new(params)?.allocate(&covariance)?.explain();
    /// assert!((splits[0].risk_left - 0.04).abs() < 1e-15);
    /// assert!((splits[0].share_left - 0.2).abs() < 1e-15);
    /// # Ok::<(), po_hrp::Error>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Vec<Split> {
        explain(&self.order, &self.divisions)
    }
}

impl AsRef<Weights> for HercAllocation {
    fn as_ref(&self) -> &Weights {
        &self.weights
    }
}
