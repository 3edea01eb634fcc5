//! The account of one period, as it is read.

use po_core::InputError;

use super::account::{Account, Lines};
use super::params::check_length;
use crate::Error;
use crate::sum::Sum;

/// Where the profit of one period came from.
///
/// ```text
/// end - start = Σ_i asset_i + drift + cash - Σ_i cost_i + restated
/// market      = Σ_i asset_i + drift
///             = stage_0 + Σ_s stage_s + execution
///             = Σ_k factor_k + specific
/// ```
///
/// A view: nothing is copied, and what is not asked for is not added up. The equations hold to the rounding
/// of the numbers that are read, however many bars the period has, because the lines are kept with twice the
/// digits of a number.
///
/// **No linking.** Lines are money. Divided by the wealth at the start of the period
/// ([`contribution`](Self::contribution)) they are contributions to the period's compound return, and add up
/// to it without a coefficient that spreads a remainder:
///
/// ```text
/// Σ_t W_{t-1} c_t / W_0 = Σ_t c_t Π_{s<t} (1 + R_s)
/// ```
///
/// # Shapes and units
/// Lines are in the money of the wealth; contributions are fractions. A line that there is not is zero.
///
/// # Cost
/// A line of an asset costs at most five additions, one for each level that is still open; a sum over assets
/// costs that for each of them.
///
/// # Examples
/// ```
/// use po_attribution::{AttributionLedger, LedgerBar, LedgerParams, Rollup};
///
/// let mut ledger = AttributionLedger::new(LedgerParams { assets: 2, ..LedgerParams::default() }, 100.0)?;
/// let returns = [0.5, -0.25];
/// ledger.update(&LedgerBar { returns: &returns, held: &[0.5, 0.5], ..LedgerBar::default() })?;
/// ledger.update(&LedgerBar { returns: &returns, held: &[0.0, 1.0], ..LedgerBar::default() })?;
/// let day = ledger.statement(Rollup::Day);
/// assert_eq!((day.start(), day.end(), day.asset(0), day.asset(1)), (100.0, 84.375, 25.0, -40.625));
/// assert_eq!(day.contribution(day.asset(0)) + day.contribution(day.asset(1)), day.period_return());
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// The equation under *No linking* is the linking rule of the Groupe de recherche en attribution de
/// performance (GRAP 1997), and that of Frongello (2002) for a benchmark that earns nothing; here it is
/// nothing but the sum of profits.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    lines: Lines,
    /// The accounts that add up to the period; the last ones are repeated where there are fewer.
    accounts: [&'a Account; LEVELS],
    levels: usize,
    start: Sum,
    end: Sum,
}

/// Bar, day, month, year and inception.
pub(super) const LEVELS: usize = 5;

impl<'a> Statement<'a> {
    /// An account that is closed.
    pub(super) fn closed(lines: Lines, account: &'a Account) -> Self {
        Self { lines, accounts: [account; LEVELS], levels: 1, start: account.start, end: account.end }
    }

