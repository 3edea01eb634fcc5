//! A tour: weights from a covariance, how they came about, bounds, group caps, and a request that cannot be met.
//!
//! Run it with `cargo run -p po-hrp --example hrp`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::{Allocator, Bounds, Covariance, Universe};
use po_hrp::{Error, Hrp, HrpAllocation, HrpParams, HrpScratch, Linkage};

/// Weights are sums and products of a few rounded numbers.
const ROUNDING: f64 = 1e-12;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let universe = Universe::new(["AAPL", "MSFT", "TLT", "IEF"])?
        .grouped("class", [Some("shares"), Some("shares"), Some("bonds"), Some("bonds")])?
        .grouped("horizon", [Some("long"), None, Some("long"), None])?;

    // Volatilities of 20 % and 10 %, correlations of 0.5 within a class and of zero between the two.
    #[rustfmt::skip]
    let covariance = Covariance::from_column_slice(4, &[
        0.04, 0.02, 0.000, 0.000,
        0.02, 0.04, 0.000, 0.000,
        0.00, 0.00, 0.010, 0.005,
        0.00, 0.00, 0.005, 0.010,
    ])?;

    // A pair of shares has variance 0.03, a pair of bonds 0.0075: bonds earn 0.03 / 0.0375 of the weight.
    let allocation = Hrp::new(HrpParams::default())?.allocate(&covariance)?;
    show("no bounds", &universe, &allocation);
    assert_weights(&allocation, [0.1, 0.1, 0.4, 0.4]);
    explain(&universe, &allocation);

    // Without bounds the allocation does not depend on which linkage finds the two pairs.
    for &linkage in Linkage::ALL {
        let params = HrpParams { linkage, ..HrpParams::default() };
        assert_weights(&Hrp::new(params)?.allocate(&covariance)?, [0.1, 0.1, 0.4, 0.4]);
    }

    // At most 30 % in TLT: what it gives up stays with its sibling as long as that has room.
    let capped = Bounds::new(vec![0.0; 4], vec![1.0, 1.0, 0.3, 1.0])?;
    let params = HrpParams { bounds: Some(capped), ..HrpParams::default() };
    let allocation = Hrp::new(params)?.allocate(&covariance)?;
    show("TLT at most 30 %", &universe, &allocation);
    assert_weights(&allocation, [0.1, 0.1, 0.3, 0.5]);

    // At most 60 % in bonds: both classes are scaled, and inside them nothing changes.
    let bonds = universe.group_bound("class", "bonds", 0.0, 0.6)?;
    let params = HrpParams { groups: vec![bonds.clone()], ..HrpParams::default() };
    let allocation = Hrp::new(params)?.allocate(&covariance)?;
    show("bonds at most 60 %", &universe, &allocation);
    assert_weights(&allocation, [0.2, 0.2, 0.3, 0.3]);

    // Groups may overlap: the long horizon holds one asset of either class.
    let long = universe.group_bound("horizon", "long", 0.7, 1.0)?;
    let params = HrpParams { groups: vec![bonds.clone(), long], ..HrpParams::default() };
    let hrp = Hrp::new(params)?;
    let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
    // From its second call on this spelling does not allocate memory.
    for _ in 0..2 {
        hrp.allocate_into(&covariance, &mut scratch, &mut allocation)?;
    }
    show("and the long horizon at least 70 %", &universe, &allocation);
    assert_weights(&allocation, [0.24, 0.16, 0.46, 0.14]);

    // A request that cannot be met comes back with the groups to blame.
    let shares = universe.group_bound("class", "shares", 0.0, 0.3)?;
    let params = HrpParams { groups: vec![bonds, shares], ..HrpParams::default() };
    let refused = Hrp::new(params)?.allocate(&covariance).map_err(|error| error.named(&universe));
    let groups = vec!["bonds".to_owned(), "shares".to_owned()];
    assert_eq!(refused, Err(Error::GroupsConflict { groups }.to_string()));
    println!("\nrefused: {}", refused.err().unwrap_or_default());
    Ok(())
}

fn show(title: &str, universe: &Universe, allocation: &HrpAllocation) {
    println!("\n{title}");
    for (name, weight) in universe.names().iter().zip(allocation.weights().as_slice()) {
        println!("  {name:<5} {:>6.2} %", 100.0 * weight);
    }
}

/// Prints each split: who is on which side, what the variances are, and what either side got.
fn explain(universe: &Universe, allocation: &HrpAllocation) {
    let names =
        |assets: &[usize]| assets.iter().map(|&asset| universe.label(asset)).collect::<Vec<_>>().join(" ");
    println!("\nwhy");
    for split in allocation.explain() {
        let (left, right) = (names(&split.left), names(&split.right));
        println!(
            "  {left:<10} | {right:<10} variances {:.4} | {:.4}, so the left side gets {:.0} % of {:.2}",
            split.risk_left,
            split.risk_right,
            100.0 * split.share_left,
            split.weight_left + split.weight_right,
        );
    }
}

fn assert_weights(allocation: &HrpAllocation, expected: [f64; 4]) {
    for (weight, expected) in allocation.weights().as_slice().iter().zip(expected) {
        assert!((weight - expected).abs() < ROUNDING, "{weight} is not {expected}");
    }
}
