//! Cases that can be solved by hand.

use po_convex::{Constraints, Net};
use po_core::{Allocator, Bounds, Confidence, Returns, Weights};
use po_tail::{
    CvarInput, CvarObjective, CvarPortfolio, GroundNorm, MeanCvar, MeanCvarParams, TailMeasure, Wasserstein,
};

/// What is exact but for rounding and the gap.
const EXACT: f64 = 1e-9;

fn allocate(params: MeanCvarParams, input: CvarInput<'_>) -> CvarPortfolio {
    MeanCvar::new(params).unwrap().allocate(input).unwrap()
}

/// Two assets that are bad in turn.
fn turns() -> Returns {
    Returns::from_column_slice(4, 2, &[-0.10, 0.05, 0.05, 0.08, 0.02, -0.06, 0.02, 0.04]).unwrap()
}

fn at(level: f64, objective: CvarObjective) -> MeanCvarParams {
    MeanCvarParams { objective, confidence: Confidence::new(level).unwrap(), ..MeanCvarParams::default() }
}

#[test]
fn two_bad_scenarios_cost_the_same() {
    // 0.10 w - 0.02 (1 - w) = 0.06 (1 - w) - 0.05 w at w = 8/23.
    for measure in [TailMeasure::Cvar, TailMeasure::WorstRealisation] {
        let params = MeanCvarParams { measure, ..at(0.75, CvarObjective::MinCvar) };
        let portfolio = allocate(params, (&turns()).into());
        let w = 8.0 / 23.0;
        assert!((portfolio.as_ref().as_slice()[0] - w).abs() < EXACT, "{measure:?}");
        assert!((portfolio.risk - (0.12 * w - 0.02)).abs() < EXACT);
        assert!((portfolio.var - portfolio.risk).abs() < EXACT);
        let weights: f64 = portfolio.tail.iter().map(|(_, weight)| weight).sum();
        assert!((weights - 1.0).abs() < EXACT);
    }
}

#[test]
fn a_limit_buys_what_its_price_says() {
    // CVaR of 0.04 at β = 0.75: 0.12 w - 0.02 = 0.04 at w = 1/2; the means are 0.02 and 0.005.
    let portfolio = allocate(at(0.75, CvarObjective::MaxReturn { cvar: 0.04 }), (&turns()).into());
    assert!((portfolio.as_ref().as_slice()[0] - 0.5).abs() < EXACT);
    assert!((portfolio.mean - 0.0125).abs() < EXACT);
    // Another unit of risk is 1/0.12 of the first asset, which earns 0.015 more.
    assert!((portfolio.shadow_price("cvar") - 0.125).abs() < 1e-7);
    let prices = portfolio.shadow_prices();
    assert!(prices.iter().any(|price| (price.value - 0.125).abs() < 1e-7));
}

#[test]
fn the_ratio_is_best_at_a_corner() {
    // (0.005 + 0.015 w) / (0.12 w - 0.02) falls in w beyond 8/23: the safest portfolio is the best.
    let portfolio = allocate(at(0.75, CvarObjective::MaxRatio { risk_free: 0.0 }), (&turns()).into());
    let w = 8.0 / 23.0;
    assert!((portfolio.as_ref().as_slice()[0] - w).abs() < EXACT);
    assert!((portfolio.objective - (0.005 + 0.015 * w) / (0.12 * w - 0.02)).abs() < EXACT);
    // What is not invested earns the risk-free rate: the mean is that of the assets.
    let priced = allocate(at(0.75, CvarObjective::MaxRatio { risk_free: 0.001 }), (&turns()).into());
    assert!((priced.mean - (0.005 + 0.015 * priced.as_ref().as_slice()[0])).abs() < EXACT);
}

#[test]
fn a_drawdown_adds_up() {
    // One asset: down 4 %, up 1 %, down 3 %: drawdowns 4, 3, 6 per cent, and then 2.
    let returns = Returns::from_column_slice(4, 1, &[-0.04, 0.01, -0.03, 0.04]).unwrap();
    for (measure, risk) in [
        (TailMeasure::MaximumDrawdown, 0.06),
        (TailMeasure::AverageDrawdown, 0.0375),
        (TailMeasure::Cdar, 0.05),
    ] {
        let params = MeanCvarParams { measure, ..at(0.5, CvarObjective::MinCvar) };
        let portfolio = allocate(params, (&returns).into());
        assert!((portfolio.risk - risk).abs() < 1e-15, "{measure:?}: {}", portfolio.risk);
    }
}

#[test]
fn of_two_copies_robustness_holds_the_same() {
    // Two assets with the same returns: CVaR does not tell them apart, the norms of the weights do.
    let column = [-0.03, 0.01, 0.02, 0.01];
    let returns = Returns::from_column_slice(4, 2, &[column, column].concat()).unwrap();
    for (ground, norm) in [(GroundNorm::Euclidean, 0.5_f64.sqrt()), (GroundNorm::Sum, 0.5)] {
        let robust = Some(Wasserstein { radius: 0.002, ground });
        let params = MeanCvarParams { robust, ..at(0.75, CvarObjective::MinCvar) };
        let portfolio = allocate(params, (&returns).into());
        // ε/(1-β) = 0.008 per unit of the norm.
        assert!((portfolio.risk - (0.03 + 0.008 * norm)).abs() < EXACT, "{ground:?}: {}", portfolio.risk);
        assert!((portfolio.as_ref().as_slice()[0] - 0.5).abs() < 1e-4, "{ground:?}");
    }
}

#[test]
fn probabilities_move_the_tail() {
    // With nearly all weight on the second scenario, the first asset is the safe one.
    let probabilities = [0.01, 0.97, 0.01, 0.01];
    let returns = turns();
    let input = CvarInput { returns: &returns, probabilities: &probabilities, mean: None };
    let portfolio = allocate(at(0.5, CvarObjective::MinCvar), input);
    assert!(portfolio.as_ref().as_slice()[0] > 0.6, "{:?}", portfolio.as_ref());
}

#[test]
fn short_positions_and_no_budget() {
    // Neutral: what one asset loses, the other earns; without bounds on the sum there would be no risk at all.
    let constraints = Constraints {
        bounds: Some(Bounds::new(vec![-1.0; 2], vec![1.0; 2]).unwrap()),
        budget: Net::exactly(0.0),
        gross: Some(1.0),
        ..Constraints::default()
    };
    let params = MeanCvarParams { constraints, ..at(0.75, CvarObjective::MaxReturn { cvar: f64::INFINITY }) };
    let portfolio = allocate(params, (&turns()).into());
    assert!((portfolio.mean - 0.5 * 0.015).abs() < EXACT);
    assert!((portfolio.as_ref().as_slice()[0] - 0.5).abs() < EXACT);
}

#[test]
fn turnover_and_costs_are_paid() {
    let holdings = Weights::new(vec![0.0, 1.0]).unwrap();
    let costs = Some(po_convex::Costs::basis_points(10.0));
    let constraints =
        Constraints { holdings: Some(holdings), turnover: Some(0.4), costs, ..Constraints::default() };
    let params = MeanCvarParams { constraints, ..at(0.75, CvarObjective::MaxReturn { cvar: f64::INFINITY }) };
    let portfolio = allocate(params, (&turns()).into());
    // A fifth is moved, which is a turnover of 0.4 and costs 0.0004.
    assert!((portfolio.as_ref().as_slice()[0] - 0.2).abs() < EXACT);
    assert!((portfolio.cost - 0.0004).abs() < 1e-12);
    assert!((portfolio.objective - (0.005 + 0.015 * 0.2 - 0.0004)).abs() < EXACT);
}
