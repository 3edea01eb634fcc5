//! Random bars of awkward portfolios.

use po_attribution::{Calendar, LedgerBar, LedgerParams};

/// Numbers that look random and are the same on every run (`SplitMix64`; Steele, Lea and Flood 2014).
#[derive(Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below a bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound
    }

    /// From -1 to 1.
    pub(crate) fn signed(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * 2f64.powi(-52) - 1.0
    }

    fn list(&mut self, length: usize, scale: f64) -> Vec<f64> {
        (0..length).map(|_| scale * self.signed()).collect()
    }
}

/// The numbers of one bar.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) calendar: Calendar,
    pub(crate) returns: Vec<f64>,
    pub(crate) held: Vec<f64>,
    pub(crate) decided: Vec<f64>,
    pub(crate) stages: Vec<f64>,
    pub(crate) cash_return: f64,
    pub(crate) exposures: Vec<f64>,
    pub(crate) factor_returns: Vec<f64>,
}

impl Bar {
    pub(crate) fn view(&self) -> LedgerBar<'_> {
        LedgerBar {
            calendar: self.calendar,
            returns: &self.returns,
            held: &self.held,
            decided: &self.decided,
            stages: &self.stages,
            cash_return: self.cash_return,
            exposures: &self.exposures,
            factor_returns: &self.factor_returns,
        }
    }

    /// The weights decided, whether they are told or not.
    pub(crate) fn asked(&self) -> &[f64] {
        if self.decided.is_empty() { &self.held } else { &self.decided }
    }
}

/// A market with gaps, in which a portfolio of long and short positions, levered twice at most, is moved about.
#[derive(Clone)]
pub(crate) struct Market {
    pub(crate) random: Random,
    params: LedgerParams,
    calendar: Calendar,
    /// Which of its parts are told: weights decided now and then, or never.
    drifts: bool,
}

impl Market {
    pub(crate) fn new(seed: u64, params: &LedgerParams) -> Self {
        let calendar = Calendar { year: 2020, month: 1, day: 1 };
        Self { random: Random::new(seed), params: params.clone(), calendar, drifts: seed.is_multiple_of(2) }
    }

    /// A bar in the same day, the next day, the next month or the next year; a gap now and then.
    pub(crate) fn bar(&mut self) -> Bar {
        self.next_calendar();
        let LedgerParams { assets, factors, stages, .. } = self.params;
        let random = &mut self.random;
        let rows = if stages == 0 { 0 } else { stages + 1 };
        let size = 2.0 / assets as f64;
        let mut bar = Bar {
            calendar: self.calendar,
            returns: random.list(assets, 0.03),
            held: random.list(assets, size),
            decided: if self.drifts { random.list(assets, size) } else { Vec::new() },
            stages: random.list(rows * assets, size),
            cash_return: 1e-4 * random.signed(),
            exposures: random.list(assets * factors, 1.0),
            factor_returns: random.list(factors, 0.01),
        };
        for asset in 0..assets {
            match random.below(12) {
                0 => bar.returns[asset] = f64::NAN,
                1 => bar.held[asset] = 0.0,
                2 if rows > 0 => bar.stages[asset] = 0.0,
                3 => bar.returns[asset] = 0.0,
                _ => {}
            }
        }
        // A stage that decides nothing.
        if rows > 2 && random.below(3) == 0 {
            bar.stages.copy_within(..assets, assets);
        }
        bar
    }

    /// Costs of some trades, and a rebate now and then.
    pub(crate) fn costs(&mut self) -> Vec<f64> {
        let random = &mut self.random;
        (0..self.params.assets).map(|_| 1e-3 / 4.0 * (random.signed() + 0.8).max(-0.1)).collect()
    }

    fn next_calendar(&mut self) {
        let Calendar { year, month, day } = &mut self.calendar;
        match self.random.below(40) {
            0 => (*year, *month, *day) = (*year + 1, 1, 1),
            // The day of the month may be the one it was.
            1 | 2 => *month += 1,
            3..10 => *day += 1,
            10 => *day += 3,
            _ => {}
        }
    }
}