    /// The levels that are open, up to the one that began at `start`.
    pub(super) fn open(
        lines: Lines,
        accounts: [&'a Account; LEVELS],
        levels: usize,
        [start, end]: [Sum; 2],
    ) -> Self {
        Self { lines, accounts, levels, start, end }
    }

    /// The wealth at the start.
    #[must_use]
    pub fn start(&self) -> f64 {
        self.start.value()
    }

    /// The wealth at the end, or now.
    #[must_use]
    pub fn end(&self) -> f64 {
        self.end.value()
    }

    /// What was earned after costs: the end less the start.
    #[must_use]
    pub fn profit(&self) -> f64 {
        self.end.without(self.start).value()
    }

    /// The compound return of the period after costs: the profit as a fraction of the wealth at the start.
    #[must_use]
    pub fn period_return(&self) -> f64 {
        self.contribution(self.profit())
    }

    /// A line, or a sum of lines, as a fraction of the wealth at the start: a contribution to the return.
    #[must_use]
    pub fn contribution(&self, line: f64) -> f64 {
        line / self.start()
    }

    /// Bars of the period.
    #[must_use]
    pub fn bars(&self) -> u64 {
        self.levels().map(|account| account.bars).sum()
    }

    /// What an asset earned at the weights that were decided.
    #[must_use]
    pub fn asset(&self, asset: usize) -> f64 {
        if asset < self.lines.assets { self.line(asset).value() } else { 0.0 }
    }

    /// What all assets earned at the weights that were held, by which these differ from those decided: prices
    /// moved them, or orders were not filled.
    #[must_use]
    pub fn drift(&self) -> f64 {
        self.line(self.lines.drift()).value()
    }

    /// What cash earned.
    #[must_use]
    pub fn cash(&self) -> f64 {
        self.line(self.lines.cash()).value()
    }

    /// What trading an asset cost.
    #[must_use]
    pub fn cost(&self, asset: usize) -> f64 {
        if asset < self.lines.assets { self.line(self.lines.cost(asset)).value() } else { 0.0 }
    }

    /// What trading cost.
    #[must_use]
    pub fn costs(&self) -> f64 {
        self.total(self.lines.cost(0)).value()
    }

    /// What was held earned, cash and costs apart.
    #[must_use]
    pub fn market(&self) -> f64 {
        self.market_by_stage().value()
    }

    /// What a stage of the decision added: the profit of the weights after it less that of those before it.
    ///
    /// Stage 0 is the portfolio before any decision: its whole profit. In a ledger without stages that is
    /// what was held.
    #[must_use]
    pub fn stage(&self, stage: usize) -> f64 {
        if stage <= self.lines.stages { self.line(self.lines.stage(stage)).value() } else { 0.0 }
    }

    /// What was held earned beyond what the last stage asked to be held.
    #[must_use]
    pub fn execution(&self) -> f64 {
        self.line(self.lines.execution()).value()
    }

    /// What the exposure to a factor earned.
    #[must_use]
    pub fn factor(&self, factor: usize) -> f64 {
        if factor < self.lines.factors { self.line(self.lines.factor(factor)).value() } else { 0.0 }
    }

    /// What was held earned beyond the factors.
    #[must_use]
    pub fn specific(&self) -> f64 {
        self.line(self.lines.specific()).value()
    }

    /// What trades gained when the prices they were booked at were restated.
    #[must_use]
    pub fn restated(&self) -> f64 {
        self.line(self.lines.restated()).value()
    }

    /// What some assets earned at the weights that were decided; an asset named twice counts twice.
    #[must_use]
    pub fn group(&self, assets: &[usize]) -> f64 {
        let members = || assets.iter().filter(|&&asset| asset < self.lines.assets);
        self.levels().fold(0.0, |sum, account| sum + members().map(|&asset| account.high[asset]).sum::<f64>())
    }

    /// Writes what each group of assets earned at the weights that were decided: asset i belongs to group
    /// `groups[i]`.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless each asset has a group, [`InputError::AssetOutOfRange`] for a group
    /// that `earned` has no place for; `earned` then keeps what it held.
    pub fn groups_into(&self, groups: &[usize], earned: &mut [f64]) -> Result<(), Error> {
        self.by_group(0, groups, earned)
    }

    /// Writes what trading each group of assets cost.
    ///
    /// # Errors
    /// As [`groups_into`](Self::groups_into).
    pub fn group_costs_into(&self, groups: &[usize], costs: &mut [f64]) -> Result<(), Error> {
        self.by_group(self.lines.cost(0), groups, costs)
    }

    /// Writes what each asset earned at the weights that were decided.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one place for each asset.
    pub fn assets_into(&self, earned: &mut [f64]) -> Result<(), Error> {
        check_length("the list of profits", self.lines.assets, earned.len())?;
        earned.iter_mut().enumerate().for_each(|(asset, earned)| *earned = self.line(asset).value());
        Ok(())
    }

    /// What the lines leave unexplained of the change of wealth: nothing but the rounding of sums that have
    /// twice the digits of a number.
    #[must_use]
    pub fn residual(&self) -> f64 {
        let lines = &self.lines;
        let others = [lines.drift(), lines.cash(), lines.restated()];
        let explained = others
            .iter()
            .fold(self.total(0), |sum, &line| sum.and(self.line(line)))
            .without(self.total(lines.cost(0)));
        self.end.without(self.start).without(explained).value()
    }

    fn levels(&self) -> impl Iterator<Item = &'a Account> + use<'a> {
        let (accounts, levels) = (self.accounts, self.levels);
        accounts.into_iter().take(levels)
    }

    /// A line that there is.
    fn line(&self, line: usize) -> Sum {
        self.levels().fold(Sum::ZERO, |sum, account| sum.and(account.line(line)))
    }

    /// The sum over the assets of the lines that begin at `first`.
    fn total(&self, first: usize) -> Sum {
        (first..first + self.lines.assets).fold(Sum::ZERO, |sum, line| sum.and(self.line(line)))
    }

    fn market_by_stage(&self) -> Sum {
        let stages = (0..=self.lines.stages).map(|stage| self.line(self.lines.stage(stage)));
        stages.fold(self.line(self.lines.execution()), Sum::and)
    }

    fn by_group(&self, first: usize, groups: &[usize], sums: &mut [f64]) -> Result<(), Error> {
        check_length("the list of groups", self.lines.assets, groups.len())?;
        if let Some(asset) = groups.iter().position(|&group| group >= sums.len()) {
            let (name, value, expected) =
                ("the group", groups[asset] as f64, "less than the number of groups");
            return Err(InputError::AssetOutOfRange { name, asset, value, expected }.into());
        }
        sums.fill(0.0);
        for account in self.levels() {
            for (&group, line) in groups.iter().zip(&account.high[first..]) {
                sums[group] += line;
            }
        }
        Ok(())
    }
}
