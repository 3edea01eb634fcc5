//! The cap on the tail: recomputed by hand from the returns that the engine has seen.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use std::cell::RefCell;
use std::rc::Rc;

use po_engine::convex::{Constraints, Costs};
use po_engine::stream::{
    Context, Engine, EngineConfig, EngineError, Event, Outcome, Slot, Stage, StageFailure, TailConfig,
};
use po_engine::tail::{OverlayCost, TailOverlayParams};
use po_engine::{Confidence, InputError, Weights};

use super::market::{Day, QUIET, WILD, market};
use super::{step, whole};

/// The cap is kept to the accuracy of the programme.
const KEPT: f64 = 1e-9;

type Seen = Rc<RefCell<Vec<Vec<f64>>>>;

/// Writes down the weights, by the indices of all assets.
struct Spy(Slot, Seen);

impl Stage for Spy {
    fn name(&self) -> &'static str {
        "spy"
    }

    fn slot(&self) -> Slot {
        self.0
    }

    fn apply(&mut self, context: &Context<'_>, weights: &mut Weights) -> Result<(), StageFailure> {
        let mut spread = vec![0.0; context.returns.len()];
        context
            .investable
            .assets()
            .iter()
            .zip(weights.as_slice())
            .for_each(|(&asset, &own)| spread[asset] = own);
        self.1.borrow_mut().push(spread);
        Ok(())
    }
}

/// The mean of the worst outcomes, of probability `1 - confidence`.
fn tail_mean(outcomes: &[f64], confidence: f64) -> f64 {
    let mut sorted = outcomes.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (share, tail) = (1.0 / sorted.len() as f64, 1.0 - confidence);
    let (mut left, mut loss) = (tail, 0.0);
    for outcome in sorted {
        let taken = left.min(share);
        loss -= taken * outcome;
        left -= taken;
    }
    loss / tail
}

/// Runs an engine with a cap; tells how often the stage had scenarios, and how often it changed something.
fn run(tail: &TailConfig, days: &[Day]) -> (usize, usize) {
    let assets = days[0].prices.len();
    let mut config = EngineConfig { tail: Some(tail.clone()), ..whole(assets) };
    config.correlation_limit = None;
    let (before, after) = (Seen::default(), Seen::default());
    let spies = (Spy(Slot::CorrelationLimit, Rc::clone(&before)), Spy(Slot::Tail, Rc::clone(&after)));
    let mut engine = Engine::with_stages(config, spies).unwrap();
    assert_eq!(engine.stages(), ["allocation", "spy", "tail", "spy", "budget", "no-trade band"]);
    let (mut history, mut last): (Vec<Vec<f64>>, _) = (Vec::new(), vec![f64::NAN; assets]);
    let (mut asked, mut changed) = (0, 0);
    for (number, day) in days.iter().enumerate() {
        let decision = step(&mut engine, day).clone();
        assert!(decision.fallbacks.is_empty(), "bar {number}: {:?}", decision.fallbacks);
        let resumed = |asset: usize| {
            decision
                .events
                .iter()
                .any(|event| matches!(event, Event::Resumed { asset: own, .. } if *own == asset))
        };
        for event in &decision.events {
            if let Event::Delisted { asset, .. } = event {
                history.iter_mut().for_each(|row| row[*asset] = f64::NAN);
            }
        }
        let one = |asset: usize| {
            let fresh = engine.prices()[asset].to_bits() == day.prices[asset].to_bits() && !resumed(asset);
            if fresh { engine.prices()[asset] / last[asset] - 1.0 } else { f64::NAN }
        };
        history.push((0..assets).map(one).collect());
        last = engine.prices().to_vec();
        if decision.outcome != Outcome::Decided {
            continue;
        }
        let (before, after) = (before.borrow_mut().pop().unwrap(), after.borrow_mut().pop().unwrap());
        let complete: Vec<&Vec<f64>> = history
            .iter()
            .rev()
            .take(tail.window)
            .filter(|row| (0..assets).all(|asset| before[asset] == 0.0 || !row[asset].is_nan()))
            .collect();
        if complete.len() < tail.least {
            assert_eq!(before, after, "bar {number}: history is short");
            continue;
        }
        asked += 1;
        let outcome = |weights: &[f64]| -> f64 {
            let portfolio = |row: &&Vec<f64>| {
                let held = weights.iter().zip(*row).filter(|(weight, _)| **weight != 0.0);
                held.map(|(weight, earned)| weight * earned).sum::<f64>()
            };
            let outcomes: Vec<f64> = complete.iter().map(portfolio).collect();
            tail_mean(&outcomes, tail.overlay.confidence.level())
        };
        let cap = tail.overlay.cap;
        assert!(outcome(&after) <= cap + KEPT, "bar {number}: {} is above {cap}", outcome(&after));
        if outcome(&before) < cap - KEPT {
            assert_eq!(before, after, "bar {number}: it was under the cap");
        }
        changed += usize::from(before != after);
        for (before, after) in before.iter().zip(&after) {
            assert!(*before != 0.0 || *after == 0.0, "nothing comes back");
        }
    }
    (asked, changed)
}

