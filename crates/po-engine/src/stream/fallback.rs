//! What is held when a stage has no answer.

use po_core::{Allocator, Covariance, EqualWeight, InverseVolatility, Weights};

use super::StageFailure;

/// A portfolio to fall back on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// What is held already, as prices have left it; there must be something.
    PreviousWeights,
    /// Weights in proportion to `1 / σ_i`.
    InverseVolatility,
    /// The same weight in each asset that can be held.
    EqualWeight,
    /// Nothing.
    Cash,
}

/// A stage that had no answer, why, and what was taken in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct FallbackRecord {
    /// The name of the stage.
    pub stage: &'static str,
    /// Why it had no answer.
    pub failure: StageFailure,
    /// What was taken in its place.
    pub taken: Fallback,
}

impl Fallback {
    /// All of them, in the order in which an engine tries them unless told otherwise.
    pub const CHAIN: [Self; 4] =
        [Self::PreviousWeights, Self::InverseVolatility, Self::EqualWeight, Self::Cash];

    /// Writes this portfolio, if it exists.
    fn write(
        self,
        covariance: &Covariance,
        held: &Weights,
        scratch: &mut Vec<f64>,
        weights: &mut Weights,
    ) -> bool {
        match self {
            Self::PreviousWeights => held.gross() > 0.0 && weights.assign(held.as_slice()).is_ok(),
            Self::InverseVolatility => InverseVolatility.allocate_into(covariance, scratch, weights).is_ok(),
            Self::EqualWeight => EqualWeight.allocate_into(covariance, scratch, weights).is_ok(),
            Self::Cash => {
                scratch.clear();
                scratch.resize(held.len(), 0.0);
                weights.assign(scratch).is_ok()
            }
        }
    }

    /// Writes the first portfolio of a chain that exists, and tells which; cash always does.
    pub(super) fn first(
        chain: &[Self],
        covariance: &Covariance,
        held: &Weights,
        scratch: &mut Vec<f64>,
        weights: &mut Weights,
    ) -> Self {
        let mut chain = chain.iter().chain(&[Self::Cash]);
        let found = chain.find(|fallback| fallback.write(covariance, held, scratch, weights));
        found.copied().unwrap_or(Self::Cash)
    }
}
