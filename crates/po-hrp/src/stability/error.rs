//! What a stability analysis refuses, and what the rule refuses that it judges.

use po_core::{InputError, Universe};
use thiserror::Error;

use crate::Error as HrpError;

/// A stability that cannot be told, where the rule has errors of type `E`.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum StabilityError<E> {
    /// The settings are out of range, the resamples do not fit the sample, or the answer of the rule is no answer.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The rule refuses the sample.
    #[error("the sample is refused: {source}")]
    Sample {
        /// What it says.
        source: E,
    },
    /// The rule refuses almost all resamples.
    #[error(
        "the number of resamples that are not refused is {}, expected 2 or more: resample {resample} of {resamples} is refused, for {source}",
        resamples - failed
    )]
    Resamples {
        /// How many there are.
        resamples: usize,
        /// How many of them it refuses.
        failed: usize,
        /// The first of those, counted from zero.
        resample: usize,
        /// What it says to that one.
        source: E,
    },
}

impl StabilityError<HrpError> {
    /// The message with the names of `universe` in place of indices.
    ///
    /// # Examples
    /// ```
    /// use po_core::{InputError, Universe};
    /// use po_hrp::{Error, StabilityError};
    ///
    /// let universe = Universe::new(["AAPL", "MSFT"])?;
    /// let source = Error::Input(InputError::ZeroVariance { asset: 1 });
    /// assert_eq!(
    ///     StabilityError::Sample { source }.named(&universe),
    ///     "the sample is refused: the variance of MSFT is zero, expected a positive number"
    /// );
    /// # Ok::<(), InputError>(())
    /// ```
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        match self {
            Self::Input(error) => error.named(universe),
            Self::Sample { source } | Self::Resamples { source, .. } => {
                let (text, plain) = (self.to_string(), source.to_string());
                let head = text.strip_suffix(&plain).unwrap_or_default();
                format!("{head}{}", source.named(universe))
            }
        }
    }
}
