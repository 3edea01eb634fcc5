//! What a long-short allocation refuses.

use po_core::{InputError, Universe};
use thiserror::Error;

use crate::Error as HrpError;
use crate::error::{quoted, rounded};

/// Input that a long-short portfolio cannot be allocated from.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum LongShortError {
    /// Hierarchical risk parity refuses the positions.
    #[error(transparent)]
    Hrp(#[from] HrpError),
    /// A signal says neither long nor short.
    #[error(
        "the signal of asset {asset} is {signal}, expected a number above or below zero: an asset without a side is left out of the market"
    )]
    NoSide {
        /// The asset.
        asset: usize,
        /// Its signal.
        signal: f64,
    },
    /// There is a long book and nothing to hold in it.
    #[error("the long book is {long}, expected 0: every asset is short")]
    NoLongAssets {
        /// The size of the long book.
        long: f64,
    },
    /// There is a short book and nothing to hold in it.
    #[error("the short book is {short}, expected 0: no asset is short")]
    NoShortAssets {
        /// The size of the short book.
        short: f64,
    },
    /// A lower bound is negative.
    #[error(
        "the lower bound of asset {asset} is {lower}, expected zero or more: bounds are on the size of a position, on either side"
    )]
    NegativeBound {
        /// The asset.
        asset: usize,
        /// Its lower bound.
        lower: f64,
    },
    /// The lower bounds of all assets add up to more than the gross exposure.
    #[error("the lower bounds sum to {}, expected at most the gross exposure, {}", rounded(*sum), rounded(*gross))]
    LowerBoundsTooHigh {
        /// Their sum.
        sum: f64,
        /// The gross exposure.
        gross: f64,
    },
    /// The upper bounds of all assets add up to less than the gross exposure.
    #[error("the upper bounds sum to {}, expected at least the gross exposure, {}", rounded(*sum), rounded(*gross))]
    UpperBoundsTooLow {
        /// Their sum.
        sum: f64,
        /// The gross exposure.
        gross: f64,
    },
    /// No portfolio satisfies these group bounds at once; the short book counts as a group.
    #[error(
        "no portfolio satisfies the bounds of {} together with the bounds of the assets, expected bounds that leave room for a gross exposure of {}",
        quoted(groups),
        rounded(*gross)
    )]
    GroupsConflict {
        /// The groups that contradict each other.
        groups: Vec<String>,
        /// The gross exposure.
        gross: f64,
    },
}

impl LongShortError {
    /// The message with the names of `universe` in place of indices.
    ///
    /// # Examples
    /// ```
    /// use po_core::{InputError, Universe};
    /// use po_hrp::LongShortError;
    ///
    /// let universe = Universe::new(["AAPL", "MSFT"])?;
    /// assert_eq!(
    ///     LongShortError::NoSide { asset: 1, signal: 0.0 }.named(&universe),
    ///     "the signal of MSFT is 0, expected a number above or below zero: an asset without a side is left out of the market"
    /// );
    /// # Ok::<(), InputError>(())
    /// ```
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        match self {
            Self::Hrp(error) => error.named(universe),
            Self::NoSide { asset, .. } | Self::NegativeBound { asset, .. } => {
                self.to_string().replacen(&format!("asset {asset}"), &universe.label(*asset), 1)
            }
            _ => self.to_string(),
        }
    }

    /// Brings what is refused in units of the gross exposure back to fractions of capital.
    pub(super) fn of_capital(error: HrpError, gross: f64) -> Self {
        let capital = |weight: f64| rounded(weight * gross);
        match error {
            HrpError::LowerBoundsTooHigh { sum } => Self::LowerBoundsTooHigh { sum: capital(sum), gross },
            HrpError::UpperBoundsTooLow { sum } => Self::UpperBoundsTooLow { sum: capital(sum), gross },
            HrpError::GroupsConflict { groups } => Self::GroupsConflict { groups, gross },
            HrpError::GroupUnattainable { group, lower, upper, least, greatest } => {
                let [lower, upper] = [lower, upper].map(capital);
                let [least, greatest] = [least, greatest].map(capital);
                Self::Hrp(HrpError::GroupUnattainable { group, lower, upper, least, greatest })
            }
            error => Self::Hrp(error),
        }
    }
}

impl From<InputError> for LongShortError {
    fn from(error: InputError) -> Self {
        Self::Hrp(error.into())
    }
}
