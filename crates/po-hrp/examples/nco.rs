//! One optimiser inside each cluster, and one between them: minimum variance in the whole and nested.
//!
//! Run it with `cargo run -p po-hrp --example nco`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_convex::{Markowitz, MarkowitzParams};
use po_core::{Allocator, Covariance, DistanceMatrix, InverseVariance, Universe, Weights};
use po_hrp::{ClusterCount, Hrp, HrpParams, Market, Nco, NcoParams};

/// The optimiser's equations are solved to rounding.
const ROUNDING: f64 = 1e-12;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let universe = Universe::new(["AAPL", "MSFT", "XOM", "CVX", "TLT", "IEF"])?;
    let volatilities = [0.28, 0.25, 0.27, 0.26, 0.14, 0.07];
    // Pairs that move together, and hardly with each other.
    let covariance: Vec<f64> = (0..36)
        .map(|entry| {
            let (row, col) = (entry / 6, entry % 6);
            let correlation = if row == col {
                1.0
            } else if row / 2 == col / 2 {
                0.7
            } else {
                0.1
            };
            correlation * volatilities[row] * volatilities[col]
        })
        .collect();
    let covariance = Covariance::from_column_slice(6, &covariance)?;
    let volatility = |weights: &Weights| covariance.portfolio_variance(weights).map(f64::sqrt);

    let minimum = || Markowitz::new(MarkowitzParams::default());
    let whole = minimum()?.allocate((&covariance).into())?;
    let params = NcoParams { clusters: ClusterCount::Silhouette { most: None }, ..NcoParams::default() };
    let nested = Nco::new(params, minimum()?, minimum()?)?.allocate(&covariance)?;
    assert_eq!(nested.clusters().labels(), [0, 0, 1, 1, 2, 2]);

    println!("clusters");
    for nest in nested.explain() {
        println!("  {}", nest.words(&universe));
    }
    // What the optimisers found out about each cluster is there as well.
    assert!(nested.inner().iter().all(|portfolio| portfolio.as_ref().net() - 1.0 < ROUNDING));

    // Any two allocators nest: here risk parity between minimum variances, and the other way round.
    let given = || NcoParams { clusters: ClusterCount::Given(3), ..NcoParams::default() };
    let calm_inside = Nco::new(given(), minimum()?, InverseVariance)?.allocate(&covariance)?;
    let calm_between =
        Nco::new(given(), Hrp::new(HrpParams::default())?, minimum()?)?.allocate(&covariance)?;

    // Clusters by distances of one's own: shares here, bonds there.
    let is_bond = |asset: usize| asset >= 4;
    let apart = |entry: usize| match (entry / 6, entry % 6) {
        (row, col) if row == col => 0.0,
        (row, col) if is_bond(row) == is_bond(col) => 0.1,
        _ => 1.0,
    };
    let distances = DistanceMatrix::from_column_slice(6, &(0..36).map(apart).collect::<Vec<f64>>())?;
    let market = Market { distances: Some(&distances), ..Market::from(&covariance) };
    let params = NcoParams { clusters: ClusterCount::Given(2), ..NcoParams::default() };
    let by_class = Nco::new(params, minimum()?, minimum()?)?.allocate_market(market)?;
    assert_eq!(by_class.clusters().labels(), [0, 0, 0, 0, 1, 1]);

    println!("\nvolatility");
    let least = volatility(whole.as_ref())?;
    for (name, weights) in [
        ("minimum variance", whole.as_ref()),
        ("nested", nested.weights()),
        ("nested, shares and bonds", by_class.weights()),
        ("inverse variance between", calm_inside.weights()),
        ("hierarchical risk parity inside", calm_between.weights()),
    ] {
        let risk = volatility(weights)?;
        println!("  {name:<32} {:6.3} %", 100.0 * risk);
        assert!(risk >= least * (1.0 - ROUNDING) && (weights.net() - 1.0).abs() < ROUNDING);
    }
    Ok(())
}
