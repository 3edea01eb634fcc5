//! The settings of a long-short allocation.

use po_core::InputError;

use crate::{HrpParams, LongShortError};

/// Settings of [`LongShort`](crate::LongShort).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `hrp` | [`HrpParams::default`] | [`HrpParams`] | how the positions are clustered and weighed; bounds and groups are on the sizes of positions |
/// | `short` | none | assets, each once | which assets are held short |
/// | `exposure` | `Gross(1.0)` | [`Exposure`] | how large the positions are together, or those of either book |
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct LongShortParams {
    /// How the positions are clustered and weighed.
    ///
    /// A bound is on `|w_i|` and a group bound on `Σ |w_i|`, both as fractions of capital, whatever the sides.
    pub hrp: HrpParams,
    /// The assets that are held short; all others are held long.
    pub short: Vec<usize>,
    /// How large the positions are together, or those of either book.
    pub exposure: Exposure,
}

/// How large the positions of a portfolio are, as fractions of capital.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase", deny_unknown_fields))]
pub enum Exposure {
    /// Both books together; how much of it is long is left to risk.
    ///
    /// ```text
    /// Σ_i |w_i| = gross
    /// ```
    Gross(f64),
    /// Either book on its own, such as 1.3 long and 0.3 short, or one and one.
    ///
    /// ```text
    /// Σ_{i long} w_i = long,   -Σ_{i short} w_i = short
    /// ```
    Books {
        /// The size of the long book.
        long: f64,
        /// The size of the short book.
        short: f64,
    },
}

impl Default for Exposure {
    fn default() -> Self {
        Self::Gross(1.0)
    }
}

impl Exposure {
    /// The size of both books together.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(po_hrp::Exposure::Books { long: 1.5, short: 0.5 }.gross(), 2.0);
    /// ```
    #[must_use]
    pub fn gross(self) -> f64 {
        match self {
            Self::Gross(gross) => gross,
            Self::Books { long, short } => long + short,
        }
    }

    pub(super) fn check(self) -> Result<(), LongShortError> {
        let refused = |name, value, expected| Err(InputError::OutOfRange { name, value, expected }.into());
        if let Self::Books { long, short } = self {
            for (name, value) in [("the long book", long), ("the short book", short)] {
                if !(value >= 0.0 && value.is_finite()) {
                    return refused(name, value, "a finite number of zero or more");
                }
            }
        }
        let gross = self.gross();
        // The inverse brings bounds to units of the gross exposure.
        if !(gross > 0.0 && gross.is_finite() && gross.recip().is_finite()) {
            return refused("the gross exposure", gross, "a finite number above zero");
        }
        Ok(())
    }
}
