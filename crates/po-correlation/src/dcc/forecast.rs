//! Forecasts and simulation of a dynamic conditional correlation.

use po_core::linalg::Cholesky;
use po_core::{Covariance, InputError, StreamingEstimator};

use super::filter::DccFilter;
use super::params::DccModel;
use super::triangle::{column, diagonal, packed};
use crate::Error;

impl DccFilter {
    /// The expected covariance of one of the next bars; the first is the next one.
    ///
    /// ```text
    /// E R_{T+k} ≈ R̄ + (a + b)^(k-1) (R_{T+1} - R̄)
    /// ```
    ///
    /// with R̄ the normalised target, and the forecast of each variance; it takes E R for E `z z'` (Engle and
    /// Sheppard 2001, the second of their ways, with the smaller bias). In the corrected model the same holds
    /// exactly of E Q, which is normalised afterwards.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for bar zero; [`InputError::NotFinite`] where variances overflow.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, StreamingEstimator};
    /// use po_correlation::{DccFilter, DccFilterParams, DccParameters, GarchParameters, Margin};
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
    /// let forecast = filter.forecast(2)?;
    /// assert!((forecast.as_view()[(0, 1)] - (0.5 - 0.9 * 0.15)).abs() < 1e-14);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn forecast(&self, bar: usize) -> Result<Covariance, Error> {
        let mut covariance = Covariance::default();
        self.forecast_into(bar, &mut covariance)?;
        Ok(covariance)
    }

    /// As [`DccFilter::forecast`], into `covariance`.
    ///
    /// # Errors
    /// As [`DccFilter::forecast`].
    pub fn forecast_into(&self, bar: usize, covariance: &mut Covariance) -> Result<(), Error> {
        if bar <= 1 {
            if bar == 1 {
                return self.covariance_into(covariance);
            }
            let (name, value, expected) = ("the bar of a forecast", 0.0, "one or more");
            return Err(InputError::OutOfRange { name, value, expected }.into());
        }
        let assets = self.variances.len();
        let parameters = &self.params.parameters;
        let left = (parameters.a + parameters.b).powf((bar - 1) as f64);
        let target = packed(&self.params.target);
        let roots: Vec<f64> = diagonal(assets, &target).map(f64::sqrt).collect();
        let whole = self.params.model == DccModel::Corrected;
        let ahead = |row: usize, col: usize| {
            let entry = column(assets, col) + row - col;
            let (now, later) = if whole {
                (self.q[entry], target[entry])
            } else {
                (self.correlation[entry], target[entry] / (roots[row] * roots[col]))
            };
            later + left * (now - later)
        };
        let scale: Vec<f64> = (0..assets)
            .map(|asset| {
                let margin = &self.params.margins[asset];
                let next = |variance, _| margin.parameters.expected_variance(margin.model, variance);
                let variance: f64 = (1..bar).fold(self.variances[asset], next);
                (variance / ahead(asset, asset)).sqrt()
            })
            .collect();
        covariance.assign_lower(assets, |col, below| {
            for (row, entry) in (col..assets).zip(below) {
                *entry = ahead(row, col) * scale[col] * scale[row];
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
        let mut cholesky = Cholesky::default();
        cholesky.factor_columns(assets, |col, below| {
            below.copy_from_slice(&self.correlation[column(assets, col)..][..below.len()]);
        })?;
        let lower = cholesky.lower();
        for (asset, value) in returns.iter_mut().enumerate() {
            let z: f64 = (0..=asset).map(|col| lower[(asset, col)] * innovations[col]).sum();
            *value = self.params.margins[asset].parameters.mean + self.deviations[asset] * z;
        }
        self.update(returns)
    }
}
