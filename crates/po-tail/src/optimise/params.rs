//! The settings of optimisation by tail risk.

use po_convex::Constraints;
use po_core::{Confidence, InputError};

use super::measure::TailMeasure;
use super::wasserstein::Wasserstein;

/// Settings of [`MeanCvar`](crate::MeanCvar).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `objective` | `MinCvar` | five objectives | what makes a portfolio better than another |
/// | `measure` | `Cvar` | seven measures | the risk; where it is another, it takes the place of CVaR everywhere |
/// | `confidence` | 0.95 | (0, 1) | β, the level of the tail; without effect for measures that have none |
/// | `constraints` | long-only, fully invested | see [`Constraints`] | what a portfolio must satisfy |
/// | `robust` | none | radius `>= 0` | the distributions near the scenarios to be safe against |
/// | `warm_start` | `false` | | whether a call begins where the output of the last one ended |
/// | `node_limit` | 100 000 | `>= 1` | problems solved, at most, where assets must be chosen |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct MeanCvarParams {
    /// What makes a portfolio better than another.
    pub objective: CvarObjective,
    /// The measure of risk.
    pub measure: TailMeasure,
    /// β.
    pub confidence: Confidence,
    /// What a portfolio must satisfy. The tracking error and correlations are those of the covariance of the scenarios
    /// under their probabilities, `Σ_t p_t (r_t - m)(r_t - m)'` with `m = Σ_t p_t r_t`.
    pub constraints: Constraints,
    /// The distributions near the scenarios to be safe against; for conditional value at risk only.
    pub robust: Option<Wasserstein>,
    /// Whether a call begins at the tail of the output that it is given: faster for inputs that change little, and the
    /// same portfolio, to rounding, where that is unique.
    pub warm_start: bool,
    /// Problems solved, at most, where a limit on the number of assets, a least position or a greatest correlation has them
    /// chosen.
    pub node_limit: usize,
}

impl Default for MeanCvarParams {
    fn default() -> Self {
        let (objective, measure, constraints) = Default::default();
        Self {
            objective,
            measure,
            confidence: default_confidence(),
            constraints,
            robust: None,
            warm_start: false,
            node_limit: 100_000,
        }
    }
}

/// The confidence of a setting that names none.
pub(crate) fn default_confidence() -> Confidence {
    #[expect(clippy::expect_used, reason = "0.95 lies between zero and one")]
    Confidence::new(0.95).expect("0.95 is a confidence")
}

/// What makes a portfolio x better than another, given the mean μ of the returns and the risk ρ.
///
/// ρ is conditional value at risk or the measure that takes its place, with the charge for robustness. Where trading
/// costs something, the return of x is `μ'x` less the costs; the risk is that before costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
pub enum CvarObjective {
    /// The least risk.
    ///
    /// ```text
    /// minimise ρ(x)
    /// ```
    ///
    /// # Source
    /// Rockafellar and Uryasev (2000).
    #[default]
    MinCvar,
    /// The greatest return at no more than a risk; without a limit, the greatest return of all.
    ///
    /// ```text
    /// maximise μ'x subject to ρ(x) <= cvar
    /// ```
    ///
    /// # Source
    /// Krokhmal, Palmquist and Uryasev (2002).
    MaxReturn {
        /// The greatest risk per period; infinity for none.
        cvar: f64,
    },
    /// The least risk at no less than a return.
    ///
    /// ```text
    /// minimise ρ(x) subject to μ'x >= target_return
    /// ```
    ///
    /// # Source
    /// Rockafellar and Uryasev (2000), section 3.
    MinRisk {
        /// The least return per period.
        target_return: f64,
    },
    /// The greatest return less a charge for risk.
    ///
    /// ```text
    /// maximise μ'x - γ ρ(x)
    /// ```
    Utility {
        /// γ, positive.
        risk_aversion: f64,
    },
    /// The greatest ratio of excess return to risk: with conditional value at risk the stable tail-adjusted return
    /// ratio (STARR).
    ///
    /// ```text
    /// maximise (μ - r)'x / ρ(x)
    /// ```
    ///
    /// Where a portfolio without risk returns more than r there is none, which is an error.
    ///
    /// # Source
    /// Martin, Rachev and Siboulet (2003), "Phi-alpha optimal portfolios and extreme risk management".
    MaxRatio {
        /// r, per period; what is not invested earns it too.
        risk_free: f64,
    },
}

impl CvarObjective {
    /// The name by which messages call it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::MinCvar => "min-cvar",
            Self::MaxReturn { .. } => "max-return",
            Self::MinRisk { .. } => "min-risk",
            Self::Utility { .. } => "utility",
            Self::MaxRatio { .. } => "max-ratio",
        }
    }

    /// Whether a greater value is a better one.
    #[must_use]
    pub fn is_maximised(&self) -> bool {
        !matches!(self, Self::MinCvar | Self::MinRisk { .. })
    }

    pub(super) fn check(&self) -> Result<(), InputError> {
        let check = |name, value: f64, fits: bool, expected| {
            if fits { Ok(()) } else { Err(InputError::OutOfRange { name, value, expected }) }
        };
        match *self {
            Self::MinCvar => Ok(()),
            Self::MaxReturn { cvar } => {
                let fits = !cvar.is_nan() && cvar > f64::NEG_INFINITY;
                check("the limit on the risk", cvar, fits, "a number above minus infinity")
            }
            Self::MinRisk { target_return } => {
                check("the target return", target_return, target_return.is_finite(), "a finite number")
            }
            Self::Utility { risk_aversion } => {
                let fits = risk_aversion.is_finite() && risk_aversion > 0.0;
                check("the risk aversion", risk_aversion, fits, "a finite, positive number")
            }
            Self::MaxRatio { risk_free } => {
                check("the risk-free rate", risk_free, risk_free.is_finite(), "a finite number")
            }
        }
    }
}
