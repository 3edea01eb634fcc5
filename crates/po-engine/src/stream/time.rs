//! When a bar ends.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use po_attribution::Calendar;

use super::EngineError;

/// A moment: nanoseconds since 1970-01-01, 00:00 UTC.
///
/// In text it is a date and a time with an offset (RFC 3339); without an offset they are those of UTC, and a date alone is
/// its first moment.
///
/// # Examples
/// ```
/// use po_engine::stream::Time;
///
/// let time: Time = "2024-03-01T16:00:00-05:00".parse()?;
/// assert_eq!(time, Time::from_seconds(1_709_326_800)?);
/// assert_eq!("2024-03-01T21:00:00".parse::<Time>()?, time);
/// assert_eq!("2024-03-01".parse::<Time>()?.to_string(), "2024-03-01");
/// # Ok::<(), po_engine::stream::EngineError>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Time(i64);

impl Time {
    /// From nanoseconds since 1970.
    #[must_use]
    pub const fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self(nanoseconds)
    }

    /// From seconds since 1970.
    ///
    /// # Errors
    /// [`EngineError::Time`] beyond the years 1677 to 2262.
    pub fn from_seconds(seconds: i64) -> Result<Self, EngineError> {
        let time = seconds.checked_mul(1_000_000_000).map(Self);
        time.ok_or_else(|| EngineError::Time { text: seconds.to_string() })
    }

    /// Nanoseconds since 1970.
    #[must_use]
    pub const fn nanoseconds(self) -> i64 {
        self.0
    }

    /// The day, month and year that a clock shows which is ahead of UTC by so many minutes.
    #[must_use]
    pub fn calendar(self, utc_offset_minutes: i32) -> Calendar {
        let offset = Offset::from_seconds(utc_offset_minutes.saturating_mul(60)).unwrap_or(Offset::UTC);
        let date = offset.to_datetime(self.timestamp()).date();
        let year = i64::from(date.year());
        Calendar {
            day: 1000 * year + i64::from(date.day_of_year()),
            month: 12 * year + i64::from(date.month()),
            year,
        }
    }

    fn timestamp(self) -> Timestamp {
        // Every number of nanoseconds that fits in 64 bits is a year that the calendar knows.
        Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let timestamp = self.timestamp();
        let civil = Offset::UTC.to_datetime(timestamp);
        if civil.time() == jiff::civil::Time::midnight() {
            write!(f, "{}", civil.date())
        } else {
            write!(f, "{timestamp}")
        }
    }
}

impl FromStr for Time {
    type Err = EngineError;

    fn from_str(text: &str) -> Result<Self, EngineError> {
        let fault = || EngineError::Time { text: text.to_owned() };
        let timestamp = match text.parse::<Timestamp>() {
            Ok(timestamp) => timestamp,
            // A date alone is the midnight that it begins with; a time alone says of no moment which it is.
            Err(_) => {
                let civil: DateTime = text.parse().map_err(|_| fault())?;
                Offset::UTC.to_timestamp(civil).map_err(|_| fault())?
            }
        };
        i64::try_from(timestamp.as_nanosecond()).map(Self).map_err(|_| fault())
    }
}
