//! A table of observations in which values may be missing.

use nalgebra::DMatrix;

use crate::InputError;
use crate::matrix::{from_slice, last_rows};

/// T observations of N assets, oldest first, where a value may be missing: not yet listed, delisted, or halted.
///
/// A panel holds prices or returns; which of the two, its owner knows.
/// It becomes [`Returns`](crate::Returns) under a [`MissingPolicy`](crate::MissingPolicy) that is named, and whose
/// effect is counted.
///
/// # Shapes and units
/// T x N; a missing value is stored as NaN, and no value is infinite.
#[derive(Clone, Debug)]
pub struct Panel(DMatrix<f64>);

/// When an asset was observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Listing {
    /// Row of the first observation.
    pub first: usize,
    /// Row of the last observation.
    pub last: usize,
    /// Values missing between the two: halts and holes in the data.
    pub gaps: usize,
}

impl Panel {
    /// Takes over a T x N matrix, in which NaN stands for a missing value.
    ///
    /// # Errors
    /// [`InputError::Empty`] without rows or columns; [`InputError::NotFinite`] for an infinite value, with its place.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Listing, Panel, nalgebra::DMatrix};
    ///
    /// let prices = Panel::new(DMatrix::from_row_slice(3, 2, &[100.0, f64::NAN, 110.0, 50.0, 99.0, 51.0]))?;
    /// assert_eq!(prices.value(0, 1), None);
    /// assert_eq!(prices.listing(1), Some(Listing { first: 1, last: 2, gaps: 0 }));
    /// let returns = prices.simple_returns()?;
    /// assert!((returns.value(0, 0).unwrap() - 0.1).abs() < 1e-15);
    /// assert_eq!(returns.value(0, 1), None);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn new(matrix: DMatrix<f64>) -> Result<Self, InputError> {
        if matrix.is_empty() {
            return Err(InputError::Empty { what: "the panel" });
        }
        match matrix.iter().position(|value| value.is_infinite()) {
            Some(place) => {
                let (row, asset) = (place % matrix.nrows(), place / matrix.nrows());
                let value = matrix[(row, asset)];
                Err(InputError::NotFinite { what: "the value", row, asset, value })
            }
            None => Ok(Self(matrix)),
        }
    }

    /// A panel from T * N numbers, asset by asset.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there are `observations * assets` numbers; else as [`Panel::new`].
    pub fn from_column_slice(
        observations: usize,
        assets: usize,
        entries: &[f64],
    ) -> Result<Self, InputError> {
        Self::new(from_slice("the list of values", observations, assets, entries)?)
    }

    /// Number of rows, T.
    #[must_use]
    pub fn observations(&self) -> usize {
        self.0.nrows()
    }

    /// Number of assets, N.
    #[must_use]
    pub fn assets(&self) -> usize {
        self.0.ncols()
    }

    /// One value; `None` where it is missing or outside the panel.
    #[must_use]
    pub fn value(&self, row: usize, asset: usize) -> Option<f64> {
        self.0.get((row, asset)).copied().filter(|value| !value.is_nan())
    }

    /// The values of one asset, oldest first, NaN where missing.
    ///
    /// # Panics
    /// When there is no such asset.
    #[must_use]
    pub fn column(&self, asset: usize) -> &[f64] {
        let rows = self.observations();
        &self.0.as_slice()[asset * rows..(asset + 1) * rows]
    }

    /// When an asset was observed; `None` if never, or if there is no such asset.
    #[must_use]
    pub fn listing(&self, asset: usize) -> Option<Listing> {
        if asset >= self.assets() {
            return None;
        }
        let column = self.column(asset);
        let first = column.iter().position(|value| !value.is_nan())?;
        let last = column.iter().rposition(|value| !value.is_nan())?;
        let gaps = column[first..=last].iter().filter(|value| value.is_nan()).count();
        Some(Listing { first, last, gaps })
    }

    /// How many values are missing.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.0.iter().filter(|value| value.is_nan()).count()
    }

    /// The last `window` rows.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] when there are fewer; [`InputError::Empty`] for a window of zero.
    pub fn tail(&self, window: usize) -> Result<Self, InputError> {
        Ok(Self(last_rows("the rows in the window", &self.0, window)?))
    }

    /// Simple returns of a panel of prices; a return is missing where either of its two prices is.
    ///
    /// ```text
    /// r_t = p_t / p_{t-1} - 1
    /// ```
    ///
    /// # Shapes and units
    /// T - 1 rows: row t of the returns leads to row t + 1 of the prices.
    ///
    /// # Errors
    /// [`InputError::NotPositivePrice`] for a price that is zero or negative; [`InputError::TooFewObservations`] for
    /// fewer than two rows; [`InputError::NotFinite`] where a return overflows.
    pub fn simple_returns(&self) -> Result<Self, InputError> {
        let observations = self.observations();
        if observations < 2 {
            let what = "the rows of prices for a return";
            return Err(InputError::TooFewObservations { what, observations, required: 2 });
        }
        if let Some(place) = self.0.iter().position(|price| *price <= 0.0) {
            let (row, asset) = (place % observations, place / observations);
            return Err(InputError::NotPositivePrice { row, asset, value: self.0[(row, asset)] });
        }
        Self::new(DMatrix::from_fn(observations - 1, self.assets(), |row, asset| {
            let prices = self.column(asset);
            prices[row + 1] / prices[row] - 1.0
        }))
    }

    /// Prices in which the last known price is carried into gaps of at most `limit` rows, and how many were filled.
    ///
    /// Rows before the first and after the last observation stay missing: an asset that is not listed has no price.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Panel, nalgebra::DMatrix};
    ///
    /// let (prices, filled) = Panel::new(DMatrix::from_row_slice(3, 1, &[100.0, f64::NAN, 110.0]))?.carried_forward(1);
    /// assert_eq!((prices.value(1, 0), filled), (Some(100.0), 1));
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    #[must_use]
    pub fn carried_forward(&self, limit: usize) -> (Self, usize) {
        let mut carried = self.0.clone();
        let mut filled = 0;
        for asset in 0..self.assets() {
            let Some(listing) = self.listing(asset) else { continue };
            let observed = (listing.first..=listing.last).filter(|&row| self.value(row, asset).is_some());
            let observed: Vec<usize> = observed.collect();
            for pair in observed.windows(2) {
                let gap = pair[0] + 1..pair[1];
                if gap.len() <= limit {
                    filled += gap.len();
                    gap.for_each(|row| carried[(row, asset)] = self.0[(pair[0], asset)]);
                }
            }
        }
        (Self(carried), filled)
    }

    pub(crate) fn select(&self, rows: &[usize], assets: &[usize]) -> DMatrix<f64> {
        DMatrix::from_fn(rows.len(), assets.len(), |row, asset| self.0[(rows[row], assets[asset])])
    }
}

