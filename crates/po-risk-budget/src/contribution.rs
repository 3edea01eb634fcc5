//! Where the risk of a portfolio comes from.

use std::iter::zip;

use po_convex::Risk;
use po_core::{Budget, InputError, Weights};

use crate::Error;
use crate::marginal::multiply;

/// The risk of a portfolio, asset by asset (Euler's decomposition), beside the budget that each asset had.
///
/// ```text
/// marginal_i = ∂σ / ∂w_i = (Σ w)_i / σ,  component_i = w_i marginal_i,  share_i = component_i / σ
/// ```
///
/// # Shapes and units
/// The risk, and vectors of length N: marginal risk is risk per unit of weight; components are risk and sum to it;
/// shares and budgets are fractions of the risk and sum to one. Without a budget, `budget` is empty.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct RiskReport {
    /// The risk of the portfolio: of a covariance, its volatility per period.
    pub risk: f64,
    /// What a little more of each asset adds to the risk, per unit of weight.
    pub marginal: Vec<f64>,
    /// The part of the risk that each asset contributes.
    pub component: Vec<f64>,
    /// The share of the risk that each asset contributes.
    pub share: Vec<f64>,
    /// The share that each asset was allowed.
    pub budget: Vec<f64>,
}

impl RiskReport {
    /// The report on any portfolio, beside a budget if there is one.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless weights and budget have one number per asset;
    /// [`InputError::OutOfRange`] when the portfolio has no risk to share, or one that overflows.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Budget, Covariance, Weights};
    /// use po_risk_budget::RiskReport;
    ///
    /// let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01])?;
    /// let (weights, budget) = (Weights::equal(2)?, Budget::equal(2)?);
    /// let report = RiskReport::new(&covariance, &weights, Some(&budget))?;
    /// assert!((report.share[0] - 0.8).abs() < 1e-15);
    /// assert!((report.use_of_budget(0).unwrap_or_default() - 1.6).abs() < 1e-15);
    /// # Ok::<(), po_risk_budget::Error>(())
    /// ```
    pub fn new<'a>(
        risk: impl Into<Risk<'a>>,
        weights: &Weights,
        budget: Option<&Budget>,
    ) -> Result<Self, Error> {
        let risk = risk.into();
        check_length("the list of weights", risk.len(), weights.len())?;
        let budget = budget.map_or(&[][..], Budget::shares);
        if !budget.is_empty() {
            check_length("the risk budget", risk.len(), budget.len())?;
        }
        let mut report = Self::default();
        report.budget.extend_from_slice(budget);
        report.fill(risk, weights.as_slice(), &mut Vec::new())?;
        if report.risk > 0.0 && report.risk.is_finite() {
            return Ok(report);
        }
        let (name, expected) = ("the risk of the portfolio", "a positive, finite number");
        Err(InputError::OutOfRange { name, value: report.risk, expected }.into())
    }

    /// How much of its budget an asset uses: its share over its budget, or nothing for an asset without one.
    ///
    /// # Panics
    /// When there is no such asset.
    #[must_use]
    pub fn use_of_budget(&self, asset: usize) -> Option<f64> {
        let budget = self.budget.get(asset).copied().unwrap_or_default();
        (budget > 0.0).then(|| self.share[asset] / budget)
    }

    /// The largest distance of a share from its budget; zero where there is no budget.
    ///
    /// # Examples
    /// ```
    /// use po_risk_budget::RiskReport;
    ///
    /// let (share, budget) = (vec![0.75, 0.25], vec![0.5, 0.5]);
    /// assert_eq!(RiskReport { share, budget, ..RiskReport::default() }.residual(), 0.25);
    /// ```
    #[must_use]
    pub fn residual(&self) -> f64 {
        let distance = |(share, budget): (&f64, &f64)| (share - budget).abs();
        // All shares are numbers or none is, and then the residual is none either.
        zip(&self.share, &self.budget)
            .map(distance)
            .fold(0.0, |most, next| if next <= most { most } else { next })
    }

    /// Computes everything from the data; returns the variance, of which the risk is the root if it has one.
    pub(crate) fn fill(
        &mut self,
        risk: Risk<'_>,
        weights: &[f64],
        exposures: &mut Vec<f64>,
    ) -> Result<f64, InputError> {
        let Self { risk: volatility, marginal, component, share, .. } = self;
        multiply(risk, weights, exposures, marginal)?;
        let variance: f64 = zip(&*marginal, weights).map(|(marginal, weight)| marginal * weight).sum();
        *volatility = variance.sqrt();
        for vector in [&mut *component, &mut *share] {
            vector.resize(weights.len(), 0.0);
        }
        let (per_variance, per_volatility) = (1.0 / variance, 1.0 / *volatility);
        for (((marginal, component), share), weight) in zip(zip(marginal, component), share).zip(weights) {
            *share = *marginal * weight * per_variance;
            *marginal *= per_volatility;
            *component = *marginal * weight;
        }
        Ok(variance)
    }
}

pub(crate) fn check_length(what: &'static str, expected: usize, actual: usize) -> Result<(), InputError> {
    if actual == expected { Ok(()) } else { Err(InputError::LengthMismatch { what, expected, actual }) }
}
