//! Estimates by moments, plain and probability-weighted.

use po_core::simd::sum;

/// A shape, a scale, and their asymptotic covariance where there is one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    pub(super) shape: f64,
    pub(super) scale: f64,
    pub(super) covariance: Option<[[f64; 2]; 2]>,
}

/// The plotting position of Hosking and Wallis (1987), `(i - 0.35) / n`.
const POSITION: f64 = 0.35;

/// Probability-weighted moments of a sorted sample (Hosking and Wallis 1987, section 3).
pub(super) fn probability_weighted(sorted: &[f64]) -> Estimate {
    let count = sorted.len() as f64;
    let mean = sum(sorted) / count;
    let weight = |place: usize| 1.0 - ((place + 1) as f64 - POSITION) / count;
    let weighted = sorted.iter().enumerate().map(|(place, value)| weight(place) * value).sum::<f64>() / count;
    let difference = mean - 2.0 * weighted;
    let (shape, scale) = (2.0 - mean / difference, 2.0 * mean * weighted / difference);

    let (z, square) = (shape, shape * shape);
    let cube = z * square;
    let denominator = count * (1.0 - 2.0 * z) * (3.0 - 2.0 * z);
    let shapes = (1.0 - z) * (1.0 - z + 2.0 * square) * (2.0 - z) * (2.0 - z);
    let both = scale * (2.0 - z) * (2.0 - 6.0 * z + 7.0 * square - 2.0 * cube);
    let scales = scale * scale * (7.0 - 18.0 * z + 11.0 * square - 2.0 * cube);
    let covariance = [[shapes, both], [both, scales]].map(|row| row.map(|entry| entry / denominator));
    Estimate { shape, scale, covariance: (shape < 0.5).then_some(covariance) }
}

/// Mean and variance (Hosking and Wallis 1987, section 2).
pub(super) fn moments(values: &[f64]) -> Estimate {
    let count = values.len() as f64;
    let mean = sum(values) / count;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
    let ratio = mean * mean / variance;
    let (shape, scale) = (0.5 * (1.0 - ratio), 0.5 * mean * (1.0 + ratio));

    let (z, square) = (shape, shape * shape);
    let factor = (1.0 - z) * (1.0 - z) / (count * (1.0 - 2.0 * z) * (1.0 - 3.0 * z) * (1.0 - 4.0 * z));
    let shapes = (1.0 - 2.0 * z) * (1.0 - 2.0 * z) * (1.0 - z + 6.0 * square);
    let both = -scale * (1.0 - 2.0 * z) * (1.0 - 4.0 * z + 12.0 * square);
    let scales = 2.0 * scale * scale * (1.0 - 6.0 * z + 12.0 * square);
    let covariance = [[shapes, both], [both, scales]].map(|row| row.map(|entry| entry * factor));
    Estimate { shape, scale, covariance: (shape < 0.25).then_some(covariance) }
}
