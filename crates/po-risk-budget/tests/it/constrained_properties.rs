//! What holds of every risk budget under constraints.

use po_convex::{Constraints, LinearConstraint};
use po_core::{Allocator, Bounds, Covariance, Status, Weights};
use po_risk_budget::{
    Compromise, ConstrainedAllocation, ConstrainedRiskBudgetParams, ConstrainedRiskBudgeting,
    ConstrainedScratch, Error, RiskBudgetParams, RiskBudgeting,
};
use proptest::prelude::*;

use crate::constrained::{allocate, group};
use crate::scenarios::{Dice, assert_close, budget, cases, renumbered, returns};

/// A few sums and quotients of numbers of order one.
const ROUNDING: f64 = 1e-12;

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
        let linear =
            if members.is_empty() { vec![] } else { vec![group("group", &members, held * 0.95, held + 0.1)] };
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
        let weights = allocation.weights().as_slice();
        let bounds = params.constraints.bounds.as_ref().unwrap();
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
        let exact = parity.weights().as_slice();
        let around = |factor: f64| exact.iter().map(|weight| factor * weight).collect::<Vec<_>>();
        wide.constraints.bounds = Some(Bounds::new(around(1.0 - 1e-9), around(1.0 + 1e-9)).unwrap());
        let allocation = allocate(&wide, &covariance).unwrap();
        prop_assert!(allocation.is_met);
        assert_close(allocation.weights().as_slice(), parity.weights().as_slice(), 1e-10);
        assert_close(&allocation.report.share, wide.budget.unwrap().shares(), 1e-10);
        prop_assert_eq!(allocation.weights().len(), assets);
    }

    /// The nearest budget is not farther than that of the barrier, nor than those of neighbours that keep the
    /// constraints.
    #[test]
    fn nothing_near_by_is_nearer(Problem { covariance, params } in problems()) {
        let with = |compromise| {
            allocate(&ConstrainedRiskBudgetParams { compromise, ..params.clone() }, &covariance)
        };
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
                let inside = |asset: usize| {
                    bounds.lower()[asset] <= moved[asset] && moved[asset] <= bounds.upper()[asset]
                };
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
        let other = allocate(&moved, &renumbered(&covariance, &order)).unwrap();
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
            let into = budgeting.allocate_into(covariance, &mut scratch, &mut kept);
            match (budgeting.allocate(covariance), into) {
                (Ok(fresh), Ok(())) => prop_assert_eq!(&kept, &fresh),
                (fresh, into) => prop_assert_eq!(fresh.map(|_| ()), into),
            }
        }
    }
}
