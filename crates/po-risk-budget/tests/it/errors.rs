//! Every refusal, with its payload and its text.

use po_convex::Risk;
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Budget, Covariance, FactorCovariance, InputError, Universe, Weights};
use po_risk_budget::{
    Algorithm, Error, Normalisation, Position, RiskBudgetAllocation, RiskBudgetParams, RiskBudgeting,
    RiskReport,
};

fn diagonal(variances: &[f64]) -> Covariance {
    Covariance::new(DMatrix::from_diagonal(&variances.to_vec().into())).unwrap()
}

fn correlated(assets: usize, correlation: f64) -> Covariance {
    Covariance::new(DMatrix::from_fn(assets, assets, |row, col| if row == col { 1.0 } else { correlation }))
        .unwrap()
}

fn refused<'a>(params: RiskBudgetParams, risk: impl Into<Risk<'a>>) -> Error {
    RiskBudgeting::new(params).unwrap().allocate(risk.into()).unwrap_err()
}

fn budget(shares: &[f64]) -> RiskBudgetParams {
    RiskBudgetParams { budget: Some(Budget::new(shares.to_vec()).unwrap()), ..RiskBudgetParams::default() }
}

#[test]
fn settings_out_of_range() {
    let refused = |params: RiskBudgetParams| RiskBudgeting::new(params).unwrap_err();
    for value in [0.0, -1e-3, 1.0, f64::INFINITY] {
        let error = refused(RiskBudgetParams { tolerance: value, ..RiskBudgetParams::default() });
        let expected = "a number in (0, 1)";
        assert_eq!(error, InputError::OutOfRange { name: "the tolerance", value, expected }.into());
    }
    let error = refused(RiskBudgetParams { tolerance: f64::NAN, ..RiskBudgetParams::default() });
    assert_eq!(error.to_string(), "the tolerance is NaN, expected a number in (0, 1)");
    let error = refused(RiskBudgetParams { iteration_limit: 0, ..RiskBudgetParams::default() });
    assert_eq!(error.to_string(), "the iteration limit is 0, expected 1 or more");
    for target in [0.0, -0.1, f64::INFINITY, f64::NAN] {
        let normalisation = Normalisation::Volatility(target);
        let error = refused(RiskBudgetParams { normalisation, ..RiskBudgetParams::default() });
        let expected = format!("the target volatility is {target}, expected a positive, finite number");
        assert_eq!(error.to_string(), expected);
    }
    let positions = Some(vec![Position::Long; 3]);
    let error = refused(RiskBudgetParams { positions, ..budget(&[0.5, 0.5]) });
    assert_eq!(error.to_string(), "the list of positions has length 3, expected 2");
}

#[test]
fn budgets_and_positions_of_another_length() {
    let covariance = diagonal(&[0.04, 0.01, 0.09]);
    let error = refused(budget(&[0.5, 0.5]), &covariance);
    assert_eq!(error, InputError::LengthMismatch { what: "the risk budget", expected: 3, actual: 2 }.into());
    assert_eq!(error.to_string(), "the risk budget has length 2, expected 3");
    let positions = Some(vec![Position::Short]);
    let error = refused(RiskBudgetParams { positions, ..RiskBudgetParams::default() }, &covariance);
    assert_eq!(
        error,
        InputError::LengthMismatch { what: "the list of positions", expected: 3, actual: 1 }.into()
    );
}

#[test]
fn a_budget_without_a_variance() {
    let covariance = diagonal(&[0.04, 0.0, 0.09]);
    let error = refused(RiskBudgetParams::default(), &covariance);
    assert_eq!(error, InputError::ZeroVariance { asset: 1 }.into());
    let universe = Universe::new(["AAPL", "CASH", "XOM"]).unwrap();
    assert_eq!(error.named(&universe), "the variance of CASH is zero, expected a positive number");
    // Without a budget, it is no matter.
    let allocation =
        RiskBudgeting::new(budget(&[0.5, 0.0, 0.5])).unwrap().allocate((&covariance).into()).unwrap();
    assert_eq!(allocation.weights().as_slice()[1].to_bits(), 0);
    let exposures = DMatrix::from_column_slice(2, 1, &[0.2, 0.0]);
    let market = Covariance::from_column_slice(1, &[1.0]).unwrap();
    let factor = FactorCovariance::new(exposures, market, vec![0.01, 0.0]).unwrap();
    assert_eq!(refused(RiskBudgetParams::default(), &factor), InputError::ZeroVariance { asset: 1 }.into());
    let exposures = DMatrix::from_column_slice(2, 1, &[0.2, 1e200]);
    let market = Covariance::from_column_slice(1, &[1.0]).unwrap();
    let factor = FactorCovariance::new(exposures, market, vec![0.01, 0.0]).unwrap();
    let error = refused(RiskBudgetParams::default(), &factor);
    assert_eq!(error.to_string(), "the variance of asset 1 is inf, expected a finite number");
}

