//! What is measured from a sample put in order: quantiles, means of the worst, Gini's measures.

use super::kernel::total;

/// The value of a rank, of which the greatest value has rank zero; those above it are put before it.
pub(super) fn of_rank(sample: &mut [f64], rank: usize) -> (&mut [f64], f64) {
    let (above, &mut value, _) = sample.select_nth_unstable_by(rank, |a, b| b.total_cmp(a));
    (above, value)
}

/// The mean of the `tail` greatest values, of which the last counts in part; of the greatest one where `tail` is less
/// than one.
pub(super) fn tail_mean(sample: &mut [f64], tail: f64) -> f64 {
    let (above, edge) = of_rank(sample, last_rank(sample.len(), tail));
    edge + total(above, |value| value - edge) / tail.max(1.0)
}

/// The mean of the `tail` greatest values, where of the mass of the tail each is weighted by how much of it is less
/// extreme.
///
/// ```text
/// Σ_k l_(k) ((m-k+1)² - (m-k)₊²) / m²     m = tail
/// ```
pub(super) fn tail_gini(sample: &mut [f64], tail: f64) -> f64 {
    let tail = tail.max(1.0);
    let (above, edge) = of_rank(sample, last_rank(sample.len(), tail));
    above.sort_unstable_by(|a, b| b.total_cmp(a));
    // What is left of the tail before and after each value; (m-k+1)² - (m-k)² is their sum where both are positive.
    let mut left = tail;
    let mut sum = 0.0;
    for &mut value in above {
        sum += (value - edge) * (left + (left - 1.0));
        left -= 1.0;
    }
    edge + sum / (tail * tail)
}

/// The mean distance of two observations.
///
/// ```text
/// 2/(T(T-1)) Σ_{s<t} |r_s - r_t|
/// ```
pub(super) fn gini_mean_difference(sample: &mut [f64]) -> f64 {
    sample.sort_unstable_by(f64::total_cmp);
    let pairs = sample.len() as f64 * (sample.len() - 1) as f64;
    // The gap between the k-th value from below and the k-th from above counts T+1-2k times.
    let (lower, upper) = sample.split_at(sample.len() / 2);
    let mut times = (sample.len() - 1) as f64;
    let mut sum = 0.0;
    for (lower, upper) in lower.iter().zip(upper.iter().rev()) {
        sum += times * (upper - lower);
        times -= 2.0;
    }
    2.0 * sum / pairs
}

/// The rank of the last value that is in the tail, with all of it or a part.
fn last_rank(observations: usize, tail: f64) -> usize {
    (tail.ceil() as usize).clamp(1, observations) - 1
}
