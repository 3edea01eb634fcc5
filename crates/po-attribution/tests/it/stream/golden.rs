//! The ledger against an account in exact fractions.

use po_attribution::{AttributionLedger, Calendar, LedgerBar, LedgerParams, Rollup, Statement};
use serde::Deserialize;

/// Of a wealth around a thousand: a dozen bars of plain numbers against exact ones.
const ROUNDING: f64 = 1e-12 * 1000.0;

#[derive(Deserialize)]
struct Golden {
    start: f64,
    bars: Vec<Bar>,
    restatements: Vec<Correction>,
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
struct Bar {
    calendar: [i64; 3],
    returns: Vec<f64>,
    held: Vec<f64>,
    decided: Vec<f64>,
    stages: Vec<f64>,
    cash_return: f64,
    exposures: Vec<f64>,
    factor_returns: Vec<f64>,
    costs: Vec<f64>,
}

#[derive(Deserialize)]
struct Correction {
    after: usize,
    ago: usize,
    asset: usize,
    ratio: f64,
}

#[derive(Deserialize)]
struct Account {
    period: String,
    /// 0 for the running one.
    ago: usize,
    start: f64,
    end: f64,
    assets: Vec<f64>,
    costs: Vec<f64>,
    stages: Vec<f64>,
    factors: Vec<f64>,
    execution: f64,
    drift: f64,
    cash: f64,
    specific: f64,
    restated: f64,
}

impl Account {
    fn check(&self, statement: &Statement<'_>) {
        let near = |line: &str, expected: f64, found: f64| {
            let distance = (expected - found).abs();
            assert!(distance < ROUNDING, "{} {}, {line}: {expected} {found}", self.period, self.ago);
        };
        let list = |line: &str, expected: &[f64], found: &dyn Fn(usize) -> f64| {
            expected.iter().enumerate().for_each(|(place, expected)| near(line, *expected, found(place)));
        };
        list("asset", &self.assets, &|asset| statement.asset(asset));
        list("cost", &self.costs, &|asset| statement.cost(asset));
        list("stage", &self.stages, &|stage| statement.stage(stage));
        list("factor", &self.factors, &|factor| statement.factor(factor));
        near("start", self.start, statement.start());
        near("end", self.end, statement.end());
        near("execution", self.execution, statement.execution());
        near("drift", self.drift, statement.drift());
        near("cash", self.cash, statement.cash());
        near("specific", self.specific, statement.specific());
        near("restated", self.restated, statement.restated());
    }
}

#[test]
fn every_account_is_that_of_exact_fractions() {
    let golden: Golden = toml::from_str(include_str!("../../data/asset_ledger.toml")).unwrap();
    let params = LedgerParams { assets: 4, factors: 2, stages: 2, ..LedgerParams::default() };
    let mut ledger = AttributionLedger::new(params, golden.start).unwrap();
    for (number, bar) in golden.bars.iter().enumerate() {
        let [year, month, day] = bar.calendar;
        let view = LedgerBar {
            calendar: Calendar { year, month, day },
            returns: &bar.returns,
            held: &bar.held,
            decided: &bar.decided,
            stages: &bar.stages,
            cash_return: bar.cash_return,
            exposures: &bar.exposures,
            factor_returns: &bar.factor_returns,
        };
        ledger.update(&view).unwrap();
        for Correction { ago, asset, ratio, .. } in
            golden.restatements.iter().filter(|moved| moved.after == number)
        {
            ledger.restate(*ago, *asset, *ratio).unwrap();
        }
        ledger.charge(&bar.costs).unwrap();
    }
    let mut checked = 0;
    for account in &golden.accounts {
        let period = Rollup::ALL.into_iter().find(|period| period.to_string() == account.period).unwrap();
        match account.ago.checked_sub(1) {
            None => account.check(&ledger.statement(period)),
            Some(ago) => account.check(&ledger.closed(period, ago).unwrap()),
        }
        checked += 1;
    }
    assert_eq!(checked, 5 + 5 + 4 + 2 + 1);
}
