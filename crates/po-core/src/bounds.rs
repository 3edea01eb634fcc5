//! Limits on weights: of each asset, and of each group.

use crate::InputError;

/// A lower and an upper bound on the weight of each asset.
///
/// # Shapes and units
/// Two vectors of length N; weights are fractions of capital.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "UncheckedBounds", into = "UncheckedBounds"))]
pub struct Bounds {
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl Bounds {
    /// Bounds for each asset; a lower bound of minus infinity, or an upper one of infinity, is none.
    ///
    /// # Errors
    /// [`InputError::Empty`] without assets, [`InputError::LengthMismatch`] when the two differ in length,
    /// [`InputError::BoundsCross`] when a lower bound lies above its upper bound or one of them is not a number,
    /// [`InputError::AssetOutOfRange`] when an infinite bound leaves no weight.
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
        if let Some(asset) = lower.iter().zip(&upper).position(crossed) {
            return Err(InputError::BoundsCross { asset, lower: lower[asset], upper: upper[asset] });
        }
        for (asset, (&lower, &upper)) in lower.iter().zip(&upper).enumerate() {
            if let Some((name, value, expected)) = no_weight(lower, upper) {
                return Err(InputError::AssetOutOfRange { name, asset, value, expected });
            }
        }
        Ok(Self { lower, upper })
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

    /// Writes the bounds of some assets, whose indices are in range, into the memory that is there.
    pub(crate) fn select_into(&self, assets: &[usize], small: &mut Self) {
        for (whole, small) in [(&self.lower, &mut small.lower), (&self.upper, &mut small.upper)] {
            small.clear();
            small.extend(assets.iter().map(|&asset| whole[asset]));
        }
    }
}

/// A lower and an upper bound on the total weight of some assets, with the name that results and errors call it by.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "UncheckedGroupBound", into = "UncheckedGroupBound"))]
pub struct GroupBound {
    name: String,
    members: Vec<usize>,
    lower: f64,
    upper: f64,
}

impl GroupBound {
    /// A bound on the sum of the weights of `members`; infinite bounds as in [`Bounds::new`].
    ///
    /// # Errors
    /// [`InputError::Empty`] without members, [`InputError::DuplicateName`] when a member is listed twice,
    /// [`InputError::GroupBoundsCross`] when `lower` lies above `upper` or one of them is not a number,
    /// [`InputError::OutOfRange`] when an infinite bound leaves no weight.
    ///
    /// # Examples
    /// ```
    /// use po_core::{GroupBound, InputError};
    ///
    /// let energy = GroupBound::new("energy", vec![4, 2], 0.0, 0.3)?;
    /// assert_eq!(energy.members(), [2, 4]);
    /// # Ok::<(), InputError>(())
    /// ```
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
        if let Some((name, value, expected)) = no_weight(lower, upper) {
            return Err(InputError::OutOfRange { name, value, expected });
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

    /// Becomes another group, in the memory that is there, with those members that `number` gives a new index; there is
    /// one at least, and their order stays.
    pub(crate) fn narrow_from(&mut self, whole: &Self, number: impl Fn(usize) -> Option<usize>) {
        self.name.clone_from(&whole.name);
        (self.lower, self.upper) = (whole.lower, whole.upper);
        self.members.clear();
        self.members.extend(whole.members.iter().filter_map(|&member| number(member)));
    }
}

/// The bound that no weight can keep, if one of the two is such.
fn no_weight(lower: f64, upper: f64) -> Option<(&'static str, f64, &'static str)> {
    if lower == f64::INFINITY {
        Some(("the lower bound", lower, "a number below infinity"))
    } else if upper == f64::NEG_INFINITY {
        Some(("the upper bound", upper, "a number above minus infinity"))
    } else {
        None
    }
}

/// Bounds as a file holds them: what is infinite is `null`, because JSON has no infinity.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Bounds", deny_unknown_fields)]
struct UncheckedBounds {
    lower: Vec<Option<f64>>,
    upper: Vec<Option<f64>>,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedBounds> for Bounds {
    type Error = InputError;

    fn try_from(UncheckedBounds { lower, upper }: UncheckedBounds) -> Result<Self, InputError> {
        let lower = lower.into_iter().map(|bound| bound.unwrap_or(f64::NEG_INFINITY));
        let upper = upper.into_iter().map(|bound| bound.unwrap_or(f64::INFINITY));
        Self::new(lower.collect(), upper.collect())
    }
}

#[cfg(feature = "serde")]
impl From<Bounds> for UncheckedBounds {
    fn from(Bounds { lower, upper }: Bounds) -> Self {
        let bounds = |bounds: Vec<f64>| bounds.into_iter().map(finite).collect();
        Self { lower: bounds(lower), upper: bounds(upper) }
    }
}

#[cfg(feature = "serde")]
fn finite(bound: f64) -> Option<f64> {
    Some(bound).filter(|bound| bound.is_finite())
}

/// A group bound as a file holds it: what is infinite is left out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "GroupBound", deny_unknown_fields)]
struct UncheckedGroupBound {
    name: String,
    members: Vec<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lower: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upper: Option<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedGroupBound> for GroupBound {
    type Error = InputError;

    fn try_from(unchecked: UncheckedGroupBound) -> Result<Self, InputError> {
        let UncheckedGroupBound { name, members, lower, upper } = unchecked;
        Self::new(name, members, lower.unwrap_or(f64::NEG_INFINITY), upper.unwrap_or(f64::INFINITY))
    }
}

#[cfg(feature = "serde")]
impl From<GroupBound> for UncheckedGroupBound {
    fn from(GroupBound { name, members, lower, upper }: GroupBound) -> Self {
        Self { name, members, lower: finite(lower), upper: finite(upper) }
    }
}
