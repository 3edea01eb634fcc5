//! Stages without an answer: each portfolio to fall back on is reached, and no stage stops the engine.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]
#![expect(clippy::float_cmp, reason = "the same number, not one that is near")]

use po_engine::convex::{Constraints, MarkowitzParams};
use po_engine::hrp::HrpParams;
use po_engine::stream::{
    AllocatorConfig, Bar, Context, Engine, EngineConfig, Fallback, Outcome, Slot, Stage, StageFailure,
};
use po_engine::{Bounds, InputError, Weights};

use super::market::{QUIET, WILD, day, market};
use super::{ROUNDING, bare, near, step, told, whole};

/// Ten assets of at most 5 % each cannot hold everything.
fn infeasible(chain: &[Fallback]) -> EngineConfig {
    let constraints =
        Constraints { bounds: Some(Bounds::uniform(10, 0.0, 0.05).unwrap()), ..Constraints::default() };
    let params = MarkowitzParams { constraints, ..MarkowitzParams::default() };
    let allocator = AllocatorConfig::Markowitz(Box::new(params));
    EngineConfig { fallback: chain.to_vec(), ..bare(10, allocator) }
}

#[test]
fn each_portfolio_to_fall_back_on_is_reached() {
    use Fallback::{Cash, EqualWeight, InverseVolatility, PreviousWeights};
    let chains: [(&[Fallback], Fallback, Fallback); 6] = [
        (&Fallback::CHAIN, InverseVolatility, PreviousWeights),
        (&[EqualWeight, InverseVolatility], EqualWeight, EqualWeight),
        (&[InverseVolatility], InverseVolatility, InverseVolatility),
        (&[PreviousWeights, EqualWeight], EqualWeight, PreviousWeights),
        (&[PreviousWeights], Cash, Cash),
        (&[], Cash, Cash),
    ];
    let days = market(30, 10, QUIET, 60);
    for (chain, first, then) in chains {
        let mut engine = Engine::new(infeasible(chain)).unwrap();
        let mut decided = 0;
        for day in &days {
            let decision = step(&mut engine, day).clone();
            if decision.outcome != Outcome::Decided {
                continue;
            }
            let [record] = &decision.fallbacks[..] else { unreachable!("{decision:?}") };
            assert_eq!(record.stage, "allocation");
            let infeasible =
                matches!(&record.failure, StageFailure::Convex(po_engine::convex::Error::Infeasible(_)));
            assert!(infeasible, "{:?}", record.failure);
            assert_eq!(record.taken, if decided == 0 { first } else { then }, "{chain:?}");
            let weights = decision.weights.as_slice();
            match record.taken {
                Cash => assert_eq!((decision.cash, decision.weights.gross()), (1.0, 0.0)),
                EqualWeight => weights.iter().for_each(|weight| near(*weight, 0.1, ROUNDING, "equal")),
                InverseVolatility => {
                    near(decision.weights.net(), 1.0, ROUNDING, "all");
                    // The market was made with volatilities that rise with the index.
                    assert!(weights[0] > 1.3 * weights[9]);
                }
                PreviousWeights => assert!(!decision.traded() && decision.weights.gross() > 0.9),
            }
            decided += 1;
        }
        assert_eq!(decided, 10);
        assert_eq!(engine.metrics().counts().fallbacks, decided);
    }
}

/// A price that never moves has no volatility: neither the hierarchy nor inverse volatilities have a place for it.
#[test]
fn an_asset_that_does_not_move_has_no_risk_parity() {
    let mut config = bare(3, AllocatorConfig::Hrp(HrpParams::default()));
    for (chain, taken) in [
        (vec![Fallback::InverseVolatility, Fallback::EqualWeight], Fallback::EqualWeight),
        (vec![Fallback::InverseVolatility], Fallback::Cash),
    ] {
        config.fallback = chain;
        let mut engine = Engine::new(config.clone()).unwrap();
        for day in market(40, 3, QUIET, 61) {
            let mut day = day.clone();
            day.prices[1] = 77.0;
            let decision = step(&mut engine, &day);
            if decision.outcome == Outcome::Decided {
                assert_eq!(decision.fallbacks.len(), 1);
                assert_eq!((decision.fallbacks[0].stage, decision.fallbacks[0].taken), ("allocation", taken));
                assert!(
                    decision.fallbacks[0].failure.to_string().contains("variance"),
                    "{:?}",
                    decision.fallbacks
                );
            }
        }
        assert!(engine.metrics().counts().fallbacks > 15);
    }
}

