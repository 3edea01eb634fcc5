//! A run from its first bar to its last.

use std::io::{Read, Write};
use std::path::Path;

use po_engine::stream::{Engine, EngineConfig, Outcome};

use super::bars::{Bars, Next};
use super::decisions::DecisionForm;
use super::differences::differences;
use super::resume::Resume;
use super::row::Row;
use super::sink::{DecisionFile, Mark, Sink};
use super::state::{Found, State};
use super::summary::Tally;
use super::words::outcome;
use crate::args::RunArgs;
use crate::error::{Error, RunError};
use crate::run::warn;

/// Decides on each bar as it comes, and tells at the end what was done.
pub(super) fn run(
    args: &RunArgs,
    mut config: EngineConfig,
    form: DecisionForm,
    input: Box<dyn Read>,
    output: &mut dyn Write,
    errors: &mut dyn Write,
) -> Result<(), Error> {
    let mut notes = Vec::new();
    let mut state = args.state.as_deref().map(|folder| State::open(folder, args)).transpose()?;
    let found = match &mut state {
        Some(state) => state.restore(&mut notes)?,
        None => None,
    };
    warn(&std::mem::take(&mut notes), errors);
    let mut tally = Tally::default();
    let mut source = Source { args, input: Some(input), bars: None, is_bound: false };
    let (engine, mark) = match found {
        Some(Found { engine, mark }) => {
            same_settings(&engine, &mut config, args)?;
            (engine, Some(mark))
        }
        None => {
            if config.assets.is_empty() {
                config.assets = source.names(&mut tally, errors)?;
            }
            let engine = made(config, &args.config)?;
            // Before anything is written, the bars are those of the configuration.
            source.bound(&engine, errors)?;
            (engine, None)
        }
    };
    let row = Row::new(engine.universe().len(), engine.config().attribution.factors.len());
    let sink = sink(args, form, mark.as_ref(), output, errors)?;
    let mut session = Session { engine, state, sink, form, row, tally, errors };
    session.begin(mark.is_some())?;
    let bars = source.bound(&session.engine, session.errors)?;
    let ran = session.decide(bars);
    // Where decisions have no reader any more, a restart tells the last one again.
    let finished = match &ran {
        Err(Error::Write { .. }) => Ok(()),
        _ => session.finish(),
    };
    session.tally.tell(&session.engine, session.errors);
    ran.and(finished)
}

/// The settings of a state are those of the configuration, which may leave the assets to it.
fn same_settings(engine: &Engine, config: &mut EngineConfig, args: &RunArgs) -> Result<(), RunError> {
    if config.assets.is_empty() {
        config.assets.clone_from(&engine.config().assets);
    }
    let path = args.state.as_deref().map_or(String::new(), |path| path.display().to_string());
    match differences(engine.config(), config) {
        Some(differences) => Err(RunError::StateSettings { path, differences }),
        None => Ok(()),
    }
}

fn made(config: EngineConfig, path: &Path) -> Result<Engine, RunError> {
    let path = path.display().to_string();
    Engine::new(config).map_err(|error| RunError::Engine { path, error: Box::new(error) })
}

/// Where decisions go; a file goes on only with the state that it belongs to.
fn sink<'a>(
    args: &RunArgs,
    form: DecisionForm,
    mark: Option<&Option<Mark>>,
    output: &'a mut dyn Write,
    errors: &mut dyn Write,
) -> Result<Sink<'a>, Error> {
    Ok(match (&args.decisions, mark) {
        (None, _) => Sink::Output(output),
        (Some(path), None) => Sink::File(DecisionFile::create(path, form)?),
        (Some(path), Some(mark)) => {
            let (file, note) = DecisionFile::resume(path, form, mark.clone())?;
            warn(note.as_slice(), errors);
            Sink::File(file)
        }
    })
}

/// The bars, which are opened when they are needed: standard input may have nothing to say for long.
struct Source<'a> {
    args: &'a RunArgs,
    input: Option<Box<dyn Read>>,
    bars: Option<Bars<'static>>,
    /// Whether the bars know which assets are wanted.
    is_bound: bool,
}

impl Source<'_> {
    fn open(&mut self) -> Result<&mut Bars<'static>, Error> {
        let bars = match self.bars.take() {
            Some(bars) => bars,
            None => {
                let input = self.input.take().unwrap_or_else(|| Box::new(std::io::empty()));
                Bars::open(&self.args.bars, self.args.format, input)?
            }
        };
        Ok(self.bars.insert(bars))
    }

    /// The bars of the assets of an engine.
    fn bound(&mut self, engine: &Engine, errors: &mut dyn Write) -> Result<&mut Bars<'static>, Error> {
        let (config, is_bound) = (engine.config(), std::mem::replace(&mut self.is_bound, true));
        let path = &self.args.config;
        let bars = self.open()?;
        if !is_bound {
            warn(&bars.bind(&config.assets, &config.attribution.factors, path)?, errors);
        }
        Ok(bars)
    }

    /// The names that the bars have, where the configuration has none.
    fn names(&mut self, tally: &mut Tally, errors: &mut dyn Write) -> Result<Vec<String>, Error> {
        let config = self.args.config.display().to_string();
        let bars = self.open()?;
        let (names, unreadable) = bars.names()?;
        tally.unreadable += unreadable.len() as u64;
        warn(&unreadable.iter().map(left_out).collect::<Vec<_>>(), errors);
        if names.is_empty() {
            return Err(RunError::NoAssets { name: bars.name().to_owned(), config }.into());
        }
        Ok(names)
    }
}

