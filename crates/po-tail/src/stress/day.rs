//! A day of the calendar.

use std::fmt::{self, Display};
use std::str::FromStr;

use po_core::InputError;

/// A day, written as year, month and day: `2008-09-15`.
///
/// # Examples
/// ```
/// use po_tail::Day;
///
/// let day: Day = "2008-09-15".parse()?;
/// assert_eq!(day, Day::new(2008, 9, 15)?);
/// assert!(day < "2008-10-01".parse()?);
/// # Ok::<(), po_core::InputError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// A day.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a day that the Gregorian calendar does not have.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, InputError> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if !(1..=12).contains(&month) {
            let (name, value) = ("the month", f64::from(month));
            return Err(InputError::OutOfRange { name, value, expected: "a number from 1 to 12" });
        }
        if !(1..=days).contains(&day) {
            let (name, value) = ("the day", f64::from(day));
            return Err(InputError::OutOfRange { name, value, expected: "a day of the month" });
        }
        Ok(Self { year, month, day })
    }

    /// A day of which it is known that it exists.
    pub(super) const fn of(year: u16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }
}

impl FromStr for Day {
    type Err = InputError;

    fn from_str(text: &str) -> Result<Self, InputError> {
        let mut parts = text.splitn(3, '-');
        let mut part = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits)?;
            part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u16>().ok())?
        };
        let parsed = (part(4), part(2), part(2));
        let (Some(year), Some(month), Some(day)) = parsed else {
            let (kind, name) = ("day", text.to_owned());
            return Err(InputError::UnknownName { kind, name, nearest: Some("2008-09-15".to_owned()) });
        };
        // Two digits fit.
        Self::new(year, month as u8, day as u8)
    }
}

impl Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<String> for Day {
    type Error = InputError;

    fn try_from(text: String) -> Result<Self, InputError> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}
