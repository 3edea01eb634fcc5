//! Settings from a configuration file, under those of the command line.

use std::path::Path;

use clap::{Args, Command};
use po_engine::nearest_name;
use toml::de::DeTable;

use crate::args::{AllocateArgs, CorrelationArgs, FrontierArgs, Settings, TailArgs, TailBacktestArgs};
use crate::data::read_text;
use crate::error::{Error, SettingsError};

/// The settings of the command line, and beneath them those of its configuration file, if it names one.
pub(crate) fn merged<T: Settings>(args: T) -> Result<T, Error> {
    match args.config().map(Path::to_owned) {
        Some(path) => Ok(args.over(load(&path)?)),
        None => Ok(args),
    }
}

fn load<T: Settings>(path: &Path) -> Result<T, Error> {
    let name = path.display().to_string();
    let text = read_text(path)?;
    let fault = |error: toml::de::Error| {
        let line = line(&text, error.span().map_or(0, |span| span.start));
        // The parser's messages may run over several lines.
        let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
        SettingsError::Config { path: name.clone(), line, message }
    };
    check_keys(&name, &text, &DeTable::parse(&text).map_err(fault)?.into_inner())?;
    // Files that a configuration file names are looked for beside it, wherever `po` is run.
    Ok(T::read(&text).map_err(fault)?.beside(path.parent().unwrap_or(Path::new(""))))
}

/// Each key is the name of a flag; commands share a file, and each takes from it what is its own.
fn check_keys(path: &str, text: &str, table: &DeTable<'_>) -> Result<(), SettingsError> {
    let commands = [
        AllocateArgs::augment_args(Command::new("allocate")),
        FrontierArgs::augment_args(Command::new("frontier")),
        CorrelationArgs::augment_args(Command::new("correlation")),
        TailArgs::augment_args(Command::new("tail")),
        TailBacktestArgs::augment_args(Command::new("backtest")),
    ];
    let flags = commands.iter().flat_map(Command::get_arguments).filter(|flag| flag.get_id() != "config");
    let known: Vec<String> =
        flags.map(|flag| flag.get_long().unwrap_or(flag.get_id().as_str()).to_owned()).collect();
    match table.keys().find(|key| !known.iter().any(|known| *known == **key.get_ref())) {
        Some(key) => {
            let (line, key) = (line(text, key.span().start), key.get_ref().to_string());
            let nearest = nearest_name(&key, known.iter().map(String::as_str)).map(str::to_owned);
            Err(SettingsError::UnknownKey { path: path.to_owned(), line, key, nearest })
        }
        None => Ok(()),
    }
}

/// The line of a byte, counted from one.
pub(crate) fn line(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}
