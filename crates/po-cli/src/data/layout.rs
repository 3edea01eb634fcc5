//! Which columns hold the dates, the assets and the values.

use po_engine::nearest_name;

use super::records::Records;
use super::{Format, ReadOptions};
use crate::error::{Place, ReadError, SettingsError};

/// Names of a column of dates, letter case, spaces and underscores ignored.
const DATES: &[&str] = &["date", "datetime", "timestamp", "time", "tradedate", "opentime", "indexlevel0"];

/// Names that are dates at the beginning of a row; elsewhere they may be assets.
const FIRST_DATES: &[&str] = &["day", "week", "month", "quarter", "year", "period", "index"];

/// What the columns of a wide file are.
const WIDE: &str = "a date column and one column per asset, separated by commas, semicolons or tabs";

/// Names of a column of symbols.
const SYMBOLS: &[&str] =
    &["symbol", "ticker", "asset", "instrument", "security", "ric", "isin", "permno", "tic", "coin", "name"];

/// Names of a column of prices, the adjusted ones first: a split or a dividend is no loss.
const PRICES: &[&str] = &["adjclose", "adjustedclose", "closeadj", "close", "price", "last", "pxlast", "nav"];

/// Names of a column of returns.
const RETURNS: &[&str] = &["return", "returns", "ret"];

/// Which columns to read, and as what.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Plan {
    /// A column of dates, and one column per asset.
    Wide { date: usize, guessed: bool, assets: Vec<usize> },
    /// A column of dates, one of symbols, one of values.
    Long { date: usize, guessed: bool, symbol: usize, value: usize },
}

/// Decides from the header, the types and the first row, which is the current one.
pub(crate) fn plan(records: &dyn Records, options: &ReadOptions) -> Result<Plan, crate::Error> {
    let (date, guessed) = date_column(records, options)?;
    if is_long(records, options, date)? {
        let symbol = symbol_column(records, options, date)?;
        let value = value_column(records, options, date, symbol)?;
        return Ok(Plan::Long { date, guessed, symbol, value });
    }
    refuse_headless(records)?;
    refuse_bars(records, options, date)?;
    check_header(records, date, WIDE)?;
    let assets = wide_columns(records, options, date)?;
    Ok(Plan::Wide { date, guessed, assets })
}

/// The column of dates, and whether it was guessed without the help of a name or a type.
fn date_column(records: &dyn Records, options: &ReadOptions) -> Result<(usize, bool), ReadError> {
    if let Some(name) = &options.date_column {
        return Ok((named(records, name)?, false));
    }
    // pandas leaves its index without a name, and then no other column holds the dates.
    if records.columns()[0].is_empty() {
        return Ok((0, true));
    }
    let by_type = || (0..records.columns().len()).find(|&column| records.is_time(column));
    if let Some(column) = known(records, DATES, &[]).or_else(by_type) {
        return Ok((column, false));
    }
    Ok((0, !FIRST_DATES.contains(&plain(&records.columns()[0]).as_str())))
}

/// Long, if a column is called as one of symbols is, and holds words.
fn is_long(records: &dyn Records, options: &ReadOptions, date: usize) -> Result<bool, ReadError> {
    Ok(match options.format {
        Format::Wide => false,
        Format::Long => true,
        Format::Auto if options.symbol_column.is_some() || options.price_column.is_some() => true,
        Format::Auto => match known(records, SYMBOLS, &[date]) {
            Some(symbol) => matches!(records.cell(symbol), Ok(cell) if cell.is_word()),
            None => false,
        },
    })
}

fn symbol_column(records: &dyn Records, options: &ReadOptions, date: usize) -> Result<usize, ReadError> {
    if let Some(name) = &options.symbol_column {
        return named(records, name);
    }
    // Without a name that tells, the only column of words.
    let mut words = (0..records.columns().len())
        .filter(|&column| column != date && matches!(records.cell(column), Ok(cell) if cell.is_word()));
    let only = words.next().filter(|_| words.next().is_none());
    known(records, SYMBOLS, &[date]).or(only).ok_or_else(|| ReadError::NoSuchColumn {
        name: records.place(None).source,
        what: "symbol",
        known: list(records),
        flag: "--symbol-column",
    })
}

fn value_column(
    records: &dyn Records,
    options: &ReadOptions,
    date: usize,
    symbol: usize,
) -> Result<usize, ReadError> {
    if let Some(name) = &options.price_column {
        return named(records, name);
    }
    let (names, what) = if options.returns { (RETURNS, "return") } else { (PRICES, "price") };
    let mut others = (0..records.columns().len()).filter(|&column| column != date && column != symbol);
    let only = others.next().filter(|_| others.next().is_none());
    only.or_else(|| known(records, names, &[date, symbol])).ok_or_else(|| ReadError::NoSuchColumn {
        name: records.place(None).source,
        what,
        known: list(records),
        flag: "--price-column",
    })
}

