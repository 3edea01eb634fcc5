//! How an engine is written to a file and read back, bit for bit.

use std::io::{Read, Write};

use po_attribution::AttributionLedger;
use po_core::Weights;

use super::book::Book;
use super::engine::Clock;
use super::estimator::Estimator;
use super::quotes::Quotes;
use super::{Counts, Engine, EngineConfig, EngineError, Outcome, Stages};

/// The first bytes of every snapshot.
const MAGIC: &[u8; 8] = b"PO-STATE";
/// The version of what follows; it grows with every change of it.
const VERSION: u32 = 1;
/// Bytes before the state: magic, version, length, checksum.
const HEADER: usize = 24;

/// The state of an engine as it is stored.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    config: EngineConfig,
    names: Vec<String>,
    quotes: Quotes,
    estimator: Estimator,
    order: Vec<usize>,
    #[cfg(feature = "tail")]
    tail: Option<super::stages::TailMemory>,
    #[cfg(feature = "risk-budget")]
    budget: Option<po_risk_budget::RiskBudgetController>,
    book: Book,
    ledger: AttributionLedger,
    clock: Clock,
    counts: Counts,
    custom: Vec<Vec<u8>>,
}

fn read_failed(error: &std::io::Error) -> EngineError {
    EngineError::SnapshotFile { action: "read", message: error.to_string() }
}

fn written_failed(error: &std::io::Error) -> EngineError {
    EngineError::SnapshotFile { action: "written", message: error.to_string() }
}

fn no_state(message: &impl ToString) -> EngineError {
    EngineError::SnapshotState { message: message.to_string() }
}

impl<S: Stages> Engine<S> {
    /// Writes everything that the engine needs to go on as if nothing had happened: versioned, with a checksum.
    ///
    /// An engine that is restored from it decides the same as this one, bit for bit. Latencies are not part of it.
    ///
    /// # Errors
    /// [`EngineError::SnapshotFile`] with what the system said.
    ///
    /// # Examples
    /// ```
    /// use po_engine::stream::{Bar, Engine, EngineConfig, Time};
    ///
    /// let config = EngineConfig { assets: vec!["ash".into(), "oak".into()], ..EngineConfig::default() };
    /// let mut engine = Engine::new(config)?;
    /// let bar = |day: i32| Time::from_seconds(86_400 * i64::from(day));
    /// (1..50).try_for_each(|day| {
    ///     engine.step(&Bar::new(bar(day)?, &[100.0 + f64::from(day % 5), 50.0 + f64::from(day % 3)]));
    ///     Ok::<(), po_engine::stream::EngineError>(())
    /// })?;
    /// let mut file = Vec::new();
    /// engine.snapshot(&mut file)?;
    ///
    /// let mut restored = Engine::restore(file.as_slice())?;
    /// let next = [101.0, 51.0];
    /// let decision = restored.step(&Bar::new(bar(50)?, &next)).clone();
    /// assert_eq!(decision, *engine.step(&Bar::new(bar(50)?, &next)));
    /// # Ok::<(), po_engine::stream::EngineError>(())
    /// ```
    pub fn snapshot(&self, mut file: impl Write) -> Result<(), EngineError> {
        let state = State {
            config: self.config.clone(),
            names: self.names.iter().map(|name| (*name).to_owned()).collect(),
            quotes: self.quotes.clone(),
            estimator: self.estimator.clone(),
            order: self.allocation.order().to_vec(),
            #[cfg(feature = "tail")]
            tail: self.tail.as_ref().map(|tail| tail.memory.clone()),
            #[cfg(feature = "risk-budget")]
            budget: self.budget.as_ref().map(|budget| budget.controller.clone()),
            book: self.book.clone(),
            ledger: self.ledger.clone(),
            clock: self.clock,
            counts: *self.metrics.counts(),
            custom: (0..S::COUNT).map(|number| self.custom.state(number)).collect(),
        };
        let mut bytes = Vec::new();
        ciborium::into_writer(&state, &mut bytes).map_err(|error| no_state(&error))?;
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        header.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        let written = file.write_all(&header).and_then(|()| file.write_all(&bytes));
        written.and_then(|()| file.flush()).map_err(|error| written_failed(&error))
    }

