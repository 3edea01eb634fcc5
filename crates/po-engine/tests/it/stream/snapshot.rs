//! An engine that was stored goes on bit for bit; a file that is not as it was written is refused.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use po_engine::attribution::Keep;
use po_engine::convex::MarkowitzParams;
use po_engine::correlation::{AdaptiveEwmaParams, DccFilterParams, DccParameters, GarchParameters, Margin};
use po_engine::hrp::{HrpParams, LeafOrder};
use po_engine::risk_budget::{DrawdownScaling, RiskBudgetParams};
use po_engine::stream::{
    AllocatorConfig, Context, Engine, EngineConfig, EngineError, EstimatorConfig, Slot, Stage, StageFailure,
    TailConfig,
};
use po_engine::tail::TailOverlayParams;
use po_engine::{Covariance, InputError, Weights};

use super::market::{Day, Random, WILD, market};
use super::{bare, step, stored, told, whole};

/// Runs two engines, of which one is stored and read back before each bar.
fn twins(config: EngineConfig, days: &[Day]) {
    let mut whole = Engine::new(config.clone()).unwrap();
    let mut broken = Engine::new(config).unwrap();
    for (number, day) in days.iter().enumerate() {
        let file = stored(&broken);
        assert_eq!(file, stored(&whole), "bar {number}");
        broken = Engine::restore(file.as_slice()).unwrap();
        assert_eq!(stored(&broken), file, "bar {number}: what was read is what was written");
        assert_eq!(broken.held(), whole.held());
        assert_eq!(told(step(&mut broken, day)), told(step(&mut whole, day)), "bar {number}");
    }
    assert!(whole.metrics().counts().decided > 20);
}

fn small(config: EngineConfig) -> EngineConfig {
    let mut config = config;
    config.attribution.keep = Keep { bars: 2, days: 1, months: 1, years: 1 };
    config
}

fn dcc(assets: usize) -> EstimatorConfig {
    let parameters = GarchParameters { omega: 1e-6, alpha: 0.06, beta: 0.92, ..GarchParameters::default() };
    let entries: Vec<f64> =
        (0..assets * assets).map(|place| if place % (assets + 1) == 0 { 1.0 } else { 0.3 }).collect();
    EstimatorConfig::Dcc(Box::new(DccFilterParams {
        parameters: DccParameters { a: 0.04, b: 0.93, ..DccParameters::default() },
        target: Covariance::from_column_slice(assets, &entries).unwrap(),
        margins: vec![Margin { parameters, ..Margin::default() }; assets],
        ..DccFilterParams::default()
    }))
}

fn tail() -> TailConfig {
    let overlay = TailOverlayParams { cap: 0.012, ..TailOverlayParams::default() };
    TailConfig { overlay, window: 60, least: 30 }
}

#[test]
fn every_estimator_goes_on_bit_for_bit() {
    let days = market(110, 6, WILD, 70);
    let adaptive = AdaptiveEwmaParams { min_observations: 25, ..AdaptiveEwmaParams::default() };
    for estimator in [whole(6).estimator, EstimatorConfig::Adaptive(adaptive), dcc(6)] {
        twins(small(EngineConfig { estimator, ..whole(6) }), &days);
    }
}

#[test]
fn every_allocator_goes_on_bit_for_bit() {
    let days = market(90, 5, WILD, 71);
    for allocator in [
        AllocatorConfig::EqualWeight,
        AllocatorConfig::InverseVolatility,
        AllocatorConfig::InverseVariance,
        AllocatorConfig::Hrp(HrpParams { leaf_order: LeafOrder::Stable, ..HrpParams::default() }),
        AllocatorConfig::RiskBudget(RiskBudgetParams::default()),
        AllocatorConfig::Markowitz(Box::default()),
    ] {
        twins(small(EngineConfig { allocator, ..whole(5) }), &days);
    }
}

#[test]
fn all_stages_at_once_go_on_bit_for_bit() {
    let mut config = small(EngineConfig { tail: Some(tail()), rebalance_every: 2, ..whole(7) });
    let order = HrpParams { leaf_order: LeafOrder::Stable, ..HrpParams::default() };
    config.allocator = AllocatorConfig::Hrp(order);
    if let Some(budget) = &mut config.budget {
        budget.drawdown = Some(DrawdownScaling { start: 0.02, limit: 0.2 });
    }
    twins(config, &market(200, 7, WILD, 72));
}

