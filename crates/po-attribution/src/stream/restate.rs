//! Prices that are corrected afterwards.

use po_core::InputError;

use super::AttributionLedger;
use super::account::{Account, Lines};
use super::facts::{Facts, Slot};
use super::update::{LARGEST, is_moderate};
use crate::Error;
use crate::sum::Sum;

/// What moved when a price was restated, in money.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Restatement {
    /// What the position earned more in the bar that ends with the price.
    pub earned: f64,
    /// What it earned more from that price to the next one; zero while there is none.
    pub following: f64,
    /// What trades at the price gained.
    pub trades: f64,
    /// What the wealth now is more: the sum of the three, zero once there is a next price.
    pub wealth: f64,
}

impl AttributionLedger {
    /// Corrects the price of an asset at the end of a bar, 0 bars ago for the last: it is `ratio` times what was
    /// booked.
    ///
    /// ```text
    /// 1 + r_t      becomes   ρ (1 + r_t)
    /// 1 + r_{t+1}  becomes   (1 + r_{t+1}) / ρ
    /// ```
    ///
    /// Fills are facts: how many shares every portfolio had, what was paid for them, and what they cost to
    /// trade stays as it was, and so does cash. What a share was worth at the end of the bar changes. So profit
    /// moves between the two bars that the price divides, in every account that they are in:
    ///
    /// | Line | Bar t | Bar t + 1 |
    /// |---|---|---|
    /// | asset, drift, stages, execution, specific | (ρ - 1) (1 + `r_t`) m | (1 - ρ) m' |
    /// | restated | (ρ - 1) (m' - (1 + `r_t`) m) | |
    ///
    /// m and m' are the money of the position at the start of the two bars, in the portfolio that the line is
    /// of; in `restated`, in the one that was held. A trade at the end of bar t was done at the old price, and is
    /// worth more or less at the new one: that is the line `restated`, which stands in bar t as the costs of the
    /// trade do. The wealth between the two bars moves by (ρ - 1) m', the wealth now not at all.
    ///
    /// While there is no later price, the wealth now moves with the position, and the next return counts from
    /// the new price. Trades at a price are known from the next bar only: they are best done after its
    /// restatement.
    ///
    /// **Missing prices.** A bar without a price ends with the last one there was, the restated one. A price
    /// that arrives late is the restatement of a missing one.
    ///
    /// **Factors.** Exposures are as they were booked; what a price was wrong by is specific.
    ///
    /// **Periods** that are over and still remembered change as well; those that are forgotten only in the
    /// longer ones that they are part of.
    ///
    /// # Errors
    /// [`Error::NotKept`] for a bar that is not remembered; [`InputError::OutOfRange`] for an asset that there is not,
    /// for a ratio that is not a positive number, and for one so large that a sum overflows. The ledger is then
    /// as it was.
    ///
    /// # Cost
    /// S + 5 additions for each of the two bars in each of up to six accounts; nothing is played again.
    ///
    /// # Examples
    /// ```
    /// use po_attribution::{AttributionLedger, LedgerBar, LedgerParams, Rollup};
    ///
    /// let mut ledger = AttributionLedger::new(LedgerParams { assets: 1, ..LedgerParams::default() }, 100.0)?;
    /// ledger.update(&LedgerBar { returns: &[0.5], held: &[1.0], ..LedgerBar::default() })?;
    /// // Half is sold at 150, and the other half halves.
    /// ledger.update(&LedgerBar { returns: &[-0.5], held: &[0.5], ..LedgerBar::default() })?;
    /// assert_eq!(ledger.wealth(), 112.5);
    ///
    /// // The price had not risen by a half but fallen by a quarter: it was half of what was booked.
    /// let moved = ledger.restate(1, 0, 0.5)?;
    /// assert_eq!((moved.earned, moved.following, moved.trades, moved.wealth), (-75.0, 37.5, 37.5, 0.0));
    /// let day = ledger.statement(Rollup::Day);
    /// assert_eq!((day.asset(0), day.restated(), day.profit()), (-25.0, 37.5, 12.5));
    /// # Ok::<(), po_attribution::Error>(())
    /// ```
    pub fn restate(&mut self, bars_ago: usize, asset: usize, ratio: f64) -> Result<Restatement, Error> {
        let first = self.bar_to_restate(bars_ago)?;
        if asset >= self.params.assets {
            let (name, expected) = ("the index of the asset", "less than the number of assets");
            return Err(InputError::OutOfRange { name, value: asset as f64, expected }.into());
        }
        if !(ratio > 0.0 && ratio.is_finite()) {
            let (name, expected) = ("the ratio of prices", "a positive number");
            return Err(InputError::OutOfRange { name, value: ratio, expected }.into());
        }
        // Nothing is written before all is known to be writable.
        self.each_step(first, asset, ratio, |ledger, step| ledger.check_step(asset, ratio, step))?;
        let mut moved = Restatement::default();
        self.each_step(first, asset, ratio, |ledger, step| {
            moved.note(step, first);
            ledger.take_step(asset, step);
            Ok(())
        })?;
        Ok(moved)
    }

