//! Moments about the mean, and below a threshold.

use super::kernel::{mean, total};

/// `1/(T-1) Σ (r_t - r̄)²`.
pub(super) fn variance(returns: &[f64]) -> f64 {
    let mean = mean(returns);
    total(returns, |value| (value - mean) * (value - mean)) / (returns.len() - 1) as f64
}

/// `1/(T-1) Σ (r̄ - r_t)₊²`.
pub(super) fn semi_variance(returns: &[f64]) -> f64 {
    let mean = mean(returns);
    let term = |value| {
        let shortfall = positive(mean - value);
        shortfall * shortfall
    };
    total(returns, term) / (returns.len() - 1) as f64
}

/// `1/T Σ |r_t - r̄|`.
pub(super) fn mean_absolute_deviation(returns: &[f64]) -> f64 {
    let mean = mean(returns);
    total(returns, |value| (value - mean).abs()) / returns.len() as f64
}

/// `1/T Σ (r_t - r̄)⁴`.
pub(super) fn fourth_moment(returns: &[f64]) -> f64 {
    let mean = mean(returns);
    total(returns, |value| fourth_power(value - mean)) / returns.len() as f64
}

/// `1/T Σ (r̄ - r_t)₊⁴`.
pub(super) fn fourth_semi_moment(returns: &[f64]) -> f64 {
    let mean = mean(returns);
    total(returns, |value| fourth_power(positive(mean - value))) / returns.len() as f64
}

/// `1/T Σ (τ - r_t)₊`.
pub(super) fn first_lower_partial_moment(returns: &[f64], threshold: f64) -> f64 {
    total(returns, |value| positive(threshold - value)) / returns.len() as f64
}

/// `1/T Σ (τ - r_t)₊²`.
pub(super) fn second_lower_partial_moment(returns: &[f64], threshold: f64) -> f64 {
    let term = |value| {
        let shortfall = positive(threshold - value);
        shortfall * shortfall
    };
    total(returns, term) / returns.len() as f64
}

fn positive(value: f64) -> f64 {
    if value > 0.0 { value } else { 0.0 }
}

fn fourth_power(value: f64) -> f64 {
    let square = value * value;
    square * square
}
