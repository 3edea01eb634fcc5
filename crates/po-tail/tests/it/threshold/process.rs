//! Series with known tails and clusters, from seeds.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Numbers in (0, 1).
pub(super) fn uniform(count: usize, seed: u64) -> Vec<f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    (0..count).map(|_| 1.0 - random.random::<f64>()).map(|u| u.min(1.0 - 1e-16)).collect()
}

/// Independent losses of Pareto's distribution with this tail index.
pub(super) fn pareto(count: usize, shape: f64, seed: u64) -> Vec<f64> {
    uniform(count, seed).into_iter().map(|u| u.powf(-shape)).collect()
}

/// The max-autoregressive series `x_t = max((1-θ) x_{t-1}, θ z_t)` with Fréchet shocks, whose extremal index is `θ`.
pub(super) fn max_autoregressive(count: usize, index: f64, seed: u64) -> Vec<f64> {
    let shocks = uniform(count, seed).into_iter().map(|u| -1.0 / u.ln());
    let mut last = 1.0;
    let step = |shock: f64| {
        last = ((1.0 - index) * last).max(index * shock);
        last
    };
    shocks.map(step).collect()
}
