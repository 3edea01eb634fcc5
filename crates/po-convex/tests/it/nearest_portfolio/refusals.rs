//! What the nearest portfolio refuses.

use po_convex::{
    Constraint, Constraints, Costs, Error, LinearConstraint, MaxCorrelation, NearestAllocation, NearestInput,
    NearestParams, NearestPortfolio, NearestScratch, Nearness, Semidefinite, Side,
};
use po_core::{Allocator, Bounds, Covariance, InputError, Universe, Weights};

use super::with;

fn refusal(params: NearestParams, target: &Weights, covariance: Option<&Covariance>) -> Error {
    let portfolio = NearestPortfolio::new(params).unwrap();
    portfolio.allocate(NearestInput { target, covariance: covariance.map(Into::into) }).unwrap_err()
}

fn target() -> Weights {
    Weights::new(vec![0.5, 0.3, 0.2]).unwrap()
}

fn covariance() -> Covariance {
    Covariance::from_column_slice(3, &[0.04, 0.0, 0.0, 0.0, 0.01, 0.0, 0.0, 0.0, 0.09]).unwrap()
}

#[test]
fn settings_out_of_range() {
    let expected = "a finite number, zero or more";
    for value in [-1.0, f64::INFINITY] {
        let error = NearestPortfolio::new(NearestParams { cost_weight: value, ..NearestParams::default() })
            .unwrap_err();
        let name = "the weight of the costs";
        assert_eq!(error, Error::Input(InputError::OutOfRange { name, value, expected }));
    }
    let nan = NearestPortfolio::new(NearestParams { cost_weight: f64::NAN, ..NearestParams::default() });
    assert_eq!(
        nan.unwrap_err().to_string(),
        "the weight of the costs is NaN, expected a finite number, zero or more"
    );
    let error =
        NearestPortfolio::new(NearestParams { node_limit: 0, ..NearestParams::default() }).unwrap_err();
    assert_eq!(error.to_string(), "the node limit is 0, expected one or more");
}

#[test]
fn what_does_not_fit_the_target() {
    let empty = refusal(NearestParams::default(), &Weights::default(), None);
    assert_eq!(empty, Error::Input(InputError::Empty { what: "the list of target weights" }));
    assert_eq!(empty.to_string(), "the list of target weights is empty, expected at least one item");

    let bounds = Some(Bounds::uniform(2, 0.0, 1.0).unwrap());
    let constraints = Constraints { bounds, ..Constraints::default() };
    let error = refusal(NearestParams { constraints, ..NearestParams::default() }, &target(), None);
    let (what, expected, actual) = ("the list of bounds", 3, 2);
    assert_eq!(error, Error::Input(InputError::LengthMismatch { what, expected, actual }));

    let small = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let error = refusal(NearestParams::default(), &target(), Some(&small));
    assert_eq!(
        error,
        Error::Input(InputError::LengthMismatch { what: "the covariance", expected: 3, actual: 2 })
    );
    assert_eq!(error.to_string(), "the covariance has length 2, expected 3");

    let constraints = Constraints { costs: Some(Costs::Uniform(0.01)), ..Constraints::default() };
    let error = refusal(NearestParams { constraints, ..NearestParams::default() }, &target(), None);
    assert_eq!(error.to_string(), "the list of holdings has length 0, expected 3");
}

#[test]
fn a_covariance_that_is_missing() {
    let tracked = Constraints {
        benchmark: Some(Weights::equal(3).unwrap()),
        tracking_error: Some(0.05),
        ..Constraints::default()
    };
    let capped = Constraints { max_correlation: Some(MaxCorrelation::default()), ..Constraints::default() };
    for (params, what) in [
        (with(Nearness::TrackingError), "the nearness tracking-error"),
        (NearestParams { constraints: tracked, ..NearestParams::default() }, "a limit on the tracking error"),
        (NearestParams { constraints: capped, ..NearestParams::default() }, "a cap on correlations"),
    ] {
        let error = refusal(params.clone(), &target(), None);
        assert_eq!(error, Error::NoCovariance { what });
        let expected = format!("{what} needs a covariance, expected one for the assets of the target");
        assert_eq!((error.to_string(), error.relaxation().len()), (expected, 0));
        let covariance = covariance();
        let input = NearestInput { target: &target(), covariance: Some((&covariance).into()) };
        assert!(NearestPortfolio::new(params).unwrap().allocate(input).is_ok(), "{what}");
    }
}

#[test]
fn a_covariance_that_is_none() {
    let indefinite =
        Covariance::from_column_slice(3, &[1.0, 2.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 1.0]).unwrap();
    let error = refusal(with(Nearness::TrackingError), &target(), Some(&indefinite));
    let Error::Input(InputError::NotPositiveSemidefinite { eigenvalue }) = error else { panic!("{error}") };
    assert!((eigenvalue + 1.0).abs() < 1e-12);
    // Nobody looks at it where nothing is made of it.
    let portfolio = NearestPortfolio::new(NearestParams::default()).unwrap();
    assert!(portfolio.allocate((&target(), &indefinite).into()).is_ok());
}

