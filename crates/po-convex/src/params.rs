//! The settings of the Markowitz family.

use po_core::InputError;

use crate::{Constraints, Semidefinite};

/// Settings of [`Markowitz`](crate::Markowitz).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `objective` | `MinVariance` | nine objectives | what makes a portfolio better than another |
/// | `constraints` | long-only, fully invested | see [`Constraints`] | what a portfolio must satisfy |
/// | `semidefinite` | `Refuse` | four ways | what becomes of a covariance that is not positive semidefinite |
/// | `warm_start` | `false` | | whether a call begins where the output of the last one ended |
/// | `node_limit` | 100 000 | `>= 1` | programmes solved, at most, where assets must be chosen |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct MarkowitzParams {
    /// What makes a portfolio better than another.
    pub objective: Objective,
    /// What a portfolio must satisfy.
    pub constraints: Constraints,
    /// What becomes of a covariance that is not positive semidefinite.
    pub semidefinite: Semidefinite,
    /// Whether a call begins at the active set of the output that it is given: faster for inputs that change little, and
    /// the same portfolio, to rounding, where that is unique.
    pub warm_start: bool,
    /// Programmes solved, at most, where assets must be chosen.
    pub node_limit: usize,
}

impl Default for MarkowitzParams {
    fn default() -> Self {
        let (objective, constraints) = (Objective::default(), Constraints::default());
        let semidefinite = Semidefinite::default();
        Self { objective, constraints, semidefinite, warm_start: false, node_limit: 100_000 }
    }
}

/// What makes a portfolio x better than another, given the covariance Σ and the mean μ of the returns.
///
/// Where trading costs something, the return of x is `μ'x` less the costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
pub enum Objective {
    /// The least variance.
    ///
    /// ```text
    /// minimise x'Σx
    /// ```
    ///
    /// # Source
    /// Markowitz (1952).
    #[default]
    MinVariance,
    /// The greatest return less a charge for variance.
    ///
    /// ```text
    /// maximise μ'x - γ/2 x'Σx
    /// ```
    ///
    /// # Source
    /// Markowitz (1952); the form is that of Levy, Markowitz (1979).
    Utility {
        /// γ, positive.
        risk_aversion: f64,
    },
    /// The greatest return at no more than a volatility; without a limit, the greatest return of all.
    ///
    /// ```text
    /// maximise μ'x subject to sqrt(x'Σx) <= volatility
    /// ```
    ///
    /// # Source
    /// Markowitz (1952).
    MaxReturn {
        /// The greatest volatility per period, positive; infinity for none.
        volatility: f64,
    },
    /// The least variance at no less than a return.
    ///
    /// ```text
    /// minimise x'Σx subject to μ'x >= target_return
    /// ```
    ///
    /// # Source
    /// Markowitz (1952).
    MinRisk {
        /// The least return per period.
        target_return: f64,
    },
    /// The greatest ratio of excess return to volatility.
    ///
    /// ```text
    /// maximise (μ - r)'x / sqrt(x'Σx)
    /// ```
    ///
    /// Where a portfolio without risk returns more than r there is none, which is an error; where one returns just r,
    /// all its mixtures with the best portfolio have the same ratio, and one of them is returned.
    ///
    /// # Source
    /// Sharpe (1966).
    MaxSharpe {
        /// r, per period; what is not invested earns it too.
        risk_free: f64,
    },
    /// The greatest diversification ratio: the mean of the volatilities to the volatility of the whole.
    ///
    /// ```text
    /// maximise σ'x / sqrt(x'Σx), with σ_i = sqrt(Σ_ii)
    /// ```
    ///
    /// # Source
    /// Choueifaty, Coignard (2008).
    MaxDiversification,
    /// The least variance if all assets were equally volatile.
    ///
    /// ```text
    /// minimise x'Cx, with C the correlation
    /// ```
    ///
    /// # Source
    /// Christoffersen, Errunza, Jacobs, Langlois (2012), Is the Potential for International Diversification Disappearing?
    MaxDecorrelation,
    /// The least volatility of the difference to the benchmark that the constraints name.
    ///
    /// ```text
    /// minimise sqrt((x - b)'Σ(x - b))
    /// ```
    ///
    /// # Source
    /// Roll (1992); Jorion (2003) for limits on it.
    MinTrackingError,
    /// The greatest utility at the worst mean within an ellipsoid around the estimate.
    ///
    /// ```text
    /// maximise min_m m'x - γ/2 x'Σx over m with (m - μ)'Ω⁻¹(m - μ) <= κ²
    ///        = μ'x - κ sqrt(x'Ωx) - γ/2 x'Σx
    /// ```
    ///
    /// # Source
    /// Goldfarb, Iyengar (2003); Fabozzi, Kolm, Pachamanova, Focardi (2007), chapter 12.
    Robust {
        /// γ, zero or more.
        risk_aversion: f64,
        /// κ, zero or more: the radius of the ellipsoid.
        kappa: f64,
        /// Ω.
        uncertainty: MeanUncertainty,
    },
}

