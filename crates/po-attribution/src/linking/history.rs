//! Effects, period by period.

use po_core::InputError;

use super::growth;
use crate::{BrinsonAttribution, Error, NestedAttribution};

/// Effects of single periods, with the returns of portfolio and benchmark, oldest first.
///
/// # Shapes and units
/// T periods of E effects; simple returns. Which effects they are is the caller's: segments, decisions, factors. They
/// should add up to the excess return of their period, for what they leave out is left out of the linked ones.
///
/// # Examples
/// ```
/// use po_attribution::EffectHistory;
///
/// let mut history = EffectHistory::new(2);
/// history.push(&[0.004, 0.006], 0.03, 0.02)?;
/// history.push(&[-0.001, 0.002], 0.011, 0.01)?;
/// assert_eq!((history.periods(), history.row(1)), (2, &[-0.001, 0.002][..]));
/// # Ok::<(), po_attribution::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EffectHistory {
    effects: usize,
    values: Vec<f64>,
    portfolio: Vec<f64>,
    benchmark: Vec<f64>,
}

impl EffectHistory {
    /// No periods yet, of so many effects each.
    #[must_use]
    pub fn new(effects: usize) -> Self {
        Self { effects, ..Self::default() }
    }

    /// Forgets all periods and takes so many effects from now on; the memory stays.
    pub fn reset(&mut self, effects: usize) {
        self.effects = effects;
        self.values.clear();
        self.portfolio.clear();
        self.benchmark.clear();
    }

    /// Takes in one more period.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] for another number of effects; [`InputError::OutOfRange`] for one that is not
    /// finite; [`Error::NotCompoundable`] for a return of -1 or below. The history is then as it was.
    pub fn push(
        &mut self,
        effects: &[f64],
        portfolio_return: f64,
        benchmark_return: f64,
    ) -> Result<(), Error> {
        check_effects(effects.iter().copied(), effects.len(), self.effects)?;
        self.append(effects.iter().copied(), portfolio_return, benchmark_return)
    }

    /// Takes in one more period of Brinson effects, as three blocks of one length: allocation by segment, selection,
    /// interaction; the last segment of each is cash.
    ///
    /// # Errors
    /// As [`EffectHistory::push`]; there must be `3 (segments + 1)` effects.
    pub fn push_brinson(&mut self, period: &BrinsonAttribution) -> Result<(), Error> {
        let effects = || {
            let allocation = period.effects.iter().map(|effects| effects.allocation).chain([period.cash]);
            let selection = period.effects.iter().map(|effects| effects.selection).chain([0.0]);
            let interaction = period.effects.iter().map(|effects| effects.interaction).chain([0.0]);
            allocation.chain(selection).chain(interaction)
        };
        check_effects(effects(), 3 * (period.effects.len() + 1), self.effects)?;
        self.append(effects(), period.portfolio_return, period.benchmark_return)
    }

    /// Takes in one more period of nested effects: allocation by segment, level after level, then the selection of
    /// the lowest level, then cash.
    ///
    /// # Errors
    /// As [`EffectHistory::push`]; there must be so many effects.
    pub fn push_nested(&mut self, period: &NestedAttribution) -> Result<(), Error> {
        let lowest = period.levels.last().map_or(&[][..], |level| &level.effects);
        let effects = || {
            let allocation =
                period.levels.iter().flat_map(|level| &level.effects).map(|effect| effect.allocation);
            allocation.chain(lowest.iter().map(|effect| effect.selection)).chain([period.cash])
        };
        let segments: usize = period.levels.iter().map(|level| level.effects.len()).sum();
        check_effects(effects(), segments + lowest.len() + 1, self.effects)?;
        self.append(effects(), period.portfolio_return, period.benchmark_return)
    }

    fn append(
        &mut self,
        effects: impl Iterator<Item = f64>,
        portfolio: f64,
        benchmark: f64,
    ) -> Result<(), Error> {
        growth::check(portfolio, benchmark, self.periods())?;
        self.values.extend(effects);
        self.portfolio.push(portfolio);
        self.benchmark.push(benchmark);
        Ok(())
    }

    /// Number of periods, T.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.portfolio.len()
    }

    /// Number of effects, E.
    #[must_use]
    pub fn effects(&self) -> usize {
        self.effects
    }

    /// The effects of a period.
    ///
    /// # Panics
    /// When there is no such period.
    #[must_use]
    pub fn row(&self, period: usize) -> &[f64] {
        &self.values[period * self.effects..(period + 1) * self.effects]
    }

    /// The returns of the portfolio.
    #[must_use]
    pub fn portfolio_returns(&self) -> &[f64] {
        &self.portfolio
    }

    /// The returns of the benchmark.
    #[must_use]
    pub fn benchmark_returns(&self) -> &[f64] {
        &self.benchmark
    }

    /// Returns of both sides and effects, period by period.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (f64, f64, &[f64])> {
        let returns = self.portfolio.iter().copied().zip(self.benchmark.iter().copied());
        returns.enumerate().map(|(period, (portfolio, benchmark))| (portfolio, benchmark, self.row(period)))
    }
}

/// Refuses another number of effects than expected, and effects that are no numbers.
pub(crate) fn check_effects(
    mut effects: impl Iterator<Item = f64>,
    actual: usize,
    expected: usize,
) -> Result<(), Error> {
    if actual != expected {
        return Err(InputError::LengthMismatch { what: "the list of effects", expected, actual }.into());
    }
    match effects.find(|value| !value.is_finite()) {
        Some(value) => {
            Err(InputError::OutOfRange { name: "the effect", value, expected: "a finite number" }.into())
        }
        None => Ok(()),
    }
}
