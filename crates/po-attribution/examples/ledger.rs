//! A year of two stocks and a bond, bar by bar: where the money came from, and a price that was wrong.

use po_attribution::{AttributionLedger, Calendar, Error, Keep, LedgerBar, LedgerParams, Rollup};

fn main() -> Result<(), Error> {
    let params = LedgerParams { assets: 3, stages: 2, factors: 1, keep: Keep::default() };
    let mut ledger = AttributionLedger::new(params, 1_000_000.0)?;
    // The first portfolio is bought before the first bar.
    ledger.charge(&[0.0005, 0.0005, 0.0])?;
    assert!((ledger.wealth() - 999_000.0).abs() < 1e-6);

    // Equal weights; then an optimiser, then a cap of 50 %.
    let base = [1.0 / 3.0; 3];
    let optimised = [0.7, 0.2, 0.1];
    let capped = [0.5, 0.3, 0.2];
    let stages: Vec<f64> = [base, optimised, capped].concat();
    // What prices made of it on the second day of each month.
    let drifted = [0.51, 0.295, 0.195];
    // The two stocks follow the market, the bond does not.
    let exposures = [1.2, 0.8, 0.0];

    for month in 1..=12 {
        for day in 1..=2 {
            let market = if month % 3 == 0 { -0.02 } else { 0.015 };
            let returns = [1.2 * market + 0.002, 0.8 * market, 0.0005];
            ledger.update(&LedgerBar {
                calendar: Calendar { year: 2024, month, day },
                returns: &returns,
                held: if day == 1 { &capped } else { &drifted },
                decided: &capped,
                stages: &stages,
                exposures: &exposures,
                factor_returns: &[market],
                cash_return: 0.0,
            })?;
        }
        // The portfolio is set back at the end of the month.
        ledger.charge(&[1e-5, 5e-6, 5e-6])?;
    }

    let year = ledger.statement(Rollup::Year);
    let assets: f64 = (0..3).map(|asset| year.asset(asset)).sum();
    assert!((assets + year.drift() + year.cash() - year.costs() - year.profit()).abs() < 1e-6);
    let stages: f64 = (0..=2).map(|stage| year.stage(stage)).sum();
    assert!((stages + year.execution() - year.market()).abs() < 1e-6);
    assert!((year.factor(0) + year.specific() - year.market()).abs() < 1e-6);

    // Contributions add up to the compound return, with nothing linked.
    let contributions: f64 = (0..3).map(|asset| year.contribution(year.asset(asset))).sum();
    let others = year.contribution(year.drift() + year.cash() - year.costs());
    assert!((contributions + others - year.period_return()).abs() < 1e-12);
    assert!((1e6 * (1.0 + year.period_return()) - ledger.wealth()).abs() < 1e-6);
    // The cap took back part of what the optimiser had won.
    assert!(year.stage(1) > 0.0 && year.stage(2) < 0.0);

    // The vendor corrects the close of the day before yesterday: the second stock stood 1 % higher.
    let (before, wealth) = (ledger.closed(Rollup::Month, 0).map(|month| month.profit()), ledger.wealth());
    let moved = ledger.restate(2, 1, 1.01)?;
    let after = ledger.closed(Rollup::Month, 0).map(|month| month.profit());
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    // November gained what December lost, and the wealth is what it was: the shares are the same.
    assert!(moved.earned > 0.0 && moved.following < 0.0);
    assert!((after - before - (moved.earned + moved.trades)).abs() < 1e-6);
    assert!((ledger.wealth() - wealth).abs() < 1e-6);
    assert!(ledger.statement(Rollup::Inception).residual().abs() < 1e-9);
    Ok(())
}
