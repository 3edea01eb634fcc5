//! A tour: weights from anywhere, made to keep a mandate, with what that moved and what it cost.
//!
//! Run it with `cargo run -p po-convex --example nearest`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_convex::{Constraints, Costs, NearestInput, NearestParams, NearestPortfolio, Nearness};
use po_core::{Allocator, Covariance, Universe, Weights};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let universe = Universe::new(["AAPL", "MSFT", "XOM", "TLT"])?
        .grouped("sector", [Some("Technology"), Some("Technology"), Some("Energy"), Some("Bonds")])?;
    // What a hierarchy, a policy or a committee would like to hold.
    let target = Weights::new(vec![0.4, 0.2, 0.1, 0.3])?;

    // One cap that binds: technology is scaled by 3/4, all else by 11/8.
    let mandate = Constraints::default().with(["Technology <= 45%"], &universe)?;
    let params = NearestParams { constraints: mandate.clone(), ..NearestParams::default() };
    let nearest = NearestPortfolio::new(params)?;
    let allocation = nearest.allocate((&target).into())?;
    show("in proportion", &universe, &allocation);
    let expected = [0.3, 0.15, 0.1375, 0.4125];
    assert!(
        allocation
            .as_ref()
            .as_slice()
            .iter()
            .zip(expected)
            .all(|(weight, expected)| (weight - expected).abs() < 1e-15)
    );
    assert!((allocation.change - 0.3).abs() < 1e-15);
    // A cap that is higher by a point would lower half the squared distance by 0.625 points.
    let prices = allocation.shadow_prices();
    assert_eq!(prices.len(), 2);
    assert!((prices[1].value + 0.625).abs() < 1e-14);

    // A portfolio that keeps the mandate already is handed back as it is.
    let kept = nearest.allocate(allocation.as_ref().into())?;
    assert!(!kept.moved && kept.distance == 0.0);
    assert_eq!(kept.as_ref(), allocation.as_ref());

    // The same distance as returns see it: the least tracking error to the target. Technology moves alike, so that one
    // of the two is sold for the other, and what they leave goes to where it disturbs least.
    let covariance = Covariance::from_column_slice(
        4,
        &[0.09, 0.06, 0.01, 0.0, 0.06, 0.0625, 0.01, 0.0, 0.01, 0.01, 0.04, 0.0, 0.0, 0.0, 0.0, 0.01],
    )?;
    let params = NearestParams {
        constraints: mandate.clone(),
        nearness: Nearness::TrackingError,
        ..NearestParams::default()
    };
    let tracked = NearestPortfolio::new(params)?
        .allocate(NearestInput { target: &target, covariance: Some((&covariance).into()) })?;
    show("least tracking error", &universe, &tracked);
    let expected = [0.505 / 1.3, 0.08 / 1.3, 0.16, 0.39];
    assert!(
        tracked.as_ref().as_slice().iter().zip(expected).all(|(w, expected)| (w - expected).abs() < 1e-14)
    );
    assert!((tracked.distance - 0.038_038_442_093_796).abs() < 1e-15);

    // What is held counts: a holding that trading would bring nearer by less than 5 % of its target stays, to the bit.
    let held = Weights::new(vec![0.33, 0.145, 0.125, 0.4])?;
    let constraints =
        Constraints { holdings: Some(held.clone()), costs: Some(Costs::basis_points(10.0)), ..mandate };
    let params = NearestParams { constraints, cost_weight: 50.0, ..NearestParams::default() };
    let lazy = NearestPortfolio::new(params)?.allocate((&target).into())?;
    show("with costs", &universe, &lazy);
    let expected = [0.305, 0.145, 0.1375, 0.4125];
    assert!(lazy.as_ref().as_slice().iter().zip(expected).all(|(w, expected)| (w - expected).abs() < 1e-14));
    let stays = |asset: usize| lazy.as_ref().as_slice()[asset].to_bits() == held.as_slice()[asset].to_bits();
    assert_eq!([stays(0), stays(1), stays(2), stays(3)], [false, true, false, false]);
    assert!((lazy.cost - 1e-3 * 0.05).abs() < 1e-16);
    Ok(())
}

fn show(name: &str, universe: &Universe, allocation: &po_convex::NearestAllocation) {
    println!("{name}: {:.4} away, {:.2} moved", allocation.distance, allocation.change);
    for (asset, weight) in allocation.as_ref().as_slice().iter().enumerate() {
        println!("  {:6} {weight:.4}", universe.label(asset));
    }
}
