//! A tour: clusters and how many there are, weights for and within them, and what the other ways of dividing
//! do.
//!
//! Run it with `cargo run -p po-hrp --example herc`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::{Allocator, Bounds, Covariance, Returns, Risk, Universe};
use po_hrp::{ClusterCount, ClusterWeights, Division, Herc, HercAllocation, HercParams, Market};

/// Weights are sums and products of a few rounded numbers.
const ROUNDING: f64 = 1e-12;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let universe = Universe::new(["AAPL", "MSFT", "TLT", "IEF", "GLD"])?;

    // Volatilities of 20 % for shares, 10 % for bonds, 15 % for gold; correlations of 0.5 within a class.
    // Gold goes a little with the bonds.
    #[rustfmt::skip]
    let covariance = Covariance::from_column_slice(5, &[
        0.04, 0.02, 0.000, 0.000, 0.0000,
        0.02, 0.04, 0.000, 0.000, 0.0000,
        0.00, 0.00, 0.010, 0.005, 0.0015,
        0.00, 0.00, 0.005, 0.010, 0.0015,
        0.00, 0.00, 0.0015, 0.0015, 0.0225,
    ])?;

    // The dispersion within clusters bends most at three of them.
    let allocation = Herc::new(HercParams::default())?.allocate(&covariance)?;
    println!("scores of two clusters, of three, ...: {:.4?}", allocation.cut().scores());
    assert_eq!(allocation.cut().labels(), [0, 0, 1, 1, 2]);
    show("clusters", &universe, &allocation);
    // Shares have variance 0.03, bonds 0.0075, gold 0.0225. The root sets shares apart: 0.03 / 0.06 of the
    // whole is theirs. Below it bonds earn 0.0225 / 0.03 of the other half.
    assert_weights(&allocation, [0.25, 0.25, 0.1875, 0.1875, 0.125]);
    explain(&universe, &allocation);

    // Half of each node to either side, and equal parts of each cluster: no risk is looked at.
    let params =
        HercParams { division: Division::Halves, within: ClusterWeights::Equal, ..HercParams::default() };
    let allocation = Herc::new(params)?.allocate(&covariance)?;
    show("halves, in equal parts", &universe, &allocation);
    assert_weights(&allocation, [0.25, 0.25, 0.125, 0.125, 0.25]);

    // One cluster: naive risk parity, by 1 / variance.
    let params = HercParams { clusters: ClusterCount::Given(1), ..HercParams::default() };
    let allocation = Herc::new(params)?.allocate(&covariance)?;
    show("one cluster", &universe, &allocation);
    let parity = 25.0 + 25.0 + 100.0 + 100.0 + 1.0 / 0.0225;
    assert_weights(&allocation, [25.0, 25.0, 100.0, 100.0, 1.0 / 0.0225].map(|own| own / parity));

    // At most 15 % in IEF: the other bond takes what it gives up, and nothing else moves.
    let bounds = Bounds::new(vec![0.0; 5], vec![1.0, 1.0, 1.0, 0.15, 1.0])?;
    let params = HercParams { bounds: Some(bounds), ..HercParams::default() };
    let allocation = Herc::new(params)?.allocate(&covariance)?;
    show("IEF at most 15 %", &universe, &allocation);
    assert_weights(&allocation, [0.25, 0.25, 0.225, 0.15, 0.125]);

    // By the worst loss of four periods: what shares lose together is 4 %, bonds 1 %, gold 2 %.
    let returns = [
        [0.02, -0.04, 0.01, 0.03], // AAPL
        [0.02, -0.04, 0.03, 0.01], // MSFT
        [0.01, 0.00, -0.01, 0.00], // TLT
        [0.00, 0.01, -0.01, 0.01], // IEF
        [-0.02, 0.03, 0.01, 0.00], // GLD
    ];
    let returns = Returns::from_column_slice(4, 5, &returns.concat())?;
    let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
    let params = HercParams { risk: Risk::WorstRealisation, ..HercParams::default() };
    let allocation = Herc::new(params)?.allocate_market(market)?;
    println!("\nby the worst loss");
    explain(&universe, &allocation);
    let rest = 4.0 / 7.0;
    assert_weights(&allocation, [1.5 / 7.0, 1.5 / 7.0, rest / 3.0, rest / 3.0, rest / 3.0]);
    Ok(())
}

fn show(title: &str, universe: &Universe, allocation: &HercAllocation) {
    println!("\n{title}");
    for cluster in allocation.clusters() {
        println!("  {:.4} with variance {:.4}", cluster.weight, cluster.risk);
        for asset in cluster.assets {
            println!(
                "    {:<5} {:>6.2} %",
                universe.label(asset),
                100.0 * allocation.weights().as_slice()[asset]
            );
        }
    }
}

/// Prints each split of the tree above the clusters, and each cluster, in words.
fn explain(universe: &Universe, allocation: &HercAllocation) {
    println!("\nwhy");
    allocation.explain().iter().for_each(|split| println!("  {}", split.words(universe)));
    allocation.clusters().iter().for_each(|cluster| println!("  {}", cluster.words(universe)));
}

fn assert_weights(allocation: &HercAllocation, expected: [f64; 5]) {
    for (weight, expected) in allocation.weights().as_slice().iter().zip(expected) {
        assert!((weight - expected).abs() < ROUNDING, "{weight} is not {expected}");
    }
}
