//! A tour: the least conditional value at risk, the best ratio, what robustness changes, and the frontier.
//!
//! Run it with `cargo run -p po-tail --example min_cvar`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::{Allocator, Confidence, Returns};
use po_tail::{
    CvarFrontierParams, CvarObjective, GroundNorm, MeanCvar, MeanCvarParams, Wasserstein, cvar_frontier,
};

/// Five hundred days of four assets, each of which has bad days of its own.
fn market() -> Result<Returns, po_core::InputError> {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let (periods, assets) = (500, 4);
    let mut entries = vec![0.0; periods * assets];
    for period in 0..periods {
        for asset in 0..assets {
            let size = 0.004 * (1 + asset) as f64;
            let shock = if uniform() < 0.04 { 3.0 * size } else { 0.0 };
            entries[asset * periods + period] = 0.2 * size + 2.0 * size * (uniform() - 0.5) - shock;
        }
    }
    Returns::from_column_slice(periods, assets, &entries)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let returns = market()?;
    let confidence = Confidence::new(0.95)?;
    let base = MeanCvarParams { confidence, ..MeanCvarParams::default() };

    let least = MeanCvar::new(base.clone())?.allocate((&returns).into())?;
    println!("least CVaR    {:.4} % a day, proven to {:.0e}", 100.0 * least.cvar, least.gap());
    println!("weights       {:.3?}", least.as_ref().as_slice());
    println!("days in tail  {}", least.tail.len());

    let ratio = CvarObjective::MaxRatio { risk_free: 0.0 };
    let best =
        MeanCvar::new(MeanCvarParams { objective: ratio, ..base.clone() })?.allocate((&returns).into())?;
    println!("best ratio    {:.4} of mean to CVaR", best.objective);

    let robust = Some(Wasserstein { radius: 2e-4, ground: GroundNorm::Euclidean });
    let safe = MeanCvar::new(MeanCvarParams { robust, ..base })?.allocate((&returns).into())?;
    println!("robust        {:.3?}", safe.as_ref().as_slice());

    println!("\n  mean %   CVaR %   price of return");
    let params = CvarFrontierParams { points: 6, confidence, ..CvarFrontierParams::default() };
    for portfolio in cvar_frontier(&params, (&returns).into())? {
        let price = portfolio.shadow_price("target return");
        println!("{:8.4} {:8.4} {price:10.3}", 100.0 * portfolio.mean, 100.0 * portfolio.cvar);
    }
    Ok(())
}
