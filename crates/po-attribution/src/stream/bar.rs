//! What happened over one bar.

use std::fmt;

/// The day, the month and the year that a bar belongs to.
///
/// Any numbers that change when a new period begins: days since an epoch or days of the month, months from 1
/// to 12 or counted through, calendar years or fiscal ones. A new year begins a new month too, and a new
/// month a new day. (`year`, `month`, `day`) never decreases, the year compared first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Calendar {
    // Years stand first, because the order of calendars is the order of the fields.
    /// The year.
    pub year: i64,
    /// The month within it.
    pub month: i64,
    /// The day within that.
    pub day: i64,
}

/// The length of a period of account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Rollup {
    /// One bar, with the costs booked to it.
    Bar,
    /// The bars of one day.
    Day,
    /// The days of one month.
    Month,
    /// The months of one year.
    Year,
    /// All bars.
    Inception,
}

impl Rollup {
    /// Every period of account, the shortest first.
    pub const ALL: [Self; 5] = [Self::Bar, Self::Day, Self::Month, Self::Year, Self::Inception];
}

impl fmt::Display for Rollup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bar => "bar",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
            Self::Inception => "inception",
        })
    }
}

/// What happened over one bar: what was held, what it earned, and what had been decided.
///
/// # Shapes and units
/// N assets, K factors, S stages, as in the [`LedgerParams`](crate::LedgerParams). Weights are fractions of
/// the wealth at the start of the bar, returns are simple returns over the bar.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LedgerBar<'a> {
    /// The day, the month and the year that the bar belongs to.
    pub calendar: Calendar,
    /// N returns; NaN where there is no price: the position then earns nothing, and the return after it
    /// counts from the last price there was.
    pub returns: &'a [f64],
    /// N weights of what was held at the start of the bar.
    pub held: &'a [f64],
    /// N weights as last decided, before prices moved them; empty when they are those held.
    pub decided: &'a [f64],
    /// S + 1 rows of N weights: the portfolio before any decision, then the one after each stage; the last
    /// is what was asked to be held. Empty when S is zero.
    pub stages: &'a [f64],
    /// What cash earned, of which there is 1 - Σ held.
    pub cash_return: f64,
    /// N x K exposures, factor after factor; empty when K is zero.
    pub exposures: &'a [f64],
    /// K returns of factors.
    pub factor_returns: &'a [f64],
}
