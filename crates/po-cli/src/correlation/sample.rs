//! The observations that correlations are estimated from: those up to a date, and of these the last.

use std::io::Read;

use jiff::civil::{DateTime, Time};
use po_engine::Returns;

use crate::args::DataArgs;
use crate::calendar::Calendar;
use crate::data::{Stamp, show_date};
use crate::error::{Error, ObservationError, SettingsError};
use crate::observations::Observations;
use crate::problem::observed;

/// A date as the user writes it, and the last moment that it stands for.
#[derive(Clone, Debug)]
pub(super) struct Until {
    text: String,
    last: DateTime,
}

/// Observations, and what messages call their file.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) observations: Observations,
    pub(super) file: String,
}

/// What is said of the observations that were used.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(super) assets: usize,
    pub(super) observations: usize,
    /// Dates of the first and the last observation.
    pub(super) span: (DateTime, DateTime),
    pub(super) calendar: Calendar,
    pub(crate) warnings: Vec<String>,
}

impl Until {
    /// Reads a date; a day or a month stands for its end.
    pub(super) fn parse(text: &str) -> Result<Self, SettingsError> {
        let bad = |_| SettingsError::BadDate { text: text.to_owned() };
        let time = Stamp::parse(text).map_err(bad)?.shown();
        let end = Time::constant(23, 59, 59, 999_999_999);
        let is_month = text.len() == "2024-01".len();
        let last = match time.time() == Time::midnight() {
            true if is_month => time.date().last_of_month().to_datetime(end),
            true => time.date().to_datetime(end),
            false => time,
        };
        Ok(Self { text: text.to_owned(), last })
    }
}

impl Sample {
    /// Reads the observations, of which the window then keeps the last.
    pub(super) fn read<'a>(
        data: &DataArgs,
        until: Option<Until>,
        input: Box<dyn Read + 'a>,
    ) -> Result<Self, Error> {
        let Some(until) = until else {
            let (observations, _, file) = observed(data, input)?;
            return Ok(Self { observations, file });
        };
        let (observations, _, file) = observed(&DataArgs { window: None, ..data.clone() }, input)?;
        let observations = cut(observations, until, data.window, &file)?;
        Ok(Self { observations, file })
    }

    pub(super) fn about(&self) -> About {
        let Observations { returns, dates, calendar, warnings, .. } = &self.observations;
        About {
            assets: returns.assets(),
            observations: dates.len(),
            span: (dates[0], dates[dates.len() - 1]),
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
        format!("{} {noun}, {} observations from {first} to {last}", self.assets, self.observations)
    }
}

fn cut(all: Observations, until: Until, window: Option<usize>, file: &str) -> Result<Observations, Error> {
    let available = all.dates.partition_point(|date| *date <= until.last);
    if available == 0 {
        return Err(SettingsError::BeforeData { text: until.text, first: all.dates[0] }.into());
    }
    if available < 2 {
        let what = "row of returns up to --at";
        return Err(ObservationError::TooFewRows { name: file.to_owned(), rows: 1, what, required: 2 }.into());
    }
    let length = window.unwrap_or(available);
    let Some(from) = available.checked_sub(length) else {
        return Err(ObservationError::Window { window: length, available }.into());
    };
    let entries: Vec<f64> = (0..all.returns.assets())
        .flat_map(|asset| &all.returns.column(asset)[from..available])
        .copied()
        .collect();
    let returns = Returns::from_column_slice(length, all.returns.assets(), &entries)
        .map_err(Error::input(&all.universe))?;
    Ok(Observations { returns, dates: all.dates[from..available].to_vec(), ..all })
}
