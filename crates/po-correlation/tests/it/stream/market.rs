//! Simulated returns, and what tests look at.

use po_core::linalg::SymmetricEigen;
use po_core::{Covariance, StreamingEstimator};

/// Uniform numbers in (0, 1) from a 64-bit linear congruential generator (Knuth's MMIX constants).
pub(super) struct Draws(u64);

impl Draws {
    pub(super) fn new(seed: u64) -> Self {
        let mut draws = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        (0..8).for_each(|_| _ = draws.uniform());
        draws
    }

    pub(super) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// A standard normal number, by Box and Muller.
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// One bar of assets that share a factor: every pair has correlation `rho`, every asset volatility 1 %.
    pub(super) fn bar(&mut self, assets: usize, rho: f64) -> Vec<f64> {
        let common = self.normal();
        (0..assets).map(|_| 0.01 * (rho.sqrt() * common + (1.0 - rho).sqrt() * self.normal())).collect()
    }
}

/// Bars with volatilities that differ by asset and over time.
pub(super) fn bars(seed: u64, count: usize, assets: usize) -> Vec<Vec<f64>> {
    let mut draws = Draws::new(seed);
    let mut bar = |time: usize| {
        let turbulence = 1.0 + 0.8 * (time as f64 * 0.07).sin();
        let returns = draws.bar(assets, 0.4).into_iter().enumerate();
        returns.map(|(asset, value)| value * turbulence * (0.5 + 0.1 * asset as f64)).collect()
    };
    (0..count).map(&mut bar).collect()
}

/// The same bars, of which a share is missing.
pub(super) fn with_holes(seed: u64, mut bars: Vec<Vec<f64>>, share: f64) -> Vec<Vec<f64>> {
    let mut draws = Draws::new(seed ^ 0x5555);
    for value in bars.iter_mut().skip(1).flatten() {
        *value = if draws.uniform() < share { f64::NAN } else { *value };
    }
    bars
}

pub(super) fn run<E: StreamingEstimator>(mut estimator: E, bars: &[Vec<f64>]) -> E {
    bars.iter().for_each(|bar| estimator.update(bar).unwrap());
    estimator
}

pub(super) fn covariance_of(estimator: &impl StreamingEstimator) -> Covariance {
    let mut covariance = Covariance::default();
    estimator.covariance_into(&mut covariance).unwrap();
    covariance
}

pub(super) fn bits(covariance: &Covariance) -> Vec<u64> {
    covariance.as_slice().iter().map(|entry| entry.to_bits()).collect()
}

/// The largest difference of two matrices, in units of the largest entry of the second.
pub(super) fn distance(actual: &Covariance, expected: &[f64]) -> f64 {
    assert_eq!(actual.as_slice().len(), expected.len());
    let largest = expected.iter().fold(0.0, |largest: f64, entry| largest.max(entry.abs()));
    let pairs = actual.as_slice().iter().zip(expected);
    pairs.fold(0.0, |worst: f64, (actual, expected)| worst.max((actual - expected).abs())) / largest
}

/// The least eigenvalue of the matrix whose rows and columns are divided by the volatilities.
pub(super) fn least_eigenvalue(covariance: &Covariance) -> f64 {
    let correlation = covariance.correlation().unwrap();
    SymmetricEigen::new(correlation.as_view()).unwrap().values().iter().copied().fold(f64::MAX, f64::min)
}
