//! Whether one series of losses is lower than another.

use po_core::InputError;
use po_core::simd::{dot, sum};

use super::forecasts::finite;
use super::law::{normal_beyond, student_beyond};
use crate::Error;

/// How many lags the variance of a mean reaches back.
///
/// ```text
/// ω² = γ_0 + 2 Σ_(j=1..m) w_j γ_j,  γ_j = Σ_(t>j) (d_t - d̄)(d_(t-j) - d̄) / T
/// ```
///
/// with Bartlett's weights `w_j` = 1 - j / (m + 1), but for `Horizon`. Rules end at ⌊√T⌋ lags.
///
/// # Source
/// Newey and West (1987, 1994); Andrews (1991), Heteroskedasticity and autocorrelation consistent covariance
/// matrix estimation, equations 6.2 and 6.4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum LagRule {
    /// Newey and West's rule: m = ⌊1.1447 (s² T)^(1/3)⌋.
    ///
    /// ```text
    /// s = 2 Σ_(j=1..n) j γ_j / (γ_0 + 2 Σ_(j=1..n) γ_j),  n = ⌊4 (T / 100)^(2/9)⌋
    /// ```
    #[default]
    NeweyWest,
    /// Andrews's rule, as if the series were autoregressive of order one: m = ⌊1.1447 (α T)^(1/3)⌋.
    ///
    /// ```text
    /// α = 4 ρ² / ((1 - ρ)² (1 + ρ)²),  ρ = γ_1 / γ_0
    /// ```
    Andrews,
    /// m = ⌊4 (T / 100)^(2/9)⌋.
    RuleOfThumb,
    /// As many lags as the forecasts overlap, the horizon less one, with weights of one, as Diebold and Mariano
    /// have it; Bartlett's where the sum is not positive.
    Horizon,
    /// So many lags, fewer than there are days.
    Lags(usize),
}

/// Settings of [`diebold_mariano`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `horizon` | 1 | 1 to T/2 | how many days ahead was forecast |
/// | `lags` | `NeweyWest` | [`LagRule`] | how far the correlation of losses with their past is followed |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct DieboldMarianoParams {
    /// How many days ahead was forecast.
    pub horizon: usize,
    /// How far the correlation of losses with their past is followed.
    pub lags: LagRule,
}

impl Default for DieboldMarianoParams {
    fn default() -> Self {
        Self { horizon: 1, lags: LagRule::NeweyWest }
    }
}

/// How two series of losses compare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DieboldMariano {
    /// The mean of the first losses less that of the second: above zero, the second forecasts are better.
    pub mean_difference: f64,
    /// The lags of its variance.
    pub lags: usize,
    /// Diebold and Mariano's statistic.
    pub statistic: f64,
    /// The probability of a normal variable as far from zero.
    pub p_value: f64,
    /// The statistic with Harvey, Leybourne and Newbold's correction for small samples.
    pub corrected: f64,
    /// The probability of a Student's t as far from zero, with T - 1 degrees of freedom.
    pub corrected_p_value: f64,
    /// The probability of a Student's t as great: small where the second forecasts are better.
    pub second_better: f64,
}

