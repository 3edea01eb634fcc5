//! The budget: limits on the sum of the weights.

use po_core::InputError;

/// Limits on the sum of the weights; an infinite limit is none.
///
/// The default is exactly one: all capital is invested, and none is borrowed.
/// In a file, a limit that is left out is none.
///
/// # Shapes and units
/// Fractions of capital.
///
/// # Examples
/// ```
/// use po_convex::Net;
///
/// let up_to_a_tenth_in_cash = Net { lower: 0.9, upper: 1.0 };
/// assert_eq!(Net::default(), Net { lower: 1.0, ..up_to_a_tenth_in_cash });
/// assert_eq!(Net::exactly(0.0).upper, 0.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(from = "Sides", into = "Sides"))]
pub struct Net {
    /// Least sum of the weights.
    pub lower: f64,
    /// Greatest sum of the weights.
    pub upper: f64,
}

impl Net {
    /// A sum that is given: one for a portfolio that is fully invested, zero for one that is neutral.
    #[must_use]
    pub const fn exactly(sum: f64) -> Self {
        Self { lower: sum, upper: sum }
    }

    /// No limit.
    pub(super) const ANY: Self = Self { lower: f64::NEG_INFINITY, upper: f64::INFINITY };

    /// What both allow.
    pub(super) fn and(self, other: Self) -> Self {
        Self { lower: self.lower.max(other.lower), upper: self.upper.min(other.upper) }
    }

    pub(super) fn check(self) -> Result<(), InputError> {
        let Self { lower, upper } = self;
        if !matches!(lower.partial_cmp(&upper), Some(order) if order.is_le()) {
            return Err(InputError::GroupBoundsCross { group: "budget".to_owned(), lower, upper });
        }
        let (name, value, expected) = if lower == f64::INFINITY {
            ("the lower limit of the budget", lower, "a number below infinity")
        } else if upper == f64::NEG_INFINITY {
            ("the upper limit of the budget", upper, "a number above minus infinity")
        } else {
            return Ok(());
        };
        Err(InputError::OutOfRange { name, value, expected })
    }
}

impl Default for Net {
    fn default() -> Self {
        Self::exactly(1.0)
    }
}

/// Two limits as a file holds them: what is infinite is left out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Net", deny_unknown_fields)]
struct Sides {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lower: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upper: Option<f64>,
}

#[cfg(feature = "serde")]
impl From<Sides> for Net {
    fn from(Sides { lower, upper }: Sides) -> Self {
        Self { lower: lower.unwrap_or(f64::NEG_INFINITY), upper: upper.unwrap_or(f64::INFINITY) }
    }
}

#[cfg(feature = "serde")]
impl From<Net> for Sides {
    fn from(Net { lower, upper }: Net) -> Self {
        let finite = |limit: f64| Some(limit).filter(|limit| limit.is_finite());
        Self { lower: finite(lower), upper: finite(upper) }
    }
}
