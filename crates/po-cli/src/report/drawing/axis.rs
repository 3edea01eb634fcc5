//! Axes beneath the parts of the picture.

use crate::picture::{Canvas, Drawn, FAINT, GRID, INK, Placed, SMALL, extent, line, write};

/// An axis along which values lie: the value at its left end, that at its right end, and where these are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    values: (f64, f64),
    ends: (f64, f64),
}

impl Axis {
    /// An axis from one value to another one, which it does not equal.
    pub(super) fn new(values: (f64, f64), ends: (f64, f64)) -> Self {
        Self { values, ends }
    }

    /// The place of a value.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value - self.values.0) / (self.values.1 - self.values.0);
        self.ends.0 + share * (self.ends.1 - self.ends.0)
    }

    /// Draws the grid between two heights, and beneath it the numbers and what they are.
    pub(super) fn draw(
        &self,
        canvas: &Canvas<'_>,
        (top, bottom): (f64, f64),
        what: &str,
        shown: impl Fn(f64, usize) -> String,
    ) -> Drawn {
        let (low, high) = (self.values.0.min(self.values.1), self.values.0.max(self.values.1));
        // The more digits the numbers have, the fewer of them fit.
        let fits = |most: &f64| {
            let (step, decimals) = step(high - low, *most);
            let widest =
                [low, high].map(|end| extent(&shown(end, decimals), SMALL)).into_iter().fold(0.0, f64::max);
            widest + 5.0 <= (self.at(step) - self.at(0.0)).abs()
        };
        let most = [5.0, 4.0, 3.0, 2.0].into_iter().find(fits).unwrap_or(1.0);
        let (step, decimals) = step(high - low, most);
        let first = (low / step).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        for tick in first..=last {
            let value = step * tick as f64;
            let x = self.at(value);
            line(canvas, (x, top), (x, bottom + 4.0), GRID)?;
            write(canvas, &shown(value, decimals), (x, bottom + 14.0), (SMALL, FAINT), Placed::MIDDLE)?;
        }
        title(canvas, f64::midpoint(self.ends.0, self.ends.1), bottom, what)
    }
}

/// What a part shows, beneath it.
pub(super) fn title(canvas: &Canvas<'_>, middle: f64, bottom: f64, what: &str) -> Drawn {
    write(canvas, what, (middle, bottom + 46.0), (SMALL + 1.0, INK), Placed::MIDDLE)
}

/// The step of at most so many from end to end that is one, two or five times a power of ten, and its decimals.
fn step(length: f64, most: f64) -> (f64, usize) {
    let least = length / most;
    let power = least.log10().floor();
    let unit = 10_f64.powf(power);
    let times = [1.0, 2.0, 5.0, 10.0].into_iter().find(|times| times * unit >= least * (1.0 - 1e-9));
    let step = times.unwrap_or(10.0) * unit;
    (step, (-step.log10().floor()).max(0.0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (length, expected) in [
            (1.0, (0.5, 1)),
            (0.8, (0.2, 1)),
            (0.81, (0.5, 1)),
            (3.0, (1.0, 0)),
            (0.035, (0.01, 2)),
            (70.0, (20.0, 0)),
        ] {
            let (step, decimals) = step(length, 4.0);
            assert!(
                (step - expected.0).abs() < 1e-12 && decimals == expected.1,
                "{length}: {step} {decimals}"
            );
        }
    }

    #[test]
    fn an_axis_may_run_backwards() {
        let axis = Axis::new((2.0, 0.0), (10.0, 110.0));
        assert_eq!((axis.at(2.0), axis.at(0.5), axis.at(0.0)), (10.0, 85.0, 110.0));
    }
}
