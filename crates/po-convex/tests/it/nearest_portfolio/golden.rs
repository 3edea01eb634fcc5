//! Against cases that were proven optimal in fifty digits.

use po_convex::{
    Constraint, Constraints, Costs, LinearConstraint, MaxCorrelation, NearestInput, NearestParams,
    NearestPortfolio, Nearness, Net, Side,
};
use po_core::{Allocator, Bounds, Covariance, Weights};
use serde::Deserialize;

use super::{assert_near, assert_proven};

/// What a tracking error adds to the tolerance of a case: it is held to this of its limit, and shadow prices lose more,
/// because a limit of 0.01 multiplies what its square has lost.
const TRACKED: f64 = 1e-8;

#[derive(Deserialize)]
struct File {
    market: Vec<Market>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Market {
    name: String,
    assets: usize,
    covariance: Vec<f64>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    market: String,
    nearness: String,
    target: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    budget: [f64; 2],
    #[serde(default)]
    row: Vec<Row>,
    holdings: Option<Vec<f64>>,
    costs: Option<Vec<f64>>,
    turnover: Option<f64>,
    gross: Option<f64>,
    benchmark: Option<Vec<f64>>,
    tracking_error: Option<f64>,
    cardinality: Option<usize>,
    min_position: Option<f64>,
    correlation_cap: Option<f64>,
    weights: Vec<f64>,
    objective: f64,
    budget_dual: Option<f64>,
    row_duals: Option<Vec<f64>>,
    limit_duals: Option<Vec<f64>>,
    turnover_dual: Option<f64>,
    gross_dual: Option<f64>,
    bound_duals: Option<Vec<f64>>,
    tolerance: f64,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    lower: f64,
    upper: f64,
    coefficients: Vec<f64>,
}

fn weights(numbers: &Option<Vec<f64>>) -> Option<Weights> {
    numbers.clone().map(|numbers| Weights::new(numbers).unwrap())
}

impl Case {
    fn params(&self) -> NearestParams {
        let linear = self.row.iter().map(|row| {
            let terms = row.coefficients.iter().copied().enumerate().filter(|(_, a)| *a != 0.0).collect();
            LinearConstraint::new(&row.name, terms, row.lower, row.upper).unwrap()
        });
        let constraints = Constraints {
            bounds: Some(Bounds::new(self.lower.clone(), self.upper.clone()).unwrap()),
            budget: Net { lower: self.budget[0], upper: self.budget[1] },
            gross: self.gross,
            linear: linear.collect(),
            holdings: weights(&self.holdings),
            turnover: self.turnover,
            // Rates in a tenth, and a weight of ten: only their product counts.
            costs: self
                .costs
                .as_ref()
                .map(|costs| Costs::Each(costs.iter().map(|rate| rate / 10.0).collect())),
            benchmark: weights(&self.benchmark),
            tracking_error: self.tracking_error,
            cardinality: self.cardinality,
            min_position: self.min_position,
            max_correlation: self.correlation_cap.map(|cap| MaxCorrelation::new(cap).unwrap()),
        };
        let nearness = match self.nearness.as_str() {
            "relative" => Nearness::Relative,
            "euclidean" => Nearness::Euclidean,
            _ => Nearness::TrackingError,
        };
        assert_eq!(nearness.name(), self.nearness);
        NearestParams { constraints, nearness, cost_weight: 10.0, ..NearestParams::default() }
    }

    /// Half the square of the target: what the stored objective is less than half a squared distance.
    fn constant(&self, covariance: &Covariance) -> f64 {
        let target = &self.target;
        let squares = target.iter().enumerate().map(|(asset, t)| match self.nearness.as_str() {
            "relative" => t * t / t.abs().max(1e-6),
            "euclidean" => t * t,
            _ => t * covariance.column(asset).iter().zip(target).map(|(s, t)| s * t).sum::<f64>(),
        });
        0.5 * squares.sum::<f64>()
    }

    /// The dual that is stored for a constraint, as a derivative of the objective.
    fn price(&self, constraint: &Constraint) -> Option<f64> {
        let dual = match constraint {
            Constraint::LowerBound { asset, .. } | Constraint::UpperBound { asset, .. } => {
                self.bound_duals.as_ref().map(|duals| duals[*asset])
            }
            Constraint::Row { label, .. } => match label.as_str() {
                "budget" => self.budget_dual,
                "turnover" => self.turnover_dual,
                "gross" => self.gross_dual,
                "tracking error" => self.limit_duals.as_ref().map(|duals| duals[0]),
                label => {
                    let row = self.row.iter().position(|row| row.name == label).unwrap();
                    self.row_duals.as_ref().map(|duals| duals[row])
                }
            },
        };
        dual.map(|dual| -dual)
    }
}

#[test]
fn every_case_is_the_proven_optimum() {
    let file: File = toml::from_str(include_str!("../../data/nearest.toml")).unwrap();
    assert_eq!(file.case.len(), 39);
    for case in &file.case {
        let market = file.market.iter().find(|market| market.name == case.market).unwrap();
        let covariance = Covariance::from_column_slice(market.assets, &market.covariance).unwrap();
        let target = Weights::new(case.target.clone()).unwrap();
        let portfolio = NearestPortfolio::new(case.params()).unwrap();
        let allocation = portfolio
            .allocate(NearestInput { target: &target, covariance: Some((&covariance).into()) })
            .unwrap();
        assert_proven(&allocation);
        let name = &case.name;
        let tolerance = if case.tracking_error.is_some() { TRACKED } else { case.tolerance };
        assert_near(allocation.solution.weights.as_slice(), &case.weights, tolerance);
        let expected = case.objective + case.constant(&covariance);
        assert!((allocation.objective - expected).abs() <= tolerance, "{name}: {}", allocation.objective);
        assert!(allocation.moved, "{name}");
        assert_eq!(
            allocation.nodes > 0,
            name.contains("cardinality") || name.contains("position") || name.contains("correlation"),
            "{name}"
        );

        let prices = allocation.shadow_prices();
        for price in &prices {
            let Some(expected) = case.price(&price.constraint) else { continue };
            let near = (price.value - expected).abs() <= tolerance * (1.0 + expected.abs());
            assert!(near, "{name}: {price:?}, expected {expected}");
            assert_eq!(price.value > 0.0, price.constraint.side() == Side::Lower, "{name}: {price:?}");
        }
        // What is stored and is no rounding is told.
        let stored =
            |duals: &Option<Vec<f64>>| duals.iter().flatten().filter(|dual| dual.abs() > 1e-9).count();
        let single = [case.budget_dual, case.turnover_dual, case.gross_dual];
        let count = stored(&case.bound_duals)
            + stored(&case.row_duals)
            + stored(&case.limit_duals)
            + single.iter().flatten().filter(|dual| dual.abs() > 1e-9).count();
        if case.bound_duals.is_some() {
            assert_eq!(prices.len(), count, "{name}: {prices:?}");
        }
    }
}
