//! The bars that an estimator is fitted to.

use po_core::nalgebra::DMatrix;
use po_core::{InputError, Returns};

/// Which bars an estimator is fitted to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Window {
    /// All that were seen.
    #[default]
    Expanding,
    /// The last so many, 2 or more; as long as there are fewer, those that there are.
    Rolling(usize),
}

/// When an estimator is fitted again, and to what.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `window` | `Expanding` | [`Window`] | the bars that it is fitted to |
/// | `every` | 21 | 1 or more | after how many bars it is fitted again |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct Schedule {
    /// The bars that it is fitted to.
    pub window: Window,
    /// After how many bars it is fitted again.
    pub every: usize,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { window: Window::Expanding, every: 21 }
    }
}

impl Schedule {
    fn check(self) -> Result<(), InputError> {
        if self.every == 0 {
            let (name, expected) = ("the number of bars between fits", "1 or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected });
        }
        match self.window {
            Window::Rolling(bars) if bars < 2 => {
                let (name, expected) = ("the length of the window", "2 bars or more");
                Err(InputError::OutOfRange { name, value: bars as f64, expected })
            }
            _ => Ok(()),
        }
    }
}

/// The bars so far that may still be needed, and how long ago the last fit was.
#[derive(Debug)]
pub(super) struct History {
    schedule: Schedule,
    assets: usize,
    /// Bar by bar; of a rolling window, at most twice its length.
    bars: Vec<f64>,
    /// Bars since the last fit; none before the first.
    age: Option<usize>,
}

impl History {
    pub(super) fn new(schedule: Schedule) -> Result<Self, InputError> {
        schedule.check()?;
        Ok(Self { schedule, assets: 0, bars: Vec::new(), age: None })
    }

    /// Takes in one bar, as long as those before it.
    pub(super) fn push(&mut self, returns: &[f64]) {
        self.assets = returns.len();
        if let Window::Rolling(window) = self.schedule.window
            && self.bars.len() >= window.saturating_mul(2 * self.assets)
        {
            self.bars.drain(..self.bars.len() - window * self.assets);
        }
        self.bars.extend_from_slice(returns);
        self.age = self.age.map(|age| age + 1);
    }

    /// Whether it is time for a fit.
    pub(super) fn is_due(&self) -> bool {
        self.age.is_none_or(|age| age >= self.schedule.every)
    }

    /// The bars to fit to.
    pub(super) fn returns(&self) -> Result<Returns, InputError> {
        let seen = self.bars.len().checked_div(self.assets).unwrap_or_default();
        let bars = match self.schedule.window {
            Window::Expanding => seen,
            Window::Rolling(window) => window.min(seen),
        };
        let last = &self.bars[(seen - bars) * self.assets..];
        Returns::new(DMatrix::from_row_slice(bars, self.assets, last))
    }

    pub(super) fn fitted(&mut self) {
        self.age = Some(0);
    }
}
