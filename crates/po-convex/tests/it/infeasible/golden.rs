//! Requests whose least violations and minimal conflicts were found by trying all sets.

use po_convex::{Constraint, Error, Program, Rows, Side};
use po_core::Covariance;
use serde::Deserialize;

use super::Request;

/// A case of tests/data/infeasible.toml, which states what its fields mean.
#[derive(Deserialize)]
struct Case {
    name: String,
    lower: Vec<f64>,
    upper: Vec<f64>,
    budget: Option<[f64; 2]>,
    #[serde(default)]
    row: Vec<CaseRow>,
    gross: Option<f64>,
    turnover: Option<f64>,
    #[serde(default)]
    holdings: Vec<f64>,
    volatility: Option<f64>,
    tracking_error: Option<f64>,
    feasible: bool,
    least: f64,
    #[serde(default)]
    minimal_with_bounds: Vec<Vec<String>>,
    #[serde(default)]
    minimal: Vec<Vec<String>>,
    tolerance: f64,
}

#[derive(Deserialize)]
struct CaseRow {
    name: String,
    lower: f64,
    upper: f64,
    coefficients: Vec<f64>,
}

#[derive(Deserialize)]
struct Unbounded {
    name: String,
    covariance: Vec<f64>,
    mean: Vec<f64>,
    risk_aversion: f64,
    lower: Vec<f64>,
    upper: Vec<f64>,
    budget: Option<[f64; 2]>,
    direction: Vec<f64>,
}

#[derive(Deserialize)]
struct File {
    case: Vec<Case>,
    unbounded: Vec<Unbounded>,
}

fn file() -> File {
    toml::from_str(include_str!("../../data/infeasible.toml")).unwrap()
}

fn member(constraint: &Constraint) -> String {
    let side = if constraint.side() == Side::Lower { ">=" } else { "<=" };
    match constraint {
        Constraint::Row { label, .. } => format!("{label} {side}"),
        Constraint::LowerBound { asset, .. } | Constraint::UpperBound { asset, .. } => {
            format!("asset {asset} {side}")
        }
    }
}

fn sorted(set: &[String]) -> Vec<String> {
    let mut set = set.to_vec();
    set.sort();
    set
}

fn members<'a>(constraints: impl Iterator<Item = &'a Constraint>) -> Vec<String> {
    sorted(&constraints.map(member).collect::<Vec<_>>())
}

#[test]
fn golden_conflicts_and_relaxations() {
    let mut seen = 0;
    for case in
        file().case.into_iter().filter(|case| case.volatility.is_none() && case.tracking_error.is_none())
    {
        let mut request = Request::new(case.lower, case.upper);
        let ones = vec![1.0; request.lower.len()];
        if let Some([low, high]) = case.budget {
            request = request.row("budget", &ones, low, high);
        }
        for CaseRow { name, lower, upper, coefficients } in &case.row {
            request = request.row(name, coefficients, *lower, *upper);
        }
        if let Some(limit) = case.gross {
            request = request.family("gross", &vec![0.0; ones.len()], limit);
        }
        if let Some(limit) = case.turnover {
            request = request.family("turnover", &case.holdings, limit);
        }
        seen += 1;
        let Some(conflict) = request.conflict() else {
            assert!(case.feasible, "{}", case.name);
            continue;
        };
        assert!(!case.feasible, "{}: {conflict}", case.name);
        let total: f64 = conflict.relaxation.iter().map(|violation| violation.amount).sum();
        assert!((total - case.least).abs() < case.tolerance, "{}: {total} is not {}", case.name, case.least);
        // Any of the minimal sets will do. Some cases have too many with bounds to list.
        let is_row = |constraint: &&Constraint| matches!(constraint, Constraint::Row { .. });
        let rows = members(conflict.constraints.iter().filter(is_row));
        assert!(case.minimal.iter().any(|set| sorted(set) == rows), "{}: {rows:?}", case.name);
        let all = members(conflict.constraints.iter());
        let mut sets = case.minimal_with_bounds.iter();
        assert!(sets.len() == 0 || sets.any(|set| sorted(set) == all), "{}: {all:?}", case.name);
    }
    assert!(seen >= 18, "{seen}");
}

#[test]
fn golden_directions_without_end() {
    for case in file().unbounded {
        let assets = case.mean.len();
        let covariance = Covariance::from_column_slice(assets, &case.covariance).unwrap();
        let mut rows = Rows::new(assets);
        if let Some([low, high]) = case.budget {
            rows.push("budget", &vec![1.0; assets], low, high).unwrap();
        }
        let linear: Vec<f64> = case.mean.iter().map(|mean| -mean).collect();
        let program = Program {
            risk: (&covariance).into(),
            scale: case.risk_aversion,
            ridge: &[],
            linear: &linear,
            lower: &case.lower,
            upper: &case.upper,
            rows: &rows,
            absolute: &[],
        };
        let error = program.solve().unwrap_err();
        let Error::Unbounded { asset } = error else { panic!("{}: {error}", case.name) };
        let largest = case.direction.iter().fold(0.0, |largest: f64, step| largest.max(step.abs()));
        assert!(case.direction[asset].abs() >= largest, "{}: asset {asset}", case.name);
    }
}
