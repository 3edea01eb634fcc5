//! The black-swan overlay: closed forms, properties, prices, both spellings, and refusals.

use po_convex::{Constraints, Costs};
use po_core::{Allocator, Bounds, Confidence, InputError, Returns, Status, Weights};
use po_tail::{
    Error, OverlayCost, OverlayDecision, OverlayInput, Scenarios, TailOverlay, TailOverlayParams,
    TailOverlayScratch,
};

use crate::conic_risk::{Uniform, market};

/// What is exact but for rounding and the gap of a programme.
const EXACT: f64 = 1e-8;

/// Two states: a crash with a probability of one in ten, and good times.
fn crash() -> Scenarios {
    let returns = Returns::from_column_slice(2, 3, &[-0.40, 0.06, -0.10, 0.02, 0.05, -0.01]).unwrap();
    Scenarios::new(returns, vec![0.1, 0.9]).unwrap()
}

fn params(cap: f64, cost: OverlayCost) -> TailOverlayParams {
    TailOverlayParams { cap, cost, confidence: Confidence::new(0.9).unwrap(), constraints: None }
}

fn decide(
    params: TailOverlayParams,
    weights: &[f64],
    scenarios: &Scenarios,
) -> Result<OverlayDecision, Error> {
    let weights = Weights::new(weights.to_vec()).unwrap();
    TailOverlay::new(params)?.allocate(OverlayInput::new(&weights, scenarios))
}

#[test]
fn what_is_under_the_cap_stays_bit_for_bit() {
    let weights = [0.3, 0.3, 0.1 + 0.2];
    for cost in
        [OverlayCost::Turnover, OverlayCost::Trading(Costs::basis_points(10.0)), OverlayCost::Distance]
    {
        let decision = decide(params(0.135_000_1, cost), &weights, &crash()).unwrap();
        let bits = |weights: &[f64]| weights.iter().map(|weight| weight.to_bits()).collect::<Vec<u64>>();
        assert_eq!(bits(decision.as_ref().as_slice()), bits(&weights));
        assert!(decision.is_unchanged() && decision.solution.status == Status::Converged);
        assert_eq!((decision.price, decision.cost, decision.turnover), (0.0, 0.0, 0.0));
        assert_eq!(decision.cvar_before.to_bits(), decision.cvar_after.to_bits());
    }
}

#[test]
fn the_cheapest_cut_is_the_riskiest_asset() {
    // A loss of 0.4 * 0.6 + 0.1 * 0.4 = 0.28. Shares into cash take off 0.4 per unit; shares into gold would take off
    // 0.45 for twice the turnover.
    let decision = decide(params(0.20, OverlayCost::Turnover), &[0.6, 0.4, 0.0], &crash()).unwrap();
    let weights = decision.as_ref().as_slice();
    assert!((decision.cvar_before - 0.28).abs() < 1e-12 && (decision.cvar_after - 0.20).abs() < EXACT);
    assert!((weights[0] - 0.4).abs() < EXACT && (weights[1] - 0.4).abs() < EXACT && weights[2].abs() < EXACT);
    assert!((decision.cost - 0.2).abs() < EXACT && (decision.price - 2.5).abs() < EXACT);
    // One trade bought it all.
    assert!((decision.reductions[0] - 0.08).abs() < EXACT && decision.reductions[1].abs() < EXACT);
}

#[test]
fn costs_choose_what_is_cheap_to_trade() {
    // Shares cost 50 points for 0.4 of risk, bonds 10 points for 0.1: bonds are cheaper per unit of risk.
    let cost = OverlayCost::Trading(Costs::each_in_basis_points(&[50.0, 10.0, 10.0]));
    let decision = decide(params(0.26, cost), &[0.6, 0.4, 0.0], &crash()).unwrap();
    let weights = decision.as_ref().as_slice();
    assert!((weights[0] - 0.6).abs() < EXACT && (weights[1] + weights[2] - 0.4).abs() < 0.4);
    // Bonds sold at 0.1 of risk per 10 points, or moved into gold at 0.15 per 20: selling is the cheaper.
    assert!((weights[1] - 0.2).abs() < EXACT, "{weights:?}");
    assert!((decision.price - 0.001 / 0.1).abs() < EXACT);
    assert!((decision.cost - 0.0002).abs() < EXACT);
}