    /// An engine from a snapshot, with the stages of the user that it was taken with.
    ///
    /// # Errors
    /// [`EngineError::NotASnapshot`], [`EngineError::SnapshotVersion`], [`EngineError::SnapshotLength`] and
    /// [`EngineError::SnapshotChecksum`] for a file that is not as it was written;
    /// [`EngineError::SnapshotSettings`] for other stages; [`EngineError::SnapshotState`] for numbers that are no state;
    /// [`EngineError::SnapshotFile`] with what the system said.
    pub fn restore_with_stages(mut file: impl Read, mut custom: S) -> Result<Self, EngineError> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| read_failed(&error))?;
        let state: State = ciborium::from_reader(checked(&bytes)?).map_err(|error| no_state(&error))?;
        if state.custom.len() != S::COUNT {
            return Err(EngineError::SnapshotSettings { what: "the number of the user's stages" });
        }
        // Sizes come first: a state that claims more than it has is refused before room is made for it.
        let params = state.ledger.params();
        let keep = state.config.attribution.keep;
        if params.keep != keep || params.assets != state.config.assets.len() {
            return Err(no_state(&"its account does not fit its settings"));
        }
        for (number, stage) in state.custom.iter().enumerate() {
            custom.restore(number, stage).map_err(|error| no_state(&error))?;
        }
        let mut engine = Self::with_stages(state.config, custom)?;
        if engine.names != state.names {
            return Err(EngineError::SnapshotSettings { what: "the list of stages" });
        }
        let (assets, stages) = (engine.universe().len(), engine.names.len());
        let sound = state.quotes.fits(assets, engine.config.attribution.keep.bars)
            && state.book.fits(assets, stages)
            && state.order.iter().all(|&asset| asset < assets)
            && state.ledger.params() == engine.ledger.params()
            && po_core::StreamingEstimator::assets(&state.estimator) == assets
            && std::mem::discriminant(&state.estimator) == std::mem::discriminant(&engine.estimator);
        if !sound {
            return Err(no_state(&"its numbers do not fit its settings"));
        }
        #[cfg(feature = "tail")]
        let fits = match (&mut engine.tail, state.tail) {
            (None, None) => true,
            (Some(tail), Some(memory)) => tail.take_over(memory, assets),
            _ => false,
        };
        #[cfg(feature = "tail")]
        if !fits {
            return Err(no_state(&"the returns of its tail do not fit its settings"));
        }
        #[cfg(feature = "risk-budget")]
        match (&mut engine.budget, state.budget) {
            (None, None) => {}
            (Some(budget), Some(mut controller)) if controller.params() == budget.controller.params() => {
                controller.reserve(assets);
                budget.controller = controller;
            }
            _ => return Err(no_state(&"its budget does not fit its settings")),
        }
        engine.quotes = state.quotes;
        engine.quotes.make_room();
        engine.estimator = state.estimator;
        engine.allocation.set_order(&state.order);
        engine.book = state.book;
        engine.ledger = state.ledger;
        engine.clock = state.clock;
        engine.metrics.set_counts(state.counts);
        let decision = &mut engine.decision;
        decision.begin(engine.clock.last.unwrap_or_default(), engine.clock.bars);
        decision.outcome =
            if engine.clock.since_decision.is_some() { Outcome::Held } else { Outcome::Waiting };
        decision.weights = Weights::new(engine.book.held.clone())?;
        decision.cash = 1.0 - decision.weights.net();
        decision.wealth = engine.ledger.wealth();
        Ok(engine)
    }
}

impl Engine {
    /// An engine from a snapshot.
    ///
    /// # Errors
    /// As [`Engine::restore_with_stages`].
    pub fn restore(file: impl Read) -> Result<Self, EngineError> {
        Self::restore_with_stages(file, ())
    }
}

/// What follows the header, if it is what was written.
fn checked(bytes: &[u8]) -> Result<&[u8], EngineError> {
    let Some((header, state)) = bytes.split_at_checked(HEADER) else {
        let whole = bytes.starts_with(&MAGIC[..bytes.len().min(MAGIC.len())]) && !bytes.is_empty();
        let (expected, actual) = (HEADER as u64, bytes.len() as u64);
        return Err(if whole {
            EngineError::SnapshotLength { expected, actual }
        } else {
            EngineError::NotASnapshot
        });
    };
    if !header.starts_with(MAGIC) {
        return Err(EngineError::NotASnapshot);
    }
    let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let found = number(8);
    if found != VERSION {
        return Err(EngineError::SnapshotVersion { found, expected: VERSION });
    }
    let expected = u64::from(number(12)) | (u64::from(number(16)) << 32);
    if state.len() as u64 != expected {
        return Err(EngineError::SnapshotLength { expected, actual: state.len() as u64 });
    }
    let (expected, actual) = (number(20), crc32fast::hash(state));
    if actual != expected {
        return Err(EngineError::SnapshotChecksum { expected, actual });
    }
    Ok(state)
}
