//! Inputs that the benches share.

use po_core::Covariance;

/// Factors of the simulated market: one moves all assets, the others a few each.
const FACTORS: usize = 12;

/// The covariance of a simulated market of `assets` assets: a market factor, sectors, and specific risk.
///
/// # Panics
/// Never for one asset or more: the matrix is symmetric and finite by construction.
#[must_use]
#[expect(clippy::expect_used, reason = "the matrix is sound by construction")]
pub fn covariance(assets: usize) -> Covariance {
    let mut uniform = uniforms(20_260_101);
    let specific: Vec<f64> = (0..assets).map(|_| 0.008 + 0.02 * uniform()).collect();
    let loadings: Vec<[f64; FACTORS]> = (0..assets)
        .map(|_| {
            let mut loadings = [0.0; FACTORS];
            loadings.iter_mut().for_each(|loading| *loading = 0.001 * (uniform() - 0.5));
            loadings[0] = 0.004 + 0.008 * uniform();
            loadings[1 + (uniform() * (FACTORS - 1) as f64) as usize] += 0.004 + 0.01 * uniform();
            loadings
        })
        .collect();
    let mut entries = vec![0.0; assets * assets];
    for row in 0..assets {
        for col in 0..=row {
            let common: f64 = loadings[row].iter().zip(&loadings[col]).map(|(a, b)| a * b).sum();
            let own = if row == col { specific[row] * specific[row] } else { 0.0 };
            entries[row * assets + col] = common + own;
            entries[col * assets + row] = common + own;
        }
    }
    Covariance::from_column_slice(assets, &entries).expect("symmetric and finite")
}

/// Correlation distances, the upper triangle row by row.
#[must_use]
pub fn condensed_distances(covariance: &Covariance) -> Vec<f64> {
    let deviation = covariance.volatilities();
    let assets = covariance.len();
    let mut distances = Vec::with_capacity(assets * (assets - 1) / 2);
    for row in 0..assets {
        for (col, entry) in covariance.column(row).iter().enumerate().skip(row + 1) {
            let correlation = entry / (deviation[row] * deviation[col]);
            distances.push(((1.0 - correlation) / 2.0).max(0.0).sqrt());
        }
    }
    distances
}

/// Uniform numbers in [0, 1) from a 64-bit linear congruential generator (Knuth's MMIX constants).
fn uniforms(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}
