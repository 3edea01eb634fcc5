//! What can go wrong, told with the place, the value and what was expected.

mod observation;
mod place;
mod read;
mod run;
mod settings;

pub use observation::ObservationError;
pub use place::{Place, RowNumber};
pub use read::ReadError;
pub use run::{BarError, RunError};
pub use settings::SettingsError;

use po_engine::{CodependenceError, InputError, Universe};
use po_engine::{convex, correlation, hrp, risk_budget, tail};

/// What people call the limit that all capital is invested.
pub(crate) const BUDGET: &str = "the sum of the weights";

/// Why `po` stopped; each message is one line and names things as the user does.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file of prices, groups or bounds cannot be read, or is not what it should be.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The flags or the configuration file ask for something that cannot be.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The values of the file make no observations to estimate from.
    #[error(transparent)]
    Observation(#[from] ObservationError),
    /// The engine cannot be run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The engine refuses its settings.
    #[error(transparent)]
    Engine(#[from] po_engine::stream::EngineError),
    /// The numbers cannot be allocated.
    #[error("{}", .error.named(universe))]
    Input {
        /// What is wrong with them.
        error: InputError,
        /// The names of the assets.
        universe: Universe,
    },
    /// No covariance can be estimated from the returns.
    #[error("{}", .error.named(universe))]
    Correlation {
        /// What is wrong with them.
        error: correlation::Error,
        /// The names of the assets.
        universe: Universe,
    },
    /// Hierarchical risk parity refuses the numbers or the bounds.
    #[error("{}", .error.named(universe))]
    Hrp {
        /// What is wrong with them.
        error: Box<hrp::Error>,
        /// The names of the assets.
        universe: Universe,
    },
    /// Books of long and short positions cannot be allocated.
    #[error("{}", .error.named(universe))]
    LongShort {
        /// What is wrong with them.
        error: Box<hrp::LongShortError>,
        /// The names of the assets.
        universe: Universe,
    },
    /// A constraint cannot be read.
    #[error("{place}: {}", .error.named(universe))]
    Constraint {
        /// The flag, or the place in a file.
        place: String,
        /// What is wrong with it.
        error: Box<convex::Error>,
        /// The names of the assets.
        universe: Universe,
    },
    /// Nearness cannot be estimated.
    #[error("{}", error.named(universe))]
    Codependence {
        /// What is wrong with the returns.
        error: CodependenceError,
        /// The names of the assets.
        universe: Universe,
    },
    /// The optimiser refuses the numbers or the constraints.
    #[error("{}", named(.error, universe))]
    Convex {
        /// What is wrong with them.
        error: Box<convex::Error>,
        /// The names of the assets.
        universe: Universe,
    },
    /// Risk budgeting refuses the numbers or the budget.
    #[error("{}", of_budget(.error, universe))]
    RiskBudget {
        /// What is wrong with them.
        error: Box<risk_budget::Error>,
        /// The names of the assets.
        universe: Universe,
    },
    /// The risk of losses cannot be estimated.
    #[error("{}", of_tail(.error, universe))]
    Tail {
        /// What is wrong with the returns.
        error: Box<tail::Error>,
        /// The names of the assets, or that of the portfolio alone.
        universe: Universe,
    },
    /// A result cannot be written.
    #[error("{target} cannot be written: {reason}")]
    Write {
        /// Where it should have gone.
        target: String,
        /// What the system says.
        reason: String,
        /// Whether the reader has gone, as `head` does; this is no fault.
        closed: bool,
    },
}

impl Error {
    /// An error of the vocabulary, with the names it lacks.
    pub(crate) fn input(universe: &Universe) -> impl Fn(InputError) -> Self + '_ {
        |error| Self::Input { error, universe: universe.clone() }
    }

    /// An error of estimation, with the names it lacks.
    pub(crate) fn correlation(universe: &Universe) -> impl Fn(correlation::Error) -> Self + '_ {
        |error| Self::Correlation { error, universe: universe.clone() }
    }

    /// An error of codependence, with the names it lacks.
    pub(crate) fn codependence(universe: &Universe) -> impl Fn(CodependenceError) -> Self + '_ {
        |error| Self::Codependence { error, universe: universe.clone() }
    }

    /// An error of hierarchical risk parity, with the names it lacks.
    pub(crate) fn hrp(universe: &Universe) -> impl Fn(hrp::Error) -> Self + '_ {
        |error| Self::Hrp { error: Box::new(error), universe: universe.clone() }
    }

    /// An error of long and short positions, with the names it lacks.
    pub(crate) fn long_short(universe: &Universe) -> impl Fn(hrp::LongShortError) -> Self + '_ {
        |error| match error {
            hrp::LongShortError::Hrp(error) => Self::hrp(universe)(error),
            error => Self::LongShort { error: Box::new(error), universe: universe.clone() },
        }
    }

    /// An error of optimisation, with the names it lacks.
    pub(crate) fn convex(universe: &Universe) -> impl Fn(convex::Error) -> Self + '_ {
        |error| Self::Convex { error: Box::new(error), universe: universe.clone() }
    }

    /// An error of risk budgeting, with the names it lacks.
    pub(crate) fn risk_budget(universe: &Universe) -> impl Fn(risk_budget::Error) -> Self + '_ {
        |error| Self::RiskBudget { error: Box::new(error), universe: universe.clone() }
    }

    /// An error of tail risk, with the names it lacks.
    pub(crate) fn tail(universe: &Universe) -> impl Fn(tail::Error) -> Self + '_ {
        |error| Self::Tail { error: Box::new(error), universe: universe.clone() }
    }

    /// Whether the request was understood, and no portfolio answers it.
    #[must_use]
    pub fn is_infeasible(&self) -> bool {
        use convex::Error::{Infeasible, NoExcessReturn, RiskLimitTooLow, TargetTooHigh, Unbounded};
        if let Some((error, _)) = self.programme() {
            return matches!(
                error,
                Infeasible(_)
                    | RiskLimitTooLow { .. }
                    | TargetTooHigh { .. }
                    | NoExcessReturn { .. }
                    | Unbounded { .. }
            );
        }
        match self {
            Self::Hrp { error, .. } => matches!(
                **error,
                hrp::Error::LowerBoundsTooHigh { .. }
                    | hrp::Error::UpperBoundsTooLow { .. }
                    | hrp::Error::GroupUnattainable { .. }
                    | hrp::Error::GroupsConflict { .. }
            ),
            Self::LongShort { error, .. } => matches!(
                **error,
                hrp::LongShortError::LowerBoundsTooHigh { .. }
                    | hrp::LongShortError::UpperBoundsTooLow { .. }
                    | hrp::LongShortError::GroupsConflict { .. }
            ),
            Self::RiskBudget { error, .. } => matches!(**error, risk_budget::Error::SumOutOfReach { .. }),
            _ => false,
        }
    }

    /// What an optimiser says, and the names of the assets.
    pub(crate) fn programme(&self) -> Option<(&convex::Error, &Universe)> {
        match self {
            Self::Convex { error, universe } => Some((error, universe)),
            Self::RiskBudget { error, universe } => match &**error {
                risk_budget::Error::Programme(error) => Some((error, universe)),
                _ => None,
            },
            Self::Tail { error, universe } => match &**error {
                tail::Error::Programme(error) => Some((error, universe)),
                _ => None,
            },
            _ => None,
        }
    }

    /// A failure to write to `target`.
    pub(crate) fn write(target: &str) -> impl Fn(std::io::Error) -> Self + '_ {
        move |error| Self::Write {
            target: target.to_owned(),
            reason: plain(&error),
            closed: error.kind() == std::io::ErrorKind::BrokenPipe,
        }
    }
}

