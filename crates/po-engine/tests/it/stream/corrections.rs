//! Prices that are corrected, and trades that were executed otherwise, against an account in shares and cash.

use po_engine::InputError;
use po_engine::attribution::Rollup;
use po_engine::stream::{AllocatorConfig, Bar, Engine, EngineConfig, EngineError, TradingConfig};

use super::market::{Day, QUIET, day, market};
use super::{ROUNDING, bare, near, step, stored, told};

/// Shares and cash, told of every trade.
struct Shares {
    shares: Vec<f64>,
    cash: f64,
}

impl Shares {
    fn wealth(&self, prices: &[f64]) -> f64 {
        self.cash + self.shares.iter().zip(prices).map(|(shares, price)| shares * price).sum::<f64>()
    }

    /// Holds these weights of what costs leave of wealth.
    fn trade(&mut self, weights: &[f64], cost: f64, prices: &[f64]) {
        let wealth = self.wealth(prices) * (1.0 - cost);
        self.shares = weights.iter().zip(prices).map(|(weight, price)| weight * wealth / price).collect();
        self.cash = wealth * (1.0 - weights.iter().sum::<f64>());
    }
}

fn config(cost_bps: f64) -> EngineConfig {
    let trading = TradingConfig { cost_bps, ..TradingConfig::default() };
    EngineConfig { trading, capital: 1.0, ..bare(4, AllocatorConfig::InverseVolatility) }
}

/// Wrong prices of an asset, corrected as many bars later: wealth is that of the shares that were really traded.
#[test]
fn restated_wealth_is_that_of_the_shares() {
    for late in 0..4 {
        for (seed, cost_bps) in [(100, 0.0), (101, 15.0)] {
            let mut engine = Engine::new(config(cost_bps)).unwrap();
            let mut slow = Shares { shares: vec![0.0; 4], cash: 1.0 };
            let days = market(90, 4, QUIET, seed);
            let wrong = 50;
            for (number, true_day) in days.iter().enumerate() {
                let mut day = true_day.clone();
                if number == wrong {
                    day.prices[2] *= 1.08;
                }
                let decision = step(&mut engine, &day).clone();
                slow.trade(decision.weights.as_slice(), decision.cost, &day.prices);
                if number == wrong + late {
                    let moved = engine.restate(days[wrong].time, 2, true_day_price(&days, wrong)).unwrap();
                    assert!(moved.earned < 0.0);
                    assert_eq!(moved.wealth == 0.0, late > 0);
                }
                // From the correction on, and before the error, the account agrees with the shares at true prices.
                if number < wrong || number >= wrong + late {
                    let wealth = slow.wealth(&true_day.prices);
                    let what = format!("late {late}, seed {seed}, bar {number}");
                    near(engine.ledger().wealth(), wealth, ROUNDING, &what);
                    for asset in 0..4 {
                        let held = slow.shares[asset] * true_day.prices[asset] / wealth;
                        near(engine.held()[asset], held, ROUNDING, &format!("{what}, asset {asset}"));
                    }
                    near(engine.decision().cash, slow.cash / wealth, ROUNDING, &what);
                }
                for period in Rollup::ALL {
                    let statement = engine.ledger().statement(period);
                    assert!(statement.residual().abs() < ROUNDING, "{period}: {}", statement.residual());
                }
            }
        }
    }
}

fn true_day_price(days: &[Day], number: usize) -> f64 {
    days[number].prices[2]
}

/// One correction, or two, or one there and back: what counts is the last; and it does not matter when it comes, nor
/// whether the engine was stored or sent a bad bar in between.
#[test]
fn only_the_last_price_counts() {
    let days = market(60, 4, QUIET, 102);
    let run = |prices: &[f64], broken: bool| {
        let mut engine = Engine::new(config(15.0)).unwrap();
        days[..40].iter().for_each(|day| {
            step(&mut engine, day);
        });
        if broken {
            engine.step(&Bar::new(days[41].time, &[]));
            engine = Engine::restore(stored(&engine).as_slice()).unwrap();
        }
        for factor in prices {
            engine.restate(days[39].time, 1, factor * days[39].prices[1]).unwrap();
        }
        let now = engine.ledger().wealth();
        days[40..].iter().for_each(|day| {
            step(&mut engine, day);
        });
        (now, engine.ledger().wealth())
    };
    let once = run(&[1.03], false);
    for other in [run(&[1.2, 0.9, 1.03], false), run(&[1.03], true)] {
        near(other.0, once.0, ROUNDING, "now");
        near(other.1, once.1, ROUNDING, "later");
    }
    let (never, back) = (run(&[], false), run(&[1.1, 1.0], false));
    near(back.0, never.0, ROUNDING, "there and back");
    near(back.1, never.1, ROUNDING, "there and back, later");
}

