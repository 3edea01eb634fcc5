//! Estimators of all kinds as forecasters.

use po_core::{Covariance, CovarianceEstimator, InputError, Returns, StreamingEstimator};

use super::history::History;
use super::{ForecastError, Forecaster};

/// An estimator of a whole sample.
pub(super) struct Refitted<E: CovarianceEstimator> {
    estimator: E,
    history: History,
    scratch: E::Scratch,
    estimate: Covariance,
}

impl<E: CovarianceEstimator> Refitted<E> {
    pub(super) fn new(estimator: E, history: History) -> Self {
        Self { estimator, history, scratch: E::Scratch::default(), estimate: Covariance::default() }
    }
}

impl<E: CovarianceEstimator> Forecaster for Refitted<E> {
    fn update(&mut self, returns: &[f64]) -> Result<(), ForecastError> {
        Ok(self.history.push(returns)?)
    }

    fn forecast_into(&mut self, covariance: &mut Covariance) -> Result<(), ForecastError> {
        if let Some(returns) = self.history.due()? {
            self.estimator
                .estimate_into(&returns, &mut self.scratch, &mut self.estimate)
                .map_err(|error| ForecastError::of(&error))?;
            self.history.fitted();
        }
        covariance.clone_from(&self.estimate);
        Ok(())
    }
}

/// An estimator that takes in every bar.
pub(super) struct Streamed<S>(pub(super) S);

impl<S: StreamingEstimator> Forecaster for Streamed<S> {
    fn update(&mut self, returns: &[f64]) -> Result<(), ForecastError> {
        self.0.update(returns).map_err(|error| ForecastError::of(&error))
    }

    fn forecast_into(&mut self, covariance: &mut Covariance) -> Result<(), ForecastError> {
        self.0.covariance_into(covariance).map_err(|error| ForecastError::of(&error))
    }
}

/// A model whose filter is made anew by a fit.
pub(super) struct Filtered<F, S> {
    fit: F,
    history: History,
    filter: Option<S>,
}

impl<F, S> Filtered<F, S> {
    pub(super) fn new(fit: F, history: History) -> Self {
        Self { fit, history, filter: None }
    }
}

impl<F, S, E> Forecaster for Filtered<F, S>
where
    F: FnMut(&Returns) -> Result<S, E>,
    S: StreamingEstimator,
    E: std::error::Error + 'static,
{
    fn update(&mut self, returns: &[f64]) -> Result<(), ForecastError> {
        self.history.push(returns)?;
        match &mut self.filter {
            Some(filter) => filter.update(returns).map_err(|error| ForecastError::of(&error)),
            None => Ok(()),
        }
    }

    fn forecast_into(&mut self, covariance: &mut Covariance) -> Result<(), ForecastError> {
        if let Some(returns) = self.history.due()? {
            self.filter = Some((self.fit)(&returns).map_err(|error| ForecastError::of(&error))?);
            self.history.fitted();
        }
        match &self.filter {
            Some(filter) => filter.covariance_into(covariance).map_err(|error| ForecastError::of(&error)),
            None => Err(InputError::Empty { what: "the filter" }.into()),
        }
    }
}
