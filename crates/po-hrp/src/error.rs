//! What hierarchical risk parity refuses.

use po_core::{InputError, RiskError, Universe};
use thiserror::Error;

/// Input that hierarchical risk parity cannot allocate.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is not what its type promises, or does not fit the settings.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A lower bound is negative: hierarchical risk parity holds no short positions.
    #[error("the lower bound of asset {asset} is {lower}, expected zero or more: the portfolio is long-only")]
    NegativeBound {
        /// The asset.
        asset: usize,
        /// Its lower bound.
        lower: f64,
    },
    /// The lower bounds of all assets add up to more than the whole portfolio.
    #[error("the lower bounds sum to {}, expected at most 1", rounded(*sum))]
    LowerBoundsTooHigh {
        /// Their sum.
        sum: f64,
    },
    /// The upper bounds of all assets add up to less than the whole portfolio.
    #[error("the upper bounds sum to {}, expected at least 1", rounded(*sum))]
    UpperBoundsTooLow {
        /// Their sum.
        sum: f64,
    },
    /// A group has a member that the bounds or the covariance do not have.
    #[error("group {group:?} has member {member}, expected an index below the number of assets, {assets}")]
    UnknownMember {
        /// The group.
        group: String,
        /// The index of the member.
        member: usize,
        /// The number of assets.
        assets: usize,
    },
    /// A group must hold more, or less, than its members can under their own bounds.
    #[error(
        "the bounds of group {group:?} are [{lower}, {upper}], expected them to meet what its members can hold, [{}, {}]",
        rounded(*least),
        rounded(*greatest)
    )]
    GroupUnattainable {
        /// The group.
        group: String,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
        /// The least that its members can hold together.
        least: f64,
        /// The most that its members can hold together.
        greatest: f64,
    },
    /// No portfolio satisfies these group bounds at once.
    #[error(
        "no portfolio satisfies the bounds of {} together with the bounds of the assets, expected bounds that leave room for a sum of 1",
        quoted(groups)
    )]
    GroupsConflict {
        /// The groups that contradict each other.
        groups: Vec<String>,
    },
    /// More clusters are asked for than there are assets.
    #[error("the number of clusters is {clusters}, expected at most the number of assets, {assets}")]
    TooManyClusters {
        /// The number of clusters.
        clusters: usize,
        /// The number of assets.
        assets: usize,
    },
    /// The variance of a cluster is negative by more than rounding: the covariance is far from positive
    /// semidefinite.
    #[error(
        "{} has variance {variance}, expected zero or more: the covariance is not positive semidefinite",
        cluster(*first, *others)
    )]
    NegativeClusterVariance {
        /// The first asset of the cluster, in leaf order.
        first: usize,
        /// How many other assets the cluster has.
        others: usize,
        /// The variance of the cluster.
        variance: f64,
    },
    /// The covariance of a cluster, augmented with so large a gamma by what the other half says, is not positive
    /// definite.
    #[cfg(feature = "linalg")]
    #[cfg_attr(docsrs, doc(cfg(feature = "linalg")))]
    #[error(
        "gamma is {gamma}, expected less, or a cap on gamma: the augmented covariance of {} is not positive definite",
        cluster(*first, *others)
    )]
    IndefiniteCluster {
        /// The first asset of the cluster, in leaf order.
        first: usize,
        /// How many other assets the cluster has.
        others: usize,
        /// The gamma.
        gamma: f64,
    },
    /// The order before has an asset that the covariance does not have.
    #[error(
        "place {place} of the order before is {asset}, expected an index below the number of assets, {assets}"
    )]
    UnknownBefore {
        /// The place in the order.
        place: usize,
        /// The index that stands there.
        asset: usize,
        /// The number of assets.
        assets: usize,
    },
    /// The order before has an asset twice.
    #[error(
        "asset {asset} stands at places {first} and {second} of the order before, expected each asset once"
    )]
    TwiceBefore {
        /// The asset.
        asset: usize,
        /// Its first place.
        first: usize,
        /// Its second place.
        second: usize,
    },
    /// The measure of risk needs returns, and was given a covariance alone.
    #[error(
        "the {risk} of a cluster follows from returns, expected those of the assets beside their covariance"
    )]
    ReturnsNeeded {
        /// The measure.
        risk: &'static str,
    },
    /// The risk of an asset alone is zero, negative, or out of all range.
    #[error(
        "the {measure} of asset {asset} is {risk}, expected a positive number: its inverse is the weight in a cluster"
    )]
    AssetRisk {
        /// The measure.
        measure: &'static str,
        /// The asset.
        asset: usize,
        /// Its risk.
        risk: f64,
    },
    /// The returns of an asset, or of a cluster's portfolio, are beyond the measure of risk.
    #[error("the {measure} of {} cannot be told: {problem}", cluster(*first, *others))]
    Risk {
        /// The measure.
        measure: &'static str,
        /// The first asset of the cluster, in leaf order.
        first: usize,
        /// How many other assets the cluster has.
        others: usize,
        /// What the measure refuses.
        problem: RiskError,
    },
    /// The risk of a cluster is negative, as that of a portfolio can be that hardly loses.
    #[error("the {measure} of {} is {risk}, expected zero or more", cluster(*first, *others))]
    ClusterRisk {
        /// The measure.
        measure: &'static str,
        /// The first asset of the cluster, in leaf order.
        first: usize,
        /// How many other assets the cluster has.
        others: usize,
        /// The risk.
        risk: f64,
    },
}

