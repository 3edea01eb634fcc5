//! Every basis point is somebody's: the lines of every period add up to its profit, bar by bar and for good.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use po_engine::attribution::{Rollup, Statement};
use po_engine::stream::{AllocatorConfig, Base, Engine, EngineConfig};

use super::market::{QUIET, WILD, market};
use super::{ROUNDING, bare, near, step, whole};

/// The equations between the lines of a period.
fn check(statement: &Statement<'_>, assets: usize, stages: usize, what: &str) {
    let earned: f64 = (0..assets).map(|asset| statement.asset(asset)).sum();
    let costs: f64 = (0..assets).map(|asset| statement.cost(asset)).sum();
    let staged: f64 = (0..=stages).map(|stage| statement.stage(stage)).sum();
    let money = statement.start();
    let close = |actual: f64, expected: f64, which: &str| {
        near(actual / money, expected / money, ROUNDING, &format!("{what}, {which}"));
    };
    close(
        earned + statement.drift() + statement.cash() - costs + statement.restated(),
        statement.profit(),
        "assets",
    );
    close(staged + statement.execution(), earned + statement.drift(), "stages");
    close(statement.execution(), 0.0, "execution");
    close(statement.costs(), costs, "costs");
    close(statement.end() - statement.start(), statement.profit(), "profit");
    assert!(statement.residual().abs() <= ROUNDING * money, "{what}: {}", statement.residual());
}

fn run(config: EngineConfig, seed: u64) {
    const DAYS: usize = 430;
    let assets = config.assets.len();
    let mut engine = Engine::new(config).unwrap();
    let stages = engine.stages().len();
    // Of each bar: its year and month, its profit, what the first asset earned and cost, and what each stage earned.
    let mut bars: Vec<(i64, i64, Vec<f64>)> = Vec::new();
    for (number, day) in market(DAYS, assets, WILD, seed).iter().enumerate() {
        let wealth = step(&mut engine, day).wealth;
        for period in Rollup::ALL {
            check(&engine.ledger().statement(period), assets, stages, &format!("bar {number}, {period}"));
        }
        let bar = engine.ledger().statement(Rollup::Bar);
        assert_eq!(bar.end().to_bits(), wealth.to_bits());
        let mut lines = vec![bar.profit(), bar.asset(0), bar.cost(0), bar.cash(), bar.drift()];
        lines.extend((0..=stages).map(|stage| bar.stage(stage)));
        let calendar = day.time.calendar(0);
        bars.push((calendar.year, calendar.month, lines));
    }
    let sum = |of: &dyn Fn(i64, i64) -> bool| {
        let mut sums = vec![0.0; 6 + stages];
        for (year, month, lines) in &bars {
            if of(*year, *month) {
                sums.iter_mut().zip(lines).for_each(|(sum, line)| *sum += line);
            }
        }
        sums
    };
    let compare = |statement: &Statement<'_>, sums: &[f64], what: &str| {
        check(statement, assets, stages, what);
        let mut lines = vec![
            statement.profit(),
            statement.asset(0),
            statement.cost(0),
            statement.cash(),
            statement.drift(),
        ];
        lines.extend((0..=stages).map(|stage| statement.stage(stage)));
        for (line, sum) in lines.iter().zip(sums) {
            near(line / statement.start(), sum / statement.start(), ROUNDING, what);
        }
    };
    let mut months: Vec<i64> = bars.iter().map(|(_, month, _)| *month).collect();
    months.dedup();
    assert!(months.len() > 12);
    for (ago, month) in months.iter().rev().skip(1).enumerate() {
        let statement = engine.ledger().closed(Rollup::Month, ago).unwrap();
        compare(&statement, &sum(&|_, own| own == *month), &format!("{ago} months ago"));
    }
    for (ago, year) in [2023].iter().enumerate() {
        let statement =
            engine.ledger().closed(Rollup::Year, ago + usize::from(bars.last().unwrap().0 > 2024)).unwrap();
        compare(&statement, &sum(&|own, _| own == *year), "2023");
    }
    compare(&engine.ledger().statement(Rollup::Inception), &sum(&|_, _| true), "since inception");
}

#[test]
fn lines_add_up_in_every_period() {
    for seed in 20..22 {
        run(whole(7), seed);
    }
    let base = |base| {
        let mut config = whole(6);
        config.attribution.base = base;
        config
    };
    run(base(Base::EqualWeight), 22);
    run(base(Base::Cash), 23);
    run(EngineConfig { rebalance_every: 5, ..whole(6) }, 24);
}

#[test]
fn stages_are_named_in_the_order_of_their_rows() {
    let engine = Engine::new(whole(4)).unwrap();
    assert_eq!(engine.stages(), ["allocation", "correlation limit", "budget", "no-trade band"]);
    assert_eq!(Engine::new(bare(4, AllocatorConfig::EqualWeight)).unwrap().stages(), ["allocation"]);
}

/// What the base earns is known in closed form: nothing, the mean of the returns, or what was held already.
#[test]
fn each_base_earns_what_it_is() {
    let days = market(60, 4, QUIET, 25);
    for base in [Base::PriorHoldings, Base::EqualWeight, Base::Cash] {
        let mut config = bare(4, AllocatorConfig::InverseVolatility);
        config.attribution.base = base;
        config.trading.cost_bps = 0.0;
        let mut engine = Engine::new(config).unwrap();
        let mut before: Option<(Vec<f64>, Vec<f64>, f64)> = None;
        for pair in days.windows(2) {
            let [yesterday, today] = pair else { unreachable!() };
            if engine.time().is_none() {
                step(&mut engine, yesterday);
            }
            let drifted: Option<Vec<f64>> = before.as_ref().map(|(held, ..)| held.clone());
            step(&mut engine, today);
            let returns: Vec<f64> =
                today.prices.iter().zip(&yesterday.prices).map(|(now, then)| now / then - 1.0).collect();
            let bar = engine.ledger().statement(Rollup::Bar);
            if let (Some((_, prior, wealth)), Some(_)) = (&before, &drifted)
                && engine.ledger().bars() > 23
            {
                let expected: f64 = match base {
                    Base::PriorHoldings => {
                        prior.iter().zip(&returns).map(|(held, earned)| held * earned).sum()
                    }
                    Base::EqualWeight => returns.iter().sum::<f64>() / 4.0,
                    Base::Cash => 0.0,
                };
                near(bar.stage(0), wealth * expected, ROUNDING, &format!("{base:?}"));
            }
            // What was held before the decision of today: that of yesterday, moved by prices.
            let growth: f64 = 1.0 + engine.decision().bar_return;
            let prior = drifted
                .unwrap_or_else(|| vec![0.0; 4])
                .iter()
                .zip(&returns)
                .map(|(held, earned)| held * (1.0 + earned) / growth)
                .collect();
            before = Some((engine.held().to_vec(), prior, engine.ledger().wealth()));
        }
    }
}
