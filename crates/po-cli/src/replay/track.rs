//! A portfolio run through the past, and what is remembered of each bar.

use std::time::{Duration, Instant};

use po_engine::stream::{Bar, Engine, Outcome, Stages};

use super::history::History;
use super::watch::Watch;

/// What is remembered of a portfolio, bar by bar; NaN where a bar has no such number.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    /// The bar of the first decision.
    pub(super) first: Option<usize>,
    /// Wealth after costs.
    pub(super) wealth: Vec<f64>,
    pub(super) turnover: Vec<f64>,
    /// Costs as fractions of wealth.
    pub(super) cost: Vec<f64>,
    /// What is not in cash.
    pub(super) exposure: Vec<f64>,
    /// How many equal positions would be as concentrated.
    pub(super) effective: Vec<f64>,
    /// The forecast volatility at a decision.
    pub(super) volatility: Vec<f64>,
    /// The use of the budget at a decision.
    pub(super) budget_use: Vec<f64>,
    /// The greatest and the mean forecast correlation of assets held after a decision.
    pub(super) greatest: Vec<f64>,
    pub(super) mean: Vec<f64>,
    /// How long it took.
    pub(super) took: Duration,
}

impl Track {
    /// Runs an engine through all bars; `seen` is called after each.
    pub(super) fn run<S: Stages>(
        engine: &mut Engine<S>,
        history: &History,
        watch: &Watch,
        mut seen: impl FnMut(usize, &Engine<S>),
    ) -> Self {
        let mut track = Self::default();
        for row in 0..history.len() {
            let start = Instant::now();
            engine.step(&Bar::new(history.times[row], history.bar(row)));
            track.took += start.elapsed();
            track.note(row, engine, watch);
            seen(row, engine);
        }
        track
    }

    fn note<S: Stages>(&mut self, row: usize, engine: &Engine<S>, watch: &Watch) {
        let decision = engine.decision();
        let is_decided = decision.outcome == Outcome::Decided;
        if is_decided && self.first.is_none() {
            self.first = Some(row);
        }
        let weights = decision.weights.as_slice();
        let (gross, squares) = weights
            .iter()
            .fold((0.0, 0.0), |(gross, squares), weight| (gross + weight.abs(), squares + weight * weight));
        let alike = watch.seen.take().filter(|_| is_decided);
        self.wealth.push(decision.wealth);
        self.turnover.push(decision.turnover);
        self.cost.push(decision.cost);
        self.exposure.push(1.0 - decision.cash);
        self.effective.push(if squares > 0.0 { gross * gross / squares } else { 0.0 });
        self.volatility.push(decision.volatility.unwrap_or(f64::NAN));
        self.budget_use.push(decision.budget_use.unwrap_or(f64::NAN));
        self.greatest.push(alike.map_or(f64::NAN, |alike| alike.greatest));
        self.mean.push(alike.map_or(f64::NAN, |alike| alike.mean));
    }

    /// Wealth before the costs of a bar.
    pub(super) fn before_costs(&self, row: usize) -> f64 {
        self.wealth[row] / (1.0 - self.cost[row])
    }

    /// The returns of all bars after one, net of costs; the first one bears the costs of that bar too.
    pub(super) fn returns_after(&self, row: usize) -> Vec<f64> {
        let start = [self.before_costs(row)];
        let path: Vec<f64> = start.into_iter().chain(self.wealth[row + 1..].iter().copied()).collect();
        path.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect()
    }
}
