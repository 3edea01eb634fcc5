//! Programmes with closed forms, and random ones whose optimality conditions are checked on the original data.

use po_core::{Covariance, FactorCovariance, nalgebra::DMatrix};

use super::*;
use crate::Rows;

/// What the method is asked to settle for at worst.
const SOLVED: f64 = 1e-9;

const FREE: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];

fn budget(assets: usize) -> Rows {
    let mut rows = Rows::new(assets);
    rows.push("budget", &vec![1.0; assets], 1.0, 1.0).unwrap();
    rows
}

fn program<'a>(
    risk: &'a Covariance,
    rows: &'a Rows,
    bounds: &'a [Vec<f64>; 2],
    linear: &'a [f64],
) -> Program<'a> {
    let [lower, upper] = bounds;
    Program { risk: risk.into(), scale: 1.0, ridge: &[], linear, lower, upper, rows, absolute: &[] }
}

fn solved(program: &Program<'_>) -> ProgramSolution {
    let mut solution = ProgramSolution::default();
    assert_eq!(solve(program, &mut solution), Outcome::Solved);
    solution
}

fn close(actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len());
    let near = actual.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance);
    assert!(near, "{actual:?} is not {expected:?}");
}

#[test]
fn least_variance_of_uncorrelated_assets() {
    let risk = Covariance::from_column_slice(2, &[0.04e-2, 0.0, 0.0, 0.01e-2]).unwrap();
    let (rows, bounds) = (budget(2), [vec![0.0; 2], vec![1.0; 2]]);
    let solution = solved(&program(&risk, &rows, &bounds, &[0.0; 2]));
    close(&solution.x, &[0.2, 0.8], SOLVED);
    // The minimum is b²/2 · 0.8e-4 for a budget b.
    close(&solution.rows, &[0.8e-4], 1e-4 * SOLVED);
    assert!((solution.objective - 0.4e-4).abs() < 1e-4 * SOLVED);
    close(&solution.bounds, &[0.0; 2], 1e-4 * SOLVED);
}

#[test]
fn multipliers_of_bounds_have_the_sign_of_the_derivative() {
    let risk = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let rows = budget(2);
    // The first asset at its lower bound l: l²·0.02 + (1-l)²·0.005, with derivative 0.04 l - 0.01 (1-l).
    let bounds = [vec![0.5, FREE[0]], vec![FREE[1]; 2]];
    close(&solved(&program(&risk, &rows, &bounds, &[0.0; 2])).bounds, &[0.015, 0.0], 1e-2 * SOLVED);
    let bounds = [vec![FREE[0]; 2], vec![0.1, FREE[1]]];
    close(&solved(&program(&risk, &rows, &bounds, &[0.0; 2])).bounds, &[-0.005, 0.0], 1e-2 * SOLVED);
    // Bounds that leave one value have the multiplier of an equation, of either sign.
    for (weight, multiplier) in [(0.5, 0.015), (0.1, -0.005)] {
        let bounds = [vec![weight, 0.0], vec![weight, 1.0]];
        let solution = solved(&program(&risk, &rows, &bounds, &[0.0; 2]));
        close(&solution.bounds, &[multiplier, 0.0], 1e-2 * SOLVED);
    }
}

#[test]
fn factor_form_equals_dense_form() {
    let market = Covariance::from_column_slice(2, &[0.04e-2, 0.01e-2, 0.01e-2, 0.02e-2]).unwrap();
    let exposures = DMatrix::from_column_slice(4, 2, &[1.0, 0.8, 1.2, 0.5, 0.1, -0.4, 0.3, 0.0]);
    let factor = FactorCovariance::new(exposures, market, vec![1e-4, 2e-4, 3e-4, 4e-4]).unwrap();
    let dense = factor.covariance().unwrap();
    let mut rows = budget(4);
    rows.push("first two", &[1.0, 1.0, 0.0, 0.0], 0.7, f64::INFINITY).unwrap();
    let bounds = [vec![0.0; 4], vec![0.6; 4]];
    let linear = [-1e-4, -2e-4, -3e-4, -4e-4];
    let of_dense = solved(&program(&dense, &rows, &bounds, &linear));
    let of_factor = solved(&Program { risk: (&factor).into(), ..program(&dense, &rows, &bounds, &linear) });
    close(&of_dense.x, &of_factor.x, 10.0 * SOLVED);
    close(&of_dense.rows, &of_factor.rows, 1e-3 * SOLVED);
}

#[test]
fn costs_leave_a_region_without_trade() {
    let risk = Covariance::from_column_slice(2, &[1.0, 0.0, 0.0, 1.0]).unwrap();
    let (rows, bounds) = (Rows::new(2), [vec![FREE[0]; 2], vec![FREE[1]; 2]]);
    // ½ x² - c x + k |x - h|: the first asset stays at h, the second moves to c - k.
    let family = [Absolute { label: "trade", center: &[0.5; 2], cost: &[0.1; 2], limit: f64::INFINITY }];
    let program = Program { absolute: &family, ..program(&risk, &rows, &bounds, &[-0.55, -0.9]) };
    let solution = solved(&program);
    close(&solution.x, &[0.5, 0.8], SOLVED);
    close(&solution.absolute, &[0.0], SOLVED);
    assert!((solution.objective - (0.125 - 0.275 + 0.32 - 0.72 + 0.03)).abs() < SOLVED);
}

