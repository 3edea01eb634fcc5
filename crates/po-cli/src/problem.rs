//! What is known before a method is chosen: observations, their covariance, and limits.

use std::io::Read;
use std::path::Path;

use po_engine::convex::Constraints;
use po_engine::{Covariance, Universe};

use crate::args::{CovarianceKind, DataArgs, LimitArgs, Missing};
use crate::constraints::{Limits, Names};
use crate::covariance::estimate;
use crate::data::{ReadOptions, Source, Table, read};
use crate::error::{Error, SettingsError};
use crate::observations::{Observations, Rules, observe};

/// Observations of the assets that are allocated, and what was said of them.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) observations: Observations,
    /// The covariance of the returns per period.
    pub(crate) covariance: Covariance,
    pub(crate) limits: Limits,
    /// The order of the leaves of an earlier run, which is to be kept where the tree allows it.
    pub(crate) order_before: Option<Vec<usize>>,
    /// The assets of the file.
    known: Vec<String>,
    /// What messages call the file.
    file: String,
}

impl Problem {
    /// Reads prices and limits; `input` is standard input.
    pub(crate) fn read<'a>(
        data: &DataArgs,
        limits: &LimitArgs,
        input: Box<dyn Read + 'a>,
    ) -> Result<Self, Error> {
        check(data, limits)?;
        let (mut observations, known, file) = observed(data, input)?;
        let limits = Limits::read(limits, &mut observations, Names { known: &known, file: &file })?;
        let covariance = estimate(data, &mut observations)?;
        Ok(Self { observations, covariance, limits, order_before: None, known, file })
    }

    /// The names of the assets that are allocated, and of their groups.
    pub(crate) fn universe(&self) -> &Universe {
        &self.observations.universe
    }

    /// The names of all assets of the file.
    pub(crate) fn names(&self) -> Names<'_> {
        Names { known: &self.known, file: &self.file }
    }

    /// Periods per year.
    pub(crate) fn periods(&self) -> f64 {
        self.observations.calendar.periods_per_year
    }

    /// The length of the observations in years.
    pub(crate) fn years(&self) -> f64 {
        self.observations.returns.observations() as f64 / self.periods()
    }

    /// The constraints of an optimiser.
    pub(crate) fn constraints(&self, args: &LimitArgs) -> Result<Constraints, Error> {
        self.limits.constraints(args, self.universe(), self.names())
    }
}

/// Reads observations, the names of all assets of the file, and what messages call it; `input` is standard input.
pub(crate) fn observed<'a>(
    data: &DataArgs,
    input: Box<dyn Read + 'a>,
) -> Result<(Observations, Vec<String>, String), Error> {
    let table = table(data, input)?;
    let (known, file) = (table.known.clone(), table.source.clone());
    Ok((observe(table, rules(data), &mut Vec::new())?, known, file))
}

/// Reads the table; `input` is standard input.
pub(crate) fn table<'a>(data: &DataArgs, input: Box<dyn Read + 'a>) -> Result<Table, Error> {
    read(source(data, input)?, &read_options(data))
}

/// What turns a table into observations.
pub(crate) fn rules(data: &DataArgs) -> Rules {
    Rules {
        missing: data.missing.unwrap_or_default(),
        returns: data.returns.unwrap_or(false),
        window: data.window,
        periods_per_year: data.periods_per_year,
    }
}

/// What can be told to be wrong before the file is read.
pub(crate) fn check(data: &DataArgs, limits: &LimitArgs) -> Result<(), SettingsError> {
    let returns = data.returns == Some(true);
    if returns && matches!(data.missing, Some(Missing::CarryForward(_))) {
        return Err(SettingsError::CarriedReturns);
    }
    if let Some(window) = data.window.filter(|window| *window < 2) {
        let (flag, value, expected) = ("--window", window as f64, "at least 2 observations".to_owned());
        return Err(SettingsError::OutOfRange { flag, value, expected });
    }
    positive("--periods-per-year", data.periods_per_year)?;
    if data.half_life.is_some() && data.covariance != Some(CovarianceKind::Ewma) {
        return Err(SettingsError::Needs { what: "--half-life", flag: "--covariance ewma" });
    }
    positive("--cost-horizon", limits.cost_horizon)?;
    if limits.costs_bps.is_some() && limits.current.is_none() {
        return Err(SettingsError::Needs { what: "--costs-bps", flag: "--current FILE" });
    }
    if limits.cost_horizon.is_some() && limits.costs_bps.is_none() {
        return Err(SettingsError::Needs { what: "--cost-horizon", flag: "--costs-bps BPS" });
    }
    let assets = data.assets.as_deref().unwrap_or_default();
    match assets.iter().enumerate().find(|(index, name)| assets[..*index].contains(name)) {
        Some((_, name)) => Err(SettingsError::AssetTwice { name: name.clone() }),
        None => Ok(()),
    }
}

/// A number that, if it is given, must be above zero.
pub(crate) fn positive(flag: &'static str, value: Option<f64>) -> Result<(), SettingsError> {
    match value.filter(|value| !(value.is_finite() && *value > 0.0)) {
        Some(value) => {
            Err(SettingsError::OutOfRange { flag, value, expected: "a positive number".to_owned() })
        }
        None => Ok(()),
    }
}

fn source<'a>(data: &DataArgs, input: Box<dyn Read + 'a>) -> Result<Source<'a>, SettingsError> {
    match &data.prices {
        None => Err(SettingsError::NoPrices),
        Some(path) if path == Path::new("-") => {
            Ok(Source::Stream { name: "standard input".to_owned(), reader: input })
        }
        Some(path) => Ok(Source::File(path.clone())),
    }
}

fn read_options(data: &DataArgs) -> ReadOptions {
    ReadOptions {
        format: data.format.unwrap_or_default(),
        date_column: data.date_column.clone(),
        symbol_column: data.symbol_column.clone(),
        price_column: data.price_column.clone(),
        assets: data.assets.clone(),
        returns: data.returns.unwrap_or(false),
        sort_dates: data.sort_dates.unwrap_or(false),
    }
}
