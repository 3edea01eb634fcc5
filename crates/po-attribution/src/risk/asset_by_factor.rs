//! The risk of each asset through each factor.

use po_core::FactorCovariance;

use super::{RiskAttribution, RiskAttributionScratch, RiskInput, factor_risk_attribution_into};
use crate::Error;
use crate::sum::Sum;

/// The risk of a portfolio, by asset and factor at once.
///
/// ```text
/// c_ik = w_i B_ik (F x)_k / σ          x = B'w
/// c_i0 = w_i² d_i / σ
/// ```
///
/// The rows add up to the contributions of assets, the columns to those of factors, and all of it to the risk.
///
/// # Shapes and units
/// N assets, K factors; volatilities, in returns per period. Zeros for a portfolio without risk.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct AssetByFactorRisk {
    /// The risk: the sum of everything.
    pub risk: f64,
    /// Contribution of each asset through each factor: N x K, factor by factor.
    pub contributions: Vec<f64>,
    /// What is specific to each asset: N.
    pub specific: Vec<f64>,
}

impl AssetByFactorRisk {
    /// Contribution of an asset through a factor; `None` when there is no such asset or factor.
    #[must_use]
    pub fn of_asset(&self, asset: usize, factor: usize) -> Option<f64> {
        let assets = self.specific.len();
        if asset < assets {
            self.contributions.get(factor.checked_mul(assets)? + asset).copied()
        } else {
            None
        }
    }
}

/// The risk of a portfolio, by asset and factor at once, with fresh memory.
///
/// # Errors
/// As [`asset_by_factor_risk_into`].
///
/// # Examples
/// ```
/// use po_attribution::{RiskInput, asset_by_factor_risk};
/// use po_core::{Covariance, FactorCovariance, Weights, nalgebra::DMatrix};
///
/// let market = Covariance::from_column_slice(1, &[0.04])?;
/// let exposures = DMatrix::from_column_slice(2, 1, &[1.0, 0.5]);
/// let covariance = FactorCovariance::new(exposures, market, vec![0.01, 0.03])?;
/// let weights = Weights::new(vec![0.5, 0.5])?;
/// let parts = asset_by_factor_risk(&covariance, &RiskInput::new(&weights))?;
/// // Of a variance of 0.0325, the first asset has 0.5 * 0.75 * 0.04 through the market.
/// assert!((parts.contributions[0] - 0.015 / 0.0325_f64.sqrt()).abs() < 1e-16);
/// assert!((parts.specific[1] - 0.0075 / 0.0325_f64.sqrt()).abs() < 1e-16);
/// # Ok::<(), po_attribution::Error>(())
/// ```
pub fn asset_by_factor_risk(
    model: &FactorCovariance,
    input: &RiskInput<'_>,
) -> Result<AssetByFactorRisk, Error> {
    let (mut factors, mut parts) = (RiskAttribution::default(), AssetByFactorRisk::default());
    asset_by_factor_risk_into(
        model,
        input,
        &mut RiskAttributionScratch::default(),
        &mut factors,
        &mut parts,
    )?;
    Ok(parts)
}

/// The risk of a portfolio, by factor in `factors` and by asset and factor in `parts`; from the second call of a size on
/// without touching the heap.
///
/// # Errors
/// As [`factor_risk_attribution_into`].
///
/// # Cost
/// 2 N K multiplications.
pub fn asset_by_factor_risk_into(
    model: &FactorCovariance,
    input: &RiskInput<'_>,
    scratch: &mut RiskAttributionScratch,
    factors: &mut RiskAttribution,
    parts: &mut AssetByFactorRisk,
) -> Result<(), Error> {
    factor_risk_attribution_into(model, input, scratch, factors)?;
    let held = scratch.active();
    // The marginal risk of a factor is (F x)_k / σ, and zero where there is no risk.
    parts.contributions.clear();
    for (column, marginal) in model.exposures().column_iter().zip(&factors.sources.marginal) {
        let through = held.iter().zip(column.iter()).map(|(weight, exposure)| weight * exposure * marginal);
        parts.contributions.extend(through);
    }
    let inverse = if factors.risk > 0.0 { 1.0 / factors.risk } else { 0.0 };
    parts.specific.clear();
    let own =
        held.iter().zip(model.specific()).map(|(weight, variance)| weight * weight * variance * inverse);
    parts.specific.extend(own);
    parts.risk = parts.contributions.iter().chain(&parts.specific).copied().collect::<Sum>().value();
    Ok(())
}
