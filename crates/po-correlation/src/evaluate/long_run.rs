//! The long-run variance of a series that may be correlated with its past.

use po_core::InputError;
use po_core::simd::dot;

/// How many lags a long-run variance reaches back, with Bartlett's kernel.
///
/// ```text
/// ω² = γ_0 + 2 Σ_{j=1..m} (1 - j/(m+1)) γ_j,   γ_j = 1/T Σ_{t>j} (d_t - d̄)(d_{t-j} - d̄)
/// ```
///
/// # Source
/// Newey and West (1987), A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
/// covariance matrix; the rules, Newey and West (1994), Automatic lag selection in covariance matrix estimation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Bandwidth {
    /// As the series asks for: m = ⌊1.1447 (s² T)^(1/3)⌋, at most ⌊√T⌋.
    ///
    /// ```text
    /// s = 2 Σ_{j=1..n} j γ_j / (γ_0 + 2 Σ_{j=1..n} γ_j),   n = ⌊4 (T/100)^(2/9)⌋
    /// ```
    #[default]
    Automatic,
    /// m = ⌊4 (T/100)^(2/9)⌋.
    RuleOfThumb,
    /// So many lags, fewer than there are observations.
    Lags(usize),
}

/// ω² of a series about its mean, and the lags that were used.
pub(super) fn long_run_variance(
    series: &[f64],
    mean: f64,
    bandwidth: Bandwidth,
) -> Result<(f64, usize), InputError> {
    let observations = series.len();
    if let Bandwidth::Lags(lags) = bandwidth
        && lags >= observations
    {
        let (name, expected) = ("the number of lags", "fewer than there are observations");
        return Err(InputError::OutOfRange { name, value: lags as f64, expected });
    }
    let deviations: Vec<f64> = series.iter().map(|value| value - mean).collect();
    let gamma = |lag: usize| dot(&deviations[lag..], &deviations) / observations as f64;
    let lags = match bandwidth {
        Bandwidth::Lags(lags) => lags,
        Bandwidth::RuleOfThumb => rule_of_thumb(observations),
        Bandwidth::Automatic => automatic(observations, gamma),
    };
    let weight = |lag: usize| 1.0 - lag as f64 / (lags + 1) as f64;
    let variance = gamma(0) + 2.0 * (1..=lags).map(|lag| weight(lag) * gamma(lag)).sum::<f64>();
    // Bartlett's kernel is positive semidefinite: below zero there is only rounding.
    Ok((variance.max(0.0), lags))
}

fn rule_of_thumb(observations: usize) -> usize {
    let lags = (4.0 * (observations as f64 / 100.0).powf(2.0 / 9.0)) as usize;
    lags.min(observations.saturating_sub(1))
}

fn automatic(observations: usize, gamma: impl Fn(usize) -> f64) -> usize {
    let (mut zero, mut one) = (gamma(0), 0.0);
    for lag in 1..=rule_of_thumb(observations) {
        let twice = 2.0 * gamma(lag);
        zero += twice;
        one += lag as f64 * twice;
    }
    if one == 0.0 {
        return 0;
    }
    // The sum below the fraction may be near zero: then the cap decides.
    let lags = 1.1447 * ((one / zero).powi(2) * observations as f64).cbrt();
    let most = observations.isqrt().min(observations.saturating_sub(1));
    if lags < most as f64 { lags as usize } else { most }
}
