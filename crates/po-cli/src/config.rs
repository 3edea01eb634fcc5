//! Settings from a configuration file, under those of the command line.

use std::path::Path;

use clap::{Args, Command};
use po_engine::nearest_name;
use toml::de::DeTable;

use crate::args::AllocateArgs;
use crate::constraints::is_file;
use crate::data::open_file;
use crate::error::{Error, ReadError, SettingsError, plain};

/// The settings of the command line, and beneath them those of its configuration file, if it names one.
pub(crate) fn merged(args: AllocateArgs) -> Result<AllocateArgs, Error> {
    match args.config.clone() {
        Some(path) => Ok(over(args, load(&path)?)),
        None => Ok(args),
    }
}

fn load(path: &Path) -> Result<AllocateArgs, Error> {
    let name = path.display().to_string();
    let text = std::io::read_to_string(open_file(path)?).map_err(|error| {
        let at = crate::error::Place { source: name.clone(), row: None, column: None };
        ReadError::Interrupted { at, reason: plain(&error) }
    })?;
    let fault = |error: toml::de::Error| {
        let line = line(&text, error.span().map_or(0, |span| span.start));
        // The parser's messages may run over several lines.
        let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
        SettingsError::Config { path: name.clone(), line, message }
    };
    check_keys(&name, &text, &DeTable::parse(&text).map_err(fault)?.into_inner())?;
    let settings: AllocateArgs = toml::from_str(&text).map_err(fault)?;
    Ok(beside(path, settings))
}

/// Each key is the name of a flag.
fn check_keys(path: &str, text: &str, table: &DeTable<'_>) -> Result<(), SettingsError> {
    let command = AllocateArgs::augment_args(Command::new("allocate"));
    let flags = command.get_arguments().filter(|flag| flag.get_id() != "config");
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
fn line(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}

/// Files that a configuration file names are looked for beside it, wherever `po` is run.
fn beside(path: &Path, mut settings: AllocateArgs) -> AllocateArgs {
    let folder = path.parent().unwrap_or(Path::new(""));
    let stream = Path::new("-");
    settings.prices = settings.prices.map(|file| if file == stream { file } else { folder.join(file) });
    settings.groups = settings.groups.map(|file| folder.join(file));
    for spec in settings.bounds.iter_mut().flatten().filter(|spec| is_file(spec)) {
        *spec = folder.join(&*spec).display().to_string();
    }
    settings
}

/// Each setting from `upper`, or else from `lower`.
fn over(upper: AllocateArgs, lower: AllocateArgs) -> AllocateArgs {
    macro_rules! first {
        ($($field:ident),* $(,)?) => { AllocateArgs { $($field: upper.$field.or(lower.$field)),* } };
    }
    // No `..`: a new setting that is forgotten here does not compile.
    first! {
        prices, method, config, missing, covariance, returns, window, assets, bounds, groups, group_bounds, linkage,
        metric, leaf_order, clusters, periods_per_year, format, date_column, symbol_column, price_column, sort_dates,
        output, sort, explain,
    }
}
