//! A tour: a portfolio that someone else made, capped to what its owner can lose in a crash.
//!
//! Run it with `cargo run -p po-tail --example black_swan`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_convex::Costs;
use po_core::{Allocator, Confidence, Returns, Weights};
use po_tail::{OverlayCost, OverlayInput, Scenarios, TailOverlay, TailOverlayParams};

const ASSETS: [&str; 4] = ["shares", "credit", "government bonds", "gold"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Four states of a year: a crash, stagflation, an ordinary year and a good one.
    let returns = Returns::from_column_slice(
        4,
        4,
        &[
            -0.45, -0.20, 0.07, 0.22, // shares
            -0.25, -0.10, 0.05, 0.09, // credit
            0.08, -0.12, 0.03, 0.01, // government bonds
            0.10, 0.15, 0.01, -0.04, // gold
        ],
    )?;
    let scenarios = Scenarios::new(returns, vec![0.03, 0.07, 0.60, 0.30])?;
    let weights = Weights::new(vec![0.60, 0.20, 0.15, 0.05])?;

    let costs = Costs::each_in_basis_points(&[5.0, 30.0, 3.0, 8.0]);
    let params = TailOverlayParams {
        cap: 0.15,
        confidence: Confidence::new(0.90)?,
        cost: OverlayCost::Trading(costs),
        constraints: None,
    };
    let decision = TailOverlay::new(params)?.allocate(OverlayInput::new(&weights, &scenarios))?;

    println!(
        "CVaR     {:.2} % before, {:.2} % after",
        100.0 * decision.cvar_before,
        100.0 * decision.cvar_after
    );
    println!(
        "cost     {:.2} basis points for a turnover of {:.1} %",
        1e4 * decision.cost,
        100.0 * decision.turnover
    );
    println!("price    {:.2} basis points for another per cent of CVaR", 100.0 * decision.price);
    println!("\n{:<18}{:>8}{:>8}{:>12}", "", "before", "after", "takes off");
    for (asset, name) in ASSETS.iter().enumerate() {
        println!(
            "{name:<18}{:>7.2}%{:>7.2}%{:>11.2}%",
            100.0 * weights.as_slice()[asset],
            100.0 * decision.as_ref().as_slice()[asset],
            100.0 * decision.reductions[asset],
        );
    }
    println!("{:<18}{:>7.2}%{:>7.2}%", "cash", 0.0, 100.0 * (1.0 - decision.as_ref().net()));
    Ok(())
}
