//! Seeded random problems: a size and a seed stand for all numbers, so that a failing case is one line.

use po_core::Covariance;
use po_core::nalgebra::DMatrix;
use proptest::test_runner::{Config, RngSeed};

/// Property tests see the same cases on every run; a case that failed once is kept and tried first.
pub(crate) fn config(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(2016), ..Config::default() }
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

    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// An index below `len`.
    pub(crate) fn below(&mut self, len: usize) -> usize {
        (self.uniform() * len as f64) as usize
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
            permutation.swap(last, self.below(last + 1));
        }
        permutation
    }

    /// Positive numbers that sum to one, some of them tiny.
    pub(crate) fn portfolio(&mut self, assets: usize) -> Vec<f64> {
        let parts: Vec<f64> = (0..assets).map(|_| self.uniform().powi(3) + 1e-4).collect();
        let sum: f64 = parts.iter().sum();
        parts.iter().map(|part| part / sum).collect()
    }
}

pub(crate) fn covariance(matrix: DMatrix<f64>) -> Covariance {
    Covariance::new(matrix).unwrap()
}

/// `B B' + D` with three factors and volatilities from one to four per cent.
pub(crate) fn factor_covariance(assets: usize, seed: u64) -> Covariance {
    let mut random = Random::new(seed);
    let loadings = DMatrix::from_fn(assets, 3, |_, _| random.normal());
    let own: Vec<f64> = (0..assets).map(|_| random.between(0.2, 2.0)).collect();
    let volatilities: Vec<f64> = (0..assets).map(|_| random.between(0.01, 0.04)).collect();
    let mut matrix = &loadings * loadings.transpose();
    for (asset, own) in own.iter().enumerate() {
        matrix[(asset, asset)] += own;
    }
    covariance(DMatrix::from_fn(assets, assets, |row, col| {
        matrix[(row, col)] * volatilities[row] * volatilities[col]
    }))
}

/// The correlations of a factor model with variances of all sizes that can be computed with.
pub(crate) fn mixed_covariance(assets: usize, seed: u64) -> Covariance {
    let correlation = factor_covariance(assets, seed).correlation().unwrap();
    let mut random = Random::new(seed);
    let deviations: Vec<f64> = (0..assets).map(|_| 10.0_f64.powf(random.between(-74.9, 74.9))).collect();
    covariance(DMatrix::from_fn(assets, assets, |row, col| {
        correlation.as_view()[(row, col)] * (deviations[row] * deviations[col])
    }))
}

/// The sample covariance of so many normal observations: singular when there are no more of them than assets.
pub(crate) fn sample_covariance(assets: usize, observations: usize, seed: u64) -> Covariance {
    let mut random = Random::new(seed);
    let market: Vec<f64> = (0..observations).map(|_| random.normal()).collect();
    let betas: Vec<f64> = (0..assets).map(|_| random.between(0.1, 1.5)).collect();
    let mut returns =
        DMatrix::from_fn(observations, assets, |time, asset| betas[asset] * market[time] + random.normal());
    for mut column in returns.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    covariance(returns.transpose() * &returns / (observations as f64 - 1.0))
}

/// The covariance with its assets renumbered: asset `i` of the result is asset `permutation[i]` of the input.
pub(crate) fn permuted(covariance: &Covariance, permutation: &[usize]) -> Covariance {
    let matrix = covariance.as_view();
    self::covariance(DMatrix::from_fn(permutation.len(), permutation.len(), |row, col| {
        matrix[(permutation[row], permutation[col])]
    }))
}

/// Distances without ties, not those of any points: the upper triangle, row by row.
pub(crate) fn distances(items: usize, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    (0..items * (items - 1) / 2).map(|_| random.between(0.01, 1.0)).collect()
}

/// The Euclidean distances between points: the upper triangle, row by row.
pub(crate) fn distances_of_points(points: &[[f64; 3]]) -> Vec<f64> {
    let pairs = (0..points.len()).flat_map(|row| (row + 1..points.len()).map(move |col| (row, col)));
    pairs
        .map(|(row, col)| {
            let squares = points[row].iter().zip(points[col]).map(|(a, b)| (a - b) * (a - b));
            squares.sum::<f64>().sqrt()
        })
        .collect()
}

/// A full matrix from its upper triangle.
pub(crate) fn full(items: usize, condensed: &[f64]) -> DMatrix<f64> {
    let mut matrix = DMatrix::zeros(items, items);
    let pairs = (0..items).flat_map(|row| (row + 1..items).map(move |col| (row, col)));
    for ((row, col), &distance) in pairs.zip(condensed) {
        matrix[(row, col)] = distance;
        matrix[(col, row)] = distance;
    }
    matrix
}
