//! How fast the past is forgotten.

use po_core::InputError;

/// How fast an exponentially weighted estimate forgets.
///
/// ```text
/// λ = 2^(-1 / half-life)
/// ```
///
/// A bar of age a weighs `λ^a`.
///
/// # Examples
/// ```
/// use po_correlation::Decay;
///
/// assert_eq!(Decay::HalfLife(1.0).factor(), 0.5);
/// assert!((Decay::Factor(0.94).half_life() - 11.2).abs() < 0.01);
/// ```
///
/// # Source
/// J.P. Morgan and Reuters, *RiskMetrics Technical Document* (1996), section 5.2: 0.94 for daily returns,
/// 0.97 for monthly.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Decay {
    /// What a weight is multiplied by from one bar to the next, in (0, 1).
    Factor(f64),
    /// After how many bars a weight has halved, in [0.01, 1e9].
    HalfLife(f64),
}

impl Decay {
    /// What a weight is multiplied by from one bar to the next.
    #[must_use]
    pub fn factor(self) -> f64 {
        match self {
            Self::Factor(factor) => factor,
            Self::HalfLife(bars) => (-1.0 / bars).exp2(),
        }
    }

    /// After how many bars a weight has halved.
    #[must_use]
    pub fn half_life(self) -> f64 {
        match self {
            Self::Factor(factor) => -1.0 / factor.log2(),
            Self::HalfLife(bars) => bars,
        }
    }

    /// Refuses what no decay can be.
    pub(crate) fn check(self) -> Result<(), InputError> {
        let (name, value, expected, sound) = match self {
            Self::Factor(factor) => (
                "the decay factor",
                factor,
                "a number between 0 and 1, both excluded",
                factor > 0.0 && factor < 1.0,
            ),
            Self::HalfLife(bars) => {
                ("the half-life", bars, "a number of bars in [0.01, 1e9]", (0.01..=1e9).contains(&bars))
            }
        };
        if sound { Ok(()) } else { Err(InputError::OutOfRange { name, value, expected }) }
    }
}
