//! One bar, taken in.

use po_core::InputError;
use pulp::{Arch, Simd, WithSimd};

use super::account::{Account, Lines};
use super::book::{Book, Booked};
use super::lanes::add_lines;
use super::params::check_length;
use super::{AttributionLedger, Calendar, LedgerBar, LedgerParams, Rollup};
use crate::Error;
use crate::sum::Sum;

/// Sums beyond this are refused, so that no sum of them overflows.
pub(super) const LARGEST: f64 = 1e200;

/// Whether a sum is a number, and none that will overflow.
pub(super) fn is_moderate(sum: Sum) -> bool {
    sum.is_finite() && sum.value().abs() <= LARGEST
}

impl AttributionLedger {
    /// Books what was held over one bar.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] for a list that is not as long as the settings ask for,
    /// [`InputError::AssetOutOfRange`] and [`InputError::OutOfRange`] for a number that is not finite (a return may be
    /// NaN), [`Error::CalendarBackwards`] for a bar of a period before that of the bar before it,
    /// [`Error::Ruined`] when there is no wealth to hold anything of. The ledger is then as it was.
    pub fn update(&mut self, bar: &LedgerBar<'_>) -> Result<(), Error> {
        check_lengths(&self.params, bar)?;
        check_calendar(self.calendar(), bar.calendar)?;
        let wealth = self.wealth_to_share()?;

        let (last, next) = (self.slot(self.bars), self.slot(self.bars + 1));
        let lines = Lines::of(&self.params);
        let slot = &mut self.slots[next];
        let (assets, others) = slot.account.high.split_at_mut(lines.assets);
        let (stages, factors) = others[lines.stage(0) - lines.assets..].split_at_mut(lines.stages + 1);
        let book =
            Book { bar, wealth, returns: &mut self.returns, assets, stages, factors, facts: &mut slot.facts };
        let booked = Arch::new().dispatch(book);
        if !is_whole(&booked, &slot.account.high[lines.stage(0)..]) {
            return Err(what_is_wrong(bar, &booked).into());
        }
        let profit = booked.held.plus(booked.cash);
        if !is_moderate(self.wealth.and(profit)) {
            return Err(what_is_wrong(bar, &booked).into());
        }
        settle(&mut slot.account, lines, &booked);

        self.slots[last].account.end = self.wealth;
        self.open[0].take_in(&self.slots[last].account, lines);
        if self.bars > 0 {
            self.close_before(bar.calendar, lines);
        }
        self.bars += 1;
        self.calendar = bar.calendar;
        let slot = &mut self.slots[next];
        (slot.account.start, slot.account.end) = (self.wealth, self.wealth);
        slot.facts.wealth = wealth;
        slot.facts.periods = [self.closed[0].count, self.closed[1].count, self.closed[2].count];
        self.wealth = self.wealth.and(profit);
        Ok(())
    }

    /// Closes the periods that end where a bar of this calendar begins.
    fn close_before(&mut self, calendar: Calendar, lines: Lines) {
        let last = self.calendar;
        let ended = match () {
            () if calendar.year != last.year => 3,
            () if calendar.month != last.month => 2,
            () if calendar.day != last.day => 1,
            () => 0,
        };
        for level in 0..ended {
            let (below, above) = self.open.split_at_mut(level + 1);
            let (Some(account), Some(next)) = (below.last_mut(), above.first_mut()) else { continue };
            account.end = self.wealth;
            next.take_in(account, lines);
            self.closed[level].push(account);
            account.clear(self.wealth);
        }
    }
}

/// Writes the lines that follow from others, and clears those that a bar begins without.
fn settle(account: &mut Account, lines: Lines, booked: &Booked) {
    account.low.fill(0.0);
    if account.charged {
        account.high[lines.cost(0)..lines.cash()].fill(0.0);
        account.charged = false;
    }
    account.bars = 1;
    account.set(lines.cash(), Sum::of(booked.cash));
    account.set(lines.drift(), booked.held.without(booked.decided));
    account.set(lines.restated(), Sum::ZERO);

    // Profits of whole portfolios become those of the steps between them, the last one first. Without stages
    // there is one portfolio, the one held.
    if lines.stages == 0 {
        account.set(lines.stage(0), booked.held);
        account.set(lines.execution(), Sum::ZERO);
    } else {
        let asked = account.high[lines.stage(lines.stages)];
        account.set(lines.execution(), booked.held.without(Sum::of(asked)));
        for stage in (1..=lines.stages).rev() {
            let (before, after) = (account.high[lines.stage(stage - 1)], account.high[lines.stage(stage)]);
            account.set(lines.stage(stage), Sum::of_difference(after, before));
        }
    }
    let factors = &account.high[lines.factor(0)..];
    let specific = booked.held.plus_all(factors.iter().map(|factor| -factor));
    account.set(lines.specific(), specific);
}

