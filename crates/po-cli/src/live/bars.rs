//! Bars as they come, from a file or a stream, as CSV or as JSON.

use std::io::Read;
use std::path::Path;

use super::columns::{Columns, listed, place};
use super::lines::{LONGEST, Lines};
use super::objects::{self, Objects};
use super::row::Row;
use crate::args::BarFormat;
use crate::data::{foreign, interrupted, open_file};
use crate::error::{BarError, Error, ReadError, RowNumber, RunError};

/// A source of bars, of which one line is in memory.
pub(crate) struct Bars<'a> {
    name: String,
    lines: Lines<'a>,
    form: Form,
    /// Whether the source is a stream, which may end within a line.
    is_stream: bool,
    /// Whether the line in memory was looked at, and is to be read again.
    is_held: bool,
}

enum Form {
    /// Nothing came.
    Empty,
    Csv(Columns),
    Ndjson(Objects),
}

/// What a line was.
#[derive(Debug)]
pub(crate) enum Next {
    Bar,
    Unreadable(BarError),
    End,
}

impl<'a> Bars<'a> {
    /// Opens a file, or standard input where the path is `-`, and reads the header if there is one.
    pub(crate) fn open(
        path: &Path,
        format: Option<BarFormat>,
        input: Box<dyn Read + 'a>,
    ) -> Result<Self, Error> {
        let is_stream = path.as_os_str() == "-";
        let (name, source): (String, Box<dyn Read + 'a>) = if is_stream {
            ("standard input".to_owned(), input)
        } else {
            (path.display().to_string(), Box::new(open_file(path)?))
        };
        let failed = |error: std::io::Error| interrupted(&name, None, &error);
        let mut lines = Lines::open(source).map_err(failed)?;
        let mut any = lines.advance().map_err(failed)?;
        while any && lines.text.trim_ascii().is_empty() && !lines.cut {
            any = lines.advance().map_err(failed)?;
        }
        let mut bars = Self { name, lines, form: Form::Empty, is_stream, is_held: false };
        if any {
            bars.tell(format.or_else(|| ending(path)))?;
        }
        Ok(bars)
    }

    /// Tells the form by the first line that is not blank.
    fn tell(&mut self, format: Option<BarFormat>) -> Result<(), Error> {
        let text = self.lines.text.trim_ascii_start();
        let is_object = text.starts_with(b"{");
        if !is_object
            && format != Some(BarFormat::Ndjson)
            && let Some((found, _)) = foreign(text)
        {
            return Err(RunError::NotBars { name: self.name.clone(), found }.into());
        }
        let guess = if is_object { BarFormat::Ndjson } else { BarFormat::Csv };
        self.form = match format.unwrap_or(guess) {
            BarFormat::Csv => {
                let columns = Columns::new(&self.lines.text, &place(&self.name, self.lines.number))?;
                tracing::info!("{} is CSV with {} columns of prices", self.name, columns.names().len());
                Form::Csv(columns)
            }
            BarFormat::Ndjson => {
                tracing::info!("{} is NDJSON", self.name);
                self.is_held = true;
                Form::Ndjson(Objects::default())
            }
        };
        Ok(())
    }

    /// What messages call the source.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The names that the bars themselves have: those of the header, or of the first object that is a bar; none where
    /// there is neither. Lines before it that are no bars are given too.
    pub(crate) fn names(&mut self) -> Result<(Vec<String>, Vec<BarError>), Error> {
        let mut unreadable = Vec::new();
        match &self.form {
            Form::Empty => return Ok((Vec::new(), unreadable)),
            Form::Csv(columns) => return Ok((columns.names().to_vec(), unreadable)),
            Form::Ndjson(_) => {}
        }
        loop {
            let blank = self.lines.text.trim_ascii().is_empty();
            match self.whole().and_then(|()| objects::names(&self.lines.text, &self.place())) {
                Ok(names) => {
                    self.is_held = true;
                    return Ok((names, unreadable));
                }
                Err(_) if blank => {}
                Err(error) => unreadable.push(error),
            }
            self.is_held = false;
            if !self.advance()? {
                return Ok((Vec::new(), unreadable));
            }
        }
    }

    /// Says which assets and factors are wanted, in which order. Gives what is to be told.
    pub(crate) fn bind(
        &mut self,
        assets: &[String],
        factors: &[String],
        config: &Path,
    ) -> Result<Vec<String>, RunError> {
        match &mut self.form {
            Form::Empty => Ok(Vec::new()),
            Form::Csv(_) if !factors.is_empty() => {
                Err(RunError::NoFactors { config: config.display().to_string(), name: self.name.clone() })
            }
            Form::Csv(columns) => {
                let unused = columns.bind(assets, &self.name)?;
                let list = listed(unused.iter().map(String::as_str));
                let note =
                    format!("columns of {} that are no assets of the engine are ignored: {list}", self.name);
                Ok(if unused.is_empty() { Vec::new() } else { vec![note] })
            }
            Form::Ndjson(objects) => {
                objects.bind(assets, factors);
                Ok(Vec::new())
            }
        }
    }

    /// What is to be told of the last line, beside what it is.
    pub(crate) fn notes(&mut self) -> Vec<String> {
        match &mut self.form {
            Form::Ndjson(objects) => std::mem::take(&mut objects.notes),
            _ => Vec::new(),
        }
    }

    /// Reads the next line that is not blank; waits for no more than its end.
    pub(crate) fn next(&mut self, row: &mut Row) -> Result<Next, ReadError> {
        loop {
            if !std::mem::take(&mut self.is_held) && !self.advance()? {
                return Ok(Next::End);
            }
            if !self.lines.text.trim_ascii().is_empty() || self.lines.cut {
                break;
            }
        }
        row.clear();
        let at = self.place();
        let read = self.whole().and_then(|()| match &mut self.form {
            Form::Empty => Ok(()),
            Form::Csv(columns) => columns.read(&self.lines.text, &at, row),
            Form::Ndjson(objects) => objects.read(&self.lines.text, &at, row),
        });
        Ok(read.map_or_else(Next::Unreadable, |()| Next::Bar))
    }

    fn advance(&mut self) -> Result<bool, ReadError> {
        let row = RowNumber::Line(self.lines.number + 1);
        self.lines.advance().map_err(|error| interrupted(&self.name, Some(row), &error))
    }

    /// Whether the line is all there. An object shows that itself; a number at the end of a row does not.
    fn whole(&self) -> Result<(), BarError> {
        if self.lines.cut {
            return Err(BarError::TooLong { at: self.place(), limit: LONGEST });
        }
        if self.is_stream && !self.lines.ended && matches!(self.form, Form::Csv(_)) {
            return Err(BarError::Unended { at: self.place() });
        }
        Ok(())
    }

    fn place(&self) -> crate::error::Place {
        place(&self.name, self.lines.number)
    }
}

/// The form that the ending of a file tells, `.gz` apart.
fn ending(path: &Path) -> Option<BarFormat> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let ending = name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.')?.1;
    match ending {
        "csv" | "tsv" => Some(BarFormat::Csv),
        "ndjson" | "jsonl" => Some(BarFormat::Ndjson),
        _ => None,
    }
}
