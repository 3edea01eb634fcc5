//! Risk budgets under constraints: proven cases, closed forms, properties, and what is refused.

use po_convex::{Constraint, Constraints, LinearConstraint, Net, Side};
use po_core::{Allocator, Bounds, Covariance, InputError, Status, Universe, Weights};
use po_risk_budget::{
    Compromise, ConstrainedAllocation, ConstrainedRiskBudgetParams, ConstrainedRiskBudgeting, ConstrainedScratch, Error,
    RiskBudgetParams, RiskBudgeting,
};
use proptest::prelude::*;
use serde::Deserialize;

use crate::scenarios::{Dice, assert_close, budget, cases, returns};

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

fn allocate(
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

fn bounded(lower: Vec<f64>, upper: Vec<f64>, compromise: Compromise) -> ConstrainedRiskBudgetParams {
    let bounds = Some(Bounds::new(lower, upper).unwrap());
    let constraints = Constraints { bounds, ..Constraints::default() };
    ConstrainedRiskBudgetParams { constraints, compromise, ..Default::default() }
}

fn diagonal(variances: &[f64]) -> Covariance {
    let assets = variances.len();
    let entries: Vec<f64> = (0..assets * assets)
        .map(|place| if place / assets == place % assets { variances[place / assets] } else { 0.0 })
        .collect();
    Covariance::from_column_slice(assets, &entries).unwrap()
}

fn group(label: &str, members: &[usize], lower: f64, upper: f64) -> LinearConstraint {
    LinearConstraint::new(label, members.iter().map(|&member| (member, 1.0)).collect(), lower, upper).unwrap()
}

/// Without correlation, budgets of b are met by weights as `sqrt(b) / σ`. With a group held at more, the barrier keeps
/// these proportions among the others; within the group assets that are alike stay alike.
#[test]
fn a_group_at_its_limit() {
    let covariance = diagonal(&[0.04, 0.04, 0.01, 0.0025]);
    let constraints = Constraints { linear: vec![group("shares", &[0, 1], 0.5, 1.0)], ..Constraints::default() };
    let with = |compromise| {
        let constraints = constraints.clone();
        allocate(&ConstrainedRiskBudgetParams { constraints, compromise, ..Default::default() }, &covariance).unwrap()
    };
    // 1/0.1 : 1/0.05.
    assert_close(with(Compromise::Barrier).weights().as_slice(), &[0.25, 0.25, 0.5 / 3.0, 1.0 / 3.0], SOLVED);
    let nearest = with(Compromise::Nearest);
    assert_close(&nearest.weights().as_slice()[..2], &[0.25, 0.25], SOLVED);
    for allocation in [with(Compromise::Barrier), nearest] {
        assert!(!allocation.is_met && allocation.distance > 0.1);
        let row = Constraint::Row { label: "shares".into(), side: Side::Lower, limit: 0.5 };
        assert_eq!(allocation.obstacles()[0].constraint, row, "{allocation:?}");
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
    assert!(named.iter().any(|text| text.starts_with("the lower bound of B, 0.2, at a price of 0.")), "{named:?}");
    assert!(named.iter().any(|text| text.starts_with("the upper bound of E, 0.35, at a price of 0.")), "{named:?}");
    assert!(obstacles.iter().any(|obstacle| obstacle.to_string().starts_with("the upper bound of asset 4, 0.35,")));
}

/// The price of a limit of the nearest budget is what the squared distance falls by when the limit gives way a little.
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
    for (case, compromise) in [(&file.barrier[0], Compromise::Barrier), (&file.nearest[0], Compromise::Nearest)] {
        let params = ConstrainedRiskBudgetParams { iteration_limit: 1, ..case.params(compromise) };
        let allocation = allocate(&params, &file.covariance(case)).unwrap();
        assert_eq!(allocation.solution.status, Status::IterationLimit);
        assert!(allocation.solution.certificate.primal_residual < 1.0);
    }
}

#[derive(Clone, Debug)]
struct Problem {
    covariance: Covariance,
    params: ConstrainedRiskBudgetParams,
}

/// Bounds around the equal weight, and a group; there is always a portfolio.
fn problems() -> impl Strategy<Value = Problem> {
    (2_usize..=12, any::<u64>(), any::<bool>()).prop_map(|(assets, seed, barrier)| {
        let mut dice = Dice::new(seed);
        let equal = 1.0 / assets as f64;
        let lower = (0..assets).map(|_| equal * 0.8 * dice.uniform()).collect();
        let upper = (0..assets).map(|_| equal * (1.0 + dice.uniform())).collect();
        let members: Vec<usize> = (0..assets).filter(|_| dice.uniform() < 0.5).collect();
        let held = equal * members.len() as f64;
        let linear = if members.is_empty() { vec![] } else { vec![group("group", &members, held * 0.95, held + 0.1)] };
        let bounds = Some(Bounds::new(lower, upper).unwrap());
        let params = ConstrainedRiskBudgetParams {
            budget: Some(budget(&dice.shares(assets))),
            constraints: Constraints { bounds, linear, ..Constraints::default() },
            compromise: if barrier { Compromise::Barrier } else { Compromise::Nearest },
            ..Default::default()
        };
        Problem { covariance: returns(60 + 4 * assets, assets, seed).covariance().unwrap(), params }
    })
}

proptest! {
    #![proptest_config(cases(150))]

    /// Constraints hold, bounds to the last bit; what is said about the budget is true.
    #[test]
    fn constraints_hold(Problem { covariance, params } in problems()) {
        let allocation = match allocate(&params, &covariance) {
            // Rows may not go together with a barrier; that is told.
            Err(Error::SumOutOfReach { .. }) if params.compromise == Compromise::Barrier => return Ok(()),
            other => other.unwrap(),
        };
        let (weights, bounds) = (allocation.weights().as_slice(), params.constraints.bounds.as_ref().unwrap());
        prop_assert_eq!(allocation.solution.status, Status::Converged);
        for (weight, (lower, upper)) in weights.iter().zip(bounds.lower().iter().zip(bounds.upper())) {
            prop_assert!(lower <= weight && weight <= upper);
        }
        prop_assert!((allocation.weights().net() - 1.0).abs() < ROUNDING);
        for linear in &params.constraints.linear {
            let value = linear.value(weights).unwrap();
            prop_assert!(value >= linear.lower() - ROUNDING && value <= linear.upper() + ROUNDING);
        }
        let shares = covariance.risk_contributions(allocation.weights()).unwrap();
        assert_close(&allocation.report.share, &shares, ROUNDING);
        let budgets = params.budget.as_ref().unwrap().shares();
        let squares: f64 = shares.iter().zip(budgets).map(|(share, budget)| (share - budget).powi(2)).sum();
        prop_assert!((squares.sqrt() - allocation.distance).abs() < ROUNDING);
        prop_assert_eq!(allocation.is_met, allocation.obstacles().is_empty());
        prop_assert_eq!(allocation.is_met, squares.sqrt() < 1e-8);
    }

    /// Where the budget portfolio is allowed, it is the result.
    #[test]
    fn parity_is_returned_where_it_is_allowed(Problem { covariance, params } in problems()) {
        let assets = covariance.len();
        let free = RiskBudgetParams { budget: params.budget.clone(), tolerance: 1e-12, ..Default::default() };
        let parity = RiskBudgeting::new(free).unwrap().allocate((&covariance).into()).unwrap();
        let mut wide = params;
        wide.constraints.linear.clear();
        let around = |factor: f64| parity.weights().as_slice().iter().map(|weight| factor * weight).collect::<Vec<_>>();
        wide.constraints.bounds = Some(Bounds::new(around(1.0 - 1e-9), around(1.0 + 1e-9)).unwrap());
        let allocation = allocate(&wide, &covariance).unwrap();
        prop_assert!(allocation.is_met);
        assert_close(allocation.weights().as_slice(), parity.weights().as_slice(), 1e-10);
        assert_close(&allocation.report.share, wide.budget.unwrap().shares(), 1e-10);
        prop_assert_eq!(allocation.weights().len(), assets);
    }

    /// The nearest budget is not farther than that of the barrier, nor than those of neighbours that keep the constraints.
    #[test]
    fn nothing_near_by_is_nearer(Problem { covariance, params } in problems()) {
        let with = |compromise| allocate(&ConstrainedRiskBudgetParams { compromise, ..params.clone() }, &covariance);
        let nearest = with(Compromise::Nearest).unwrap();
        let distance = |weights: &[f64]| {
            let shares = covariance.risk_contributions(&Weights::new(weights.to_vec()).unwrap()).unwrap();
            let budgets = params.budget.as_ref().unwrap().shares();
            shares.iter().zip(budgets).map(|(share, budget)| (share - budget).powi(2)).sum::<f64>()
        };
        let least = distance(nearest.weights().as_slice());
        if let Ok(barrier) = with(Compromise::Barrier) {
            prop_assert!(least <= distance(barrier.weights().as_slice()) + ROUNDING);
        }
        let constraints = &params.constraints;
        let bounds = constraints.bounds.as_ref().unwrap();
        let weights = nearest.weights().as_slice();
        for from in 0..weights.len() {
            for to in (0..weights.len()).filter(|&to| to != from) {
                let mut moved = weights.to_vec();
                moved[from] -= 1e-5;
                moved[to] += 1e-5;
                let inside = |asset: usize| bounds.lower()[asset] <= moved[asset] && moved[asset] <= bounds.upper()[asset];
                let rows = constraints.linear.iter().all(|linear| {
                    let value = linear.value(&moved).unwrap();
                    linear.lower() <= value && value <= linear.upper()
                });
                if inside(from) && inside(to) && rows {
                    prop_assert!(distance(&moved) >= least - ROUNDING);
                }
            }
        }
    }

    /// A renumbering of the assets renumbers the weights, and the scale of the covariance does not matter.
    #[test]
    fn numbering_and_units_do_not_matter(Problem { covariance, params } in problems(), seed in any::<u64>()) {
        let Ok(base) = allocate(&params, &covariance) else { return Ok(()) };
        let order = Dice::new(seed).permutation(covariance.len());
        let pick = |values: &[f64]| order.iter().map(|&asset| values[asset]).collect::<Vec<f64>>();
        let entries: Vec<f64> =
            order.iter().flat_map(|&col| order.iter().map(move |&row| (row, col))).map(|at| covariance.as_view()[at]).collect();
        let renumbered = Covariance::from_column_slice(covariance.len(), &entries).unwrap();
        let bounds = params.constraints.bounds.as_ref().unwrap();
        let place = |asset: usize| order.iter().position(|&other| other == asset).unwrap();
        let linear = params.constraints.linear.iter().map(|linear| {
            let terms = linear.terms().iter().map(|&(asset, factor)| (place(asset), factor)).collect();
            LinearConstraint::new(linear.label(), terms, linear.lower(), linear.upper()).unwrap()
        });
        let moved = ConstrainedRiskBudgetParams {
            budget: Some(budget(&pick(params.budget.as_ref().unwrap().shares()))),
            constraints: Constraints {
                bounds: Some(Bounds::new(pick(bounds.lower()), pick(bounds.upper())).unwrap()),
                linear: linear.collect(),
                ..Constraints::default()
            },
            ..params.clone()
        };
        let other = allocate(&moved, &renumbered).unwrap();
        // The distance is flat at its minimum, and rounding decides the last digits of the weights.
        assert_close(other.weights().as_slice(), &pick(base.weights().as_slice()), 1e-7);
        let scaled: Vec<f64> = covariance.as_slice().iter().map(|entry| 252.0 * entry).collect();
        let scaled = Covariance::from_column_slice(covariance.len(), &scaled).unwrap();
        let other = allocate(&params, &scaled).unwrap();
        assert_close(other.weights().as_slice(), base.weights().as_slice(), 1e-7);
    }

    #[test]
    fn kept_memory_gives_the_same_bits(first in problems(), second in problems()) {
        let (mut scratch, mut kept) = (ConstrainedScratch::default(), ConstrainedAllocation::default());
        for Problem { covariance, params } in [&first, &second, &first] {
            let budgeting = ConstrainedRiskBudgeting::new(params.clone()).unwrap();
            match (budgeting.allocate(covariance), budgeting.allocate_into(covariance, &mut scratch, &mut kept)) {
                (Ok(fresh), Ok(())) => prop_assert_eq!(&kept, &fresh),
                (fresh, into) => prop_assert_eq!(fresh.map(|_| ()), into),
            }
        }
    }
}

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(result: Result<T, Error>, expected: &Error, text: &str) {
    let error = result.unwrap_err();
    assert_eq!(&error, expected);
    assert_eq!(error.to_string(), text);
}

#[test]
fn settings_out_of_range() {
    let with = |params| ConstrainedRiskBudgeting::new(params);
    let expected = InputError::OutOfRange { name: "the tolerance", value: 2.0, expected: "a number in (0, 1)" };
    let params = ConstrainedRiskBudgetParams { tolerance: 2.0, ..Default::default() };
    assert_refused(with(params), &expected.into(), "the tolerance is 2, expected a number in (0, 1)");
    let expected = InputError::OutOfRange { name: "the iteration limit", value: 0.0, expected: "1 or more" };
    let params = ConstrainedRiskBudgetParams { iteration_limit: 0, ..Default::default() };
    assert_refused(with(params), &expected.into(), "the iteration limit is 0, expected 1 or more");
}

fn barrier(constraints: Constraints) -> ConstrainedRiskBudgetParams {
    ConstrainedRiskBudgetParams { constraints, compromise: Compromise::Barrier, ..Default::default() }
}

#[test]
fn a_barrier_takes_no_range_for_the_sum() {
    let method = "the barrier of a risk budget";
    let refused = |constraints, constraint, text| {
        let expected = po_convex::Error::Unsupported { method, constraint };
        assert_refused(ConstrainedRiskBudgeting::new(barrier(constraints)), &expected.into(), text);
    };
    refused(
        Constraints { budget: Net { lower: 0.9, upper: 1.0 }, ..Constraints::default() },
        "a range for the sum of the weights",
        "the barrier of a risk budget cannot take a range for the sum of the weights, expected a request without it",
    );
    refused(
        Constraints { gross: Some(1.5), ..Constraints::default() },
        "a limit on gross exposure",
        "the barrier of a risk budget cannot take a limit on gross exposure, expected a request without it",
    );
    refused(
        Constraints { turnover: Some(0.5), ..Constraints::default() },
        "a limit on turnover",
        "the barrier of a risk budget cannot take a limit on turnover, expected a request without it",
    );
    let (name, expected) = ("the sum of the weights", "a positive number");
    assert_refused(
        ConstrainedRiskBudgeting::new(barrier(Constraints { budget: Net::exactly(0.0), ..Constraints::default() })),
        &InputError::OutOfRange { name, value: 0.0, expected }.into(),
        "the sum of the weights is 0, expected a positive number",
    );
}

#[test]
fn constraints_that_no_quadratic_programme_can_take() {
    let refused = |constraints: Constraints, constraint: &'static str| {
        let params = ConstrainedRiskBudgetParams { constraints, ..Default::default() };
        let expected = po_convex::Error::Unsupported { method: "the nearest risk budget", constraint };
        let text = format!("the nearest risk budget cannot take {constraint}, expected a request without it");
        assert_refused(allocate(&params, &diagonal(&[0.04, 0.01])), &expected.into(), &text);
    };
    let free = Constraints::default;
    let benchmark = Some(Weights::equal(2).unwrap());
    refused(Constraints { tracking_error: Some(0.1), benchmark, ..free() }, "a limit on the tracking error");
    refused(Constraints { cardinality: Some(1), ..free() }, "a limit on the number of assets");
    refused(Constraints { min_position: Some(0.1), ..free() }, "a least position");
}

