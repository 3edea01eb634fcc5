//! Risk budgets under constraints: proven cases, closed forms, properties, and what is refused.

use po_convex::{Constraint, Constraints, LinearConstraint, Net, Side};
use po_core::{Allocator, Bounds, Covariance, Status, Universe, Weights};
use po_risk_budget::{
    Compromise, ConstrainedAllocation, ConstrainedRiskBudgetParams, ConstrainedRiskBudgeting,
    ConstrainedScratch, Error, Obstacle,
};
use serde::Deserialize;

use crate::covariances::{self, hedged_covariance};
use crate::scenarios::{Dice, assert_close, budget};

/// A few sums and quotients of numbers of order one.
const ROUNDING: f64 = 1e-12;

/// Weights of a solution whose last step was below 1e-10.
const SOLVED: f64 = 1e-9;

#[derive(Deserialize)]
pub(crate) struct File {
    pub(crate) market: Vec<Market>,
    barrier: Vec<Case>,
    nearest: Vec<Case>,
    pub(crate) capped: Vec<Case>,
}

#[derive(Deserialize)]
pub(crate) struct Market {
    name: String,
    assets: usize,
    covariance: Vec<f64>,
}

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) market: String,
    #[serde(default)]
    budgets: Vec<f64>,
    #[serde(default)]
    pub(crate) caps: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    pub(crate) shares: Vec<f64>,
    c: Option<f64>,
    pub(crate) objective: Option<f64>,
    #[serde(default)]
    row: Vec<Row>,
    pub(crate) tolerance: f64,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    lower: f64,
    upper: f64,
    coefficients: Vec<f64>,
}

pub(crate) fn file() -> File {
    toml::from_str(include_str!("../data/constrained.toml")).unwrap()
}

impl File {
    pub(crate) fn covariance(&self, case: &Case) -> Covariance {
        let market = self.market.iter().find(|market| market.name == case.market).unwrap();
        Covariance::from_column_slice(market.assets, &market.covariance).unwrap()
    }
}

impl Case {
    pub(crate) fn constraints(&self) -> Constraints {
        let linear = self.row.iter().map(|row| {
            LinearConstraint::from_row(&row.name, &row.coefficients, row.lower, row.upper).unwrap()
        });
        let bounds = Some(Bounds::new(self.lower.clone(), self.upper.clone()).unwrap());
        Constraints { bounds, linear: linear.collect(), ..Constraints::default() }
    }

    fn params(&self, compromise: Compromise) -> ConstrainedRiskBudgetParams {
        ConstrainedRiskBudgetParams {
            budget: Some(budget(&self.budgets)),
            constraints: self.constraints(),
            compromise,
            ..Default::default()
        }
    }
}

pub(crate) fn allocate(
    params: &ConstrainedRiskBudgetParams,
    covariance: &Covariance,
) -> Result<ConstrainedAllocation, Error> {
    ConstrainedRiskBudgeting::new(params.clone())?.allocate(covariance)
}

#[test]
fn barrier_weights_agree_with_those_proven_in_fifty_digits() {
    let file = file();
    assert_eq!(file.barrier.len(), 7);
    for case in &file.barrier {
        let allocation = allocate(&case.params(Compromise::Barrier), &file.covariance(case)).unwrap();
        assert_eq!(allocation.solution.status, Status::Converged);
        assert_close(allocation.weights().as_slice(), &case.weights, case.tolerance);
        assert_close(&allocation.report.share, &case.shares, 10.0 * case.tolerance);
        assert_eq!(allocation.is_met, case.name == "slack");
        if let Some(penalty) = allocation.penalty {
            assert!((penalty / case.c.unwrap() - 1.0).abs() < 1e-8);
        }
    }
}

#[test]
fn nearest_weights_agree_with_those_proven_in_fifty_digits() {
    let file = file();
    assert_eq!(file.nearest.len(), 6);
    for case in &file.nearest {
        let allocation = allocate(&case.params(Compromise::Nearest), &file.covariance(case)).unwrap();
        assert_eq!(allocation.solution.status, Status::Converged);
        assert_close(allocation.weights().as_slice(), &case.weights, SOLVED);
        assert_close(&allocation.report.share, &case.shares, 10.0 * SOLVED);
        assert!((allocation.distance.powi(2) - case.objective.unwrap()).abs() < ROUNDING);
    }
}

