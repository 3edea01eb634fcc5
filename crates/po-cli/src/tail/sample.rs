//! The portfolio whose losses are looked at: its weights, and its returns.

use std::io::Read;

use jiff::civil::DateTime;
use po_engine::{Confidence, Returns, Universe, Weights};

use crate::args::{DataArgs, HeldArgs, LimitArgs};
use crate::constraints::{Names, portfolio};
use crate::data::show_date;
use crate::error::{Error, SettingsError};
use crate::observations::{Observations, observe};
use crate::problem::{check, rules, table};
use crate::report::percent;

/// The level of value at risk unless another is asked for.
const LEVEL: f64 = 0.99;

/// Weights that sum to one but for this are fully invested.
const INVESTED: f64 = 1e-6;

/// A portfolio and its past.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) universe: Universe,
    /// The portfolio as the only asset, for messages about its returns.
    pub(super) subject: Universe,
    pub(super) weights: Weights,
    /// The file of the weights; none where each asset has the same.
    weights_file: Option<String>,
    /// The returns of the assets.
    pub(super) returns: Returns,
    /// Those of the portfolio, which is brought back to its weights each period.
    pub(super) series: Vec<f64>,
    /// The date at which each return ends.
    pub(super) dates: Vec<DateTime>,
    /// What messages call the file.
    pub(super) file: String,
    pub(super) level: Confidence,
    pub(super) warnings: Vec<String>,
}

impl Sample {
    /// Reads returns and weights; `input` is standard input, and `data` without what has no meaning here.
    pub(super) fn read<'a>(
        data: &DataArgs,
        held: &HeldArgs,
        window: Option<usize>,
        input: Box<dyn Read + 'a>,
        noted: &mut Vec<String>,
    ) -> Result<Self, Error> {
        // A configuration file that other commands share may have these.
        let data = DataArgs {
            covariance: None,
            half_life: None,
            semidefinite: None,
            periods_per_year: None,
            window,
            ..data.clone()
        };
        check(&data, &LimitArgs::default())?;
        let level = level(held.level)?;
        let table = table(&data, input)?;
        let (known, file) = (table.known.clone(), table.source.clone());
        let Observations { universe, returns, dates, .. } = observe(table, rules(&data), noted)?;
        let names = Names { known: &known, file: &file };
        let weights = match &held.weights {
            Some(path) => portfolio(path, &universe, names, noted)?,
            None => Weights::equal(universe.len()).map_err(Error::input(&universe))?,
        };
        let weights_file = held.weights.as_ref().map(|path| path.display().to_string());
        if let Some(file) = &weights_file
            && (weights.net() - 1.0).abs() > INVESTED
        {
            noted.push(format!(
                "the weights of {file} sum to {}: the rest is taken to be cash, without a return",
                percent(weights.net())
            ));
        }
        let subject = match universe.len() {
            1 => universe.clone(),
            _ => Universe::new(["the portfolio"]).map_err(Error::input(&universe))?,
        };
        let series = series(&returns, weights.as_slice());
        let warnings = noted.clone();
        Ok(Self { weights, weights_file, returns, series, dates, file, level, warnings, universe, subject })
    }

    /// Dates of the first and the last return.
    pub(super) fn span(&self) -> (DateTime, DateTime) {
        (self.dates[0], self.dates[self.dates.len() - 1])
    }

    /// `20 assets, the same weight in each, 250 observations from 2023-01-03 to 2023-12-29`
    pub(super) fn words(&self) -> String {
        let assets = self.universe.len();
        let noun = if assets == 1 { "asset" } else { "assets" };
        let weights = match &self.weights_file {
            Some(file) => format!(", with the weights of {file}"),
            None if assets == 1 => String::new(),
            None => ", the same weight in each".to_owned(),
        };
        let (first, last) = self.span();
        let (first, last) = (show_date(first), show_date(last));
        format!("{assets} {noun}{weights}, {} observations from {first} to {last}", self.series.len())
    }

    /// How the portfolio is held, where that matters.
    pub(super) fn held(&self) -> &'static str {
        if self.universe.len() == 1 { "" } else { " of a portfolio brought back to its weights each period" }
    }

    /// Whether each asset has the same weight because no others were told.
    pub(super) fn is_equal(&self) -> bool {
        self.weights_file.is_none()
    }
}

/// `99 %`
pub(super) fn level_words(level: Confidence) -> String {
    format!("{} %", (1e6 * level.level()).round() / 1e4)
}

fn level(given: Option<f64>) -> Result<Confidence, SettingsError> {
    let value = given.unwrap_or(LEVEL);
    Confidence::new(value).map_err(|_| {
        let hint = if (1.0..100.0).contains(&value) {
            format!("; for {value} %, --level {}", value / 100.0)
        } else {
            String::new()
        };
        let expected = format!("a number between 0 and 1, such as 0.99{hint}");
        SettingsError::OutOfRange { flag: "--level", value, expected }
    })
}

/// The returns of a portfolio that is brought back to its weights each period.
fn series(returns: &Returns, weights: &[f64]) -> Vec<f64> {
    let mut series = vec![0.0; returns.observations()];
    for (asset, weight) in weights.iter().enumerate() {
        series.iter_mut().zip(returns.column(asset)).for_each(|(sum, value)| *sum += weight * value);
    }
    series
}
