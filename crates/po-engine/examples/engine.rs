//! Six assets for two years, decided day by day: hierarchical risk parity, a stage of one's own, a budget of risk, a
//! no-trade band, and the account of where the profit came from.

#![expect(clippy::print_stdout, reason = "an example shows what it computes")]

use po_engine::Weights;
use po_engine::attribution::Rollup;
use po_engine::stream::{Bar, Context, Engine, EngineConfig, Outcome, Slot, Stage, StageFailure, Time};

const DAYS: i32 = 730;
const SETTINGS: &str = r#"
assets = ["oak", "elm", "ash", "fir", "yew", "bay"]
capital = 1e6

[estimator.ewma]
volatility = { half-life = 40.0 }
correlation = { half-life = 90.0 }
min_observations = 60

[allocator.hrp]
linkage = "ward"

[budget]
volatility_budget = 0.006
band = [0.8, 0.95]
leverage_limit = 1.5

[trading]
cost_bps = 5.0
band = { width = { absolute = 0.02 } }
"#;

/// Halves what lost most over the last bar.
struct Loser;

impl Stage for Loser {
    fn name(&self) -> &'static str {
        "less of the loser"
    }

    fn slot(&self) -> Slot {
        Slot::CorrelationLimit
    }

    fn apply(&mut self, context: &Context<'_>, weights: &mut Weights) -> Result<(), StageFailure> {
        let earned = |place: usize| context.returns[context.investable.assets()[place]];
        let loser = (0..weights.len()).min_by(|&one, &two| earned(one).total_cmp(&earned(two)));
        let mut halved = weights.as_slice().to_vec();
        if let Some(loser) = loser {
            halved[loser] *= 0.5;
        }
        Ok(weights.assign(&halved)?)
    }
}

/// What an asset is worth: two cycles, and a pace of its own; the last one is listed after a year.
fn price(day: i32, asset: i32) -> f64 {
    if asset == 5 && day < 365 {
        return f64::NAN;
    }
    let (time, pace) = (f64::from(day), 0.9 + 0.37 * f64::from(asset));
    let common = if asset % 2 == 0 { (0.21 * time).sin() } else { (0.34 * time).cos() };
    let size = 0.02 + 0.006 * f64::from(asset);
    100.0 * (0.0002 * time + size * (common + 0.5 * (pace * time).sin())).exp()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut engine = Engine::with_stages(EngineConfig::from_toml(SETTINGS)?, (Loser,))?;
    let stages = ["allocation", "less of the loser", "budget", "no-trade band"];
    assert_eq!(engine.stages(), stages);

    let mut decided = 0;
    for day in 0..DAYS {
        let prices: Vec<f64> = (0..6).map(|asset| price(day, asset)).collect();
        let time = Time::from_seconds(1_704_067_200 + 86_400 * i64::from(day))?;
        let decision = engine.step(&Bar::new(time, &prices));
        decided += i32::from(decision.outcome == Outcome::Decided);
        assert!(decision.fallbacks.is_empty());
        let bar = engine.ledger().statement(Rollup::Bar);
        assert!(bar.residual().abs() < 1e-9, "every basis point of every day is somebody's");
    }

    // What is stored goes on as if nothing had happened.
    let mut file = Vec::new();
    engine.snapshot(&mut file)?;
    let restored = Engine::restore_with_stages(file.as_slice(), (Loser,))?;
    assert_eq!(restored.held(), engine.held());

    let decision = engine.decision();
    println!(
        "{} with {:.2} of {} million",
        decision.time,
        decision.wealth / 1e6,
        engine.config().capital / 1e6
    );
    for (name, weight) in engine.universe().names().iter().zip(engine.held()) {
        println!("{name:>20} {:7.2} %", 100.0 * weight);
    }
    println!("{:>20} {:7.2} %", "cash", 100.0 * decision.cash);

    let ledger = engine.ledger();
    println!("\n{:>20} {:>10} {:>10} {:>10}", "earned by", "month", "year", "ever");
    let periods = [Rollup::Month, Rollup::Year, Rollup::Inception].map(|period| ledger.statement(period));
    let show = |name: &str, line: &dyn Fn(usize) -> f64| {
        println!("{name:>20} {:10.0} {:10.0} {:10.0}", line(0), line(1), line(2));
    };
    show("prior holdings", &|period| periods[period].stage(0));
    for (number, name) in stages.iter().enumerate() {
        show(name, &|period| periods[period].stage(number + 1));
    }
    show("costs", &|period| -periods[period].costs());
    show("profit", &|period| periods[period].profit());

    // Sixty returns were needed before the first decision; then there was one each day.
    assert_eq!(decided, DAYS - 60);
    for statement in periods {
        let staged: f64 = (0..=stages.len()).map(|stage| statement.stage(stage)).sum();
        assert!((staged - statement.costs() - statement.profit()).abs() < 1e-6);
    }
    let counts = engine.metrics().counts();
    assert_eq!((counts.bars, counts.refused, counts.fallbacks), (730, 0, 0));
    assert!(ledger.closed(Rollup::Year, 0).is_some_and(|year| year.bars() == 366));
    Ok(())
}
