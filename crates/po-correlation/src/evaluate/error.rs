//! What a race refuses, and what an entrant can fail of.

use po_core::{InputError, Universe};
use thiserror::Error;

/// Why there is no forecast.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ForecastError {
    /// What an estimator of this crate told; or the forecast is singular, of the wrong size, or out of range.
    #[error(transparent)]
    Estimator(#[from] crate::Error),
    /// What an estimator from elsewhere told, in its words.
    #[error("{message}")]
    Foreign {
        /// Its words.
        message: String,
    },
}

impl ForecastError {
    /// The error of any estimator; those of this crate and of `po_core` keep their numbers.
    ///
    /// # Examples
    /// ```
    /// use po_core::InputError;
    /// use po_correlation::evaluate::ForecastError;
    ///
    /// let singular = InputError::NotPositiveDefinite { pivot: 2 };
    /// assert_eq!(ForecastError::of(&singular), ForecastError::from(singular));
    /// let foreign = "one".parse::<u8>().unwrap_err();
    /// assert_eq!(ForecastError::of(&foreign).to_string(), "invalid digit found in string");
    /// ```
    #[must_use]
    pub fn of(error: &(dyn std::error::Error + 'static)) -> Self {
        if let Some(own) = error.downcast_ref::<Self>() {
            return own.clone();
        }
        if let Some(own) = error.downcast_ref::<crate::Error>() {
            return own.clone().into();
        }
        match error.downcast_ref::<InputError>() {
            Some(own) => own.clone().into(),
            None => Self::Foreign { message: error.to_string() },
        }
    }

    /// The message, with the names of assets in place of their numbers, where the estimator is of this crate.
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        match self {
            Self::Estimator(error) => error.named(universe),
            Self::Foreign { message } => message.clone(),
        }
    }
}

impl From<InputError> for ForecastError {
    fn from(error: InputError) -> Self {
        Self::Estimator(error.into())
    }
}

/// Where and why an entrant fell out of a race.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("at bar {bar}: {cause}")]
pub struct EntrantError {
    /// The bar that it could not take in, forecast, or be scored by: a row of the returns, from zero.
    pub bar: usize,
    /// Why.
    pub cause: ForecastError,
}

impl EntrantError {
    /// The message, with the names of assets in place of their numbers.
    ///
    /// # Examples
    /// ```
    /// use po_core::{InputError, Universe};
    /// use po_correlation::evaluate::EntrantError;
    ///
    /// let error = EntrantError { bar: 250, cause: InputError::ZeroVariance { asset: 1 }.into() };
    /// let told = error.named(&Universe::new(["AAPL", "MSFT"])?);
    /// assert_eq!(told, "at bar 250: the variance of MSFT is zero, expected a positive number");
    /// # Ok::<(), InputError>(())
    /// ```
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        format!("at bar {}: {}", self.bar, self.cause.named(universe))
    }
}

/// Why there was no race.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum RaceError {
    /// The returns, the entrants or the settings do not allow one.
    #[error(transparent)]
    Input(#[from] crate::Error),
    /// Whoever watched it ended it.
    #[error("the race was cancelled at bar {bar} of entrant {entrant:?}")]
    Cancelled {
        /// The name of the entrant that was running.
        entrant: String,
        /// Its last bar: a row of the returns, from zero.
        bar: usize,
    },
}

impl RaceError {
    /// The message, with the names of assets in place of their numbers.
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        match self {
            Self::Input(error) => error.named(universe),
            Self::Cancelled { .. } => self.to_string(),
        }
    }
}

impl From<InputError> for RaceError {
    fn from(error: InputError) -> Self {
        Self::Input(error.into())
    }
}
