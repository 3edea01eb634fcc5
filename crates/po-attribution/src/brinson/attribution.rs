//! What is found of one period.

use super::{BrinsonParams, GeometricAttribution, Segment, SegmentEffects};
use crate::Error;

/// What each segment earned beyond the benchmark in one period.
///
/// ```text
/// r - b = cash + Σ_i (A_i + S_i + I_i)
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BrinsonAttribution {
    /// The settings that the effects are by.
    pub params: BrinsonParams,
    /// Weights and returns by segment; a return is missing where nothing is held, or longs and shorts cancel.
    pub segments: Vec<Segment>,
    /// Effects by segment.
    pub effects: Vec<SegmentEffects>,
    /// What the weights of the segments leave of the capital, as a segment that earns nothing: its allocation effect.
    ///
    /// ```text
    /// (Σ w_i - Σ W_i) b
    /// ```
    pub cash: f64,
    /// Return of the portfolio, r.
    pub portfolio_return: f64,
    /// Return of the benchmark, b.
    pub benchmark_return: f64,
}

impl BrinsonAttribution {
    /// What the portfolio earned beyond the benchmark, `r - b`.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.portfolio_return - self.benchmark_return
    }

    /// The effects of all segments; allocation includes that of cash.
    #[must_use]
    pub fn totals(&self) -> SegmentEffects {
        let cash = SegmentEffects { allocation: self.cash, ..SegmentEffects::default() };
        self.effects.iter().copied().sum::<SegmentEffects>() + cash
    }

    /// The same decisions as factors that multiply.
    ///
    /// See [`GeometricAttribution`].
    ///
    /// # Errors
    /// [`Error::NotCompoundable`] when the benchmark or the notional portfolio lost everything.
    pub fn geometric(&self) -> Result<GeometricAttribution, Error> {
        let mut geometric = GeometricAttribution::default();
        self.geometric_into(&mut geometric)?;
        Ok(geometric)
    }

    /// As [`BrinsonAttribution::geometric`], in the memory that is there.
    ///
    /// # Errors
    /// As [`BrinsonAttribution::geometric`]; `geometric` is then not to be read.
    pub fn geometric_into(&self, geometric: &mut GeometricAttribution) -> Result<(), Error> {
        geometric.fill(self)
    }
}