fn left_out(error: &crate::error::BarError) -> String {
    format!("{error}; the line is left out")
}

/// What a run works with.
struct Session<'a> {
    engine: Engine,
    state: Option<State>,
    sink: Sink<'a>,
    form: DecisionForm,
    row: Row,
    tally: Tally,
    errors: &'a mut dyn Write,
}

impl Session<'_> {
    /// Goes to where the last run stopped, and makes sure that this one can be resumed.
    fn begin(&mut self, resumed: bool) -> Result<(), Error> {
        if self.sink.is_new() {
            let header = self.form.header(self.engine.universe());
            self.write(&header)?;
        }
        if resumed {
            self.replay()?;
        }
        match &self.state {
            Some(state) if state.is_closed() => self.snapshot(),
            _ => Ok(()),
        }
    }

    /// Takes in what the journal has.
    fn replay(&mut self) -> Result<(), Error> {
        let Self { engine, state, sink, form, row, tally, errors } = self;
        let Some(state) = state else { return Ok(()) };
        let (mut notes, mut last) = (Vec::new(), Vec::new());
        let continues = sink.continues();
        state.replay(row, &mut notes, |row| {
            engine.step(&row.bar());
            tally.replayed += 1;
            last = form.line(engine.decision(), engine.universe());
            let refused = matches!(engine.decision().outcome, Outcome::Refused(_));
            if continues {
                warn(sink.write(&last)?.as_slice(), *errors);
            }
            Ok(refused)
        })?;
        // Whether the last decision was seen cannot be known where there is no file.
        if !continues && !last.is_empty() {
            sink.write(&last)?;
        }
        warn(&notes, *errors);
        tracing::info!("{} bars from the journal, {} in all", tally.replayed, engine.metrics().counts().bars);
        Ok(())
    }

    /// Decides on each bar until they end.
    fn decide(&mut self, bars: &mut Bars<'_>) -> Result<(), Error> {
        let refused = self.state.as_ref().map_or(0, State::refused);
        let mut resume = Resume::new(self.engine.time(), refused);
        loop {
            match bars.next(&mut self.row)? {
                Next::End => return Ok(()),
                Next::Unreadable(_) if resume.is_seeking() => self.tally.skipped += 1,
                Next::Unreadable(error) => {
                    self.tally.unreadable += 1;
                    warn(&[left_out(&error)], self.errors);
                }
                Next::Bar => {
                    warn(&bars.notes(), self.errors);
                    if resume.skips(self.row.time) {
                        self.tally.skipped += 1;
                    } else {
                        self.step()?;
                    }
                }
            }
        }
    }

    /// Takes in the bar in memory.
    fn step(&mut self) -> Result<(), Error> {
        if let Some(state) = &mut self.state {
            state.append(&self.row)?;
        }
        self.engine.step(&self.row.bar());
        let decision = self.engine.decision();
        tracing::info!(
            bar = decision.bar,
            time = %decision.time,
            turnover = decision.turnover,
            wealth = decision.wealth,
            fallbacks = decision.fallbacks.len(),
            "{}",
            outcome(decision.outcome)
        );
        let refused = matches!(decision.outcome, Outcome::Refused(_));
        let line = self.form.line(decision, self.engine.universe());
        self.tally.bars += 1;
        self.write(&line)?;
        if let Some(state) = &mut self.state {
            state.count(refused);
            if state.is_due() {
                return self.snapshot();
            }
        }
        Ok(())
    }

    fn write(&mut self, line: &[u8]) -> Result<(), Error> {
        warn(self.sink.write(line)?.as_slice(), self.errors);
        Ok(())
    }

    /// Takes a snapshot, if there is a place for it.
    fn snapshot(&mut self) -> Result<(), Error> {
        let Some(state) = &mut self.state else { return Ok(()) };
        // Decisions are on the disk before the snapshot says that they are.
        let mark = self.sink.mark()?;
        state.take(&self.engine, mark)
    }

    /// Takes the last snapshot, if there is anything new.
    fn finish(&mut self) -> Result<(), Error> {
        if self.state.as_ref().is_some_and(State::has_news) { self.snapshot() } else { Ok(()) }
    }
}
