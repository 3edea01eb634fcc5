//! What optimisation refuses, and what it finds out about a request.

use po_core::{InputError, Universe};
use thiserror::Error;

use crate::{Conflict, Violation};

/// A request that has no answer.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is not what its type promises, or does not fit the settings.
    #[error(transparent)]
    Input(#[from] InputError),
    /// No weights satisfy all constraints at once.
    #[error("{0}")]
    Infeasible(Box<Conflict>),
    /// The objective can be improved without end.
    #[error(
        "the objective is unbounded: it improves without end along asset {asset}, expected bounds on it or a positive variance"
    )]
    Unbounded {
        /// The asset that moves most.
        asset: usize,
    },
    /// No portfolio has a positive excess return, so that no ratio of return to risk is worth maximising.
    #[error(
        "the greatest excess return within the constraints is {greatest}, expected a positive number: no portfolio beats the risk-free rate of {risk_free}"
    )]
    NoExcessReturn {
        /// The greatest excess return that the constraints allow.
        greatest: f64,
        /// The risk-free rate.
        risk_free: f64,
    },
    /// A portfolio without risk is rewarded, so that the ratio of reward to risk has no maximum.
    #[error(
        "the volatility of {} is 0, expected a positive number: its reward of {reward} comes without risk, so that the ratio of both has no maximum",
        safest(*.asset)
    )]
    Riskless {
        /// The asset without risk; `None` where risks cancel within a portfolio.
        asset: Option<usize>,
        /// Its excess return, or what else the ratio rewards.
        reward: f64,
    },
    /// The objective needs expected returns.
    #[error("the objective {objective} needs expected returns, expected a mean for each asset")]
    NoMean {
        /// The objective.
        objective: &'static str,
    },
    /// The request needs a covariance.
    #[error("{what} needs a covariance, expected one for the assets of the target")]
    NoCovariance {
        /// What needs it.
        what: &'static str,
    },
    /// The limit on a risk lies below the least risk that the constraints allow.
    #[error(
        "the limit on {what} is {limit}, expected at least {least}, the least that the constraints allow"
    )]
    RiskLimitTooLow {
        /// What is limited.
        what: &'static str,
        /// The limit.
        limit: f64,
        /// The least that is possible.
        least: f64,
    },
    /// The target return lies above the greatest return that the constraints allow.
    #[error(
        "the target return is {target}, expected at most {greatest}, the greatest that the constraints allow"
    )]
    TargetTooHigh {
        /// The target.
        target: f64,
        /// The greatest return that is possible.
        greatest: f64,
    },
    /// A constraint is not one that the method can take.
    #[error("{method} cannot take {constraint}, expected a request without it")]
    Unsupported {
        /// The method.
        method: &'static str,
        /// The constraint.
        constraint: &'static str,
    },
    /// A constraint in words cannot be read.
    #[error("constraint {text:?} cannot be read at character {at}, expected {expected}")]
    Syntax {
        /// The constraint as given.
        text: String,
        /// The character, from one.
        at: usize,
        /// What would have been read there.
        expected: String,
    },
    /// The numerics gave no answer: neither a solution nor a proof that there is none.
    #[error(
        "the numerics gave up on the programme after {iterations} iterations, expected better scaled input"
    )]
    Numerical {
        /// Iterations of the last method tried.
        iterations: usize,
    },
}

impl Error {
    /// The message with the names of `universe` in place of indices.
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        match self {
            Self::Input(error) => error.named(universe),
            Self::Unbounded { asset } | Self::Riskless { asset: Some(asset), .. } => {
                self.to_string().replacen(&format!("asset {asset}"), &universe.label(*asset), 1)
            }
            Self::Infeasible(conflict) => conflict.named(universe),
            _ => self.to_string(),
        }
    }

    /// Whether other limits on risk and return might have an answer.
    pub(crate) fn is_out_of_reach(&self) -> bool {
        matches!(
            self,
            Self::RiskLimitTooLow { .. }
                | Self::TargetTooHigh { .. }
                | Self::NoExcessReturn { .. }
                | Self::Riskless { .. }
        )
    }

    /// How much each constraint would have to give, where that is what is wrong.
    #[must_use]
    pub fn relaxation(&self) -> &[Violation] {
        match self {
            Self::Infeasible(conflict) => &conflict.relaxation,
            _ => &[],
        }
    }
}

/// What has no risk.
fn safest(asset: Option<usize>) -> String {
    asset.map_or_else(|| "the safest portfolio".to_owned(), |asset| format!("asset {asset}"))
}
