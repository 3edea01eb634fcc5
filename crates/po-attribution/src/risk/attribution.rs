//! Where risk comes from: the result.

use po_core::InputError;

use crate::Error;
use crate::sum::Sum;

/// How much of its gross size a variance must have to be more than rounding.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// How far below zero a variance may be by rounding.
const NEGATIVE: f64 = 1e-12;

/// Sources of risk, each as exposure times volatility times correlation.
///
/// # Shapes and units
/// One number for each source.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct RiskSources {
    /// How much of the source is held: x.
    pub exposure: Vec<f64>,
    /// How much the source moves: σ.
    pub volatility: Vec<f64>,
    /// How far it moves with the portfolio: ρ.
    pub correlation: Vec<f64>,
    /// How fast the risk grows with the exposure: σ ρ.
    pub marginal: Vec<f64>,
    /// The part of the risk that is the source's: x σ ρ.
    pub contribution: Vec<f64>,
    /// The same as a fraction of the risk.
    pub share: Vec<f64>,
}

/// The risk of a portfolio, split by its sources.
///
/// ```text
/// R = Σ_m x_m g_m          the return, by exposures and returns of sources
/// σ(R) = Σ_m x_m σ(g_m) ρ(g_m, R)
/// ```
///
/// The contributions add up to the risk exactly: it is their sum, taken with twice the digits and rounded once. A family
/// is a source with an exposure of one, whose return is what its members contribute.
///
/// A portfolio without risk has contributions, correlations, marginal risks and shares of zero; one counts as such whose
/// variance is within rounding of nothing (4 ε of the variances of the sources taken alone). A source that does not move
/// has a correlation of zero.
///
/// # Shapes and units
/// Volatilities, in returns per period.
///
/// # Examples
/// ```
/// use po_attribution::{RiskInput, RiskModel, risk_attribution};
/// use po_core::{Covariance, Weights};
///
/// let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.09])?;
/// let weights = Weights::new(vec![0.6, 0.4])?;
/// let parts = risk_attribution(RiskModel::Full(&covariance), &RiskInput::new(&weights))?;
/// // Both contribute the same variance, 0.0144.
/// assert!((parts.risk - 0.0288_f64.sqrt()).abs() < 1e-16);
/// assert!((parts.sources.share[0] - 0.5).abs() < 1e-15);
/// assert!((parts.sources.correlation[0] - 0.5_f64.sqrt()).abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// Menchero and Davis (2011), "Risk contribution is exposure times volatility times correlation".
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct RiskAttribution {
    /// The standard deviation of the return.
    pub risk: f64,
    /// By source.
    pub sources: RiskSources,
    /// By family.
    pub families: RiskSources,
}

impl RiskAttribution {
    /// What diversification takes from the risk: the sum of the risks of the sources taken alone, less the risk.
    #[must_use]
    pub fn diversification(&self) -> f64 {
        self.sources.alone() - self.risk
    }

    /// The sum of the risks of the sources taken alone, over the risk; one for a portfolio without risk.
    ///
    /// # Source
    /// Choueifaty and Coignard (2008), "Toward maximum diversification".
    #[must_use]
    pub fn diversification_ratio(&self) -> f64 {
        if self.risk > 0.0 { self.sources.alone() / self.risk } else { 1.0 }
    }

    /// Takes in the variance of each source and its covariance with the portfolio, exposures written before.
    pub(super) fn write(&mut self, mut source: impl FnMut(usize) -> (f64, f64)) -> Result<(), Error> {
        let sources = &mut self.sources;
        sources.clear_all_but_exposure();
        // Marginal risks hold covariances, and contributions variances, until the risk is known.
        let (mut variance, mut gross) = (Sum::ZERO, 0.0);
        for place in 0..sources.exposure.len() {
            let (own, with) = source(place);
            let exposure = sources.exposure[place];
            variance = variance.plus(exposure * with);
            gross += exposure * exposure * own;
            sources.volatility.push(own.max(0.0).sqrt());
            sources.marginal.push(with);
        }
        let variance = variance.value();
        let broken = variance < -NEGATIVE * gross || !variance.is_finite() || !gross.is_finite();
        if broken {
            return Err(InputError::NotPositiveSemidefinite { eigenvalue: variance }.into());
        }
        let risk = if variance > ROUNDING * gross { variance.sqrt() } else { 0.0 };
        sources.share_out(risk);
        self.risk = sources.contribution.iter().copied().collect::<Sum>().value();
        let total = self.risk;
        let share = |contribution: &f64| if total > 0.0 { contribution / total } else { 0.0 };
        sources.share.extend(sources.contribution.iter().map(share));
        self.families.exposure.clear();
        self.families.clear_all_but_exposure();
        Ok(())
    }

    /// Takes in one more family, by the variance of what it contributes.
    pub(super) fn push_family(&mut self, variance: f64, contribution: f64) {
        let volatility = variance.max(0.0).sqrt();
        let correlation = if volatility > 0.0 { contribution / volatility } else { 0.0 };
        self.families.exposure.push(1.0);
        self.families.volatility.push(volatility);
        self.families.correlation.push(correlation);
        self.families.marginal.push(contribution);
        self.families.contribution.push(contribution);
        self.families.share.push(if self.risk > 0.0 { contribution / self.risk } else { 0.0 });
    }
}

impl RiskSources {
    fn alone(&self) -> f64 {
        self.exposure
            .iter()
            .zip(&self.volatility)
            .map(|(exposure, volatility)| exposure.abs() * volatility)
            .sum()
    }

    fn clear_all_but_exposure(&mut self) {
        self.volatility.clear();
        self.correlation.clear();
        self.marginal.clear();
        self.contribution.clear();
        self.share.clear();
    }

    /// Turns covariances with the portfolio into marginal risks, correlations and contributions.
    fn share_out(&mut self, risk: f64) {
        for (place, marginal) in self.marginal.iter_mut().enumerate() {
            *marginal = if risk > 0.0 { *marginal / risk } else { 0.0 };
            let volatility = self.volatility[place];
            self.correlation.push(if volatility > 0.0 { *marginal / volatility } else { 0.0 });
            self.contribution.push(self.exposure[place] * *marginal);
        }
    }
}
