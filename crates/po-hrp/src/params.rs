//! The settings of hierarchical risk parity.

use po_core::{Bounds, GroupBound, Risk};

use crate::FilteredGraph;

/// Settings of [`Hrp`](crate::Hrp).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `linkage` | `Ward` | any [`Linkage`] | how the distance of two clusters follows from that of their assets |
/// | `metric` | `Correlation` | two metrics | which distance of two assets is clustered |
/// | `leaf_order` | `Dendrogram` | all orders | which order of the assets is bisected |
/// | `risk` | `Variance` | any [`Risk`] | what halves are weighed by; most measures need the returns of a [`Market`](crate::Market) |
/// | `bounds` | none | `0 <= lower <= upper` | least and greatest weight of each asset |
/// | `groups` | none | `lower <= upper` | least and greatest total weight of groups of assets |
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct HrpParams {
    /// How the distance of two clusters follows from that of their assets.
    pub linkage: Linkage,
    /// Which distance of two assets is clustered.
    pub metric: Metric,
    /// Which order of the assets is bisected.
    pub leaf_order: LeafOrder,
    /// What the halves of a cluster are weighed by.
    pub risk: Risk,
    /// Least and greatest weight of each asset.
    pub bounds: Option<Bounds>,
    /// Least and greatest total weight of groups of assets; groups may overlap.
    pub groups: Vec<GroupBound>,
}

/// How the distance between two clusters follows from the distances between their assets.
///
/// Cluster `ab` joins `a` and `b`; `n` counts the assets of a cluster; `x` is any other cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Linkage {
    /// The nearest pair (López de Prado's choice; tends to chains).
    ///
    /// ```text
    /// d(ab, x) = min(d(a, x), d(b, x))
    /// ```
    Single,
    /// The farthest pair.
    ///
    /// ```text
    /// d(ab, x) = max(d(a, x), d(b, x))
    /// ```
    Complete,
    /// The mean over all pairs (UPGMA).
    ///
    /// ```text
    /// d(ab, x) = (n_a d(a, x) + n_b d(b, x)) / (n_a + n_b)
    /// ```
    Average,
    /// The mean of the two joined clusters, whatever their sizes (WPGMA, `McQuitty`).
    ///
    /// ```text
    /// d(ab, x) = (d(a, x) + d(b, x)) / 2
    /// ```
    Weighted,
    /// The growth of the within-cluster sum of squares (Ward 1963): compact clusters of similar size.
    ///
    /// ```text
    /// d²(ab, x) = ((n_a + n_x) d²(a, x) + (n_b + n_x) d²(b, x) - n_x d²(a, b)) / (n_a + n_b + n_x)
    /// ```
    #[default]
    Ward,
    /// The distance of the centroids (UPGMC); merge heights may step down.
    ///
    /// ```text
    /// d²(ab, x) = (n_a d²(a, x) + n_b d²(b, x)) / (n_a + n_b) - n_a n_b d²(a, b) / (n_a + n_b)²
    /// ```
    Centroid,
    /// The distance of the midpoints (WPGMC); merge heights may step down.
    ///
    /// ```text
    /// d²(ab, x) = d²(a, x) / 2 + d²(b, x) / 2 - d²(a, b) / 4
    /// ```
    Median,
    /// Directed bubbles of the triangulated maximally filtered graph (Song, Di Matteo, Aste 2012): complete linkage by
    /// shortest paths along a planar graph of the strongest similarities, within its pieces, then between them, as
    /// [`dbht`](crate::dbht()) has it; heights count merges, whatever the distances.
    ///
    /// ```text
    /// similarity = 1 - d², or 1 - (d / d_max)² if d_max > 1
    /// ```
    Dbht,
    /// The same on the planar maximally filtered graph, which takes up to O(N³) time.
    #[cfg_attr(feature = "serde", serde(rename = "dbht-pmfg"))]
    DbhtPmfg,
}

/// Which distance between two assets is clustered.
///
/// Both start from the correlation distance, a proper metric.
///
/// ```text
/// d_ij = sqrt((1 - ρ_ij) / 2)
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Metric {
    /// The correlation distance itself, as most libraries cluster it.
    #[default]
    Correlation,
    /// The Euclidean distance between two columns of the matrix of correlation distances: two assets are near when
    /// they relate alike to all others (López de Prado 2016, the second-stage distance).
    ///
    /// ```text
    /// D_ij = sqrt(Σ_k (d_ik - d_jk)²)
    /// ```
    Columns,
}

/// In which order the assets are laid out for the bisection; a tree of N leaves allows `2^(N-1)` orders of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum LeafOrder {
    /// As the tree stands: of two siblings a single asset comes first, then the cluster that was formed earlier.
    #[default]
    Dendrogram,
    /// The order that minimises the sum of the distances between neighbours.
    Optimal,
    /// The order with the fewest pairs that stand the other way round than in
    /// [`Market::order_before`](crate::Market::order_before); see [`stable_leaf_order`](crate::stable_leaf_order).
    ///
    /// Where the order before leaves a choice, and without one, the leaves stand as the tree does.
    Stable,
    /// No order of the tree: that of [`spectral_order`](crate::spectral_order), from the distances that are clustered.
    #[cfg(feature = "linalg")]
    #[cfg_attr(docsrs, doc(cfg(feature = "linalg")))]
    Spectral,
}

impl LeafOrder {
    /// Whether the order follows from the distances themselves, and not from the tree alone.
    pub(crate) fn needs_distances(self) -> bool {
        !matches!(self, Self::Dendrogram | Self::Stable)
    }
}

/// Gives a fieldless enum its list of values, its names, and the way back from a name.
macro_rules! named {
    ($type:ident, $kind:literal, $($(#[$when:meta])* $variant:ident => $name:literal),+) => {
        impl $type {
            /// All values, in order.
            pub const ALL: &[Self] = &[$($(#[$when])* Self::$variant),+];

            /// The name by which configuration files and the command line call it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $($(#[$when])* Self::$variant => $name),+ }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = po_core::InputError;

            fn from_str(name: &str) -> Result<Self, po_core::InputError> {
                Self::ALL.iter().copied().find(|value| value.name() == name).ok_or_else(|| {
                    let nearest = po_core::nearest_name(name, Self::ALL.iter().map(|value| value.name()));
                    let nearest = nearest.map(str::to_owned);
                    po_core::InputError::UnknownName { kind: $kind, name: name.to_owned(), nearest }
                })
            }
        }
    };
}

pub(crate) use named;

named!(Linkage, "linkage",
    Single => "single", Complete => "complete", Average => "average", Weighted => "weighted",
    Ward => "ward", Centroid => "centroid", Median => "median", Dbht => "dbht", DbhtPmfg => "dbht-pmfg");
named!(FilteredGraph, "filtered graph", Tmfg => "tmfg", Pmfg => "pmfg");
named!(Metric, "metric", Correlation => "correlation", Columns => "columns");
named!(LeafOrder, "leaf order",
    Dendrogram => "dendrogram", Optimal => "optimal", Stable => "stable",
    #[cfg(feature = "linalg")] Spectral => "spectral");
