//! A portfolio's returns regressed on those of factors: settings and result.

/// How the errors of a regression are estimated.
///
/// # Source
/// White (1980) for HC0; `MacKinnon` and White (1985) for the others; Newey and West (1987), with the weights of Bartlett,
/// and Newey and West (1994) for the number of lags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
pub enum RegressionErrors {
    /// One variance for all periods, T - K - 1 degrees of freedom.
    #[default]
    Classical,
    /// A variance for each period.
    Hc0,
    /// HC0, times T / (T - K - 1).
    Hc1,
    /// Residuals over the root of one less leverage.
    Hc2,
    /// Residuals over one less leverage.
    Hc3,
    /// A variance for each period, and autocorrelation.
    NeweyWest {
        /// The greatest lag, less than T; `None` for ⌊4 (T/100)^(2/9)⌋.
        lags: Option<usize>,
        /// Whether to multiply by T / (T - K - 1).
        correction: bool,
    },
}

/// What is taken for known when the errors of contributions are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum FactorMeans {
    /// The factor returns are what they were: how sure is the split of this history?
    #[default]
    Given,
    /// The mean of a factor is an estimate too: how sure is the split for the process behind it?
    Estimated,
}

/// Settings of a regression on factors.
///
/// # Settings
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `errors` | `Classical` | | the estimator of standard errors |
/// | `means` | `Given` | | whether the mean of a factor adds to the error of its contribution |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct RegressionParams {
    /// The estimator of standard errors.
    pub errors: RegressionErrors,
    /// Whether the mean of a factor adds to the error of its contribution.
    pub means: FactorMeans,
}

/// A number with its standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
}

impl Estimate {
    /// The estimate in units of its standard error; infinite, or not a number, where that is zero.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(po_attribution::Estimate { value: 3.0, standard_error: 1.5 }.t(), 2.0);
    /// ```
    #[must_use]
    pub fn t(&self) -> f64 {
        self.value / self.standard_error
    }
}

/// The returns of a portfolio as a combination of those of factors, with the errors of the split.
///
/// ```text
/// R_t = α + Σ_k β_k f_kt + e_t
/// R̄  = α + Σ_k β_k f̄_k          the mean return, split exactly: the residuals sum to zero
/// ```
///
/// The error of `β_k f̄_k` follows by the delta method: `f̄_k² var(β_k)` for factors as given, and with
/// `β_k² var(f̄_k)` and their covariance besides for means that are estimated. The classical estimator takes the errors
/// of β and of f̄ for independent; the others find their covariance by the same weights as everything else.
///
/// # Shapes and units
/// K factors, T periods; returns per period.
///
/// # Examples
/// ```
/// use po_attribution::{RegressionParams, factor_regression};
/// use po_core::Returns;
///
/// let market = Returns::from_column_slice(4, 1, &[0.01, -0.01, 0.02, -0.02])?;
/// let fit = factor_regression(&[0.021, -0.019, 0.039, -0.041], &market, &RegressionParams::default())?;
/// assert!((fit.betas[0].value - 2.0).abs() < 1e-12);
/// assert!(fit.alpha.value.abs() < 1e-15);
/// // Residuals of 0.001 each, of which two degrees of freedom are left.
/// assert!((fit.residual_deviation - (4.0e-6_f64 / 2.0).sqrt()).abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct FactorRegression {
    /// What the factors do not explain, per period: the specific part of the mean return.
    pub alpha: Estimate,
    /// The exposure to each factor: K.
    pub betas: Vec<Estimate>,
    /// The covariance of the errors of α and the β: (K+1) x (K+1).
    pub covariance: Vec<f64>,
    /// What each factor contributes to the mean return: K.
    pub contributions: Vec<Estimate>,
    /// What all factors contribute to the mean return.
    pub systematic: Estimate,
    /// The mean return: the sum of α and the contributions.
    pub mean: f64,
    /// What is left in each period: T.
    pub residuals: Vec<f64>,
    /// The standard deviation of the residuals, with T - K - 1 degrees of freedom.
    pub residual_deviation: f64,
    /// The share of the variance that the factors explain; zero for a portfolio that stands still.
    pub r_squared: f64,
    /// The same, adjusted for the degrees of freedom.
    pub adjusted_r_squared: f64,
    /// The greatest lag of the errors; zero for those without autocorrelation.
    pub lags: usize,
}
