//! The equations between lines, over millions of positions.

use po_attribution::{AttributionLedger, Error, Keep, LedgerParams, Rollup, Statement};

use super::market::Market;

/// Of the sum of the sizes of the lines: what reading them as numbers may lose, with a thousandfold margin.
const OF_GROSS: f64 = 1e-12;

/// The residual itself is a sum of twice the digits.
const OF_GROSS_INSIDE: f64 = 1e-25;

fn check(statement: &Statement<'_>, params: &LedgerParams) {
    let assets: Vec<f64> = (0..params.assets).map(|asset| statement.asset(asset)).collect();
    let costs: Vec<f64> = (0..params.assets).map(|asset| statement.cost(asset)).collect();
    let stages: Vec<f64> = (0..=params.stages).map(|stage| statement.stage(stage)).collect();
    let factors: Vec<f64> = (0..params.factors).map(|factor| statement.factor(factor)).collect();
    let others = [statement.drift(), statement.cash(), statement.restated()];
    let sum = |lists: &[&[f64]]| -> f64 { lists.iter().copied().flatten().sum() };
    let size = |lists: &[&[f64]]| -> f64 { lists.iter().copied().flatten().map(|line| line.abs()).sum() };
    let close = |a: f64, b: f64, gross: f64| (a - b).abs() <= OF_GROSS * gross;

    let gross = size(&[&assets, &costs, &others]);
    assert!(close(sum(&[&assets, &others]) - sum(&[&costs]), statement.profit(), gross));
    assert!(statement.residual().abs() <= OF_GROSS_INSIDE * gross);
    let market = statement.market();
    assert!(close(sum(&[&assets]) + statement.drift(), market, gross));
    let steps = sum(&[&stages]) + statement.execution();
    assert!(close(steps, market, size(&[&stages]) + statement.execution().abs()));
    let systematic = sum(&[&factors]) + statement.specific();
    assert!(close(systematic, market, size(&[&factors]) + statement.specific().abs()));

    let parts = sum(&[&assets, &others]) - sum(&[&costs]);
    let contributions = gross / statement.start();
    assert!((statement.contribution(parts) - statement.period_return()).abs() <= OF_GROSS * contributions);
    let end = statement.start() * (1.0 + statement.period_return());
    assert!((end - statement.end()).abs() <= OF_GROSS * (statement.start() + gross));
}

/// Plays until the wealth is gone, and from a new start then, and gives the positions that were played.
fn play(params: &LedgerParams, seed: u64, bars: usize, checked: usize) -> usize {
    let mut market = Market::new(seed, params);
    let mut ledger = AttributionLedger::new(params.clone(), 1e6).unwrap();
    let mut ruins = 0;
    for bar in 0..bars {
        let next = market.bar();
        if let Err(error) = ledger.update(&next.view()) {
            assert_eq!(error, Error::Ruined { wealth: ledger.wealth() });
            ledger = AttributionLedger::new(params.clone(), 1e6).unwrap();
            ledger.update(&next.view()).unwrap();
            ruins += 1;
        }
        if bar % 3 == 0 {
            ledger.charge(&market.costs()).unwrap();
        }
        if bar % 5 == 0 {
            let kept = ledger.bars().min(params.keep.bars as u64);
            let ago = usize::try_from(market.random.below(kept)).unwrap();
            let asset = usize::try_from(market.random.below(params.assets as u64)).unwrap();
            ledger.restate(ago, asset, 1.0 + 0.01 * market.random.signed()).unwrap();
        }
        if bar % checked == 0 || bar + 1 == bars {
            for period in Rollup::ALL {
                check(&ledger.statement(period), params);
                (0..3).filter_map(|ago| ledger.closed(period, ago)).for_each(|closed| check(&closed, params));
            }
        }
    }
    assert!(ruins * 1000 < bars);
    bars * params.assets
}

#[test]
fn the_equations_hold_after_millions_of_positions() {
    let keep = Keep::default();
    let shapes = [
        (LedgerParams { assets: 100, factors: 5, stages: 6, keep }, 8_000),
        (LedgerParams { assets: 13, factors: 2, stages: 1, keep }, 60_000),
        (LedgerParams { assets: 1, factors: 0, stages: 0, keep }, 200_000),
        (
            LedgerParams { assets: 511, factors: 0, stages: 3, keep: Keep { days: 0, months: 0, ..keep } },
            1_000,
        ),
    ];
    let positions: usize = shapes
        .iter()
        .enumerate()
        .map(|(seed, (params, bars))| play(params, seed as u64, *bars, bars / 40))
        .sum();
    assert!(positions > 2_000_000);
}

#[test]
fn the_equations_hold_at_every_instant() {
    let params = LedgerParams { assets: 9, factors: 2, stages: 3, keep: Keep::default() };
    play(&params, 11, 2_000, 1);
}
