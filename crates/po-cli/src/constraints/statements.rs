//! Constraints in words and in tables, and where each of them stands.

use std::path::{Path, PathBuf};

use po_engine::convex::TableRow;
use po_engine::nearest_name;
use serde_json::{Map, Value};

use crate::config::line;
use crate::data::{Records, open_csv, read_text};
use crate::error::{Error, SettingsError};

/// The columns of a table of constraints.
const COLUMNS: [&str; 7] = ["label", "constraint", "on", "min", "max", "relative_to", "disabled"];

/// One constraint, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stated {
    pub(crate) place: String,
    pub(crate) row: TableRow,
}

/// The constraints of `--constraint` and of the files of `--constraints`.
pub(crate) fn stated(lines: &[String], files: &[PathBuf]) -> Result<Vec<Stated>, Error> {
    let mut stated: Vec<Stated> = lines.iter().map(|line| words("--constraint".to_owned(), line)).collect();
    for path in files {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let name = path.display().to_string();
        let table = extension == "csv" || (extension == "gz" && name.to_lowercase().ends_with(".csv.gz"));
        stated.extend(match extension.as_str() {
            _ if table => of_csv(path)?,
            "toml" => of_toml(&name, &read_text(path)?)?,
            _ => of_text(&name, &read_text(path)?),
        });
        tracing::info!("read {name}");
    }
    Ok(stated)
}

fn words(place: String, line: &str) -> Stated {
    Stated { place, row: TableRow { constraint: Some(line.to_owned()), ..TableRow::default() } }
}

/// One constraint per line; what follows a # is a comment.
fn of_text(name: &str, text: &str) -> Vec<Stated> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let lines = lines.enumerate().filter(|(_, line)| !line.is_empty());
    lines.map(|(index, line)| words(format!("{name}, line {}", index + 1), line)).collect()
}

/// A list `constraint` of texts and tables.
fn of_toml(name: &str, text: &str) -> Result<Vec<Stated>, SettingsError> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        constraint: Vec<toml::Spanned<toml::Value>>,
    }
    let fault = |error: &toml::de::Error, start: usize| {
        let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
        SettingsError::Config { path: name.to_owned(), line: line(text, start), message }
    };
    let file: File =
        toml::from_str(text).map_err(|error| fault(&error, error.span().map_or(0, |span| span.start)))?;
    file.constraint
        .into_iter()
        .map(|item| {
            let start = item.span().start;
            let place = format!("{name}, line {}", line(text, start));
            match item.into_inner() {
                toml::Value::String(text) => Ok(words(place, &text)),
                other => {
                    let row = other.try_into().map_err(|error| fault(&error, start))?;
                    Ok(Stated { place, row })
                }
            }
        })
        .collect()
}

/// A table with some of the columns of [`TableRow`].
fn of_csv(path: &Path) -> Result<Vec<Stated>, Error> {
    let mut records = open_csv(path)?;
    let columns = records.columns().to_vec();
    let known = |column: &String| COLUMNS.contains(&column.to_lowercase().as_str());
    if let Some(column) = columns.iter().find(|column| !known(column)) {
        let nearest = nearest_name(column, COLUMNS).map(str::to_owned);
        let (at, column) = (records.place(None).to_string(), column.clone());
        return Err(SettingsError::UnknownConstraintColumn { at, column, nearest }.into());
    }
    let mut stated = Vec::new();
    while records.advance()? {
        let mut cells = Map::new();
        for (index, column) in columns.iter().enumerate() {
            let cell = records.text(index)?;
            if !cell.is_empty() {
                cells.insert(column.to_lowercase(), Value::String(cell.into_owned()));
            }
        }
        let place = records.place(None).to_string();
        let row = serde_json::from_value(Value::Object(cells)).map_err(|error| {
            let (place, message) = (place.clone(), error.to_string());
            SettingsError::BadRow { place, message }
        })?;
        stated.push(Stated { place, row });
    }
    Ok(stated)
}
