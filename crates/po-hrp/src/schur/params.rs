//! The settings of Schur complementary allocation.

use po_core::{Bounds, GroupBound};

use crate::params::named;
use crate::{LeafOrder, Linkage, Metric};

/// Settings of [`Schur`](crate::Schur).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `gamma` | 0.5 | [0, 1] | how much each half learns of the other: nothing, as in hierarchical risk parity, up to all |
/// | `cap` | `Monotone` | two caps | whether gamma is lowered where more of it would not lower the variance |
/// | `linkage` | `Ward` | nine linkages | how the distance of two clusters follows from that of their assets |
/// | `metric` | `Correlation` | two metrics | which distance of two assets is clustered |
/// | `leaf_order` | `Dendrogram` | all orders | which order of the assets is bisected |
/// | `bounds` | none | `0 <= lower <= upper` | least and greatest weight of each asset |
/// | `groups` | none | `lower <= upper` | least and greatest total weight of groups of assets |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct SchurParams {
    /// How much each half of a cluster learns of the other one.
    pub gamma: f64,
    /// Whether gamma is lowered where more of it would not lower the variance.
    pub cap: GammaCap,
    /// How the distance of two clusters follows from that of their assets.
    pub linkage: Linkage,
    /// Which distance of two assets is clustered.
    pub metric: Metric,
    /// Which order of the assets is bisected.
    pub leaf_order: LeafOrder,
    /// Least and greatest weight of each asset.
    pub bounds: Option<Bounds>,
    /// Least and greatest total weight of groups of assets; groups may overlap.
    pub groups: Vec<GroupBound>,
}

impl Default for SchurParams {
    fn default() -> Self {
        Self {
            gamma: 0.5,
            cap: GammaCap::default(),
            linkage: Linkage::default(),
            metric: Metric::default(),
            leaf_order: LeafOrder::default(),
            bounds: None,
            groups: Vec::new(),
        }
    }
}

/// Whether gamma is lowered where more of it would do harm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum GammaCap {
    /// The gamma asked for, or the one below it from which on the variance of the portfolio stops to fall or an
    /// augmented covariance is not positive definite.
    #[default]
    Monotone,
    /// The gamma asked for, whatever the variance; an augmented covariance that is not positive definite is an error.
    Never,
}

named!(GammaCap, "cap of gamma", Monotone => "monotone", Never => "never");
