//! What a measure of risk refuses.

use std::fmt;

use crate::InputError;

/// A series of returns, or a setting, that a [`Risk`](crate::Risk) refuses.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RiskError {
    /// What any other method refuses too: an empty or too short series, a setting out of range.
    Input(InputError),
    /// A return is infinite or not a number.
    NotFinite {
        /// The period, from zero.
        period: usize,
        /// The return found.
        value: f64,
    },
    /// A return leaves nothing that could be compounded.
    TotalLoss {
        /// The period, from zero.
        period: usize,
        /// The return found.
        value: f64,
    },
}

impl fmt::Display for RiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(error) => error.fmt(f),
            Self::NotFinite { period, value } => {
                write!(f, "the return of period {period} is {value}, expected a finite number")
            }
            Self::TotalLoss { period, value } => {
                write!(
                    f,
                    "the return of period {period} is {value}, expected more than -1 where returns compound"
                )
            }
        }
    }
}

impl std::error::Error for RiskError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The message is that of the error inside, so that its source comes next, not itself.
        match self {
            Self::Input(error) => error.source(),
            Self::NotFinite { .. } | Self::TotalLoss { .. } => None,
        }
    }
}

impl From<InputError> for RiskError {
    fn from(error: InputError) -> Self {
        Self::Input(error)
    }
}
