//! A confidence level.

use crate::InputError;

/// A probability strictly between zero and one, for example the 0.95 of a 95 % value at risk.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "f64", into = "f64"))]
pub struct Confidence(f64);

impl Confidence {
    /// A confidence level.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] unless the level lies in (0, 1).
    ///
    /// # Examples
    /// ```
    /// use po_core::Confidence;
    ///
    /// assert_eq!(Confidence::new(0.99)?.tail(), 0.010000000000000009);
    /// assert!(Confidence::new(99.0).is_err());
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn new(level: f64) -> Result<Self, InputError> {
        if level > 0.0 && level < 1.0 {
            Ok(Self(level))
        } else {
            Err(InputError::OutOfRange {
                name: "the confidence",
                value: level,
                expected: "a number in (0, 1)",
            })
        }
    }

    /// The level, for example 0.95.
    #[must_use]
    pub fn level(self) -> f64 {
        self.0
    }

    /// The probability beyond the level, for example 0.05.
    #[must_use]
    pub fn tail(self) -> f64 {
        1.0 - self.0
    }
}

impl TryFrom<f64> for Confidence {
    type Error = InputError;

    fn try_from(level: f64) -> Result<Self, InputError> {
        Self::new(level)
    }
}

impl From<Confidence> for f64 {
    fn from(confidence: Confidence) -> Self {
        confidence.0
    }
}