/// Tests whether two forecasts have the same expected loss.
///
/// ```text
/// DM  = d̄ / √(ω² / T),  d_t = a_t - b_t                      ~  normal
/// DM* = DM √((T + 1 - 2h + h (h - 1) / T) / T)              ~  Student's t, T - 1 degrees
/// ```
///
/// with the horizon h and the long-run variance ω² of [`LagRule`]. Losses that are the same on average have the
/// statistic 0, whatever their variance.
///
/// # Errors
/// [`InputError::LengthMismatch`]; [`Error::Observation`] for a loss that is not finite; [`Error::TooFew`] for
/// fewer than two days or twice the horizon; [`InputError::OutOfRange`] for a horizon of zero, or as many lags
/// as days; [`Error::Constant`] where the difference is the same every day, and not zero.
///
/// # Cost
/// O(T m)
///
/// # Examples
/// ```
/// use po_tail::{DieboldMarianoParams, LagRule, diebold_mariano};
///
/// let params = DieboldMarianoParams { lags: LagRule::Lags(0), ..DieboldMarianoParams::default() };
/// let found = diebold_mariano(&[3.0, 1.0, 3.0, 1.0], &[1.0; 4], &params)?;
/// // The differences 2, 0, 2, 0 have mean 1 and variance 1: 1 / √(1/4), and √(3/4) of it.
/// assert!((found.statistic - 2.0).abs() < 1e-12);
/// assert!((found.corrected - 3f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Diebold and Mariano (1995), Comparing predictive accuracy; Harvey, Leybourne and Newbold (1997), Testing the
/// equality of prediction mean squared errors.
///
/// # Settings
/// [`DieboldMarianoParams`]
pub fn diebold_mariano(
    losses: &[f64],
    others: &[f64],
    params: &DieboldMarianoParams,
) -> Result<DieboldMariano, Error> {
    let (days, horizon) = (losses.len(), params.horizon);
    if others.len() != days {
        let (what, actual) = ("the second list of losses", others.len());
        return Err(InputError::LengthMismatch { what, expected: days, actual }.into());
    }
    finite("the first loss of day", losses)?;
    finite("the second loss of day", others)?;
    if horizon == 0 {
        let (name, expected) = ("the horizon", "1 or more");
        return Err(InputError::OutOfRange { name, value: 0.0, expected }.into());
    }
    let needed = horizon.saturating_mul(2);
    if days < needed {
        return Err(Error::TooFew { what: "the list of losses", needed, actual: days });
    }
    if let LagRule::Lags(lags) = params.lags
        && lags >= days
    {
        let (name, expected) = ("the number of lags", "less than the number of days");
        return Err(InputError::OutOfRange { name, value: lags as f64, expected }.into());
    }
    let mut differences: Vec<f64> = losses.iter().zip(others).map(|(loss, other)| loss - other).collect();
    let total = days as f64;
    let mean_difference = sum(&differences) / total;
    let least = differences.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = differences.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if mean_difference != 0.0 && least >= greatest {
        return Err(Error::Constant { what: "the differences of losses", value: least });
    }
    differences.iter_mut().for_each(|difference| *difference -= mean_difference);
    let (variance, lags) = long_run_variance(&differences, params);
    let statistic = if mean_difference == 0.0 { 0.0 } else { mean_difference / (variance / total).sqrt() };
    let horizon = horizon as f64;
    let corrected =
        statistic * ((total + 1.0 - 2.0 * horizon + horizon * (horizon - 1.0) / total) / total).sqrt();
    Ok(DieboldMariano {
        mean_difference,
        lags,
        statistic,
        p_value: 2.0 * normal_beyond(statistic.abs()),
        corrected,
        corrected_p_value: 2.0 * student_beyond(corrected.abs(), total - 1.0),
        second_better: student_beyond(corrected, total - 1.0),
    })
}

/// ω² of deviations from a mean, and the lags that were used.
fn long_run_variance(deviations: &[f64], params: &DieboldMarianoParams) -> (f64, usize) {
    let days = deviations.len();
    let total = days as f64;
    let gamma = |lag: usize| dot(&deviations[lag..], &deviations[..days - lag]) / total;
    let thumb = (4.0 * (total / 100.0).powf(2.0 / 9.0)) as usize;
    let most = days.isqrt().min(days - 1);
    // The quotient below may have zero underneath: then the greatest number of lags is taken.
    let capped = |lags: f64| if lags < most as f64 { lags as usize } else { most };
    let lags = match params.lags {
        LagRule::Lags(lags) => lags,
        LagRule::Horizon => params.horizon - 1,
        LagRule::RuleOfThumb => thumb.min(most),
        LagRule::Andrews => {
            let rho = gamma(1) / gamma(0);
            let alpha = 4.0 * rho * rho / ((1.0 - rho) * (1.0 + rho)).powi(2);
            capped(1.1447 * (alpha * total).cbrt())
        }
        LagRule::NeweyWest => {
            let (mut zero, mut one) = (gamma(0), 0.0);
            for lag in 1..=thumb.min(days - 1) {
                let twice = 2.0 * gamma(lag);
                zero += twice;
                one += lag as f64 * twice;
            }
            if one == 0.0 { 0 } else { capped(1.1447 * ((one / zero).powi(2) * total).cbrt()) }
        }
    };
    let bartlett = |lag: usize| 1.0 - lag as f64 / (lags + 1) as f64;
    let weighted = |weight: &dyn Fn(usize) -> f64| {
        gamma(0) + 2.0 * (1..=lags).map(|lag| weight(lag) * gamma(lag)).sum::<f64>()
    };
    if params.lags == LagRule::Horizon {
        let variance = weighted(&|_| 1.0);
        if variance > 0.0 {
            return (variance, lags);
        }
    }
    (weighted(&bartlett).max(0.0), lags)
}
