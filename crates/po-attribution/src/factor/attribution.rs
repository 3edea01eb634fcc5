//! What each factor earned: the result.

use po_core::{InputError, Returns};

use super::family::{Family, sums_into};
use crate::sum::Sum;

/// How the contributions of single periods become one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Totals {
    /// In money: each contribution times the wealth before the period, over the wealth at the start. The total is the
    /// compounded return; with a benchmark, the difference of the two compounded returns, each part on its own wealth.
    #[default]
    Money,
    /// Added up as they are. The total is the sum of the returns.
    Arithmetic,
}

/// Settings of a factor attribution.
///
/// # Settings
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `totals` | `Money` | | how periods are added up |
/// | `families` | none | a partition of the factors | groups of factors to tell of |
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct FactorParams {
    /// How periods are added up.
    pub totals: Totals,
    /// Groups of factors to tell of: each factor in exactly one, or no families at all.
    pub families: Vec<Family>,
}

/// The profit of a portfolio, split by factors.
///
/// ```text
/// x_kt = Σ_i w_it B_ikt                 exposure of the portfolio, or of what it holds beyond the benchmark
/// c_kt = x_kt f_kt                      what factor k contributes in period t
/// s_t  = Σ_i w_it (r_it - Σ_k B_ikt f_kt)             what is specific to the assets
/// R_t  = Σ_k c_kt + s_t + u_t                         u: what the holdings do not explain of the observed return
/// C_k  = Σ_t c_kt V_{t-1}/V_0                         V: the wealth; or Σ_t c_kt
/// ```
///
/// The parts add up to the return exactly: it is their sum, taken with twice the digits and rounded once.
///
/// # Shapes and units
/// T periods, N assets, K factors; returns in fractions. Series of factors stand one after the other, as the columns of
/// [`Returns`] do. Without families, `families` is empty.
///
/// # Source
/// Grinold and Kahn (2000), "Active Portfolio Management", chapter 17.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct FactorAttribution {
    /// Exposure to each factor in each period: K times T.
    pub exposure_series: Vec<f64>,
    /// Contribution of each factor in each period: K times T.
    pub factor_series: Vec<f64>,
    /// Specific return of each period: T.
    pub specific_series: Vec<f64>,
    /// Unattributed return of each period: T.
    pub unattributed_series: Vec<f64>,
    /// Return of each period, the sum of the parts: T.
    pub return_series: Vec<f64>,
    /// Contribution of each factor over all periods: K.
    pub factors: Vec<f64>,
    /// Contribution of each family over all periods.
    pub families: Vec<f64>,
    /// Contribution of all factors.
    pub systematic: f64,
    /// Contribution of what is specific to the assets.
    pub specific: f64,
    /// What the holdings do not explain.
    pub unattributed: f64,
    /// The sum of the parts.
    pub total: f64,
    /// Contribution of each asset through each factor over all periods: N x K, factor by factor.
    pub asset_by_factor: Vec<f64>,
    /// Specific contribution of each asset over all periods: N.
    pub asset_specific: Vec<f64>,
}

impl FactorAttribution {
    /// Contribution of an asset through a factor; `None` when there is no such asset or factor.
    #[must_use]
    pub fn of_asset(&self, asset: usize, factor: usize) -> Option<f64> {
        let assets = self.asset_specific.len();
        let inside = asset < assets && factor < self.factors.len();
        inside.then(|| self.asset_by_factor[factor * assets + asset])
    }

    /// What an asset contributes through all factors and by itself; `None` when there is no such asset.
    #[must_use]
    pub fn asset_total(&self, asset: usize) -> Option<f64> {
        let specific = *self.asset_specific.get(asset)?;
        let through = self.asset_by_factor.iter().skip(asset).step_by(self.asset_specific.len());
        Some(through.copied().collect::<Sum>().plus(specific).value())
    }

    /// The series of all parts, one column each: the factors, the specific part, the unattributed one. They add up to the
    /// series of returns, and are what a realised risk is split by.
    ///
    /// # Errors
    /// [`InputError::Empty`] when nothing was written yet.
    pub fn series(&self) -> Result<Returns, InputError> {
        let mut entries = self.factor_series.clone();
        entries.extend_from_slice(&self.specific_series);
        entries.extend_from_slice(&self.unattributed_series);
        Returns::from_column_slice(self.return_series.len(), self.factors.len() + 2, &entries)
    }

    /// Sums up what the kernel wrote.
    pub(super) fn summed_up(&mut self, families: &[Family]) {
        sums_into(families, &self.factors, &mut self.families);
        let systematic: Sum = self.factors.iter().copied().collect();
        self.systematic = systematic.value();
        // Of the parts themselves, because the systematic part is rounded already.
        self.total = systematic.plus(self.specific).plus(self.unattributed).value();
    }
}
