//! Seeded random samples.

use po_core::Returns;
use proptest::test_runner::{Config, RngSeed};

/// Property tests see the same cases on every run.
pub(crate) fn config(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(2004), ..Config::default() }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and the same on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A standard normal number (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// The numbers below `len`, shuffled (Fisher and Yates).
    pub(crate) fn permutation(&mut self, len: usize) -> Vec<usize> {
        let mut permutation: Vec<usize> = (0..len).collect();
        for last in (1..len).rev() {
            permutation.swap(last, (self.uniform() * (last + 1) as f64) as usize);
        }
        permutation
    }
}

/// Returns with one factor, volatilities from one to four per cent, asset by asset.
pub(crate) fn factor_returns(observations: usize, assets: usize, seed: u64) -> Vec<f64> {
    let random = &mut Random::new(seed);
    let market: Vec<f64> = (0..observations).map(|_| random.normal()).collect();
    (0..assets)
        .flat_map(|_| {
            let (beta, own, size) =
                (0.2 + random.uniform(), 0.3 + random.uniform(), 0.01 + 0.03 * random.uniform());
            market.iter().map(|market| size * (beta * market + own * random.normal())).collect::<Vec<_>>()
        })
        .collect()
}

pub(crate) fn returns(observations: usize, assets: usize, entries: &[f64]) -> Returns {
    Returns::from_column_slice(observations, assets, entries).unwrap()
}
