//! The past that is run through: prices in order of time.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use po_engine::stream::{EngineConfig, EngineError, Time};

use crate::args::RunArgs;
use crate::calendar::Calendar;
use crate::data::{ReadOptions, Source, Table, read};
use crate::error::{Error, ObservationError, SettingsError};
use crate::problem::positive;

/// Bars of prices, oldest first.
#[derive(Clone, Debug)]
pub(super) struct History {
    /// What messages call the file.
    pub(super) file: String,
    pub(super) names: Vec<String>,
    pub(super) dates: Vec<DateTime>,
    pub(super) times: Vec<Time>,
    /// T x N prices, bar after bar; NaN where there is none.
    prices: Vec<f64>,
    pub(super) calendar: Calendar,
    /// What the reader chose and the user should know of.
    pub(super) notes: Vec<String>,
}

impl History {
    /// Reads the file of `--replay`: the assets of the configuration in its order, or all of the file.
    pub(super) fn read(args: &RunArgs, config: &EngineConfig) -> Result<Self, Error> {
        let own = &args.history;
        positive("--periods-per-year", own.periods_per_year)?;
        let path = args.replay.clone().ok_or(SettingsError::NoPrices)?;
        let options = ReadOptions {
            format: own.layout.unwrap_or_default(),
            date_column: own.date_column.clone(),
            symbol_column: own.symbol_column.clone(),
            price_column: own.price_column.clone(),
            assets: (!config.assets.is_empty()).then(|| config.assets.clone()),
            returns: false,
            sort_dates: own.sort_dates,
        };
        let table = read(Source::File(path), &options).map_err(|error| asked_by(error, args))?;
        Self::of(table, args)
    }

    fn of(table: Table, args: &RunArgs) -> Result<Self, Error> {
        let Table { source, dates, names, columns, notes, .. } = table;
        if dates.len() < 3 {
            let (rows, what) = (dates.len(), "rows of prices");
            return Err(ObservationError::TooFewRows { name: source, rows, what, required: 3 }.into());
        }
        let assets = names.len();
        let mut prices = vec![f64::NAN; dates.len() * assets];
        for (asset, column) in columns.iter().enumerate() {
            for (row, price) in column.iter().enumerate() {
                prices[row * assets + asset] = *price;
            }
        }
        let times =
            dates.iter().map(|date| time(*date)).collect::<Result<_, _>>().map_err(super::fault(args))?;
        let periods: Vec<_> = dates.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let told = args.history.periods_per_year;
        let calendar = told.map_or_else(|| Calendar::infer(&periods), Calendar::told);
        Ok(Self { file: source, names, dates, times, prices, calendar, notes })
    }

    /// Bars.
    pub(super) fn len(&self) -> usize {
        self.dates.len()
    }

    /// The prices of a bar.
    pub(super) fn bar(&self, row: usize) -> &[f64] {
        let assets = self.names.len();
        &self.prices[row * assets..(row + 1) * assets]
    }
}

/// A date of a file, which is taken to be in UTC.
fn time(date: DateTime) -> Result<Time, EngineError> {
    let instant = Offset::UTC.to_timestamp(date).ok();
    let nanoseconds = instant.and_then(|instant| i64::try_from(instant.as_nanosecond()).ok());
    nanoseconds.map(Time::from_nanoseconds).ok_or_else(|| EngineError::Time { text: date.to_string() })
}

/// The reader knows assets that are asked for by their flag; here a file asks for them.
fn asked_by(error: Error, args: &RunArgs) -> Error {
    match error {
        Error::Settings(SettingsError::UnknownAsset { name, file, nearest, .. }) => {
            let place = args.config.display().to_string();
            SettingsError::UnknownAsset { place, name, file, nearest }.into()
        }
        error => error,
    }
}
