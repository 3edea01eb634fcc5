//! Portfolios of skfolio and Riskfolio-Lib.

use po_core::{Allocator, Confidence, RiskMeasure, RiskScratch};
use po_tail::{CvarObjective, MeanCvar, MeanCvarParams, TailMeasure};
use serde::Deserialize;

use crate::conic_risk::market;

/// Both libraries hand Clarabel returns as they are, a hundredth in size, and take its default tolerance of 1e-8 absolute:
/// on entropic measures they end as much as this above the optimum, relative to it.
const PEERS: f64 = 2e-4;

/// A portfolio of a peer may look better by the rounding of its budget, which is not exactly one.
const BUDGET: f64 = 1e-6;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    peer: String,
    measure: String,
    objective: String,
    seed: u64,
    periods: usize,
    assets: usize,
    confidence: f64,
    weights: Vec<f64>,
}

#[derive(Deserialize)]
struct Golden {
    case: Vec<Case>,
}

#[test]
fn peers_come_near_and_never_beat_the_optimum() {
    let golden: Golden = toml::from_str(include_str!("../../data/optimise_peers.toml")).unwrap();
    assert!(golden.case.len() >= 20);
    for case in golden.case {
        let returns = market(case.seed, case.periods, case.assets);
        let measure = TailMeasure::ALL.into_iter().find(|measure| measure.name() == case.measure).unwrap();
        let confidence = Confidence::new(case.confidence).unwrap();
        let ratio = case.objective == "max-ratio";
        let objective =
            if ratio { CvarObjective::MaxRatio { risk_free: 0.0 } } else { CvarObjective::MinCvar };
        let params = MeanCvarParams { objective, measure, confidence, ..MeanCvarParams::default() };
        let portfolio = MeanCvar::new(params).unwrap().allocate((&returns).into()).unwrap();
        let series: Vec<f64> = (0..case.periods)
            .map(|t| case.weights.iter().enumerate().map(|(i, weight)| weight * returns.column(i)[t]).sum())
            .collect();
        let risk = measure.risk(confidence).risk_into(&series, &mut RiskScratch::default()).unwrap();
        let mean = series.iter().sum::<f64>() / case.periods as f64;
        let worse =
            if ratio { portfolio.objective / (mean / risk) - 1.0 } else { risk / portfolio.objective - 1.0 };
        let name = format!("{} {} {}", case.peer, case.measure, case.objective);
        assert!((-BUDGET..PEERS).contains(&worse), "{name}: {worse}");
    }
}
