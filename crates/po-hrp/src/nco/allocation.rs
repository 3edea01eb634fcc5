//! The result of nested clustered optimisation.

use po_core::{Universe, Weights};

use crate::{Clusters, words};

/// The weights of nested clustered optimisation, with the clusters and what either allocator made of them.
///
/// `I` is the result of the inner allocator, `O` that of the outer one.
/// `NcoAllocation::default()` is empty: a place for [`Nco`](crate::Nco) to write to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NcoAllocation<I, O> {
    pub(super) weights: Weights,
    pub(super) clusters: Clusters,
    pub(super) inner: Vec<I>,
    pub(super) outer: O,
}

/// One cluster of a nested allocation.
///
/// # Shapes and units
/// Assets by index; `inner` as fractions of the cluster, one for each member, `outer` as a fraction of the whole
/// portfolio.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Nest {
    /// The assets of the cluster, ascending.
    pub members: Vec<usize>,
    /// The weight of each member in the cluster.
    pub inner: Weights,
    /// The weight of the cluster in the portfolio.
    pub outer: f64,
}

impl Nest {
    /// The cluster in one sentence: its weight, and what its assets have of that.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Universe, Weights};
    /// use po_hrp::Nest;
    ///
    /// let universe = Universe::new(["AAPL", "MSFT", "TLT"])?;
    /// let nest = Nest { members: vec![0, 2], inner: Weights::new(vec![0.25, 0.75])?, outer: 0.4 };
    /// assert_eq!(
    ///     nest.words(&universe),
    ///     "AAPL and TLT form a cluster that gets 40 % of the portfolio, of which AAPL has 25 % and TLT has 75 %."
    /// );
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    #[must_use]
    pub fn words(&self, universe: &Universe) -> String {
        let (names, outer) = (words::names(&self.members, universe), words::percent(self.outer));
        if self.members.len() == 1 {
            return format!("{names} is a cluster of its own that gets {outer} of the portfolio.");
        }
        let shares = words::weighed(&self.members, self.inner.as_slice(), " has", universe);
        format!("{names} form a cluster that gets {outer} of the portfolio, of which {shares}.")
    }
}

impl<I: AsRef<Weights>, O: AsRef<Weights>> NcoAllocation<I, O> {
    /// The weights, in the order of the assets.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The clusters, numbered in the order of their first assets.
    #[must_use]
    pub fn clusters(&self) -> &Clusters {
        &self.clusters
    }

    /// What the inner allocator made of each cluster, whose members it counts from zero.
    #[must_use]
    pub fn inner(&self) -> &[I] {
        &self.inner
    }

    /// What the outer allocator made of the clusters.
    #[must_use]
    pub fn outer(&self) -> &O {
        &self.outer
    }

    /// Each cluster with its members, their weights in it, and its weight in the portfolio.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Allocator, Covariance, InverseVariance};
    /// use po_hrp::{ClusterCount, Nco, NcoParams};
    ///
    /// let covariance = Covariance::from_column_slice(3, &[0.04, 0.02, 0.0, 0.02, 0.04, 0.0, 0.0, 0.0, 0.01])?;
    /// let params = NcoParams { clusters: ClusterCount::Given(2), ..NcoParams::default() };
    /// let allocation = Nco::new(params, InverseVariance, InverseVariance)?.allocate(&covariance)?;
    /// let nests = allocation.explain();
    /// assert_eq!((&nests[0].members[..], nests[0].inner.as_slice()), (&[0, 1][..], &[0.5, 0.5][..]));
    /// assert!((nests[1].outer - 0.75).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Vec<Nest> {
        let parts = self.inner.iter().zip(self.outer.as_ref().as_slice());
        let nest = |(members, (inner, &outer)): (_, (&I, &f64))| Nest {
            members,
            inner: inner.as_ref().clone(),
            outer,
        };
        self.clusters.members().into_iter().zip(parts).map(nest).collect()
    }
}

impl<I, O> AsRef<Weights> for NcoAllocation<I, O> {
    fn as_ref(&self) -> &Weights {
        &self.weights
    }
}
