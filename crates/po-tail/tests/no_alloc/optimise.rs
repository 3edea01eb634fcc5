//! Optimisation by conditional value at risk, and the overlay.

use po_convex::Constraints;
use po_core::{Allocator, Confidence, Returns, Weights};
use po_tail::{
    CvarObjective, CvarPortfolio, GroundNorm, MeanCvar, MeanCvarParams, MeanCvarScratch, OverlayCost,
    OverlayDecision, OverlayInput, Scenarios, TailMeasure, TailOverlay, TailOverlayParams,
    TailOverlayScratch, Wasserstein,
};

use super::calls;

fn returns() -> Returns {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.48
    };
    let entries: Vec<f64> = (0..200 * 8).map(|_| 0.03 * next()).collect();
    Returns::from_column_slice(200, 8, &entries).unwrap()
}

#[test]
fn the_second_portfolio_of_a_size_leaves_the_heap_alone() {
    let returns = returns();
    let confidence = Confidence::new(0.9).unwrap();
    let holdings = Some(Weights::equal(8).unwrap());
    let turnover = Constraints { holdings, turnover: Some(0.5), ..Constraints::default() };
    let robust = Some(Wasserstein { radius: 1e-4, ground: GroundNorm::Greatest });
    for objective in [
        CvarObjective::MinCvar,
        CvarObjective::MaxReturn { cvar: 1.02 },
        CvarObjective::MinRisk { target_return: 0.0008 },
        CvarObjective::Utility { risk_aversion: 0.05 },
        CvarObjective::MaxRatio { risk_free: 0.0 },
    ] {
        for (measure, constraints, robust) in [
            (TailMeasure::Cvar, Constraints::default(), None),
            (TailMeasure::Cvar, turnover.clone(), None),
            (TailMeasure::WorstRealisation, Constraints::default(), None),
            (TailMeasure::Cvar, Constraints::default(), robust),
        ] {
            if robust.is_some() && matches!(objective, CvarObjective::MaxReturn { .. }) {
                continue;
            }
            let base =
                MeanCvarParams { measure, confidence, constraints, robust, ..MeanCvarParams::default() };
            // A limit that binds, in units of the least risk.
            let objective = match objective {
                CvarObjective::MaxReturn { cvar } => {
                    let least =
                        MeanCvar::new(base.clone()).unwrap().allocate((&returns).into()).unwrap().risk;
                    CvarObjective::MaxReturn { cvar: cvar * least }
                }
                other => other,
            };
            let params = MeanCvarParams { objective, ..base };
            let method = MeanCvar::new(params).unwrap();
            let (mut scratch, mut portfolio) = (MeanCvarScratch::default(), CvarPortfolio::default());
            let mut ended = Ok(());
            let mut call = || ended = method.allocate_into((&returns).into(), &mut scratch, &mut portfolio);
            call();
            let calls = calls(call);
            assert_eq!(ended, Ok(()), "{:?}", method.params());
            assert_eq!(calls, 0, "{:?}", method.params());
        }
    }
}

#[test]
fn the_second_overlay_of_a_size_leaves_the_heap_alone() {
    let scenarios = Scenarios::equal(returns());
    let weights = Weights::equal(8).unwrap();
    let confidence = Confidence::new(0.9).unwrap();
    for cost in [OverlayCost::Turnover, OverlayCost::Distance] {
        for constraints in [
            None,
            Some(Constraints {
                turnover: Some(2.0),
                holdings: Some(weights.clone()),
                ..Constraints::default()
            }),
        ] {
            let loose = TailOverlayParams { cap: 1.0, confidence, cost: cost.clone(), constraints };
            let before = TailOverlay::new(loose.clone()).unwrap();
            let before = before.allocate(OverlayInput::new(&weights, &scenarios)).unwrap().cvar_before;
            let params = TailOverlayParams { cap: 0.95 * before, ..loose };
            let method = TailOverlay::new(params).unwrap();
            let (mut scratch, mut decision) = (TailOverlayScratch::default(), OverlayDecision::default());
            let input = OverlayInput::new(&weights, &scenarios);
            let mut ended = Ok(());
            let mut call = || ended = method.allocate_into(input, &mut scratch, &mut decision);
            call();
            let calls = calls(call);
            assert_eq!(ended, Ok(()), "{:?}", method.params());
            assert!(decision.turnover > 0.0, "{:?}", method.params());
            assert_eq!(calls, 0, "{:?}", method.params());
        }
    }
}
