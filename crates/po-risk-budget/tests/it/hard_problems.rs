//! Hedges, limits, rounding, large and extreme problems, and matrices that are nothing.

use po_convex::Risk;
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Covariance, Status};
use po_risk_budget::{Algorithm, Error, RiskBudgetAllocation, RiskBudgetParams, RiskBudgeting};

use crate::covariances::{budget, covariance, factor_covariance, hedged_covariance, normalised};
use crate::scenarios::Dice;

/// The default tolerance.
const TOLERANCE: f64 = 1e-10;

fn precise() -> RiskBudgetParams {
    RiskBudgetParams { tolerance: 1e-13, ..RiskBudgetParams::default() }
}

fn allocate<'a>(params: &RiskBudgetParams, risk: impl Into<Risk<'a>>) -> RiskBudgetAllocation {
    RiskBudgeting::new(params.clone()).unwrap().allocate(risk.into()).unwrap()
}

fn close(actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len());
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert!((actual - expected).abs() <= tolerance, "{index}: {actual} is not {expected}");
    }
}

/// Where assets hedge each other, coordinate descent crawls; the automatic choice sees that and turns to Newton.
#[test]
fn hedges_are_left_to_newton() {
    for correlation in [0.9, 0.99, 0.999_9] {
        let covariance = hedged_covariance(60, correlation);
        let run = |algorithm| {
            let budget = Some(budget(60, 8));
            let limit = RiskBudgetParams { iteration_limit: 200, ..RiskBudgetParams::default() };
            allocate(&RiskBudgetParams { budget, algorithm, ..limit }, &covariance).solution
        };
        let (automatic, newton) = (run(Algorithm::Automatic), run(Algorithm::Newton));
        assert_eq!((automatic.status, newton.status), (Status::Converged, Status::Converged));
        assert!(automatic.iterations < 60 && newton.iterations < 30);
        let descent = run(Algorithm::CoordinateDescent);
        assert!(descent.iterations > automatic.iterations);
        // The residual is told whether or not it is small.
        assert_eq!(descent.status == Status::Converged, descent.certificate.dual_residual <= TOLERANCE);
    }
}

#[test]
fn the_iteration_limit_is_kept_and_told() {
    let covariance = covariance(30, 4);
    for &algorithm in Algorithm::ALL {
        for iteration_limit in [1, 2] {
            let params = RiskBudgetParams {
                algorithm,
                iteration_limit,
                tolerance: 1e-14,
                ..RiskBudgetParams::default()
            };
            let solution = allocate(&params, &covariance).solution;
            assert_eq!((solution.status, solution.iterations), (Status::IterationLimit, iteration_limit));
            assert!(solution.certificate.dual_residual > 1e-14 && solution.certificate.gap > 0.0);
        }
    }
}

/// Rounding keeps shares of an all but perfect hedge from any budget by more than the tolerance.
#[test]
fn rounding_that_is_in_the_way_is_told() {
    let mut matrix = hedged_covariance(10, 1.0).into_inner();
    matrix.iter_mut().step_by(11).for_each(|variance| *variance *= 1.0 + 1e-11);
    let covariance = Covariance::new(matrix).unwrap();
    let budget = Some(budget(10, 5));
    for &algorithm in &[Algorithm::Automatic, Algorithm::Newton] {
        let params = RiskBudgetParams { budget: budget.clone(), algorithm, ..RiskBudgetParams::default() };
        let solution = allocate(&params, &covariance).solution;
        assert_eq!(solution.status, Status::Stalled);
        assert!((TOLERANCE..1e-2).contains(&solution.certificate.dual_residual));
    }
}

/// A tolerance below rounding is not met, and what rounding leaves is told.
#[test]
fn a_tolerance_below_rounding_is_told() {
    for (seed, &algorithm) in (0..10).flat_map(|seed| Algorithm::ALL.iter().map(move |a| (seed, a))) {
        let (covariance, budget) = (covariance(30, seed), Some(budget(30, seed)));
        for tolerance in [1e-15, 1e-16, 1e-17, 1e-18, 1e-300] {
            let params = RiskBudgetParams {
                algorithm,
                tolerance,
                budget: budget.clone(),
                ..RiskBudgetParams::default()
            };
            let allocation = allocate(&params, &covariance);
            let is_met = allocation.report.residual() <= tolerance;
            let status = if is_met { Status::Converged } else { Status::Stalled };
            assert_eq!(allocation.solution.status, status, "{algorithm} {tolerance}");
            assert!(allocation.report.residual() < 1e-14, "{algorithm} {tolerance}");
        }
    }
}

/// Thousands of assets, of which no N x N matrix is formed.
#[test]
fn large_problems_in_factor_form_are_solved() {
    let (assets, factor) = (3000, factor_covariance(3000, 6));
    for &algorithm in Algorithm::ALL {
        let allocation = allocate(&RiskBudgetParams { algorithm, ..RiskBudgetParams::default() }, &factor);
        assert_eq!(allocation.solution.status, Status::Converged);
        close(&allocation.report.share, &vec![1.0 / assets as f64; assets], TOLERANCE);
    }
}

/// From a millionth of a millionth to nearly all.
#[test]
fn extreme_budgets_are_met() {
    let covariance = covariance(8, 7);
    let budget = normalised(vec![1e-300, 1e-100, 1e-30, 1e-12, 1e-6, 1e-3, 0.1, 0.9]);
    for &algorithm in Algorithm::ALL {
        let params = RiskBudgetParams { budget: Some(budget.clone()), algorithm, ..precise() };
        let allocation = allocate(&params, &covariance);
        close(&allocation.report.share, budget.shares(), 1e-13);
        assert!(allocation.weights().as_slice().iter().all(|weight| *weight > 0.0));
    }
}

/// Settings that nobody should choose are answered all the same.
#[test]
fn whatever_comes_is_answered() {
    for seed in 0..40 {
        let mut dice = Dice::new(seed);
        let assets = 1 + (dice.uniform() * 20.0) as usize;
        let scale = 10_f64.powf(200.0 * dice.uniform() - 100.0);
        let mut matrix = DMatrix::from_fn(assets, assets, |_, _| scale * dice.normal());
        matrix.fill_upper_triangle_with_lower_triangle();
        for asset in 0..assets {
            matrix[(asset, asset)] = matrix[(asset, asset)].abs() + 1e-300;
        }
        let covariance = Covariance::new(matrix).unwrap();
        for &algorithm in Algorithm::ALL {
            let params = RiskBudgetParams { algorithm, ..RiskBudgetParams::default() };
            match RiskBudgeting::new(params).unwrap().allocate((&covariance).into()) {
                Ok(allocation) => {
                    let certificate = allocation.solution.certificate;
                    let met = certificate.dual_residual <= TOLERANCE;
                    assert_eq!(met, allocation.solution.status == Status::Converged);
                }
                Err(error) => {
                    let indefinite = matches!(
                        error,
                        Error::NotPositiveSemidefinite { .. } | Error::NegativeVariance { .. }
                    );
                    assert!(indefinite || matches!(error, Error::Riskless { .. }), "{error}");
                }
            }
        }
    }
}
