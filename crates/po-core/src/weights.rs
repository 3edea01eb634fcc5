//! Portfolio weights.

use crate::InputError;

/// The fraction of capital in each asset; finite, of either sign.
///
/// # Shapes and units
/// A vector of length N; fractions of capital, so that a fully invested portfolio sums to one.
/// `Weights::default()` is empty: a place for an allocator to write to.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Vec<f64>", into = "Vec<f64>"))]
pub struct Weights(Vec<f64>);

impl Weights {
    /// Weights from numbers.
    ///
    /// # Errors
    /// [`InputError::Empty`] without numbers, [`InputError::AssetOutOfRange`] for one that is not finite.
    ///
    /// # Examples
    /// ```
    /// use po_core::Weights;
    ///
    /// let weights = Weights::new(vec![1.3, -0.3])?;
    /// assert_eq!(weights.net(), 1.0);
    /// assert_eq!(weights.gross(), 1.6);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn new(weights: Vec<f64>) -> Result<Self, InputError> {
        check(&weights)?;
        Ok(Self(weights))
    }

    /// The same weight in each of `assets` assets.
    ///
    /// # Errors
    /// [`InputError::Empty`] for zero assets.
    pub fn equal(assets: usize) -> Result<Self, InputError> {
        Self::new(vec![1.0 / assets as f64; assets])
    }

    /// Takes over `weights`, keeping the memory that is there: the way an allocator writes its result.
    ///
    /// # Errors
    /// As [`Weights::new`]; the old weights then stay.
    pub fn assign(&mut self, weights: &[f64]) -> Result<(), InputError> {
        check(weights)?;
        self.0.clear();
        self.0.extend_from_slice(weights);
        Ok(())
    }

    /// Makes room for so many weights, so that [`Weights::assign`] of as many or fewer does not touch the heap.
    ///
    /// # Examples
    /// ```
    /// use po_core::Weights;
    ///
    /// let mut weights = Weights::default();
    /// weights.reserve(2);
    /// weights.assign(&[0.6, 0.4])?;
    /// assert_eq!(weights.as_slice(), [0.6, 0.4]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn reserve(&mut self, assets: usize) {
        self.0.reserve(assets.saturating_sub(self.0.len()));
    }

    /// A weight of zero in each of `assets` assets, one at least, for finite numbers to be written over.
    pub(crate) fn zeros(&mut self, assets: usize) -> &mut [f64] {
        self.0.clear();
        self.0.resize(assets, 0.0);
        &mut self.0
    }

    /// Number of assets.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The weights, in the order of the assets.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        &self.0
    }

    /// Sum of the weights.
    #[must_use]
    pub fn net(&self) -> f64 {
        self.0.iter().sum()
    }

    /// Sum of the absolute weights.
    #[must_use]
    pub fn gross(&self) -> f64 {
        self.0.iter().map(|weight| weight.abs()).sum()
    }
}

impl AsRef<Weights> for Weights {
    fn as_ref(&self) -> &Weights {
        self
    }
}

impl TryFrom<Vec<f64>> for Weights {
    type Error = InputError;

    fn try_from(weights: Vec<f64>) -> Result<Self, InputError> {
        Self::new(weights)
    }
}

impl From<Weights> for Vec<f64> {
    fn from(weights: Weights) -> Self {
        weights.0
    }
}

fn check(weights: &[f64]) -> Result<(), InputError> {
    if weights.is_empty() {
        return Err(InputError::Empty { what: "the list of weights" });
    }
    match weights.iter().position(|weight| !weight.is_finite()) {
        Some(asset) => {
            let (name, value, expected) = ("the weight", weights[asset], "a finite number");
            Err(InputError::AssetOutOfRange { name, asset, value, expected })
        }
        None => Ok(()),
    }
}
