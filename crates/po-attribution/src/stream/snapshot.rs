//! How a ledger is written to a file and read back, bit for bit.

use po_core::InputError;

use super::account::Account;
use super::params::{OPEN, check_length};
use super::update::LARGEST;
use super::{AttributionLedger, Calendar, LedgerParams};
use crate::Error;
use crate::sum::Sum;

/// Numbers as the integers that have their bits: not every text format reads a decimal number back as it was.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
struct Bits(Vec<i64>);

impl Bits {
    fn of<'a>(numbers: impl Iterator<Item = &'a mut f64>) -> Self {
        Self(numbers.map(|number| number.to_bits().cast_signed()).collect())
    }

    /// Writes the numbers, of which there are enough.
    fn restore<'a>(&self, numbers: impl Iterator<Item = &'a mut f64>, gaps: bool) -> Result<(), InputError> {
        for (number, bits) in numbers.zip(&self.0) {
            *number = f64::from_bits(bits.cast_unsigned());
            let is_good = number.abs() <= LARGEST || (gaps && number.is_nan());
            if !is_good {
                let (name, expected) = ("a number of the state", "a number in [-1e200, 1e200]");
                return Err(InputError::OutOfRange { name, value: *number, expected });
            }
        }
        Ok(())
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "AttributionLedger", deny_unknown_fields)]
pub(super) struct LedgerState {
    params: LedgerParams,
    bars: u64,
    calendar: Calendar,
    /// Days, months and years that are over.
    closed: [u64; 3],
    /// Of each bar in memory, the periods that were over when it began.
    periods: Vec<[u64; 3]>,
    /// The bars of each account, and whether it has costs.
    accounts: Vec<(u64, bool)>,
    /// Returns of bars in memory, which may be missing.
    returns: Bits,
    /// All other numbers.
    numbers: Bits,
}

impl From<AttributionLedger> for LedgerState {
    fn from(mut ledger: AttributionLedger) -> Self {
        Self {
            params: ledger.params.clone(),
            bars: ledger.bars,
            calendar: ledger.calendar,
            closed: [0, 1, 2].map(|level: usize| ledger.closed[level].count),
            periods: ledger.slots.iter().map(|slot| slot.facts.periods).collect(),
            accounts: ledger.accounts().map(|account| (account.bars, account.charged)).collect(),
            returns: Bits::of(ledger.returns_kept()),
            numbers: Bits::of(ledger.numbers()),
        }
    }
}

impl TryFrom<LedgerState> for AttributionLedger {
    type Error = Error;

    fn try_from(state: LedgerState) -> Result<Self, Error> {
        // Lengths come first: a file that claims more than it has is refused before room is made for it.
        state.check()?;
        let mut ledger = Self::new(state.params, 1.0)?;
        (ledger.bars, ledger.calendar) = (state.bars, state.calendar);
        ledger.closed.iter_mut().zip(state.closed).for_each(|(closed, count)| closed.count = count);
        for (slot, periods) in ledger.slots.iter_mut().zip(state.periods) {
            slot.facts.periods = periods;
        }
        for (account, (bars, charged)) in ledger.accounts().zip(state.accounts) {
            (account.bars, account.charged) = (bars, charged);
        }
        state.returns.restore(ledger.returns_kept(), true)?;
        state.numbers.restore(ledger.numbers(), false)?;
        Ok(ledger)
    }
}

impl LedgerState {
    fn check(&self) -> Result<(), Error> {
        self.params.check()?;
        let params = &self.params;
        let slots = params.slots();
        let returns = if params.keep.bars == 0 { 0 } else { slots.saturating_mul(params.assets) };
        // Two numbers for the wealth, and one in each bar.
        let numbers = params.size().unwrap_or(usize::MAX).saturating_add(2).saturating_add(slots);
        check_length("the list of missing and other returns", returns, self.returns.0.len())?;
        check_length("the list of numbers", numbers.saturating_sub(returns), self.numbers.0.len())?;
        check_length("the list of periods", slots, self.periods.len())?;
        check_length(
            "the list of accounts",
            params.account_count().unwrap_or(usize::MAX),
            self.accounts.len(),
        )?;
        // The last bar, and the levels that are open without it, hold every bar once.
        let last = usize::try_from(self.bars % slots as u64).unwrap_or_default();
        let open = self.accounts[slots..slots + OPEN].iter().chain([&self.accounts[last]]);
        let counted = open.fold(0_u64, |sum, (bars, _)| sum.saturating_add(*bars));
        let most = self.accounts.iter().map(|(bars, _)| *bars).max().unwrap_or_default();
        if counted != self.bars || most > self.bars || self.bars > i64::MAX.cast_unsigned() {
            let (name, expected) = ("the count of bars", "as many as its accounts have");
            return Err(InputError::OutOfRange { name, value: self.bars as f64, expected }.into());
        }
        for (period, &closed) in self.closed.iter().enumerate() {
            let latest = self.periods.iter().map(|periods| periods[period]).max();
            if closed > self.bars || latest.is_some_and(|latest| latest > closed) {
                let (name, expected) = ("the count of periods that are over", "what its bars allow");
                return Err(InputError::OutOfRange { name, value: closed as f64, expected }.into());
            }
        }
        Ok(())
    }
}

impl AttributionLedger {
    /// Every account, in a fixed order.
    fn accounts(&mut self) -> impl Iterator<Item = &mut Account> {
        let bars = self.slots.iter_mut().map(|slot| &mut slot.account);
        let closed = self.closed.iter_mut().flat_map(|closed| &mut closed.accounts);
        bars.chain(&mut self.open).chain(closed)
    }

    fn returns_kept(&mut self) -> impl Iterator<Item = &mut f64> {
        self.slots.iter_mut().flat_map(|slot| &mut slot.facts.returns)
    }

    /// Every other number, in a fixed order.
    fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        let Self { wealth, slots, open, closed, .. } = self;
        let bars = slots.iter_mut().flat_map(|slot| {
            let facts = &mut slot.facts;
            let weights = facts.held.iter_mut().chain(&mut facts.decided).chain(&mut facts.stages);
            slot.account.numbers().chain([&mut facts.wealth]).chain(weights)
        });
        let closed = closed.iter_mut().flat_map(|closed| &mut closed.accounts);
        let others = open.iter_mut().chain(closed).flat_map(Account::numbers);
        wealth.parts().into_iter().chain(bars).chain(others)
    }
}

impl Account {
    fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        let Self { high, low, start, end, .. } = self;
        high.iter_mut().chain(low).chain(start.parts()).chain(end.parts())
    }
}

impl Sum {
    fn parts(&mut self) -> [&mut f64; 2] {
        [&mut self.high, &mut self.low]
    }
}
