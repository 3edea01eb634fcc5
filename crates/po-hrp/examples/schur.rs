//! From hierarchical risk parity towards minimum variance: what gamma does, where its cap lies, and another order.
//!
//! Run it with `cargo run -p po-hrp --features linalg --example schur`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::{Allocator, Covariance, Universe, Weights};
use po_hrp::{GammaCap, Hrp, HrpParams, Schur, SchurParams, spectral_order};

/// Sums of a few rounded products.
const ROUNDING: f64 = 1e-12;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let universe = Universe::new(["AAPL", "MSFT", "XOM", "CVX", "TLT", "IEF"])?;
    let volatilities = [0.28, 0.25, 0.27, 0.26, 0.14, 0.07];
    // Pairs that move together, and less with each other.
    let entries: Vec<f64> = (0..36)
        .map(|entry| {
            let (row, col) = (entry / 6, entry % 6);
            let correlation = if row == col {
                1.0
            } else if row / 2 == col / 2 {
                0.7
            } else {
                0.3
            };
            correlation * volatilities[row] * volatilities[col]
        })
        .collect();
    let covariance = Covariance::from_column_slice(6, &entries)?;
    let volatility = |weights: &Weights| covariance.portfolio_variance(weights).map(f64::sqrt);

    let names =
        |order: &[usize]| order.iter().map(|&asset| universe.label(asset)).collect::<Vec<_>>().join(" ");
    let hrp = Hrp::new(HrpParams::default())?.allocate(&covariance)?;
    println!("order of the tree {}", names(hrp.leaf_order()));
    println!("spectral order    {}", names(&spectral_order(&covariance)?));

    // More of gamma lowers the volatility, until the cap says that even more would not.
    println!("\ngamma  used    volatility  weights in {}", universe.names().join(" "));
    let mut last = f64::INFINITY;
    for gamma in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let allocation =
            Schur::new(SchurParams { gamma, ..SchurParams::default() })?.allocate(&covariance)?;
        let risk = volatility(allocation.weights())?;
        let weights: Vec<String> = allocation
            .weights()
            .as_slice()
            .iter()
            .map(|weight| format!("{:5.1} %", 100.0 * weight))
            .collect();
        println!(
            "{gamma:<5}  {:<6.4}  {:6.3} %    {}",
            allocation.effective_gamma(),
            100.0 * risk,
            weights.join(" ")
        );
        assert!(risk < last && allocation.effective_gamma() <= gamma);
        assert!((allocation.weights().net() - 1.0).abs() < ROUNDING);
        last = risk;
    }

    // Why: each split, with variances as they are once the halves were told of each other.
    println!("\nwhy, for a gamma of 0.5");
    let half = Schur::new(SchurParams::default())?.allocate(&covariance)?;
    half.explain().iter().for_each(|split| println!("  {}", split.words(&universe)));

    // A gamma of zero is hierarchical risk parity itself.
    let none = Schur::new(SchurParams { gamma: 0.0, ..SchurParams::default() })?.allocate(&covariance)?;
    assert_eq!(none.weights(), hrp.weights());

    // Without the cap, what cannot be augmented is an error: here one asset is there twice.
    let mut twice = entries;
    for asset in 0..6 {
        twice[6 + asset] = twice[asset];
    }
    for asset in 0..6 {
        twice[6 * asset + 1] = twice[6 * asset];
    }
    let covariance = Covariance::from_column_slice(6, &twice)?;
    let params = SchurParams { cap: GammaCap::Never, ..SchurParams::default() };
    let refused = Schur::new(params)?.allocate(&covariance).map_err(|error| error.named(&universe));
    println!("\nwithout a cap: {}", refused.err().unwrap_or_default());
    let capped = Schur::new(SchurParams::default())?.allocate(&covariance)?;
    println!("with a cap: gamma is {}", capped.effective_gamma());
    Ok(())
}
