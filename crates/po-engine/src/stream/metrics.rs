//! How an engine has been doing.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::{Decision, Event, Outcome};

/// The longest step that is told apart: a minute, in nanoseconds.
const LONGEST: u64 = 60_000_000_000;
/// Digits of a latency that count.
const DIGITS: u8 = 2;

/// Counts, and the latencies of the steps.
///
/// Counts go on after a restart; latencies begin anew.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    counts: Counts,
    /// Nanoseconds of each step.
    latency: Option<Histogram<u64>>,
}

/// What happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Bars taken in.
    pub bars: u64,
    /// Bars refused.
    pub refused: u64,
    /// Bars at which the stages decided.
    pub decided: u64,
    /// Bars at which something was traded.
    pub traded: u64,
    /// Stages that fell back.
    pub fallbacks: u64,
    /// Prices that were not believed.
    pub quarantined: u64,
    /// The sum of all turnovers.
    pub turnover: f64,
    /// The sum of all costs, as fractions of wealth at their times.
    pub cost: f64,
    /// Bars with a use of the budget.
    pub budgeted: u64,
    /// The sum of the uses of the budget.
    pub budget_use: f64,
    /// Bars at which the use of the budget lay in its band.
    pub in_budget: u64,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let latency = Histogram::new_with_bounds(1, LONGEST, DIGITS).ok();
        Self { counts: Counts::default(), latency }
    }

    /// The counts.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(super) fn set_counts(&mut self, counts: Counts) {
        self.counts = counts;
    }

    /// The latency below which a share of the steps stayed, 0.5 for the median and 0.99 for the 99th percentile; zero
    /// before the first step.
    #[must_use]
    pub fn latency(&self, share: f64) -> Duration {
        let nanoseconds = self.latency.as_ref().map_or(0, |latency| latency.value_at_quantile(share));
        Duration::from_nanos(nanoseconds)
    }

    /// The mean use of the budget, over the bars that had one.
    #[must_use]
    pub fn mean_budget_use(&self) -> Option<f64> {
        let Counts { budgeted, budget_use, .. } = self.counts;
        (budgeted > 0).then(|| budget_use / budgeted as f64)
    }

    /// Turnover per bar.
    #[must_use]
    pub fn mean_turnover(&self) -> f64 {
        self.counts.turnover / self.counts.bars.max(1) as f64
    }

    pub(super) fn record(&mut self, took: Duration, decision: &Decision, band: Option<(f64, f64)>) {
        if let Some(latency) = &mut self.latency {
            latency.saturating_record(u64::try_from(took.as_nanos()).unwrap_or(LONGEST).max(1));
        }
        let counts = &mut self.counts;
        if matches!(decision.outcome, Outcome::Refused(_)) {
            counts.refused += 1;
            return;
        }
        counts.bars += 1;
        counts.decided += u64::from(decision.outcome == Outcome::Decided);
        counts.traded += u64::from(decision.traded());
        counts.fallbacks += decision.fallbacks.len() as u64;
        let doubtful = |event: &&Event| matches!(event, Event::NotAPrice { .. } | Event::Jump { .. });
        counts.quarantined += decision.events.iter().filter(doubtful).count() as u64;
        counts.turnover += decision.turnover;
        counts.cost += decision.cost;
        if let (Some(used), Some((lower, upper))) = (decision.budget_use, band) {
            counts.budgeted += 1;
            counts.budget_use += used;
            // What was put on an edge of the band lies on it.
            let near = 1e-9;
            counts.in_budget += u64::from(used >= lower - near && used <= upper + near);
        }
    }
}
