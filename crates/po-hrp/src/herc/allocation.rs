//! The result of hierarchical equal risk contribution: weights, and the way that led to them.

use po_core::{Risk, Universe, Weights};

use super::layout::{Layout, Top};
use crate::allocation::{Bisection, explain};
use crate::{Clusters, Dendrogram, Split, SplitRule, words};

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
    /// The measure of the risks, if it is one of the field.
    pub(super) measure: Option<Risk>,
    /// What the risks of the splits are those of.
    pub(super) rule: SplitRule,
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
/// Assets by index; the risk per period, in the units of its measure; weights as fractions of the whole portfolio.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct HercCluster {
    /// Its assets, ascending.
    pub assets: Vec<usize>,
    /// What each of them weighs.
    pub weights: Vec<f64>,
    /// The measure of the risk; none for one that is not of the field.
    pub measure: Option<Risk>,
    /// The risk of its naive risk parity.
    pub risk: f64,
    /// What its assets weigh together.
    pub weight: f64,
}

impl HercCluster {
    /// The cluster in one sentence: its risk, its weight, and what its assets have of that.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Allocator, Covariance, Universe};
    /// use po_hrp::{ClusterCount, Herc, HercParams};
    ///
    /// let universe = Universe::new(["AAPL", "MSFT", "TLT"])?;
    /// let covariance = Covariance::from_column_slice(3, &[
    ///     0.04, 0.02, 0.00,
    ///     0.02, 0.04, 0.00,
    ///     0.00, 0.00, 0.01,
    /// ])?;
    /// let params = HercParams { clusters: ClusterCount::Given(2), ..HercParams::default() };
    /// let clusters = Herc::new(params)?.allocate(&covariance)?.clusters();
    /// assert_eq!(
    ///     clusters[0].words(&universe),
    ///     "AAPL and MSFT form a cluster with a variance of 0.03 that gets 25 % of the portfolio: \
    ///      AAPL 12.5 % and MSFT 12.5 %."
    /// );
    /// # Ok::<(), po_hrp::Error>(())
    /// ```
    #[must_use]
    pub fn words(&self, universe: &Universe) -> String {
        let Self { assets, weights, measure, risk, weight } = self;
        let names = words::names(assets, universe);
        let (risk, weight) = (words::figures(*risk), words::percent(*weight));
        let risk = format!("with {} of {risk}", words::a_risk(*measure));
        if assets.len() == 1 {
            return format!("{names} is a cluster of its own {risk} that gets {weight} of the portfolio.");
        }
        let shares = words::weighed(assets, weights, "", universe);
        format!("{names} form a cluster {risk} that gets {weight} of the portfolio: {shares}.")
    }
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
        let weights = self.weights.as_slice();
        let cluster = |(assets, held): (Vec<usize>, &Held)| HercCluster {
            weights: assets.iter().map(|&asset| weights[asset]).collect(),
            assets,
            measure: self.measure,
            risk: held.risk,
            weight: held.weight,
        };
        members.zip(&self.clusters).map(cluster).collect()
    }

    /// Each split of a node above the clusters, a node before its sides; one fewer than there are clusters.
    ///
    /// The halves are the sides of the node, and their risks are those that [`Division`](crate::Division) weighs;
    /// where it weighs none, the sums over their clusters. [`SplitRule`] says which.
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
        explain(&self.order, &self.divisions, self.rule, self.measure)
    }

    /// The nodes at and above the cut, laid out.
    pub(super) fn top<'a>(&'a self, layout: &'a Layout) -> Top<'a> {
        let Self { dendrogram, order, cut, .. } = self;
        Top { dendrogram, clusters: cut.count(), order, layout }
    }
}

impl AsRef<Weights> for HercAllocation {
    fn as_ref(&self) -> &Weights {
        &self.weights
    }
}
