//! The settings of a ledger.

use po_core::InputError;

use crate::Error;

/// Settings of [`AttributionLedger`](crate::AttributionLedger).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `assets` | 0 | 1 or more | assets, N |
/// | `factors` | 0 | 0 or more | factors, K; none for no account by factor |
/// | `stages` | 0 | 0 or more | stages of a decision, S; none for no account by stage |
/// | `keep` | [`Keep`] | | what is remembered |
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct LedgerParams {
    /// Assets, N.
    pub assets: usize,
    /// Factors, K; none for no account by factor.
    pub factors: usize,
    /// Stages of a decision, S; none for no account by stage.
    pub stages: usize,
    /// What is remembered.
    pub keep: Keep,
}

/// How many bars and closed periods a ledger remembers.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `bars` | 5 | 0 or more | bars that can be restated, the last one included |
/// | `days` | 31 | 0 or more | days that are over |
/// | `months` | 24 | 0 or more | months that are over |
/// | `years` | 10 | 0 or more | years that are over |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct Keep {
    /// Bars that can be restated, the last one included.
    pub bars: usize,
    /// Days that are over.
    pub days: usize,
    /// Months that are over.
    pub months: usize,
    /// Years that are over.
    pub years: usize,
}

impl Default for Keep {
    fn default() -> Self {
        Self { bars: 5, days: 31, months: 24, years: 10 }
    }
}

impl LedgerParams {
    /// Refuses a ledger without assets, and one that no memory could hold.
    pub(super) fn check(&self) -> Result<(), InputError> {
        if self.assets == 0 {
            return Err(InputError::Empty { what: "the list of assets" });
        }
        let (name, expected) = ("the numbers to remember", "fewer than a memory holds");
        match self.size() {
            Some(size) if size < MOST_NUMBERS => Ok(()),
            size => {
                let value = size.map_or(f64::INFINITY, |size| size as f64);
                Err(InputError::OutOfRange { name, value, expected })
            }
        }
    }

    /// Lines of one account: profit and cost of each asset, stages with their base, factors, and the others.
    fn lines(&self) -> Option<usize> {
        let assets = self.assets.checked_mul(2)?;
        assets.checked_add(self.stages)?.checked_add(self.factors)?.checked_add(1 + OTHERS)
    }

    /// Numbers of the facts of one bar: growth, held, decided, and the stages.
    fn facts(&self) -> Option<usize> {
        if self.keep.bars == 0 {
            return Some(0);
        }
        self.assets.checked_mul(self.stage_rows().checked_add(3)?)
    }

    /// Rows of the table of stages: none without stages, else one more than there are.
    pub(super) fn stage_rows(&self) -> usize {
        if self.stages == 0 { 0 } else { self.stages.saturating_add(1) }
    }

    /// Bars in memory: one more than can be restated, so that a bar that is refused damages none.
    pub(super) fn slots(&self) -> usize {
        self.keep.bars.max(1).saturating_add(1)
    }

    /// Accounts, if their number can be counted.
    pub(super) fn account_count(&self) -> Option<usize> {
        let Keep { days, months, years, .. } = self.keep;
        days.checked_add(months)?.checked_add(years)?.checked_add(OPEN)?.checked_add(self.slots())
    }

    /// All numbers in the accounts and the facts of a ledger.
    pub(super) fn size(&self) -> Option<usize> {
        let account = self.lines()?.checked_mul(2)?.checked_add(ENDS)?;
        let accounts = account.checked_mul(self.account_count()?)?;
        accounts.checked_add(self.facts()?.checked_mul(self.slots())?)
    }
}

/// Lines besides those of assets, stages and factors.
pub(super) const OTHERS: usize = 5;

/// Numbers that tell the wealth at both ends of an account.
const ENDS: usize = 4;

/// Accounts that are never closed or not yet: day, month, year and inception.
pub(super) const OPEN: usize = 4;

/// As many bytes as an address counts would be eight times as many.
const MOST_NUMBERS: usize = usize::MAX / 64;

/// Refuses a list that is not as long as it has to be.
pub(super) fn check_length(what: &'static str, expected: usize, actual: usize) -> Result<(), Error> {
    if expected == actual {
        return Ok(());
    }
    Err(InputError::LengthMismatch { what, expected, actual }.into())
}