#[test]
fn constraints_that_contradict_each_other() {
    for compromise in [Compromise::Barrier, Compromise::Nearest] {
        let params = bounded(vec![0.0; 3], vec![0.3; 3], compromise);
        let error = allocate(&params, &diagonal(&[0.04, 0.01, 0.02])).unwrap_err();
        let universe = Universe::new(["A", "B", "C"]).unwrap();
        assert_eq!(
            error.named(&universe),
            "no portfolio satisfies \"budget\" (at least 1) and the upper bounds of A, B and C (at most 0.3) at once; nearest: lower \"budget\" by 0.1 to 0.9"
        );
    }
}

/// `x + 2 y <= 1` can sum to one with y = 0, which no barrier allows: in proportion to equal budgets it sums to 3/4.
#[test]
fn a_sum_that_the_barrier_cannot_reach() {
    let linear = vec![LinearConstraint::new("double", vec![(0, 1.0), (1, 2.0)], f64::NEG_INFINITY, 1.0).unwrap()];
    let error = allocate(&barrier(Constraints { linear, ..Constraints::default() }), &diagonal(&[0.04, 0.01])).unwrap_err();
    let Error::SumOutOfReach { reached, expected } = error else { panic!("{error}") };
    assert!((reached - 0.75).abs() < 1e-6 && expected == 1.0, "{reached}");
    let text = Error::SumOutOfReach { reached: 0.75, expected: 1.0 }.to_string();
    assert_eq!(
        text,
        "the weights of the barrier under the constraints sum to 0.75, expected 1: the constraints do not go together with weights in proportion to budgets"
    );
}

#[test]
fn lists_of_another_length() {
    let mut params = bounded(vec![0.0; 3], vec![1.0; 3], Compromise::Nearest);
    let expected = InputError::LengthMismatch { what: "the list of bounds", expected: 2, actual: 3 };
    let text = "the list of bounds has length 3, expected 2";
    assert_refused(allocate(&params, &diagonal(&[0.04, 0.01])), &expected.into(), text);
    params.constraints.bounds = None;
    params.budget = Some(budget(&[0.5, 0.25, 0.25]));
    let expected = InputError::LengthMismatch { what: "the risk budget", expected: 2, actual: 3 };
    let text = "the risk budget has length 3, expected 2";
    assert_refused(allocate(&params, &diagonal(&[0.04, 0.01])), &expected.into(), text);
}
