//! The settings of nested clustered optimisation.

use crate::{ClusterCount, Linkage, Metric};

/// Settings of [`Nco`](crate::Nco), beside its two allocators.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `linkage` | `Ward` | nine linkages | how the distance of two clusters follows from that of their assets |
/// | `metric` | `Correlation` | two metrics | which distance of two assets is clustered |
/// | `clusters` | `Gap` | three rules, or 1 to N | how the number of clusters is found |
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct NcoParams {
    /// How the distance of two clusters follows from that of their assets.
    pub linkage: Linkage,
    /// Which distance of two assets is clustered.
    pub metric: Metric,
    /// How the number of clusters is found.
    pub clusters: ClusterCount,
}
