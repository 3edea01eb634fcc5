//! Stages of one's own: where they stand, what they see, and the line that they get in the account.
#![expect(clippy::float_cmp, reason = "the same number, not one that is near")]

use std::cell::RefCell;
use std::rc::Rc;

use po_engine::Weights;
use po_engine::attribution::Rollup;
use po_engine::stream::{AllocatorConfig, Context, Engine, Outcome, Slot, Stage, StageFailure};

use super::market::{QUIET, WILD, market};
use super::{ROUNDING, bare, near, step, whole};

type Log = Rc<RefCell<Vec<(&'static str, Vec<f64>)>>>;

/// Writes down what it is given, by the indices of all assets, and scales it.
struct Spy {
    name: &'static str,
    slot: Slot,
    scale: f64,
    log: Log,
}

impl Stage for Spy {
    fn name(&self) -> &'static str {
        self.name
    }

    fn slot(&self) -> Slot {
        self.slot
    }

    fn apply(&mut self, context: &Context<'_>, weights: &mut Weights) -> Result<(), StageFailure> {
        assert_eq!(weights.len(), context.investable.len());
        assert_eq!(context.covariance.len(), context.investable.len());
        assert_eq!(context.held.len(), context.investable.len());
        assert_eq!(context.returns.len(), context.investable.universe_len());
        let mut spread = vec![0.0; context.returns.len()];
        context
            .investable
            .assets()
            .iter()
            .zip(weights.as_slice())
            .for_each(|(&asset, &own)| spread[asset] = own);
        self.log.borrow_mut().push((self.name, spread));
        let scaled: Vec<f64> = weights.as_slice().iter().map(|weight| self.scale * weight).collect();
        Ok(weights.assign(&scaled)?)
    }
}

fn spy(name: &'static str, slot: Slot, scale: f64, log: &Log) -> Spy {
    Spy { name, slot, scale, log: Rc::clone(log) }
}

#[test]
fn each_slot_has_its_place() {
    let slots = [
        (Slot::Signal, 0),
        (Slot::Regime, 0),
        (Slot::Allocation, 1),
        (Slot::CorrelationLimit, 2),
        (Slot::Tail, 2),
        (Slot::Budget, 3),
        (Slot::Liquidity, 3),
        (Slot::Trading, 4),
    ];
    for (slot, place) in slots {
        let log = Log::default();
        let mut engine = Engine::with_stages(whole(4), (spy("mine", slot, 1.0, &log),)).unwrap();
        let mut names = vec!["allocation", "correlation limit", "budget", "no-trade band"];
        names.insert(place, "mine");
        assert_eq!(engine.stages(), names, "{slot:?}");
        for day in market(60, 4, WILD, 80) {
            step(&mut engine, &day);
        }
        assert_eq!(log.borrow().len() as u64, engine.metrics().counts().decided);
        assert_eq!(engine.metrics().counts().fallbacks, 0);
    }
}

#[test]
fn those_of_one_slot_run_in_the_order_of_the_tuple() {
    let log = Log::default();
    let stages = (
        spy("fourth", Slot::Trading, 0.5, &log),
        spy("second", Slot::Liquidity, 0.5, &log),
        spy("first", Slot::Signal, 1.0, &log),
        spy("third", Slot::Liquidity, 0.5, &log),
    );
    let mut engine = Engine::with_stages(bare(2, AllocatorConfig::EqualWeight), stages).unwrap();
    assert_eq!(engine.stages(), ["first", "allocation", "second", "third", "fourth"]);
    for day in market(40, 2, QUIET, 81) {
        let decided = step(&mut engine, &day).outcome == Outcome::Decided;
        let seen: Vec<_> = log.borrow_mut().drain(..).collect();
        let names: Vec<&str> = seen.iter().map(|(name, _)| *name).collect();
        if !decided {
            assert!(names.is_empty());
            continue;
        }
        assert_eq!(names, ["first", "second", "third", "fourth"]);
        assert_eq!(seen[1].1, [0.5, 0.5]);
        assert_eq!(seen[2].1, [0.25, 0.25]);
        assert_eq!(seen[3].1, [0.125, 0.125]);
        assert_eq!(engine.decision().weights.as_slice(), [0.0625, 0.0625]);
        assert_eq!(engine.decision().cash, 0.875);
    }
}

/// What each stage earns is what its change of the weights earns over the next bar: asked for here from outside.
#[test]
fn a_stage_earns_what_its_change_of_the_weights_does() {
    let log = Log::default();
    let stages = (
        spy("after allocation", Slot::Allocation, 1.0, &log),
        spy("after limit", Slot::CorrelationLimit, 1.0, &log),
        spy("half", Slot::Budget, 0.5, &log),
        spy("after band", Slot::Trading, 1.0, &log),
    );
    let mut engine = Engine::with_stages(whole(5), stages).unwrap();
    let expected_names = [
        "allocation",
        "after allocation",
        "correlation limit",
        "after limit",
        "budget",
        "half",
        "no-trade band",
        "after band",
    ];
    assert_eq!(engine.stages(), expected_names);
    let days = market(140, 5, QUIET, 82);
    let mut before: Option<(Vec<Vec<f64>>, Vec<f64>, f64)> = None;
    for pair in days.windows(2) {
        let [yesterday, today] = pair else { unreachable!() };
        log.borrow_mut().clear();
        let held = engine.held().to_vec();
        let decision = step(&mut engine, today).clone();
        let returns: Vec<f64> =
            today.prices.iter().zip(&yesterday.prices).map(|(now, then)| now / then - 1.0).collect();
        let earn =
            |weights: &[f64]| weights.iter().zip(&returns).map(|(weight, own)| weight * own).sum::<f64>();
        let bar = engine.ledger().statement(Rollup::Bar);
        if let Some((seen, decided, wealth)) = &before {
            let [allocated, limited, budgeted, banded] = &seen[..] else { unreachable!() };
            let halved: Vec<f64> = budgeted.iter().map(|weight| 0.5 * weight).collect();
            let lines = [
                (2, earn(allocated), earn(allocated)),
                (3, earn(allocated), earn(limited)),
                (4, earn(limited), earn(limited)),
                (5, earn(limited), earn(budgeted)),
                (6, earn(budgeted), earn(&halved)),
                (7, earn(&halved), earn(banded)),
                (8, earn(banded), earn(decided)),
            ];
            for (stage, from, to) in lines {
                near(bar.stage(stage), wealth * (to - from), ROUNDING, expected_names[stage - 1]);
            }
            assert_eq!(decided, &held);
        }
        before = (decision.outcome == Outcome::Decided).then(|| {
            let seen = log.borrow().iter().map(|(_, weights)| weights.clone()).collect();
            (seen, engine.held().to_vec(), engine.ledger().wealth())
        });
    }
    assert!(
        engine.ledger().statement(Rollup::Inception).stage(6).abs() > 0.1,
        "half of it made a difference"
    );
}
