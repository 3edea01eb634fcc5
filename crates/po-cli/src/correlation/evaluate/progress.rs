//! How far a race is, for who waits at a terminal.

use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressStyle};
use po_engine::correlation::evaluate::Progress;

/// A bar on standard error; none where that is no terminal, or where `-v` writes there.
#[derive(Debug)]
pub(super) struct Meter {
    bar: ProgressBar,
    /// Those that have begun and are not done.
    running: Vec<String>,
    finished: usize,
}

impl Meter {
    pub(super) fn new() -> Self {
        let is_quiet = !tracing::enabled!(tracing::Level::INFO);
        let bar = if is_quiet { ProgressBar::new(1) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{percent:>3} % [{bar:30}] {elapsed:>4}  {wide_msg}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar, running: Vec::new(), finished: 0 }
    }

    pub(super) fn show(&mut self, progress: Progress<'_>) -> ControlFlow<()> {
        let Progress { entrants, name, bar, bars, done, .. } = progress;
        let known = self.running.iter().position(|running| running == name);
        // A redraw shows what stands there: the names come first.
        let is_done = bar == bars;
        match known {
            None if !is_done => self.running.push(name.to_owned()),
            Some(place) if is_done => {
                self.running.remove(place);
            }
            _ => {}
        }
        self.finished += usize::from(is_done);
        if is_done || known.is_none() {
            self.name(entrants);
        }
        self.bar.set_length((entrants * bars) as u64);
        self.bar.set_position(done as u64);
        ControlFlow::Continue(())
    }

    /// Who runs, and how many have come in.
    fn name(&self, entrants: usize) {
        self.bar.set_message(match self.running.as_slice() {
            [] if self.finished == entrants => "comparing".to_owned(),
            running => format!("{} of {entrants} done, now {}", self.finished, running.join(", ")),
        });
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
