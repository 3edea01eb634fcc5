//! How tail risk is shared out among assets.

use crate::{GpdMethod, Threshold};

/// Which number of the tail is shared out.
///
/// # Examples
/// ```
/// use po_tail::{ContributionMeasure, TailRisk};
///
/// let risk = TailRisk { var: 0.02, cvar: 0.03 };
/// assert_eq!(ContributionMeasure::Var.of(risk), 0.02);
/// assert_eq!(ContributionMeasure::default().of(risk), 0.03);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum ContributionMeasure {
    /// Value at risk.
    Var,
    /// Conditional value at risk.
    #[default]
    Cvar,
}

/// How the tail risk of a portfolio, and the part of each asset, is estimated.
///
/// In all of them the components add up to the risk. In the historical and the normal model the marginal risks are the
/// derivatives of the estimate itself; in Student's t they are those under an elliptical distribution, with the degrees of
/// freedom and the weights of the periods held; in the others the risk is shared out by scenarios of the tail.
///
/// # Shapes and units
/// T x N simple returns and N weights. Losses positive, per period. For a filtered estimate the returns are scenarios of
/// the next period: the standardised residuals of each asset, times its forecast volatility, plus its forecast mean.
///
/// # Cost
/// `2 T N` operations, and `T N` with N estimates for the incremental risks: a selection each in the historical models, a
/// few sums in the normal one, a fit each in the others.
///
/// # Examples
/// ```
/// use po_core::{Confidence, Returns, Weights};
/// use po_tail::{ContributionModel, ContributionMeasure};
///
/// let returns = Returns::from_column_slice(4, 2, &[0.02, -0.04, 0.01, 0.00, 0.01, -0.02, -0.03, 0.01])?;
/// let weights = Weights::new(vec![0.5, 0.5])?;
/// let confidence = Confidence::new(0.5)?;
/// let parts = ContributionModel::Historical.contributions(ContributionMeasure::Cvar, &returns, &weights, confidence)?;
/// // The two worst periods lose 3 % and 1 %: the first asset 2 % and -0.5 %, the second 1 % and 1.5 %.
/// assert!((parts.risk - 0.02).abs() < 1e-17);
/// assert!((parts.component[0] - 0.0075).abs() < 1e-17);
/// assert!((parts.component[1] - 0.0125).abs() < 1e-17);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Settings
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `threshold` | none | any [`Threshold`] | where the tail of the portfolio begins |
/// | `method` | none | any [`GpdMethod`] | how the distribution of the excesses is fitted |
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
#[non_exhaustive]
pub enum ContributionModel {
    /// The sample itself: conditional value at risk by the mean of the tail, whose last scenario counts in part, and value
    /// at risk by the scenario of the quantile. Scenarios with equal losses share their part.
    ///
    /// Value at risk by one scenario adds up, and is noisy: [`ContributionModel::Kernel`] looks at the neighbours too.
    #[default]
    Historical,
    /// Historical, with value at risk by scenarios near the quantile under a triangular kernel of the half-width
    /// `2.575 σ T^(-1/5)`.
    ///
    /// ```text
    /// component_i = VaR Σ_t k_t (-w_i r_ti) / Σ_t k_t l_t     k_t = (1 - |l_t - VaR| / h)₊
    /// ```
    ///
    /// Components of the kernel alone do not add up to the historical value at risk; these are scaled so that they do.
    /// Conditional value at risk is as in [`ContributionModel::Historical`].
    ///
    /// # Source
    /// Epperlein and Smillie (2006), "Cracking VaR with kernels".
    Kernel,
    /// A normal distribution of the sample means and the unbiased sample covariance.
    Normal,
    /// Student's t for the portfolio, by maximum likelihood, and elliptical for its assets: the means and the covariances
    /// with the portfolio are weighted as those of the portfolio in its own likelihood, which is why they add up.
    ///
    /// # Source
    /// `McNeil`, Frey and Embrechts (2005), corollary 6.27.
    StudentT,
    /// Peaks over threshold for the portfolio; its risk is shared out by the mean losses of its assets where the portfolio
    /// loses more than the threshold.
    Evt {
        /// Where the tail begins.
        threshold: Threshold,
        /// How the distribution of the excesses is fitted.
        method: GpdMethod,
    },
}
