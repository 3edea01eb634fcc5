//! The Markowitz family by hand: two assets, and what is refused.

use po_convex::{
    Constraints, Costs, Error, Markowitz, MarkowitzInput, MarkowitzParams, MeanUncertainty, Net, Objective,
    Portfolio, Semidefinite,
};
use po_core::{Allocator, Bounds, Covariance, InputError, Moments, Weights};

fn two_assets() -> Moments {
    Moments::new(vec![0.10, 0.05], Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap())
        .unwrap()
}

fn allocate(objective: Objective, constraints: Constraints, moments: &Moments) -> Result<Portfolio, Error> {
    let params = MarkowitzParams { objective, constraints, ..MarkowitzParams::default() };
    Markowitz::new(params)?.allocate(moments.into())
}

fn assert_close(what: &str, actual: f64, expected: f64) {
    assert!((actual - expected).abs() <= 1e-13, "{what}: {actual} is not {expected}");
}

/// Weights of uncorrelated assets, by hand: in proportion to 1/σ² for the least variance, to μ/σ² for the best ratio,
/// to 1/σ for the most diversified, and equal where all volatilities count as one.
#[test]
fn closed_forms_of_two_assets() {
    let moments = two_assets();
    let first = |objective| {
        let portfolio = allocate(objective, Constraints::default(), &moments).unwrap();
        assert!(portfolio.gap() <= 1e-15);
        portfolio.as_ref().as_slice()[0]
    };
    assert_close("min-variance", first(Objective::MinVariance), 0.2);
    assert_close("max-sharpe", first(Objective::MaxSharpe { risk_free: 0.0 }), 1.0 / 3.0);
    assert_close("max-diversification", first(Objective::MaxDiversification), 1.0 / 3.0);
    assert_close("max-decorrelation", first(Objective::MaxDecorrelation), 0.5);
    // At x = 0.2 + 0.05 / γ / 0.05, from the derivative of 0.05 x - γ/2 (0.04 x² + 0.01 (1 - x)²).
    assert_close("utility", first(Objective::Utility { risk_aversion: 4.0 }), 0.45);
    assert_close("min-risk", first(Objective::MinRisk { target_return: 0.08 }), 0.6);
    // 0.04 x² + 0.01 (1 - x)² = 0.02 at x = (1 + sqrt(6)) / 5.
    let volatility = 0.02_f64.sqrt();
    assert_close("max-return", first(Objective::MaxReturn { volatility }), (1.0 + 6.0_f64.sqrt()) / 5.0);
    assert_close("max-return", first(Objective::MaxReturn { volatility: f64::INFINITY }), 1.0);
}

/// A long and a short position: the ratio does not depend on how much is invested.
#[test]
fn a_budget_that_is_open_keeps_the_ratio() {
    let moments = two_assets();
    let objective = Objective::MaxSharpe { risk_free: 0.02 };
    let best = |lower, upper| {
        let bounds = Some(Bounds::uniform(2, 0.0, 1.0).unwrap());
        let constraints = Constraints { bounds, budget: Net { lower, upper }, ..Constraints::default() };
        allocate(objective, constraints, &moments).unwrap()
    };
    let full = best(1.0, 1.0);
    for (lower, upper) in [(0.5, 1.0), (0.0, 1.0), (0.2, 0.4)] {
        let portfolio = best(lower, upper);
        assert_close("ratio", portfolio.objective, full.objective);
        let net = portfolio.as_ref().net();
        assert!(net > 0.0, "{lower} {upper}: something is held");
        assert_close("weight", portfolio.as_ref().as_slice()[0] / net, full.as_ref().as_slice()[0]);
    }
}

/// What a limit leaves nothing of is told with the number that is possible.
#[test]
fn limits_that_cannot_be_kept_come_with_what_can() {
    let moments = two_assets();
    let refused = |objective, constraints| allocate(objective, constraints, &moments).unwrap_err();
    let error = refused(Objective::MaxReturn { volatility: 0.05 }, Constraints::default());
    let Error::RiskLimitTooLow { what: "the volatility", limit: 0.05, least } = error else {
        panic!("{error}")
    };
    assert_close("least", least, 0.008_f64.sqrt());
    let error = refused(Objective::MinRisk { target_return: 0.11 }, Constraints::default());
    let Error::TargetTooHigh { target: 0.11, greatest } = error else { panic!("{error}") };
    assert_close("greatest", greatest, 0.10);
    assert_eq!(
        Error::TargetTooHigh { target: 0.11, greatest: 0.1 }.to_string(),
        "the target return is 0.11, expected at most 0.1, the greatest that the constraints allow"
    );
    let error = refused(Objective::MaxSharpe { risk_free: 0.12 }, Constraints::default());
    let Error::NoExcessReturn { greatest, risk_free: 0.12 } = error else { panic!("{error}") };
    assert_close("greatest", greatest, -0.02);
    let benchmark = Some(Weights::new(vec![0.0, 1.0]).unwrap());
    let near = |limit| {
        let bounds = Some(Bounds::new(vec![0.1, 0.0], vec![1.0, 1.0]).unwrap());
        Constraints {
            bounds,
            benchmark: benchmark.clone(),
            tracking_error: Some(limit),
            ..Constraints::default()
        }
    };
    for objective in [
        Objective::MinVariance,
        Objective::Utility { risk_aversion: 2.0 },
        Objective::MaxReturn { volatility: f64::INFINITY },
        Objective::MaxReturn { volatility: 0.15 },
        Objective::MaxSharpe { risk_free: 0.0 },
        Objective::MinTrackingError,
    ] {
        let error = refused(objective, near(0.01));
        let Error::RiskLimitTooLow { what: "the tracking error", limit: 0.01, least } = error else {
            panic!("{objective:?}: {error}")
        };
        assert_close("least", least, 0.1 * 0.05_f64.sqrt());
    }
}