#[test]
fn assets_that_hedge_each_other_completely() {
    let pair = correlated(2, -1.0);
    let error = refused(RiskBudgetParams { algorithm: Algorithm::Newton, ..budget(&[0.3, 0.7]) }, &pair);
    let ratio = if let Error::Riskless { ratio } = error { ratio } else { f64::NAN };
    assert!((0.0..1e-12).contains(&ratio), "{ratio}");
    assert_eq!(
        Error::Riskless { ratio: 2.5e-14 }.to_string(),
        "the assets with a budget hedge each other completely: the variance of a portfolio is 2.5e-14 of what it would be if all correlations were 1, expected a covariance that leaves some risk"
    );
    for algorithm in [Algorithm::Automatic, Algorithm::Newton] {
        let params = RiskBudgetParams { algorithm, ..budget(&[0.3, 0.7]) };
        assert!(matches!(refused(params.clone(), &pair), Error::Riskless { .. }));
        // Of three assets without a common direction, too.
        let params = RiskBudgetParams { budget: None, ..params };
        assert!(matches!(refused(params, &correlated(3, -0.5)), Error::Riskless { .. }));
    }
    // One of the two alone is no hedge.
    let allocation = RiskBudgeting::new(budget(&[0.0, 1.0])).unwrap().allocate((&pair).into()).unwrap();
    assert_eq!(allocation.weights().as_slice(), [0.0, 1.0]);
}

#[test]
fn matrices_that_are_no_covariance() {
    for algorithm in [Algorithm::Automatic, Algorithm::Newton] {
        let params = RiskBudgetParams { algorithm, ..RiskBudgetParams::default() };
        let error = refused(params.clone(), &correlated(6, -0.5));
        let ratio = if let Error::NegativeVariance { ratio } = error { ratio } else { f64::NAN };
        assert!((-1.0..-0.1).contains(&ratio), "{ratio}");
        // The portfolio has a variance; it is the decomposition that finds the negative eigenvalue.
        let mut matrix = correlated(4, 0.9).into_inner();
        (matrix[(2, 3)], matrix[(3, 2)]) = (-0.9, -0.9);
        (matrix[(1, 3)], matrix[(3, 1)]) = (-0.9, -0.9);
        (matrix[(1, 2)], matrix[(2, 1)]) = (-0.9, -0.9);
        let params = RiskBudgetParams { positions: Some(vec![Position::Long; 4]), ..params };
        let error = refused(params, &Covariance::new(matrix).unwrap());
        assert!(
            matches!(error, Error::NotPositiveSemidefinite { .. } | Error::NegativeVariance { .. }),
            "{error}"
        );
    }
    // Correlations of 1e600 and of -1e600, which are infinite.
    for (algorithm, covariance) in
        Algorithm::ALL.iter().flat_map(|algorithm| [1e300, -1e300].map(|entry| (*algorithm, entry)))
    {
        let covariance = Covariance::from_column_slice(2, &[1e-300, covariance, covariance, 1e-300]).unwrap();
        let params = RiskBudgetParams { algorithm, ..RiskBudgetParams::default() };
        assert_eq!(refused(params, &covariance), Error::NotPositiveSemidefinite { asset: 1 });
    }
    let error = Error::NegativeVariance { ratio: -0.125 };
    assert_eq!(
        error.to_string(),
        "the variance of a portfolio is -1.25e-1 of what it would be if all correlations were 1, expected zero or more: the covariance is not positive semidefinite"
    );
    let error = Error::NotPositiveSemidefinite { asset: 1 };
    let universe = Universe::new(["AAPL", "MSFT"]).unwrap();
    assert_eq!(
        error.named(&universe),
        "the covariance is not positive semidefinite at MSFT, expected a matrix without negative eigenvalues: estimate it from complete data, or repair it"
    );
}

/// What the portfolio says, where coordinate descent alone is asked for or ends early.
#[test]
fn portfolios_without_a_variance() {
    let by_descent = |shares| RiskBudgetParams { algorithm: Algorithm::CoordinateDescent, ..budget(shares) };
    let error = refused(by_descent(&[0.3, 0.7]), &correlated(2, -1.0));
    assert!(matches!(error, Error::Riskless { ratio } if (0.0..=1e-13).contains(&ratio)), "{error}");
    let params = RiskBudgetParams { iteration_limit: 1, ..by_descent(&[0.3, 0.7]) };
    let error = refused(params, &correlated(2, -2.0));
    // Of weights w and 1 - w: 1 - 6 w (1 - w), which is -1/2 at its least.
    assert!(matches!(error, Error::NegativeVariance { ratio } if (-0.5..-0.1).contains(&ratio)), "{error}");
}

