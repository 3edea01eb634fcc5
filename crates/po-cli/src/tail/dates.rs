//! Dates along an axis.

use jiff::civil::DateTime;

use super::chart::Axis;
use crate::correlation::ticks;

/// Dates, oldest first, and their places from zero to one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dates<'a> {
    dates: &'a [DateTime],
    seconds: f64,
}

impl<'a> Dates<'a> {
    /// There is at least one date.
    pub(super) fn new(dates: &'a [DateTime]) -> Self {
        let seconds = dates[0].duration_until(dates[dates.len() - 1]).as_secs_f64().max(1.0);
        Self { dates, seconds }
    }

    fn of(&self, date: DateTime) -> f64 {
        self.dates[0].duration_until(date).as_secs_f64() / self.seconds
    }

    /// Where a row stands on the axis.
    pub(super) fn at(&self, row: usize) -> f64 {
        self.of(self.dates[row])
    }

    /// The axis, with ticks at years, months or dates.
    pub(super) fn axis(&self) -> Axis {
        let ticks = ticks(self.dates).into_iter().map(|(date, label)| (self.of(date), label));
        Axis::told((0.0, 1.0), ticks.collect())
    }
}
