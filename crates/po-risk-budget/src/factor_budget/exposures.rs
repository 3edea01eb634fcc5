//! Exposures of assets to factors, with what splits any portfolio among them.

use po_core::linalg::Svd;
use po_core::nalgebra::DMatrixView;
use po_core::simd::{axpy, dot};
use po_core::{Covariance, InputError, Weights};

use crate::Error;
use crate::contribution::check_length;

/// The exposures B of N assets to K factors, none of which is a combination of others.
///
/// # Shapes and units
/// N x K, written factor by factor; a portfolio w has the exposures `B'w`. A file holds one row for each asset.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "crate::rows::Rows", into = "crate::rows::Rows"))]
pub struct FactorExposures {
    assets: usize,
    factors: usize,
    /// B, factor by factor.
    entries: Vec<f64>,
    /// `B⁺ = (B'B)⁻¹ B'`, factor by factor: row k is the shortest portfolio of exposure one to factor k and
    /// none to others.
    inverse: Vec<f64>,
}

/// The volatility of a portfolio, split among factors and what they do not span.
///
/// ```text
/// component_k = (B'w)_k (B⁺ Σ w)_k / σ      residual = w' (I - B B⁺) Σ w / σ
/// ```
///
/// The components and the residual add up to σ, because `B B⁺` and `I - B B⁺` do to the identity.
///
/// # Shapes and units
/// K numbers in each vector; risk per period. Shares are fractions of the risk and may be negative.
///
/// # Source
/// Roncalli and Weisang (2016), "Risk parity portfolios with risk factors", section 2; Meucci (2007), "Risk
/// contributions from generic user-defined factors".
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct FactorReport {
    /// The volatility of the portfolio.
    pub risk: f64,
    /// The exposure of the portfolio to each factor.
    pub exposure: Vec<f64>,
    /// What a little more exposure to each factor adds to the risk, when it is bought by the shortest
    /// portfolio.
    pub marginal: Vec<f64>,
    /// The part of the risk that each factor contributes.
    pub component: Vec<f64>,
    /// The share of the risk that each factor contributes.
    pub share: Vec<f64>,
    /// The share that each factor was allowed; empty where there is no budget.
    pub budget: Vec<f64>,
    /// The part of the risk that no factor contributes.
    pub residual: f64,
    /// The share of the risk that no factor contributes.
    pub residual_share: f64,
}

impl FactorExposures {
    /// Exposures from N * K numbers, factor by factor.
    ///
    /// # Errors
    /// [`Error::Input`] for numbers that are not N * K, or not finite; [`Error::DependentFactors`] when a
    /// factor is a combination of others, as with more factors than assets.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, Weights};
    /// use po_risk_budget::FactorExposures;
    ///
    /// // Two factors: both assets together, and the first less the second.
    /// let exposures = FactorExposures::from_column_slice(2, 2, &[1.0, 1.0, 1.0, -1.0])?;
    /// let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01])?;
    /// let report = exposures.contributions(&covariance, &Weights::new(vec![0.5, 0.5])?)?;
    /// assert_eq!(report.exposure, [1.0, 0.0]);
    /// assert!((report.share[0] - 1.0).abs() < 1e-15);
    /// # Ok::<(), po_risk_budget::Error>(())
    /// ```
    pub fn from_column_slice(assets: usize, factors: usize, entries: &[f64]) -> Result<Self, Error> {
        let expected = assets.saturating_mul(factors);
        check_length("the list of exposures", expected, entries.len())?;
        let svd = Svd::new(DMatrixView::from_slice(entries, assets, factors))?;
        let rank = svd.rank();
        if rank < factors {
            return Err(Error::DependentFactors { factors, rank });
        }
        // B⁺ = V S⁻¹ U', row by row.
        let mut inverse = vec![0.0; expected];
        let (left, right) = (svd.left(), svd.right());
        for (factor, row) in inverse.chunks_exact_mut(assets).enumerate() {
            for (place, value) in svd.values().iter().enumerate() {
                axpy(right[(factor, place)] / value, left.column(place).data.into_slice(), row);
            }
        }
        Ok(Self { assets, factors, entries: entries.to_vec(), inverse })
    }

