//! Effects of levels that multiply.

use super::geometric::compoundable;
use super::{DecisionOrder, LevelEffects, NestedAttribution};
use crate::Error;

/// Geometric attribution of the levels of a hierarchy: factors whose product is the relative wealth, without remainder.
///
/// ```text
/// (1 + r) / (1 + b) = Π_l (1 + A_l) (1 + S)
/// ```
///
/// Each factor compares the notional portfolios before and after a decision. Top-down, those are weighed as the
/// portfolio down to a level, and earn the benchmark's returns of that level; bottom-up, selection comes first and the
/// first level last. Within a factor the shares of segments add up.
///
/// # Source
/// Bacon (2008), on attribution at several levels.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NestedGeometric {
    /// Shares of allocation by level and segment.
    pub allocation: Vec<Vec<f64>>,
    /// Shares of selection by segment of the lowest level.
    pub selection: Vec<f64>,
    /// The share of cash in the allocation of the first level.
    pub cash: f64,
}

impl NestedGeometric {
    /// The factor of a level's allocation, less one; zero where there is no such level.
    #[must_use]
    pub fn allocation(&self, level: usize) -> f64 {
        let cash = if level == 0 { self.cash } else { 0.0 };
        self.allocation.get(level).map_or(0.0, |shares| shares.iter().sum()) + cash
    }

    /// The factor of selection, less one.
    #[must_use]
    pub fn selection(&self) -> f64 {
        self.selection.iter().sum()
    }

    /// The wealth of the portfolio over that of the benchmark, less one.
    #[must_use]
    pub fn excess(&self) -> f64 {
        let levels: f64 = (0..self.allocation.len()).map(|level| 1.0 + self.allocation(level)).product();
        levels * (1.0 + self.selection()) - 1.0
    }
}

impl NestedAttribution {
    /// The same decisions as factors that multiply.
    ///
    /// # Errors
    /// [`Error::NotCompoundable`] when the benchmark or a notional portfolio on the way lost everything.
    pub fn geometric(&self) -> Result<NestedGeometric, Error> {
        let levels = self.levels.len();
        let shares = |effect: fn(&LevelEffects) -> f64, level: usize, notional: f64| -> Vec<f64> {
            let effects = self.levels.get(level).map_or(&[][..], |level| &level.effects);
            effects.iter().map(|effects| effect(effects) / (1.0 + notional)).collect()
        };
        let mut found =
            NestedGeometric { allocation: vec![Vec::new(); levels], ..NestedGeometric::default() };
        let mut notional = self.benchmark_return;
        compoundable("benchmark", notional)?;
        // Top-down the levels are numbered as they come, and selection is the last decision.
        let bottom_up = self.params.order == DecisionOrder::BottomUp;
        for step in 0..=levels {
            let level = if bottom_up { levels - step } else { step };
            if level == levels {
                let lowest = levels.saturating_sub(1);
                found.selection = shares(|effects| effects.selection, lowest, notional);
                notional += self.selection(lowest);
            } else {
                found.allocation[level] = shares(|effects| effects.allocation, level, notional);
                if level == 0 {
                    found.cash = self.cash / (1.0 + notional);
                }
                notional += self.allocation(level);
            }
            if step < levels {
                compoundable("notional portfolio", notional)?;
            }
        }
        Ok(found)
    }
}
