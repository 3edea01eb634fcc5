//! Seven stocks of which one lists late, one is halted and one delists, run bar by bar without a look ahead.

#![expect(clippy::print_stdout, reason = "an example shows what it computes")]

use po_engine::correlation::{Decay, Ewma, EwmaParams};
use po_engine::hrp::{Hrp, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Market};
use po_engine::{Covariance, Investable, StreamingEstimator, Universe, Weights};

const BARS: usize = 360;
const READY_AFTER: usize = 60;
const LISTING: usize = 100;
const HALT: std::ops::Range<usize> = 250..255;
const DELISTING: usize = 300;

/// The return of an asset, which follows one of two cycles and a pace of its own; NaN where it has none.
fn returned(bar: usize, asset: usize) -> f64 {
    let there = match asset {
        2 => bar >= LISTING,
        4 => !HALT.contains(&bar),
        5 => bar < DELISTING,
        _ => true,
    };
    let (time, pace) = (bar as f64, 2.3 + 0.37 * asset as f64);
    let common = if asset.is_multiple_of(2) { (0.9 * time).sin() } else { (1.3 * time).cos() };
    let value = (0.004 + 0.001 * asset as f64) * (common + (pace * time).sin());
    if there { value } else { f64::NAN }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let universe = Universe::new(["oak", "elm", "new", "ash", "fir", "old", "yew"])?;
    let assets = universe.len();
    let params = EwmaParams {
        volatility: Decay::HalfLife(40.0),
        min_observations: READY_AFTER,
        ..EwmaParams::default()
    };
    let mut ewma = Ewma::new(params, assets)?;
    let hrp = Hrp::new(HrpParams { leaf_order: LeafOrder::Stable, ..HrpParams::default() })?;

    // What is kept from bar to bar; nothing is allocated once all assets have been there together.
    let (mut investable, mut covariance) = (Investable::default(), Covariance::default());
    let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
    let (mut order, mut order_before) = (Vec::new(), Vec::new());
    let mut weights = Weights::default();
    let mut bar = vec![0.0; assets];

    println!("{:>10} {}", "", universe.names().iter().map(|name| format!("{name:>7}")).collect::<String>());
    let (mut invested, mut held) = (0, vec![0; assets]);
    for time in 0..BARS {
        bar.iter_mut().enumerate().for_each(|(asset, value)| *value = returned(time, asset));
        ewma.update(&bar)?;

        // Who is known well enough, and has a price today; before anyone is, the portfolio stays in cash.
        let there =
            investable.set_ready(&ewma).and_then(|()| investable.retain(|asset| !bar[asset].is_nan()));
        if there.is_err() {
            continue;
        }
        // Down to their problem, ...
        investable.covariance_of_into(|row, col| ewma.covariance(row, col), &mut covariance)?;
        investable.order_into(&order, &mut order_before)?;
        let market = Market { order_before: Some(&order_before), ..Market::from(&covariance) };
        hrp.allocate_market_into(market, &mut scratch, &mut allocation)?;
        // ... and back.
        investable.order_back_into(allocation.leaf_order(), &mut order)?;
        investable.spread_into(allocation.weights(), &mut weights)?;

        invested += 1;
        assert!((weights.net() - 1.0).abs() < 1e-12);
        for (asset, &weight) in weights.as_slice().iter().enumerate() {
            assert_eq!(weight > 0.0, investable.mask()[asset]);
            held[asset] += usize::from(weight > 0.0);
        }
        let story = match time {
            99 => "before",
            159 => "listed",
            252 => "halted",
            255 => "back",
            300 => "delisted",
            _ => continue,
        };
        let row: String =
            weights.as_slice().iter().map(|weight| format!("{:6.2}%", 100.0 * weight)).collect();
        println!("{story:>10} {row}");
    }

    // In cash until the sixtieth return; then always invested, and each asset while it was known and quoted.
    let after = BARS - READY_AFTER + 1;
    assert_eq!(invested, after);
    assert_eq!(held[0], after);
    assert_eq!(held[2], after - LISTING, "sixty returns after it listed");
    assert_eq!(held[4], after - HALT.len(), "all but the halt");
    assert_eq!(held[5], DELISTING - READY_AFTER + 1, "until it was gone");
    Ok(())
}