pub(crate) fn bounded(
    lower: Vec<f64>,
    upper: Vec<f64>,
    compromise: Compromise,
) -> ConstrainedRiskBudgetParams {
    let bounds = Some(Bounds::new(lower, upper).unwrap());
    let constraints = Constraints { bounds, ..Constraints::default() };
    ConstrainedRiskBudgetParams { constraints, compromise, ..Default::default() }
}

pub(crate) fn diagonal(variances: &[f64]) -> Covariance {
    let assets = variances.len();
    let entries: Vec<f64> = (0..assets * assets)
        .map(|place| if place / assets == place % assets { variances[place / assets] } else { 0.0 })
        .collect();
    Covariance::from_column_slice(assets, &entries).unwrap()
}

pub(crate) fn group(label: &str, members: &[usize], lower: f64, upper: f64) -> LinearConstraint {
    LinearConstraint::new(label, members.iter().map(|&member| (member, 1.0)).collect(), lower, upper).unwrap()
}

/// Without correlation, budgets of b are met by weights as `sqrt(b) / σ`. With a group held at more, the
/// barrier keeps these proportions among the others; within the group assets that are alike stay alike.
#[test]
fn a_group_at_its_limit() {
    let covariance = diagonal(&[0.04, 0.04, 0.01, 0.0025]);
    let constraints =
        Constraints { linear: vec![group("shares", &[0, 1], 0.6, 1.0)], ..Constraints::default() };
    let with = |compromise| {
        let constraints = constraints.clone();
        allocate(&ConstrainedRiskBudgetParams { constraints, compromise, ..Default::default() }, &covariance)
            .unwrap()
    };
    // 1/0.1 : 1/0.05.
    assert_close(with(Compromise::Barrier).weights().as_slice(), &[0.3, 0.3, 0.4 / 3.0, 0.8 / 3.0], SOLVED);
    let nearest = with(Compromise::Nearest);
    assert_close(&nearest.weights().as_slice()[..2], &[0.3, 0.3], SOLVED);
    for allocation in [with(Compromise::Barrier), nearest] {
        assert!(!allocation.is_met && allocation.distance > 0.1);
        let row = Constraint::Row { label: "shares".into(), side: Side::Lower, limit: 0.6 };
        assert_eq!(allocation.obstacles()[0].constraint, row);
    }
}

/// `x_i (Σx)_i = c b_i + x_i ν_i`: the price of a bound is what it adds to the share, over the weight.
#[test]
fn prices_of_the_barrier_are_what_bounds_add_to_shares() {
    let file = file();
    let case = &file.barrier[0];
    let allocation = allocate(&case.params(Compromise::Barrier), &file.covariance(case)).unwrap();
    let (weights, report) = (allocation.weights().as_slice(), &allocation.report);
    let variance = report.risk * report.risk;
    let obstacles = allocation.obstacles();
    assert_eq!(obstacles.len(), 2);
    for obstacle in &obstacles {
        let (asset, sign) = match obstacle.constraint {
            Constraint::LowerBound { asset, .. } => (asset, 1.0),
            Constraint::UpperBound { asset, .. } => (asset, -1.0),
            Constraint::Row { .. } => panic!("{obstacle}"),
        };
        let added = report.share[asset] - allocation.penalty.unwrap() * 0.2 / variance;
        assert!((sign * added / weights[asset] - obstacle.price).abs() < SOLVED);
    }
    let universe = Universe::new(["A", "B", "C", "D", "E"]).unwrap();
    let named: Vec<String> = obstacles.iter().map(|obstacle| obstacle.named(&universe)).collect();
    assert!(
        named.iter().any(|text| text.starts_with("the lower bound of B, 0.2, at a price of 0.")),
        "{named:?}"
    );
    assert!(
        named.iter().any(|text| text.starts_with("the upper bound of E, 0.35, at a price of 0.")),
        "{named:?}"
    );
    assert!(
        obstacles
            .iter()
            .any(|obstacle| obstacle.to_string().starts_with("the upper bound of asset 4, 0.35,"))
    );
}

