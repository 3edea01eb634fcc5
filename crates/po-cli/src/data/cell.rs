//! One cell of a table: a number, a date, a text, or nothing.

use std::fmt;

use jiff::civil::DateTime;

use super::date::Stamp;
use crate::error::{Place, ReadError};

/// How a missing value is written, letter case ignored.
const MISSING: &[&str] = &["", "na", "n/a", "#n/a", "nan", "null", "none", "-", "."];

/// What a file says in one place.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "the cells of text are text"))]
pub(crate) enum Cell<'a> {
    Missing,
    Number(f64),
    Time(DateTime),
    Text(&'a str),
}

/// What a text that is not a number may have been meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// Nothing that can be told.
    Plain,
    /// A number with thousands separators, or with a decimal comma.
    Comma,
    /// A number with a unit.
    Unit,
    /// A name, in a column that is read as an asset.
    Name,
    /// A date.
    Date,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "a number such as 101.25, or an empty cell where there is none",
            Self::Comma => "a number such as 1234.5: a point before the decimals, and nothing between the thousands",
            Self::Unit => "a number such as 101.25, without a unit",
            Self::Name => {
                "one column of numbers per asset; if the file has one row per date and asset, say --symbol-column and --price-column"
            }
            Self::Date => "a number such as 101.25; if this is the date column, say --date-column",
        })
    }
}

impl<'a> Cell<'a> {
    /// The cell that a piece of text stands for.
    pub(crate) fn from_text(text: &'a str) -> Self {
        let text = text.trim();
        if is_missing(text) { Self::Missing } else { Self::Text(text) }
    }

    /// The finite number in the cell; NaN where it is missing.
    pub(crate) fn number(&self, place: impl Fn() -> Place) -> Result<f64, ReadError> {
        let number = match self {
            Self::Missing => return Ok(f64::NAN),
            Self::Number(number) => *number,
            Self::Time(time) => {
                return Err(ReadError::NotANumber { at: place(), text: time.to_string(), hint: Hint::Date });
            }
            Self::Text(text) => match text.parse::<f64>() {
                Ok(number) => number,
                Err(_) => {
                    let (text, hint) = ((*text).to_owned(), hint(text));
                    return Err(ReadError::NotANumber { at: place(), text, hint });
                }
            },
        };
        if number.is_infinite() { Err(ReadError::Infinite { at: place() }) } else { Ok(number) }
    }

    /// The point in time in the cell.
    pub(crate) fn stamp(&self, place: impl Fn() -> Place, guessed: bool) -> Result<Stamp, ReadError> {
        match self {
            Self::Missing => Err(ReadError::MissingDate { at: place() }),
            Self::Time(time) => Ok(Stamp::civil(*time)),
            Self::Text(text) => Stamp::parse(text).map_err(|fault| fault.at(place(), text, guessed)),
            // 20240131, written as a number.
            Self::Number(number) => {
                let text = number.to_string();
                Stamp::parse(&text).map_err(|fault| fault.at(place(), &text, guessed))
            }
        }
    }

    /// Whether the cell holds text that no number can be read from.
    pub(crate) fn is_word(&self) -> bool {
        matches!(self, Self::Text(text) if text.parse::<f64>().is_err())
    }
}

/// Whether a trimmed text stands for a missing value.
fn is_missing(text: &str) -> bool {
    text.len() <= 4 && MISSING.iter().any(|marker| text.eq_ignore_ascii_case(marker))
}

fn hint(text: &str) -> Hint {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits == 0 {
        Hint::Name
    } else if Stamp::parse(text).is_ok() {
        Hint::Date
    } else if text.contains(',') && text.chars().all(|c| c.is_ascii_digit() || ",.-+ '".contains(c)) {
        Hint::Comma
    } else if text.trim_matches(|c: char| !c.is_ascii_digit()).parse::<f64>().is_ok() && !text.contains('-') {
        Hint::Unit
    } else {
        Hint::Plain
    }
}