#[test]
fn limits_on_absolute_values_have_multipliers() {
    let risk = Covariance::from_column_slice(2, &[1.0, 0.0, 0.0, 1.0]).unwrap();
    let rows = Rows::new(2);
    for (lower, limit) in [(f64::NEG_INFINITY, 0.4), (f64::NEG_INFINITY, 0.0), (0.5, 0.4), (0.5, 0.0)] {
        let bounds = [vec![lower; 2], vec![FREE[1]; 2]];
        let family = [Absolute { label: "turnover", center: &[0.5; 2], cost: &[], limit }];
        let program = Program { absolute: &family, ..program(&risk, &rows, &bounds, &[-0.5, -1.5]) };
        let solution = solved(&program);
        // Only the second asset wants to move, by one; the limit stops it.
        close(&solution.x, &[0.5, 0.5 + limit], 10.0 * SOLVED);
        close(&solution.absolute, &[limit - 1.0], 100.0 * SOLVED);
    }
}

#[test]
fn a_limit_without_inner_points_is_no_obstacle() {
    let risk = Covariance::from_column_slice(3, &[0.04, 0.0, 0.0, 0.0, 0.02, 0.0, 0.0, 0.0, 0.01]).unwrap();
    let rows = budget(3);
    let (linear, absolute) =
        ([0.0; 3], [Absolute { label: "gross", center: &[0.0; 3], cost: &[], limit: 1.0 }]);
    for lower in [0.0, -1.0] {
        let bounds = [vec![lower; 3], vec![1.0; 3]];
        let solution = solved(&Program { absolute: &absolute, ..program(&risk, &rows, &bounds, &linear) });
        close(&solution.x, &[1.0 / 7.0, 2.0 / 7.0, 4.0 / 7.0], 10.0 * SOLVED);
    }
}

#[test]
fn huge_bounds_cost_no_accuracy() {
    let risk = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let (rows, bounds) = (budget(2), [vec![-1e12; 2], vec![1e15; 2]]);
    close(&solved(&program(&risk, &rows, &bounds, &[0.0; 2])).x, &[0.2, 0.8], SOLVED);
}

#[test]
fn a_linear_programme_takes_the_best_asset() {
    let risk = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let (rows, bounds) = (budget(2), [vec![0.0; 2], vec![0.7; 2]]);
    let program = Program { scale: 0.0, ..program(&risk, &rows, &bounds, &[-1e-4, -3e-4]) };
    let solution = solved(&program);
    close(&solution.x, &[0.3, 0.7], SOLVED);
    close(&solution.bounds, &[0.0, -2e-4], 1e-3 * SOLVED);
    close(&solution.rows, &[-1e-4], 1e-3 * SOLVED);
}

#[test]
fn what_has_no_solution_is_told_apart() {
    let risk = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.0]).unwrap();
    let mut solution = ProgramSolution::default();
    let (rows, bounds) = (budget(2), [vec![0.0; 2], vec![0.4; 2]]);
    assert_eq!(solve(&program(&risk, &rows, &bounds, &[0.0; 2]), &mut solution), Outcome::PrimalInfeasible);
    let (rows, bounds) = (Rows::new(2), [vec![0.0; 2], vec![f64::INFINITY; 2]]);
    assert_eq!(
        solve(&program(&risk, &rows, &bounds, &[-1.0, -1e-3]), &mut solution),
        Outcome::DualInfeasible
    );
    assert!(solution.iterations > 0);
}

#[test]
fn a_bound_that_neither_binds_nor_gives_is_no_obstacle() {
    // Both weights may trade turnover at the same rate: the second stands at its bound with a multiplier of zero.
    let risk = Covariance::from_column_slice(2, &[1.0, 0.0, 0.0, 1.0]).unwrap();
    let (rows, bounds) = (Rows::new(2), [vec![-0.4, -0.1], vec![FREE[1]; 2]]);
    let center = [-0.2; 2];
    let family = [Absolute { label: "turnover", center: &center, cost: &[], limit: 0.2 }];
    let solution = solved(&Program { absolute: &family, ..program(&risk, &rows, &bounds, &[0.0; 2]) });
    assert!((solution.objective - 0.01).abs() < SOLVED);
    // Without strict complementarity, weights are as good as the root of the objective.
    close(&solution.x, &[-0.1; 2], SOLVED.sqrt());
}

/// A factor that no asset is exposed to changes nothing.
#[test]
fn a_factor_without_loadings_is_left_out() {
    let exposures = DMatrix::from_column_slice(2, 2, &[1.0, 0.5, 0.0, 0.0]);
    let factor = Covariance::from_column_slice(2, &[0.02, 0.0, 0.0, 0.03]).unwrap();
    let factors = FactorCovariance::new(exposures, factor, vec![0.02, 0.015]).unwrap();
    let rows = budget(2);
    let program = Program {
        risk: (&factors).into(),
        scale: 1.0,
        ridge: &[],
        linear: &[0.0; 2],
        lower: &[0.0; 2],
        upper: &[1.0; 2],
        rows: &rows,
        absolute: &[],
    };
    // Variances 0.04 and 0.02, covariance 0.01: one to three.
    close(&solved(&program).x, &[0.25, 0.75], SOLVED);
}
