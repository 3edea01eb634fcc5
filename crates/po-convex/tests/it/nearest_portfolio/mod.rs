//! The portfolio nearest to a target.

mod closed_forms;
mod golden;
mod properties;
mod refusals;

use po_convex::{NearestAllocation, NearestParams, NearestPortfolio, Nearness};
use po_core::{Allocator, Covariance, Status, Weights};

/// What rounding may leave of a proof, in units of one and the objective.
pub(super) const PROVEN: f64 = 1e-10;

/// Closed forms are met to the rounding of a few sums.
pub(super) const CLOSED: f64 = 1e-14;

pub(super) fn nearest(params: NearestParams, target: &[f64]) -> NearestAllocation {
    let target = Weights::new(target.to_vec()).unwrap();
    let allocation = NearestPortfolio::new(params).unwrap().allocate((&target).into()).unwrap();
    assert_proven(&allocation);
    allocation
}

pub(super) fn nearest_under(
    params: NearestParams,
    target: &[f64],
    covariance: &Covariance,
) -> NearestAllocation {
    let target = Weights::new(target.to_vec()).unwrap();
    let allocation = NearestPortfolio::new(params).unwrap().allocate((&target, covariance).into()).unwrap();
    assert_proven(&allocation);
    allocation
}

pub(super) fn with(nearness: Nearness) -> NearestParams {
    NearestParams { nearness, ..NearestParams::default() }
}

pub(super) fn assert_proven(allocation: &NearestAllocation) {
    assert_eq!(allocation.solution.status, Status::Converged);
    let certificate = allocation.solution.certificate;
    let unit = 1.0 + allocation.objective.abs();
    for number in [
        certificate.gap.abs(),
        certificate.primal_residual,
        certificate.dual_residual,
        certificate.complementarity,
    ] {
        assert!(number <= PROVEN * unit, "{certificate:?}");
    }
}

pub(super) fn assert_near(actual: &[f64], expected: &[f64], tolerance: f64) {
    let near = |(actual, expected): (&f64, &f64)| (actual - expected).abs() <= tolerance;
    let all = actual.len() == expected.len() && actual.iter().zip(expected).all(near);
    assert!(all, "{actual:?}, expected {expected:?}");
}
