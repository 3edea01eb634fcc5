//! Risk measures on scenarios, and how each splits among the assets of a portfolio.
//!
//! All of them are convex and grow in proportion to the portfolio, so that Euler's theorem splits them
//! exactly: the contributions of the assets add up to the risk.

mod decompose;
mod drawdown;
mod entropic;
mod tail;

pub use decompose::{Decomposition, MeasureScratch, contributions, contributions_into};

pub(crate) use decompose::split;
pub(crate) use entropic::Entropic;

use std::fmt;

use po_core::{Confidence, InputError};

/// A risk measure on T scenarios of returns.
///
/// With the losses `l_t = -Σ_i r_ti x_i` of a portfolio x, their mean `l̄`, and `(·)₊` for the positive part,
/// each measure is the greatest expectation of the losses over some set of scenario weights p; those that
/// attain it are its *scenario weights*, from which contributions follow:
///
/// ```text
/// ρ(x) = Σ_t p_t l_t          contribution of asset i = x_i Σ_t p_t (-r_ti)
/// ```
///
/// # Shapes and units
/// In returns per period for weights that are fractions of capital; nothing is annualised. Drawdowns are in
/// units of the capital at the start, because returns are summed and not compounded.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
pub enum RiskMeasure {
    /// Conditional value at risk: the mean of the worst losses, of which the last may count in part. About
    /// zero, not about the mean.
    ///
    /// ```text
    /// min_ζ  ζ + 1/(T (1-β)) Σ_t (l_t - ζ)₊
    /// ```
    ///
    /// # Source
    /// Rockafellar and Uryasev (2000), equation 9.
    Cvar {
        /// β.
        confidence: Confidence,
    },
    /// Conditional drawdown at risk: the mean of the worst drawdowns `D_t`, of which the last may count in
    /// part.
    ///
    /// ```text
    /// C_t = -Σ_{u<=t} l_u     D_t = max_{0<=s<=t} C_s - C_t     C_0 = 0
    /// min_ζ  ζ + 1/(T (1-β)) Σ_t (D_t - ζ)₊
    /// ```
    ///
    /// # Source
    /// Chekhlov, Uryasev and Zabarankin (2005). The start counts as a peak, as in the optimisers of
    /// Riskfolio-Lib and skfolio; the descriptive measure of skfolio leaves it out.
    Cdar {
        /// β.
        confidence: Confidence,
    },
    /// Mean absolute deviation from the mean.
    ///
    /// ```text
    /// 1/T Σ_t |l_t - l̄|
    /// ```
    ///
    /// # Source
    /// Konno and Yamazaki (1991).
    Mad,
    /// Semi-deviation below the mean, with the divisor of the sample variance.
    ///
    /// ```text
    /// sqrt(1/(T-1) Σ_t (l_t - l̄)₊²)
    /// ```
    ///
    /// # Source
    /// Markowitz (1959), chapter 9; the divisor is that of Riskfolio-Lib and skfolio.
    SemiDeviation,
    /// Entropic value at risk: the tightest bound of Chernoff's kind on the value at risk. About zero.
    ///
    /// ```text
    /// min_{z>0}  z ln(1/(T (1-β)) Σ_t exp(l_t / z))
    /// ```
    ///
    /// # Source
    /// Ahmadi-Javid (2012), definition 3.1.
    Evar {
        /// β.
        confidence: Confidence,
    },
}

impl RiskMeasure {
    /// The name that results and errors call it by.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cvar { .. } => "conditional value at risk",
            Self::Cdar { .. } => "conditional drawdown at risk",
            Self::Mad => "mean absolute deviation",
            Self::SemiDeviation => "semi-deviation",
            Self::Evar { .. } => "entropic value at risk",
        }
    }

    /// Whether it measures deviations from the mean, so that it does not see expected returns.
    #[must_use]
    pub fn is_deviation(&self) -> bool {
        matches!(self, Self::Mad | Self::SemiDeviation)
    }

    /// Refuses fewer observations than the definition needs.
    pub(crate) fn check(&self, observations: usize) -> Result<(), InputError> {
        if self.is_deviation() && observations < 2 {
            let what = "the observations for a deviation from the mean";
            return Err(InputError::TooFewObservations { what, observations, required: 2 });
        }
        Ok(())
    }
}

impl fmt::Display for RiskMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
