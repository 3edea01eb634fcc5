//! Quantiles of the normal distribution.

use po_core::Confidence;
use statrs::function::erf::erfc_inv;

/// `z` with `P(|Z| <= z)` equal to the coverage.
pub(super) fn two_sided(coverage: Confidence) -> f64 {
    std::f64::consts::SQRT_2 * erfc_inv(coverage.tail())
}