/// The lines of the next bar are the same whether a price is corrected before it or after.
#[test]
fn a_correction_may_come_before_the_next_bar_or_after() {
    let days = market(60, 4, QUIET, 103);
    let run = |early: bool| {
        let mut engine = Engine::new(config(15.0)).unwrap();
        days[..40].iter().for_each(|day| {
            step(&mut engine, day);
        });
        let correct = |engine: &mut Engine| {
            engine.restate(days[39].time, 1, 0.97 * days[39].prices[1]).unwrap();
        };
        if early {
            correct(&mut engine);
        }
        step(&mut engine, &days[40]);
        if !early {
            correct(&mut engine);
        }
        let bar = engine.ledger().closed(Rollup::Bar, 0).unwrap();
        let mut lines =
            vec![bar.asset(0), bar.asset(1), bar.drift(), bar.stage(0), bar.stage(1), bar.execution()];
        lines.push(bar.costs() - bar.restated());
        // The trades of the bar itself differ: they were decided on other prices.
        let bar = engine.ledger().statement(Rollup::Bar);
        lines.extend([bar.asset(0), bar.asset(1), bar.drift(), bar.stage(0), bar.stage(1), bar.execution()]);
        lines
    };
    for (place, (early, late)) in run(true).iter().zip(run(false)).enumerate() {
        near(*early, late, ROUNDING, &format!("line {place}"));
    }
}

#[test]
fn corrections_that_cannot_be() {
    let mut engine = Engine::new(config(0.0)).unwrap();
    let days = market(40, 4, QUIET, 104);
    for (number, day) in days.iter().enumerate() {
        let mut day = day.clone();
        if number == 38 {
            day.prices[3] = f64::NAN;
        }
        step(&mut engine, &day);
    }
    let before = (stored(&engine), told(engine.decision()));
    let text = |error: EngineError| error.to_string();
    let error = engine.restate(days[30].time, 0, 1.0).unwrap_err();
    assert_eq!(error, EngineError::Forgotten { time: days[30].time, kept: 5 });
    assert_eq!(
        text(error),
        "the bar of 2023-12-01T17:00:00Z is not remembered, expected one of the last 5 bars"
    );
    assert_eq!(
        engine.restate(day(99), 0, 1.0).unwrap_err(),
        EngineError::Forgotten { time: day(99), kept: 5 }
    );
    let error = engine.restate(days[39].time, 4, 1.0).unwrap_err();
    assert_eq!(text(error), "the index of the asset is 4, expected less than the number of assets");
    for price in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = engine.restate(days[39].time, 0, price).unwrap_err();
        assert_eq!(
            text(error),
            format!("the price of asset 0 is {price}, expected a positive, finite number")
        );
    }
    let error = engine.restate(days[38].time, 3, 100.0).unwrap_err();
    assert_eq!(error, EngineError::Input(InputError::Missing { row: 1, asset: 3 }));
    assert_eq!((stored(&engine), told(engine.decision())), before);
}

/// What was really executed: other weights and other costs than those decided.
#[test]
fn real_fills_take_the_place_of_decisions() {
    let mut engine = Engine::new(config(10.0)).unwrap();
    let mut slow = Shares { shares: vec![0.0; 4], cash: 1.0 };
    for (number, day) in market(80, 4, QUIET, 105).iter().enumerate() {
        let decision = step(&mut engine, day).clone();
        if number % 3 == 2 {
            // Only half of each trade was filled, at three times the cost.
            let trades = decision.weights.as_slice().iter().zip(&decision.trades);
            let weights: Vec<f64> = trades.map(|(weight, trade)| weight - 0.5 * trade).collect();
            let costs: Vec<f64> = decision.trades.iter().map(|trade| 0.5 * 30e-4 * trade.abs()).collect();
            let engine_before = stored(&engine);
            if number % 2 == 0 {
                engine = Engine::restore(engine_before.as_slice()).unwrap();
            }
            engine.executed(&weights, &costs).unwrap();
            assert_eq!(engine.decision().weights.as_slice(), weights);
            slow.trade(&weights, costs.iter().sum(), &day.prices);
        } else {
            slow.trade(decision.weights.as_slice(), decision.cost, &day.prices);
        }
        near(engine.ledger().wealth(), slow.wealth(&day.prices), ROUNDING, &format!("bar {number}"));
        near(engine.decision().cash, slow.cash / slow.wealth(&day.prices), ROUNDING, "cash");
        let bar = engine.ledger().statement(Rollup::Bar);
        assert!(bar.residual().abs() < ROUNDING);
    }
    let inception = engine.ledger().statement(Rollup::Inception);
    assert!(inception.execution().abs() > 1e-6, "what was not filled is told");

    let error = engine.executed(&[0.0; 3], &[0.0; 4]).unwrap_err();
    assert_eq!(error.to_string(), "the list of weights has length 3, expected 4");
    let error = engine.executed(&[0.0; 4], &[0.0; 5]).unwrap_err();
    assert_eq!(error.to_string(), "the list of costs has length 5, expected 4");
    let before = stored(&engine);
    let error = engine.executed(&[0.0, f64::NAN, 0.0, 0.0], &[0.0; 4]).unwrap_err();
    assert!(error.to_string().contains("NaN"), "{error}");
    let error = engine.executed(&[0.0; 4], &[0.0, f64::NAN, 0.0, 0.0]).unwrap_err();
    assert!(error.to_string().contains("NaN"), "{error}");
    assert_eq!(stored(&engine), before);
}
