//! What a sum of products is divided by.

/// What the sum of the products of deviations is divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Divisor {
    /// T, the number of observations: the maximum likelihood of the normal distribution.
    Observations,
    /// T - 1, because the mean was estimated from the same observations: unbiased.
    #[default]
    DegreesOfFreedom,
}

impl Divisor {
    pub(super) fn of(self, observations: usize) -> f64 {
        match self {
            Self::Observations => observations as f64,
            Self::DegreesOfFreedom => observations as f64 - 1.0,
        }
    }
}
