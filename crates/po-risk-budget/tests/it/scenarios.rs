//! Seeded random scenarios: two sizes and a seed stand for all numbers, so that a failing case is one line.

use po_core::nalgebra::DMatrix;
use po_core::{Budget, Confidence, Covariance, Returns, Weights};
use po_risk_budget::RiskMeasure;
use proptest::test_runner::{Config, RngSeed};

/// Property tests see the same cases on every run.
pub(crate) fn cases(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(2010), ..Config::default() }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and the same on every machine.
pub(crate) struct Dice(u64);

impl Dice {
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

    /// Positive numbers that sum to one, some of them small.
    pub(crate) fn shares(&mut self, len: usize) -> Vec<f64> {
        let parts: Vec<f64> = (0..len).map(|_| self.uniform().powi(2) + 1e-2).collect();
        let sum: f64 = parts.iter().sum();
        parts.iter().map(|part| part / sum).collect()
    }
}

/// Returns of assets with a common factor, with fat tails that come to all at once.
pub(crate) fn returns(observations: usize, assets: usize, seed: u64) -> Returns {
    let mut dice = Dice::new(seed);
    let betas: Vec<f64> = (0..assets).map(|_| 0.2 + 1.3 * dice.uniform()).collect();
    let sizes: Vec<f64> = (0..assets).map(|_| 0.004 + 0.02 * dice.uniform()).collect();
    let mut matrix = DMatrix::zeros(observations, assets);
    for time in 0..observations {
        let wild = if dice.uniform() < 0.05 { 3.0 } else { 1.0 };
        let market = dice.normal() * wild;
        for asset in 0..assets {
            matrix[(time, asset)] = sizes[asset] * (betas[asset] * market + wild * dice.normal());
        }
    }
    Returns::new(matrix).unwrap()
}

/// The returns with each entry replaced.
pub(crate) fn mapped(returns: &Returns, entry: impl Fn(usize, usize, f64) -> f64) -> Returns {
    let view = returns.as_view();
    let (rows, cols) = view.shape();
    Returns::new(DMatrix::from_fn(rows, cols, |row, col| entry(row, col, view[(row, col)]))).unwrap()
}

/// Scenario `i` of the result is scenario `rows[i]`, and asset `j` is asset `cols[j]`.
pub(crate) fn selected(returns: &Returns, rows: &[usize], cols: &[usize]) -> Returns {
    let view = returns.as_view();
    let pick = |row: usize, col: usize| view[(rows[row], cols[col])];
    Returns::new(DMatrix::from_fn(rows.len(), cols.len(), pick)).unwrap()
}

/// The covariance with asset `order[i]` in place `i`.
pub(crate) fn renumbered(covariance: &Covariance, order: &[usize]) -> Covariance {
    let places = order.iter().flat_map(|&col| order.iter().map(move |&row| (row, col)));
    let entries: Vec<f64> = places.map(|place| covariance.as_view()[place]).collect();
    Covariance::from_column_slice(order.len(), &entries).unwrap()
}

pub(crate) fn weights(weights: &[f64]) -> Weights {
    Weights::new(weights.to_vec()).unwrap()
}

pub(crate) fn budget(shares: &[f64]) -> Budget {
    Budget::new(shares.to_vec()).unwrap()
}

/// All measures at one confidence.
pub(crate) fn measures(level: f64) -> [RiskMeasure; 5] {
    let confidence = Confidence::new(level).unwrap();
    [
        RiskMeasure::Cvar { confidence },
        RiskMeasure::Cdar { confidence },
        RiskMeasure::Mad,
        RiskMeasure::SemiDeviation,
        RiskMeasure::Evar { confidence },
    ]
}

/// Whether two lists agree entry by entry.
#[track_caller]
pub(crate) fn assert_close(actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len());
    for (place, (a, e)) in actual.iter().zip(expected).enumerate() {
        assert!((a - e).abs() <= tolerance, "place {place}: {a} and {e} differ by {:e}", a - e);
    }
}
