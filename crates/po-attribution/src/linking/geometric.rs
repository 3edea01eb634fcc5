//! Factors of single periods, multiplied.

use po_core::InputError;

use super::growth;
use crate::sum::Sum;
use crate::{Error, GeometricAttribution, GeometricEffects};

/// Geometric effects over many periods, in memory for one list of segments: factors multiply, and nothing is adjusted.
///
/// ```text
/// 1 + A = Π_t (1 + A_t),    1 + S = Π_t (1 + S_t),    (1 + A) (1 + S) = (1 + R) / (1 + B)
/// ```
///
/// The shares of segments are linked by the logarithm, so that they add up to A and S and do not depend on the order of
/// the periods:
///
/// ```text
/// A_i = A / ln(1 + A) Σ_t A_it ln(1 + A_t) / A_t
/// ```
///
/// # Examples
/// ```
/// use po_attribution::{Brinson, BrinsonParams, GeometricLinker, Segment};
///
/// let segments = [Segment::new(0.7, 0.02, 0.5, 0.01), Segment::new(0.3, -0.01, 0.5, 0.00)];
/// let month = Brinson::new(BrinsonParams::default()).of_segments(&segments)?.geometric()?;
/// let mut linker = GeometricLinker::default();
/// for _ in 0..12 {
///     linker.push(&month)?;
/// }
/// let year = linker.linked();
/// assert!((year.allocation - ((1.0 + month.allocation()).powi(12) - 1.0)).abs() < 1e-14);
/// assert!((year.excess() - ((1.011_f64 / 1.005).powi(12) - 1.0)).abs() < 1e-14);
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// Burnie, Knowles, Teder (1998); Bacon (2008), chapter 8. The shares of segments over time are ours, after Carino
/// (1999).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GeometricLinker {
    /// Logarithms of the two factors.
    logs: [Sum; 2],
    /// Logarithmic shares of the segments.
    shares: Vec<GeometricEffects>,
    cash: f64,
    periods: usize,
}

/// Geometric effects over all periods.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LinkedGeometric {
    /// Shares of the segments, which add up to the factors less one.
    pub effects: Vec<GeometricEffects>,
    /// The share of cash in the factor of allocation.
    pub cash: f64,
    /// The factor of allocation, less one.
    pub allocation: f64,
    /// The factor of selection, less one.
    pub selection: f64,
}

impl LinkedGeometric {
    /// The wealth of the portfolio over that of the benchmark, less one.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.allocation + self.selection + self.allocation * self.selection
    }
}

impl GeometricLinker {
    /// Takes in one more period; the first says how many segments there are.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] for another number of segments; [`Error::NotCompoundable`] for a return of -1 or
    /// below. The linker is then as it was.
    pub fn push(&mut self, period: &GeometricAttribution) -> Result<(), Error> {
        growth::check(period.portfolio_return, period.benchmark_return, self.periods)?;
        let (expected, actual) = (self.shares.len(), period.effects.len());
        if self.periods > 0 && actual != expected {
            return Err(InputError::LengthMismatch { what: "the list of segments", expected, actual }.into());
        }
        let factors = [period.allocation(), period.selection()];
        if let Some(&value) = factors.iter().find(|factor| !(**factor > -1.0 && factor.is_finite())) {
            return Err(Error::NotCompoundable { what: "notional portfolio", period: self.periods, value });
        }
        if self.periods == 0 {
            self.shares.clear();
            self.shares.resize(actual, GeometricEffects::default());
        }
        let [allocation, selection] = factors.map(|factor| growth::carino(factor, 0.0));
        for (share, effects) in self.shares.iter_mut().zip(&period.effects) {
            share.allocation += allocation * effects.allocation;
            share.selection += selection * effects.selection;
        }
        self.cash += allocation * period.cash;
        self.logs[0] = self.logs[0].plus(factors[0].ln_1p());
        self.logs[1] = self.logs[1].plus(factors[1].ln_1p());
        self.periods += 1;
        Ok(())
    }

    /// The effects over all periods so far.
    #[must_use]
    pub fn linked(&self) -> LinkedGeometric {
        let mut linked = LinkedGeometric::default();
        self.linked_into(&mut linked);
        linked
    }

    /// As [`GeometricLinker::linked`], in the memory that is there.
    pub fn linked_into(&self, linked: &mut LinkedGeometric) {
        let [allocation, selection] = self.logs.map(|log| growth::slope(log.value()));
        linked.effects.clear();
        linked.effects.extend(self.shares.iter().map(|share| GeometricEffects {
            allocation: allocation * share.allocation,
            selection: selection * share.selection,
        }));
        linked.cash = allocation * self.cash;
        linked.allocation = self.logs[0].value().exp_m1();
        linked.selection = self.logs[1].value().exp_m1();
    }

    /// Number of periods so far.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.periods
    }

    /// Forgets all periods; the memory stays.
    pub fn reset(&mut self) {
        self.logs = [Sum::ZERO; 2];
        self.shares.clear();
        self.cash = 0.0;
        self.periods = 0;
    }
}
