//! Deciding bar by bar, as prices come.

mod bars;
mod columns;
mod decisions;
mod differences;
mod journal;
mod lines;
mod objects;
mod resume;
mod row;
mod session;
mod sink;
mod state;
mod summary;
mod words;

use std::io::{Read, Write};

use po_engine::stream::{EngineConfig, EngineError};

use crate::args::{RunArgs, RunOutput};
use crate::data::read_text;
use crate::error::{Error, RunError};
use crate::replay::replay;

use decisions::DecisionForm;
use session::run;

/// Runs an engine on bars until they end, or through a history.
pub(crate) fn live(
    args: &RunArgs,
    input: Box<dyn Read>,
    output: &mut dyn Write,
    errors: &mut dyn Write,
) -> Result<(), Error> {
    let config = configuration(args)?;
    if args.replay.is_some() {
        return replay(args, &config, output, errors);
    }
    let form = match args.output {
        None | Some(RunOutput::Ndjson) => DecisionForm::Ndjson,
        Some(RunOutput::Csv) => DecisionForm::Csv,
        Some(RunOutput::Table) => return Err(RunError::OnlyReplay { output: "table" }.into()),
        Some(RunOutput::Json) => return Err(RunError::OnlyReplay { output: "json" }.into()),
    };
    run(args, config, form, input, output, errors)
}

/// Reads the configuration of the engine.
fn configuration(args: &RunArgs) -> Result<EngineConfig, Error> {
    let path = args.config.display().to_string();
    let config = EngineConfig::from_toml(&read_text(&args.config)?).map_err(|error| match error {
        EngineError::Config { line, message } => RunError::Config { path: path.clone(), line, message },
        error => RunError::Engine { path: path.clone(), error: Box::new(error) },
    })?;
    tracing::info!("{path} names {} assets", config.assets.len());
    Ok(config)
}
