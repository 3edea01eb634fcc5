//! P-values by simulation.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::law::TIE;

/// How p-values are simulated.
///
/// ```text
/// p = (1 + #{i : S_i >= S}) / (N + 1)
/// ```
///
/// with the statistic S, and those `S_i` of N samples of the same length drawn under the null. The probability
/// of p <= α under the null is α at most, for any N, and α itself where ties do not occur and α (N + 1) is a
/// whole number. Ties count against nobody: they make the p-value greater, so that no lot decides between
/// rejection and none.
///
/// # Source
/// Dufour (2006), Monte Carlo tests with nuisance parameters, proposition 2.2 and section 2.
///
/// # Settings
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `simulations` | 999 | 0 or more | how many samples are drawn for each test; 0 leaves their p-values out |
/// | `seed` | 1 | | the same seed draws the same samples |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct MonteCarlo {
    /// How many samples are drawn for each test; 0 leaves their p-values out.
    pub simulations: usize,
    /// The same seed draws the same samples.
    pub seed: u64,
}

impl Default for MonteCarlo {
    fn default() -> Self {
        Self { simulations: 999, seed: 1 }
    }
}

impl MonteCarlo {
    /// The p-value of a statistic that rejects where it is great; `draw` gives one under the null.
    pub(super) fn p_value(&self, statistic: f64, mut draw: impl FnMut(&mut Random) -> f64) -> Option<f64> {
        let least = statistic - TIE * statistic.abs().max(1.0);
        let as_great =
            (0..self.simulations).filter(|&number| draw(&mut self.random(number)) >= least).count();
        (self.simulations > 0).then(|| (1 + as_great) as f64 / (1 + self.simulations) as f64)
    }

    /// The random numbers of one sample: they follow from the seed and its number alone.
    pub(super) fn random(&self, number: usize) -> Random {
        let number = (number as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Random(Xoshiro256PlusPlus::seed_from_u64(self.seed ^ number))
    }
}

/// Random numbers of one sample.
pub(super) struct Random(Xoshiro256PlusPlus);

impl Random {
    /// A number in [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// A number in (0, 1].
    pub(super) fn positive(&mut self) -> f64 {
        1.0 - self.uniform()
    }

    /// The cosine of a random angle.
    pub(super) fn cosine(&mut self) -> f64 {
        (std::f64::consts::TAU * self.uniform()).cos()
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0.random_range(0..bound)
    }

    /// Days on each of which there is a violation with the same probability.
    pub(super) fn hits(&mut self, probability: f64, hits: &mut [bool]) {
        hits.fill_with(|| self.uniform() < probability);
    }

    /// Puts the days in another order, each as likely as any other.
    pub(super) fn shuffle(&mut self, hits: &mut [bool]) {
        for last in (1..hits.len()).rev() {
            hits.swap(last, self.below(last + 1));
        }
    }
}