#[test]
fn shorts_that_outweigh_longs() {
    let positions = Some(vec![Position::Short, Position::Long]);
    let params = RiskBudgetParams { positions, normalisation: Normalisation::Net, ..budget(&[0.5, 0.5]) };
    let error = refused(params, &diagonal(&[0.01, 0.04]));
    let net = if let Error::NetNotPositive { net } = error { net } else { f64::NAN };
    assert!((net + 1.0 / 3.0).abs() < 1e-9, "{net}");
    assert_eq!(
        Error::NetNotPositive { net: -0.5 }.to_string(),
        "the net exposure is -0.5 of the gross exposure, expected a positive number: weights cannot be scaled to sum to one"
    );
}

#[test]
fn reports_on_portfolios_that_have_none() {
    let covariance = diagonal(&[0.04, 0.01]);
    let weights = Weights::equal(3).unwrap();
    let error = RiskReport::new(&covariance, &weights, None).unwrap_err();
    assert_eq!(
        error,
        InputError::LengthMismatch { what: "the list of weights", expected: 2, actual: 3 }.into()
    );
    let (weights, budget) = (Weights::equal(2).unwrap(), Budget::equal(3).unwrap());
    let error = RiskReport::new(&covariance, &weights, Some(&budget)).unwrap_err();
    assert_eq!(error, InputError::LengthMismatch { what: "the risk budget", expected: 2, actual: 3 }.into());
    let nothing = Weights::new(vec![0.0, 0.0]).unwrap();
    let error = RiskReport::new(&covariance, &nothing, None).unwrap_err();
    assert_eq!(error.to_string(), "the risk of the portfolio is 0, expected a positive, finite number");
}

#[test]
fn sensitivities_of_another_problem() {
    let covariance = diagonal(&[0.04, 0.01]);
    let budgeting = RiskBudgeting::new(RiskBudgetParams::default()).unwrap();
    let mut allocation = RiskBudgetAllocation::default();
    let error = budgeting.sensitivity(&covariance, &allocation).unwrap_err();
    assert_eq!(
        error,
        InputError::LengthMismatch { what: "the list of weights", expected: 2, actual: 0 }.into()
    );
    allocation.solution.weights.assign(&[1.5, -0.5]).unwrap();
    let error = budgeting.sensitivity(&covariance, &allocation).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the weight of asset 1 is -0.5, expected a number other than zero, of the sign of the position"
    );
    // Weights that hedge each other completely are no solution of any budget.
    allocation.solution.weights.assign(&[0.5, 0.5]).unwrap();
    let error = budgeting.sensitivity(&correlated(2, -1.0), &allocation).unwrap_err();
    assert_eq!(error, Error::Riskless { ratio: 0.0 });
    // One asset with all others, and all others against each other: equal weights have a variance all the same.
    let budgeting = RiskBudgeting::new(RiskBudgetParams::default()).unwrap();
    let mut matrix = correlated(4, -0.9).into_inner();
    for other in 1..4 {
        (matrix[(0, other)], matrix[(other, 0)]) = (0.9, 0.9);
    }
    allocation.solution.weights.assign(&[0.25; 4]).unwrap();
    let error = budgeting.sensitivity(&Covariance::new(matrix).unwrap(), &allocation).unwrap_err();
    assert!(matches!(error, Error::NotPositiveSemidefinite { asset: 2 | 3 }), "{error}");
}

#[test]
fn signs_that_are_none() {
    assert_eq!(Position::from_signs(&[-1.0, 1.0]).unwrap(), [Position::Short, Position::Long]);
    let (name, expected) = ("the sign", "1 or -1");
    for value in [0.0, -0.5, 2.0, f64::INFINITY] {
        let error = Position::from_signs(&[1.0, value]).unwrap_err();
        assert_eq!(error, InputError::AssetOutOfRange { name, asset: 1, value, expected });
    }
    let error = Position::from_signs(&[f64::NAN]).unwrap_err();
    assert_eq!(error.to_string(), "the sign of asset 0 is NaN, expected 1 or -1");
}

#[test]
fn names_of_algorithms() {
    for &algorithm in Algorithm::ALL {
        assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
    }
    let error = "newtons".parse::<Algorithm>().unwrap_err();
    assert_eq!(error.to_string(), r#"algorithm "newtons" is unknown, did you mean "newton"?"#);
}