    fn bar_to_restate(&self, bars_ago: usize) -> Result<u64, Error> {
        let kept = usize::try_from(self.bars).unwrap_or(usize::MAX).min(self.params.keep.bars);
        if bars_ago < kept { Ok(self.bars - bars_ago as u64) } else { Err(Error::NotKept { bars_ago, kept }) }
    }

    /// Visits the bar that ends with the price, and those after it up to the next price.
    fn each_step(
        &mut self,
        first: u64,
        asset: usize,
        ratio: f64,
        mut visit: impl FnMut(&mut Self, &Step) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut before = 0.0;
        for bar in first..=self.bars {
            let step = self.step(bar, bar == first, asset, ratio, before);
            visit(self, &step)?;
            if step.is_last {
                break;
            }
            before = step.end;
        }
        Ok(())
    }

    /// What changes in one bar, when the wealth at its start has changed by `before`.
    fn step(&self, bar: u64, is_first: bool, asset: usize, ratio: f64, before: f64) -> Step {
        let facts = &self.slots[self.slot(bar)].facts;
        let (money, value) = (facts.wealth * facts.held[asset], facts.returns[asset]);
        let (is_priced, growth) = (!value.is_nan(), if value.is_nan() { 1.0 } else { 1.0 + value });
        let (rate, scale, value) = match (is_first, is_priced) {
            (true, _) => ((ratio - 1.0) * growth, 1.0, ratio * growth - 1.0),
            (false, true) => (-(ratio - 1.0), ratio, growth / ratio - 1.0),
            (false, false) => (0.0, ratio, value),
        };
        let held = rate * money;
        let is_last = !is_first && is_priced;
        let end = match () {
            () if is_last => 0.0,
            // The trades to come are not known yet.
            () if bar == self.bars => before + held,
            () => {
                let next = &self.slots[self.slot(bar + 1)].facts;
                (ratio - 1.0) * (next.wealth * next.held[asset])
            }
        };
        let is_now = bar == self.bars && !is_last;
        let trades = if is_now { Sum::ZERO } else { Sum::of_difference(end, before).plus(-held) };
        Step { bar, rate, held, trades, end, scale, value, is_last }
    }

    fn check_step(&self, asset: usize, ratio: f64, step: &Step) -> Result<(), Error> {
        let facts = &self.slots[self.slot(step.bar)].facts;
        let weights = facts.weights(asset);
        let profits = weights.map(|weight| (step.rate * facts.wealth * weight, step.scale * weight));
        let small = |value: f64| value.abs() <= LARGEST;
        let fits = small(step.end) && is_moderate(step.trades) && !step.value.is_infinite();
        if fits && profits.fold(true, |all, (profit, weight)| all & small(profit) & small(weight)) {
            return Ok(());
        }
        let (name, expected) = ("the ratio of prices", "one that leaves all sums below 1e200");
        Err(InputError::OutOfRange { name, value: ratio, expected }.into())
    }

