//! Panels with axes, and what is drawn in them.

use plotters::prelude::*;

use crate::picture::{Canvas, Drawn, FAINT, GRID, INK, Placed, SCALE, SMALL, TEXT, line, scaled, write};

/// How many ticks an axis has, about.
const TICKS: f64 = 5.0;

/// Dashes and the gaps between them.
const DASH: f64 = 5.0;

/// From values to places along an axis.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    logarithmic: bool,
    ticks: Vec<(f64, String)>,
}

impl Axis {
    /// Equal steps, with ticks at round numbers.
    pub(super) fn linear((low, high): (f64, f64), shown: impl Fn(f64, f64) -> String) -> Self {
        let (low, high) = if high > low { (low, high) } else { (low - 0.5, low + 0.5) };
        let step = round_step((high - low) / TICKS);
        let (from, to) = ((low / step).ceil() as i64, (high / step).floor() as i64);
        let ticks = (from..=to).map(|tick| tick as f64 * step).map(|value| (value, shown(value, step)));
        Self { low, high, logarithmic: false, ticks: ticks.collect() }
    }

    /// Equal ratios, with ticks at 1, 2 and 5 times powers of ten where there is room, else at powers of ten.
    pub(super) fn logarithmic((low, high): (f64, f64), shown: impl Fn(f64) -> String) -> Self {
        let high = if high > low { high } else { 2.0 * low };
        let decades = (high / low).log10();
        let steps: &[f64] = if decades < 2.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let (from, to) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        let all = (from..=to).flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
        // A tick on the edge stays, whatever rounding does to it.
        let inside = all.filter(|value| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(value));
        let ticks = inside.map(|value| (value, shown(value))).collect();
        Self { low, high, logarithmic: true, ticks }
    }

    /// Ticks that are told.
    pub(super) fn told((low, high): (f64, f64), ticks: Vec<(f64, String)>) -> Self {
        Self { low, high: if high > low { high } else { low + 1.0 }, logarithmic: false, ticks }
    }

    /// From zero at its low end to one at its high end.
    fn along(&self, value: f64) -> f64 {
        if self.logarithmic {
            return (value.max(self.low * 1e-3) / self.low).ln() / (self.high / self.low).ln();
        }
        (value - self.low) / (self.high - self.low)
    }
}