impl Account {
    fn set(&mut self, line: usize, amount: Sum) {
        (self.high[line], self.low[line]) = (amount.high, amount.low);
    }

    /// Adds a shorter period that is over.
    fn take_in(&mut self, period: &Self, lines: Lines) {
        Arch::new().dispatch(TakeIn { account: self, period, lines });
        self.bars += period.bars;
        self.charged |= period.charged;
    }
}

struct TakeIn<'a> {
    account: &'a mut Account,
    period: &'a Account,
    lines: Lines,
}

impl WithSimd for TakeIn<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { account, period, lines } = self;
        // Costs stand between the profits of assets and the other lines.
        let (with_costs, without) = ([0..lines.len(), 0..0], [0..lines.assets, lines.cash()..lines.len()]);
        for range in if period.charged { with_costs } else { without } {
            let (high, low) = (&mut account.high[range.clone()], &mut account.low[range.clone()]);
            add_lines(simd, high, low, &period.high[range.clone()], &period.low[range]);
        }
    }
}

/// Whether all that was added up is a number.
fn is_whole(booked: &Booked, portfolios: &[f64]) -> bool {
    let sums = is_moderate(booked.held) && is_moderate(booked.decided) && booked.cash.abs() <= LARGEST;
    sums && portfolios.iter().fold(true, |all, earned| all & (earned.abs() <= LARGEST))
}

fn check_lengths(params: &LedgerParams, bar: &LedgerBar<'_>) -> Result<(), Error> {
    let &LedgerParams { assets, factors, .. } = params;
    check_length("the list of returns", assets, bar.returns.len())?;
    check_length("the list of weights held", assets, bar.held.len())?;
    if !bar.decided.is_empty() {
        check_length("the list of weights decided", assets, bar.decided.len())?;
    }
    // The products were found to fit when the ledger was made.
    check_length("the table of stages", assets * params.stage_rows(), bar.stages.len())?;
    check_length("the table of exposures", assets.saturating_mul(factors), bar.exposures.len())?;
    check_length("the list of returns of factors", factors, bar.factor_returns.len())
}

fn check_calendar(last: Option<Calendar>, next: Calendar) -> Result<(), Error> {
    let Some(last) = last.filter(|last| next < *last) else { return Ok(()) };
    let (period, last, value) = match () {
        () if next.year != last.year => (Rollup::Year, last.year, next.year),
        () if next.month != last.month => (Rollup::Month, last.month, next.month),
        () => (Rollup::Day, last.day, next.day),
    };
    Err(Error::CalendarBackwards { period, last, value })
}

/// The first number of a bar that cannot be booked.
#[cold]
fn what_is_wrong(bar: &LedgerBar<'_>, booked: &Booked) -> InputError {
    let finite = "a finite number";
    let tables = [
        ("the weight held", bar.held),
        ("the weight decided", bar.decided),
        ("the weight after a stage", bar.stages),
        ("the exposure to a factor", bar.exposures),
    ];
    if let Some(asset) = bar.returns.iter().position(|value| value.is_infinite()) {
        let (name, expected) = ("the return", "a finite number, or NaN where there is no price");
        return InputError::AssetOutOfRange { name, asset, value: bar.returns[asset], expected };
    }
    for (name, table) in tables {
        if let Some(place) = table.iter().position(|value| !value.is_finite()) {
            let (asset, value) = (place % bar.returns.len().max(1), table[place]);
            return InputError::AssetOutOfRange { name, asset, value, expected: finite };
        }
    }
    if let Some(&value) = bar.factor_returns.iter().find(|value| !value.is_finite()) {
        return InputError::OutOfRange { name: "the return of a factor", value, expected: finite };
    }
    if !bar.cash_return.is_finite() {
        return InputError::OutOfRange {
            name: "the return of cash",
            value: bar.cash_return,
            expected: finite,
        };
    }
    let (value, expected) = (booked.held.value(), "a number in [-1e200, 1e200]");
    InputError::OutOfRange { name: "the profit of the bar, or of a part of it,", value, expected }
}