#[test]
fn the_distance_spreads_the_change() {
    // The nearest point of a half-space: h - (CVaR - cap) g / |g|², with g the losses in the crash.
    let decision = decide(params(0.20, OverlayCost::Distance), &[0.5, 0.5, 0.3], &crash()).unwrap();
    let g = [0.40, 0.10, -0.05];
    let excess: f64 = 0.5 * 0.4 + 0.5 * 0.1 - 0.3 * 0.05 - 0.20;
    let square: f64 = g.iter().map(|g| g * g).sum();
    for (asset, g) in g.iter().enumerate() {
        let expected = [0.5, 0.5, 0.3][asset] - excess * g / square;
        assert!((decision.as_ref().as_slice()[asset] - expected).abs() < EXACT, "{:?}", decision.as_ref());
    }
    assert!((decision.cost - excess / square.sqrt()).abs() < EXACT);
    // The distance per unit of the cap.
    assert!((decision.price - 1.0 / square.sqrt()).abs() < 1e-6, "{}", decision.price);
}

#[test]
fn fully_invested_needs_a_haven() {
    let invested = |cap| TailOverlayParams {
        constraints: Some(Constraints::default()),
        ..params(cap, OverlayCost::Turnover)
    };
    let decision = decide(invested(0.10), &[0.6, 0.4, 0.0], &crash()).unwrap();
    let weights = decision.as_ref().as_slice();
    assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    // Shares into gold, 0.45 per unit: 0.18 of risk.
    assert!((weights[0] - 0.2).abs() < EXACT && (weights[2] - 0.4).abs() < EXACT);
    assert!((decision.turnover - 0.8).abs() < EXACT);

    let stuck = TailOverlayParams {
        constraints: Some(Constraints {
            bounds: Some(Bounds::new(vec![0.0; 3], vec![0.6, 0.6, 0.1]).unwrap()),
            ..Constraints::default()
        }),
        ..params(0.05, OverlayCost::Turnover)
    };
    let error = decide(stuck, &[0.6, 0.4, 0.0], &crash()).unwrap_err();
    let Error::Programme(po_convex::Error::RiskLimitTooLow { what, limit, least }) = &error else {
        unreachable!("{error}")
    };
    // At best 0.3 of shares, 0.6 of bonds and 0.1 of gold: 0.175.
    assert_eq!((*what, limit.to_bits()), ("the stressed conditional value at risk", 0.05_f64.to_bits()));
    assert!((least - 0.175).abs() < EXACT);
    assert!(
        error.to_string().starts_with(
            "the limit on the stressed conditional value at risk is 0.05, expected at least 0.17"
        )
    );
}

#[test]
fn no_leverage_and_no_new_shorts_by_default() {
    let scenarios = Scenarios::equal(market(81, 200, 6));
    let mut uniform = Uniform(9);
    for _ in 0..20 {
        let weights: Vec<f64> = (0..6).map(|_| uniform.next() - 0.3).collect();
        let held = Weights::new(weights.clone()).unwrap();
        let before = decide(params(1.0, OverlayCost::Turnover), &weights, &scenarios).unwrap().cvar_before;
        for cost in [OverlayCost::Turnover, OverlayCost::Distance] {
            let decision = decide(params(0.6 * before.max(0.0), cost), &weights, &scenarios).unwrap();
            let new = decision.as_ref();
            assert!(new.gross() <= held.gross() + 1e-9 && new.net() <= held.net().max(0.0) + 1e-9);
            for (new, old) in new.as_slice().iter().zip(&weights) {
                assert!(*new >= old.min(0.0));
            }
            assert!(decision.cvar_after <= 0.6 * before.max(0.0) * (1.0 + 1e-8) + 1e-12);
            assert_eq!(decision.solution.status, Status::Converged);
            let reduced: f64 = decision.reductions.iter().sum();
            assert!(reduced <= decision.cvar_before - decision.cvar_after + 1e-9);
        }
    }
}

