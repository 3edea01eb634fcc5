//! Back-tests of value at risk and expected shortfall.

mod enumerated;
mod golden;
mod printed;
mod properties;
mod refusals;
mod report;
mod size;
mod walk_forward;

use po_core::Confidence;
use po_tail::{MonteCarlo, Violations};

fn confidence(level: f64) -> Confidence {
    Confidence::new(level).unwrap()
}

/// No simulated p-values.
const NONE: MonteCarlo = MonteCarlo { simulations: 0, seed: 1 };

/// Violations on the days whose bit is set.
fn bits(days: usize, bits: u32) -> Violations {
    Violations::new((0..days).map(|day| bits >> day & 1 == 1).collect()).unwrap()
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    let scale = expected.abs().max(1.0);
    assert!((found - expected).abs() <= tolerance * scale, "{found} {expected}");
}

/// Random numbers of the tests: `SplitMix64`.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Box and Muller (1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}
