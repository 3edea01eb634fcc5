//! The measures of risk that can take the place of conditional value at risk.

use po_core::{Compounding, Confidence, Risk};

use crate::Error;

/// A convex measure of tail risk; losses and drawdowns are positive.
///
/// ```text
/// l_t = -R_t'x                       loss in scenario t
/// D_t = max(0, D_{t-1} + l_t)        uncompounded drawdown, in units of the capital at the start; D_0 = 0
///
/// ρ(x) = max over q in Q of Σ_t q_t s_t      with s = l or s = D
/// ```
///
/// | Name | s | Q: weights that sum to one, with | Programme |
/// |---|---|---|---|
/// | `Cvar` | l | `q_t <= p_t/(1-β)` | linear |
/// | `Evar` | l | `Σ q_t ln(q_t/p_t) <= ln(1/(1-β))` | exponential cones |
/// | `WorstRealisation` | l | `q_t = 0` where `p_t = 0` | linear |
/// | `Cdar` | D | `q_t <= 1/(T(1-β))` | linear |
/// | `Edar` | D | `Σ q_t ln(T q_t) <= ln(1/(1-β))` | exponential cones |
/// | `MaximumDrawdown` | D | none besides | linear |
/// | `AverageDrawdown` | D | `q_t = 1/T` | linear |
///
/// Drawdowns are uncompounded, because compounded ones are not convex in the weights. They follow time, so that each
/// scenario is a period, the oldest first, and all have the same probability.
///
/// # Source
/// Rockafellar and Uryasev (2000) for conditional value at risk; Chekhlov, Uryasev and Zabarankin (2005) for conditional
/// drawdown at risk; Ahmadi-Javid (2012) for entropic value at risk; Cajas (2021), "Entropic portfolio optimization: a
/// disciplined convex programming framework", for the cones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum TailMeasure {
    /// Conditional value at risk: the mean of the worst losses.
    #[default]
    Cvar,
    /// Entropic value at risk: the least bound of Chernoff's kind on it.
    Evar,
    /// The greatest loss.
    WorstRealisation,
    /// Conditional drawdown at risk: the mean of the worst drawdowns.
    Cdar,
    /// Entropic drawdown at risk: the same bound for drawdowns.
    Edar,
    /// The greatest drawdown.
    MaximumDrawdown,
    /// The mean of the drawdowns.
    AverageDrawdown,
}

impl TailMeasure {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Cvar,
        Self::Evar,
        Self::WorstRealisation,
        Self::Cdar,
        Self::Edar,
        Self::MaximumDrawdown,
        Self::AverageDrawdown,
    ];

    /// The measure of a historical risk, if an optimiser here can take it.
    ///
    /// # Errors
    /// [`po_convex::Error::Unsupported`] for compounded drawdowns, which are not convex in the weights, and for a risk
    /// that is none of these measures.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Compounding, Risk};
    /// use po_tail::TailMeasure;
    ///
    /// let uncompounded = Risk::MaximumDrawdown { compounding: Compounding::Uncompounded };
    /// assert_eq!(TailMeasure::of(uncompounded)?, TailMeasure::MaximumDrawdown);
    /// let compounded = Risk::MaximumDrawdown { compounding: Compounding::Compounded };
    /// assert_eq!(
    ///     TailMeasure::of(compounded).map_err(|error| error.to_string()),
    ///     Err("tail-risk optimisation cannot take compounded drawdowns, which are not convex in the weights, \
    ///          expected a request without it".to_owned()),
    /// );
    /// # Ok::<(), po_tail::Error>(())
    /// ```
    pub fn of(risk: Risk) -> Result<Self, Error> {
        let unsupported = |constraint| {
            let method = "tail-risk optimisation";
            Err(po_convex::Error::Unsupported { method, constraint }.into())
        };
        match risk {
            Risk::Cvar { .. } => Ok(Self::Cvar),
            Risk::Evar { .. } => Ok(Self::Evar),
            Risk::WorstRealisation => Ok(Self::WorstRealisation),
            Risk::Cdar { compounding: Compounding::Uncompounded, .. } => Ok(Self::Cdar),
            Risk::Edar { compounding: Compounding::Uncompounded, .. } => Ok(Self::Edar),
            Risk::MaximumDrawdown { compounding: Compounding::Uncompounded } => Ok(Self::MaximumDrawdown),
            Risk::AverageDrawdown { compounding: Compounding::Uncompounded } => Ok(Self::AverageDrawdown),
            Risk::Cdar { .. }
            | Risk::Edar { .. }
            | Risk::MaximumDrawdown { .. }
            | Risk::AverageDrawdown { .. } => {
                unsupported("compounded drawdowns, which are not convex in the weights")
            }
            _ => unsupported("this measure of risk, which is none of the tail"),
        }
    }

    /// The historical risk of that name, which measures a series of returns.
    #[must_use]
    pub fn risk(self, confidence: Confidence) -> Risk {
        let compounding = Compounding::Uncompounded;
        match self {
            Self::Cvar => Risk::Cvar { confidence },
            Self::Evar => Risk::Evar { confidence },
            Self::WorstRealisation => Risk::WorstRealisation,
            Self::Cdar => Risk::Cdar { confidence, compounding },
            Self::Edar => Risk::Edar { confidence, compounding },
            Self::MaximumDrawdown => Risk::MaximumDrawdown { compounding },
            Self::AverageDrawdown => Risk::AverageDrawdown { compounding },
        }
    }

    /// How results and errors call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cvar => "cvar",
            Self::Evar => "evar",
            Self::WorstRealisation => "worst-realisation",
            Self::Cdar => "cdar",
            Self::Edar => "edar",
            Self::MaximumDrawdown => "maximum-drawdown",
            Self::AverageDrawdown => "average-drawdown",
        }
    }

    /// What errors call a limit on it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Cvar => "the conditional value at risk",
            Self::Evar => "the entropic value at risk",
            Self::WorstRealisation => "the worst realisation",
            Self::Cdar => "the conditional drawdown at risk",
            Self::Edar => "the entropic drawdown at risk",
            Self::MaximumDrawdown => "the maximum drawdown",
            Self::AverageDrawdown => "the average drawdown",
        }
    }

    /// Whether it measures drawdowns rather than losses.
    #[must_use]
    pub fn is_drawdown(self) -> bool {
        matches!(self, Self::Cdar | Self::Edar | Self::MaximumDrawdown | Self::AverageDrawdown)
    }

    /// What it does with losses or drawdowns.
    pub(super) fn functional(self) -> Functional {
        match self {
            Self::Cvar | Self::Cdar => Functional::TailMean,
            Self::Evar | Self::Edar => Functional::Entropic,
            Self::WorstRealisation | Self::MaximumDrawdown => Functional::Greatest,
            Self::AverageDrawdown => Functional::Mean,
        }
    }
}

/// What a measure does with losses or drawdowns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Functional {
    TailMean,
    Entropic,
    Greatest,
    Mean,
}
