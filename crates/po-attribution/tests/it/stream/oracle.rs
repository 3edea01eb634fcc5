//! The slow account: shares, prices and cash, played from the start for every question.

use po_attribution::{Calendar, LedgerParams, Rollup, Statement};

use super::market::Bar;

/// Everything that was ever told, as shares and money.
pub(crate) struct Oracle {
    params: LedgerParams,
    start: f64,
    /// Costs before the first bar.
    bought: Vec<f64>,
    bars: Vec<Known>,
}

struct Known {
    bar: Bar,
    /// Prices at the start and at the end of the bar as known now, and when what is held was traded.
    before: Vec<f64>,
    after: Vec<f64>,
    traded_at: Vec<f64>,
    is_priced: Vec<bool>,
    /// Shares held, decided, and after each stage.
    portfolios: Vec<Vec<f64>>,
    cash: f64,
    factors: Vec<f64>,
    costs: Vec<f64>,
}

/// The lines of some bars.
#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) start: f64,
    pub(crate) end: f64,
    pub(crate) bars: u64,
    pub(crate) assets: Vec<f64>,
    pub(crate) costs: Vec<f64>,
    pub(crate) stages: Vec<f64>,
    pub(crate) factors: Vec<f64>,
    pub(crate) drift: f64,
    pub(crate) cash: f64,
    pub(crate) execution: f64,
    pub(crate) specific: f64,
    pub(crate) restated: f64,
}

impl Oracle {
    pub(crate) fn new(params: &LedgerParams, start: f64) -> Self {
        Self { params: params.clone(), start, bought: vec![0.0; params.assets], bars: Vec::new() }
    }

    pub(crate) fn bars(&self) -> usize {
        self.bars.len()
    }

    /// The wealth after the bars that are known: after a bar that is not the last, of what was held next.
    pub(crate) fn wealth(&self, bars: usize) -> f64 {
        let value =
            |shares: &[f64], prices: &[f64]| -> f64 { shares.iter().zip(prices).map(|(n, p)| n * p).sum() };
        if let Some(next) = self.bars.get(bars) {
            return next.cash + value(&next.portfolios[0], &next.before);
        }
        match bars.checked_sub(1).map(|last| &self.bars[last]) {
            None => self.start - self.bought.iter().sum::<f64>(),
            Some(last) => {
                let cash = last.cash * (1.0 + last.bar.cash_return);
                cash + value(&last.portfolios[0], &last.after) - last.costs.iter().sum::<f64>()
            }
        }
    }

    pub(crate) fn update(&mut self, bar: &Bar) {
        let wealth = self.wealth(self.bars.len());
        let before = self.bars.last().map_or(vec![10.0; self.params.assets], |last| last.after.clone());
        let after = before
            .iter()
            .zip(&bar.returns)
            .map(|(p, r)| if r.is_nan() { *p } else { p * (1.0 + r) })
            .collect();
        let shares = |weights: &[f64]| -> Vec<f64> {
            weights.iter().zip(&before).map(|(w, p)| wealth * w / p).collect()
        };
        let stages = bar.stages.chunks(self.params.assets).map(shares);
        let portfolios = [shares(&bar.held), shares(bar.asked())].into_iter().chain(stages).collect();
        let columns = bar.exposures.chunks(self.params.assets).zip(&bar.factor_returns);
        let factors = columns
            .map(|(column, f)| wealth * f * column.iter().zip(&bar.held).map(|(b, h)| b * h).sum::<f64>());
        self.bars.push(Known {
            traded_at: before.clone(),
            is_priced: bar.returns.iter().map(|r| !r.is_nan()).collect(),
            portfolios,
            cash: wealth * (1.0 - bar.held.iter().sum::<f64>()),
            factors: factors.collect(),
            costs: vec![0.0; self.params.assets],
            bar: bar.clone(),
            before,
            after,
        });
    }

    pub(crate) fn charge(&mut self, costs: &[f64]) {
        let wealth = self.wealth(self.bars.len());
        let booked = self.bars.last_mut().map_or(&mut self.bought, |last| &mut last.costs);
        booked.iter_mut().zip(costs).for_each(|(booked, cost)| *booked += wealth * cost);
    }

    pub(crate) fn restate(&mut self, bars_ago: usize, asset: usize, ratio: f64) {
        let first = self.bars.len() - 1 - bars_ago;
        let price = self.bars[first].after[asset] * ratio;
        self.bars[first].after[asset] = price;
        self.bars[first].is_priced[asset] = true;
        for known in &mut self.bars[first + 1..] {
            known.before[asset] = price;
            if known.is_priced[asset] {
                break;
            }
            known.after[asset] = price;
        }
    }

