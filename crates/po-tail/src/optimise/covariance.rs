//! The covariance of scenarios under their probabilities.

use po_core::simd::dot;
use po_core::{Covariance, InputError, Returns};

/// `Σ_t p_t (r_t - m)(r_t - m)'` with `m = Σ_t p_t r_t`.
pub(super) fn covariance(returns: &Returns, probabilities: &[f64]) -> Result<Covariance, InputError> {
    let assets = returns.assets();
    let centred = |asset: usize| -> Vec<f64> {
        let column = returns.column(asset);
        let mean = dot(probabilities, column);
        column.iter().map(|value| value - mean).collect()
    };
    let columns: Vec<Vec<f64>> = (0..assets).map(centred).collect();
    let mut entries = vec![0.0; assets * assets];
    let mut weighted = vec![0.0; returns.observations()];
    for first in 0..assets {
        for ((own, p), value) in weighted.iter_mut().zip(probabilities).zip(&columns[first]) {
            *own = p * value;
        }
        for second in first..assets {
            let entry = dot(&weighted, &columns[second]);
            entries[first * assets + second] = entry;
            entries[second * assets + first] = entry;
        }
    }
    Covariance::from_column_slice(assets, &entries)
}
