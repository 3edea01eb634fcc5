//! The way down to the problem of the assets that can be held, and the way back.

use super::Investable;
use crate::{Covariance, DistanceMatrix, InputError, Returns, Weights};

impl Investable {
    /// The covariance of the assets that can be held.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] for a covariance of another number of assets.
    pub fn covariance(&self, whole: &Covariance) -> Result<Covariance, InputError> {
        let mut small = Covariance::default();
        self.covariance_into(whole, &mut small)?;
        Ok(small)
    }

    /// As [`Investable::covariance`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Investable::covariance`].
    pub fn covariance_into(&self, whole: &Covariance, small: &mut Covariance) -> Result<(), InputError> {
        self.check("the covariance", whole.len())?;
        small.assign_lower(self.len(), |col, below| {
            let column = whole.column(self.assets[col]);
            below.iter_mut().zip(&self.assets[col..]).for_each(|(entry, &row)| *entry = column[row]);
        })
    }

    /// The covariance of the assets that can be held, an entry at a time: where that of all assets is not known, because
    /// some of them were never seen.
    ///
    /// `entry` is asked for indices of the whole problem, the greater one first.
    ///
    /// # Errors
    /// As [`Covariance::assign_lower`].
    ///
    /// # Examples
    /// ```
    /// use po_core::Investable;
    ///
    /// // Asset 1 will be listed next year.
    /// let known = |row: usize, col: usize| if row == col { 0.04 } else { 0.01 * (row + col) as f64 };
    /// let covariance = Investable::new(vec![true, false, true])?.covariance_of(known)?;
    /// assert_eq!(covariance.as_slice(), [0.04, 0.02, 0.02, 0.04]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn covariance_of(&self, entry: impl Fn(usize, usize) -> f64) -> Result<Covariance, InputError> {
        let mut small = Covariance::default();
        self.covariance_of_into(entry, &mut small)?;
        Ok(small)
    }

    /// As [`Investable::covariance_of`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Investable::covariance_of`].
    pub fn covariance_of_into(
        &self,
        entry: impl Fn(usize, usize) -> f64,
        small: &mut Covariance,
    ) -> Result<(), InputError> {
        small.assign_lower(self.len(), |col, below| {
            let asset = self.assets[col];
            below.iter_mut().zip(&self.assets[col..]).for_each(|(own, &row)| *own = entry(row, asset));
        })
    }

    /// The returns of the assets that can be held.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] for returns of another number of assets.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Investable, Returns};
    ///
    /// let returns = Returns::from_column_slice(2, 3, &[0.01, 0.02, 0.03, 0.04, 0.05, 0.06])?;
    /// let small = Investable::new(vec![true, false, true])?.returns(&returns)?;
    /// assert_eq!(small.as_slice(), [0.01, 0.02, 0.05, 0.06]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn returns(&self, whole: &Returns) -> Result<Returns, InputError> {
        self.check("the list of series", whole.assets())?;
        Ok(whole.columns(&self.assets))
    }

    /// As [`Investable::returns`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Investable::returns`].
    pub fn returns_into(&self, whole: &Returns, small: &mut Returns) -> Result<(), InputError> {
        self.check("the list of series", whole.assets())?;
        whole.columns_into(&self.assets, small);
        Ok(())
    }

    /// The distances between the assets that can be held.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] for distances of another number of assets.
    pub fn distances(&self, whole: &DistanceMatrix) -> Result<DistanceMatrix, InputError> {
        let mut small = DistanceMatrix::default();
        self.distances_into(whole, &mut small)?;
        Ok(small)
    }

    /// As [`Investable::distances`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Investable::distances`].
    pub fn distances_into(
        &self,
        whole: &DistanceMatrix,
        small: &mut DistanceMatrix,
    ) -> Result<(), InputError> {
        self.check("the matrix of distances", whole.len())?;
        whole.among_into(&self.assets, small);
        Ok(())
    }

    /// Of one number for each asset, such as means or the weights held now, those of the assets that can be held.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one number for each asset.
    pub fn select(&self, whole: &[f64]) -> Result<Vec<f64>, InputError> {
        let mut small = Vec::new();
        self.select_into(whole, &mut small)?;
        Ok(small)
    }

    /// As [`Investable::select`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Investable::select`].
    pub fn select_into(&self, whole: &[f64], small: &mut Vec<f64>) -> Result<(), InputError> {
        self.check("the list of numbers", whole.len())?;
        small.clear();
        small.reserve(whole.len());
        small.extend(self.assets.iter().map(|&asset| whole[asset]));
        Ok(())
    }

    /// Of an order of assets, such as that of the last rebalance, those that can be held, by their new indices.
    ///
    /// # Errors
    /// [`InputError::AssetOutOfRange`] for an index that the whole problem does not have.
    ///
    /// # Examples
    /// ```
    /// use po_core::Investable;
    ///
    /// let investable = Investable::new(vec![true, false, true, true])?;
    /// assert_eq!(investable.order(&[3, 1, 0])?, [2, 0]);
    /// assert_eq!(investable.order_back(&[2, 1, 0])?, [3, 2, 0]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn order(&self, whole: &[usize]) -> Result<Vec<usize>, InputError> {
        let mut small = Vec::new();
        self.order_into(whole, &mut small)?;
        Ok(small)
    }

    /// As [`Investable::order`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Investable::order`].
    pub fn order_into(&self, whole: &[usize], small: &mut Vec<usize>) -> Result<(), InputError> {
        check_indices(whole, self.universe_len())?;
        small.clear();
        small.reserve(self.universe_len());
        small.extend(whole.iter().filter_map(|&asset| self.narrowed(asset)));
        Ok(())
    }

    /// An order of the smaller problem, by the indices of the whole one.
    ///
    /// # Errors
    /// [`InputError::AssetOutOfRange`] for an index that the smaller problem does not have.
    pub fn order_back(&self, small: &[usize]) -> Result<Vec<usize>, InputError> {
        let mut whole = Vec::new();
        self.order_back_into(small, &mut whole)?;
        Ok(whole)
    }

    /// As [`Investable::order_back`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Investable::order_back`].
    pub fn order_back_into(&self, small: &[usize], whole: &mut Vec<usize>) -> Result<(), InputError> {
        check_indices(small, self.len())?;
        whole.clear();
        whole.reserve(self.universe_len());
        whole.extend(small.iter().map(|&asset| self.assets[asset]));
        Ok(())
    }

    /// The weights of the smaller problem in their places among all assets; the others weigh nothing, exactly.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is a weight for each asset that can be held; [`InputError::Empty`]
    /// where nothing was written yet.
    pub fn spread(&self, small: &Weights) -> Result<Weights, InputError> {
        let mut whole = Weights::default();
        self.spread_into(small, &mut whole)?;
        Ok(whole)
    }

    /// As [`Investable::spread`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Investable::spread`]; the old weights then stay.
    pub fn spread_into(&self, small: &Weights, whole: &mut Weights) -> Result<(), InputError> {
        if small.len() != self.len() {
            let (expected, actual) = (self.len(), small.len());
            return Err(InputError::LengthMismatch { what: "the list of weights", expected, actual });
        }
        self.check("the list of assets", self.universe_len())?;
        let zeros = whole.zeros(self.universe_len());
        self.assets.iter().zip(small.as_slice()).for_each(|(&asset, &weight)| zeros[asset] = weight);
        Ok(())
    }

    /// Refuses what belongs to another number of assets.
    pub(super) fn check(&self, what: &'static str, actual: usize) -> Result<(), InputError> {
        let expected = self.universe_len();
        if actual != expected {
            return Err(InputError::LengthMismatch { what, expected, actual });
        }
        super::check(self.len(), |_| true)
    }
}

/// Refuses an index beyond the number of assets.
pub(super) fn check_indices(indices: &[usize], assets: usize) -> Result<(), InputError> {
    match indices.iter().find(|index| **index >= assets) {
        Some(&asset) => {
            let (value, expected) = (asset as f64, "an index below the number of assets");
            Err(InputError::AssetOutOfRange { name: "the index", asset, value, expected })
        }
        None => Ok(()),
    }
}
