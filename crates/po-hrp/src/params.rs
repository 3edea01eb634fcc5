//! The settings of hierarchical risk parity.

use std::fmt;
use std::str::FromStr;

use po_core::{Bounds, GroupBound, InputError, Risk, nearest_name};

/// Settings of [`Hrp`](crate::Hrp).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `linkage` | `Ward` | seven linkages | how the distance of two clusters follows from that of their assets |
/// | `metric` | `Correlation` | two metrics | which distance of two assets is clustered |
/// | `leaf_order` | `Dendrogram` | two orders | which of the orders that the tree allows is bisected |
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
    /// Which of the orders that the tree allows is bisected.
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

/// In which order the leaves of the tree are laid out for the bisection; a tree of N leaves allows `2^(N-1)` orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum LeafOrder {
    /// As the tree stands: of two siblings a single asset comes first, then the cluster that was formed earlier.
    #[default]
    Dendrogram,
    /// The order that minimises the sum of the distances between neighbours.
    Optimal,
}

/// Gives a fieldless enum its list of values, its names, and the way back from a name.
macro_rules! named {
    ($type:ident, $kind:literal, $($variant:ident => $name:literal),+) => {
        impl $type {
            /// All values, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name by which configuration files and the command line call it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $type {
            type Err = InputError;

            fn from_str(name: &str) -> Result<Self, InputError> {
                Self::ALL.iter().copied().find(|value| value.name() == name).ok_or_else(|| {
                    let nearest = nearest_name(name, Self::ALL.iter().map(|value| value.name()));
                    let nearest = nearest.map(str::to_owned);
                    InputError::UnknownName { kind: $kind, name: name.to_owned(), nearest }
                })
            }
        }
    };
}

named!(Linkage, "linkage",
    Single => "single", Complete => "complete", Average => "average", Weighted => "weighted",
    Ward => "ward", Centroid => "centroid", Median => "median");
named!(Metric, "metric", Correlation => "correlation", Columns => "columns");
named!(LeafOrder, "leaf order", Dendrogram => "dendrogram", Optimal => "optimal");
