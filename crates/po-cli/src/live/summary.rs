//! What a run says at its end.

use std::io::Write;
use std::time::Duration;

use po_engine::stream::Engine;

/// What a run counts beside the engine.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// Bars that were stepped through in this run.
    pub(super) bars: u64,
    /// Of the journal.
    pub(super) replayed: u64,
    /// Bars that the state had already.
    pub(super) skipped: u64,
    /// Lines that could not be read.
    pub(super) unreadable: u64,
}

impl Tally {
    /// Tells what was done; nobody may be there to read it, and that is no fault.
    pub(super) fn tell(&self, engine: &Engine, errors: &mut dyn Write) {
        let _ = errors.write_all(self.text(engine).as_bytes());
    }

    fn text(&self, engine: &Engine) -> String {
        let (metrics, counts) = (engine.metrics(), engine.metrics().counts());
        let Self { bars, replayed, skipped, unreadable } = self;
        let until = engine.time().map_or(String::new(), |time| format!(", the last of {time}"));
        let mut text = format!("bars {} taken in{until}, {} refused", counts.bars, counts.refused);
        for (number, what) in [
            (*replayed, "replayed from the journal"),
            (*skipped, "skipped as known"),
            (*unreadable, "unreadable"),
        ] {
            if number > 0 {
                text += &format!(", {number} {what}");
            }
        }
        text += &format!(
            "\ndecisions {}, with trades {}; fallbacks {}, prices not believed {}\n",
            counts.decided, counts.traded, counts.fallbacks, counts.quarantined
        );
        text += &format!(
            "turnover {:.4}, {:.4} per bar; costs {:.6}; wealth {:.6}\n",
            counts.turnover,
            metrics.mean_turnover(),
            counts.cost,
            engine.ledger().wealth()
        );
        if let Some(used) = metrics.mean_budget_use() {
            text += &format!(
                "mean use of the budget {used:.4}, in its band at {} of {} bars\n",
                counts.in_budget, counts.budgeted
            );
        }
        if bars + replayed > 0 {
            let [median, tail, longest] = [0.5, 0.99, 1.0].map(|share| shown(metrics.latency(share)));
            text += &format!("step: median {median}, 99th percentile {tail}, longest {longest}\n");
        }
        text
    }
}

/// A duration to three digits.
fn shown(duration: Duration) -> String {
    let nanoseconds = duration.as_nanos() as f64;
    let units = [(1e9, "s"), (1e6, "ms"), (1e3, "us")];
    let (size, unit) = units.into_iter().find(|(size, _)| nanoseconds >= *size).unwrap_or((1.0, "ns"));
    let number = nanoseconds / size;
    let digits = if number >= 100.0 {
        0
    } else if number >= 10.0 {
        1
    } else {
        2
    };
    format!("{number:.digits$} {unit}")
}
