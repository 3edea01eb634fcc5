//! The settings of a stability analysis.

use po_core::{BootstrapParams, Confidence};

/// Settings of [`StabilityAnalysis`](crate::StabilityAnalysis).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `bootstrap` | 1000 resamples | [`BootstrapParams`], 2 resamples or more | how observations are drawn |
/// | `confidence` | 0.95 | (0, 1) | the probability with which an interval is to hold a weight |
/// | `interval` | `Percentile` | two rules | how the interval follows from the resamples |
/// | `threads` | none | 1 or more | how many resamples are judged at once; none for as many as there are processors |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct StabilityParams {
    /// How observations are drawn.
    pub bootstrap: BootstrapParams,
    /// The probability with which an interval is to hold a weight.
    pub confidence: Confidence,
    /// How the interval follows from the resamples.
    pub interval: BootstrapInterval,
    /// How many resamples are judged at once; none for as many as there are processors.
    pub threads: Option<usize>,
}

impl Default for StabilityParams {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "0.95 is a probability")]
        let confidence = Confidence::new(0.95).expect("0.95 lies between zero and one");
        let (bootstrap, interval) = (BootstrapParams::default(), BootstrapInterval::Percentile);
        Self { bootstrap, confidence, interval, threads: None }
    }
}

/// How an interval for a weight follows from its values in the resamples.
///
/// Notation: `w` is the weight on the sample, `q(p)` the quantile of its values in the resamples, interpolated between
/// two of them where it falls between, and `α` one less the confidence.
///
/// # Source
/// Efron and Tibshirani (1993), An Introduction to the Bootstrap, section 13; Davison and Hinkley (1997), Bootstrap
/// Methods and their Application, section 5.2. Quantiles: Hyndman and Fan (1996), definition 7.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum BootstrapInterval {
    /// Between two quantiles: it lies where weights can lie.
    ///
    /// ```text
    /// [q(α/2), q(1 - α/2)]
    /// ```
    #[default]
    Percentile,
    /// The quantiles of the error, taken off the weight: it turns a bias round, and may leave the range of weights.
    ///
    /// ```text
    /// [2 w - q(1 - α/2), 2 w - q(α/2)]
    /// ```
    Basic,
}
