//! Who takes part in a race.

use std::fmt;

use po_core::{Covariance, CovarianceEstimator, Returns, Status, StreamingEstimator};

use super::history::{History, Schedule};
use super::refit::{Filtered, Refitted, Streamed};
use super::{EntrantError, ForecastError};
use crate::Error;

/// A rule that forecasts the covariance of the next bar from the bars that it was shown.
///
/// It is shown one bar after the other, and asked before the next: it cannot look ahead.
pub trait Forecaster {
    /// Takes in the returns of one bar, one for each asset.
    ///
    /// # Errors
    /// As each forecaster documents.
    fn update(&mut self, returns: &[f64]) -> Result<(), ForecastError>;

    /// Writes the forecast for the next bar.
    ///
    /// # Errors
    /// As each forecaster documents.
    fn forecast_into(&mut self, covariance: &mut Covariance) -> Result<(), ForecastError>;

    /// How often parameters were searched for so far; one without a search says nothing.
    fn fits(&self) -> Fits {
        Fits::default()
    }
}

/// How often parameters were searched for, and how often in vain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct Fits {
    /// How many searches there were.
    pub count: usize,
    /// How many of them ended before their tolerances were met; forecasts rest on what they had reached.
    pub unconverged: usize,
}

/// A forecaster with a name.
///
/// # Examples
/// ```
/// use po_correlation::evaluate::{Entrant, Schedule, Window};
/// use po_correlation::{Dcc, Ewma, EwmaParams, LedoitWolf};
///
/// let quarterly = Schedule { window: Window::Rolling(500), every: 63 };
/// let dcc = Dcc::default();
/// let entrants = [
///     Entrant::refitted("shrunk", LedoitWolf::default(), quarterly)?,
///     Entrant::streaming("ewma", Ewma::new(EwmaParams::default(), 3)?),
///     Entrant::filtered("dcc", quarterly, |returns| {
///         let fit = dcc.fit(returns)?;
///         fit.filter(returns).map(|filter| (filter, fit.status))
///     })?,
/// ];
/// assert_eq!(entrants[2].name(), "dcc");
/// # Ok::<(), po_correlation::Error>(())
/// ```
pub struct Entrant<'a> {
    name: String,
    forecaster: Box<dyn Forecaster + Send + 'a>,
}

impl<'a> Entrant<'a> {
    /// A forecaster of your own.
    #[must_use]
    pub fn new(name: impl Into<String>, forecaster: impl Forecaster + Send + 'a) -> Self {
        Self { name: name.into(), forecaster: Box::new(forecaster) }
    }

    /// An estimator of a whole sample, fitted again from time to time; in between, its last estimate is the forecast.
    ///
    /// # Errors
    /// [`OutOfRange`](po_core::InputError::OutOfRange) for a schedule out of its range.
    pub fn refitted<E>(name: impl Into<String>, estimator: E, schedule: Schedule) -> Result<Self, Error>
    where
        E: CovarianceEstimator<Scratch: Send> + Send + 'a,
    {
        Ok(Self::new(name, Refitted::new(estimator, History::new(schedule)?)))
    }

    /// An estimator that takes in every bar; what it knows after one is the forecast for the next.
    #[must_use]
    pub fn streaming(name: impl Into<String>, estimator: impl StreamingEstimator + Send + 'a) -> Self {
        Self::new(name, Streamed(estimator))
    }

    /// A model that is fitted again from time to time, and in between takes in every bar.
    ///
    /// `fit` is given the bars of the schedule's window, and must hand back a filter that has taken them in, and how the
    /// search for its parameters ended.
    ///
    /// # Errors
    /// [`OutOfRange`](po_core::InputError::OutOfRange) for a schedule out of its range.
    pub fn filtered<S, E>(
        name: impl Into<String>,
        schedule: Schedule,
        fit: impl FnMut(&Returns) -> Result<(S, Status), E> + Send + 'a,
    ) -> Result<Self, Error>
    where
        S: StreamingEstimator + Send + 'a,
        E: std::error::Error + 'static,
    {
        Ok(Self::new(name, Filtered::new(fit, History::new(schedule)?)))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How often its parameters were searched for.
    pub(super) fn fits(&self) -> Fits {
        self.forecaster.fits()
    }

    /// Takes in one bar; `bar` is its row.
    pub(super) fn update(&mut self, bar: usize, returns: &[f64]) -> Result<(), EntrantError> {
        self.forecaster.update(returns).map_err(|cause| EntrantError { bar, cause })
    }

    /// Writes the forecast for the bar of this row.
    pub(super) fn forecast(&mut self, bar: usize, covariance: &mut Covariance) -> Result<(), EntrantError> {
        self.forecaster.forecast_into(covariance).map_err(|cause| EntrantError { bar, cause })
    }
}

impl fmt::Debug for Entrant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entrant").field("name", &self.name).finish_non_exhaustive()
    }
}
