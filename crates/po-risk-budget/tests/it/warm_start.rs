//! Starts at weights that are known already.

use po_convex::Risk;
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Covariance, Status};
use po_risk_budget::{RiskBudgetAllocation, RiskBudgetParams, RiskBudgetScratch, RiskBudgeting};
use proptest::prelude::*;

use crate::covariances::covariance;
use crate::scenarios::{Dice, cases};

fn allocate<'a>(params: &RiskBudgetParams, risk: impl Into<Risk<'a>>) -> RiskBudgetAllocation {
    RiskBudgeting::new(params.clone()).unwrap().allocate(risk.into()).unwrap()
}

fn close(actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len());
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert!((actual - expected).abs() <= tolerance, "{index}: {actual} is not {expected}");
    }
}

fn bits(allocation: &RiskBudgetAllocation) -> Vec<u64> {
    allocation.weights().as_slice().iter().map(|weight| weight.to_bits()).collect()
}

proptest! {
    #![proptest_config(cases(48))]

    /// What a scratch has seen before leaves no trace in a warm start either.
    #[test]
    fn a_warm_start_depends_on_the_weights_alone(assets in 1_usize..60, seed in any::<u64>()) {
        let budgeting =
            RiskBudgeting::new(RiskBudgetParams { warm_start: true, ..RiskBudgetParams::default() }).unwrap();
        let (before, after) = (covariance(assets, seed), covariance(assets, seed ^ 1));
        let start = budgeting.allocate((&before).into()).unwrap();
        let (mut used, mut fresh) = (RiskBudgetScratch::default(), RiskBudgetScratch::default());
        budgeting.allocate((&covariance(7, seed)).into()).unwrap();
        budgeting.allocate_into((&covariance(50, seed)).into(), &mut used, &mut RiskBudgetAllocation::default()).unwrap();
        let (mut one, mut other) = (start.clone(), RiskBudgetAllocation::default());
        other.solution.weights = start.solution.weights.clone();
        budgeting.allocate_into((&after).into(), &mut used, &mut one).unwrap();
        budgeting.allocate_into((&after).into(), &mut fresh, &mut other).unwrap();
        prop_assert_eq!(bits(&one), bits(&other));
        prop_assert_eq!(one.solution.status, Status::Converged);
        let cold = allocate(&RiskBudgetParams::default(), &after);
        close(one.weights().as_slice(), cold.weights().as_slice(), 1e-7);
    }
}

#[test]
fn a_warm_start_saves_sweeps_and_one_at_the_solution_all_but_one() {
    let today = covariance(100, 1);
    let matrix = today.as_view();
    let mut dice = Dice::new(2);
    let day: Vec<f64> = today.volatilities().iter().map(|volatility| volatility * dice.normal()).collect();
    let tomorrow =
        DMatrix::from_fn(100, 100, |row, col| 0.97 * matrix[(row, col)] + 0.03 * day[row] * day[col]);
    let tomorrow = Covariance::new(tomorrow).unwrap();
    let cold = RiskBudgeting::new(RiskBudgetParams::default()).unwrap();
    let warm =
        RiskBudgeting::new(RiskBudgetParams { warm_start: true, ..RiskBudgetParams::default() }).unwrap();
    let mut allocation = cold.allocate((&today).into()).unwrap();
    let mut scratch = RiskBudgetScratch::default();
    warm.allocate_into((&tomorrow).into(), &mut scratch, &mut allocation).unwrap();
    let from_guess = cold.allocate((&tomorrow).into()).unwrap();
    assert!(allocation.solution.iterations < from_guess.solution.iterations);
    close(allocation.weights().as_slice(), from_guess.weights().as_slice(), 1e-9);
    warm.allocate_into((&tomorrow).into(), &mut scratch, &mut allocation).unwrap();
    assert!(allocation.solution.iterations <= 2, "{}", allocation.solution.iterations);
}

/// Weights of another length, of the other side, of zero, or so large that their variance overflows are no start.
#[test]
fn what_cannot_be_a_start_is_passed_over() {
    let covariance = covariance(5, 3);
    let cold = allocate(&RiskBudgetParams::default(), &covariance);
    let warm =
        RiskBudgeting::new(RiskBudgetParams { warm_start: true, ..RiskBudgetParams::default() }).unwrap();
    let zero = vec![0.5, 0.5, 0.0, 0.0, 0.0];
    for start in [vec![1.0], vec![0.2, 0.2, 0.2, 0.2, -0.2], zero, vec![1e200; 5]] {
        let mut allocation = RiskBudgetAllocation::default();
        allocation.solution.weights.assign(&start).unwrap();
        warm.allocate_into((&covariance).into(), &mut RiskBudgetScratch::default(), &mut allocation).unwrap();
        assert_eq!(bits(&allocation), bits(&cold));
    }
}
