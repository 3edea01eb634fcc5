//! The lines of one period.

use super::LedgerParams;
use super::params::OTHERS;
use crate::sum::Sum;

/// Where each line stands in an account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lines {
    pub(super) assets: usize,
    pub(super) stages: usize,
    pub(super) factors: usize,
}

impl Lines {
    pub(super) fn of(params: &LedgerParams) -> Self {
        Self { assets: params.assets, stages: params.stages, factors: params.factors }
    }

    pub(super) const fn cost(self, asset: usize) -> usize {
        self.assets + asset
    }

    pub(super) const fn cash(self) -> usize {
        2 * self.assets
    }

    pub(super) const fn drift(self) -> usize {
        self.cash() + 1
    }

    pub(super) const fn execution(self) -> usize {
        self.cash() + 2
    }

    pub(super) const fn specific(self) -> usize {
        self.cash() + 3
    }

    pub(super) const fn restated(self) -> usize {
        self.cash() + 4
    }

    pub(super) const fn stage(self, stage: usize) -> usize {
        self.cash() + OTHERS + stage
    }

    pub(super) const fn factor(self, factor: usize) -> usize {
        self.stage(self.stages + 1) + factor
    }

    pub(super) const fn len(self) -> usize {
        self.factor(self.factors)
    }
}

/// The lines of one period, in money, and the wealth at its ends.
#[derive(Clone, Debug)]
pub(super) struct Account {
    /// The lines, rounded.
    pub(super) high: Vec<f64>,
    /// What rounding took from them.
    pub(super) low: Vec<f64>,
    pub(super) start: Sum,
    /// The wealth at the end; of no meaning while the account is open.
    pub(super) end: Sum,
    pub(super) bars: u64,
    /// Whether a cost was booked: else there is nothing to add up.
    pub(super) charged: bool,
}

impl Account {
    pub(super) fn new(lines: Lines, wealth: Sum) -> Self {
        let zeros = vec![0.0; lines.len()];
        Self { high: zeros.clone(), low: zeros, start: wealth, end: wealth, bars: 0, charged: false }
    }

    /// Begins a new period.
    pub(super) fn clear(&mut self, wealth: Sum) {
        self.high.fill(0.0);
        self.low.fill(0.0);
        (self.start, self.end, self.bars, self.charged) = (wealth, wealth, 0, false);
    }

    /// One line.
    #[inline(always)]
    pub(super) fn line(&self, line: usize) -> Sum {
        Sum { high: self.high[line], low: self.low[line] }
    }

    pub(super) fn book(&mut self, line: usize, amount: Sum) {
        let sum = self.line(line).and(amount);
        (self.high[line], self.low[line]) = (sum.high, sum.low);
    }
}