    /// The lines of bars from one to before another, the first one being 0.
    fn lines(&self, first: usize, end: usize) -> Lines {
        let LedgerParams { assets, factors, stages, .. } = self.params;
        let mut lines = Lines {
            start: if first == 0 { self.start } else { self.wealth(first) },
            end: self.wealth(end),
            bars: (end - first) as u64,
            assets: vec![0.0; assets],
            costs: if first == 0 { self.bought.clone() } else { vec![0.0; assets] },
            stages: vec![0.0; stages + 1],
            factors: vec![0.0; factors],
            drift: 0.0,
            cash: 0.0,
            execution: 0.0,
            specific: 0.0,
            restated: 0.0,
        };
        for (number, known) in self.bars.iter().enumerate().take(end).skip(first) {
            let moves: Vec<f64> = known.after.iter().zip(&known.before).map(|(a, b)| a - b).collect();
            let profit = |shares: &[f64]| -> f64 { shares.iter().zip(&moves).map(|(n, p)| n * p).sum() };
            let earned: Vec<f64> = known.portfolios.iter().map(|shares| profit(shares)).collect();
            for (asset, moved) in moves.iter().enumerate() {
                lines.assets[asset] += known.portfolios[1][asset] * moved;
                lines.costs[asset] += known.costs[asset];
                if let Some(next) = self.bars.get(number + 1) {
                    let traded = next.portfolios[0][asset] - known.portfolios[0][asset];
                    lines.restated += traded * (known.after[asset] - next.traded_at[asset]);
                }
            }
            lines.drift += earned[0] - earned[1];
            lines.cash += known.cash * known.bar.cash_return;
            lines.stages[0] += if stages == 0 { earned[0] } else { earned[2] };
            for stage in 1..=stages {
                lines.stages[stage] += earned[2 + stage] - earned[1 + stage];
            }
            lines.execution += if stages == 0 { 0.0 } else { earned[0] - earned[2 + stages] };
            lines.specific += earned[0] - known.factors.iter().sum::<f64>();
            lines.factors.iter_mut().zip(&known.factors).for_each(|(line, earned)| *line += earned);
        }
        lines
    }

    /// The running period of a length, or one that is over; none for one that never was.
    pub(crate) fn period(&self, period: Rollup, ago: Option<usize>) -> Option<Lines> {
        let key = |calendar: Calendar| {
            let Calendar { year, month, day } = calendar;
            match period {
                Rollup::Bar | Rollup::Inception => (0, 0, 0),
                Rollup::Day => (year, month, day),
                Rollup::Month => (year, month, 0),
                Rollup::Year => (year, 0, 0),
            }
        };
        let mut starts: Vec<usize> = (0..self.bars.len())
            .filter(|&bar| {
                let key = |bar: usize| key(self.bars[bar].bar.calendar);
                bar == 0 || period == Rollup::Bar || key(bar) != key(bar - 1)
            })
            .collect();
        starts.push(self.bars.len());
        let place = starts.len().checked_sub(2 + ago.map_or(0, |ago| ago + 1))?;
        let mut lines = self.lines(starts[place], starts[place + 1]);
        if period == Rollup::Bar && starts[place] == 0 {
            // What was bought before the first bar is no part of it.
            lines.start -= self.bought.iter().sum::<f64>();
            lines.costs.iter_mut().zip(&self.bought).for_each(|(cost, bought)| *cost -= bought);
        }
        Some(lines)
    }
}

impl Lines {
    /// The furthest that a line of a statement is from this one.
    pub(crate) fn distance(&self, statement: &Statement<'_>) -> f64 {
        assert_eq!(self.bars, statement.bars());
        let list = |mine: &[f64], theirs: &dyn Fn(usize) -> f64| {
            mine.iter().enumerate().map(|(i, mine)| (mine - theirs(i)).abs()).fold(0.0, f64::max)
        };
        [
            list(&self.assets, &|i| statement.asset(i)),
            list(&self.costs, &|i| statement.cost(i)),
            list(&self.stages, &|i| statement.stage(i)),
            list(&self.factors, &|i| statement.factor(i)),
            list(
                &[self.start, self.end, self.drift, self.cash, self.execution, self.specific, self.restated],
                &|i| {
                    [
                        statement.start(),
                        statement.end(),
                        statement.drift(),
                        statement.cash(),
                        statement.execution(),
                        statement.specific(),
                        statement.restated(),
                    ][i]
                },
            ),
        ]
        .into_iter()
        .fold(0.0, f64::max)
    }
}
