//! Contributions of holdings to the return.

use crate::sum::Sum;

/// A part of the return of a portfolio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum AssetLine {
    /// An asset, at the weights that were decided.
    Asset(usize),
    /// All assets, by how much the weights held differ from those decided.
    Drift,
    /// What was not in assets.
    Cash,
    /// Costs of trading; they contribute less than zero.
    Costs,
}

/// What each holding contributed to the return: in every period, over all of them, and as a factor.
///
/// Written by [`asset_attribution`](crate::asset_attribution).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AssetAttribution {
    pub(super) assets: usize,
    /// Contributions in each period: T x (N + 3), line after line.
    pub(super) contributions: Vec<f64>,
    /// The return of each period.
    pub(super) returns: Vec<f64>,
    /// The wealth at the start of each period and at the end of the last, for one at the start of the first.
    pub(super) wealth: Vec<f64>,
    /// Profits of each line, for a wealth of one at the start.
    pub(super) linked: Vec<Sum>,
    /// Logarithms of the factors of each line.
    pub(super) logarithms: Vec<f64>,
    pub(super) total: Sum,
}

/// Lines that are no asset.
pub(super) const OTHERS: usize = 3;

impl AssetAttribution {
    /// Assets, N.
    #[must_use]
    pub fn assets(&self) -> usize {
        self.assets
    }

    /// Periods, T.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.returns.len()
    }

    /// Every line, the assets first.
    pub fn lines(&self) -> impl Iterator<Item = AssetLine> + use<> {
        let others = [AssetLine::Drift, AssetLine::Cash, AssetLine::Costs];
        (0..self.assets).map(AssetLine::Asset).chain(others)
    }

    /// The contributions of a line to the returns of the periods; empty for a line that there is not.
    ///
    /// ```text
    /// c_it = w_it r_it,     Σ_i c_it = R_t
    /// ```
    #[must_use]
    pub fn contributions(&self, line: AssetLine) -> &[f64] {
        let (periods, place) = (self.periods(), self.place(line));
        place.map_or(&[], |place| &self.contributions[place * periods..(place + 1) * periods])
    }

    /// The returns of the periods.
    #[must_use]
    pub fn returns(&self) -> &[f64] {
        &self.returns
    }

    /// What one became: T + 1 numbers, the first of them 1.
    #[must_use]
    pub fn wealth(&self) -> &[f64] {
        &self.wealth
    }

    /// The compound return of all periods.
    #[must_use]
    pub fn total_return(&self) -> f64 {
        self.total.value()
    }

    /// The contribution of a line to the compound return: what it earned, as a fraction of the first wealth.
    ///
    /// ```text
    /// C_i = Σ_t W_{t-1} c_it,     Σ_i C_i = W_T - 1
    /// ```
    ///
    /// # Source
    /// The linking rule of the Groupe de recherche en attribution de performance (GRAP 1997).
    #[must_use]
    pub fn linked(&self, line: AssetLine) -> f64 {
        self.place(line).map_or(0.0, |place| self.linked[place].value())
    }

    /// The return by which a line multiplied the wealth over all periods.
    ///
    /// ```text
    /// g_i = exp(Σ_t k_t c_it) - 1,     k_t = ln(1 + R_t) / R_t,     Π_i (1 + g_i) = W_T
    /// ```
    ///
    /// Lines multiply where linked contributions add, and each line compounds over periods as well. The
    /// logarithm of a line's factor is its share of the logarithm of each period's growth, in proportion to
    /// its contribution.
    ///
    /// # Source
    /// Cariño, *Combining attribution effects over time* (1999), for `k_t`; he spreads the linked
    /// contributions with it, here it is used for the factors themselves.
    #[must_use]
    pub fn geometric(&self, line: AssetLine) -> f64 {
        self.place(line).map_or(0.0, |place| self.logarithms[place].exp_m1())
    }

    /// The return by which a line multiplied the wealth of one period.
    ///
    /// ```text
    /// g_it = exp(k_t c_it) - 1,     Π_i (1 + g_it) = 1 + R_t
    /// ```
    ///
    /// Zero for a period or a line that there is not.
    #[must_use]
    pub fn geometric_contribution(&self, period: usize, line: AssetLine) -> f64 {
        match (self.contributions(line).get(period), self.returns.get(period)) {
            (Some(contribution), Some(&value)) => (coefficient(value) * contribution).exp_m1(),
            _ => 0.0,
        }
    }

    fn place(&self, line: AssetLine) -> Option<usize> {
        match line {
            AssetLine::Asset(asset) => (asset < self.assets).then_some(asset),
            AssetLine::Drift => Some(self.assets),
            AssetLine::Cash => Some(self.assets + 1),
            AssetLine::Costs => Some(self.assets + 2),
        }
        .filter(|&place| place < self.linked.len())
    }
}

/// ln(1 + R) / R, which is 1 at zero.
pub(super) fn coefficient(value: f64) -> f64 {
    if value == 0.0 { 1.0 } else { value.ln_1p() / value }
}
