//! How far a race is, for who waits at a terminal.

use std::ops::ControlFlow;

use po_engine::correlation::evaluate::Progress;

use crate::progress::Bar;

/// A bar, and who is on the way.
#[derive(Debug)]
pub(super) struct Meter {
    bar: Bar,
    /// Those that have begun and are not done.
    running: Vec<String>,
    finished: usize,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self { bar: Bar::new(), running: Vec::new(), finished: 0 }
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
        self.bar.show(done, entrants * bars);
        ControlFlow::Continue(())
    }

    /// Who runs, and how many have come in.
    fn name(&self, entrants: usize) {
        self.bar.say(match self.running.as_slice() {
            [] if self.finished == entrants => "comparing".to_owned(),
            running => format!("{} of {entrants} done, now {}", self.finished, running.join(", ")),
        });
    }
}
