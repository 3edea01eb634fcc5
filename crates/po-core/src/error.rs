//! What a caller can get wrong, told with the place, the value and what was expected.

use std::fmt;

use crate::Universe;

/// Input that a constructor or a method refuses.
///
/// Assets are carried as indices, because kernels know no names; [`InputError::named`] renders the same message
/// with the names of a [`Universe`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum InputError {
    /// Nothing was given where at least one item is needed.
    Empty {
        /// What was empty, as the user calls it.
        what: &'static str,
    },
    /// A matrix that must be square is not.
    NotSquare {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        cols: usize,
    },
    /// Two things that belong together differ in length.
    LengthMismatch {
        /// What has the wrong length.
        what: &'static str,
        /// The length that the rest of the input asks for.
        expected: usize,
        /// The length found.
        actual: usize,
    },
    /// A cell is infinite or not a number.
    NotFinite {
        /// What the cell belongs to.
        what: &'static str,
        /// Row of the cell, from zero.
        row: usize,
        /// Asset of the cell: its column, from zero.
        asset: usize,
        /// The value found.
        value: f64,
    },
    /// The two entries of a pair of assets differ by more than rounding.
    NotSymmetric {
        /// The first asset.
        row: usize,
        /// The second asset.
        col: usize,
        /// Entry (row, col).
        value: f64,
        /// Entry (col, row).
        mirrored: f64,
    },
    /// A variance is below zero.
    NegativeVariance {
        /// The asset.
        asset: usize,
        /// Its variance.
        value: f64,
    },
    /// A variance is zero where the method divides by it.
    ZeroVariance {
        /// The asset.
        asset: usize,
    },
    /// A correlation lies outside [-1, 1] by more than rounding.
    CorrelationOutOfRange {
        /// The first asset.
        row: usize,
        /// The second asset.
        col: usize,
        /// The correlation found.
        value: f64,
    },
    /// The diagonal of a correlation matrix is not one.
    DiagonalNotOne {
        /// The asset.
        asset: usize,
        /// The diagonal entry found.
        value: f64,
    },
    /// A factorisation met a pivot that is not positive.
    NotPositiveDefinite {
        /// Index of the pivot: the leading block of this size is still positive definite.
        pivot: usize,
    },
    /// A matrix that must be positive semidefinite has an eigenvalue below zero by more than rounding.
    NotPositiveSemidefinite {
        /// The most negative eigenvalue.
        eigenvalue: f64,
    },
    /// A factorisation met a pivot that is zero.
    Singular {
        /// Index of the pivot.
        pivot: usize,
    },
    /// An iteration inside a factorisation did not end.
    NotConverged {
        /// What was sought.
        what: &'static str,
    },
    /// A number lies outside its range.
    OutOfRange {
        /// The name of the number.
        name: &'static str,
        /// The value found.
        value: f64,
        /// The range, in words or as an interval.
        expected: &'static str,
    },
    /// The number that belongs to one asset lies outside its range.
    AssetOutOfRange {
        /// The name of the number.
        name: &'static str,
        /// The asset.
        asset: usize,
        /// The value found.
        value: f64,
        /// The range, in words or as an interval.
        expected: &'static str,
    },
    /// The lower bound of an asset lies above its upper bound.
    BoundsCross {
        /// The asset.
        asset: usize,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// The lower bound of a group lies above its upper bound, or one of them is not a number.
    GroupBoundsCross {
        /// The group.
        group: String,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// Shares do not add up to one.
    SumNotOne {
        /// What the shares are.
        what: &'static str,
        /// Their sum.
        sum: f64,
    },
    /// A price is zero or negative, so that no return can be formed from it.
    NotPositivePrice {
        /// Row of the price, from zero.
        row: usize,
        /// The asset.
        asset: usize,
        /// The price found.
        value: f64,
    },
    /// A value is missing where the policy allows none.
    Missing {
        /// Row of the gap, from zero.
        row: usize,
        /// The asset.
        asset: usize,
    },
    /// An asset has no observation at all.
    NeverObserved {
        /// The asset.
        asset: usize,
    },
    /// Fewer observations are left than the method needs.
    TooFewObservations {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        observations: usize,
        /// How many are needed.
        required: usize,
    },
    /// The missing-data policy leaves no asset.
    NoAssetLeft,
    /// A name is empty.
    EmptyName {
        /// What the name is for.
        kind: &'static str,
        /// Its position, from zero.
        index: usize,
    },
    /// A name occurs twice.
    DuplicateName {
        /// What the name is for.
        kind: &'static str,
        /// The name.
        name: String,
        /// Where it stands first, from zero.
        first: usize,
        /// Where it stands again, from zero.
        second: usize,
    },
    /// A name is not known.
    UnknownName {
        /// What the name is for.
        kind: &'static str,
        /// The name as given.
        name: String,
        /// The known name nearest to it, if one is near.
        nearest: Option<String>,
    },
}

impl InputError {
    /// The message with the names of `universe` in place of indices.
    ///
    /// # Examples
    /// ```
    /// use po_core::{InputError, Universe};
    ///
    /// let universe = Universe::new(["AAPL", "MSFT"])?;
    /// let error = InputError::ZeroVariance { asset: 1 };
    /// assert_eq!(error.to_string(), "the variance of asset 1 is zero, expected a positive number");
    /// assert_eq!(error.named(&universe), "the variance of MSFT is zero, expected a positive number");
    /// # Ok::<(), InputError>(())
    /// ```
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        struct Named<'a>(&'a InputError, &'a Universe);
        impl fmt::Display for Named<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f, |asset| self.1.label(asset))
            }
        }
        Named(self, universe).to_string()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, label: impl Fn(usize) -> String) -> fmt::Result {
        match self {
            Self::Empty { what } => write!(f, "{what} is empty, expected at least one item"),
            Self::NotSquare { rows, cols } => {
                write!(f, "the matrix is {rows} x {cols}, expected as many rows as columns")
            }
            Self::LengthMismatch { what, expected, actual } => {
                write!(f, "{what} has length {actual}, expected {expected}")
            }
            Self::NotFinite { what, row, asset, value } => {
                write!(f, "{what} of {} in row {row} is {value}, expected a finite number", label(*asset))
            }
            Self::NotSymmetric { row, col, value, mirrored } => write!(
                f,
                "the entry of {} and {} is {value} but its mirror image is {mirrored}, expected a symmetric matrix",
                label(*row),
                label(*col)
            ),
            Self::NegativeVariance { asset, value } => {
                write!(f, "the variance of {} is {value}, expected zero or more", label(*asset))
            }
            Self::ZeroVariance { asset } => {
                write!(f, "the variance of {} is zero, expected a positive number", label(*asset))
            }
            Self::CorrelationOutOfRange { row, col, value } => write!(
                f,
                "the correlation of {} and {} is {value}, expected a number in [-1, 1]",
                label(*row),
                label(*col)
            ),
            Self::DiagonalNotOne { asset, value } => {
                write!(f, "the correlation of {} with itself is {value}, expected 1", label(*asset))
            }
            Self::NotPositiveDefinite { pivot } => write!(
                f,
                "the matrix is not positive definite: pivot {pivot} is not positive, expected positive pivots"
            ),
            Self::NotPositiveSemidefinite { eigenvalue } => write!(
                f,
                "the smallest eigenvalue of the matrix is {eigenvalue}, expected zero or more: the matrix is not positive semidefinite"
            ),
            Self::Singular { pivot } => {
                write!(f, "the matrix is singular: pivot {pivot} is zero, expected pivots other than zero")
            }
            Self::NotConverged { what } => {
                write!(f, "{what} did not converge, expected a matrix within range")
            }
            Self::OutOfRange { name, value, expected } => write!(f, "{name} is {value}, expected {expected}"),
            Self::AssetOutOfRange { name, asset, value, expected } => {
                write!(f, "{name} of {} is {value}, expected {expected}", label(*asset))
            }
            Self::BoundsCross { asset, lower, upper } => write!(
                f,
                "the bounds of {} are [{lower}, {upper}], expected a lower bound at or below the upper bound",
                label(*asset)
            ),
            Self::GroupBoundsCross { group, lower, upper } => write!(
                f,
                "the bounds of group {group} are [{lower}, {upper}], expected a lower bound at or below the upper bound"
            ),
            Self::SumNotOne { what, sum } => write!(f, "{what} sum to {sum}, expected 1"),
            Self::NotPositivePrice { row, asset, value } => {
                write!(
                    f,
                    "the price of {} in row {row} is {value}, expected a positive number",
                    label(*asset)
                )
            }
            Self::Missing { row, asset } => write!(
                f,
                "the value of {} in row {row} is missing, expected a value or a policy for missing data",
                label(*asset)
            ),
            Self::NeverObserved { asset } => {
                write!(f, "{} has no observation, expected at least one", label(*asset))
            }
            Self::TooFewObservations { what, observations, required } => {
                write!(f, "{what}: {observations}, expected at least {required}")
            }
            Self::NoAssetLeft => {
                f.write_str("the missing-data policy leaves no asset, expected at least one")
            }
            Self::EmptyName { kind, index } => {
                write!(f, "the {kind} name at position {index} is empty, expected a name")
            }
            Self::DuplicateName { kind, name, first, second } => {
                write!(f, "{kind} {name:?} stands at positions {first} and {second}, expected each name once")
            }
            Self::UnknownName { kind, name, nearest: Some(nearest) } => {
                write!(f, "{kind} {name:?} is unknown, did you mean {nearest:?}?")
            }
            Self::UnknownName { kind, name, nearest: None } => {
                write!(f, "{kind} {name:?} is unknown")
            }
        }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, |asset| format!("asset {asset}"))
    }
}

impl std::error::Error for InputError {}
