//! What nested clustered optimisation refuses, and what its allocators refuse.

use po_core::{InputError, Universe};
use thiserror::Error;

use crate::Error as HrpError;
use crate::error::cluster;

/// Input that nested clustered optimisation, its inner allocator with error `I`, or its outer one with error `O`,
/// cannot allocate.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum NcoError<I, O> {
    /// The assets cannot be clustered, or the clusters have no covariance.
    #[error(transparent)]
    Clusters(#[from] HrpError),
    /// The inner allocator refuses a cluster; the assets that it names are counted within the cluster.
    #[error("{} is refused: {source}", cluster(first(members), members.len().saturating_sub(1)))]
    Inner {
        /// The assets of the cluster, ascending: the inner allocator's asset `i` is `members[i]`.
        members: Vec<usize>,
        /// What it says.
        source: I,
    },
    /// The outer allocator refuses the covariance of the clusters; the assets that it names are clusters.
    #[error("the covariance of the {clusters} clusters is refused: {source}")]
    Outer {
        /// The number of clusters.
        clusters: usize,
        /// What it says.
        source: O,
    },
}

impl<I: std::error::Error + 'static, O: std::error::Error + 'static> NcoError<I, O> {
    /// The message with the names of `universe` in place of the indices of this method; those inside the message of
    /// an allocator stay.
    ///
    /// # Examples
    /// ```
    /// use po_core::{InputError, Universe};
    /// use po_hrp::NcoError;
    ///
    /// let universe = Universe::new(["AAPL", "MSFT", "TLT"])?;
    /// let source = InputError::ZeroVariance { asset: 1 };
    /// let error: NcoError<InputError, InputError> = NcoError::Inner { members: vec![1, 2], source: source.clone() };
    /// assert_eq!(error.named(&universe), format!("the cluster of MSFT and 1 other is refused: {source}"));
    /// # Ok::<(), InputError>(())
    /// ```
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        match self {
            Self::Clusters(error) => error.named(universe),
            Self::Inner { members, .. } => {
                let asset = first(members);
                self.to_string().replacen(&format!("asset {asset}"), &universe.label(asset), 1)
            }
            Self::Outer { .. } => self.to_string(),
        }
    }
}

impl<I, O> From<InputError> for NcoError<I, O> {
    fn from(error: InputError) -> Self {
        Self::Clusters(error.into())
    }
}

/// A cluster has members.
fn first(members: &[usize]) -> usize {
    members.first().copied().unwrap_or_default()
}
