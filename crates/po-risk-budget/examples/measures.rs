//! A tour: one risk budget under five measures, under constraints, under caps, and split among factors.
//!
//! Run it with `cargo run -p po-risk-budget --example measures`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_convex::Constraints;
use po_core::{Allocator, Bounds, Budget, Confidence, Returns, Universe};
use po_risk_budget::{
    Caps, Compromise, ConstrainedRiskBudgetParams, ConstrainedRiskBudgeting, FactorExposures,
    FactorRiskBudgetParams, FactorRiskBudgeting, RiskCapParams, RiskCapping, RiskMeasure,
    ScenarioRiskBudgeting, ScenarioRiskBudgetingParams,
};

/// Shares that a method keeps, as far as it promises.
const KEPT: f64 = 1e-9;

/// Periods of the made-up market.
const PERIODS: usize = 500;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let universe = Universe::new(["shares", "bonds", "gold"])?;
    let returns = market()?;
    let budget = Budget::new(vec![0.5, 0.25, 0.25])?;

    println!("shares of risk of 50 %, 25 % and 25 %");
    let confidence = Confidence::new(0.95)?;
    for measure in [
        RiskMeasure::Cvar { confidence },
        RiskMeasure::Cdar { confidence },
        RiskMeasure::Mad,
        RiskMeasure::SemiDeviation,
        RiskMeasure::Evar { confidence },
    ] {
        let params =
            ScenarioRiskBudgetingParams { measure, budget: Some(budget.clone()), ..Default::default() };
        let allocation = ScenarioRiskBudgeting::new(params)?.allocate(&returns)?;
        let report = &allocation.decomposition.report;
        assert!(report.residual() < KEPT);
        show(measure.name(), allocation.weights().as_slice(), report.risk);
    }

    // No more than 65 % in bonds: the budget cannot be met, and the result says why.
    let covariance = returns.covariance()?;
    let bounds = Some(Bounds::new(vec![0.0; 3], vec![1.0, 0.65, 1.0])?);
    let constraints = Constraints { bounds, ..Constraints::default() };
    println!("\nvolatility, at most 65 % in bonds");
    for compromise in [Compromise::Barrier, Compromise::Nearest] {
        let params = ConstrainedRiskBudgetParams {
            budget: Some(budget.clone()),
            constraints: constraints.clone(),
            compromise,
            ..Default::default()
        };
        let allocation = ConstrainedRiskBudgeting::new(params)?.allocate(&covariance)?;
        assert!(!allocation.is_met && allocation.solution.certificate.primal_residual < KEPT);
        show(&format!("{compromise:?}"), allocation.weights().as_slice(), allocation.report.risk);
        for obstacle in allocation.obstacles() {
            println!("    in the way: {}", obstacle.named(&universe));
        }
    }

    println!("\nleast variance, no more than 40 % of risk in one asset");
    let params = RiskCapParams { caps: Caps::All(0.4), ..RiskCapParams::default() };
    let allocation = RiskCapping::new(params)?.allocate(&covariance)?;
    assert!(allocation.is_global && allocation.report.share.iter().all(|share| *share < 0.4 + KEPT));
    show("proven to be the best", allocation.weights().as_slice(), allocation.report.risk);

    println!("\nhalf of the risk from growth, half from inflation");
    let exposures = FactorExposures::from_column_slice(3, 2, &[1.0, -0.2, 0.1, 0.1, -0.4, 1.0])?;
    let allocation =
        FactorRiskBudgeting::new(FactorRiskBudgetParams::default())?.allocate(&covariance, &exposures)?;
    assert!(allocation.is_met && (allocation.report.share[0] - 0.5).abs() < KEPT);
    show("of either sign", allocation.weights().as_slice(), allocation.report.risk);
    Ok(())
}

fn show(what: &str, weights: &[f64], risk: f64) {
    let weights: Vec<String> = weights.iter().map(|weight| format!("{:6.2} %", 100.0 * weight)).collect();
    println!("  {what:<30} {}   risk {:.3} %", weights.join(" "), 100.0 * risk);
}

/// Returns that look like a market and are none: irrational steps on the circle in place of chance.
fn market() -> Result<Returns, po_core::InputError> {
    let wave = |time: usize, step: f64| (time as f64 * step).fract() - 0.5;
    let growth = |time: usize| wave(time, 0.618_033_988_75) + 4.0 * wave(time, 0.754_877_666_25).powi(3);
    let inflation = |time: usize| wave(time, 0.414_213_562_37);
    let entries = (0..3).flat_map(|asset| {
        (0..PERIODS).map(move |time| match asset {
            0 => 0.03 * growth(time) + 0.01 * wave(time, 0.236_067_977_5),
            1 => -0.004 * growth(time) - 0.006 * inflation(time) + 0.004 * wave(time, 0.302_775_637_73),
            _ => 0.015 * inflation(time) + 0.02 * wave(time, 0.561_552_812_81),
        })
    });
    Returns::from_column_slice(PERIODS, 3, &entries.collect::<Vec<f64>>())
}
