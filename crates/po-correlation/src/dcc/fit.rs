//! A fitted dynamic conditional correlation.

use po_core::{Covariance, InputError, Returns, Status, StreamingEstimator};

use super::filter::DccFilter;
use super::parameters::{DccCoefficient, DccParameters};
use super::params::{DccFilterParams, DccModel, Margin};
use crate::Error;
use crate::garch::GarchFit;

/// A fitted dynamic conditional correlation.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct DccFit {
    /// The model that was fitted.
    pub model: DccModel,
    /// The estimates.
    pub parameters: DccParameters,
    /// To what Q returns.
    pub target: Covariance,
    /// The mean outer product of falls, in the asymmetric model.
    pub falls: Option<Covariance>,
    /// The margins, asset by asset; empty where residuals were fitted.
    pub margins: Vec<GarchFit>,
    /// The maximum, over what independent standard normal residuals would have; of pairs, the sum over them.
    pub log_likelihood: f64,
    /// How the search ended.
    pub status: Status,
    /// Which parameters, or sums of them, stand on a bound of what is allowed; mostly none.
    pub boundary: Vec<DccCoefficient>,
    /// Steps taken.
    pub iterations: usize,
}

impl DccFit {
    /// The settings of the filter that continues this fit.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] when the fit has no margins, because residuals were fitted.
    pub fn filter_params(&self) -> Result<DccFilterParams, Error> {
        let (expected, actual) = (self.target.len(), self.margins.len());
        if expected != actual {
            return Err(InputError::LengthMismatch { what: "the list of margins", expected, actual }.into());
        }
        let margin = |fit: &GarchFit| Margin {
            model: fit.params.model,
            parameters: fit.parameters,
            initial_variance: fit.variances.first().copied(),
        };
        Ok(DccFilterParams {
            model: self.model,
            parameters: self.parameters,
            target: self.target.clone(),
            falls: self.falls.clone(),
            margins: self.margins.iter().map(margin).collect(),
        })
    }

    /// A filter that has taken in the returns of the fit, and knows the covariance of the period after them.
    ///
    /// # Errors
    /// As [`DccFit::filter_params`] and [`DccFilter::update`](StreamingEstimator::update).
    ///
    /// # Cost
    /// N² for each period.
    ///
    /// # Examples
    /// ```
    /// use po_correlation::{Dcc, DccParams};
    ///
    /// # use po_core::Returns;
    /// # let sine = |t: usize, step: f64| (step * (t * t % 7919) as f64).sin() * 2f64.sqrt();
    /// # let first = (0..400).map(|t| sine(t, 0.618));
    /// # let second = (0..400).map(|t| 0.6 * sine(t, 0.618) + 0.8 * sine(t, 0.414));
    /// # let returns = Returns::from_column_slice(400, 2, &first.chain(second).collect::<Vec<f64>>())?;
    /// let fit = Dcc::new(DccParams::default()).fit(&returns)?;
    /// let filter = fit.filter(&returns)?;
    /// assert_eq!(filter.bars(), 400);
    /// assert!((filter.variances()[1] - fit.margins[1].next_variance).abs() < 1e-12);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn filter(&self, returns: &Returns) -> Result<DccFilter, Error> {
        let mut filter = DccFilter::new(self.filter_params()?)?;
        let mut row = vec![0.0; returns.assets()];
        for period in 0..returns.observations() {
            row.iter_mut().enumerate().for_each(|(asset, value)| *value = returns.column(asset)[period]);
            filter.update(&row)?;
        }
        Ok(filter)
    }
}
