//! Episodes of history that portfolios are held against.

use std::borrow::Cow;

use po_core::{InputError, Returns, nearest_name};

use super::day::Day;
use super::shock::Stress;
use crate::{Error, Scenarios};

/// Some days of history, with the name that people give them.
///
/// # Examples
/// ```
/// use po_core::Returns;
/// use po_tail::{Coverage, Day, Episode};
///
/// let dates = [(1, 24), (2, 20), (3, 12), (4, 14)].map(|(month, day)| Day::new(2020, month, day));
/// let dates = dates.into_iter().collect::<Result<Vec<_>, _>>()?;
/// let episode = Episode::named("COVID")?;
/// assert_eq!(episode.rows(&dates)?, (vec![1, 2], Coverage::Whole));
/// let returns = Returns::from_column_slice(4, 1, &[0.01, -0.04, -0.10, 0.03])?;
/// let (stress, _) = episode.stress(&returns, &dates)?;
/// assert!((stress.shocks()[0].unwrap_or_default() + 0.136).abs() < 1e-15);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Where an episode is a fall of the S&P 500, its days are those after the highest close up to the lowest one, rounded
/// to the days that it is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Episode {
    name: Cow<'static, str>,
    from: Day,
    to: Day,
}

/// How much of an episode the data cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Coverage {
    /// All of its days.
    Whole,
    /// The days between these two.
    Partly {
        /// The first day of the episode that the data have.
        first: Day,
        /// The last one.
        last: Day,
    },
}

const fn episode(name: &'static str, from: (u16, u8, u8), to: (u16, u8, u8)) -> Episode {
    let (from, to) = (Day::of(from.0, from.1, from.2), Day::of(to.0, to.1, to.2));
    Episode { name: Cow::Borrowed(name), from, to }
}

static KNOWN: [Episode; 17] = [
    episode("1987 crash", (1987, 10, 14), (1987, 10, 19)),
    episode("1998 LTCM", (1998, 7, 20), (1998, 8, 31)),
    episode("dot-com", (2000, 3, 27), (2002, 10, 9)),
    episode("2001 September 11", (2001, 9, 17), (2001, 9, 21)),
    episode("2007-2009 bear market", (2007, 10, 10), (2009, 3, 9)),
    episode("2008 GFC", (2008, 9, 2), (2008, 11, 28)),
    episode("2010 flash crash", (2010, 5, 6), (2010, 5, 7)),
    episode("2011 euro crisis", (2011, 7, 25), (2011, 10, 3)),
    episode("2013 taper tantrum", (2013, 5, 22), (2013, 6, 24)),
    episode("2015 August", (2015, 8, 18), (2015, 8, 25)),
    episode("2018 February volmageddon", (2018, 1, 29), (2018, 2, 8)),
    episode("2018 Q4", (2018, 10, 1), (2018, 12, 31)),
    episode("COVID", (2020, 2, 19), (2020, 3, 23)),
    episode("2022 rates", (2022, 1, 4), (2022, 10, 12)),
    episode("2023 banks", (2023, 3, 8), (2023, 3, 13)),
    episode("2024 August carry trade", (2024, 8, 1), (2024, 8, 5)),
    episode("2025 tariffs", (2025, 4, 3), (2025, 4, 8)),
];

impl Episode {
    /// Some days under a name of one's own.
    ///
    /// # Errors
    /// [`InputError::EmptyName`] for a blank name; [`InputError::OutOfRange`] for a last day before the first.
    pub fn new(name: impl Into<String>, from: Day, to: Day) -> Result<Self, InputError> {
        let name = name.into();
        if name.trim().is_empty() {
            return Err(InputError::EmptyName { kind: "episode", index: 0 });
        }
        if from > to {
            let (name, expected) = ("the number of days of an episode", "a first day up to the last day");
            return Err(InputError::OutOfRange { name, value: 0.0, expected });
        }
        Ok(Self { name: name.into(), from, to })
    }

