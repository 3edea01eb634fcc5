//! A tour: attribution by sectors, within sectors, as factors, and by currencies.
//!
//! Run it with `cargo run -p po-attribution --example brinson`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_attribution::{
    Brinson, BrinsonHoldings, BrinsonParams, CurrencySegment, ForwardCurrency, Hierarchy, Interaction,
    NestedBrinson, NestedBrinsonParams, Segment, ankrim_hensel,
};
use po_core::Universe;

/// Effects are sums and products of a few rounded numbers.
const ROUNDING: f64 = 1e-15;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let universe = Universe::new(["XOM", "CVX", "MSFT", "AAPL", "TSM"])?
        .grouped("sector", [Some("energy"), Some("energy"), Some("tech"), Some("tech"), Some("tech")])?
        .grouped(
            "industry",
            [Some("oil"), Some("oil"), Some("software"), Some("hardware"), Some("hardware")],
        )?;
    let holdings = BrinsonHoldings {
        portfolio: &[0.10, 0.10, 0.40, 0.20, 0.15],
        benchmark: &[0.25, 0.15, 0.20, 0.30, 0.10],
        returns: &[0.04, 0.01, 0.10, -0.02, 0.06],
    };

    // By sector. Five per cent of the portfolio are cash, which is an effect of its own.
    let sectors = Hierarchy::from_universe(&universe, &["sector"])?;
    let sides = Brinson::new(BrinsonParams::default()).attribute(&holdings, &sectors)?;
    println!("excess return {:.4} %", 100.0 * sides.excess());
    for (segment, effects) in sides.effects.iter().enumerate() {
        println!(
            "  {:<10} allocation {:>8.4} % selection {:>8.4} % interaction {:>8.4} %",
            sectors.name(0, segment).unwrap_or("-"),
            100.0 * effects.allocation,
            100.0 * effects.selection,
            100.0 * effects.interaction
        );
    }
    println!("  {:<10} allocation {:>8.4} %", "cash", 100.0 * sides.cash);
    let energy = sides.effects[0];
    // The benchmark earns 3.15 %, its energy 2.875 %; energy is underweight by a fifth.
    assert!((sides.benchmark_return - 0.0315).abs() < ROUNDING);
    assert!((energy.allocation - 0.2 * 0.00275).abs() < ROUNDING);
    assert!((sides.cash + 0.05 * 0.0315).abs() < ROUNDING);
    assert!((sides.totals().total() - holdings.excess()?).abs() < ROUNDING);

    // Down to the assets: each level adds up to the one above.
    let assets = Hierarchy::from_universe(&universe, &["sector", "industry"])?.with_assets();
    let nested = NestedBrinson::new(NestedBrinsonParams::default()).attribute(&holdings, &assets)?;
    let levels = [nested.allocation(0), nested.allocation(1), nested.allocation(2)];
    println!(
        "sectors {:.4} %, industries {:.4} %, assets {:.4} %",
        1e2 * levels[0],
        1e2 * levels[1],
        1e2 * levels[2]
    );
    assert!((levels.iter().sum::<f64>() - nested.excess()).abs() < ROUNDING);
    assert!((levels[1] + levels[2] - nested.selection(0)).abs() < ROUNDING);

    // As factors that multiply.
    let params = BrinsonParams { interaction: Interaction::Selection, ..BrinsonParams::default() };
    let geometric = Brinson::new(params).attribute(&holdings, &sectors)?.geometric()?;
    let product = (1.0 + geometric.allocation()) * (1.0 + geometric.selection());
    println!("factors {:.6} x {:.6}", 1.0 + geometric.allocation(), 1.0 + geometric.selection());
    assert!((product - (1.0 + sides.portfolio_return) / 1.0315).abs() < ROUNDING);

    // Abroad: the yen fell by 2 % where the forward market had promised 1 %; half of the position is hedged.
    let home = CurrencySegment { segment: Segment::new(0.5, 0.02, 0.7, 0.01), currency: 0 };
    let japan = CurrencySegment { segment: Segment::new(0.5, 0.05, 0.3, 0.04), currency: 1 };
    let yen =
        ForwardCurrency { spot_end: 0.98, forward: 1.01, portfolio_forward: -0.25, ..Default::default() };
    let base = ForwardCurrency { portfolio_forward: 0.25, ..ForwardCurrency::default() };
    let abroad = ankrim_hensel(&[home, japan], &[base, yen], BrinsonParams::default())?;
    let currencies = abroad.totals();
    println!(
        "markets {:.4} %, forward premium {:.4} %, surprise {:.4} %",
        100.0 * abroad.markets().total(),
        100.0 * currencies.forward_premium,
        100.0 * currencies.surprise
    );
    assert!((currencies.forward_premium - 0.2 * 0.01).abs() < ROUNDING);
    assert!((currencies.surprise - (0.2 * -0.03 - 0.25 * (0.98 / 1.01 - 1.0))).abs() < ROUNDING);
    let sum = abroad.markets().total() + currencies.forward_premium + currencies.surprise + abroad.cash;
    assert!((sum - abroad.excess()).abs() < ROUNDING);
    Ok(())
}
