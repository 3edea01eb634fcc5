//! A tour: what a short position does to the tree, books of given sizes, bounds on positions, and two books allocated
//! apart.
//!
//! Run it with `cargo run -p po-hrp --example long_short`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::{Allocator, Bounds, Covariance, Universe};
use po_hrp::{Exposure, Hrp, HrpParams, LongShort, LongShortAllocation, LongShortParams};

/// Weights are sums and products of a few rounded numbers.
const ROUNDING: f64 = 1e-12;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let universe = Universe::new(["AAPL", "MSFT", "XOM", "CVX"])?;

    // Volatilities of 20 %; correlations of 0.75 within a sector and of zero between the two.
    #[rustfmt::skip]
    let covariance = Covariance::from_column_slice(4, &[
        0.04, 0.03, 0.00, 0.00,
        0.03, 0.04, 0.00, 0.00,
        0.00, 0.00, 0.04, 0.03,
        0.00, 0.00, 0.03, 0.04,
    ])?;

    // A signal likes AAPL and dislikes the others.
    let short = LongShort::shorted(&[0.8, -0.3, -0.1, -0.5])?;
    assert_eq!(short, [1, 2, 3]);

    // A gross exposure of one. The order puts AAPL beside MSFT, which hedges it: half of each has variance 0.005, and the
    // oil shares have 0.035 together, so that the hedged pair gets 0.035 / 0.04 of the whole.
    let params = LongShortParams { short: short.clone(), ..LongShortParams::default() };
    let allocation = LongShort::new(params)?.allocate(&covariance)?;
    show("gross exposure of one", &universe, &allocation);
    assert_weights(&allocation, [0.4375, -0.4375, -0.0625, -0.0625]);
    let split = &allocation.positions().explain()[0];
    assert_eq!((&split.left[..], &split.right[..]), (&[1, 0][..], &[2, 3][..]));
    assert!((split.share_left - 0.875).abs() < ROUNDING);

    // 130 % long and 30 % short. AAPL has 1.3 / 1.6 of the gross exposure, and its half, which should have 0.875 of it,
    // has room for a third of the short book.
    let exposure = Exposure::Books { long: 1.3, short: 0.3 };
    let params = LongShortParams { short: short.clone(), exposure, ..LongShortParams::default() };
    let allocation = LongShort::new(params.clone())?.allocate(&covariance)?;
    show("1.3 long, 0.3 short", &universe, &allocation);
    assert_weights(&allocation, [1.3, -0.1, -0.1, -0.1]);
    assert!((allocation.weights().net() - 1.0).abs() < ROUNDING);
    assert!((allocation.weights().gross() - 1.6).abs() < ROUNDING);

    // No short position of more than 15 %, and CVX of 5 % at the most.
    let bounds = Some(Bounds::new(vec![0.0; 4], vec![2.0, 0.15, 0.15, 0.05])?);
    let hrp = HrpParams { bounds, ..HrpParams::default() };
    let allocation = LongShort::new(LongShortParams { hrp, ..params })?.allocate(&covariance)?;
    show("CVX at most 5 %", &universe, &allocation);
    assert_weights(&allocation, [1.3, -0.1, -0.15, -0.05]);

    // Allocated apart, the short book knows nothing of AAPL: MSFT stands alone against the pair of oil shares, and the cut
    // after one of three leaves it 0.035 / 0.075 of the book.
    let shorts = covariance.as_view().view((1, 1), (3, 3)).into_owned();
    let apart = Hrp::new(HrpParams::default())?.allocate(&Covariance::new(shorts)?)?;
    println!("\nthe short book alone: {:.4?}", apart.weights().as_slice());
    assert!((apart.weights().as_slice()[0] - 0.035 / 0.075).abs() < ROUNDING);
    Ok(())
}

fn show(title: &str, universe: &Universe, allocation: &LongShortAllocation) {
    println!("\n{title}");
    for (asset, weight) in allocation.weights().as_slice().iter().enumerate() {
        println!("  {:<5} {:>7.2} %", universe.label(asset), 100.0 * weight);
    }
}

fn assert_weights(allocation: &LongShortAllocation, expected: [f64; 4]) {
    for (weight, expected) in allocation.weights().as_slice().iter().zip(expected) {
        assert!((weight - expected).abs() < ROUNDING, "{weight} is not {expected}");
    }
}
