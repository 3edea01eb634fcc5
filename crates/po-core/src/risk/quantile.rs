//! Which observation is the quantile of a sample.

use crate::Confidence;

/// Which observation is the value at risk where two of them could be.
///
/// Where `T (1-β)` is a whole number m, every number from the (m+1)-th greatest loss to the m-th is a quantile. In all
/// other cases there is one quantile and nothing to choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Quantile {
    /// The least loss that is exceeded with a probability of at most `1-β`: `inf { l : P(L <= l) >= β }`.
    ///
    /// # Source
    /// Rockafellar and Uryasev (2000), equation 2; `McNeil`, Frey and Embrechts (2005), definition 2.10.
    #[default]
    Lower,
    /// The greatest number that losses reach or exceed with a probability of at least `1-β`:
    /// `sup { l : P(L >= l) >= 1-β }`.
    ///
    /// # Source
    /// Acerbi and Tasche (2002), section 2, where it is called the upper one; Riskfolio-Lib and skfolio take it.
    Upper,
}

impl Quantile {
    /// The rank of the quantile among losses, of which the greatest has rank zero.
    pub(super) fn rank(self, observations: usize, tail: f64) -> usize {
        let rank = match self {
            Self::Lower => tail.floor(),
            Self::Upper => tail.ceil() - 1.0,
        };
        // A negative rank becomes zero in the conversion.
        (rank as usize).min(observations.saturating_sub(1))
    }
}

/// `T (1-β)`: how many observations are in the tail; a whole number where it is one but for rounding.
pub(super) fn tail_count(observations: usize, confidence: Confidence) -> f64 {
    let observations = observations as f64;
    let count = observations * confidence.tail();
    let whole = count.round();
    // 1 - 0.95 is not 0.05: the level and the difference are both rounded.
    if (count - whole).abs() <= f64::EPSILON * observations { whole } else { count }
}
