//! Running an engine through a history, and reporting what it earned.

mod attribution;
mod benchmark;
mod charts;
mod curve;
mod forms;
mod history;
mod incidents;
mod page;
mod reckoning;
mod summary;
mod tables;
mod track;
mod watch;

use std::io::Write;

use anstyle::{AnsiColor, Style};
use po_engine::stream::{EngineConfig, EngineError};

use crate::args::{RunArgs, RunOutput};
use crate::error::{Error, RunError};
use reckoning::Reckoning;

/// Runs through the bars of `--replay` and writes the report.
pub(crate) fn replay(
    args: &RunArgs,
    config: &EngineConfig,
    output: &mut dyn Write,
    errors: &mut dyn Write,
) -> Result<(), Error> {
    let reckoning = Reckoning::of(args, config)?;
    let yellow = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
    for note in &reckoning.notes {
        // A warning that nobody can read is no reason to stop.
        let _ = writeln!(errors, "{yellow}warning:{yellow:#} {note}");
    }
    if let Some(path) = &args.html {
        let name = path.display().to_string();
        std::fs::write(path, page::page(&reckoning)).map_err(Error::write(&name))?;
    }
    let text = match args.output.unwrap_or(RunOutput::Table) {
        RunOutput::Table => tables::table(&reckoning),
        RunOutput::Json => forms::json(&reckoning)?,
        RunOutput::Ndjson => forms::ndjson(&reckoning)?,
        RunOutput::Csv => forms::csv(&reckoning)?,
    };
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(Error::write("standard output"))
}

/// What the engine refuses, by the file that asks for it.
fn fault(args: &RunArgs) -> impl Fn(EngineError) -> Error + '_ {
    |error| RunError::Engine { path: args.config.display().to_string(), error: Box::new(error) }.into()
}
