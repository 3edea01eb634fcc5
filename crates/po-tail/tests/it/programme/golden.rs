//! Objectives of the same programmes, solved by other libraries as the linear or quadratic programmes that they are.

use po_core::Status;
use serde::Deserialize;

use super::market::{Parts, market};

/// `HiGHS` holds its constraints to 1e-10, and Clarabel its gap to 1e-13 of numbers about one: both leave an error of about
/// that size in objectives near 0.01.
const OTHERS: f64 = 1e-9;

#[derive(Deserialize)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    seed: u64,
    scenarios: usize,
    assets: usize,
    confidence: f64,
    price: f64,
    reward: f64,
    limit: f64,
    ridge: f64,
    lower: f64,
    upper: f64,
    cost: f64,
    turnover: f64,
    gross: f64,
    group: f64,
    weighted: bool,
    objective: f64,
}

#[test]
fn objectives_equal_those_of_linear_programming() {
    let file: File = toml::from_str(include_str!("../../data/programme.toml")).unwrap();
    assert_eq!(file.case.len(), 20);
    for case in file.case {
        let Case { seed, scenarios, assets, .. } = case;
        let (returns, probabilities) = market(seed, scenarios, assets);
        let mut parts = Parts::new(seed, scenarios, assets);
        parts.linear = returns.mean().iter().map(|mean| -case.reward * mean).collect();
        parts.probabilities = if case.weighted { probabilities } else { Vec::new() };
        (parts.confidence, parts.price, parts.limit) = (case.confidence, case.price, case.limit);
        parts.ridge = if case.ridge > 0.0 { vec![case.ridge; assets] } else { Vec::new() };
        (parts.lower, parts.upper) = (vec![case.lower; assets], vec![case.upper; assets]);
        let held = 2.0 / (assets + assets % 2) as f64;
        parts.holdings = (0..assets).map(|i| if i % 2 == 0 { held } else { 0.0 }).collect();
        parts.cost = if case.cost > 0.0 { vec![case.cost; assets] } else { Vec::new() };
        (parts.turnover, parts.gross) = (case.turnover, case.gross);
        if case.group.is_finite() {
            let members: Vec<f64> = (0..assets).map(|i| f64::from(u8::from(i % 3 == 0))).collect();
            parts.rows.push("group", &members, f64::NEG_INFINITY, case.group).unwrap();
        }
        let solution = parts.with(|program| program.solve()).unwrap();
        let error = (solution.objective - case.objective).abs() / case.objective.abs();
        assert!(error <= OTHERS, "{}: {} {} {error:e}", case.name, solution.objective, case.objective);
        assert_eq!(solution.status, Status::Converged, "{}", case.name);
        assert!(solution.certificate.gap.abs() <= 1e-8 * case.objective.abs(), "{}: {solution:?}", case.name);
    }
}
