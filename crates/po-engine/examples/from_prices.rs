//! From prices to weights through the facade.

#![expect(clippy::print_stdout, reason = "an example shows what it computes")]

use po_engine::nalgebra::DMatrix;
use po_engine::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Two years of four assets: a common cycle, and one of each asset's own.
    let price = |day: usize, asset: usize| {
        let (time, pace) = (day as f64, 1.0 + asset as f64);
        100.0 * (0.05 * (time * 0.9).sin() + 0.02 * pace * (time * (1.7 + 0.4 * pace)).sin()).exp()
    };
    let prices = Panel::new(DMatrix::from_fn(500, 4, price))?;
    let returns = prices.simple_returns()?.resolve(MissingPolicy::Refuse)?.returns;
    let covariance = returns.covariance()?;

    let universe = Universe::new(["bond", "gold", "stock", "coin"])?
        .grouped("kind", [Some("safe"), Some("safe"), None, None])?;
    let safe = universe.group_bound("kind", "safe", 0.0, 0.6)?;
    let allocation =
        Hrp::new(HrpParams { groups: vec![safe], ..HrpParams::default() })?.allocate(&covariance)?;
    let weights = allocation.weights().as_slice();
    for (name, weight) in universe.names().iter().zip(weights) {
        println!("{name:>6} {:6.2} %", 100.0 * weight);
    }
    assert!((weights[0] + weights[1] - 0.6).abs() < 1e-12, "the cap binds, exactly");
    Ok(())
}