    /// The episodes that have a name here.
    #[must_use]
    pub fn known() -> &'static [Self] {
        &KNOWN
    }

    /// The episode of this name, letter case ignored; the beginning of one name alone will do.
    ///
    /// # Errors
    /// [`InputError::UnknownName`], with the nearest known name.
    pub fn named(name: &str) -> Result<Self, InputError> {
        let wanted = name.trim().to_lowercase();
        let lower = |episode: &&Self| episode.name.to_lowercase();
        let exact = KNOWN.iter().find(|episode| lower(episode) == wanted);
        let mut begun =
            KNOWN.iter().filter(|episode| !wanted.is_empty() && lower(episode).starts_with(&wanted));
        let only = match (begun.next(), begun.next()) {
            (Some(episode), None) => Some(episode),
            _ => None,
        };
        exact.or(only).cloned().ok_or_else(|| {
            let nearest = nearest_name(name, KNOWN.iter().map(|episode| &*episode.name)).map(str::to_owned);
            InputError::UnknownName { kind: "episode", name: name.to_owned(), nearest }
        })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first day.
    #[must_use]
    pub fn from(&self) -> Day {
        self.from
    }

    /// The last day.
    #[must_use]
    pub fn to(&self) -> Day {
        self.to
    }

    /// The rows of the data that lie in the episode, and whether the data cover all of it.
    ///
    /// # Shapes and units
    /// The day of each row, each later than the one before.
    ///
    /// # Errors
    /// [`Error::NotCovered`] where no row does; [`InputError::Empty`] without days; [`InputError::OutOfRange`] for a day
    /// that is not later than the one before.
    pub fn rows(&self, dates: &[Day]) -> Result<(Vec<usize>, Coverage), Error> {
        let (Some(&first), Some(&last)) = (dates.first(), dates.last()) else {
            return Err(InputError::Empty { what: "the list of days" }.into());
        };
        if let Some(row) = dates.windows(2).position(|pair| pair[0] >= pair[1]) {
            let (name, value) = ("the row of a day", (row + 1) as f64);
            return Err(InputError::OutOfRange { name, value, expected: "days that ascend" }.into());
        }
        let begin = dates.partition_point(|day| *day < self.from);
        let end = dates.partition_point(|day| *day <= self.to);
        if begin == end {
            let episode = self.name.to_string();
            return Err(Error::NotCovered { episode, from: self.from, to: self.to, first, last });
        }
        let whole = first <= self.from && last >= self.to;
        let partly = Coverage::Partly { first: dates[begin], last: dates[end - 1] };
        Ok(((begin..end).collect(), if whole { Coverage::Whole } else { partly }))
    }

    /// The periods of the episode as scenarios that are all as likely.
    ///
    /// # Errors
    /// As [`Episode::rows`], and [`InputError::LengthMismatch`] unless each row has its day.
    pub fn scenarios(&self, returns: &Returns, dates: &[Day]) -> Result<(Scenarios, Coverage), Error> {
        let (rows, coverage) = self.rows_of(returns, dates)?;
        Ok((Scenarios::equal(returns.rows(&rows)?), coverage))
    }

    /// The returns over the whole episode, compounded, as a stress.
    ///
    /// # Errors
    /// As [`Episode::scenarios`].
    pub fn stress(&self, returns: &Returns, dates: &[Day]) -> Result<(Stress, Coverage), Error> {
        let (rows, coverage) = self.rows_of(returns, dates)?;
        let compounded = |asset: usize| {
            let column = returns.column(asset);
            Some(rows.iter().map(|&row| 1.0 + column[row]).product::<f64>() - 1.0)
        };
        let shocks = (0..returns.assets()).map(compounded).collect();
        Ok((Stress::new(shocks, vec![1.0; returns.assets()], None)?, coverage))
    }

    fn rows_of(&self, returns: &Returns, dates: &[Day]) -> Result<(Vec<usize>, Coverage), Error> {
        let (expected, actual) = (returns.observations(), dates.len());
        if expected != actual {
            return Err(InputError::LengthMismatch { what: "the list of days", expected, actual }.into());
        }
        self.rows(dates)
    }
}
