//! What risk budgeting refuses.

use po_core::{InputError, Universe};
use thiserror::Error;

/// A request for a risk budget that has no answer.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is not what its type promises, or does not fit the settings.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The covariance of the assets with a budget is not positive semidefinite.
    #[error(
        "the covariance is not positive semidefinite at asset {asset}, expected a matrix without negative eigenvalues: estimate it from complete data, or repair it"
    )]
    NotPositiveSemidefinite {
        /// The first asset that shows it: the assets before it have a covariance that could be one.
        asset: usize,
    },
    /// A portfolio of the assets with a budget has a negative variance.
    #[error(
        "the variance of a portfolio is {ratio:e} of what it would be if all correlations were 1, expected zero or more: the covariance is not positive semidefinite"
    )]
    NegativeVariance {
        /// The variance of the portfolio in units of that of the same positions when all correlations are one.
        ratio: f64,
    },
    /// The assets with a budget hedge each other completely: a portfolio without risk has no risk to share.
    #[error(
        "the assets with a budget hedge each other completely: the variance of a portfolio is {ratio:e} of what it would be if all correlations were 1, expected a covariance that leaves some risk"
    )]
    Riskless {
        /// The variance of the portfolio in units of that of the same positions when all correlations are one.
        ratio: f64,
    },
    /// Short positions outweigh the long ones, so that no multiple of the portfolio has weights that sum to one.
    #[error(
        "the net exposure is {net} of the gross exposure, expected a positive number: weights cannot be scaled to sum to one"
    )]
    NetNotPositive {
        /// The net exposure as a fraction of the gross exposure.
        net: f64,
    },
    /// A long-only portfolio has no positive risk, so that risk cannot be shared among its assets.
    #[error(
        "the {measure} of a long-only portfolio is {risk:e}, expected a positive number for each: the measure counts gains, or assets hedge each other completely"
    )]
    NoRisk {
        /// The measure.
        measure: &'static str,
        /// The risk of that portfolio, with weights that sum to one.
        risk: f64,
    },
    /// No portfolio satisfies the constraints, or the method cannot take them.
    #[error(transparent)]
    Programme(#[from] po_convex::Error),
    /// Some factors are combinations of others, so that risk cannot be told apart between them.
    #[error(
        "the exposures to {factors} factors have rank {rank}, expected {factors}: some factors are combinations of others"
    )]
    DependentFactors {
        /// Number of factors.
        factors: usize,
        /// How many of them are independent.
        rank: usize,
    },
    /// The caps on shares of risk sum to less than all of it.
    #[error("the caps on the shares of risk sum to {sum}, expected at least 1: the shares themselves do")]
    CapsTooLow {
        /// Their sum.
        sum: f64,
    },
    /// The barrier of a constrained budget keeps the weights from summing to what they must.
    #[error(
        "the weights of the barrier under the constraints sum to {reached}, expected {expected}: the constraints do not go together with weights in proportion to budgets"
    )]
    SumOutOfReach {
        /// The sum that is nearest to what it must be.
        reached: f64,
        /// What it must be.
        expected: f64,
    },
    /// An asset stands in two groups of a nested budget.
    #[error("asset {asset:?} stands in group {first:?} and in group {second:?}, expected each asset once")]
    AssetTwice {
        /// The asset.
        asset: String,
        /// The group in which it stands first.
        first: String,
        /// The group in which it stands again.
        second: String,
    },
    /// An asset stands in no group of a nested budget.
    #[error(
        "asset {asset:?} stands in no group of the budget, expected it in one, with a share of zero if need be"
    )]
    AssetInNoGroup {
        /// The asset.
        asset: String,
    },
    /// A group of a nested budget has a share but nobody to give it to.
    #[error("group {group:?} has no members, expected at least one")]
    EmptyGroup {
        /// The group.
        group: String,
    },
    /// A share within a nested budget is not a share.
    #[error("the share of {member:?} in {group:?} is {share}, expected a finite number, zero or more")]
    ShareOutOfRange {
        /// The group.
        group: String,
        /// Its part: a group or an asset.
        member: String,
        /// The share.
        share: f64,
    },
    /// The shares within a group of a nested budget do not sum to one.
    #[error("the shares within {group:?} sum to {sum}, expected 1")]
    SharesNotOne {
        /// The group.
        group: String,
        /// Their sum.
        sum: f64,
    },
}

impl Error {
    /// The message with the names of `universe` in place of indices.
    ///
    /// # Examples
    /// ```
    /// use po_core::{InputError, Universe};
    /// use po_risk_budget::Error;
    ///
    /// let universe = Universe::new(["AAPL", "MSFT"])?;
    /// let error = Error::Input(InputError::ZeroVariance { asset: 1 });
    /// assert_eq!(error.named(&universe), "the variance of MSFT is zero, expected a positive number");
    /// # Ok::<(), InputError>(())
    /// ```
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        match self {
            Self::Input(error) => error.named(universe),
            Self::Programme(error) => error.named(universe),
            Self::NotPositiveSemidefinite { asset } => {
                self.to_string().replacen(&format!("asset {asset}"), &universe.label(*asset), 1)
            }
            _ => self.to_string(),
        }
    }
}
