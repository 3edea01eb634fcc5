//! What must hold of every measure, whoever solves it.

use po_convex::Constraints;
use po_core::{Allocator, Bounds, Confidence, Returns, RiskMeasure, RiskScratch};
use po_tail::{
    CvarInput, CvarObjective, CvarPortfolio, GroundNorm, MeanCvar, MeanCvarParams, TailMeasure, Wasserstein,
};

use super::{Uniform, market};

/// Two certified optima of one problem differ by their gaps, relative to the objective.
const CERTIFIED: f64 = 2e-8;

/// A finite difference of certified objectives: their gaps over the step, and what it curves over the step.
const DIFFERENCE: f64 = 2e-2;

fn params(objective: CvarObjective, measure: TailMeasure) -> MeanCvarParams {
    let confidence = Confidence::new(0.9).unwrap();
    MeanCvarParams { objective, measure, confidence, ..MeanCvarParams::default() }
}

fn allocate(params: MeanCvarParams, returns: &Returns) -> CvarPortfolio {
    MeanCvar::new(params).unwrap().allocate(returns.into()).unwrap()
}

#[test]
fn no_portfolio_at_random_has_less_risk() {
    let returns = market(71, 100, 5);
    let mut uniform = Uniform(3);
    for measure in TailMeasure::ALL {
        let best = allocate(params(CvarObjective::MinCvar, measure), &returns);
        for _ in 0..50 {
            let raw: Vec<f64> = (0..5).map(|_| -uniform.next().max(1e-9).ln()).collect();
            let total: f64 = raw.iter().sum();
            let series: Vec<f64> = (0..100)
                .map(|t| raw.iter().enumerate().map(|(i, w)| w / total * returns.column(i)[t]).sum())
                .collect();
            let risk = measure.risk(Confidence::new(0.9).unwrap());
            let risk = risk.risk_into(&series, &mut RiskScratch::default()).unwrap();
            assert!(best.bound <= risk, "{measure:?}: {} and {risk}", best.bound);
        }
    }
}

#[test]
fn the_price_of_a_limit_is_the_slope_of_the_return() {
    let returns = market(72, 120, 5);
    for measure in TailMeasure::ALL {
        let least = allocate(params(CvarObjective::MinCvar, measure), &returns).risk;
        let greatest = |cvar: f64| allocate(params(CvarObjective::MaxReturn { cvar }, measure), &returns);
        let (limit, step) = (1.2 * least, 1e-5 * least);
        let [before, at, after] = [limit - step, limit, limit + step].map(greatest);
        let price = at.shadow_price(measure.name());
        let [left, right] = [(&before, &at), (&at, &after)].map(|(a, b)| (b.objective - a.objective) / step);
        // At a kink of the frontier, every slope between those on both sides is one.
        let slack = DIFFERENCE * price;
        assert!(right - slack <= price && price <= left + slack, "{measure:?}: {right} {price} {left}");
        assert!(price > 0.0, "{measure:?}");
    }
}

#[test]
fn the_price_of_a_target_is_the_slope_of_the_risk() {
    let returns = market(73, 120, 5);
    for measure in TailMeasure::ALL {
        let best = allocate(params(CvarObjective::MaxReturn { cvar: f64::INFINITY }, measure), &returns).mean;
        let start = allocate(params(CvarObjective::MinCvar, measure), &returns).mean;
        let least = |target_return: f64| {
            allocate(params(CvarObjective::MinRisk { target_return }, measure), &returns)
        };
        let (target, step) = (0.5 * (best + start), 1e-5 * (best - start));
        let [before, at, after] = [target - step, target, target + step].map(least);
        let price = at.shadow_price("target return");
        let [left, right] = [(&before, &at), (&at, &after)].map(|(a, b)| (b.objective - a.objective) / step);
        let slack = DIFFERENCE * price;
        assert!(left - slack <= price && price <= right + slack, "{measure:?}: {left} {price} {right}");
    }
}

#[test]
fn more_risk_never_earns_less() {
    let returns = market(74, 100, 4);
    for measure in TailMeasure::ALL {
        let least = allocate(params(CvarObjective::MinCvar, measure), &returns).risk;
        let mut last = f64::NEG_INFINITY;
        for step in 0..6 {
            let cvar = least * (1.000_001 + 0.1 * f64::from(step));
            let portfolio = allocate(params(CvarObjective::MaxReturn { cvar }, measure), &returns);
            assert!(portfolio.risk <= cvar * (1.0 + 1e-9));
            assert!(portfolio.mean >= last - 1e-12, "{measure:?}");
            last = portfolio.mean;
        }
    }
}

