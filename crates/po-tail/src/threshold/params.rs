//! Settings of the automatic choice of a threshold.

use std::fmt;

use po_core::InputError;

use crate::Error;

/// How far the observed excesses lie from the fitted generalised Pareto distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum GoodnessStatistic {
    /// `A²`, which weighs the far tail more.
    #[default]
    AndersonDarling,
    /// `W²`, which weighs all parts of the distribution alike.
    CramerVonMises,
}

impl fmt::Display for GoodnessStatistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::AndersonDarling => "Anderson-Darling",
            Self::CramerVonMises => "Cramer-von Mises",
        })
    }
}

/// Where a sequence of ordered tests stops to reject.
///
/// With the p-values `p_1, …, p_m` of the candidates from the lowest threshold up:
///
/// ```text
/// forward:  k = max { k : -1/k Σ_{i<=k} ln(1 - p_i) <= α }
/// strong:   k = max { k : m/k exp(Σ_{j=k..m} ln(p_j) / j) <= α }
/// ```
///
/// The first `k` candidates are rejected.
///
/// # Source
/// G'Sell, Wager, Chouldechova, Tibshirani (2016), Sequential selection procedures and false discovery rate
/// control, equations 2 and 4; Bader, Yan, Zhang (2018), Automated threshold selection for extreme value
/// analysis via ordered goodness-of-fit tests with adjustment for false discovery rate, section 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum StopRule {
    /// Among the rejected candidates, at most a share of `α` is rejected wrongly, on average.
    #[default]
    Forward,
    /// With a probability of at least `1-α` no candidate is rejected wrongly.
    Strong,
}

impl fmt::Display for StopRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Forward => "ForwardStop",
            Self::Strong => "StrongStop",
        })
    }
}

/// Settings of [`Threshold::Automatic`](crate::Threshold::Automatic).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `lowest` | 0.85 | above 0, below 1 | quantile of the losses that is the lowest candidate |
/// | `highest` | 0.97 | `lowest` or above, below 1 | quantile that is the highest candidate |
/// | `candidates` | 13 | 1 to 1,000 | how many thresholds are tried, evenly from `lowest` to `highest` |
/// | `significance` | 0.1 | above 0, below 1 | the `α` of the stop rule |
/// | `least_exceedances` | 30 | 10 or more | candidates with fewer exceedances are not tried |
/// | `statistic` | Anderson-Darling | | how a fit is judged |
/// | `stop` | `ForwardStop` | | which of the candidates are rejected |
///
/// The defaults suit windows of 500 to 1,000 filtered daily losses.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct ThresholdParams {
    /// Quantile of the losses that is the lowest candidate.
    pub lowest: f64,
    /// Quantile of the losses that is the highest candidate.
    pub highest: f64,
    /// How many thresholds are tried.
    pub candidates: usize,
    /// The `α` of the stop rule.
    pub significance: f64,
    /// Candidates with fewer exceedances are not tried.
    pub least_exceedances: usize,
    /// How a fit is judged.
    pub statistic: GoodnessStatistic,
    /// Which of the candidates are rejected.
    pub stop: StopRule,
}

impl Default for ThresholdParams {
    fn default() -> Self {
        Self {
            lowest: 0.85,
            highest: 0.97,
            candidates: 13,
            significance: 0.1,
            least_exceedances: 30,
            statistic: GoodnessStatistic::AndersonDarling,
            stop: StopRule::Forward,
        }
    }
}

impl ThresholdParams {
    pub(super) fn check(&self) -> Result<(), Error> {
        let refuse = |name, value, expected| Err(InputError::OutOfRange { name, value, expected }.into());
        let open = "a number in (0, 1)";
        if !(self.lowest > 0.0 && self.lowest < 1.0) {
            return refuse("the lowest candidate quantile", self.lowest, open);
        }
        if !(self.highest >= self.lowest && self.highest < 1.0) {
            let expected = "the lowest candidate quantile or more, below 1";
            return refuse("the highest candidate quantile", self.highest, expected);
        }
        if self.candidates == 0 || self.candidates > 1000 {
            return refuse("the number of candidates", self.candidates as f64, "1 to 1000");
        }
        if !(self.significance > 0.0 && self.significance < 1.0) {
            return refuse("the significance", self.significance, open);
        }
        if self.least_exceedances < 10 {
            let value = self.least_exceedances as f64;
            return refuse("the least number of exceedances", value, "10 or more");
        }
        Ok(())
    }

    /// The quantiles of the candidates, the lowest first.
    pub fn quantiles(&self) -> impl Iterator<Item = f64> {
        let Self { lowest, highest, candidates, .. } = *self;
        let last = candidates.saturating_sub(1).max(1) as f64;
        (0..candidates).map(move |candidate| lowest + candidate as f64 / last * (highest - lowest))
    }
}
