//! What the estimators refuse.

use po_core::{InputError, Universe};
use thiserror::Error;

/// Input that no covariance can be estimated from.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is not what its type promises, or does not fit the settings.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A sample covariance has more eigenvalues of zero than the number of observations explains.
    #[error(
        "the rank of the sample covariance is {rank}, expected {expected}: \
         an asset does not move, or is a combination of others"
    )]
    RankDeficient {
        /// The number of eigenvalues that are not zero within rounding.
        rank: usize,
        /// The lesser of N and T - 1.
        expected: usize,
    },
    /// Nothing is left of an asset once the eigenvalues that were to go are gone.
    #[error("the variance that is left of asset {asset} is zero, expected a positive number")]
    NothingLeft {
        /// The asset.
        asset: usize,
    },
    /// No return of an asset reaches the threshold.
    #[error(
        "the returns of asset {asset} all lie within {threshold} standard deviations, \
         expected one at least that large"
    )]
    NoLargeReturn {
        /// The asset.
        asset: usize,
        /// The threshold, in standard deviations.
        threshold: f64,
    },
    /// The observations that a robust estimate is to rest on lie on a hyperplane.
    #[error(
        "the covariance of {observations} observations is singular, \
         expected assets none of which is a combination of others"
    )]
    OnAHyperplane {
        /// How many observations lie on it.
        observations: usize,
    },
}

impl Error {
    /// The message, with the name of the asset in place of its number.
    ///
    /// # Examples
    /// ```
    /// use po_core::{InputError, Universe};
    ///
    /// let universe = Universe::new(["AAPL", "MSFT"])?;
    /// let error = po_correlation::Error::NothingLeft { asset: 1 };
    /// let text = "the variance that is left of MSFT is zero, expected a positive number";
    /// assert_eq!(error.named(&universe), text);
    /// # Ok::<(), InputError>(())
    /// ```
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        let asset = match self {
            Self::Input(error) => return error.named(universe),
            Self::NothingLeft { asset } | Self::NoLargeReturn { asset, .. } => *asset,
            _ => return self.to_string(),
        };
        self.to_string().replacen(&format!("asset {asset}"), &universe.label(asset), 1)
    }
}
