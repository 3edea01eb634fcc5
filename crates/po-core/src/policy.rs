//! What to do about missing values, by name, with an account of what was done.

use crate::{InputError, Panel, Returns};

/// How a [`Panel`] of returns with missing values becomes [`Returns`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
#[non_exhaustive]
pub enum MissingPolicy {
    /// A missing value is an error.
    Refuse,
    /// Keep the rows in which every asset has a value.
    #[default]
    CompleteRows,
    /// Keep the assets that have a value in every row.
    CompleteAssets,
    /// Drop the assets of which more than this share of the rows is missing, then keep the complete rows.
    DropSparse {
        /// The greatest share of missing rows that an asset may have, in [0, 1].
        max_missing: f64,
    },
}

/// Returns, with what the policy kept of the panel.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Resolved {
    /// The complete returns.
    pub returns: Returns,
    /// The rows of the panel that were kept, ascending.
    pub rows: Vec<usize>,
    /// The assets of the panel that were kept, ascending.
    pub assets: Vec<usize>,
    /// How many values of the panel were missing.
    pub missing: usize,
}

impl Panel {
    /// Applies a missing-data policy to a panel of returns.
    ///
    /// # Errors
    /// [`InputError::Missing`] under [`MissingPolicy::Refuse`]; [`InputError::NeverObserved`] when an asset that is
    /// kept has no value at all, so that no row would be complete; [`InputError::NoAssetLeft`] and [`InputError::TooFewObservations`] when
    /// nothing is left; [`InputError::OutOfRange`] for a share outside [0, 1].
    ///
    /// # Examples
    /// ```
    /// use po_core::{MissingPolicy, Panel, nalgebra::DMatrix};
    ///
    /// let returns = Panel::new(DMatrix::from_row_slice(3, 2, &[0.01, f64::NAN, 0.02, 0.03, -0.01, 0.01]))?;
    /// let resolved = returns.resolve(MissingPolicy::CompleteRows)?;
    /// assert_eq!(resolved.rows, [1, 2]);
    /// assert_eq!(resolved.returns.column(1), [0.03, 0.01]);
    /// let resolved = returns.resolve(MissingPolicy::CompleteAssets)?;
    /// assert_eq!(resolved.assets, [0]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn resolve(&self, policy: MissingPolicy) -> Result<Resolved, InputError> {
        let missing: Vec<usize> = (0..self.assets())
            .map(|asset| self.column(asset).iter().filter(|value| value.is_nan()).count())
            .collect();
        let assets: Vec<usize> = match policy {
            MissingPolicy::Refuse => match self.first_missing() {
                Some((row, asset)) => return Err(InputError::Missing { row, asset }),
                None => (0..self.assets()).collect(),
            },
            MissingPolicy::CompleteRows => (0..self.assets()).collect(),
            MissingPolicy::CompleteAssets => self.assets_where(|asset| missing[asset] == 0),
            MissingPolicy::DropSparse { max_missing } => {
                if !(0.0..=1.0).contains(&max_missing) {
                    let (name, expected) = ("the share of missing rows", "a number in [0, 1]");
                    return Err(InputError::OutOfRange { name, value: max_missing, expected });
                }
                // A quotient of counts is the nearest number to the decimal that a user writes; a product is not.
                let rows = self.observations() as f64;
                self.assets_where(|asset| missing[asset] as f64 / rows <= max_missing)
            }
        };
        if assets.is_empty() {
            return Err(InputError::NoAssetLeft);
        }
        if let Some(&asset) = assets.iter().find(|&&asset| missing[asset] == self.observations()) {
            return Err(InputError::NeverObserved { asset });
        }
        let complete = |row: &usize| assets.iter().all(|&asset| !self.column(asset)[*row].is_nan());
        let rows: Vec<usize> = (0..self.observations()).filter(complete).collect();
        if rows.is_empty() {
            let what = "the rows in which every asset has a value";
            return Err(InputError::TooFewObservations { what, observations: 0, required: 1 });
        }
        let returns = Returns::new(self.select(&rows, &assets))?;
        Ok(Resolved { returns, rows, assets, missing: missing.iter().sum() })
    }

    fn first_missing(&self) -> Option<(usize, usize)> {
        (0..self.observations())
            .flat_map(|row| (0..self.assets()).map(move |asset| (row, asset)))
            .find(|&(row, asset)| self.value(row, asset).is_none())
    }

    fn assets_where(&self, keep: impl Fn(usize) -> bool) -> Vec<usize> {
        (0..self.assets()).filter(|&asset| keep(asset)).collect()
    }
}
