//! The settings of hierarchical equal risk contribution.

use po_core::{Bounds, Risk};

use crate::params::named;
use crate::{ClusterCount, Linkage, Metric};

/// Settings of [`Herc`](crate::Herc).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `linkage` | `Ward` | nine linkages | how the distance of two clusters follows from that of their assets |
/// | `metric` | `Correlation` | two metrics | which distance of two assets is clustered |
/// | `clusters` | `Gap` | three rules, or 1 to N | how the number of clusters is found |
/// | `risk` | `Variance` | any [`Risk`] | what clusters are weighed by, and their assets; most measures need the returns of a [`Market`](crate::Market) |
/// | `division` | `Clusters` | three divisions | what share of a node goes to either side |
/// | `within` | `InverseRisk` | two kinds of weights | how a cluster is shared out among its assets |
/// | `bounds` | none | `0 <= lower <= upper` | least and greatest weight of each asset |
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct HercParams {
    /// How the distance of two clusters follows from that of their assets.
    pub linkage: Linkage,
    /// Which distance of two assets is clustered.
    pub metric: Metric,
    /// How the number of clusters is found.
    pub clusters: ClusterCount,
    /// What clusters are weighed by, and their assets.
    pub risk: Risk,
    /// What share of a node goes to either side.
    pub division: Division,
    /// How a cluster is shared out among its assets.
    pub within: ClusterWeights,
    /// Least and greatest weight of each asset.
    pub bounds: Option<Bounds>,
}

/// What share of the weight of a node of the tree goes to its left side, when `R` is a risk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Division {
    /// By the risks of the clusters on either side, added up: a side of many clusters counts as risky.
    ///
    /// ```text
    /// R(side) = Σ_C R(C), over the clusters of the side,   share = R(right) / (R(left) + R(right))
    /// ```
    ///
    /// # Source
    /// Raffinot (2018).
    #[default]
    Clusters,
    /// By the risk of the naive risk parity of all assets on either side, as if they were one cluster, which sees that clusters diversify
    /// each other.
    ///
    /// ```text
    /// R(side) as of one cluster,   share = R(right) / (R(left) + R(right))
    /// ```
    ///
    /// # Source
    /// López de Prado (2016), whose bisection is carried over to the nodes of the tree.
    Assets,
    /// Half to either side, whatever the risks are.
    ///
    /// # Source
    /// Raffinot (2017), Hierarchical Clustering-Based Asset Allocation; with [`ClusterWeights::Equal`] it is
    /// his portfolio.
    Halves,
}

/// How a cluster is shared out among its assets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum ClusterWeights {
    /// By naive risk parity (Raffinot 2018).
    ///
    /// ```text
    /// w_i = m_C (1 / r_i) / Σ_j (1 / r_j),   m_C the weight of the cluster
    /// ```
    #[default]
    InverseRisk,
    /// In equal parts; the risk of the cluster, by which it is weighed against others, stays that of its
    /// naive risk parity (Riskfolio-Lib, which calls this HERC2).
    ///
    /// ```text
    /// w_i = m_C / n_C
    /// ```
    Equal,
}

named!(Division, "division", Clusters => "clusters", Assets => "assets", Halves => "halves");
named!(ClusterWeights, "kind of weights within clusters", InverseRisk => "inverse-risk", Equal => "equal");