/// The price of a limit of the nearest budget is what the squared distance falls by when the limit gives way
/// a little.
#[test]
fn prices_of_the_nearest_budget_are_slopes() {
    /// A limit gives way by this; the squared distance is known to 1e-13.
    const STEP: f64 = 1e-5;
    /// The second derivative times the step, and rounding over the step.
    const SLOPE: f64 = 1e-3;
    let file = file();
    let case = file.nearest.iter().find(|case| case.name == "rows").unwrap();
    let covariance = file.covariance(case);
    let params = case.params(Compromise::Nearest);
    let allocation = allocate(&params, &covariance).unwrap();
    let obstacles = allocation.obstacles();
    assert_eq!(obstacles.len(), 3, "{obstacles:?}");
    for obstacle in obstacles {
        let Constraint::Row { label, side, .. } = &obstacle.constraint else { panic!("{obstacle}") };
        let mut loose = params.clone();
        let give = |limit: f64| if *side == Side::Lower { limit - STEP } else { limit + STEP };
        if label == "budget" {
            loose.constraints.budget = Net::exactly(give(1.0));
        } else {
            for linear in &mut loose.constraints.linear {
                if linear.label() == label {
                    let (lower, upper) = (give(linear.lower()), give(linear.upper()));
                    *linear = LinearConstraint::new(label, linear.terms().to_vec(), lower, upper).unwrap();
                }
            }
        }
        let fall = allocation.distance.powi(2) - allocate(&loose, &covariance).unwrap().distance.powi(2);
        assert!((fall / STEP - obstacle.price).abs() < SLOPE, "{obstacle}: {}", fall / STEP);
    }
}

/// Limits on turnover and gross exposure go with the nearest budget.
#[test]
fn turnover_from_holdings_is_limited() {
    let covariance = diagonal(&[0.04, 0.01]);
    let constraints = Constraints {
        holdings: Some(Weights::new(vec![0.5, 0.5]).unwrap()),
        turnover: Some(0.1),
        ..Constraints::default()
    };
    let params = ConstrainedRiskBudgetParams { constraints, ..Default::default() };
    let allocation = allocate(&params, &covariance).unwrap();
    // Towards 1/3 and 2/3, but not farther than a sale and a purchase of 5 %.
    assert_close(allocation.weights().as_slice(), &[0.45, 0.55], SOLVED);
    let turnover = Constraint::Row { label: "turnover".into(), side: Side::Upper, limit: 0.1 };
    assert!(allocation.obstacles().iter().any(|obstacle| obstacle.constraint == turnover));
}

/// An asset without a budget stands at its lower bound, in the barrier too.
#[test]
fn an_asset_without_a_budget_holds_what_it_must() {
    let covariance = diagonal(&[0.04, 0.01, 0.01]);
    let mut params = bounded(vec![0.0, 0.0, 0.1], vec![1.0; 3], Compromise::Barrier);
    params.budget = Some(budget(&[0.5, 0.5, 0.0]));
    let allocation = allocate(&params, &covariance).unwrap();
    assert_close(allocation.weights().as_slice(), &[0.3, 0.6, 0.1], SOLVED);
    assert_eq!(allocation.obstacles()[0].constraint, Constraint::LowerBound { asset: 2, bound: 0.1 });
    params.constraints.bounds = Some(Bounds::new(vec![0.0; 3], vec![0.5, 0.6, 1.0]).unwrap());
    let allocation = allocate(&params, &covariance).unwrap();
    assert_close(allocation.weights().as_slice(), &[0.4, 0.6, 0.0], SOLVED);
}

#[test]
fn the_iteration_limit_is_told() {
    let file = file();
    for (case, compromise) in
        [(&file.barrier[0], Compromise::Barrier), (&file.nearest[0], Compromise::Nearest)]
    {
        let params = ConstrainedRiskBudgetParams { iteration_limit: 1, ..case.params(compromise) };
        let allocation = allocate(&params, &file.covariance(case)).unwrap();
        assert_eq!(allocation.solution.status, Status::IterationLimit);
        assert!(allocation.solution.certificate.primal_residual < 1.0);
    }
}