    /// Number of assets, N.
    #[must_use]
    pub fn assets(&self) -> usize {
        self.assets
    }

    /// Number of factors, K.
    #[must_use]
    pub fn factors(&self) -> usize {
        self.factors
    }

    /// The exposures of all assets to one factor.
    ///
    /// # Panics
    /// When there is no such factor.
    #[must_use]
    pub fn factor(&self, factor: usize) -> &[f64] {
        &self.entries[factor * self.assets..][..self.assets]
    }

    /// The shortest portfolio that has an exposure of one to a factor, and none to the others: its row of
    /// `B⁺`.
    ///
    /// # Panics
    /// When there is no such factor.
    ///
    /// # Examples
    /// ```
    /// use po_risk_budget::FactorExposures;
    ///
    /// // Both assets together, and the second alone: to have the first without the second, hold the first asset.
    /// let exposures = FactorExposures::from_column_slice(2, 2, &[1.0, 1.0, 0.0, 1.0])?;
    /// for (weight, expected) in exposures.mimicking(0).iter().zip([1.0, 0.0]) {
    ///     assert!((weight - expected).abs() < 1e-15);
    /// }
    /// # Ok::<(), po_risk_budget::Error>(())
    /// ```
    #[must_use]
    pub fn mimicking(&self, factor: usize) -> &[f64] {
        &self.inverse[factor * self.assets..][..self.assets]
    }

    pub(super) fn entries(&self) -> &[f64] {
        &self.entries
    }

    /// The volatility of any portfolio, split among the factors.
    ///
    /// # Errors
    /// [`Error::Input`] unless covariance and weights have N assets, and for a portfolio without risk.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, Weights};
    /// use po_risk_budget::FactorExposures;
    ///
    /// // Of a variance of 0.00218 the market explains 0.002; the rest is the difference of the two assets.
    /// let covariance = Covariance::from_column_slice(2, &[0.0025, 0.0015, 0.0015, 0.0025])?;
    /// let market = FactorExposures::from_column_slice(2, 1, &[1.0, 1.0])?;
    /// let report = market.contributions(&covariance, &Weights::new(vec![0.8, 0.2])?)?;
    /// assert!((report.share[0] - 0.002 / 0.00218).abs() < 1e-12);
    /// assert!((report.residual_share - 0.00018 / 0.00218).abs() < 1e-12);
    /// # Ok::<(), po_risk_budget::Error>(())
    /// ```
    pub fn contributions(&self, covariance: &Covariance, weights: &Weights) -> Result<FactorReport, Error> {
        check_length("the covariance", self.assets, covariance.len())?;
        check_length("the list of weights", self.assets, weights.len())?;
        let weights = weights.as_slice();
        let product: Vec<f64> =
            (0..self.assets).map(|asset| dot(covariance.column(asset), weights)).collect();
        let variance = dot(&product, weights);
        if !(variance > 0.0 && variance.is_finite()) {
            let (name, expected) = ("the variance of the portfolio", "a positive, finite number");
            return Err(InputError::OutOfRange { name, value: variance, expected }.into());
        }
        let risk = variance.sqrt();
        let mut report = FactorReport { risk, ..FactorReport::default() };
        for factor in 0..self.factors {
            let (exposure, marginal) =
                (dot(self.factor(factor), weights), dot(self.mimicking(factor), &product) / risk);
            report.exposure.push(exposure);
            report.marginal.push(marginal);
            report.component.push(exposure * marginal);
            report.share.push(exposure * marginal / risk);
        }
        report.residual = risk - report.component.iter().sum::<f64>();
        report.residual_share = report.residual / risk;
        Ok(report)
    }
}

#[cfg(feature = "serde")]
impl From<FactorExposures> for crate::rows::Rows {
    fn from(FactorExposures { assets, entries, .. }: FactorExposures) -> Self {
        Self::new(assets, &entries)
    }
}

#[cfg(feature = "serde")]
impl TryFrom<crate::rows::Rows> for FactorExposures {
    type Error = Error;

    fn try_from(rows: crate::rows::Rows) -> Result<Self, Error> {
        let (assets, factors, entries) = rows.into_columns()?;
        Self::from_column_slice(assets, factors, &entries)
    }
}