/// The least and the greatest of some numbers that are finite.
pub(super) fn range(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let finite = values.into_iter().filter(|value| value.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

/// A range with room at both ends.
pub(super) fn wider((low, high): (f64, f64), share: f64) -> (f64, f64) {
    let room = share * (high - low);
    (low - room, high + room)
}

/// All points, or the first, the last and the extremes of stretches where there are many.
pub(super) fn thinned(points: impl IntoIterator<Item = (usize, f64)>, stretches: usize) -> Vec<(usize, f64)> {
    let points: Vec<(usize, f64)> = points.into_iter().collect();
    if points.len() <= 2 * stretches {
        return points;
    }
    let mut kept = vec![points[0]];
    for stretch in 0..stretches {
        let part = &points[stretch * points.len() / stretches..(stretch + 1) * points.len() / stretches];
        let by = |a: &&(usize, f64), b: &&(usize, f64)| a.1.total_cmp(&b.1);
        let mut ends: Vec<_> = part.iter().min_by(by).into_iter().chain(part.iter().max_by(by)).collect();
        ends.sort_by_key(|(row, _)| *row);
        kept.extend(ends);
    }
    kept.push(points[points.len() - 1]);
    kept.dedup_by_key(|(row, _)| *row);
    kept
}

/// 1, 2 or 5 times a power of ten, no less than a number.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= least * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

/// As many digits as a step has.
pub(super) fn plain(value: f64, step: f64) -> String {
    let digits = (-step.log10().floor()).max(0.0) as usize;
    let text = format!("{value:.digits$}");
    if text.trim_start_matches(['-', '0', '.']).is_empty() { "0".to_owned() } else { text }
}

/// The same in per cent.
pub(super) fn per_cent(value: f64, step: f64) -> String {
    format!("{} %", plain(100.0 * value, 100.0 * step))
}

/// Per cent, with the digits that it takes.
pub(super) fn short_per_cent(value: f64) -> String {
    let percent = 100.0 * value;
    let digits = (-percent.abs().log10().floor()).clamp(0.0, 6.0) as usize;
    format!("{percent:.digits$} %")
}

/// A frame with axes.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    pub(super) title: String,
    /// Left and right, top and bottom.
    pub(super) across: (f64, f64),
    pub(super) down: (f64, f64),
    pub(super) x: Axis,
    pub(super) y: Axis,
    /// What the horizontal axis shows.
    pub(super) below: String,
}

impl Panel {
    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let across = self.across.0 + self.x.along(x) * (self.across.1 - self.across.0);
        (across, self.down.1 - self.y.along(y) * (self.down.1 - self.down.0))
    }

    /// Draws the title, the grid and the ticks.
    pub(super) fn frame(&self, canvas: &Canvas<'_>) -> Drawn {
        let ((left, right), (top, bottom)) = (self.across, self.down);
        write(canvas, &self.title, (left, top - 14.0), (TEXT, INK), Placed::RIGHT)?;
        for (value, label) in &self.y.ticks {
            let (_, y) = self.at((self.x.low, *value));
            line(canvas, (left, y), (right, y), GRID)?;
            write(canvas, label, (left - 6.0, y), (SMALL, FAINT), Placed::LEFT)?;
        }
        for (value, label) in &self.x.ticks {
            let (x, _) = self.at((*value, self.y.low));
            line(canvas, (x, bottom), (x, bottom + 4.0), FAINT)?;
            write(canvas, label, (x, bottom + 14.0), (SMALL, FAINT), Placed::MIDDLE)?;
        }
        line(canvas, (left, bottom), (right, bottom), INK)?;
        let below = ((left + right) / 2.0, bottom + 31.0);
        write(canvas, &self.below, below, (SMALL, FAINT), Placed::MIDDLE)
    }

    /// A line through points; it is interrupted where a point lies outside.
    pub(super) fn line(
        &self,
        canvas: &Canvas<'_>,
        points: impl IntoIterator<Item = (f64, f64)>,
        (colour, width): (RGBColor, f64),
    ) -> Drawn {
        let mut parts = vec![Vec::new()];
        for point in points {
            match parts.last_mut() {
                Some(part) if self.holds(point) => part.push(scaled(self.at(point))),
                _ => parts.push(Vec::new()),
            }
        }
        let stroke = colour.stroke_width((width * f64::from(SCALE)) as u32);
        for part in parts.into_iter().filter(|part| part.len() > 1) {
            canvas.draw(&PathElement::new(part, stroke))?;
        }
        Ok(())
    }

    /// Dots at points that lie inside.
    pub(super) fn dots(
        &self,
        canvas: &Canvas<'_>,
        points: impl IntoIterator<Item = (f64, f64)>,
        (colour, radius): (RGBColor, f64),
    ) -> Drawn {
        let radius = (radius * f64::from(SCALE)) as i32;
        for point in points.into_iter().filter(|point| self.holds(*point)) {
            canvas.draw(&Circle::new(scaled(self.at(point)), radius, colour.filled()))?;
        }
        Ok(())
    }

    /// The area between a lower and an upper line.
    pub(super) fn band(&self, canvas: &Canvas<'_>, points: &[(f64, f64, f64)], colour: RGBColor) -> Drawn {
        let inside = |y: f64| y.clamp(self.y.low, self.y.high);
        let lower = points.iter().map(|(x, low, _)| (*x, inside(*low)));
        let upper = points.iter().rev().map(|(x, _, high)| (*x, inside(*high)));
        let corners: Vec<(i32, i32)> = lower.chain(upper).map(|point| scaled(self.at(point))).collect();
        canvas.draw(&Polygon::new(corners, colour.mix(0.15).filled()))
    }

    /// A line of dashes across the panel, upright or level, with its name at its end.
    pub(super) fn rule(
        &self,
        canvas: &Canvas<'_>,
        (value, upright): (f64, bool),
        (name, colour): (&str, RGBColor),
        lowered: f64,
    ) -> Drawn {
        let ((left, right), (top, bottom)) = (self.across, self.down);
        let (x, y) = self.at(if upright { (value, self.y.low) } else { (self.x.low, value) });
        if (upright && !(left..=right).contains(&x)) || (!upright && !(top..=bottom).contains(&y)) {
            return Ok(());
        }
        let (from, to) = if upright { ((x, top), (x, bottom)) } else { ((left, y), (right, y)) };
        let length = (to.0 - from.0) + (to.1 - from.1);
        let mut at = 0.0;
        while at < length {
            let end = (at + DASH).min(length);
            let point = |at: f64| if upright { (x, top + at) } else { (left + at, y) };
            line(canvas, point(at), point(end), colour)?;
            at += 2.0 * DASH;
        }
        // A name to the right of an upright line, unless that leaves the panel.
        let room = crate::picture::extent(name, SMALL) + 6.0;
        let (place, placed) = if !upright {
            ((right - 2.0, y - 8.0 + lowered), Placed::LEFT)
        } else if x + room > right {
            ((x - 4.0, top + 8.0 + lowered), Placed::LEFT)
        } else {
            ((x + 4.0, top + 8.0 + lowered), Placed::RIGHT)
        };
        write(canvas, name, place, (SMALL, colour), placed)
    }

    fn holds(&self, (x, y): (f64, f64)) -> bool {
        let along = |axis: &Axis, value: f64| (-1e-9..=1.0 + 1e-9).contains(&axis.along(value));
        x.is_finite() && y.is_finite() && along(&self.x, x) && along(&self.y, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        let axis = Axis::linear((0.0, 0.093), per_cent);
        let labels: Vec<&str> = axis.ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["0 %", "2 %", "4 %", "6 %", "8 %"]);
        let axis = Axis::logarithmic((0.01, 0.12), short_per_cent);
        let labels: Vec<&str> = axis.ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["1 %", "2 %", "5 %", "10 %"]);
        let axis = Axis::linear((-0.31, 0.22), plain);
        let labels: Vec<&str> = axis.ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["-0.2", "0", "0.2"]);
    }
}
