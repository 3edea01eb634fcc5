//! Forecasts and simulation of a variance.

use po_core::InputError;

use super::fit::{Garch, GarchFit};
use super::parameters::GarchParameters;
use crate::Error;

impl GarchFit {
    /// The expected variance of each of the next periods.
    ///
    /// ```text
    /// GARCH, GJR: h_{T+k} = ω + (α + γ/2 + β) h_{T+k-1}
    /// ```
    ///
    /// Of an EGARCH, the exponential of the expected log-variance: the expected variance is larger, and with
    /// Student's t it is infinite.
    ///
    /// # Shapes and units
    /// One variance for each period, in squared returns.
    ///
    /// # Examples
    /// ```
    /// use po_correlation::{GarchFit, GarchParameters};
    ///
    /// let parameters = GarchParameters { omega: 0.1, alpha: 0.1, beta: 0.8, ..GarchParameters::default() };
    /// let fit = GarchFit { parameters, next_variance: 2.0, ..GarchFit::default() };
    /// assert!((fit.forecast(2)[1] - 1.9).abs() < 1e-14);
    /// ```
    #[must_use]
    pub fn forecast(&self, periods: usize) -> Vec<f64> {
        let after = |variance: &f64| Some(self.parameters.expected_variance(self.params.model, *variance));
        std::iter::successors(Some(self.next_variance), after).take(periods).collect()
    }
}

impl Garch {
    /// Returns of the model at given parameters, driven by innovations of mean zero and variance one, from
    /// the long-run variance on.
    ///
    /// # Errors
    /// [`InputError::NotFinite`]; [`InputError::OutOfRange`] for a parameter outside the model.
    ///
    /// # Examples
    /// ```
    /// use po_correlation::{Garch, GarchParameters, GarchParams};
    ///
    /// let parameters = GarchParameters { omega: 0.1, alpha: 0.1, beta: 0.8, ..GarchParameters::default() };
    /// let returns = Garch::new(GarchParams::default()).simulate(&parameters, &[2.0, 1.0])?;
    /// // The second variance is 0.1 + 0.1 * 4 + 0.8 * 1.
    /// assert!((returns[0] - 2.0).abs() < 1e-14 && (returns[1] - 1.3_f64.sqrt()).abs() < 1e-14);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn simulate(&self, parameters: &GarchParameters, innovations: &[f64]) -> Result<Vec<f64>, Error> {
        self.check_parameters(parameters)?;
        if let Some(row) = innovations.iter().position(|value| !value.is_finite()) {
            let value = innovations[row];
            return Err(InputError::NotFinite { what: "the innovation", row, asset: 0, value }.into());
        }
        let model = self.params().model;
        let mut variance = parameters.long_run_variance(model);
        let draw = |z: &f64| {
            let residual = variance.sqrt() * z;
            variance = parameters.next_variance(model, variance, residual);
            parameters.mean + residual
        };
        Ok(innovations.iter().map(draw).collect())
    }
}