/// Holds a little less each time it is asked.
#[derive(Debug, Default)]
struct Tired {
    times: u32,
}

impl Stage for Tired {
    fn name(&self) -> &'static str {
        "tired"
    }

    fn slot(&self) -> Slot {
        Slot::Liquidity
    }

    fn apply(&mut self, _: &Context<'_>, weights: &mut Weights) -> Result<(), StageFailure> {
        self.times += 1;
        let share = 1.0 / f64::from(self.times);
        let less: Vec<f64> = weights.as_slice().iter().map(|weight| share * weight).collect();
        Ok(weights.assign(&less)?)
    }

    fn state(&self) -> Vec<u8> {
        self.times.to_le_bytes().to_vec()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), StageFailure> {
        let bytes = state.try_into().map_err(|_| StageFailure::Custom("expected four bytes".into()))?;
        self.times = u32::from_le_bytes(bytes);
        Ok(())
    }
}

#[test]
fn a_stage_of_ones_own_remembers_what_it_says() {
    let config = bare(3, AllocatorConfig::EqualWeight);
    let mut engine = Engine::with_stages(config.clone(), (Tired::default(),)).unwrap();
    let mut broken = Engine::with_stages(config.clone(), (Tired::default(),)).unwrap();
    for day in market(60, 3, WILD, 73) {
        broken = Engine::restore_with_stages(stored(&broken).as_slice(), (Tired::default(),)).unwrap();
        assert_eq!(told(step(&mut broken, &day)), told(step(&mut engine, &day)));
    }
    let file = stored(&engine);
    let error = Engine::restore(file.as_slice()).unwrap_err();
    assert_eq!(error, EngineError::SnapshotSettings { what: "the number of the user's stages" });
    let error = Engine::restore_with_stages(file.as_slice(), (Other,)).unwrap_err();
    assert_eq!(error, EngineError::SnapshotSettings { what: "the list of stages" });
    assert_eq!(error.to_string(), "the snapshot was made with other settings: the list of stages differs");
    let plain = stored(&Engine::new(config).unwrap());
    let error = Engine::restore_with_stages(plain.as_slice(), (Tired::default(),)).unwrap_err();
    assert_eq!(error, EngineError::SnapshotSettings { what: "the number of the user's stages" });
}

#[derive(Debug)]
struct Other;

impl Stage for Other {
    fn name(&self) -> &'static str {
        "other"
    }

    fn slot(&self) -> Slot {
        Slot::Liquidity
    }

    fn apply(&mut self, _: &Context<'_>, _: &mut Weights) -> Result<(), StageFailure> {
        Ok(())
    }
}

/// A snapshot with everything in it that is small.
fn file() -> Vec<u8> {
    let mut config =
        small(EngineConfig { tail: Some(TailConfig { window: 4, least: 2, ..tail() }), ..whole(2) });
    config.attribution.keep.days = 0;
    let mut engine = Engine::new(config).unwrap();
    market(40, 2, WILD, 74).iter().for_each(|day| {
        step(&mut engine, day);
    });
    stored(&engine)
}

#[test]
fn every_byte_counts() {
    let file = file();
    assert!(Engine::restore(file.as_slice()).is_ok());
    for place in 0..file.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut changed = file.clone();
            changed[place] ^= change;
            let error = Engine::restore(changed.as_slice()).unwrap_err();
            let expected = match place {
                0..8 => matches!(error, EngineError::NotASnapshot),
                8..12 => matches!(error, EngineError::SnapshotVersion { .. }),
                12..20 => matches!(error, EngineError::SnapshotLength { .. }),
                _ => matches!(error, EngineError::SnapshotChecksum { .. }),
            };
            assert!(expected, "byte {place}: {error:?}");
        }
        let error = Engine::restore(&file[..place]).unwrap_err();
        let cut = matches!(error, EngineError::SnapshotLength { actual, expected } if actual < expected);
        assert!(cut || place == 0 && error == EngineError::NotASnapshot, "{place} bytes: {error:?}");
    }
    let mut longer = file.clone();
    longer.push(0);
    assert!(matches!(Engine::restore(longer.as_slice()).unwrap_err(), EngineError::SnapshotLength { .. }));
}

