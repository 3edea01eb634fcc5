//! How far a command is that takes its time, for who waits at a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error; none where that is no terminal, or where `-v` writes there.
#[derive(Debug)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar at its beginning.
    pub(crate) fn new() -> Self {
        let is_quiet = !tracing::enabled!(tracing::Level::INFO);
        let bar = if is_quiet { ProgressBar::new(1) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{percent:>3} % [{bar:30}] {elapsed:>4}  {wide_msg}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        Self(bar)
    }

    /// What is said beside it from the next redraw on.
    pub(crate) fn say(&self, message: String) {
        self.0.set_message(message);
    }

    /// How much is done of how much.
    pub(crate) fn show(&self, done: usize, all: usize) {
        self.0.set_length(all as u64);
        self.0.set_position(done as u64);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
