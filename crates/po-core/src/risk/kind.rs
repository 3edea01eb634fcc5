//! The measures of risk that are there.

use super::{Compounding, Quantile};
use crate::Confidence;

/// A measure of the risk of a series of portfolio returns.
///
/// ```text
/// r_t                  return of period t = 1 … T, and r̄ their mean
/// l_t = -r_t           loss; l_(1) >= l_(2) >= … >= l_(T) are the losses in order
/// m = T (1-β)          observations in the tail at the confidence β
/// D_t                  drawdown: how far the capital stands below its peak, of which the start is the first
/// (·)₊                 the positive part
/// ```
///
/// # Shapes and units
/// T simple returns, the oldest first; order matters to drawdowns only. Losses are positive. In returns per period,
/// nothing annualised; variance, semi-variance, second lower partial moment and both kurtoses in their square.
/// Uncompounded drawdowns are in units of the capital at the start, compounded ones fractions of the peak.
///
/// # Cost
/// T operations that fill the registers, for moments; a selection among T numbers for value at risk and its mean; a sort
/// for [`Risk::GiniMeanDifference`]; T operations one after the other for drawdowns; six to ten times T exponentials for
/// the entropic measures, and fifteen times T exponentials and logarithms for the relativistic ones.
///
/// # Examples
/// ```
/// use po_core::{Confidence, Risk, RiskMeasure, RiskScratch};
///
/// let returns = [0.02, -0.04, 0.01, -0.01, 0.03, 0.01, -0.02, 0.02];
/// let mut scratch = RiskScratch::default();
///
/// // The worst two of eight.
/// let cvar = Risk::Cvar { confidence: Confidence::new(0.75)? };
/// assert!((cvar.risk_into(&returns, &mut scratch)? - 0.03).abs() < 1e-16);
///
/// let mad = Risk::Mad;
/// assert!((mad.risk_into(&returns, &mut scratch)? - 0.019375).abs() < 1e-16);
///
/// // Four per cent down, one up, one down.
/// let drawdown = Risk::MaximumDrawdown { compounding: Default::default() };
/// assert!((drawdown.risk_into(&returns, &mut scratch)? - 0.04).abs() < 1e-16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Settings
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `confidence`, `losses`, `gains` | none | (0, 1) | the level β of the tail; of the lower tail; of the upper tail |
/// | `quantile` | lower | two | which observation is the quantile where two could be |
/// | `threshold` | 0 | finite | the return below which there is a shortfall |
/// | `kappa` | none | (0, 1) | how heavy a tail is allowed for: entropic towards zero, worst case towards one |
/// | `compounding` | uncompounded | two | whether returns add up or compound in a drawdown |
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
#[non_exhaustive]
pub enum Risk {
    /// The constant one: all portfolios have the same risk, which leads to equal weights.
    Equal,
    /// Variance, `1/(T-1) Σ (r_t - r̄)²`.
    #[default]
    Variance,
    /// Standard deviation: the root of [`Risk::Variance`].
    StandardDeviation,
    /// Semi-variance below the mean, `1/(T-1) Σ (r̄ - r_t)₊²`.
    ///
    /// # Source
    /// Markowitz (1959), chapter 9; the divisor is that of the sample variance, as in Riskfolio-Lib and skfolio.
    SemiVariance,
    /// Semi-deviation: the root of [`Risk::SemiVariance`].
    SemiDeviation,
    /// Mean absolute deviation, `1/T Σ |r_t - r̄|`.
    ///
    /// # Source
    /// Konno and Yamazaki (1991).
    Mad,
    /// Square-root kurtosis, `sqrt(1/T Σ (r_t - r̄)⁴)`, in squared returns.
    ///
    /// # Source
    /// Cajas (2022), "Convex optimization of portfolio kurtosis".
    SquareRootKurtosis,
    /// Square-root semi-kurtosis, `sqrt(1/T Σ (r̄ - r_t)₊⁴)`, in squared returns.
    ///
    /// # Source
    /// As [`Risk::SquareRootKurtosis`].
    SquareRootSemiKurtosis,
    /// Gini mean difference: the mean distance of two observations, `2/(T(T-1)) Σ_{s<t} |r_s - r_t|`.
    ///
    /// # Source
    /// Yitzhaki (1982).
    GiniMeanDifference,
    /// First lower partial moment, `1/T Σ (τ - r_t)₊`.
    ///
    /// # Source
    /// Fishburn (1977), with α = 1.
    FirstLowerPartialMoment {
        /// τ.
        #[cfg_attr(feature = "serde", serde(default))]
        threshold: f64,
    },
    /// Second lower partial moment, `1/T Σ (τ - r_t)₊²`.
    ///
    /// # Source
    /// Fishburn (1977), with α = 2.
    SecondLowerPartialMoment {
        /// τ.
        #[cfg_attr(feature = "serde", serde(default))]
        threshold: f64,
    },
    /// Downside deviation: the root of [`Risk::SecondLowerPartialMoment`].
    ///
    /// # Source
    /// Sortino and Price (1994). Riskfolio-Lib divides by T-1.
    DownsideDeviation {
        /// τ.
        #[cfg_attr(feature = "serde", serde(default))]
        threshold: f64,
    },
    /// Value at risk: the loss `l_(k)` of rank `k = floor(m) + 1`, an observation and never a number between two.
    ///
    /// # Source
    /// Rockafellar and Uryasev (2000), equation 2. See [`Quantile`] for the other convention, `k = ceil(m)`.
    Var {
        /// β.
        confidence: Confidence,
        /// Which observation, where two could be.
        #[cfg_attr(feature = "serde", serde(default))]
        quantile: Quantile,
    },
    /// Conditional value at risk: the mean of the m worst losses, of which the last counts in part.
    ///
    /// ```text
    /// min_ζ  ζ + 1/m Σ_t (l_t - ζ)₊
    /// ```
    ///
    /// # Source
    /// Rockafellar and Uryasev (2000), equation 9.
    Cvar {
        /// β.
        confidence: Confidence,
    },
    /// Tail Gini: conditional value at risk over all levels beyond β, the less weight the more extreme the level.
    ///
    /// ```text
    /// 2/(1-β)² ∫_0^{1-β} a CVaR_{1-a} da
    /// ```
    ///
    /// # Source
    /// Ogryczak and Ruszczyński (2002), section 4. The integral is exact; Riskfolio-Lib takes a sum over a hundred levels.
    TailGini {
        /// β.
        confidence: Confidence,
    },
    /// Entropic value at risk: the tightest bound of Chernoff's kind on value at risk.
    ///
    /// ```text
    /// min_{z>0}  z ln(1/m Σ_t exp(l_t / z))
    /// ```
    ///
    /// # Source
    /// Ahmadi-Javid (2012), definition 3.1.
    Evar {
        /// β.
        confidence: Confidence,
    },
    /// Relativistic value at risk: the worst mean loss over scenario weights p of a bounded entropy of Kaniadakis.
    ///
    /// ```text
    /// max_p  Σ_t p_t l_t     Σ_t p_t = 1,  p >= 0,  Σ_t p_t ln_κ p_t <= ln_κ(1/m)     ln_κ x = (x^κ - x^-κ) / (2κ)
    /// ```
    ///
    /// # Source
    /// Cajas (2023), "Portfolio optimization of relativistic value at risk".
    Rlvar {
        /// β.
        confidence: Confidence,
        /// κ.
        kappa: f64,
    },
    /// Worst realisation: the greatest loss `l_(1)`.
    ///
    /// # Source
    /// Young (1998).
    WorstRealisation,
    /// Range: the greatest return less the least one.
    Range,
    /// Value at risk of the losses, and that of the gains, added.
    VarRange {
        /// β of the losses.
        losses: Confidence,
        /// β of the gains.
        gains: Confidence,
        /// Which observation, where two could be.
        #[cfg_attr(feature = "serde", serde(default))]
        quantile: Quantile,
    },
    /// Conditional value at risk of the losses, and that of the gains, added.
    ///
    /// # Source
    /// Cajas (2021), "OWA portfolio optimization".
    CvarRange {
        /// β of the losses.
        losses: Confidence,
        /// β of the gains.
        gains: Confidence,
    },
    /// Tail Gini of the losses, and that of the gains, added.
    ///
    /// # Source
    /// As [`Risk::CvarRange`].
    TailGiniRange {
        /// β of the losses.
        losses: Confidence,
        /// β of the gains.
        gains: Confidence,
    },
    /// Entropic value at risk of the losses, and that of the gains, added.
    EvarRange {
        /// β of the losses.
        losses: Confidence,
        /// β of the gains.
        gains: Confidence,
    },
    /// Relativistic value at risk of the losses, and that of the gains, added.
    RlvarRange {
        /// β of the losses.
        losses: Confidence,
        /// β of the gains.
        gains: Confidence,
        /// κ.
        kappa: f64,
    },
    /// Maximum drawdown, `max_t D_t`.
    MaximumDrawdown {
        /// Of added or of compounded returns.
        #[cfg_attr(feature = "serde", serde(default))]
        compounding: Compounding,
    },
    /// Average drawdown, `1/T Σ D_t`.
    AverageDrawdown {
        /// Of added or of compounded returns.
        #[cfg_attr(feature = "serde", serde(default))]
        compounding: Compounding,
    },
    /// Ulcer index, `sqrt(1/T Σ D_t²)`.
    ///
    /// # Source
    /// Martin and `McCann` (1989).
    UlcerIndex {
        /// Of added or of compounded returns.
        #[cfg_attr(feature = "serde", serde(default))]
        compounding: Compounding,
    },
    /// Drawdown at risk: [`Risk::Var`] of the drawdowns in place of the losses.
    ///
    /// # Source
    /// Chekhlov, Uryasev and Zabarankin (2005).
    DrawdownAtRisk {
        /// β.
        confidence: Confidence,
        /// Which observation, where two could be.
        #[cfg_attr(feature = "serde", serde(default))]
        quantile: Quantile,
        /// Of added or of compounded returns.
        #[cfg_attr(feature = "serde", serde(default))]
        compounding: Compounding,
    },
    /// Conditional drawdown at risk: [`Risk::Cvar`] of the drawdowns.
    ///
    /// # Source
    /// Chekhlov, Uryasev and Zabarankin (2005).
    Cdar {
        /// β.
        confidence: Confidence,
        /// Of added or of compounded returns.
        #[cfg_attr(feature = "serde", serde(default))]
        compounding: Compounding,
    },
    /// Entropic drawdown at risk: [`Risk::Evar`] of the drawdowns.
    ///
    /// # Source
    /// Cajas (2021), "Entropic portfolio optimization".
    Edar {
        /// β.
        confidence: Confidence,
        /// Of added or of compounded returns.
        #[cfg_attr(feature = "serde", serde(default))]
        compounding: Compounding,
    },
    /// Relativistic drawdown at risk: [`Risk::Rlvar`] of the drawdowns.
    ///
    /// # Source
    /// As [`Risk::Rlvar`].
    Rldar {
        /// β.
        confidence: Confidence,
        /// κ.
        kappa: f64,
        /// Of added or of compounded returns.
        #[cfg_attr(feature = "serde", serde(default))]
        compounding: Compounding,
    },
}
