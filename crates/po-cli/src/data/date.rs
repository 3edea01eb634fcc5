//! Dates and times, in the forms that cannot be misread.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::Pieces;

use crate::error::{Place, ReadError};

/// A point in time as a file writes it: a civil time, and the offset from UTC if one is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stamp {
    local: DateTime,
    /// Seconds east of Greenwich.
    offset: Option<i32>,
}

/// Why a text is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateFault {
    NotADate,
    Ambiguous,
}

impl DateFault {
    pub(crate) fn at(self, at: Place, text: &str, guessed: bool) -> ReadError {
        let text = text.to_owned();
        match self {
            Self::NotADate => ReadError::BadDate { at, text, guessed },
            Self::Ambiguous => ReadError::AmbiguousDate { at, text },
        }
    }
}

impl Stamp {
    /// A time without an offset.
    pub(crate) fn civil(local: DateTime) -> Self {
        Self { local, offset: None }
    }

    /// Reads `2024-01-31`, `2024/01/31`, `20240131`, `2024-01`, and the first two with a time and an offset.
    pub(crate) fn parse(text: &str) -> Result<Self, DateFault> {
        if let Some(date) = short_form(text) {
            return Ok(Self::civil(date.to_datetime(Time::midnight())));
        }
        if !year_first(text) {
            return Err(if day_or_month_first(text) { DateFault::Ambiguous } else { DateFault::NotADate });
        }
        let with_dashes = text.contains('/').then(|| text.replacen('/', "-", 2));
        let pieces =
            Pieces::parse(with_dashes.as_deref().unwrap_or(text)).map_err(|_| DateFault::NotADate)?;
        let local = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
        let offset = pieces.to_numeric_offset().map(jiff::tz::Offset::seconds);
        Ok(Self { local, offset })
    }

    /// The time as the file writes it.
    pub(crate) fn shown(self) -> DateTime {
        self.local
    }

    /// The time in UTC, as which a time without an offset counts.
    pub(crate) fn utc(self) -> DateTime {
        let offset = SignedDuration::from_secs(i64::from(self.offset.unwrap_or(0)));
        self.local.checked_sub(offset).unwrap_or(self.local)
    }
}

/// The civil times of a column of stamps.
///
/// Where each stamp is a midnight, the column holds dates, and an offset only says in which place;
/// else times with an offset become times in UTC, so that two places can be compared.
pub(crate) fn civil_times(stamps: &[Stamp]) -> Vec<DateTime> {
    if stamps.iter().all(|stamp| stamp.local.time() == Time::midnight()) {
        stamps.iter().map(|stamp| stamp.local).collect()
    } else {
        stamps.iter().map(|stamp| stamp.utc()).collect()
    }
}

/// A date as messages and reports write it: without the time where that is midnight, and without seconds where
/// there are none.
#[must_use]
pub fn show_date(date: DateTime) -> String {
    if date.time() == Time::midnight() {
        date.date().to_string()
    } else if date.second() == 0 && date.subsec_nanosecond() == 0 {
        date.strftime("%Y-%m-%dT%H:%M").to_string()
    } else {
        date.to_string()
    }
}

/// The civil time that lies `count` units of `nanoseconds` after 1970.
#[cfg(feature = "parquet")]
pub(crate) fn since_epoch(count: i64, nanoseconds: i64) -> Option<DateTime> {
    let per_second = 1_000_000_000 / nanoseconds;
    let (seconds, rest) = (count.div_euclid(per_second), count.rem_euclid(per_second));
    let after = SignedDuration::new(seconds, i32::try_from(rest * nanoseconds).ok()?);
    Date::constant(1970, 1, 1).to_datetime(Time::midnight()).checked_add(after).ok()
}

/// `20240131` and `2024-01`.
fn short_form(text: &str) -> Option<Date> {
    let digits = |range: std::ops::Range<usize>| {
        let part = text.get(range)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i16>().ok())?
    };
    let (month, day) = match text.len() {
        8 => (digits(4..6)?, digits(6..8)?),
        7 if text.as_bytes()[4] == b'-' => (digits(5..7)?, 1),
        _ => return None,
    };
    Date::new(digits(0..4)?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Whether a text begins like `2024-01-` or `2024/01/`.
fn year_first(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    bytes.len() >= 10
        && digits(0..4)
        && matches!(bytes[4], b'-' | b'/')
        && digits(5..7)
        && bytes[7] == bytes[4]
        && digits(8..10)
}

/// Whether a text begins like `1/2/2020`, `01.02.20` or `1-2-2020`.
fn day_or_month_first(text: &str) -> bool {
    let Some(separator) = text.chars().find(|c| !c.is_ascii_digit()) else { return false };
    if !matches!(separator, '/' | '.' | '-') {
        return false;
    }
    let parts: Vec<&str> = text.split(separator).collect();
    let short = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3
        && short(parts[0])
        && short(parts[1])
        && parts[2].starts_with(|c: char| c.is_ascii_digit())
}
