//! What is refused, with its numbers and its words.

use po_convex::{Constraint, Constraints, Costs, LinearConstraint, Side};
use po_core::{Allocator, Bounds, Confidence, InputError, Returns, Weights};
use po_tail::{
    CvarInput, CvarObjective, CvarPortfolio, Error, GroundNorm, MeanCvar, MeanCvarParams, TailMeasure,
    Wasserstein,
};

use crate::conic_risk::market;

fn turns() -> Returns {
    Returns::from_column_slice(4, 2, &[-0.10, 0.05, 0.05, 0.08, 0.02, -0.06, 0.02, 0.04]).unwrap()
}

fn at(objective: CvarObjective) -> MeanCvarParams {
    MeanCvarParams { objective, confidence: Confidence::new(0.75).unwrap(), ..MeanCvarParams::default() }
}

fn allocate(params: MeanCvarParams) -> Result<CvarPortfolio, Error> {
    MeanCvar::new(params)?.allocate((&turns()).into())
}

fn programme(result: Result<CvarPortfolio, Error>) -> po_convex::Error {
    match result.unwrap_err() {
        Error::Programme(error) => error,
        other => unreachable!("{other}"),
    }
}

#[test]
fn numbers_out_of_range() {
    let refused = |params: MeanCvarParams, text: &str| {
        assert_eq!(MeanCvar::new(params).unwrap_err().to_string(), text);
    };
    refused(
        at(CvarObjective::Utility { risk_aversion: 0.0 }),
        "the risk aversion is 0, expected a finite, positive number",
    );
    refused(
        at(CvarObjective::MaxReturn { cvar: f64::NAN }),
        "the limit on the risk is NaN, expected a number above minus infinity",
    );
    refused(
        at(CvarObjective::MinRisk { target_return: f64::INFINITY }),
        "the target return is inf, expected a finite number",
    );
    refused(
        at(CvarObjective::MaxRatio { risk_free: f64::NAN }),
        "the risk-free rate is NaN, expected a finite number",
    );
    let robust = Some(Wasserstein { radius: -0.1, ground: GroundNorm::Sum });
    refused(
        MeanCvarParams { robust, ..at(CvarObjective::MinCvar) },
        "the radius of the Wasserstein ball is -0.1, expected a finite number, zero or more",
    );
}

#[test]
fn constraints_that_need_something_else() {
    let base = Constraints::default;
    let costs = Some(Costs::basis_points(5.0));
    let constraints = Constraints { costs, holdings: Some(Weights::equal(2).unwrap()), ..base() };
    let error = MeanCvar::new(MeanCvarParams { constraints, ..at(CvarObjective::MinCvar) }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "min-cvar cannot take trading costs, which a return would have to earn, expected a request without it",
    );
    let robust = Some(Wasserstein::default());
    let measure = TailMeasure::Cdar;
    let error = MeanCvar::new(MeanCvarParams { robust, measure, ..at(CvarObjective::MinCvar) }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cdar cannot take robustness against other distributions, which is one of cvar, expected a request \
         without it",
    );
}

#[test]
fn probabilities_beside_a_drawdown() {
    let method =
        MeanCvar::new(MeanCvarParams { measure: TailMeasure::Edar, ..at(CvarObjective::MinCvar) }).unwrap();
    let returns = turns();
    let input = CvarInput { returns: &returns, probabilities: &[0.4, 0.2, 0.2, 0.2], mean: None };
    assert_eq!(
        method.allocate(input).unwrap_err().to_string(),
        "edar cannot take probabilities of scenarios beside a measure of drawdown, which follows time, expected a \
         request without it",
    );
}

#[test]
fn lists_that_do_not_fit() {
    let method = MeanCvar::new(at(CvarObjective::MinCvar)).unwrap();
    let returns = turns();
    let with = |probabilities: &[f64], mean: Option<&[f64]>| {
        method.allocate(CvarInput { returns: &returns, probabilities, mean }).unwrap_err()
    };
    let what = "the list of probabilities";
    let error = InputError::LengthMismatch { what, expected: 4, actual: 3 };
    assert_eq!(with(&[0.5, 0.3, 0.2], None), error.into());
    let what = "the probabilities of the scenarios";
    assert_eq!(with(&[0.5; 4], None), InputError::SumNotOne { what, sum: 2.0 }.into());
    let (name, expected) = ("the probability of a scenario", "a finite number, zero or more");
    let error = InputError::OutOfRange { name, value: -0.5, expected };
    assert_eq!(with(&[0.5, 0.5, 0.5, -0.5], None), error.into());
    let what = "the list of means";
    assert_eq!(with(&[], Some(&[0.1])), InputError::LengthMismatch { what, expected: 2, actual: 1 }.into());
    let (name, expected) = ("the mean", "a finite number");
    let error = InputError::AssetOutOfRange { name, asset: 1, value: f64::INFINITY, expected };
    assert_eq!(with(&[], Some(&[0.1, f64::INFINITY])), error.into());
}

