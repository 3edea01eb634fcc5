//! How many periods make a year, told from the dates of the data.
//!
//! The rule, from the median length of the periods and the pattern of their dates:
//!
//! | median length | pattern | periods per year |
//! |---|---|---|
//! | under 20 hours | n periods on a median day | n times that of the days, by the next two rows |
//! | 20 to 36 hours | each of the seven weekdays has at least 5 % of the dates | 365 |
//! | 20 to 36 hours | else | 252 |
//! | 6 to 8 days | | 52 |
//! | 13 to 16 days | | 26 |
//! | 27 to 32 days | | 12 |
//! | 88 to 94 days | | 4 |
//! | 179 to 187 days | | 2 |
//! | 360 to 371 days | | 1 |
//! | any other | | a year of 365.25 days by the median length |

use std::fmt;

use jiff::civil::{Date, DateTime};

/// Trading days of a year.
const TRADING_DAYS: f64 = 252.0;
/// Days of a year on which a market that never closes trades.
const CALENDAR_DAYS: f64 = 365.0;
/// Days of a mean year, for periods that have no name.
const MEAN_YEAR: f64 = 365.25;
/// The least share of the dates that each weekday has where a market never closes; a seventh, but for gaps.
const EVERY_DAY: f64 = 0.05;
const HOURS: f64 = 3600.0;
const DAYS: f64 = 24.0 * HOURS;

/// A number of periods per year, and what tells it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calendar {
    /// Periods per year.
    pub periods_per_year: f64,
    /// What tells it.
    pub rule: Rule,
}

/// What tells the number of periods per year.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// The user.
    Told,
    /// Several periods a day.
    Intraday {
        /// How many on a median day.
        per_day: f64,
        /// Whether the market never closes.
        every_day: bool,
    },
    /// Five or six days a week.
    BusinessDays,
    /// Seven days a week.
    EveryDay,
    /// A week or a multiple of months.
    Named(&'static str),
    /// The length of a period, in days.
    Length(f64),
}

impl Calendar {
    /// The calendar of periods that begin and end at these times, by the rule of this module.
    ///
    /// # Shapes and units
    /// Each period is (begin, end), in order of time; without any, the calendar is of business days.
    ///
    /// # Examples
    /// ```
    /// use jiff::civil::{DateTime, date};
    /// use po_cli::calendar::{Calendar, Rule};
    ///
    /// let ends: Vec<DateTime> = (1..=12).map(|month| date(2024, month, 28).at(0, 0, 0, 0)).collect();
    /// let periods: Vec<_> = ends.windows(2).map(|pair| (pair[0], pair[1])).collect();
    /// let calendar = Calendar::infer(&periods);
    /// assert_eq!(calendar, Calendar { periods_per_year: 12.0, rule: Rule::Named("months") });
    /// ```
    #[must_use]
    pub fn infer(periods: &[(DateTime, DateTime)]) -> Self {
        let length =
            median(periods.iter().map(|(begin, end)| begin.duration_until(*end).as_secs_f64()).collect());
        let Some(length) = length else {
            return Self { periods_per_year: TRADING_DAYS, rule: Rule::BusinessDays };
        };
        let dates: Vec<Date> = periods.iter().map(|(_, end)| end.date()).collect();
        let every_day = trades_every_day(&dates);
        let days = if every_day { CALENDAR_DAYS } else { TRADING_DAYS };
        if length < 20.0 * HOURS {
            let per_day = median(counts(&dates)).unwrap_or(1.0);
            return Self { periods_per_year: per_day * days, rule: Rule::Intraday { per_day, every_day } };
        }
        if length < 1.5 * DAYS {
            let rule = if every_day { Rule::EveryDay } else { Rule::BusinessDays };
            return Self { periods_per_year: days, rule };
        }
        let named = NAMED.iter().find(|(least, most, ..)| (*least..=*most).contains(&(length / DAYS)));
        match named {
            Some((.., periods_per_year, name)) => {
                Self { periods_per_year: *periods_per_year, rule: Rule::Named(name) }
            }
            None => {
                let days = length / DAYS;
                Self { periods_per_year: MEAN_YEAR / days, rule: Rule::Length(days) }
            }
        }
    }

    /// A calendar that the user tells.
    #[must_use]
    pub fn told(periods_per_year: f64) -> Self {
        Self { periods_per_year, rule: Rule::Told }
    }
}

/// Least and greatest median length in days, periods per year, name.
const NAMED: &[(f64, f64, f64, &str)] = &[
    (6.0, 8.0, 52.0, "weeks"),
    (13.0, 16.0, 26.0, "fortnights"),
    (27.0, 32.0, 12.0, "months"),
    (88.0, 94.0, 4.0, "quarters"),
    (179.0, 187.0, 2.0, "half-years"),
    (360.0, 371.0, 1.0, "years"),
];

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // More digits than two say nothing about a length that is a median.
        let periods = match ((self.periods_per_year * 100.0).round() / 100.0).to_string().as_str() {
            "1" => "1 period".to_owned(),
            periods => format!("{periods} periods"),
        };
        if self.rule == Rule::Told {
            return write!(f, "{periods} per year, as told");
        }
        write!(f, "{periods} per year, told from the dates: ")?;
        match self.rule {
            Rule::Told => Ok(()),
            Rule::Intraday { per_day, every_day: true } => write!(f, "{per_day} a day on 365 days"),
            Rule::Intraday { per_day, every_day: false } => write!(f, "{per_day} a day on 252 days"),
            Rule::BusinessDays => f.write_str("business days"),
            Rule::EveryDay => f.write_str("every day of the week"),
            Rule::Named(name) => f.write_str(name),
            Rule::Length(days) => write!(f, "{days:.1} days each"),
        }
    }
}

/// Whether each weekday has its part of the dates.
fn trades_every_day(dates: &[Date]) -> bool {
    let mut counts = [0_usize; 7];
    for date in dates {
        counts[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())] += 1;
    }
    counts.iter().all(|count| *count as f64 >= EVERY_DAY * dates.len() as f64)
}

/// How many periods each day has.
fn counts(dates: &[Date]) -> Vec<f64> {
    dates.chunk_by(|a, b| a == b).map(|day| day.len() as f64).collect()
}

/// The middle value, the upper one of two.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
