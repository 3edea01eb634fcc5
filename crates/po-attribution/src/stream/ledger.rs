//! The account of a portfolio, bar by bar.

use po_core::InputError;
use pulp::{Arch, Simd, WithSimd};

use super::account::{Account, Lines};
use super::facts::Slot;
use super::lanes::{add_scaled, scaled_total};
use super::params::OPEN;
use super::statement::LEVELS;
use super::{Calendar, LedgerParams, Rollup, Statement};
use crate::Error;
use crate::sum::Sum;

/// The account of a portfolio, bar by bar: where its profit came from, by asset, stage and factor, over every
/// bar, day, month and year, and since inception.
///
/// ```text
/// W_t = W_{t-1} (1 + Σ_i h_i r_i + (1 - Σ_i h_i) r_cash) - costs
/// ```
///
/// W is the wealth, h what was held, r the returns. What each line holds is told at [`Statement`], which also
/// holds the equations between lines; they hold at every instant.
///
/// **Levels.** A bar is booked to an account of its own. The next bar adds it to the running day, a new day
/// adds the old one to the running month, and so on. A period of account is read as the sum of the levels
/// that are still open, and a closed one as it was.
///
/// **Before the first bar** costs can be booked, of buying the first portfolio: they belong to the first day.
///
/// **Ruin.** A bar that leaves no wealth is booked like any other, and what went wrong can be read; the next
/// bar is refused, because there is nothing that its weights could be fractions of.
///
/// With the feature `serde` a ledger can be written and read back, and goes on bit for bit in every format:
/// it is written as the bits of its numbers.
///
/// # Shapes and units
/// Lines are in the money of the wealth, whatever it is; a wealth of 1 makes them fractions of the start.
///
/// # Cost
/// A bar reads its N (S + 4) + N K numbers once, copies all but exposures, and adds to 2 N lines. Memory: 2 N
/// numbers for each line of assets, in each period that is remembered; N (S + 4) for each bar.
///
/// # Examples
/// ```
/// use po_attribution::{AttributionLedger, Calendar, LedgerBar, LedgerParams, Rollup};
///
/// let params = LedgerParams { assets: 2, stages: 1, ..LedgerParams::default() };
/// let mut ledger = AttributionLedger::new(params, 1000.0)?;
/// // An optimiser moved the portfolio from half and half to all in the first asset.
/// ledger.update(&LedgerBar {
///     calendar: Calendar { year: 2024, month: 1, day: 2 },
///     returns: &[0.5, 0.25],
///     held: &[1.0, 0.0],
///     stages: &[0.5, 0.5, 1.0, 0.0],
///     ..LedgerBar::default()
/// })?;
/// ledger.charge(&[0.125, 0.0])?;
/// let month = ledger.statement(Rollup::Month);
/// assert_eq!((month.stage(0), month.stage(1), month.execution()), (375.0, 125.0, 0.0));
/// assert_eq!((month.asset(0), month.cost(0), ledger.wealth()), (500.0, 187.5, 1312.5));
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// Sums without rounding errors: Knuth, *The Art of Computer Programming 2*, section 4.2.2, theorem B; Neumaier
/// (1974). Contributions that need no linking: at [`Statement`].
///
/// # Settings
/// [`LedgerParams`].
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "super::snapshot::LedgerState", into = "super::snapshot::LedgerState")
)]
pub struct AttributionLedger {
    pub(super) params: LedgerParams,
    pub(super) wealth: Sum,
    /// Bars booked. Bar b, counted from 1, is in slot b modulo their number; slot 0 begins with no bar.
    pub(super) bars: u64,
    /// Of the last bar.
    pub(super) calendar: Calendar,
    pub(super) slots: Vec<Slot>,
    /// The running day without the last bar, the running month without that day, and so on.
    pub(super) open: [Account; OPEN],
    /// Days, months and years that are over.
    pub(super) closed: [Closed; 3],
    /// The returns of a bar without gaps.
    pub(super) returns: Vec<f64>,
}

/// Periods of one length that are over.
#[derive(Clone, Debug)]
pub(super) struct Closed {
    /// Period p, counted from 0, is in place p modulo their number.
    pub(super) accounts: Vec<Account>,
    /// How many are over, forgotten ones included.
    pub(super) count: u64,
}

impl AttributionLedger {
    /// A ledger that begins with some wealth.
    ///
    /// # Errors
    /// [`InputError::Empty`] without assets, [`InputError::OutOfRange`] for a wealth that is not a positive number
    /// up to 1e200, and for more to remember than an address can count.
    pub fn new(params: LedgerParams, wealth: f64) -> Result<Self, Error> {
        params.check()?;
        if !(wealth > 0.0 && wealth <= super::update::LARGEST) {
            let (name, expected) = ("the wealth at the start", "a positive number, at most 1e200");
            return Err(InputError::OutOfRange { name, value: wealth, expected }.into());
        }
        let (lines, wealth) = (Lines::of(&params), Sum::of(wealth));
        let account = || Account::new(lines, wealth);
        let keep = [params.keep.days, params.keep.months, params.keep.years];
        Ok(Self {
            wealth,
            bars: 0,
            calendar: Calendar::default(),
            slots: (0..params.slots()).map(|_| Slot::new(&params, wealth)).collect(),
            open: std::array::from_fn(|_| account()),
            closed: keep.map(|keep| Closed { accounts: (0..keep).map(|_| account()).collect(), count: 0 }),
            returns: vec![0.0; params.assets],
            params,
        })
    }

