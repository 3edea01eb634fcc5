//! The estimator of Zhang and Stephens.

use super::sample::Sample;

/// Points of the grid beyond the square root of the number of excesses.
const POINTS: usize = 20;

/// The greatest tilt of the grid: as in the sums of logarithms, eight factors of its size multiply without overflow.
const GREATEST: f64 = 1e30;

/// The shape and the scale, in units of the greatest excess, of a sample whose lower quartile is known.
///
/// With `τ = ξ/σ`, a grid from the prior on it, and the profile likelihood on the grid as weights:
///
/// ```text
/// τ_j = -1/x_max + (sqrt(m / (j - 1/2)) - 1) / (3 x_quartile)    τ = Σ τ_j L_j / Σ L_j    ξ = mean ln(1 + τ x)
/// ```
pub(super) fn quasi_bayesian(sample: &mut Sample, quartile: f64, grid: &mut Vec<(f64, f64)>) -> (f64, f64) {
    let count = sample.count();
    let points = POINTS + count.sqrt() as usize;
    grid.clear();
    grid.extend((0..points).map(|point| {
        let spread = (points as f64 / (point as f64 + 0.5)).sqrt() - 1.0;
        let tilt = (spread / (3.0 * quartile) - 1.0).min(GREATEST);
        let q = sample.mean_log(tilt);
        (tilt, -count * (q.ln() + tilt * q))
    }));
    let greatest = grid.iter().fold(f64::NEG_INFINITY, |greatest, point| greatest.max(point.1));
    let (mut weights, mut weighted) = (0.0, 0.0);
    for (tilt, value) in grid.iter() {
        let weight = (value - greatest).exp();
        weights += weight;
        weighted += weight * tilt;
    }
    let tilt = weighted / weights;
    let q = sample.mean_log(tilt);
    (tilt * q, q)
}

/// The place of the lower quartile among sorted excesses, from zero: `⌊n/4 + 1/2⌋` from one.
pub(super) fn quartile_place(count: usize) -> usize {
    ((count + 2) / 4).saturating_sub(1)
}
