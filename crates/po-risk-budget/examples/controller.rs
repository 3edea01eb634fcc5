//! A year of a market whose volatility doubles half-way: exposure follows, by the smallest trades that do.
//!
//! Run it with `cargo run -p po-risk-budget --example controller`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::{Covariance, Weights};
use po_risk_budget::{
    DrawdownScaling, Error, Reason, RiskBudgetController, RiskBudgetControllerParams as Params,
};

/// Weights are products and roots of a few rounded numbers.
const ROUNDING: f64 = 1e-12;

fn main() -> Result<(), Error> {
    // 1 % a day is budgeted, of which 80 % to 95 % may be in use; a drawdown of 10 % halves the largest exposure.
    let drawdown = Some(DrawdownScaling { start: 0.05, limit: 0.15 });
    let mut controller = RiskBudgetController::new(Params { drawdown, ..Params::default() })?;
    let target = Weights::new(vec![0.5, 0.5])?;
    let mut held = Weights::new(vec![0.0, 0.0])?;

    // Two uncorrelated assets of the same volatility σ: the target has σ / sqrt(2).
    let mut trades = 0;
    for month in 0..12 {
        let volatility = if month < 6 { 0.02 } else { 0.04 };
        let variance = volatility * volatility;
        let covariance = Covariance::from_column_slice(2, &[variance, 0.0, 0.0, variance])?;
        let earned = (month > 0).then_some(0.005);
        let decision = controller.step(&target, &held, &covariance, earned)?;
        println!(
            "month {:2}: {:?}, exposure {:.3}, use {:.3}, turnover {:.3}",
            month + 1,
            decision.reason,
            decision.exposure,
            decision.forecast_use,
            decision.turnover
        );
        trades += usize::from(decision.traded);
        held = decision.weights.clone();
    }
    // From cash to the lower edge, and down to the upper edge when volatility doubles.
    assert_eq!(trades, 2);
    let exposure = controller.decision().exposure;
    assert!((exposure - 0.95 * 0.01 / (0.04 * 0.5_f64.sqrt())).abs() < ROUNDING);

    // A loss of 12 % leaves 0.3 of the largest exposure.
    let calm = Covariance::from_column_slice(2, &[4e-6, 0.0, 0.0, 4e-6])?;
    let decision = controller.step(&target, &held, &calm, -0.12)?;
    println!("drawdown {:.2}: {:?}, exposure {:.3}", decision.drawdown, decision.reason, decision.exposure);
    assert!((decision.exposure - 0.3).abs() < ROUNDING);
    assert_eq!(decision.reason, Reason::Drawdown);
    Ok(())
}