#[test]
fn returns_without_limit_are_told() {
    let moments = two_assets();
    let bounds = Some(Bounds::uniform(2, f64::NEG_INFINITY, f64::INFINITY).unwrap());
    let constraints = Constraints { bounds, ..Constraints::default() };
    let objective = Objective::MaxReturn { volatility: f64::INFINITY };
    assert!(matches!(allocate(objective, constraints.clone(), &moments), Err(Error::Unbounded { .. })));
    // With a limit on the risk, the same positions have an end.
    let portfolio = allocate(Objective::MaxReturn { volatility: 0.5 }, constraints, &moments).unwrap();
    assert_close("volatility", portfolio.volatility(), 0.5);
}

#[test]
fn what_an_objective_cannot_weigh_is_refused() {
    let moments = two_assets();
    let equal = Weights::equal(2).unwrap();
    let with_costs = Constraints {
        holdings: Some(equal.clone()),
        costs: Some(Costs::Uniform(0.001)),
        ..Constraints::default()
    };
    let error = allocate(Objective::MinVariance, with_costs.clone(), &moments).unwrap_err();
    let constraint = "trading costs, which a return would have to earn";
    assert_eq!(error, Error::Unsupported { method: "min-variance", constraint });
    let free = Constraints { costs: Some(Costs::Uniform(0.0)), ..with_costs };
    assert!(allocate(Objective::MinVariance, free, &moments).is_ok());
    let error = allocate(Objective::MinTrackingError, Constraints::default(), &moments).unwrap_err();
    let constraint = "a missing benchmark";
    assert_eq!(error, Error::Unsupported { method: "min-tracking-error", constraint });
    let tracking =
        Constraints { benchmark: Some(equal), tracking_error: Some(0.02), ..Constraints::default() };
    let error = allocate(Objective::MaxDecorrelation, tracking.clone(), &moments).unwrap_err();
    let constraint = "a limit on the tracking error";
    assert_eq!(error, Error::Unsupported { method: "max-decorrelation", constraint });
    let uncertainty = MeanUncertainty::Diagonal { observations: 60.0 };
    let objective = Objective::Robust { risk_aversion: 1.0, kappa: 1.0, uncertainty };
    let error = allocate(objective, tracking, &moments).unwrap_err();
    assert_eq!(error, Error::Unsupported { method: "robust with a diagonal uncertainty", constraint });

    let covariance = moments.covariance();
    let utility = MarkowitzParams {
        objective: Objective::Utility { risk_aversion: 1.0 },
        ..MarkowitzParams::default()
    };
    let error = Markowitz::new(utility.clone()).unwrap().allocate(covariance.into()).unwrap_err();
    assert_eq!(error, Error::NoMean { objective: "utility" });
    assert_eq!(
        error.to_string(),
        "the objective utility needs expected returns, expected a mean for each asset"
    );
    let short = MarkowitzInput { risk: covariance.into(), mean: Some(&[0.1]) };
    let error = Markowitz::new(utility.clone()).unwrap().allocate(short).unwrap_err();
    let what = "the list of means";
    assert_eq!(error, Error::Input(InputError::LengthMismatch { what, expected: 2, actual: 1 }));
    let indefinite = Covariance::from_column_slice(2, &[0.01, 0.03, 0.03, 0.04]).unwrap();
    let error =
        Markowitz::new(MarkowitzParams::default()).unwrap().allocate((&indefinite).into()).unwrap_err();
    assert!(matches!(error, Error::Input(InputError::NotPositiveSemidefinite { .. })), "{error}");
    let nearest = MarkowitzParams { semidefinite: Semidefinite::Nearest, ..MarkowitzParams::default() };
    assert!(Markowitz::new(nearest).unwrap().allocate((&indefinite).into()).is_ok());
}

#[test]
fn settings_out_of_range_are_refused() {
    let refused = |objective: Objective| -> (&'static str, f64) {
        let params = MarkowitzParams { objective, ..MarkowitzParams::default() };
        match Markowitz::new(params).unwrap_err() {
            Error::Input(InputError::OutOfRange { name, value, .. }) => (name, value),
            error => panic!("{error}"),
        }
    };
    let infinity = f64::INFINITY;
    assert_eq!(refused(Objective::Utility { risk_aversion: 0.0 }), ("the risk aversion", 0.0));
    assert_eq!(refused(Objective::Utility { risk_aversion: infinity }), ("the risk aversion", infinity));
    assert_eq!(refused(Objective::MaxReturn { volatility: 0.0 }), ("the limit on the volatility", 0.0));
    assert_eq!(refused(Objective::MinRisk { target_return: infinity }), ("the target return", infinity));
    assert_eq!(refused(Objective::MaxSharpe { risk_free: -infinity }), ("the risk-free rate", -infinity));
    let robust = |risk_aversion, kappa, observations| Objective::Robust {
        risk_aversion,
        kappa,
        uncertainty: MeanUncertainty::Sample { observations },
    };
    assert_eq!(refused(robust(-1.0, 1.0, 60.0)), ("the risk aversion", -1.0));
    assert_eq!(refused(robust(1.0, -1.0, 60.0)), ("kappa", -1.0));
    assert_eq!(refused(robust(1.0, 1.0, 0.0)), ("the number of observations", 0.0));
    let params = MarkowitzParams { node_limit: 0, ..MarkowitzParams::default() };
    let (name, expected) = ("the node limit", "one or more");
    let error = Error::Input(InputError::OutOfRange { name, value: 0.0, expected });
    assert_eq!(Markowitz::new(params).unwrap_err(), error);
}
