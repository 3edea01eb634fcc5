//! Numbers that stay as they are, or change from period to period.

use po_core::InputError;

/// A block of numbers for every period: one and the same, or one after the other.
///
/// # Shapes and units
/// `Constant` holds one block, `PerPeriod` holds T blocks, oldest first. A block of weights has one number for each
/// asset; a block of exposures has N x K, factor by factor.
///
/// # Examples
/// ```
/// use po_attribution::OverTime;
///
/// let held = OverTime::Constant(&[0.5, 0.5]);
/// let traded = OverTime::PerPeriod(&[0.5, 0.5, 0.25, 0.75]);
/// assert_eq!(held.block(1, 2), Some(&[0.5, 0.5][..]));
/// assert_eq!(traded.block(1, 2), Some(&[0.25, 0.75][..]));
/// assert_eq!(traded.block(2, 2), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OverTime<'a> {
    /// The same numbers in each period.
    Constant(&'a [f64]),
    /// The numbers of each period.
    PerPeriod(&'a [f64]),
}

impl<'a> OverTime<'a> {
    /// The block of a period, when blocks have `size` numbers; `None` beyond the last.
    #[must_use]
    pub fn block(self, period: usize, size: usize) -> Option<&'a [f64]> {
        match self {
            Self::Constant(values) => values.get(..size),
            Self::PerPeriod(values) => {
                let start = period.checked_mul(size)?;
                values.get(start..start.checked_add(size)?)
            }
        }
    }

    /// The block of a period that is there, because the length was checked.
    pub(crate) fn at(self, period: usize, size: usize) -> &'a [f64] {
        match self {
            Self::Constant(values) => &values[..size],
            Self::PerPeriod(values) => &values[period * size..(period + 1) * size],
        }
    }

    /// Refuses another number of blocks of `size` numbers, and what is not finite; assets are the rows of a block.
    pub(crate) fn check(
        self,
        what: &'static str,
        (periods, size, assets): (usize, usize, usize),
    ) -> Result<(), InputError> {
        let (values, expected) = match self {
            Self::Constant(values) => (values, size),
            Self::PerPeriod(values) => (values, periods.saturating_mul(size)),
        };
        if values.len() != expected {
            return Err(InputError::LengthMismatch { what, expected, actual: values.len() });
        }
        match values.iter().position(|value| !value.is_finite()) {
            Some(place) => {
                let (row, asset) = (place / size, place % assets);
                Err(InputError::NotFinite { what, row, asset, value: values[place] })
            }
            None => Ok(()),
        }
    }
}
