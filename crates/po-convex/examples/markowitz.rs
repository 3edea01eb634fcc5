//! A tour: two portfolios under constraints in words, what each constraint costs, and the proof.
//!
//! Run it with `cargo run -p po-convex --example markowitz`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_convex::{Constraint, Constraints, Error, Markowitz, MarkowitzParams, Objective, Portfolio};
use po_core::{Allocator, Covariance, Moments, Universe};

fn main() -> Result<(), Error> {
    let universe = Universe::new(["AAPL", "MSFT", "TLT", "IEF"])?
        .grouped("class", [Some("shares"), Some("shares"), Some("bonds"), Some("bonds")])?;
    // Volatilities of 20 % and 10 %, correlations of 0.5 within a class and of zero between the two.
    let covariance = Covariance::from_column_slice(
        4,
        &[
            0.04, 0.02, 0.000, 0.000, //
            0.02, 0.04, 0.000, 0.000, //
            0.00, 0.00, 0.010, 0.005, //
            0.00, 0.00, 0.005, 0.010,
        ],
    )?;
    let moments = Moments::new(vec![0.08, 0.07, 0.03, 0.03], covariance)?;
    let best = |objective: Objective, lines: &[&str]| -> Result<Portfolio, Error> {
        let constraints = Constraints::default().with(lines, &universe)?;
        let params = MarkowitzParams { objective, constraints, ..MarkowitzParams::default() };
        Markowitz::new(params)?.allocate((&moments).into())
    };

    // The least variance: each class in inverse proportion to its variance, 1 to 4, and split in half.
    let safest = best(Objective::MinVariance, &[])?;
    show("minimum variance", &safest, &universe);
    assert!((safest.as_ref().as_slice()[0] - 0.1).abs() < 1e-12);

    let lines = ["shares >= 40%", "each asset <= 35%"];
    let limited = best(Objective::MinVariance, &lines)?;
    show("minimum variance with 40 % in shares", &limited, &universe);
    // The variance is 0.03 s² + 0.0075 (1 - s)² for a share s of shares, and rises by 0.015 at s = 0.4.
    assert!((limited.variance - 0.0075).abs() < 1e-12);
    let prices = limited.shadow_prices();
    let price = prices.iter().find(|price| label(&price.constraint, &universe) == "shares >= 40%");
    assert!(price.is_some_and(|price| (price.value - 0.015).abs() < 1e-12), "{price:?}");

    // The greatest ratio of excess return to volatility under the same constraints.
    let steepest = best(Objective::MaxSharpe { risk_free: 0.01 }, &lines)?;
    show("maximum Sharpe ratio", &steepest, &universe);
    assert!(steepest.objective > (limited.mean.unwrap_or(0.0) - 0.01) / limited.volatility());
    assert!(steepest.gap() < 1e-12);
    Ok(())
}

fn show(title: &str, portfolio: &Portfolio, universe: &Universe) {
    println!("{title}: {:.6}, proven to {:.0e}", portfolio.objective, portfolio.gap());
    for (asset, weight) in portfolio.as_ref().as_slice().iter().enumerate() {
        println!("  {:4} {:6.2} %", universe.label(asset), 100.0 * weight);
    }
    for price in portfolio.shadow_prices() {
        println!("  {:24} costs {:+.6} per unit", label(&price.constraint, universe), price.value);
    }
    let certificate = portfolio.solution.certificate;
    println!(
        "  residuals: primal {:.0e}, dual {:.0e}, complementarity {:.0e}",
        certificate.primal_residual, certificate.dual_residual, certificate.complementarity
    );
}

fn label(constraint: &Constraint, universe: &Universe) -> String {
    match constraint {
        Constraint::Row { label, .. } => label.clone(),
        Constraint::LowerBound { asset, bound } => format!("{} >= {bound}", universe.label(*asset)),
        Constraint::UpperBound { asset, bound } => format!("{} <= {bound}", universe.label(*asset)),
    }
}