/// What a stage may do wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    Refuses,
    NotANumber,
    Short,
}

/// A stage that goes wrong at every seventh bar.
struct Faulty {
    wrong: Wrong,
    slot: Slot,
}

impl Stage for Faulty {
    fn name(&self) -> &'static str {
        "faulty"
    }

    fn slot(&self) -> Slot {
        self.slot
    }

    fn apply(&mut self, context: &Context<'_>, weights: &mut Weights) -> Result<(), StageFailure> {
        if !context.bar.is_multiple_of(7) {
            return Ok(());
        }
        match self.wrong {
            Wrong::Refuses => Err(StageFailure::Custom("no answer on the seventh".into())),
            Wrong::NotANumber => Ok(weights.assign(&vec![f64::NAN; context.investable.len()])?),
            Wrong::Short => Ok(weights.assign(&[1.0])?),
        }
    }
}

#[test]
fn a_stage_that_fails_leaves_what_is_held() {
    for wrong in [Wrong::Refuses, Wrong::NotANumber, Wrong::Short] {
        for slot in [Slot::Signal, Slot::Allocation, Slot::CorrelationLimit, Slot::Tail, Slot::Trading] {
            let mut engine = Engine::with_stages(whole(6), (Faulty { wrong, slot },)).unwrap();
            let mut failed = 0;
            for day in market(120, 6, WILD, 62) {
                let decision = step(&mut engine, &day).clone();
                let due = decision.outcome == Outcome::Decided && decision.bar.is_multiple_of(7);
                assert_eq!(decision.fallbacks.len(), usize::from(due), "{wrong:?} {slot:?}");
                assert!(decision.weights.as_slice().iter().all(|weight| weight.is_finite()));
                let Some(record) = decision.fallbacks.first() else { continue };
                failed += 1;
                assert_eq!(record.stage, "faulty");
                let text = record.failure.to_string();
                match wrong {
                    Wrong::Refuses => assert_eq!(text, "no answer on the seventh"),
                    Wrong::NotANumber => assert!(text.contains("NaN"), "{text}"),
                    Wrong::Short => {
                        let (what, expected) = ("the weights of a stage", decision.investable);
                        let failure = InputError::LengthMismatch { what, expected, actual: 1 };
                        assert_eq!(record.failure, StageFailure::Input(failure));
                    }
                }
                let first = decision.bar < 30;
                assert!(first || record.taken == Fallback::PreviousWeights, "{record:?}");
                if slot == Slot::Trading && record.taken == Fallback::PreviousWeights {
                    assert!(!decision.traded(), "nothing runs after it");
                }
            }
            assert!(failed > 10, "{failed}");
        }
    }
}

/// A stage that fails at the last place of one bar changes nothing but that bar: the covariance goes on.
#[test]
fn an_estimate_is_not_touched_by_what_fails_after_it() {
    let mut failing = Engine::with_stages(
        bare(4, AllocatorConfig::InverseVolatility),
        (Faulty { wrong: Wrong::Refuses, slot: Slot::Trading },),
    )
    .unwrap();
    let mut sound = Engine::new(bare(4, AllocatorConfig::InverseVolatility)).unwrap();
    for day in market(100, 4, QUIET, 63) {
        let one = step(&mut failing, &day).clone();
        let two = step(&mut sound, &day);
        if one.outcome == Outcome::Decided && one.fallbacks.is_empty() {
            assert_eq!(format!("{:?}", one.weights), format!("{:?}", two.weights));
        }
    }
}

/// Halts and fallbacks at once: what is bound in assets that cannot be traded is never sold, nor given away twice.
#[test]
fn what_cannot_be_traded_is_not_traded() {
    for config in [whole(5), infeasible(&[Fallback::EqualWeight])] {
        let assets = config.assets.len();
        let mut engine = Engine::new(EngineConfig { budget: None, ..config }).unwrap();
        for number in 0..200 {
            let mut prices: Vec<f64> =
                (0..assets).map(|asset| 100.0 + ((number * (asset + 2)) as f64).sin()).collect();
            if number > 60 && number % 9 < 3 {
                prices[1] = f64::NAN;
            }
            let decision = engine.step(&Bar::new(day(number), &prices)).clone();
            if prices[1].is_nan() {
                assert_eq!(decision.trades[1], 0.0);
                assert!(decision.weights.as_slice()[1] > 0.0 || assets == 5);
            }
            assert!(decision.weights.net() < 1.0 + 1e-9, "bar {number}: {}", told(&decision));
        }
    }
}
