//! Why a line of text cannot be read.

use po_core::InputError;
use winnow::error::{AddContext, FromExternalError, ParserError};
use winnow::stream::{Location, Stream};

use crate::Error;

/// Why a line cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// Something else should stand at this byte. Where nobody says what, another reading is tried.
    Expected { at: usize, expected: String },
    /// A name is not known.
    Input(InputError),
}

impl Fault {
    pub(super) fn expected(at: usize, expected: impl Into<String>) -> Self {
        Self::Expected { at, expected: expected.into() }
    }

    pub(super) fn of(self, text: &str) -> Error {
        match self {
            Self::Expected { at, expected } => {
                let before = text.char_indices().take_while(|(index, _)| *index < at).count();
                Error::Syntax { text: text.to_owned(), at: before + 1, expected }
            }
            Self::Input(error) => error.into(),
        }
    }
}

impl<I: Stream + Location> ParserError<I> for Fault {
    type Inner = Self;

    fn from_input(input: &I) -> Self {
        Self::expected(input.current_token_start(), "")
    }

    fn is_backtrack(&self) -> bool {
        matches!(self, Self::Expected { expected, .. } if expected.is_empty())
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

impl<I: Stream, C: Into<String>> AddContext<I, C> for Fault {
    /// Who is nearest to the fault says what is expected.
    fn add_context(self, _: &I, _: &I::Checkpoint, context: C) -> Self {
        match self {
            Self::Expected { at, expected } if expected.is_empty() => Self::expected(at, context),
            fault => fault,
        }
    }
}

impl<I> FromExternalError<I, Self> for Fault {
    fn from_external_error(_: &I, fault: Self) -> Self {
        fault
    }
}