    /// Books costs of trades to the bar just updated: fractions of the wealth there is now.
    ///
    /// They can be booked piece by piece, each a fraction of what the one before it left; what is below zero
    /// is a rebate.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one cost for each asset, [`InputError::AssetOutOfRange`] for
    /// one that is not a finite number, [`Error::Ruined`] when there is no wealth to pay from. The ledger is
    /// then as it was.
    pub fn charge(&mut self, costs: &[f64]) -> Result<(), Error> {
        super::params::check_length("the list of costs", self.params.assets, costs.len())?;
        let wealth = self.wealth_to_share()?;
        let total = Arch::new().dispatch(ScaledTotal { wealth, costs });
        if !super::update::is_moderate(total) {
            let wrong = costs.iter().position(|cost| !cost.is_finite()).unwrap_or_default();
            let (name, value, expected) = ("the cost", costs[wrong], "a finite number, below 1e200 in money");
            return Err(InputError::AssetOutOfRange { name, asset: wrong, value, expected }.into());
        }
        let (lines, slot) = (Lines::of(&self.params), self.slot(self.bars));
        let account = &mut self.slots[slot].account;
        Arch::new().dispatch(AddCosts { wealth, costs, account, lines });
        account.charged = true;
        self.wealth = self.wealth.without(total);
        Ok(())
    }

    /// The wealth now.
    #[must_use]
    pub fn wealth(&self) -> f64 {
        self.wealth.value()
    }

    /// Bars booked.
    #[must_use]
    pub fn bars(&self) -> u64 {
        self.bars
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &LedgerParams {
        &self.params
    }

    /// The calendar of the last bar; none before the first.
    #[must_use]
    pub fn calendar(&self) -> Option<Calendar> {
        (self.bars > 0).then_some(self.calendar)
    }

    /// The account of the running period: of the last bar, or of the day, the month, the year so far.
    #[must_use]
    pub fn statement(&self, period: Rollup) -> Statement<'_> {
        let bar = &self.slots[self.slot(self.bars)].account;
        let [day, month, year, inception] = &self.open;
        let accounts: [&Account; LEVELS] = [bar, day, month, year, inception];
        let level = period as usize;
        Statement::open(Lines::of(&self.params), accounts, level + 1, [accounts[level].start, self.wealth])
    }

    /// The account of a period that is over, 0 for the last one; none for one that is not remembered, and for
    /// the period since inception, which never ends.
    ///
    /// Of bars, those are remembered that can be restated.
    #[must_use]
    pub fn closed(&self, period: Rollup, ago: usize) -> Option<Statement<'_>> {
        let account = match period {
            Rollup::Bar => {
                let bar = self.bars.checked_sub(u64::try_from(ago).ok()?.checked_add(1)?)?;
                if bar == 0 || ago.checked_add(1)? >= self.params.keep.bars {
                    return None;
                }
                &self.slots[self.slot(bar)].account
            }
            Rollup::Day | Rollup::Month | Rollup::Year => {
                let closed = &self.closed[period as usize - 1];
                closed.get(closed.count.checked_sub(u64::try_from(ago).ok()?.checked_add(1)?)?)?
            }
            Rollup::Inception => return None,
        };
        Some(Statement::closed(Lines::of(&self.params), account))
    }

    /// Where a bar is in memory.
    pub(super) fn slot(&self, bar: u64) -> usize {
        place(bar, self.slots.len())
    }

    /// What weights and costs are fractions of.
    pub(super) fn wealth_to_share(&self) -> Result<f64, Error> {
        let wealth = self.wealth.value();
        if wealth > 0.0 { Ok(wealth) } else { Err(Error::Ruined { wealth }) }
    }
}

struct ScaledTotal<'a> {
    wealth: f64,
    costs: &'a [f64],
}

impl WithSimd for ScaledTotal<'_> {
    type Output = Sum;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Sum {
        scaled_total(simd, self.wealth, self.costs)
    }
}

struct AddCosts<'a> {
    wealth: f64,
    costs: &'a [f64],
    account: &'a mut Account,
    lines: Lines,
}

impl WithSimd for AddCosts<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let range = self.lines.cost(0)..self.lines.cash();
        let (high, low) = (&mut self.account.high[range.clone()], &mut self.account.low[range]);
        add_scaled(simd, high, low, self.wealth, self.costs);
    }
}

impl Closed {
    /// A period that is still remembered.
    fn get(&self, period: u64) -> Option<&Account> {
        self.accounts.get(self.place_of(period)?)
    }

    /// Where a period is in memory, if it is over and still remembered.
    pub(super) fn place_of(&self, period: u64) -> Option<usize> {
        let length = self.accounts.len() as u64;
        let there = period < self.count && self.count - period <= length;
        there.then(|| place(period, self.accounts.len()))
    }

    /// Takes in the period that is over, in exchange for memory.
    pub(super) fn push(&mut self, account: &mut Account) {
        if !self.accounts.is_empty() {
            let place = place(self.count, self.accounts.len());
            std::mem::swap(&mut self.accounts[place], account);
        }
        self.count += 1;
    }
}

/// The place of a number in a ring.
fn place(number: u64, length: usize) -> usize {
    // The remainder is less than a length, which is a `usize`.
    usize::try_from(number % length as u64).unwrap_or_default()
}