    fn take_step(&mut self, asset: usize, step: &Step) {
        let lines = Lines::of(&self.params);
        let place = self.slot(step.bar);
        let periods = self.slots[place].facts.periods;
        let is_open = step.bar == self.bars;

        let Slot { account, facts } = &mut self.slots[place];
        account.restate(lines, asset, facts, step);
        if !is_open {
            // Each closed period has lines of its own; the open ones hold a bar once, in the shortest.
            let open = (0..3).find(|&level| periods[level] == self.closed[level].count).unwrap_or(3);
            self.open[open].restate(lines, asset, facts, step);
            for (closed, period) in self.closed.iter_mut().zip(periods) {
                if let Some(place) = closed.place_of(period) {
                    closed.accounts[place].restate(lines, asset, facts, step);
                }
            }
        }
        facts.restate(asset, step);
        self.move_wealth(step, place, periods);
    }

    /// Moves the wealth at the end of a bar, and at the ends of the periods that end with it.
    fn move_wealth(&mut self, step: &Step, place: usize, periods: [u64; 3]) {
        if step.bar == self.bars {
            self.wealth = self.wealth.plus(step.end);
            return;
        }
        let next = self.slot(step.bar + 1);
        let account = &mut self.slots[place].account;
        account.end = account.end.plus(step.end);
        let Slot { account, facts } = &mut self.slots[next];
        account.start = account.start.plus(step.end);
        for (level, closed) in self.closed.iter_mut().enumerate() {
            let (ended, begun) = (periods[level], facts.periods[level]);
            if ended == begun {
                continue;
            }
            if let Some(place) = closed.place_of(ended) {
                let account = &mut closed.accounts[place];
                account.end = account.end.plus(step.end);
            }
            let account = match closed.place_of(begun) {
                Some(place) => &mut closed.accounts[place],
                None if begun == closed.count => &mut self.open[level],
                None => continue,
            };
            account.start = account.start.plus(step.end);
        }
    }
}

/// What a restatement changes in one bar.
struct Step {
    bar: u64,
    /// What a portfolio earned more, as a fraction of its money in the asset.
    rate: f64,
    /// What the portfolio held earned more.
    held: f64,
    /// What trades at the end of the bar gained.
    trades: Sum,
    /// How much more the wealth at the end of the bar is.
    end: f64,
    /// What the weights at its start are multiplied by.
    scale: f64,
    /// The return of the asset; NaN where there is still no price.
    value: f64,
    /// Whether the bar ends with a price of its own.
    is_last: bool,
}

impl Restatement {
    fn note(&mut self, step: &Step, first: u64) {
        let part = if step.bar == first { &mut self.earned } else { &mut self.following };
        *part += step.held;
        self.trades += step.trades.value();
        self.wealth = step.end;
    }
}

impl Account {
    fn restate(&mut self, lines: Lines, asset: usize, facts: &Facts, step: &Step) {
        let earned = |weight: f64| step.rate * (facts.wealth * weight);
        let decided = earned(facts.decided[asset]);
        self.book(asset, Sum::of(decided));
        self.book(lines.drift(), Sum::of_difference(step.held, decided));
        self.book(lines.specific(), Sum::of(step.held));
        self.book(lines.restated(), step.trades);
        if lines.stages == 0 {
            self.book(lines.stage(0), Sum::of(step.held));
            return;
        }
        let mut before = 0.0;
        for (stage, weights) in facts.stages.chunks_exact(lines.assets).enumerate() {
            let after = earned(weights[asset]);
            self.book(lines.stage(stage), Sum::of_difference(after, before));
            before = after;
        }
        self.book(lines.execution(), Sum::of_difference(step.held, before));
    }
}

impl Facts {
    /// The weights of one asset in every portfolio.
    fn weights(&self, asset: usize) -> impl Iterator<Item = f64> {
        let stages = self.stages.chunks_exact(self.held.len().max(1)).map(move |weights| weights[asset]);
        [self.held[asset], self.decided[asset]].into_iter().chain(stages)
    }

    fn restate(&mut self, asset: usize, step: &Step) {
        self.returns[asset] = step.value;
        self.held[asset] *= step.scale;
        self.decided[asset] *= step.scale;
        let assets = self.held.len().max(1);
        self.stages.chunks_exact_mut(assets).for_each(|weights| weights[asset] *= step.scale);
    }
}
