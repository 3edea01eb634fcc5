//! The observations that correlations are estimated from: those up to a date, and of these the last.

use std::io::Read;

use jiff::civil::{DateTime, Time};

use crate::args::DataArgs;
use crate::calendar::Calendar;
use crate::data::{Stamp, Table, show_date};
use crate::error::{Error, ObservationError, SettingsError};
use crate::observations::{Observations, observe};
use crate::problem::{rules, table};

/// A date as the user writes it, and the first and the last moment that it stands for.
#[derive(Clone, Debug)]
pub(super) struct Until {
    text: String,
    first: DateTime,
    last: DateTime,
}

/// Observations, and what messages call their file.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) observations: Observations,
    pub(super) file: String,
    /// How many rows of returns were left out because some asset has none.
    pub(super) left_out: usize,
    /// The date that was asked for, where it has no observation.
    asked: Option<String>,
}

/// What is said of the observations that were used.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(super) assets: usize,
    pub(super) observations: usize,
    /// Dates of the first and the last observation.
    pub(super) span: (DateTime, DateTime),
    /// The date that was asked for, where the last observation lies before it.
    asked: Option<String>,
    pub(super) calendar: Calendar,
    pub(crate) warnings: Vec<String>,
}

impl Until {
    /// Reads a date; a day or a month stands for its end.
    pub(super) fn parse(text: &str) -> Result<Self, SettingsError> {
        let bad = |_| SettingsError::BadDate { text: text.to_owned() };
        let first = Stamp::parse(text).map_err(bad)?.shown();
        let end = Time::constant(23, 59, 59, 999_999_999);
        let is_month = text.len() == "2024-01".len();
        let last = match first.time() == Time::midnight() {
            true if is_month => first.date().last_of_month().to_datetime(end),
            true => first.date().to_datetime(end),
            false => first,
        };
        Ok(Self { text: text.to_owned(), first, last })
    }
}

impl Sample {
    /// Reads the observations up to a date, of which the window then keeps the last; what the user should know of is
    /// added to `noted`, also where there is no sample.
    pub(super) fn read<'a>(
        data: &DataArgs,
        until: Option<&Until>,
        input: Box<dyn Read + 'a>,
        noted: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let mut table = table(data, input)?;
        if let Some(until) = until {
            cut(&mut table, until)?;
        }
        let file = table.source.clone();
        if let [_] = table.names[..] {
            return Err(alone(file).into());
        }
        let rules = rules(data);
        let rows = table.dates.len() - usize::from(!rules.returns);
        let observations = observe(table, rules, noted)?;
        // A window leaves out rows as well, and these are no loss.
        let left_out = if rules.window.is_none() { rows - observations.dates.len() } else { 0 };
        let last = observations.dates[observations.dates.len() - 1];
        let asked = until.filter(|until| last < until.first).map(|until| until.text.clone());
        Ok(Self { observations, file, left_out, asked })
    }

    pub(super) fn about(&self) -> About {
        let Observations { returns, dates, calendar, warnings, .. } = &self.observations;
        About {
            assets: returns.assets(),
            observations: dates.len(),
            span: (dates[0], dates[dates.len() - 1]),
            asked: self.asked.clone(),
            calendar: *calendar,
            warnings: warnings.clone(),
        }
    }
}

impl About {
    /// `20 assets, 250 observations from 2023-01-03 to 2023-12-29`
    pub(super) fn words(&self) -> String {
        let noun = if self.assets == 1 { "asset" } else { "assets" };
        let (first, last) = (show_date(self.span.0), show_date(self.span.1));
        let asked = self.asked.as_ref().map_or(String::new(), |asked| format!(", the last before {asked}"));
        format!("{} {noun}, {} observations from {first} to {last}{asked}", self.assets, self.observations)
    }
}

/// What is wrong with a single asset.
pub(super) fn alone(name: String) -> ObservationError {
    ObservationError::TooFewRows { name, rows: 1, what: "asset to correlate", required: 2 }
}

/// Takes out what came after a date, so that nothing follows from it: neither a return, nor which assets are kept.
fn cut(table: &mut Table, until: &Until) -> Result<(), SettingsError> {
    let (first, last) = (table.dates[0], table.dates[table.dates.len() - 1]);
    if until.last < first || until.first > last {
        let (text, file) = (until.text.clone(), table.source.clone());
        return Err(SettingsError::OutsideData { text, first, last, file });
    }
    let rows = table.dates.partition_point(|date| *date <= until.last);
    if rows < table.dates.len() {
        table.dates.truncate(rows);
        table.columns.iter_mut().for_each(|column| column.truncate(rows));
        table.source = format!("{} up to {}", table.source, until.text);
    }
    Ok(())
}