/// A covariance that is none is repaired before a tracking error is told by it.
#[test]
fn a_covariance_that_is_repaired() {
    let indefinite =
        Covariance::from_column_slice(3, &[1.0, 2.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 1.0]).unwrap();
    let bounds = Some(Bounds::uniform(3, 0.0, 0.4).unwrap());
    let constraints = Constraints { bounds, ..Constraints::default() };
    for semidefinite in [Semidefinite::Nearest, Semidefinite::Clip] {
        let params =
            NearestParams { constraints: constraints.clone(), semidefinite, ..with(Nearness::TrackingError) };
        let portfolio = NearestPortfolio::new(params.clone()).unwrap();
        assert_eq!(portfolio.params(), &params);
        let repaired = semidefinite.apply(&indefinite).unwrap();
        assert_ne!(*repaired, indefinite);
        let sound = portfolio.allocate((&target(), &*repaired).into()).unwrap();
        assert_eq!(portfolio.allocate((&target(), &indefinite).into()).unwrap(), sound);
    }
}

/// The conflict of the convex constraints, as for any other objective, and a scratch that can be used again.
#[test]
fn constraints_that_contradict_each_other() {
    let universe = Universe::new(["AAPL", "MSFT", "XOM"]).unwrap();
    let pair = LinearConstraint::parse("AAPL + MSFT <= 30%", &universe).unwrap();
    let bounds = Some(Bounds::uniform(3, 0.0, 0.6).unwrap());
    let constraints = Constraints { bounds, linear: vec![pair], ..Constraints::default() };
    for nearness in [Nearness::Relative, Nearness::Euclidean, Nearness::TrackingError] {
        let params = NearestParams { constraints: constraints.clone(), ..with(nearness) };
        let portfolio = NearestPortfolio::new(params).unwrap();
        let (mut scratch, mut allocation) = (NearestScratch::default(), NearestAllocation::default());
        let (target, covariance) = (target(), covariance());
        let input = NearestInput { target: &target, covariance: Some((&covariance).into()) };
        let error = portfolio.allocate_into(input, &mut scratch, &mut allocation).unwrap_err();
        let Error::Infeasible(conflict) = &error else { panic!("{error}") };
        let budget = Constraint::Row { label: "budget".to_owned(), side: Side::Lower, limit: 1.0 };
        let row = Constraint::Row { label: "AAPL + MSFT <= 30%".to_owned(), side: Side::Upper, limit: 0.3 };
        let bound = Constraint::UpperBound { asset: 2, bound: 0.6 };
        assert_eq!(conflict.constraints, [budget, row, bound]);
        assert_eq!(error.relaxation().len(), 1);
        assert!((error.relaxation()[0].amount - 0.1).abs() < 1e-12);
        assert_eq!(
            error.named(&universe),
            "no portfolio satisfies \"budget\" (at least 1), \"AAPL + MSFT <= 30%\" and the upper bound of XOM (at \
             most 0.6) at once; nearest: raise \"AAPL + MSFT <= 30%\" by 0.1 to 0.4"
        );
        let other = NearestPortfolio::new(with(nearness)).unwrap();
        other.allocate_into(input, &mut scratch, &mut allocation).unwrap();
        assert_eq!(allocation, other.allocate(input).unwrap());
    }
}

#[test]
fn a_choice_that_nothing_satisfies() {
    let bounds = Some(Bounds::uniform(3, 0.0, 0.4).unwrap());
    let constraints = Constraints { bounds, cardinality: Some(2), ..Constraints::default() };
    let error = refusal(NearestParams { constraints, ..NearestParams::default() }, &target(), None);
    assert_eq!(error.to_string(), "no portfolio satisfies \"cardinality\" (at most 2)");
}

#[test]
fn a_tracking_error_that_is_out_of_reach() {
    let constraints = Constraints {
        bounds: Some(Bounds::new(vec![0.0; 3], vec![1.0, 0.0, 0.0]).unwrap()),
        benchmark: Some(Weights::new(vec![0.0, 1.0, 0.0]).unwrap()),
        tracking_error: Some(0.1),
        ..Constraints::default()
    };
    for nearness in [Nearness::Relative, Nearness::Euclidean, Nearness::TrackingError] {
        let params = NearestParams { constraints: constraints.clone(), ..with(nearness) };
        let error = refusal(params, &target(), Some(&covariance()));
        let Error::RiskLimitTooLow { what: "the tracking error", limit: 0.1, least } = error else {
            panic!("{error}")
        };
        assert!((least - 0.05_f64.sqrt()).abs() < 1e-12);
    }
}

#[cfg(feature = "serde")]
#[test]
fn settings_come_back_from_files() {
    let params = NearestParams { cost_weight: 2.0, ..with(Nearness::TrackingError) };
    let text = serde_json::to_string(&params).unwrap();
    assert!(
        text.ends_with(
            r#""nearness":"tracking-error","cost_weight":2.0,"semidefinite":"refuse","node_limit":100000}"#
        ),
        "{text}"
    );
    assert_eq!(serde_json::from_str::<NearestParams>(&text).unwrap(), params);
    assert_eq!(serde_json::from_str::<NearestParams>("{}").unwrap(), NearestParams::default());
    let error = serde_json::from_str::<NearestParams>(r#"{"norm":1}"#).unwrap_err().to_string();
    assert!(error.starts_with("unknown field `norm`"), "{error}");
}
