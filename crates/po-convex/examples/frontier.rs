//! A tour: the whole efficient frontier from its turning points, and point by point under what they cannot take.
//!
//! Run it with `cargo run -p po-convex --example frontier`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_convex::{Constraints, Error, FrontierParams, Rows, critical_line, frontier};
use po_core::{Bounds, Covariance, Moments, Weights};

fn main() -> Result<(), Error> {
    // Three assets without correlation.
    let covariance = Covariance::from_column_slice(3, &[0.04, 0.0, 0.0, 0.0, 0.02, 0.0, 0.0, 0.0, 0.01])?;
    let moments = Moments::new(vec![0.12, 0.08, 0.02], covariance)?;
    let bounds = Bounds::uniform(3, 0.0, 1.0)?;
    let mut rows = Rows::new(3);
    rows.push("budget", &[1.0; 3], 1.0, 1.0)?;
    let line = critical_line(&moments, &bounds, &rows)?;

    println!("turning points, between which weights are mixtures:");
    for point in line.turning_points() {
        println!(
            "  return {:.4}, volatility {:.4}, λ {:.4}, weights {:.4?}",
            point.mean,
            point.volatility(),
            point.lambda,
            point.weights.as_slice()
        );
    }
    // The least variance holds assets in proportion to 1 / σ², which is 25, 50 and 100.
    let least = line.minimum_variance();
    assert!((least.weights.as_slice()[2] - 100.0 / 175.0).abs() < 1e-12);
    // The third asset leaves first, then the second.
    assert_eq!(line.turning_points().len(), 3);
    assert!(line.maximum_return().is_some_and(|best| best.weights.as_slice() == [1.0, 0.0, 0.0]));

    // Between the first two, 0.08 + 0.04 w is the return for w in the first asset.
    let point = line.at_return(0.11)?;
    assert!((point.weights.as_slice()[0] - 0.75).abs() < 1e-12);
    let steepest = line.maximum_sharpe(0.01)?;
    println!("steepest: ratio {:.6}, weights {:.4?}", steepest.sharpe(0.01), steepest.weights.as_slice());
    // Weights in proportion to e / σ²: 0.11 / 0.04, 0.07 / 0.02 and 0.01 / 0.01.
    assert!((steepest.weights.as_slice()[0] - 2.75 / 7.25).abs() < 1e-12);
    println!("proven to {:.0e}", line.certificate().gap);

    // A limit on turnover bends; the frontier is then computed point by point.
    let constraints =
        Constraints { holdings: Some(Weights::equal(3)?), turnover: Some(0.5), ..Constraints::default() };
    let portfolios =
        frontier(&FrontierParams { points: 5, constraints, ..FrontierParams::default() }, (&moments).into())?;
    println!("with a turnover of at most one half:");
    for portfolio in &portfolios {
        let (mean, volatility) = (portfolio.mean.unwrap_or(0.0), portfolio.volatility());
        println!(
            "  return {mean:.4}, volatility {volatility:.4}, weights {:.4?}",
            portfolio.as_ref().as_slice()
        );
    }
    // A quarter of the capital moves from the last asset to the first at most: 0.22 / 3 + 0.25 · 0.10.
    assert!(
        portfolios
            .last()
            .and_then(|best| best.mean)
            .is_some_and(|mean| (mean - (0.22 / 3.0 + 0.025)).abs() < 1e-12)
    );
    Ok(())
}
