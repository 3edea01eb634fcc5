//! A cap on the correlation of any two assets that are held.

use po_core::{Correlation, InputError};

/// The greatest correlation that two assets may have to be held both; 0.6 unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "f64", into = "f64"))]
pub struct MaxCorrelation(f64);

impl MaxCorrelation {
    /// A cap in [-1, 1].
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] outside [-1, 1].
    pub fn new(cap: f64) -> Result<Self, InputError> {
        if (-1.0..=1.0).contains(&cap) {
            Ok(Self(cap))
        } else {
            let (name, expected) = ("the greatest correlation", "a number in [-1, 1]");
            Err(InputError::OutOfRange { name, value: cap, expected })
        }
    }

    /// The cap.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// The pairs of assets of which at most one may be held, each with the lower index first, in ascending order.
    ///
    /// # Examples
    /// ```
    /// use po_convex::MaxCorrelation;
    /// use po_core::Correlation;
    ///
    /// let correlation = Correlation::from_column_slice(3, &[1.0, 0.7, 0.2, 0.7, 1.0, 0.6, 0.2, 0.6, 1.0])?;
    /// assert_eq!(MaxCorrelation::default().conflicts(&correlation), [(0, 1)]);
    /// assert_eq!(MaxCorrelation::new(0.5)?.conflicts(&correlation), [(0, 1), (1, 2)]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    #[must_use]
    pub fn conflicts(self, correlation: &Correlation) -> Vec<(usize, usize)> {
        let (assets, entries) = (correlation.len(), correlation.as_slice());
        let exclude = |first: usize, second: usize| entries[first * assets + second] > self.0;
        let later = |first: usize| (first + 1..assets).map(move |second| (first, second));
        (0..assets).flat_map(later).filter(|&(first, second)| exclude(first, second)).collect()
    }
}

impl Default for MaxCorrelation {
    fn default() -> Self {
        Self(0.6)
    }
}

impl TryFrom<f64> for MaxCorrelation {
    type Error = InputError;

    fn try_from(cap: f64) -> Result<Self, InputError> {
        Self::new(cap)
    }
}

impl From<MaxCorrelation> for f64 {
    fn from(cap: MaxCorrelation) -> Self {
        cap.0
    }
}