/// The message of risk budgeting; that of its optimiser as an optimiser's.
fn of_budget(error: &risk_budget::Error, universe: &Universe) -> String {
    match error {
        risk_budget::Error::Programme(error) => named(error, universe),
        error => error.named(universe),
    }
}

/// The message of tail risk; that of its optimiser as an optimiser's.
fn of_tail(error: &tail::Error, universe: &Universe) -> String {
    match error {
        tail::Error::Programme(error) => named(error, universe),
        error => error.named(universe),
    }
}

/// The message, in which limits that stand in no line of the user are called by what they limit.
fn named(error: &convex::Error, universe: &Universe) -> String {
    let mut conflict = match error {
        convex::Error::Infeasible(conflict) => conflict.clone(),
        error => return unattainable(error).unwrap_or_else(|| error.named(universe)),
    };
    let relaxed = conflict.relaxation.iter_mut().map(|violation| &mut violation.constraint);
    for constraint in conflict.constraints.iter_mut().chain(relaxed) {
        if let convex::Constraint::Row { label, .. } = constraint {
            match label.as_str() {
                "budget" => BUDGET.clone_into(label),
                "turnover" | "gross" => *label = format!("the limit on {label}"),
                _ => {}
            }
        }
    }
    conflict.named(universe)
}

/// A number that is out of reach, by the flag that asks for it, and what is in reach to so many digits as one types.
fn unattainable(error: &convex::Error) -> Option<String> {
    const DIGITS: f64 = 1e4;
    let flag = |what: &str| match what {
        "the volatility" => "--target-volatility".to_owned(),
        "the stressed conditional value at risk" => "the cap of --overlay".to_owned(),
        what if what == "the worst realisation"
            || what.ends_with("at risk")
            || what.ends_with("drawdown") =>
        {
            "--cvar-limit".to_owned()
        }
        what => format!("the limit on {what}"),
    };
    match *error {
        convex::Error::RiskLimitTooLow { what, limit, least } => {
            let least = (least * DIGITS).ceil() / DIGITS;
            Some(format!(
                "{} is {limit}, expected at least {least}, the least that the constraints allow",
                flag(what)
            ))
        }
        convex::Error::TargetTooHigh { target, greatest } => {
            let greatest = (greatest * DIGITS).floor() / DIGITS;
            Some(format!(
                "--target-return is {target}, expected at most {greatest}, the greatest that the constraints allow"
            ))
        }
        convex::Error::NoExcessReturn { greatest, risk_free } => Some(format!(
            "no portfolio within the constraints has an expected return above --risk-free {risk_free}: the greatest is {}, expected a higher one",
            ((greatest + risk_free) * DIGITS).floor() / DIGITS
        )),
        _ => None,
    }
}

/// What the system says, without its number, and the same on each system where it is common.
pub(crate) fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        _ => {
            let text = error.to_string();
            text.split_once(" (os error").map_or(text.clone(), |(plain, _)| plain.to_owned())
        }
    }
}

/// `, did you mean "close"?`, or nothing.
pub(crate) fn meant(nearest: Option<&String>) -> String {
    nearest.map_or(String::new(), |nearest| format!(", did you mean {nearest:?}?"))
}
