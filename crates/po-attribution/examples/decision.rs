//! What each decision earned, what each constraint cost, and what was lost on the way to the market.

use po_attribution::{
    ConstraintInput, ConstraintParams, ConstraintRow, DecisionInput, DelayBasis, Error, Fill, Order,
    OverTime, PricedConstraint, Relation, Side, Stage, Totals, constraint_attribution, decision_attribution,
    implementation_shortfall, realised_risk_attribution,
};
use po_core::{Covariance, Returns};

fn main() -> Result<(), Error> {
    waterfall()?;
    constraints()?;
    shortfall()
}

fn waterfall() -> Result<(), Error> {
    let returns = Returns::from_column_slice(3, 2, &[0.04, -0.03, 0.02, 0.01, 0.00, 0.01])?;
    let costs = [0.0005, 0.0, 0.0005];
    let stages = [
        Stage::new("prior holdings", OverTime::Constant(&[0.5, 0.5])),
        Stage::new("signal", OverTime::Constant(&[0.8, 0.2])),
        Stage::new("tail overlay", OverTime::PerPeriod(&[0.8, 0.2, 0.3, 0.2, 0.8, 0.2])),
        Stage {
            costs: Some(&costs),
            ..Stage::new("execution", OverTime::PerPeriod(&[0.8, 0.2, 0.3, 0.2, 0.8, 0.2]))
        },
    ];
    let input = DecisionInput { returns: &returns, stages: &stages, totals: Totals::Money };
    let parts = decision_attribution(&input)?;
    // Returns of 3.35 %, -0.9 % and 1.75 %, compounded.
    assert!((parts.total - (1.0335 * 0.991 * 1.0175 - 1.0)).abs() < 1e-15);
    // The overlay held half less of what lost 3 %, on a wealth of 1.0335.
    assert!((parts.profits[2] - 0.015 * 1.0335).abs() < 1e-15);
    assert_eq!((parts.acted[2], parts.hit_rate[2]), (1, 1.0));
    let risk = realised_risk_attribution(&parts.series()?, &[])?;
    assert!(risk.sources.contribution[2] < 0.0);
    Ok(())
}

fn constraints() -> Result<(), Error> {
    // Two uncorrelated assets of variance 0.04, and an aversion of 4: free, 50 % and 25 % would be held.
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.04])?;
    let cap = |asset, multiplier| PricedConstraint {
        name: "the 20 % cap",
        row: ConstraintRow::Asset(asset),
        relation: Relation::AtMost,
        limit: 0.2,
        multiplier,
    };
    let caps = [cap(0, 0.048), cap(1, 0.008)];
    let input = ConstraintInput {
        covariance: &covariance,
        expected_returns: &[0.08, 0.04],
        risk_aversion: 4.0,
        weights: &[0.2, 0.2],
        constraints: &caps,
    };
    let parts = constraint_attribution(&input, &ConstraintParams::default())?;
    // Half of the price times what the free optimum holds beyond the cap: 72 and 2 basis points.
    assert!((parts.utility_costs[0] - 0.0072).abs() < 1e-15);
    assert!((parts.utility_costs[1] - 0.0002).abs() < 1e-15);
    assert!((parts.utility_cost - 0.0074).abs() < 1e-15);
    // The first asset lost 5 %: the cap saved 30 % of that.
    let profits = parts.profits(&[-0.05, 0.01])?;
    assert!((profits.constraints[0] - 0.015).abs() < 1e-15);
    assert!((profits.total - (0.2 * -0.05 + 0.2 * 0.01)).abs() < 1e-15);
    Ok(())
}

fn shortfall() -> Result<(), Error> {
    let fills = [Fill { price: 10.07, quantity: 700.0, fee: 14.0, ..Fill::default() }];
    let order = Order {
        side: Side::Buy,
        quantity: 1000.0,
        decision_price: 10.00,
        arrival_price: 10.05,
        closing_price: 10.08,
        fills: &fills,
    };
    let points = implementation_shortfall(&order, DelayBasis::Executed)?.basis_points();
    assert!((points.delay - 35.0).abs() < 1e-9);
    assert!((points.execution() - 14.0).abs() < 1e-9);
    assert!((points.opportunity - 24.0).abs() < 1e-9);
    assert!((points.fees - 14.0).abs() < 1e-9);
    assert!((points.total - 87.0).abs() < 1e-9);
    Ok(())
}
