//! Streams against the batch estimates of their windows.

mod decayed;
mod filtered;
mod properties;
mod refusals;
mod rolling;
#[cfg(feature = "serde")]
mod snapshot;

use po_core::Confidence;
use po_tail::TailRisk;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// Sums of some hundred losses, taken in another order, and ratios of weights after as many divisions.
const ROUNDING: f64 = 1e-13;

fn beta(level: f64) -> Confidence {
    Confidence::new(level).unwrap()
}

/// Returns with heavy tails, in random order.
fn returns(seed: u64, count: usize) -> Vec<f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut uniform = || ((random.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    (0..count)
        .map(|_| {
            let u = uniform();
            let logit = (u / (1.0 - u)).ln();
            0.005 * logit * (1.0 + 0.05 * logit * logit) + 0.0003
        })
        .collect()
}

/// The last returns up to the one at `end`.
fn last(returns: &[f64], end: usize, window: usize) -> &[f64] {
    &returns[(end + 1).saturating_sub(window)..=end]
}

/// The same observation as value at risk, and the same mean but for rounding in units of the greatest loss or gain.
fn near(a: TailRisk, b: TailRisk, window: &[f64]) -> bool {
    let greatest = window.iter().fold(0.0_f64, |greatest, value| greatest.max(value.abs()));
    a.var.to_bits() == b.var.to_bits() && (a.cvar - b.cvar).abs() <= ROUNDING * greatest
}

fn bits(risk: TailRisk) -> [u64; 2] {
    [risk.var.to_bits(), risk.cvar.to_bits()]
}