#[test]
fn the_price_is_what_another_unit_of_cap_saves() {
    let scenarios = Scenarios::equal(market(82, 300, 6));
    let weights = [0.1, 0.1, 0.2, 0.2, 0.2, 0.2];
    for cost in
        [OverlayCost::Turnover, OverlayCost::Trading(Costs::basis_points(20.0)), OverlayCost::Distance]
    {
        let at = |cap: f64| decide(params(cap, cost.clone()), &weights, &scenarios).unwrap();
        let cap = 0.7 * at(1.0).cvar_before;
        let step = 1e-5 * cap;
        let [lower, here, higher] = [cap - step, cap, cap + step].map(at);
        let (left, right) = ((lower.cost - here.cost) / step, (here.cost - higher.cost) / step);
        let slack = 1e-3 * here.price;
        assert!(right - slack <= here.price && here.price <= left + slack, "{right} {} {left}", here.price);
    }
}

#[test]
fn a_limit_on_turnover_is_one_on_the_overlay() {
    let constraints = |turnover| Constraints {
        holdings: Some(Weights::equal(3).unwrap()),
        turnover: Some(turnover),
        ..Constraints::default()
    };
    let capped = |turnover| TailOverlayParams {
        constraints: Some(constraints(turnover)),
        ..params(0.10, OverlayCost::Turnover)
    };
    let weights = [0.6, 0.4, 0.0];
    assert!((decide(capped(0.9), &weights, &crash()).unwrap().turnover - 0.8).abs() < EXACT);
    let error = decide(capped(0.5), &weights, &crash()).unwrap_err();
    let Error::Programme(po_convex::Error::RiskLimitTooLow { least, .. }) = error else {
        unreachable!("{error}")
    };
    assert!((least - (0.28 - 0.25 * 0.45)).abs() < EXACT);
}

#[test]
fn both_spellings_give_the_same_bits() {
    let (mut scratch, mut kept) = (TailOverlayScratch::default(), OverlayDecision::default());
    for seed in 90..94 {
        let scenarios = Scenarios::equal(market(seed, 150, 5));
        let weights = Weights::equal(5).unwrap();
        for constraints in [None, Some(Constraints::default())] {
            let cap = if constraints.is_some() { 0.018 } else { 0.008 };
            let method =
                TailOverlay::new(TailOverlayParams { constraints, ..params(cap, OverlayCost::Turnover) })
                    .unwrap();
            let input = OverlayInput::new(&weights, &scenarios);
            let into = method.allocate_into(input, &mut scratch, &mut kept);
            match (method.allocate(input), into) {
                (Ok(fresh), Ok(())) => {
                    let bits = |decision: &OverlayDecision| -> Vec<u64> {
                        decision.as_ref().as_slice().iter().map(|weight| weight.to_bits()).collect()
                    };
                    let error = fresh.cost - kept.cost;
                    assert_eq!(bits(&fresh), bits(&kept), "{error}");
                }
                (fresh, into) => assert_eq!(fresh.err(), into.err()),
            }
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let error = TailOverlay::new(params(f64::NAN, OverlayCost::Turnover)).unwrap_err();
    assert_eq!(error.to_string(), "the cap on conditional value at risk is NaN, expected a finite number");
    let constraints = Some(Constraints { cardinality: Some(2), ..Constraints::default() });
    let error =
        TailOverlay::new(TailOverlayParams { constraints, ..TailOverlayParams::default() }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the tail overlay cannot take a choice of assets: a limit on their number, a least position or a greatest \
         correlation, expected a request without it",
    );
    let what = "the list of weights";
    let error = decide(params(0.1, OverlayCost::Turnover), &[1.0], &crash()).unwrap_err();
    assert_eq!(error, InputError::LengthMismatch { what, expected: 3, actual: 1 }.into());
    let costs = OverlayCost::Trading(Costs::Each(vec![0.001; 2]));
    let what = "the list of trading costs";
    let error = decide(params(0.1, costs), &[0.5, 0.5, 0.0], &crash()).unwrap_err();
    assert_eq!(error, InputError::LengthMismatch { what, expected: 3, actual: 2 }.into());
    let constraints = Some(Constraints {
        bounds: Some(Bounds::new(vec![0.0; 3], vec![0.2; 3]).unwrap()),
        ..Constraints::default()
    });
    let capped = TailOverlayParams { constraints, ..params(0.1, OverlayCost::Turnover) };
    let error = decide(capped, &[0.5, 0.5, 0.0], &crash()).unwrap_err();
    assert!(matches!(error, Error::Programme(po_convex::Error::Infeasible(_))), "{error}");
}
