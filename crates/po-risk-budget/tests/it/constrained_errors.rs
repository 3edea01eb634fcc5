//! What risk budgeting under constraints refuses, with its numbers and its words.

use po_convex::{Constraints, LinearConstraint, Net};
use po_core::{Covariance, InputError, Universe, Weights};
use po_risk_budget::{Compromise, ConstrainedRiskBudgetParams, ConstrainedRiskBudgeting, Error};

use crate::constrained::{allocate, bounded, diagonal};
use crate::scenarios::budget;

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(result: Result<T, Error>, expected: &Error, text: &str) {
    let error = result.unwrap_err();
    assert_eq!(&error, expected);
    assert_eq!(error.to_string(), text);
}

#[test]
fn settings_out_of_range() {
    let with = |params| ConstrainedRiskBudgeting::new(params);
    let expected =
        InputError::OutOfRange { name: "the tolerance", value: 2.0, expected: "a number in (0, 1)" };
    let params = ConstrainedRiskBudgetParams { tolerance: 2.0, ..Default::default() };
    assert_refused(with(params), &expected.into(), "the tolerance is 2, expected a number in (0, 1)");
    let expected = InputError::OutOfRange { name: "the iteration limit", value: 0.0, expected: "1 or more" };
    let params = ConstrainedRiskBudgetParams { iteration_limit: 0, ..Default::default() };
    assert_refused(with(params), &expected.into(), "the iteration limit is 0, expected 1 or more");
}

fn barrier(constraints: Constraints) -> ConstrainedRiskBudgetParams {
    ConstrainedRiskBudgetParams { constraints, compromise: Compromise::Barrier, ..Default::default() }
}

#[test]
fn a_barrier_takes_no_range_for_the_sum() {
    let method = "the barrier of a risk budget";
    let refused = |constraints, constraint, text| {
        let expected = po_convex::Error::Unsupported { method, constraint };
        assert_refused(ConstrainedRiskBudgeting::new(barrier(constraints)), &expected.into(), text);
    };
    refused(
        Constraints { budget: Net { lower: 0.9, upper: 1.0 }, ..Constraints::default() },
        "a range for the sum of the weights",
        "the barrier of a risk budget cannot take a range for the sum of the weights, expected a request without it",
    );
    refused(
        Constraints { gross: Some(1.5), ..Constraints::default() },
        "a limit on gross exposure",
        "the barrier of a risk budget cannot take a limit on gross exposure, expected a request without it",
    );
    refused(
        Constraints { turnover: Some(0.5), ..Constraints::default() },
        "a limit on turnover",
        "the barrier of a risk budget cannot take a limit on turnover, expected a request without it",
    );
    let (name, expected) = ("the sum of the weights", "a positive number");
    assert_refused(
        ConstrainedRiskBudgeting::new(barrier(Constraints {
            budget: Net::exactly(0.0),
            ..Constraints::default()
        })),
        &InputError::OutOfRange { name, value: 0.0, expected }.into(),
        "the sum of the weights is 0, expected a positive number",
    );
}

#[test]
fn constraints_that_no_quadratic_programme_can_take() {
    let refused = |constraints: Constraints, constraint: &'static str| {
        let params = ConstrainedRiskBudgetParams { constraints, ..Default::default() };
        let expected = po_convex::Error::Unsupported { method: "the nearest risk budget", constraint };
        let text = format!("the nearest risk budget cannot take {constraint}, expected a request without it");
        assert_refused(allocate(&params, &diagonal(&[0.04, 0.01])), &expected.into(), &text);
    };
    let free = Constraints::default;
    let benchmark = Some(Weights::equal(2).unwrap());
    refused(Constraints { tracking_error: Some(0.1), benchmark, ..free() }, "a limit on the tracking error");
    refused(Constraints { cardinality: Some(1), ..free() }, "a limit on the number of assets");
    refused(Constraints { min_position: Some(0.1), ..free() }, "a least position");
}

#[test]
fn constraints_that_contradict_each_other() {
    for compromise in [Compromise::Barrier, Compromise::Nearest] {
        let params = bounded(vec![0.0; 3], vec![0.3; 3], compromise);
        let error = allocate(&params, &diagonal(&[0.04, 0.01, 0.02])).unwrap_err();
        let universe = Universe::new(["A", "B", "C"]).unwrap();
        assert_eq!(
            error.named(&universe),
            "no portfolio satisfies \"budget\" (at least 1) and the upper bounds of A, B and C (at most 0.3) at once; nearest: lower \"budget\" by 0.1 to 0.9"
        );
    }
}

/// `x + 2 y <= 1` can sum to one with y = 0, which no barrier allows: in proportion to equal budgets it sums
/// to 3/4.
#[test]
fn a_sum_that_the_barrier_cannot_reach() {
    let linear =
        vec![LinearConstraint::new("double", vec![(0, 1.0), (1, 2.0)], f64::NEG_INFINITY, 1.0).unwrap()];
    let error =
        allocate(&barrier(Constraints { linear, ..Constraints::default() }), &diagonal(&[0.04, 0.01]))
            .unwrap_err();
    let Error::SumOutOfReach { reached, expected } = error else { panic!("{error}") };
    // As far as the search for the weight of the barrier went.
    assert!((reached - 0.75).abs() < 1e-6 && (expected - 1.0).abs() < f64::EPSILON, "{reached}");
    let text = Error::SumOutOfReach { reached: 0.75, expected: 1.0 }.to_string();
    assert_eq!(
        text,
        "the weights of the barrier under the constraints sum to 0.75, expected 1: the constraints do not go together with weights in proportion to budgets"
    );
}

#[test]
fn lists_of_another_length() {
    let mut params = bounded(vec![0.0; 3], vec![1.0; 3], Compromise::Nearest);
    let expected = InputError::LengthMismatch { what: "the list of bounds", expected: 2, actual: 3 };
    let text = "the list of bounds has length 3, expected 2";
    assert_refused(allocate(&params, &diagonal(&[0.04, 0.01])), &expected.into(), text);
    params.constraints.bounds = None;
    params.budget = Some(budget(&[0.5, 0.25, 0.25]));
    let expected = InputError::LengthMismatch { what: "the risk budget", expected: 2, actual: 3 };
    let text = "the risk budget has length 3, expected 2";
    assert_refused(allocate(&params, &diagonal(&[0.04, 0.01])), &expected.into(), text);
}

/// All that the bounds leave is cash, which has no risk to share.
#[test]
fn a_portfolio_without_risk() {
    let covariance = Covariance::from_column_slice(2, &[0.0, 0.0, 0.0, 0.04]).unwrap();
    let mut params = bounded(vec![0.0, 0.0], vec![1.0, 0.0], Compromise::Nearest);
    params.budget = Some(budget(&[0.0, 1.0]));
    let (name, expected) = ("the variance of the portfolio", "a positive, finite number");
    assert_refused(
        allocate(&params, &covariance),
        &InputError::OutOfRange { name, value: 0.0, expected }.into(),
        "the variance of the portfolio is 0, expected a positive, finite number",
    );
}
