//! `allocate` and `allocate_into` give the same bits, and a warm start the same portfolio.

use po_core::{Allocator, Confidence, Returns};
use po_tail::{
    CvarInput, CvarObjective, CvarPortfolio, GroundNorm, MeanCvar, MeanCvarParams, MeanCvarScratch,
    Scenarios, TailMeasure, Wasserstein,
};

use crate::conic_risk::market;

fn settings() -> Vec<MeanCvarParams> {
    let confidence = Confidence::new(0.9).unwrap();
    let objectives = [
        CvarObjective::MinCvar,
        CvarObjective::MaxReturn { cvar: 0.02 },
        CvarObjective::MinRisk { target_return: 0.0014 },
        CvarObjective::Utility { risk_aversion: 0.05 },
        CvarObjective::MaxRatio { risk_free: 0.0 },
    ];
    let mut settings = Vec::new();
    for objective in objectives {
        for measure in [TailMeasure::Cvar, TailMeasure::WorstRealisation, TailMeasure::Evar] {
            settings.push(MeanCvarParams { objective, measure, confidence, ..MeanCvarParams::default() });
        }
        let robust = Some(Wasserstein { radius: 1e-4, ground: GroundNorm::Greatest });
        settings.push(MeanCvarParams { objective, robust, confidence, ..MeanCvarParams::default() });
    }
    settings
}

/// What a portfolio tells, without where a later search begins.
fn told(portfolio: &CvarPortfolio) -> (Vec<u64>, u64, u64, u64) {
    let weights = portfolio.as_ref().as_slice().iter().map(|weight| weight.to_bits()).collect();
    (weights, portfolio.objective.to_bits(), portfolio.bound.to_bits(), portfolio.risk.to_bits())
}

#[test]
fn both_spellings_give_the_same_bits() {
    let markets: Vec<Returns> =
        [(51, 80, 5), (52, 120, 6), (51, 80, 5)].map(|(s, t, n)| market(s, t, n)).into();
    let (mut scratch, mut portfolio) = (MeanCvarScratch::default(), CvarPortfolio::default());
    for params in settings() {
        let method = MeanCvar::new(params).unwrap();
        for returns in &markets {
            let fresh = method.allocate(returns.into());
            let kept = method.allocate_into(returns.into(), &mut scratch, &mut portfolio);
            match (fresh, kept) {
                (Ok(fresh), Ok(())) => assert_eq!(told(&fresh), told(&portfolio), "{:?}", method.params()),
                (fresh, kept) => assert_eq!(fresh.err(), kept.err()),
            }
        }
    }
}

#[test]
fn a_warm_start_ends_at_the_same_portfolio() {
    let (first, second) = (market(53, 200, 8), market(53, 200, 8).tail(199).unwrap());
    for params in settings() {
        let cold = MeanCvar::new(params.clone()).unwrap();
        let warm = MeanCvar::new(MeanCvarParams { warm_start: true, ..params }).unwrap();
        let mut scratch = MeanCvarScratch::default();
        let Ok(mut portfolio) = cold.allocate((&first).into()) else { continue };
        let Ok(expected) = cold.allocate((&second).into()) else { continue };
        warm.allocate_into((&second).into(), &mut scratch, &mut portfolio).unwrap();
        let error = (portfolio.objective - expected.objective).abs();
        assert!(error <= 2e-8 * expected.objective.abs(), "{:?}: {error}", warm.params());
    }
}

#[test]
fn scenarios_are_an_input_too() {
    let returns = market(54, 60, 4);
    let probabilities = vec![1.0 / 60.0; 60];
    let scenarios = Scenarios::new(returns.clone(), probabilities.clone()).unwrap();
    let method = MeanCvar::new(MeanCvarParams::default()).unwrap();
    let mean = returns.mean();
    let explicit = CvarInput { returns: &returns, probabilities: &probabilities, mean: Some(&mean) };
    let (a, b) = (method.allocate((&scenarios).into()).unwrap(), method.allocate(explicit).unwrap());
    assert!((a.objective - b.objective).abs() <= 1e-12);
}