#[test]
fn errors_say_what_is_wrong() {
    let file = file();
    let text = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = file.clone();
        change(&mut changed);
        Engine::restore(changed.as_slice()).unwrap_err().to_string()
    };
    let version = u32::from_le_bytes(file[8..12].try_into().unwrap());
    assert_eq!(text(&|file| file[8] = 99), format!("the snapshot has version 99, expected {version}"));
    assert_eq!(
        text(&|file| file[0] = b'X'),
        "the snapshot begins with other bytes than a snapshot does, expected a file that `snapshot` has written"
    );
    let (whole, less) = (file.len() - 24, file.len() - 25);
    assert_eq!(
        text(&|file| file.truncate(file.len() - 1)),
        format!("the snapshot has {less} bytes, expected {whole}: it was not written to its end")
    );
    assert!(text(&|file| file[40] ^= 1).starts_with("the snapshot has the checksum "));
    // A length that no memory has is not believed.
    assert!(text(&|file| file[12..20].fill(0xff)).contains(&u64::MAX.to_string()));

    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    impl std::io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let error = Engine::restore(Broken).unwrap_err();
    assert_eq!(error.to_string(), "the snapshot could not be read: the disk is gone");
    let error = Engine::restore(file.as_slice()).unwrap().snapshot(Broken).unwrap_err();
    assert_eq!(error, EngineError::SnapshotFile { action: "written", message: "the disk is full".into() });
}

/// Bytes that are wrong under a checksum that is right: refused, or an engine that goes on without a panic.
#[test]
fn a_state_that_was_forged_does_no_harm() {
    let file = file();
    let days = market(46, 2, WILD, 75);
    let mut random = Random(76);
    let (mut refused, mut taken) = (0, 0);
    for case in 0..6_000 {
        let mut forged = file.clone();
        let place = |random: &mut Random| 24 + (random.uniform() * (file.len() - 24) as f64) as usize;
        match case % 4 {
            0 => {
                let place = place(&mut random);
                forged[place] = (random.bits() & 0xff) as u8;
            }
            1 => {
                let place = place(&mut random);
                forged[place] ^= 1 << (random.bits() % 8);
            }
            // Claims of lengths: arrays, maps, texts and numbers of eight bytes.
            2 => {
                let (place, claims) = (place(&mut random), [0x1b, 0x3b, 0x5b, 0x7b, 0x9b, 0xbb, 0x9f, 0xfb]);
                forged[place] = claims[(random.bits() % 8) as usize];
            }
            _ => {
                let (one, two) = (place(&mut random), place(&mut random));
                forged.drain(one.min(two)..(one.min(two) + 8).min(file.len()));
            }
        }
        let length = (forged.len() - 24) as u64;
        forged[12..20].copy_from_slice(&length.to_le_bytes());
        let checksum = crc32fast::hash(&forged[24..]).to_le_bytes();
        forged[20..24].copy_from_slice(&checksum);
        match Engine::restore(forged.as_slice()) {
            Err(error) => {
                refused += 1;
                assert!(!error.to_string().is_empty());
            }
            Ok(mut engine) => {
                taken += 1;
                for day in &days[40..] {
                    let decision = step(&mut engine, day);
                    assert!(decision.weights.as_slice().iter().all(|weight| weight.is_finite()));
                }
            }
        }
    }
    assert!(refused > 1_000 && taken > 100, "{refused} {taken}");
}

#[test]
fn a_warm_start_is_refused_because_it_cannot_be_stored() {
    let expected = "0 (false), so that a restored engine goes on with the same bits";
    let input = InputError::OutOfRange { name: "warm_start", value: 1.0, expected };
    let params = MarkowitzParams { warm_start: true, ..MarkowitzParams::default() };
    let error = Engine::new(bare(2, AllocatorConfig::Markowitz(Box::new(params)))).unwrap_err();
    assert_eq!(error, EngineError::Input(input.clone()));
    let params = RiskBudgetParams { warm_start: true, ..RiskBudgetParams::default() };
    let error = Engine::new(bare(2, AllocatorConfig::RiskBudget(params))).unwrap_err();
    assert_eq!(error, EngineError::Input(input));
}
