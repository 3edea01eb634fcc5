//! Portfolios that choose their assets, against the best of all choices.

use po_convex::{
    Constraints, Error, LinearConstraint, Markowitz, MarkowitzParams, MaxCorrelation, Net, Objective,
    Portfolio,
};
use po_core::{Allocator, Bounds, Covariance, Moments, Status, Weights};
use serde::Deserialize;

/// An objective is a sum of some products of weights.
const VALUE: f64 = 1e-12;

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
    quadratic: f64,
    linear: f64,
    lower: Vec<f64>,
    upper: Vec<f64>,
    budget: [f64; 2],
    #[serde(default)]
    row: Vec<Row>,
    benchmark: Option<Vec<f64>>,
    holdings: Option<Vec<f64>>,
    turnover: Option<f64>,
    cardinality: Option<usize>,
    min_position: Option<f64>,
    correlation_cap: Option<f64>,
    infeasible: bool,
    #[serde(default)]
    support: Vec<usize>,
    #[serde(default)]
    weights: Vec<f64>,
    objective: Option<f64>,
    tolerance: Option<f64>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    lower: f64,
    upper: f64,
    coefficients: Vec<f64>,
}

impl Case {
    fn params(&self) -> MarkowitzParams {
        let weights =
            |weights: &Option<Vec<f64>>| weights.clone().map(|weights| Weights::new(weights).unwrap());
        let linear = self.row.iter().map(|row| {
            LinearConstraint::from_row(&row.name, &row.coefficients, row.lower, row.upper).unwrap()
        });
        let constraints = Constraints {
            bounds: Some(Bounds::new(self.lower.clone(), self.upper.clone()).unwrap()),
            budget: Net { lower: self.budget[0], upper: self.budget[1] },
            linear: linear.collect(),
            holdings: weights(&self.holdings),
            turnover: self.turnover,
            benchmark: weights(&self.benchmark),
            cardinality: self.cardinality,
            min_position: self.min_position,
            max_correlation: self.correlation_cap.map(|cap| MaxCorrelation::new(cap).unwrap()),
            ..Constraints::default()
        };
        let objective = if self.benchmark.is_some() {
            Objective::MinTrackingError
        } else if self.linear == 0.0 {
            Objective::MinVariance
        } else {
            Objective::Utility { risk_aversion: self.quadratic }
        };
        MarkowitzParams { objective, constraints, ..MarkowitzParams::default() }
    }

    /// Our objective in their terms.
    fn objective_of(&self, portfolio: &Portfolio) -> f64 {
        let value = portfolio.objective;
        if self.benchmark.is_some() {
            0.5 * value * value
        } else if self.linear == 0.0 {
            0.5 * self.quadratic * value
        } else {
            -value
        }
    }
}

fn cases() -> Vec<(Case, Moments)> {
    let File { market, case } = toml::from_str(include_str!("../data/integer.toml")).unwrap();
    let of_case = |case: Case| {
        let market = market.iter().find(|market| market.name == case.market).unwrap();
        let covariance = Covariance::from_column_slice(market.assets, &market.covariance).unwrap();
        (case, Moments::new(market.mean.clone(), covariance).unwrap())
    };
    case.into_iter().map(of_case).collect()
}

#[test]
fn choices_equal_the_best_of_all() {
    for (case, moments) in cases().iter().filter(|(case, _)| !case.infeasible) {
        let portfolio = Markowitz::new(case.params()).unwrap().allocate(moments.into()).unwrap();
        let x = portfolio.as_ref().as_slice();
        let support: Vec<usize> = (0..x.len()).filter(|&asset| x[asset] != 0.0).collect();
        assert_eq!(support, case.support, "{}", case.name);
        for (weight, expected) in x.iter().zip(&case.weights) {
            assert!(
                (weight - expected).abs() <= case.tolerance.unwrap(),
                "{}: {weight} is not {expected}",
                case.name
            );
        }
        let (value, expected) = (case.objective_of(&portfolio), case.objective.unwrap());
        assert!((value - expected).abs() <= VALUE, "{}: {value} is not {expected}", case.name);
        assert_eq!(portfolio.solution.status, Status::Converged, "{}", case.name);
        assert!(portfolio.gap() <= VALUE, "{}: gap {}", case.name, portfolio.gap());
    }
}

#[test]
fn a_choice_that_cannot_be_made_is_told() {
    for (case, moments) in cases().iter().filter(|(case, _)| case.infeasible) {
        let error = Markowitz::new(case.params()).unwrap().allocate(moments.into()).unwrap_err();
        assert!(matches!(error, Error::Infeasible(_)), "{}: {error}", case.name);
    }
}
