//! What is refused as a codependence.

use std::fmt;

use super::measure::{CodependenceMeasure, DistanceForm};
use crate::{InputError, Universe};

/// Input that is no codependence, or that none can be estimated from.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CodependenceError {
    /// The input is not what its type promises, or does not fit the settings.
    Input(InputError),
    /// An entry lies outside the range of its measure.
    OutOfRange {
        /// What the entry measures.
        measure: CodependenceMeasure,
        /// The first asset.
        row: usize,
        /// The second asset.
        col: usize,
        /// The entry.
        value: f64,
    },
    /// What an asset has with itself is not what it must be.
    Diagonal {
        /// What the entry measures.
        measure: CodependenceMeasure,
        /// The asset.
        asset: usize,
        /// The entry.
        value: f64,
        /// What it must be.
        expected: f64,
    },
    /// The measure has no distance of this form.
    NoSuchDistance {
        /// What the entries measure.
        measure: CodependenceMeasure,
        /// The form.
        form: DistanceForm,
    },
}

fn range(measure: CodependenceMeasure) -> &'static str {
    match measure.range() {
        (0.0, 1.0) => "a number in [0, 1]",
        (0.0, _) => "zero or more",
        _ => "a number in [-1, 1]",
    }
}

fn forms(measure: CodependenceMeasure) -> String {
    let names: Vec<&str> = measure.forms().iter().map(|form| form.name()).collect();
    if names.is_empty() { "the variation of information instead".to_owned() } else { names.join(" or ") }
}

impl fmt::Display for CodependenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(error) => error.fmt(f),
            Self::OutOfRange { measure, row, col, value } => {
                write!(f, "{measure} of asset {row} and asset {col} is {value}, expected {}", range(*measure))
            }
            Self::Diagonal { measure, asset, value, expected } => {
                write!(f, "{measure} of asset {asset} with itself is {value}, expected {expected}")
            }
            Self::NoSuchDistance { measure, form } => {
                write!(f, "the form of the distance for {measure} is {form}, expected {}", forms(*measure))
            }
        }
    }
}

impl std::error::Error for CodependenceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            // The message is that of the error inside, so that its source comes next, not itself.
            Self::Input(error) => error.source(),
            _ => None,
        }
    }
}

impl From<InputError> for CodependenceError {
    fn from(error: InputError) -> Self {
        Self::Input(error)
    }
}

impl CodependenceError {
    /// The message, with the names of the assets in place of their numbers.
    ///
    /// # Examples
    /// ```
    /// use po_core::Universe;
    /// use po_core::{CodependenceError, CodependenceMeasure};
    ///
    /// let universe = Universe::new(["AAPL", "MSFT"])?;
    /// let (measure, row, col, value) = (CodependenceMeasure::Similarity, 1, 0, 1.5);
    /// let text = CodependenceError::OutOfRange { measure, row, col, value }.named(&universe);
    /// assert_eq!(text, "the similarity of MSFT and AAPL is 1.5, expected a number in [0, 1]");
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        match *self {
            Self::Input(ref error) => error.named(universe),
            Self::OutOfRange { measure, row, col, value } => {
                let (row, col) = (universe.label(row), universe.label(col));
                format!("{measure} of {row} and {col} is {value}, expected {}", range(measure))
            }
            Self::Diagonal { measure, asset, value, expected } => {
                let asset = universe.label(asset);
                format!("{measure} of {asset} with itself is {value}, expected {expected}")
            }
            Self::NoSuchDistance { .. } => self.to_string(),
        }
    }
}
