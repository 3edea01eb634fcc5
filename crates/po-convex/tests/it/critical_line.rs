//! The critical line against frontiers that were proven in fifty digits, and against what any frontier satisfies.

use po_convex::{CriticalLine, FrontierPoint, Rows, critical_line};
use po_core::{Bounds, Covariance, Moments};
use serde::Deserialize;

/// Frontiers and programmes solve the same equations on the same active set, in different ways.
const SAME: f64 = 1e-10;

#[derive(Deserialize)]
struct File {
    market: Vec<Market>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Market {
    name: String,
    assets: usize,
    mean: Vec<f64>,
    covariance: Vec<f64>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    market: String,
    lower: Vec<f64>,
    upper: Vec<f64>,
    budget: [f64; 2],
    #[serde(default)]
    row: Vec<Row>,
    lambdas: Vec<f64>,
    returns: Vec<f64>,
    variances: Vec<f64>,
    weights: Vec<f64>,
    middle_lambdas: Vec<f64>,
    middle_weights: Vec<f64>,
    risk_free: f64,
    max_sharpe: f64,
    max_sharpe_weights: Vec<f64>,
    tolerance: f64,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    lower: f64,
    upper: f64,
    coefficients: Vec<f64>,
}

fn cases() -> Vec<(Case, CriticalLine, Moments)> {
    let File { market, case } = toml::from_str(include_str!("../data/frontier.toml")).unwrap();
    let of_case = |case: Case| {
        let market = market.iter().find(|market| market.name == case.market).unwrap();
        let covariance = Covariance::from_column_slice(market.assets, &market.covariance).unwrap();
        let moments = Moments::new(market.mean.clone(), covariance).unwrap();
        let mut rows = Rows::new(market.assets);
        rows.push("budget", &vec![1.0; market.assets], case.budget[0], case.budget[1]).unwrap();
        for row in &case.row {
            rows.push(&row.name, &row.coefficients, row.lower, row.upper).unwrap();
        }
        let bounds = Bounds::new(case.lower.clone(), case.upper.clone()).unwrap();
        let line = critical_line(&moments, &bounds, &rows).unwrap();
        (case, line, moments)
    };
    case.into_iter().map(of_case).collect()
}

fn assert_close(what: &str, actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (place, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        let difference = (actual - expected).abs();
        assert!(difference <= tolerance, "{what}[{place}]: {actual} is not {expected}: {difference:e}");
    }
}

#[test]
fn turning_points_equal_the_proven_ones() {
    for (case, line, _) in cases() {
        let upwards: Vec<&FrontierPoint> = line.turning_points().iter().rev().collect();
        let lambdas: Vec<f64> = upwards.iter().map(|point| point.lambda).collect();
        // λ is a ratio of differences of marginal variances to differences of means.
        let scale = case.lambdas.last().unwrap().max(1.0);
        assert_close(&case.name, &lambdas, &case.lambdas, case.tolerance * scale);
        let of =
            |get: fn(&FrontierPoint) -> f64| -> Vec<f64> { upwards.iter().map(|point| get(point)).collect() };
        assert_close(&case.name, &of(|point| point.mean), &case.returns, case.tolerance);
        assert_close(&case.name, &of(|point| point.variance), &case.variances, case.tolerance);
        let weights = upwards.iter().flat_map(|point| point.weights.as_slice().iter().copied());
        assert_close(&case.name, &weights.collect::<Vec<f64>>(), &case.weights, case.tolerance);
    }
}

#[test]
fn portfolios_between_turning_points_equal_the_proven_ones() {
    for (case, line, moments) in cases() {
        for (lambda, weights) in
            case.middle_lambdas.iter().zip(case.middle_weights.chunks_exact(case.lower.len()))
        {
            let point = line.at_lambda(*lambda).unwrap();
            assert_close(&case.name, point.weights.as_slice(), weights, case.tolerance);
            let variance = moments.covariance().portfolio_variance(&point.weights).unwrap();
            assert!((point.variance - variance).abs() <= SAME * variance, "{}", case.name);
            // The same portfolio, asked for by its return and by its risk.
            let by_return = line.at_return(point.mean).unwrap();
            let by_risk = line.at_volatility(point.volatility()).unwrap();
            assert_close(&case.name, by_return.weights.as_slice(), weights, case.tolerance);
            assert_close(&case.name, by_risk.weights.as_slice(), weights, case.tolerance);
        }
    }
}

#[test]
fn the_greatest_ratio_equals_the_proven_one() {
    for (case, line, _) in cases() {
        let point = line.maximum_sharpe(case.risk_free).unwrap();
        assert!((point.sharpe(case.risk_free) - case.max_sharpe).abs() <= case.tolerance, "{}", case.name);
        assert_close(&case.name, point.weights.as_slice(), &case.max_sharpe_weights, case.tolerance);
    }
}
