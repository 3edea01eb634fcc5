//! Linking period by period.

use po_core::InputError;

use super::LinkingMethod;
use super::growth::{self, Growth, carino};
use super::history::check_effects;
use super::link::menchero;
use crate::Error;

/// Linked totals after each period, in memory for one or two lists of effects however many periods there were.
///
/// The totals are those of [`link`](crate::link()) over all periods so far, up to rounding.
///
/// # Examples
/// ```
/// use po_attribution::{Linker, LinkingMethod};
///
/// let mut linker = Linker::new(LinkingMethod::Carino, 2)?;
/// let mut totals = [0.0; 2];
/// for _ in 0..12 {
///     linker.push(&[0.001, 0.002], 0.013, 0.01)?;
///     linker.totals_into(&mut totals)?;
///     assert!((totals[0] + totals[1] - linker.excess()).abs() < 1e-15);
/// }
/// assert!((linker.excess() - (1.013_f64.powi(12) - 1.01_f64.powi(12))).abs() < 1e-14);
/// assert!((totals[1] - 2.0 * totals[0]).abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Linker {
    method: LinkingMethod,
    growth: Growth,
    /// Effects: weighed and summed for Carino and Menchero, as they have grown for the others.
    first: Vec<f64>,
    /// For Menchero the effects times the excess return of their period.
    second: Vec<f64>,
    /// Sums of excess returns and of their squares, for Menchero.
    active: [f64; 2],
    /// The wealth of the portfolio, and of the notional ones of allocation and of selection.
    wealth: [f64; 3],
}

impl Linker {
    /// No periods yet, of so many effects each.
    ///
    /// # Errors
    /// [`Error::NotThreeBlocks`] for Davies-Laker, unless the effects are a multiple of three.
    pub fn new(method: LinkingMethod, effects: usize) -> Result<Self, Error> {
        if method == LinkingMethod::DaviesLaker && !effects.is_multiple_of(3) {
            return Err(Error::NotThreeBlocks { effects });
        }
        let second = if method == LinkingMethod::Menchero { effects } else { 0 };
        Ok(Self {
            method,
            growth: Growth::default(),
            first: vec![0.0; effects],
            second: vec![0.0; second],
            active: [0.0; 2],
            wealth: [1.0; 3],
        })
    }

    /// Takes in one more period; never touches the heap.
    ///
    /// # Errors
    /// As [`EffectHistory::push`](crate::EffectHistory::push); the linker is then as it was.
    ///
    /// # Cost
    /// O(E).
    pub fn push(
        &mut self,
        effects: &[f64],
        portfolio_return: f64,
        benchmark_return: f64,
    ) -> Result<(), Error> {
        check_effects(effects.iter().copied(), effects.len(), self.first.len())?;
        growth::check(portfolio_return, benchmark_return, self.growth.periods)?;
        let excess = portfolio_return - benchmark_return;
        let [portfolio, allocated, selected] = self.wealth;
        let grown = 1.0 + benchmark_return;
        let kept = self.first.iter_mut().zip(effects);
        match self.method {
            LinkingMethod::Carino => {
                let scale = carino(portfolio_return, benchmark_return);
                kept.for_each(|(sum, effect)| *sum += scale * effect);
            }
            LinkingMethod::Menchero => {
                kept.for_each(|(sum, effect)| *sum += effect);
                self.second.iter_mut().zip(effects).for_each(|(sum, effect)| *sum += excess * effect);
            }
            LinkingMethod::Grap | LinkingMethod::Frongello => {
                kept.for_each(|(sum, effect)| *sum = *sum * grown + portfolio * effect);
            }
            LinkingMethod::DaviesLaker => {
                let segments = effects.len() / 3;
                let allocation = grown + effects[..segments].iter().sum::<f64>();
                let selection = grown + effects[segments..2 * segments].iter().sum::<f64>();
                for segment in 0..segments {
                    let chosen = effects[segments + segment];
                    let both = chosen + effects[2 * segments + segment];
                    // Kept for interaction: with selection, which grows in its own way, taken off at the end.
                    let places = [segment, segments + segment, 2 * segments + segment];
                    let of = [effects[segment] * allocated, chosen * selected, both * portfolio];
                    for ((place, of), grown) in places.into_iter().zip(of).zip([grown, grown, allocation]) {
                        self.first[place] = self.first[place] * grown + of;
                    }
                }
                self.wealth[1] *= allocation;
                self.wealth[2] *= selection;
            }
        }
        self.active[0] += excess;
        self.active[1] += excess * excess;
        self.wealth[0] *= 1.0 + portfolio_return;
        self.growth.push(portfolio_return, benchmark_return);
        Ok(())
    }

    /// Writes each effect over all periods so far; zeros before the first.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is room for each effect and no more.
    pub fn totals_into(&self, totals: &mut [f64]) -> Result<(), Error> {
        let (expected, actual) = (self.first.len(), totals.len());
        if actual != expected {
            return Err(InputError::LengthMismatch { what: "the list of totals", expected, actual }.into());
        }
        totals.copy_from_slice(&self.first);
        if self.growth.periods == 0 {
            return Ok(());
        }
        match self.method {
            LinkingMethod::Carino => {
                let whole = self.growth.carino();
                totals.iter_mut().for_each(|total| *total *= whole);
            }
            LinkingMethod::Menchero => {
                let (m, correction) = menchero(&self.growth, &self.active);
                let second = totals.iter_mut().zip(&self.second);
                second.for_each(|(total, weighed)| *total = m * *total + correction * weighed);
            }
            LinkingMethod::Grap | LinkingMethod::Frongello => {}
            LinkingMethod::DaviesLaker => {
                let (known, interaction) = totals.split_at_mut(2 * expected / 3);
                let selection = &known[expected / 3..];
                interaction.iter_mut().zip(selection).for_each(|(both, selection)| *both -= selection);
            }
        }
        Ok(())
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> LinkingMethod {
        self.method
    }

    /// Number of periods so far.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.growth.periods
    }

    /// Return of the portfolio over all periods so far.
    #[must_use]
    pub fn portfolio_return(&self) -> f64 {
        self.growth.portfolio_return()
    }

    /// Return of the benchmark over all periods so far.
    #[must_use]
    pub fn benchmark_return(&self) -> f64 {
        self.growth.benchmark_return()
    }

    /// What the portfolio earned beyond the benchmark over all periods so far.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.growth.excess()
    }

    /// Forgets all periods; the memory stays.
    pub fn reset(&mut self) {
        self.growth = Growth::default();
        self.first.fill(0.0);
        self.second.fill(0.0);
        self.active = [0.0; 2];
        self.wealth = [1.0; 3];
    }
}