impl Error {
    /// The message with the names of `universe` in place of indices.
    ///
    /// # Examples
    /// ```
    /// use po_core::{InputError, RiskError, Universe};
    ///
    /// let universe = Universe::new(["AAPL", "MSFT"])?;
    /// let error = po_hrp::Error::NegativeBound { asset: 1, lower: -0.1 };
    /// assert_eq!(
    ///     error.named(&universe),
    ///     "the lower bound of MSFT is -0.1, expected zero or more: the portfolio is long-only"
    /// );
    /// # Ok::<(), InputError>(())
    /// ```
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        let asset = match self {
            Self::Input(error) => return error.named(universe),
            Self::NegativeBound { asset, .. }
            | Self::TwiceBefore { asset, .. }
            | Self::AssetRisk { asset, .. } => *asset,
            Self::NegativeClusterVariance { first, .. }
            | Self::Risk { first, .. }
            | Self::ClusterRisk { first, .. } => *first,
            #[cfg(feature = "linalg")]
            Self::IndefiniteCluster { first, .. } => *first,
            Self::UnknownMember { .. }
            | Self::UnknownBefore { .. }
            | Self::LowerBoundsTooHigh { .. }
            | Self::UpperBoundsTooLow { .. }
            | Self::GroupUnattainable { .. }
            | Self::TooManyClusters { .. }
            | Self::ReturnsNeeded { .. }
            | Self::GroupsConflict { .. } => return self.to_string(),
        };
        self.to_string().replacen(&format!("asset {asset}"), &universe.label(asset), 1)
    }
}

/// What messages call a cluster, by its first asset; names take the place of the index.
pub(crate) fn cluster(first: usize, others: usize) -> String {
    match others {
        0 => format!("asset {first}"),
        1 => format!("the cluster of asset {first} and 1 other"),
        _ => format!("the cluster of asset {first} and {others} others"),
    }
}

/// Sums as a person would write them: without the last digits, which are rounding.
pub(crate) fn rounded(sum: f64) -> f64 {
    if sum.abs() < 1e3 { (sum * 1e12).round() / 1e12 } else { sum }
}

pub(crate) fn quoted(groups: &[String]) -> String {
    let quoted: Vec<String> = groups.iter().map(|group| format!("{group:?}")).collect();
    quoted.join(", ")
}