#[test]
fn a_ball_of_radius_nearly_zero_changes_nothing() {
    let returns = market(75, 100, 6);
    let bounds = Bounds::new(vec![-0.4; 6], vec![0.9; 6]).unwrap();
    let constraints = Constraints { bounds: Some(bounds), ..Constraints::default() };
    let plain = MeanCvarParams { constraints, ..params(CvarObjective::MinCvar, TailMeasure::Cvar) };
    let least = allocate(plain.clone(), &returns).risk;
    for ground in [GroundNorm::Greatest, GroundNorm::Euclidean, GroundNorm::Sum] {
        let robust = Some(Wasserstein { radius: 1e-13, ground });
        let near = allocate(MeanCvarParams { robust, ..plain.clone() }, &returns).risk;
        assert!((near - least).abs() <= CERTIFIED * least, "{ground:?}: {near} and {least}");
    }
}

#[test]
fn robustness_charges_the_dual_norm() {
    let returns = market(76, 100, 6);
    let bounds = Bounds::new(vec![-0.4; 6], vec![0.9; 6]).unwrap();
    let constraints = Constraints { bounds: Some(bounds), ..Constraints::default() };
    let plain = MeanCvarParams { constraints, ..params(CvarObjective::MinCvar, TailMeasure::Cvar) };
    for ground in [GroundNorm::Greatest, GroundNorm::Euclidean, GroundNorm::Sum] {
        let mut last = f64::INFINITY;
        for radius in [1e-4, 1e-3, 1e-2, 1e-1] {
            let robust = Some(Wasserstein { radius, ground });
            let portfolio = allocate(MeanCvarParams { robust, ..plain.clone() }, &returns);
            let norm = ground.dual(portfolio.as_ref().as_slice());
            assert!((portfolio.robustness - radius / 0.1 * norm).abs() <= 1e-12);
            assert!((portfolio.risk - portfolio.cvar - portfolio.robustness).abs() <= 1e-15);
            assert!(norm <= last + 1e-7, "{ground:?}");
            last = norm;
        }
        // Where nothing but the norm counts, it is as small as it can be.
        let smallest = match ground {
            GroundNorm::Greatest => 1.0,
            GroundNorm::Euclidean => 1.0 / 6.0_f64.sqrt(),
            GroundNorm::Sum => 1.0 / 6.0,
        };
        let robust = Some(Wasserstein { radius: 1e3, ground });
        let portfolio = allocate(MeanCvarParams { robust, ..plain.clone() }, &returns);
        let norm = ground.dual(portfolio.as_ref().as_slice());
        // The charge is ten thousand, of which the risk of the returns is a millionth.
        assert!((norm - smallest).abs() <= 1e-5, "{ground:?}: {norm}");
    }
}

#[test]
fn a_scenario_twice_has_twice_the_probability() {
    let returns = market(77, 60, 4);
    let rows: Vec<usize> = (0..60).chain(0..20).collect();
    let doubled = returns.rows(&rows).unwrap();
    let probabilities: Vec<f64> = (0..60).map(|t| if t < 20 { 2.0 } else { 1.0 } / 80.0).collect();
    for measure in [TailMeasure::Cvar, TailMeasure::Evar, TailMeasure::WorstRealisation] {
        for objective in [CvarObjective::MinCvar, CvarObjective::Utility { risk_aversion: 0.1 }] {
            let method = MeanCvar::new(params(objective, measure)).unwrap();
            let input = CvarInput { returns: &returns, probabilities: &probabilities, mean: None };
            let (a, b) = (method.allocate(input).unwrap(), method.allocate((&doubled).into()).unwrap());
            let error = (a.objective - b.objective).abs();
            assert!(error <= CERTIFIED * a.risk, "{measure:?} {objective:?}: {error}");
        }
    }
}

#[test]
fn measures_are_in_their_order() {
    // EVaR bounds CVaR, and the worst bounds both; so it is with drawdowns, and so with their optima.
    let returns = market(78, 150, 5);
    let least = |measure| allocate(params(CvarObjective::MinCvar, measure), &returns).risk;
    let [cvar, evar, worst] =
        [TailMeasure::Cvar, TailMeasure::Evar, TailMeasure::WorstRealisation].map(least);
    assert!(cvar < evar && evar < worst);
    let [average, cdar, edar, maximum] =
        [TailMeasure::AverageDrawdown, TailMeasure::Cdar, TailMeasure::Edar, TailMeasure::MaximumDrawdown]
            .map(least);
    assert!(average < cdar && cdar < edar && edar < maximum);
}
