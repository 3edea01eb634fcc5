//! Random numbers: uniform, normal and chi-squared, from a seed and the number of a scenario.

use po_core::normal;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The random numbers of one scenario.
#[derive(Clone, Debug)]
pub(crate) struct Random(Xoshiro256PlusPlus);

impl Random {
    /// The numbers that belong to a scenario, whichever were drawn before.
    pub(crate) fn of(seed: u64, scenario: usize) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(mixed(seed ^ mixed(scenario as u64))))
    }

    /// A number in (0, 1), never at its ends.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// A whole number below a bound: the high half of a product (Lemire 2019), unfair by less than bound / 2^64.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.0.next_u64()) * bound as u128) >> 64) as usize
    }

    /// A standard normal number.
    pub(crate) fn normal(&mut self) -> f64 {
        normal::quantile(self.uniform())
    }

    /// A chi-squared number, by Marsaglia and Tsang, A simple method for generating gamma variables (2000).
    pub(crate) fn chi_squared(&mut self, degrees: f64) -> f64 {
        let shape = 0.5 * degrees;
        // Below one, a gamma variable of one more is scaled by a power of a uniform number.
        let boost = if shape < 1.0 { self.uniform().powf(1.0 / shape) } else { 1.0 };
        let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let cube = (1.0 + c * x).powi(3);
            if cube > 0.0 && self.uniform().ln() < 0.5 * x * x + d * (1.0 - cube + cube.ln()) {
                return 2.0 * boost * d * cube;
            }
        }
    }
}

fn mixed(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn chi_squared_numbers_have_their_moments() {
        const DRAWS: usize = 200_000;
        for degrees in [1.0, 3.5, 30.0] {
            let draws = (0..DRAWS).map(|draw| Random::of(5, draw).chi_squared(degrees)).collect::<Vec<_>>();
            let mean = draws.iter().sum::<f64>() / DRAWS as f64;
            let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / DRAWS as f64;
            // Five standard errors of a mean; a variance has heavier ones.
            assert!((mean - degrees).abs() < 5.0 * (2.0 * degrees / DRAWS as f64).sqrt());
            assert!((variance / (2.0 * degrees) - 1.0).abs() < 0.05);
        }
    }
}