impl PartialEq for Panel {
    /// Two panels are equal when the same values are missing and the others are equal.
    fn eq(&self, other: &Self) -> bool {
        self.0.shape() == other.0.shape()
            && self.0.iter().zip(&other.0).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Panel", deny_unknown_fields)]
struct Columns {
    observations: usize,
    columns: Vec<Vec<Option<f64>>>,
}

#[cfg(feature = "serde")]
impl serde::Serialize for Panel {
    /// One list of values per asset, `null` where a value is missing: JSON has no NaN.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.observations();
        let column = |asset| (0..rows).map(|row| self.value(row, asset)).collect();
        Columns { observations: rows, columns: (0..self.assets()).map(column).collect() }
            .serialize(serializer)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Panel {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Columns { observations: expected, columns } = Columns::deserialize(deserializer)?;
        if let Some(actual) = columns.iter().map(Vec::len).find(|actual| *actual != expected) {
            let what = "a column of the panel";
            return Err(serde::de::Error::custom(InputError::LengthMismatch { what, expected, actual }));
        }
        let assets = columns.len();
        let entries: Vec<f64> =
            columns.into_iter().flatten().map(|value| value.unwrap_or(f64::NAN)).collect();
        Self::from_column_slice(expected, assets, &entries).map_err(serde::de::Error::custom)
    }
}