/// The covariance Ω of the estimate of the mean.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
pub enum MeanUncertainty {
    /// That of the sample mean of independent observations.
    ///
    /// ```text
    /// Ω = Σ / T
    /// ```
    Sample {
        /// T, positive.
        observations: f64,
    },
    /// The same without correlations: errors of estimation are taken to be independent.
    ///
    /// ```text
    /// Ω = diag(Σ) / T
    /// ```
    ///
    /// # Source
    /// Stubbs, Vance (2005), as one of the common choices.
    Diagonal {
        /// T, positive.
        observations: f64,
    },
}

impl MeanUncertainty {
    pub(crate) fn observations(self) -> f64 {
        let (Self::Sample { observations } | Self::Diagonal { observations }) = self;
        observations
    }
}

impl Objective {
    /// The name by which messages call it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::MinVariance => "min-variance",
            Self::Utility { .. } => "utility",
            Self::MaxReturn { .. } => "max-return",
            Self::MinRisk { .. } => "min-risk",
            Self::MaxSharpe { .. } => "max-sharpe",
            Self::MaxDiversification => "max-diversification",
            Self::MaxDecorrelation => "max-decorrelation",
            Self::MinTrackingError => "min-tracking-error",
            Self::Robust { .. } => "robust",
        }
    }

    /// Whether a greater value is a better one.
    #[must_use]
    pub fn is_maximised(&self) -> bool {
        !matches!(
            self,
            Self::MinVariance | Self::MinRisk { .. } | Self::MaxDecorrelation | Self::MinTrackingError
        )
    }

    /// Whether it needs expected returns.
    #[must_use]
    pub fn needs_mean(&self) -> bool {
        !matches!(
            self,
            Self::MinVariance | Self::MaxDiversification | Self::MaxDecorrelation | Self::MinTrackingError
        )
    }

    pub(crate) fn check(&self) -> Result<(), InputError> {
        let check = |name, value: f64, fits: bool, expected| {
            if fits { Ok(()) } else { Err(InputError::OutOfRange { name, value, expected }) }
        };
        let positive = |name, value: f64| {
            check(name, value, value.is_finite() && value > 0.0, "a finite, positive number")
        };
        let not_negative = |name, value: f64| {
            check(name, value, value.is_finite() && value >= 0.0, "a finite number, zero or more")
        };
        match *self {
            Self::MinVariance
            | Self::MaxDiversification
            | Self::MaxDecorrelation
            | Self::MinTrackingError => Ok(()),
            Self::Utility { risk_aversion } => positive("the risk aversion", risk_aversion),
            Self::MaxReturn { volatility } => {
                check("the limit on the volatility", volatility, volatility > 0.0, "a positive number")
            }
            Self::MinRisk { target_return } => {
                check("the target return", target_return, target_return.is_finite(), "a finite number")
            }
            Self::MaxSharpe { risk_free } => {
                check("the risk-free rate", risk_free, risk_free.is_finite(), "a finite number")
            }
            Self::Robust { risk_aversion, kappa, uncertainty } => {
                not_negative("the risk aversion", risk_aversion)?;
                not_negative("kappa", kappa)?;
                positive("the number of observations", uncertainty.observations())
            }
        }
    }
}
