//! Seeded random problems: a size and a seed stand for all numbers, so that a failing case is one line.

use po_core::Covariance;
#[cfg(feature = "linalg")]
use po_core::Returns;
use po_core::nalgebra::DMatrix;
use proptest::test_runner::{Config, RngSeed};

/// Property tests see the same cases on every run; a case that failed once is kept and tried first.
pub(crate) fn config(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(1952), ..Config::default() }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and the same on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A standard normal number (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    pub(crate) fn normals(&mut self, length: usize) -> Vec<f64> {
        (0..length).map(|_| self.normal()).collect()
    }

    pub(crate) fn matrix(&mut self, rows: usize, cols: usize) -> DMatrix<f64> {
        DMatrix::from_fn(rows, cols, |_, _| self.normal())
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

/// Daily returns of about one per cent that share a market.
#[cfg(feature = "linalg")]
pub(crate) fn returns(observations: usize, assets: usize, seed: u64) -> Returns {
    let mut random = Random::new(seed);
    let market = random.normals(observations);
    let own = random.matrix(observations, assets);
    Returns::new(DMatrix::from_fn(observations, assets, |t, i| 0.01 * (0.7 * market[t] + own[(t, i)])))
        .unwrap()
}

/// `B B' + D`: positive definite, with volatilities from one to four per cent.
pub(crate) fn covariance(assets: usize, seed: u64) -> Covariance {
    let mut random = Random::new(seed);
    let loadings = random.matrix(assets, 3);
    let mut matrix = &loadings * loadings.transpose();
    for asset in 0..assets {
        matrix[(asset, asset)] += 0.2 + random.uniform();
    }
    let volatilities: Vec<f64> = (0..assets).map(|_| 0.01 + 0.03 * random.uniform()).collect();
    Covariance::new(DMatrix::from_fn(assets, assets, |row, col| {
        matrix[(row, col)] * (volatilities[row] * volatilities[col])
    }))
    .unwrap()
}

/// A square matrix with rows and columns in another order.
pub(crate) fn permuted(covariance: &Covariance, order: &[usize]) -> Covariance {
    let view = covariance.as_view();
    Covariance::new(DMatrix::from_fn(order.len(), order.len(), |row, col| view[(order[row], order[col])]))
        .unwrap()
}