fn config(cap: f64, cost: OverlayCost) -> TailConfig {
    let confidence = Confidence::new(0.9).unwrap();
    TailConfig {
        overlay: TailOverlayParams { cap, confidence, cost, constraints: None },
        window: 80,
        least: 40,
    }
}

#[test]
fn the_worst_bars_stay_under_the_cap() {
    let costs = [
        OverlayCost::Turnover,
        OverlayCost::Distance,
        OverlayCost::Trading(Costs::Each((1..=5).map(|asset| 1e-3 * f64::from(asset)).collect())),
    ];
    for (cost, seed) in costs.into_iter().zip(90..) {
        let (asked, changed) = run(&config(0.012, cost.clone()), &market(160, 5, QUIET, seed));
        assert!(asked > 100 && changed > 20, "{asked} {changed}");
        let (asked, changed) = run(&config(0.012, cost), &market(200, 5, WILD, seed));
        assert!(asked > 30 && changed > 5, "{asked} {changed}");
    }
    let (asked, changed) = run(&config(1.0, OverlayCost::Turnover), &market(120, 5, QUIET, 93));
    assert!(asked > 60 && changed == 0);
}

#[test]
fn settings_out_of_range() {
    let refused = |change: &dyn Fn(&mut TailConfig), expected: InputError, text: &str| {
        let mut tail = TailConfig::default();
        change(&mut tail);
        let error = Engine::new(EngineConfig { tail: Some(tail), ..whole(3) }).unwrap_err();
        let input = match &error {
            EngineError::Input(input) | EngineError::Tail(po_engine::tail::Error::Input(input)) => input,
            _ => unreachable!("{error:?}"),
        };
        assert_eq!((input, error.to_string().as_str()), (&expected, text));
    };
    let out_of_range = |name, value, expected| InputError::OutOfRange { name, value, expected };
    refused(
        &|tail| tail.window = 0,
        out_of_range("the window of the tail", 0.0, "1 or more"),
        "the window of the tail is 0, expected 1 or more",
    );
    refused(
        &|tail| tail.least = 501,
        out_of_range("the least number of scenarios", 501.0, "1 to the window"),
        "the least number of scenarios is 501, expected 1 to the window",
    );
    refused(
        &|tail| tail.least = 0,
        out_of_range("the least number of scenarios", 0.0, "1 to the window"),
        "the least number of scenarios is 0, expected 1 to the window",
    );
    refused(
        &|tail| tail.overlay.cap = f64::INFINITY,
        out_of_range("the cap on conditional value at risk", f64::INFINITY, "a finite number"),
        "the cap on conditional value at risk is inf, expected a finite number",
    );
    let expected = "0 (none): assets come and go, and cash is where risk is sold to";
    refused(
        &|tail| tail.overlay.constraints = Some(Constraints::default()),
        out_of_range("the constraints of the tail overlay", 1.0, expected),
        "the constraints of the tail overlay is 1, expected 0 (none): assets come and go, and cash is where risk is sold to",
    );
    refused(
        &|tail| tail.overlay.cost = OverlayCost::Trading(Costs::Each(vec![0.1; 2])),
        InputError::LengthMismatch { what: "the list of trading costs", expected: 3, actual: 2 },
        "the list of trading costs has length 2, expected 3",
    );
    let expected = "a finite number, zero or more";
    refused(
        &|tail| tail.overlay.cost = OverlayCost::Trading(Costs::Each(vec![0.1, -0.1, 0.1])),
        InputError::AssetOutOfRange { name: "the trading cost", asset: 1, value: -0.1, expected },
        "the trading cost of asset 1 is -0.1, expected a finite number, zero or more",
    );
}
