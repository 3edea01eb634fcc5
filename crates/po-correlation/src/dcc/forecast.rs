//! Forecasts and simulation of a dynamic conditional correlation.

use po_core::simd::axpy;
use po_core::{Covariance, InputError, StreamingEstimator};

use super::filter::DccFilter;
use super::params::{DccFilterParams, DccForecast, DccModel};
use super::triangle::{column, factor};
use crate::Error;

impl DccFilter {
    /// The expected covariance of one of the next bars; the first is the next one.
    ///
    /// It has the forecast of each variance, and a correlation that returns to the target by `a + b` a bar:
    /// R or Q, whichever is `returning`, and in the corrected model always Q.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for bar zero; [`InputError::NotFinite`] where variances overflow.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, StreamingEstimator};
    /// use po_correlation::{
    ///     DccFilter, DccFilterParams, DccForecast, DccParameters, GarchParameters, Margin,
    /// };
    ///
    /// let parameters = GarchParameters { omega: 1.0, ..GarchParameters::default() };
    /// let mut filter = DccFilter::new(DccFilterParams {
    ///     parameters: DccParameters { a: 0.1, b: 0.8, ..DccParameters::default() },
    ///     target: Covariance::from_column_slice(2, &[1.0, 0.5, 0.5, 1.0])?,
    ///     margins: vec![Margin { parameters, ..Margin::default() }; 2],
    ///     ..DccFilterParams::default()
    /// })?;
    /// filter.update(&[1.0, -1.0])?;
    /// // Q_12 is 0.05 - 0.1 + 0.4 = 0.35, and 0.9 of its distance to 0.5 is left.
    /// let forecast = filter.forecast(2, DccForecast::Correlation)?;
    /// assert!((forecast.as_view()[(0, 1)] - (0.5 - 0.9 * 0.15)).abs() < 1e-14);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn forecast(&self, bar: usize, returning: DccForecast) -> Result<Covariance, Error> {
        let mut covariance = Covariance::default();
        self.forecast_into(bar, returning, &mut Vec::new(), &mut covariance)?;
        Ok(covariance)
    }

    /// As [`DccFilter::forecast`], into `covariance`; `scratch` may hold anything, and grows to the number of
    /// assets.
    ///
    /// # Errors
    /// As [`DccFilter::forecast`].
    pub fn forecast_into(
        &self,
        bar: usize,
        returning: DccForecast,
        scratch: &mut Vec<f64>,
        covariance: &mut Covariance,
    ) -> Result<(), Error> {
        if bar <= 1 {
            if bar == 1 {
                return self.covariance_into(covariance);
            }
            let (name, value, expected) = ("the bar of a forecast", 0.0, "one or more");
            return Err(InputError::OutOfRange { name, value, expected }.into());
        }
        let DccFilterParams { model, parameters, target, margins, .. } = &self.params;
        let left = (parameters.a + parameters.b).powf((bar - 1) as f64);
        let of_q = *model == DccModel::Corrected || returning == DccForecast::Quasicorrelation;
        let moving = if of_q { &self.q } else { &self.correlation };
        let assets = self.variances.len();
        let now = |col: usize| &moving[column(assets, col)..][..assets - col];
        // Everything there is of an asset is scaled alike: S by the root of its diagonal where R is what
        // returns to it, and the sum to the variance in the end.
        let root = |asset: usize| if of_q { 1.0 } else { target.column(asset)[asset].sqrt() };
        let ahead = |now: f64, later: f64| later + left * (now - later);
        scratch.clear();
        scratch.extend((0..assets).map(|asset| {
            let margin = &margins[asset];
            let next = |variance, _| margin.parameters.expected_variance(margin.model, variance);
            let variance: f64 = (1..bar).fold(self.variances[asset], next);
            let later = target.column(asset)[asset] / (root(asset) * root(asset));
            (variance / ahead(now(asset)[0], later)).sqrt()
        }));
        covariance.assign_lower(assets, |col, below| {
            let to = &target.column(col)[col..];
            for (row, entry) in below.iter_mut().enumerate() {
                let later = to[row] / (root(col) * root(col + row));
                *entry = ahead(now(col)[row], later) * scratch[col] * scratch[col + row];
            }
        })?;
        Ok(())
    }

    /// Draws the next bar, writes its returns, and takes them in.
    ///
    /// The innovations must be independent of each other and from bar to bar, with mean zero and variance
    /// one: normal ones, or Student's t (of one bar, all scaled by the same draw).
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`]; [`InputError::NotPositiveDefinite`] for a singular correlation;
    /// [`InputError::AssetOutOfRange`] for a return that comes out too large.
    ///
    /// # Examples
    /// ```
    /// use po_core::Covariance;
    /// use po_correlation::{DccFilter, DccFilterParams, DccParameters, GarchParameters, Margin};
    ///
    /// let parameters = GarchParameters { omega: 4.0, ..GarchParameters::default() };
    /// let mut filter = DccFilter::new(DccFilterParams {
    ///     target: Covariance::from_column_slice(2, &[1.0, 0.6, 0.6, 1.0])?,
    ///     margins: vec![Margin { parameters, ..Margin::default() }; 2],
    ///     ..DccFilterParams::default()
    /// })?;
    /// let mut returns = [0.0; 2];
    /// filter.simulate_into(&[1.0, 1.0], &mut returns)?;
    /// assert!((returns[0] - 2.0).abs() < 1e-14 && (returns[1] - 2.0 * (0.6 + 0.8)).abs() < 1e-14);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn simulate_into(&mut self, innovations: &[f64], returns: &mut [f64]) -> Result<(), Error> {
        let assets = self.variances.len();
        for (what, actual) in
            [("the list of innovations", innovations.len()), ("the list of returns", returns.len())]
        {
            if actual != assets {
                return Err(InputError::LengthMismatch { what, expected: assets, actual }.into());
            }
        }
        let Self { params, deviations, correlation, draw, .. } = self;
        draw.clone_from(correlation);
        factor(assets, draw).map_err(|pivot| InputError::NotPositiveDefinite { pivot })?;
        returns.fill(0.0);
        for (col, innovation) in innovations.iter().enumerate() {
            axpy(*innovation, &draw[column(assets, col)..][..assets - col], &mut returns[col..]);
        }
        for ((value, margin), deviation) in returns.iter_mut().zip(&params.margins).zip(deviations) {
            *value = margin.parameters.mean + *deviation * *value;
        }
        self.update(returns)
    }
}
