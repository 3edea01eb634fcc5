//! How far a race is, for who waits at a terminal.

use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressStyle};
use po_engine::correlation::evaluate::Progress;

/// A bar on standard error; none where that is no terminal, or where `-v` writes there.
#[derive(Debug)]
pub(super) struct Meter(ProgressBar);

impl Meter {
    pub(super) fn new() -> Self {
        let is_quiet = !tracing::enabled!(tracing::Level::INFO);
        let bar = if is_quiet { ProgressBar::new(1) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{msg:31} [{wide_bar}] {percent:>3} % {elapsed:>4}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self(bar)
    }

    pub(super) fn show(&self, progress: Progress<'_>) -> ControlFlow<()> {
        let Progress { entrant, entrants, name, bar, bars, .. } = progress;
        // A redraw shows what stands there: the name comes first.
        if bar == 1 {
            self.0.set_message(format!("{name} ({} of {entrants})", entrant + 1));
        }
        self.0.set_length((entrants * bars) as u64);
        self.0.set_position((entrant * bars + bar) as u64);
        ControlFlow::Continue(())
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