/// The columns of the assets: all but the dates, or those that were selected, in the order of the selection.
fn wide_columns(
    records: &dyn Records,
    options: &ReadOptions,
    date: usize,
) -> Result<Vec<usize>, SettingsError> {
    let columns = records.columns();
    let Some(assets) = &options.assets else {
        return Ok((0..columns.len()).filter(|&column| column != date).collect());
    };
    let index = |name: &String| {
        let found = columns.iter().position(|column| column == name).filter(|&column| column != date);
        found.ok_or_else(|| {
            let known = columns.iter().enumerate().filter(|(column, _)| *column != date);
            unknown_asset(name, &records.place(None).source, known.map(|(_, name)| name.as_str()))
        })
    };
    assets.iter().map(index).collect()
}

/// An asset of `--assets` that the file does not have.
pub(crate) fn unknown_asset<'a>(
    name: &str,
    file: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> SettingsError {
    let nearest = nearest_name(name, known).map(str::to_owned);
    SettingsError::UnknownAsset {
        place: "--assets".to_owned(),
        name: name.to_owned(),
        file: file.to_owned(),
        nearest,
    }
}

/// A header of numbers or dates is no header.
fn refuse_headless(records: &dyn Records) -> Result<(), ReadError> {
    let is_data = |name: &&String| name.parse::<f64>().is_ok_and(f64::is_finite);
    let data = records.columns().iter().filter(is_data).count();
    let first_is_date = super::date::Stamp::parse(&records.columns()[0]).is_ok();
    // Assets may be numbered; a row of data begins with a date.
    if !first_is_date || data == 0 {
        return Ok(());
    }
    let at = Place { row: Some(crate::error::RowNumber::Line(1)), ..records.place(None) };
    Err(ReadError::HeaderIsData { at, text: records.columns()[0].clone() })
}

/// Open, high, low and close are not four assets.
fn refuse_bars(records: &dyn Records, options: &ReadOptions, date: usize) -> Result<(), ReadError> {
    let is_bar = |column: usize| {
        ["open", "high", "low", "close"].contains(&plain(&records.columns()[column]).as_str())
    };
    let bars: Vec<&str> = (0..records.columns().len())
        .filter(|&column| column != date && is_bar(column))
        .map(|column| records.columns()[column].as_str())
        .collect();
    if bars.len() < 3 || options.format == Format::Wide || options.assets.is_some() {
        return Ok(());
    }
    Err(ReadError::Bars { name: records.place(None).source, columns: bars.join(", ") })
}

/// Each column but that of the keys, which are dates or assets, has a name, and a name of its own.
pub(crate) fn check_header(
    records: &dyn Records,
    keys: usize,
    expected: &'static str,
) -> Result<(), ReadError> {
    let columns = records.columns();
    let source = records.place(None).source;
    let line = matches!(records.row(), crate::error::RowNumber::Line(_));
    let header = || Place {
        source: source.clone(),
        row: line.then_some(crate::error::RowNumber::Line(1)),
        column: None,
    };
    if columns.len() < 2 {
        return Err(ReadError::OneColumn { name: source, column: columns[0].clone(), expected });
    }
    if let Some(column) = (0..columns.len()).find(|&column| column != keys && columns[column].is_empty()) {
        return Err(ReadError::UnnamedColumn { at: header(), column: column + 1 });
    }
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|&column| (&columns[column], column));
    match order.windows(2).find(|pair| columns[pair[0]] == columns[pair[1]]) {
        Some(pair) => {
            let (first, second) = (pair[0] + 1, pair[1] + 1);
            Err(ReadError::DuplicateColumn { at: header(), name: columns[pair[0]].clone(), first, second })
        }
        None => Ok(()),
    }
}

/// A column that was named by the user.
fn named(records: &dyn Records, name: &str) -> Result<usize, ReadError> {
    let columns = records.columns();
    columns.iter().position(|column| column == name).ok_or_else(|| ReadError::UnknownColumn {
        name: records.place(None).source,
        column: name.to_owned(),
        nearest: nearest_name(name, columns.iter().map(String::as_str)).map(str::to_owned),
        known: list(records),
    })
}

/// The first column with one of the names, in the order of the names.
fn known(records: &dyn Records, names: &[&str], taken: &[usize]) -> Option<usize> {
    let columns = || (0..records.columns().len()).filter(|column| !taken.contains(column));
    names.iter().find_map(|name| columns().find(|&column| plain(&records.columns()[column]) == *name))
}

/// A name without what people write differently.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The columns, as a message lists them.
fn list(records: &dyn Records) -> String {
    const MANY: usize = 12;
    let columns = records.columns();
    let shown = columns.iter().take(MANY).map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    match columns.len().checked_sub(MANY) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// Whether a price was taken from an adjusted column while a plain one stands beside it.
pub(crate) fn preferred_over(records: &dyn Records, value: usize) -> Option<(&str, &str)> {
    let columns = records.columns();
    let adjusted = plain(&columns[value]).contains("adj");
    let close = columns.iter().find(|column| plain(column) == "close")?;
    adjusted.then_some((columns[value].as_str(), close.as_str()))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn spelling_does_not_hide_a_column() {
        assert!(
            ["Adj Close", "adj_close", "AdjClose", "ADJ. CLOSE"].iter().all(|name| plain(name) == "adjclose")
        );
    }
}