#[test]
fn obstacles_in_words() {
    let universe = Universe::new(["AAPL", "MSFT"]).unwrap();
    let row = |side, limit| Constraint::Row { label: "tech".into(), side, limit };
    for (constraint, numbered, named) in [
        (
            Constraint::LowerBound { asset: 1, bound: 0.1 },
            "the lower bound of asset 1, 0.1, at a price of 2",
            "the lower bound of MSFT, 0.1, at a price of 2",
        ),
        (
            Constraint::UpperBound { asset: 0, bound: 0.5 },
            "the upper bound of asset 0, 0.5, at a price of 2",
            "the upper bound of AAPL, 0.5, at a price of 2",
        ),
        (
            row(Side::Lower, 0.25),
            r#""tech", at least 0.25, at a price of 2"#,
            r#""tech", at least 0.25, at a price of 2"#,
        ),
        (
            row(Side::Upper, 0.75),
            r#""tech", at most 0.75, at a price of 2"#,
            r#""tech", at most 0.75, at a price of 2"#,
        ),
    ] {
        let obstacle = Obstacle { constraint, price: 2.0 };
        assert_eq!(obstacle.to_string(), numbered);
        assert_eq!(obstacle.named(&universe), named);
    }
}

/// An allocation that is written to again tells of the constraints of the last call.
#[test]
fn obstacles_are_those_of_the_last_call() {
    let covariance = diagonal(&[0.04, 0.04, 0.01, 0.0025]);
    let (mut scratch, mut kept) = (ConstrainedScratch::default(), ConstrainedAllocation::default());
    for label in ["shares", "equity"] {
        let constraints =
            Constraints { linear: vec![group(label, &[0, 1], 0.6, 1.0)], ..Constraints::default() };
        let params = ConstrainedRiskBudgetParams { constraints, ..Default::default() };
        let budgeting = ConstrainedRiskBudgeting::new(params).unwrap();
        budgeting.allocate_into(&covariance, &mut scratch, &mut kept).unwrap();
        let row = Constraint::Row { label: label.into(), side: Side::Lower, limit: 0.6 };
        assert_eq!(kept.obstacles()[0].constraint, row);
        assert_eq!(kept, budgeting.allocate(&covariance).unwrap());
    }
}

/// Inside its bounds an asset contributes in proportion to its budget, even where assets hedge each other all but
/// completely and the weights are known to no more than rounding lets them be.
#[test]
fn the_barrier_keeps_its_promise_for_hedges_too() {
    /// Shares of a covariance with a condition of 1e5.
    const HEDGED: f64 = 1e-7;
    let problems = [5, 12].into_iter().flat_map(|assets| (0..40).map(move |seed| (assets, seed)));
    for ((assets, seed), hedged) in problems.flat_map(|problem| [(problem, true), (problem, false)]) {
        let mut dice = Dice::new(seed);
        let covariance =
            if hedged { hedged_covariance(assets, 0.999) } else { covariances::covariance(assets, seed) };
        let equal = 1.0 / assets as f64;
        let width = [0.01, 0.2, 0.6][seed as usize % 3];
        let lower: Vec<f64> =
            (0..assets).map(|_| if dice.uniform() < 0.3 { equal * (1.0 - width) } else { 0.0 }).collect();
        let upper: Vec<f64> = (0..assets)
            .map(|_| if dice.uniform() < 0.4 { equal * (1.0 + width * dice.uniform()) } else { 1.0 })
            .collect();
        let mut params = bounded(lower.clone(), upper.clone(), Compromise::Barrier);
        params.budget = Some(budget(&dice.shares(assets)));
        let allocation = allocate(&params, &covariance).unwrap();
        let weights = allocation.weights().as_slice();
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < SOLVED, "{assets} {seed}");
        let free = (0..assets).filter(|&asset| {
            weights[asset] > lower[asset] + SOLVED && weights[asset] < upper[asset] - SOLVED
        });
        let ratios: Vec<f64> =
            free.map(|asset| allocation.report.share[asset] / allocation.report.budget[asset]).collect();
        let spread = |(low, high): (f64, f64), ratio: &f64| (low.min(*ratio), high.max(*ratio));
        let (low, high) = ratios.iter().fold((f64::INFINITY, f64::NEG_INFINITY), spread);
        assert!(ratios.is_empty() || high - low < HEDGED * high, "{assets} {seed}: {low} {high}");
    }
}
