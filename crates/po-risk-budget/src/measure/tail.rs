//! The worst of some values, each with the weight that it has in their mean.

/// Memory of [`tail_weights`].
#[derive(Clone, Debug, Default)]
pub(crate) struct TailScratch {
    /// A copy of the values, which finding the quantile puts in another order.
    values: Vec<f64>,
}

/// Weights of at most `1 / (T tail)` that sum to one and stand on the greatest values.
///
/// Of values that are equal at the edge of the tail, each gets the same part: the one choice that does not
/// depend on their order.
pub(crate) fn tail_weights(values: &[f64], tail: f64, scratch: &mut TailScratch, weights: &mut [f64]) {
    let count = values.len();
    let greatest = 1.0 / (count as f64 * tail);
    // The edge stands where the weights of those above it no longer add up to one.
    let edge = ((count as f64 * tail).ceil() as usize).clamp(1, count) - 1;
    scratch.values.clear();
    scratch.values.extend_from_slice(values);
    let (_, &mut edge, _) = scratch.values.select_nth_unstable_by(edge, |a, b| b.total_cmp(a));
    let above = values.iter().filter(|value| **value > edge).count();
    #[expect(clippy::float_cmp, reason = "the edge is one of the values")]
    let at = values.iter().filter(|value| **value == edge).count();
    let shared = ((1.0 - above as f64 * greatest) / at as f64).max(0.0);
    for (weight, &value) in weights.iter_mut().zip(values) {
        *weight = if value > edge {
            greatest
        } else if value < edge {
            0.0
        } else {
            shared
        };
    }
}
