//! Long tables: one row per date and asset.

use std::collections::HashMap;

use super::date::{Stamp, civil_times};
use super::layout::{preferred_over, unknown_asset};
use super::records::Records;
use super::{ReadOptions, Table, value};
use crate::error::{Error, Place, ReadError, RowNumber};

/// What was read so far; the dates are numbered in order of appearance.
#[derive(Default)]
struct Reading {
    dates: HashMap<Stamp, usize>,
    stamps: Vec<Stamp>,
    symbols: HashMap<String, usize>,
    series: Vec<Series>,
}

/// The values of one asset, by the number of their date.
struct Series {
    name: String,
    values: Vec<f64>,
    /// Row of each value, for messages about a second one; zero where there is none.
    rows: Vec<u32>,
}

/// Reads the current row and all that follow.
pub(super) fn read(
    records: &mut dyn Records,
    options: &ReadOptions,
    date: usize,
    guessed: bool,
    symbol: usize,
    values: usize,
) -> Result<Table, Error> {
    let mut reading = Reading::default();
    let mut last = 0;
    loop {
        let stamp = records.cell(date)?.stamp(|| records.place(Some(date)), guessed)?;
        let name = records.text(symbol)?;
        if name.is_empty() {
            return Err(ReadError::MissingSymbol { at: records.place(Some(symbol)) }.into());
        }
        last = reading.asset(&name, last);
        let selected =
            options.assets.as_ref().is_none_or(|assets| assets.iter().any(|asset| *asset == *name));
        if selected {
            let place = || {
                let at = records.place(Some(values));
                Place { column: at.column.map(|column| format!("{column} of {name}")), ..at }
            };
            let value = value(records, values, options.returns, place)?;
            let date = reading.date(stamp);
            reading.series[last].put(date, value, records.row()).map_err(|first| {
                ReadError::DuplicateObservation {
                    name: records.place(None).source,
                    asset: name.into_owned(),
                    date: stamp.shown(),
                    first,
                    second: records.row(),
                }
            })?;
        }
        if !records.advance()? {
            break;
        }
    }
    let source = records.place(None).source;
    let mut notes = Vec::new();
    if let Some((taken, left)) = preferred_over(records, values).filter(|_| options.price_column.is_none()) {
        notes.push(format!(
            "the prices are column {taken:?} of {source}, not {left:?}; --price-column chooses another"
        ));
    }
    reading.table(source, notes, options, records.row())
}

impl Reading {
    /// The number of an asset; most often it is that of the row before.
    fn asset(&mut self, name: &str, last: usize) -> usize {
        if self.series.get(last).is_some_and(|series| series.name == name) {
            return last;
        }
        if let Some(&asset) = self.symbols.get(name) {
            return asset;
        }
        let asset = self.series.len();
        self.symbols.insert(name.to_owned(), asset);
        self.series.push(Series { name: name.to_owned(), values: Vec::new(), rows: Vec::new() });
        asset
    }

    fn date(&mut self, stamp: Stamp) -> usize {
        *self.dates.entry(stamp).or_insert_with(|| {
            self.stamps.push(stamp);
            self.stamps.len() - 1
        })
    }

    /// Puts the dates in order and the selected assets in theirs.
    fn table(
        mut self,
        source: String,
        notes: Vec<String>,
        options: &ReadOptions,
        unit: RowNumber,
    ) -> Result<Table, Error> {
        let known: Vec<String> = self.series.iter().map(|series| series.name.clone()).collect();
        let assets: Vec<usize> = match &options.assets {
            None => (0..known.len()).collect(),
            Some(assets) => {
                let index = |name: &String| {
                    let asset = self.symbols.get(name).copied();
                    asset.ok_or_else(|| unknown_asset(name, &source, known.iter().map(String::as_str)))
                };
                assets.iter().map(index).collect::<Result<_, _>>()?
            }
        };
        let times = civil_times(&self.stamps);
        let mut dates = times.clone();
        dates.sort_unstable();
        dates.dedup();
        // Two stamps can be one time, in two places.
        let place: Vec<usize> =
            times.iter().map(|time| dates.binary_search(time).unwrap_or_else(|place| place)).collect();
        let mut columns = Vec::with_capacity(assets.len());
        for &asset in &assets {
            let series = &mut self.series[asset];
            columns.push(series.in_order(&place, dates.len()).map_err(|(first, second, row)| {
                let number = |number: u32| match unit {
                    RowNumber::Line(_) => RowNumber::Line(u64::from(number)),
                    RowNumber::Row(_) => RowNumber::Row(u64::from(number)),
                };
                let (asset, date) = (known[asset].clone(), dates[row]);
                let (first, second) = (number(first), number(second));
                ReadError::DuplicateObservation { name: source.clone(), asset, date, first, second }
            })?);
        }
        let names = assets.iter().map(|&asset| known[asset].clone()).collect();
        Ok(Table { source, layout: "long", dates, names, columns, known, notes })
    }
}

impl Series {
    /// Sets the value at a date, or returns the row that has set it before.
    fn put(&mut self, date: usize, value: f64, row: RowNumber) -> Result<(), RowNumber> {
        if self.values.len() <= date {
            self.values.resize(date + 1, f64::NAN);
            self.rows.resize(date + 1, 0);
        }
        if self.rows[date] != 0 {
            let first = u64::from(self.rows[date]);
            return Err(match row {
                RowNumber::Line(_) => RowNumber::Line(first),
                RowNumber::Row(_) => RowNumber::Row(first),
            });
        }
        self.values[date] = value;
        self.rows[date] = u32::try_from(row.number()).unwrap_or(u32::MAX);
        Ok(())
    }

    /// The values in order of time, freeing the old ones; or two rows that meet at one time, and that time.
    fn in_order(&mut self, place: &[usize], dates: usize) -> Result<Vec<f64>, (u32, u32, usize)> {
        let (values, rows) = (std::mem::take(&mut self.values), std::mem::take(&mut self.rows));
        let mut ordered = vec![f64::NAN; dates];
        let mut taken = vec![0; dates];
        for ((&value, &row), &place) in values.iter().zip(&rows).zip(place).filter(|((_, row), _)| **row != 0)
        {
            if taken[place] != 0 {
                return Err((taken[place], row, place));
            }
            (ordered[place], taken[place]) = (value, row);
        }
        Ok(ordered)
    }
}
