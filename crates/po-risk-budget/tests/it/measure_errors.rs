//! What risk budgeting under measures on scenarios refuses, with its numbers and its words.

use po_core::{Confidence, InputError, Returns, Universe, Weights};
use po_risk_budget::measure::contributions;
use po_risk_budget::{Error, RiskMeasure, ScenarioRiskBudgeting, ScenarioRiskBudgetingParams};

use crate::measures::{allocate, params};
use crate::scenarios::{measures, returns};

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(result: Result<T, Error>, expected: &Error, text: &str) {
    let error = result.unwrap_err();
    assert_eq!(&error, expected);
    assert_eq!(error.to_string(), text);
    assert_eq!(error.named(&Universe::new(["A", "B", "C"]).unwrap()), text);
}

#[test]
fn settings_out_of_range() {
    let with = |tolerance: f64, iteration_limit: usize| {
        ScenarioRiskBudgeting::new(ScenarioRiskBudgetingParams {
            tolerance,
            iteration_limit,
            ..Default::default()
        })
    };
    for (value, text) in [
        (0.0, "the tolerance is 0, expected a number in (0, 1)"),
        (-1.0, "the tolerance is -1, expected a number in (0, 1)"),
        (1.0, "the tolerance is 1, expected a number in (0, 1)"),
    ] {
        let expected =
            InputError::OutOfRange { name: "the tolerance", value, expected: "a number in (0, 1)" };
        assert_refused(with(value, 10), &expected.into(), text);
    }
    assert_eq!(
        with(f64::NAN, 10).unwrap_err().to_string(),
        "the tolerance is NaN, expected a number in (0, 1)"
    );
    let expected =
        InputError::OutOfRange { name: "the iteration limit", value: 0.0, expected: "one or more" };
    assert_refused(with(1e-8, 0), &expected.into(), "the iteration limit is 0, expected one or more");
}

#[test]
fn a_budget_of_another_length() {
    let expected = InputError::LengthMismatch { what: "the risk budget", expected: 3, actual: 2 };
    let result = allocate(params(RiskMeasure::Mad, &[0.5, 0.5]), &returns(20, 3, 1));
    assert_refused(result, &expected.into(), "the risk budget has length 2, expected 3");
}

#[test]
fn a_deviation_of_one_observation() {
    let returns = Returns::from_column_slice(1, 2, &[0.01, -0.01]).unwrap();
    let what = "the observations for a deviation from the mean";
    let expected = InputError::TooFewObservations { what, observations: 1, required: 2 };
    let text = "the observations for a deviation from the mean: 1, expected at least 2";
    for measure in [RiskMeasure::Mad, RiskMeasure::SemiDeviation] {
        assert_refused(allocate(params(measure, &[0.5, 0.5]), &returns), &expected.clone().into(), text);
        let split = contributions(measure, &returns, &Weights::equal(2).unwrap());
        assert_eq!(split, Err(expected.clone()));
    }
}

#[test]
fn weights_of_another_length() {
    let split = contributions(RiskMeasure::Mad, &returns(20, 3, 1), &Weights::equal(2).unwrap());
    let expected = InputError::LengthMismatch { what: "the list of weights", expected: 3, actual: 2 };
    assert_eq!(split, Err(expected));
}

/// Assets that only gain have no tail, and two that mirror each other no risk: there is nothing to share.
#[test]
fn a_portfolio_without_risk() {
    let confidence = Confidence::new(0.5).unwrap();
    let gains = Returns::from_column_slice(2, 2, &[0.25, 0.25, 0.5, 0.5]).unwrap();
    let result = allocate(params(RiskMeasure::Cvar { confidence }, &[0.5, 0.5]), &gains);
    assert_refused(
        result,
        &Error::NoRisk { measure: "conditional value at risk", risk: -0.375 },
        "the conditional value at risk of a long-only portfolio is -3.75e-1, expected a positive number for each: the measure counts gains, or assets hedge each other completely",
    );
    let mirrored =
        Returns::from_column_slice(4, 2, &[0.01, -0.01, 0.03, -0.03, -0.02, 0.02, -0.06, 0.06]).unwrap();
    for measure in measures(0.5) {
        let error = allocate(params(measure, &[0.3, 0.7]), &mirrored).unwrap_err();
        let Error::NoRisk { measure: name, risk } = error else { panic!("{error}") };
        assert_eq!(name, measure.name());
        assert!(risk < 1e-6, "{measure}: {risk}");
    }
}

/// Either asset alone loses; half of each gains whatever comes. That is met on the way, from budgets far from it.
#[test]
fn a_portfolio_without_risk_that_is_met_on_the_way() {
    let returns = Returns::from_column_slice(2, 2, &[-1.0, 3.0, 3.0, -1.0]).unwrap();
    for level in [0.3, 0.5] {
        for (measure, share) in
            measures(level).into_iter().flat_map(|measure| [0.9, 0.99, 0.999].map(|share| (measure, share)))
        {
            let error = allocate(params(measure, &[share, 1.0 - share]), &returns).unwrap_err();
            let Error::NoRisk { measure: name, risk } = error else { panic!("{error}") };
            assert_eq!(name, measure.name());
            assert!(risk < 1e-6, "{measure}: {risk}");
        }
    }
}
