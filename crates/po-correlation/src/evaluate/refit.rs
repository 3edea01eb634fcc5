//! Estimators of all kinds as forecasters.

use po_core::{Covariance, CovarianceEstimator, Returns, Status, StreamingEstimator};

use super::history::History;
use super::{Fits, ForecastError, Forecaster};

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
        self.history.push(returns);
        Ok(())
    }

    fn forecast_into(&mut self, covariance: &mut Covariance) -> Result<(), ForecastError> {
        if self.history.is_due() {
            self.estimator
                .estimate_into(&self.history.returns()?, &mut self.scratch, &mut self.estimate)
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
    fits: Fits,
}

impl<F, S> Filtered<F, S> {
    pub(super) fn new(fit: F, history: History) -> Self {
        Self { fit, history, filter: None, fits: Fits::default() }
    }
}

impl<F, S, E> Filtered<F, S>
where
    F: FnMut(&Returns) -> Result<(S, Status), E>,
    E: std::error::Error + 'static,
{
    fn fitted(&mut self) -> Result<S, ForecastError> {
        let (filter, status) =
            (self.fit)(&self.history.returns()?).map_err(|error| ForecastError::of(&error))?;
        self.history.fitted();
        self.fits.count += 1;
        self.fits.unconverged += usize::from(status != Status::Converged);
        Ok(filter)
    }
}

impl<F, S, E> Forecaster for Filtered<F, S>
where
    F: FnMut(&Returns) -> Result<(S, Status), E>,
    S: StreamingEstimator,
    E: std::error::Error + 'static,
{
    fn update(&mut self, returns: &[f64]) -> Result<(), ForecastError> {
        self.history.push(returns);
        match &mut self.filter {
            Some(filter) => filter.update(returns).map_err(|error| ForecastError::of(&error)),
            None => Ok(()),
        }
    }

    fn forecast_into(&mut self, covariance: &mut Covariance) -> Result<(), ForecastError> {
        let filter = match self.filter.take() {
            Some(filter) if !self.history.is_due() => filter,
            _ => self.fitted()?,
        };
        self.filter.insert(filter).covariance_into(covariance).map_err(|error| ForecastError::of(&error))
    }

    fn fits(&self) -> Fits {
        self.fits
    }
}
