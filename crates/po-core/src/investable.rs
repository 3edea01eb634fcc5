//! Which of the assets can be held now.

mod limits;
mod narrowing;

use crate::{InputError, StreamingEstimator};

/// The place of an asset that cannot be held.
const ABSENT: usize = usize::MAX;

/// The assets of a universe that can be held now, the way down to the smaller problem of those alone, and the way back.
///
/// An asset that is not yet listed, delisted, halted, or too short in history has no place in an allocation, and no
/// guess about it should find one. So the problem is narrowed to the others, in their order, allocated as if there were
/// no more, and its weights are spread out over the universe, with zeros for whom it did not know.
///
/// Each way has two spellings: one that allocates, and one with `_into`, which does not once its memory has seen the
/// largest problem, whoever comes and goes. `Investable::default()` holds nothing: a place to write to.
///
/// # Shapes and units
/// A truth value for each of N assets; n of them are true, one at least.
///
/// # Examples
/// ```
/// use po_core::{Allocator, Covariance, InverseVariance, Investable};
///
/// let covariance = Covariance::from_column_slice(3, &[0.04, 0.0, 0.01, 0.0, 0.09, 0.0, 0.01, 0.0, 0.01])?;
/// // The second asset is halted.
/// let investable = Investable::new(vec![true, false, true])?;
/// let small = investable.covariance(&covariance)?;
/// assert_eq!(small.as_slice(), [0.04, 0.01, 0.01, 0.01]);
/// let weights = investable.spread(&InverseVariance.allocate(&small)?)?;
/// assert!((weights.as_slice()[0] - 0.2).abs() < 1e-15 && (weights.as_slice()[2] - 0.8).abs() < 1e-15);
/// assert_eq!(weights.as_slice()[1], 0.0);
/// # Ok::<(), po_core::InputError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Vec<bool>", into = "Vec<bool>"))]
pub struct Investable {
    mask: Vec<bool>,
    /// The indices of those that can be held, ascending.
    assets: Vec<usize>,
    /// The place of each asset among those that can be held, or that it has none.
    places: Vec<usize>,
}

impl Investable {
    /// The assets whose entry of the mask is true.
    ///
    /// # Errors
    /// [`InputError::Empty`] for an empty mask, or one that leaves no asset.
    ///
    /// # Examples
    /// ```
    /// use po_core::Investable;
    ///
    /// assert_eq!(Investable::new(vec![false, true, true])?.assets(), [1, 2]);
    /// let error = Investable::new(vec![false, false]).unwrap_err();
    /// assert_eq!(error.to_string(), "the list of assets that can be held is empty, expected at least one item");
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn new(mask: Vec<bool>) -> Result<Self, InputError> {
        let mut investable = Self { mask, ..Self::default() };
        check(investable.mask.len(), |asset| investable.mask[asset])?;
        investable.number();
        Ok(investable)
    }

    /// Takes over another mask, in the memory that is there; there may be more or fewer assets than before.
    ///
    /// # Errors
    /// As [`Investable::new`]; the assets then stay as they were.
    pub fn set_from(&mut self, mask: &[bool]) -> Result<(), InputError> {
        self.set(mask.len(), |asset| mask[asset])
    }

    /// The assets of which a streaming estimator has seen enough.
    ///
    /// # Errors
    /// [`InputError::Empty`] where there is none yet.
    pub fn from_ready<E: StreamingEstimator>(estimator: &E) -> Result<Self, InputError> {
        let mut investable = Self::default();
        investable.set_ready(estimator)?;
        Ok(investable)
    }

    /// As [`Investable::from_ready`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Investable::from_ready`]; the assets then stay as they were.
    pub fn set_ready<E: StreamingEstimator>(&mut self, estimator: &E) -> Result<(), InputError> {
        self.set(estimator.assets(), |asset| estimator.ready(asset))
    }

    /// Leaves only those assets that are to be kept as well, such as those with a price today.
    ///
    /// # Errors
    /// [`InputError::Empty`] where none would be left; the assets then stay as they were.
    ///
    /// # Examples
    /// ```
    /// use po_core::Investable;
    ///
    /// let bar = [0.01, f64::NAN, -0.02];
    /// let mut investable = Investable::new(vec![false, true, true])?;
    /// investable.retain(|asset| !bar[asset].is_nan())?;
    /// assert_eq!(investable.assets(), [2]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn retain(&mut self, keep: impl Fn(usize) -> bool) -> Result<(), InputError> {
        check(self.assets.len(), |place| keep(self.assets[place]))?;
        self.mask.iter_mut().enumerate().for_each(|(asset, held)| *held = *held && keep(asset));
        self.number();
        Ok(())
    }

    fn set(&mut self, assets: usize, held: impl Fn(usize) -> bool) -> Result<(), InputError> {
        check(assets, &held)?;
        self.mask.clear();
        self.mask.extend((0..assets).map(held));
        self.number();
        Ok(())
    }

    /// Numbers those that can be held.
    fn number(&mut self) {
        let Self { mask, assets, places } = self;
        assets.clear();
        // Room for all of them, so that whoever lists later finds it.
        assets.reserve(mask.len());
        places.clear();
        for (asset, &held) in mask.iter().enumerate() {
            places.push(if held { assets.len() } else { ABSENT });
            if held {
                assets.push(asset);
            }
        }
    }

    /// The indices of the assets that can be held, ascending: asset i of the smaller problem is `assets()[i]`.
    ///
    /// They make the smaller universe as well, whose names tell an error of the smaller problem:
    /// [`Universe::select`](crate::Universe::select).
    #[must_use]
    pub fn assets(&self) -> &[usize] {
        &self.assets
    }

    /// Whether each asset can be held.
    #[must_use]
    pub fn mask(&self) -> &[bool] {
        &self.mask
    }

    /// Number of assets that can be held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.assets.len()
    }

    /// Whether nothing was written yet, as in a default one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.assets.is_empty()
    }

    /// Number of all assets.
    #[must_use]
    pub fn universe_len(&self) -> usize {
        self.mask.len()
    }

    /// The index that an asset of the smaller problem has in the whole one; `None` for one that there is not.
    #[must_use]
    pub fn original(&self, asset: usize) -> Option<usize> {
        self.assets.get(asset).copied()
    }

    /// The index that an asset of the whole problem has in the smaller one; `None` for one that cannot be held.
    #[must_use]
    pub fn narrowed(&self, asset: usize) -> Option<usize> {
        self.places.get(asset).copied().filter(|place| *place != ABSENT)
    }
}

impl TryFrom<Vec<bool>> for Investable {
    type Error = InputError;

    fn try_from(mask: Vec<bool>) -> Result<Self, InputError> {
        Self::new(mask)
    }
}

impl From<Investable> for Vec<bool> {
    fn from(investable: Investable) -> Self {
        investable.mask
    }
}

fn check(assets: usize, held: impl Fn(usize) -> bool) -> Result<(), InputError> {
    if (0..assets).any(held) {
        Ok(())
    } else {
        Err(InputError::Empty { what: "the list of assets that can be held" })
    }
}
