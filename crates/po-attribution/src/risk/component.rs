//! Value at risk and expected shortfall of a normal return, by source.

use po_core::normal::{density, quantile};
use po_core::{Confidence, InputError};

use super::RiskAttribution;
use crate::Error;
use crate::sum::Sum;

/// A measure of the tail of a normal return, loss positive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum NormalTail {
    /// Value at risk: the loss that is exceeded with probability 1 - β.
    #[default]
    Var,
    /// Expected shortfall: the mean of the losses beyond it.
    Es,
}

impl NormalTail {
    /// The measure of a standard normal return.
    ///
    /// ```text
    /// z = Φ⁻¹(β), or φ(z) / (1 - β)
    /// ```
    ///
    /// # Examples
    /// ```
    /// use po_attribution::NormalTail;
    /// use po_core::Confidence;
    ///
    /// assert!((NormalTail::Var.multiple(Confidence::new(0.95)?) - 1.6448536269514722).abs() < 1e-15);
    /// assert!((NormalTail::Es.multiple(Confidence::new(0.95)?) - 2.0627128075074257).abs() < 1e-14);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    #[must_use]
    pub fn multiple(self, confidence: Confidence) -> f64 {
        let z = quantile(confidence.level());
        match self {
            Self::Var => z,
            Self::Es => density(z) / confidence.tail(),
        }
    }
}

/// The tail risk of a normal return, by source.
///
/// # Shapes and units
/// Losses positive, in returns per period.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ComponentRisk {
    /// The tail risk of the portfolio: the sum of the components.
    pub risk: f64,
    /// The part of each source.
    pub components: Vec<f64>,
}

impl RiskAttribution {
    /// The value at risk or expected shortfall of the portfolio, by source, when returns are normal.
    ///
    /// ```text
    /// component_m = k c_m - x_m μ_m          c_m: contribution to the volatility, k: of the standard normal
    /// ```
    ///
    /// # Shapes and units
    /// One mean return for each source, or `None` for means of zero.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one mean for each source; [`InputError::OutOfRange`] for one that is
    /// not finite.
    ///
    /// # Examples
    /// ```
    /// use po_attribution::{NormalTail, RiskInput, RiskModel, risk_attribution};
    /// use po_core::{Confidence, Covariance, Weights};
    ///
    /// let covariance = Covariance::from_column_slice(1, &[0.0004])?;
    /// let weights = Weights::new(vec![1.0])?;
    /// let parts = risk_attribution(RiskModel::Full(&covariance), &RiskInput::new(&weights))?;
    /// let var = parts.component(NormalTail::Var, Some(&[0.001]), Confidence::new(0.95)?)?;
    /// assert!((var.risk - (0.02 * 1.6448536269514722 - 0.001)).abs() < 1e-16);
    /// # Ok::<(), po_attribution::Error>(())
    /// ```
    ///
    /// # Source
    /// Garman (1997), "Taking VaR to pieces".
    pub fn component(
        &self,
        measure: NormalTail,
        means: Option<&[f64]>,
        confidence: Confidence,
    ) -> Result<ComponentRisk, Error> {
        let sources = self.sources.exposure.len();
        let multiple = measure.multiple(confidence);
        let mut components: Vec<f64> = self.sources.contribution.iter().map(|part| multiple * part).collect();
        if let Some(means) = means {
            crate::factor::check_series("the mean return", means, sources)?;
            for ((component, exposure), mean) in components.iter_mut().zip(&self.sources.exposure).zip(means)
            {
                *component -= exposure * mean;
            }
        }
        let risk = components.iter().copied().collect::<Sum>().value();
        if !risk.is_finite() {
            let (name, expected) = ("the tail risk", "a finite number");
            return Err(InputError::OutOfRange { name, value: risk, expected }.into());
        }
        Ok(ComponentRisk { risk, components })
    }
}
