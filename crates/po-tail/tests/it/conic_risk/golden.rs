//! Golden cases by `HiGHS` and Clarabel, from the definitions.

use po_convex::{Constraints, Costs, LinearConstraint};
use po_core::{Allocator, Bounds, Confidence, Returns, RiskMeasure, RiskScratch, Status, Weights};
use po_tail::{
    CvarInput, CvarObjective, CvarPortfolio, GroundNorm, MeanCvar, MeanCvarParams, TailMeasure, Wasserstein,
};
use serde::Deserialize;

use super::market;

/// `HiGHS` holds constraints and slopes to 1e-10 in per cent; so does the optimum, relative to its value.
const LINEAR: f64 = 1e-7;

/// Clarabel ends where 1e-11 in per cent leaves its objective, and exponential cones cost it some digits.
const CONES: f64 = 2e-6;

/// What the crate promises of its own gap, relative to the objective.
const GAP: f64 = 1e-8;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    label: String,
    measure: String,
    objective: String,
    seed: u64,
    periods: usize,
    assets: usize,
    confidence: f64,
    number: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    gross: Option<f64>,
    group: Option<f64>,
    turnover: Option<f64>,
    cost: Option<f64>,
    decaying: Option<bool>,
    radius: Option<f64>,
    ground: Option<String>,
    value: f64,
    weights: Vec<f64>,
}

#[derive(Deserialize)]
struct Golden {
    case: Vec<Case>,
}

fn cases() -> Vec<Case> {
    let golden: Golden = toml::from_str(include_str!("../../data/optimise.toml")).unwrap();
    golden.case
}

impl Case {
    fn returns(&self) -> Returns {
        market(self.seed, self.periods, self.assets)
    }

    fn probabilities(&self) -> Vec<f64> {
        if self.decaying != Some(true) {
            return Vec::new();
        }
        let weights: Vec<f64> = (0..self.periods).rev().map(|age| 0.99_f64.powi(age as i32)).collect();
        let total: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / total).collect()
    }

    fn params(&self) -> MeanCvarParams {
        let assets = self.assets;
        let number = self.number.unwrap_or(f64::NAN);
        let objective = match self.objective.as_str() {
            "min-cvar" => CvarObjective::MinCvar,
            "max-return" => CvarObjective::MaxReturn { cvar: number },
            "min-risk" => CvarObjective::MinRisk { target_return: number },
            "utility" => CvarObjective::Utility { risk_aversion: number },
            _ => CvarObjective::MaxRatio { risk_free: number },
        };
        let measure = TailMeasure::ALL.into_iter().find(|measure| measure.name() == self.measure).unwrap();
        let traded = self.turnover.is_some() || self.cost.is_some();
        let constraints = Constraints {
            bounds: Some(
                Bounds::new(vec![self.lower.unwrap_or(0.0); assets], vec![self.upper.unwrap_or(1.0); assets])
                    .unwrap(),
            ),
            gross: self.gross,
            linear: self
                .group
                .map(|limit| {
                    let terms = (0..3).map(|asset| (asset, 1.0)).collect();
                    LinearConstraint::new("group", terms, f64::NEG_INFINITY, limit).unwrap()
                })
                .into_iter()
                .collect(),
            holdings: traded.then(|| Weights::equal(assets).unwrap()),
            turnover: self.turnover,
            costs: self.cost.map(Costs::Uniform),
            ..Constraints::default()
        };
        let ground = match self.ground.as_deref() {
            Some("greatest") => GroundNorm::Greatest,
            Some("sum") => GroundNorm::Sum,
            _ => GroundNorm::Euclidean,
        };
        let robust = self.radius.map(|radius| Wasserstein { radius, ground });
        let confidence = Confidence::new(self.confidence).unwrap();
        MeanCvarParams { objective, measure, confidence, constraints, robust, ..MeanCvarParams::default() }
    }

    fn allocate(&self) -> CvarPortfolio {
        let (returns, probabilities) = (self.returns(), self.probabilities());
        let input = CvarInput { returns: &returns, probabilities: &probabilities, mean: None };
        MeanCvar::new(self.params()).unwrap().allocate(input).unwrap()
    }

    fn is_linear(&self) -> bool {
        !matches!(self.measure.as_str(), "evar" | "edar") && self.ground.as_deref() != Some("euclidean")
    }

    fn name(&self) -> String {
        format!("{} {} {:?}", self.label, self.objective, self.number)
    }
}

#[test]
fn objectives_agree_with_other_programs() {
    for case in cases() {
        let portfolio = case.allocate();
        let tolerance = if case.is_linear() { LINEAR } else { CONES };
        let error = (portfolio.objective - case.value).abs() / case.value.abs();
        assert!(error <= tolerance, "{}: {} and {}", case.name(), portfolio.objective, case.value);
        // Weights are unique but for ties; that of a flat optimum is known to the root of the tolerance.
        let weights = portfolio.as_ref().as_slice();
        let distance = weights.iter().zip(&case.weights).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(distance <= 50.0 * tolerance.sqrt(), "{}: {weights:?} and {:?}", case.name(), case.weights);
    }
}

#[test]
fn every_solution_is_certified() {
    for case in cases() {
        let portfolio = case.allocate();
        assert_eq!(portfolio.solution.status, Status::Converged, "{}: {:?}", case.name(), portfolio.solution);
        let gap = portfolio.gap() / portfolio.objective.abs();
        assert!(gap <= GAP, "{}: a gap of {gap}", case.name());
        let residual = portfolio.solution.certificate.primal_residual;
        assert!(residual <= 1e-9, "{}: a residual of {residual}", case.name());
    }
}

#[test]
fn the_risk_is_that_of_the_series_of_returns() {
    for case in cases().iter().filter(|case| case.decaying.is_none()) {
        let portfolio = case.allocate();
        let (returns, params) = (case.returns(), case.params());
        let weights = portfolio.as_ref().as_slice();
        let series: Vec<f64> = (0..case.periods)
            .map(|t| {
                weights.iter().enumerate().map(|(asset, weight)| weight * returns.column(asset)[t]).sum()
            })
            .collect();
        let measure = params.measure.risk(params.confidence);
        let risk = measure.risk_into(&series, &mut RiskScratch::default()).unwrap();
        let own = portfolio.risk - portfolio.robustness;
        assert!((own - risk).abs() <= 1e-12 * risk.abs(), "{}: {own} and {risk}", case.name());
    }
}
