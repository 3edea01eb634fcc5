//! Limits on weights: of each asset, and of each group.

use crate::InputError;

/// A lower and an upper bound on the weight of each asset.
///
/// # Shapes and units
/// Two vectors of length N; weights are fractions of capital.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "UncheckedBounds"))]
pub struct Bounds {
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl Bounds {
    /// Bounds for each asset; infinite bounds mean "no bound on this side".
    ///
    /// # Errors
    /// [`InputError::Empty`] without assets, [`InputError::LengthMismatch`] when the two differ in length,
    /// [`InputError::BoundsCross`] when a lower bound lies above its upper bound or one of them is not a number.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Bounds, InputError};
    ///
    /// let bounds = Bounds::new(vec![0.0, 0.1], vec![0.5, 0.4])?;
    /// assert_eq!(bounds.upper(), [0.5, 0.4]);
    /// let crossed = Bounds::new(vec![0.0, 0.5], vec![0.5, 0.4]);
    /// assert_eq!(crossed, Err(InputError::BoundsCross { asset: 1, lower: 0.5, upper: 0.4 }));
    /// # Ok::<(), InputError>(())
    /// ```
    pub fn new(lower: Vec<f64>, upper: Vec<f64>) -> Result<Self, InputError> {
        if lower.is_empty() {
            return Err(InputError::Empty { what: "the list of bounds" });
        }
        if lower.len() != upper.len() {
            let (expected, actual) = (lower.len(), upper.len());
            return Err(InputError::LengthMismatch { what: "the list of upper bounds", expected, actual });
        }
        // The comparison is written so that a NaN on either side is refused too.
        let crossed =
            |(lower, upper): (&f64, &f64)| !matches!(lower.partial_cmp(upper), Some(order) if order.is_le());
        match lower.iter().zip(&upper).position(crossed) {
            Some(asset) => Err(InputError::BoundsCross { asset, lower: lower[asset], upper: upper[asset] }),
            None => Ok(Self { lower, upper }),
        }
    }

    /// The same bounds for each of `assets` assets.
    ///
    /// # Errors
    /// As [`Bounds::new`].
    pub fn uniform(assets: usize, lower: f64, upper: f64) -> Result<Self, InputError> {
        Self::new(vec![lower; assets], vec![upper; assets])
    }

    /// Number of assets.
    #[expect(clippy::len_without_is_empty, reason = "bounds are never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.lower.len()
    }

    /// Lower bound of each asset.
    #[must_use]
    pub fn lower(&self) -> &[f64] {
        &self.lower
    }

    /// Upper bound of each asset.
    #[must_use]
    pub fn upper(&self) -> &[f64] {
        &self.upper
    }
}

/// A lower and an upper bound on the total weight of some assets, with the name that results and errors call it by.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "UncheckedGroupBound"))]
pub struct GroupBound {
    name: String,
    members: Vec<usize>,
    lower: f64,
    upper: f64,
}

impl GroupBound {
    /// A bound on the sum of the weights of `members`.
    ///
    /// # Errors
    /// [`InputError::Empty`] without members, [`InputError::DuplicateName`] when a member is listed twice,
    /// [`InputError::GroupBoundsCross`] when `lower` lies above `upper` or one of them is not a number.
    pub fn new(
        name: impl Into<String>,
        mut members: Vec<usize>,
        lower: f64,
        upper: f64,
    ) -> Result<Self, InputError> {
        let name = name.into();
        if members.is_empty() {
            return Err(InputError::Empty { what: "the list of members of a group" });
        }
        members.sort_unstable();
        if let Some(first) = members.windows(2).position(|pair| pair[0] == pair[1]) {
            let (kind, second) = ("group member", first + 1);
            return Err(InputError::DuplicateName { kind, name: members[first].to_string(), first, second });
        }
        if lower <= upper {
            Ok(Self { name, members, lower, upper })
        } else {
            Err(InputError::GroupBoundsCross { group: name, lower, upper })
        }
    }

    /// Name of the group.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Indices of the members, ascending.
    #[must_use]
    pub fn members(&self) -> &[usize] {
        &self.members
    }

    /// Least total weight.
    #[must_use]
    pub fn lower(&self) -> f64 {
        self.lower
    }

    /// Greatest total weight.
    #[must_use]
    pub fn upper(&self) -> f64 {
        self.upper
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedBounds {
    lower: Vec<f64>,
    upper: Vec<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedBounds> for Bounds {
    type Error = InputError;

    fn try_from(unchecked: UncheckedBounds) -> Result<Self, InputError> {
        Self::new(unchecked.lower, unchecked.upper)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedGroupBound {
    name: String,
    members: Vec<usize>,
    lower: f64,
    upper: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedGroupBound> for GroupBound {
    type Error = InputError;

    fn try_from(unchecked: UncheckedGroupBound) -> Result<Self, InputError> {
        Self::new(unchecked.name, unchecked.members, unchecked.lower, unchecked.upper)
    }
}