#[test]
fn constraints_that_contradict_each_other() {
    let bounds = Some(Bounds::new(vec![0.0; 2], vec![0.4; 2]).unwrap());
    for measure in TailMeasure::ALL {
        for objective in [
            CvarObjective::MinCvar,
            CvarObjective::MaxReturn { cvar: 1.0 },
            CvarObjective::MinRisk { target_return: 0.0 },
            CvarObjective::MaxRatio { risk_free: 0.0 },
        ] {
            let constraints = Constraints { bounds: bounds.clone(), ..Constraints::default() };
            let error = programme(allocate(MeanCvarParams { constraints, measure, ..at(objective) }));
            let po_convex::Error::Infeasible(conflict) = error else { unreachable!("{error}") };
            let budget = Constraint::Row { label: "budget".to_owned(), side: Side::Lower, limit: 1.0 };
            assert!(conflict.constraints.contains(&budget), "{measure:?} {objective:?}: {conflict}");
        }
    }
}

#[test]
fn a_limit_below_the_least_risk() {
    for measure in TailMeasure::ALL {
        let params = |objective| MeanCvarParams { measure, ..at(objective) };
        let risk = allocate(params(CvarObjective::MinCvar)).unwrap().risk;
        let cvar = 0.5 * risk;
        let error = programme(allocate(params(CvarObjective::MaxReturn { cvar })));
        let po_convex::Error::RiskLimitTooLow { limit, least, .. } = error else { unreachable!("{error}") };
        assert_eq!(limit.to_bits(), cvar.to_bits());
        assert!((least - risk).abs() <= 1e-8 * risk, "{measure:?}: {least} and {risk}");
    }
    let error = programme(allocate(at(CvarObjective::MaxReturn { cvar: 0.001 })));
    assert!(
        error.to_string().starts_with(
            "the limit on the conditional value at risk is 0.001, expected at least 0.02173913043478"
        ),
        "{error}"
    );
}

#[test]
fn a_target_above_the_greatest_return() {
    for measure in TailMeasure::ALL {
        let objective = CvarObjective::MinRisk { target_return: 0.03 };
        let error = programme(allocate(MeanCvarParams { measure, ..at(objective) }));
        let po_convex::Error::TargetTooHigh { target, greatest } = error else { unreachable!("{error}") };
        assert_eq!(target.to_bits(), 0.03_f64.to_bits());
        assert!((greatest - 0.02).abs() < 1e-12, "{measure:?}");
    }
}

#[test]
fn ratios_without_a_maximum() {
    let error = programme(allocate(at(CvarObjective::MaxRatio { risk_free: 0.05 })));
    let po_convex::Error::NoExcessReturn { greatest, risk_free } = error else { unreachable!("{error}") };
    assert!((greatest + 0.03).abs() < 1e-12 && risk_free.to_bits() == 0.05_f64.to_bits());

    let safe = Returns::from_column_slice(3, 2, &[0.01, 0.02, 0.01, -0.05, 0.04, 0.03]).unwrap();
    let method = MeanCvar::new(at(CvarObjective::MaxRatio { risk_free: 0.0 })).unwrap();
    let error = method.allocate((&safe).into()).unwrap_err();
    let Error::NotRisky { what, least } = error else { unreachable!("{error}") };
    assert_eq!(what, "the conditional value at risk");
    assert!(least < 0.0);
    let text = "the conditional value at risk of the safest portfolio is -0.01, expected a positive number: a ratio \
                of return to it has no maximum";
    assert_eq!(Error::NotRisky { what, least: -0.01 }.to_string(), text);
}

#[test]
fn returns_without_limit() {
    let bounds = Bounds::new(vec![f64::NEG_INFINITY; 5], vec![f64::INFINITY; 5]).unwrap();
    let constraints = Constraints { bounds: Some(bounds), ..Constraints::default() };
    let params = MeanCvarParams { constraints, ..at(CvarObjective::MaxReturn { cvar: f64::INFINITY }) };
    let error = MeanCvar::new(params).unwrap().allocate((&market(61, 50, 5)).into()).unwrap_err();
    assert!(matches!(error, Error::Programme(po_convex::Error::Unbounded { .. })), "{error}");
}

#[test]
fn a_row_is_called_by_its_name() {
    let terms = vec![(0, 1.0), (1, 1.0)];
    let row = LinearConstraint::new("all of it", terms, f64::NEG_INFINITY, 0.5).unwrap();
    let constraints = Constraints { linear: vec![row], ..Constraints::default() };
    let error = programme(allocate(MeanCvarParams { constraints, ..at(CvarObjective::MinCvar) }));
    assert!(error.to_string().contains("all of it"), "{error}");
}
