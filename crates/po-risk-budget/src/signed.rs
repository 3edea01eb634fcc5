//! Long and short positions.
//!
//! With signs free, a risk budget has up to `2^(N-1)` portfolios. With signs given there is one: with
//! `S = diag(±1)`, `w = S x` has the shares of risk under Σ that x has under `S Σ S`, and for positive x the solution
//! is unique.

use po_core::InputError;

/// On which side an asset is held.
///
/// # Source
/// Bai, Scheinberg and Tütüncü (2016), Least-squares approach to risk parity in portfolio selection, for the number of
/// solutions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Position {
    /// Bought: the weight is positive.
    #[default]
    Long,
    /// Sold short: the weight is negative.
    Short,
}

impl Position {
    /// 1 for a long position, -1 for a short one.
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::Long => 1.0,
            Self::Short => -1.0,
        }
    }

    /// Positions from signs, as a signal gives them.
    ///
    /// # Errors
    /// [`InputError::AssetOutOfRange`] for a number that is neither 1 nor -1.
    ///
    /// # Examples
    /// ```
    /// use po_risk_budget::Position;
    ///
    /// assert_eq!(Position::from_signs(&[1.0, -1.0])?, [Position::Long, Position::Short]);
    /// let error = Position::from_signs(&[1.0, 0.0]).unwrap_err();
    /// assert_eq!(error.to_string(), "the sign of asset 1 is 0, expected 1 or -1");
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    #[expect(clippy::float_cmp, reason = "a sign is one of two numbers")]
    pub fn from_signs(signs: &[f64]) -> Result<Vec<Self>, InputError> {
        let position = |(asset, &value): (usize, &f64)| match value {
            _ if value == 1.0 => Ok(Self::Long),
            _ if value == -1.0 => Ok(Self::Short),
            _ => Err(InputError::AssetOutOfRange { name: "the sign", asset, value, expected: "1 or -1" }),
        };
        signs.iter().enumerate().map(position).collect()
    }
}
