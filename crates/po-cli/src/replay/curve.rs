//! Pictures in plain elements: panels with axes, lines, areas and bars.
//!
//! Ink and grid have classes besides their colours, so that a page can turn them for dark screens.

use std::fmt::Write;

use crate::page::escaped;

/// Colours that can be told apart by those who see few, on white and on black.
pub(super) const COLOURS: [&str; 10] = [
    "#2563eb", "#d95410", "#059669", "#9333a0", "#b48200", "#0891b2", "#e11d74", "#65a30d", "#7c6df2",
    "#9ca3af",
];
pub(super) const GAIN: &str = "#059669";
pub(super) const LOSS: &str = "#dc2626";
pub(super) const GREY: &str = "#9ca3af";

pub(super) const WIDTH: f64 = 1000.0;
pub(super) const LEFT: f64 = 70.0;
pub(super) const RIGHT: f64 = 980.0;

/// About so many ticks are on a vertical axis.
const TICKS: f64 = 5.0;

/// Mean width of a character at the size of small text.
const CHARACTER: f64 = 6.6;

/// A picture that grows by elements.
#[derive(Clone, Debug, Default)]
pub(super) struct Picture(String);

impl Picture {
    /// The picture, of some height and with a name for those who do not see it.
    pub(super) fn finish(self, height: f64, name: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
             role=\"img\" aria-label=\"{}\" font-family=\"system-ui,sans-serif\">\n{}</svg>\n",
            escaped(name),
            self.0
        )
    }

    pub(super) fn text(&mut self, (x, y): (f64, f64), words: &str, anchor: &str, size: f64) {
        let (class, fill) = if size > 12.0 { ("ink", "#1f2937") } else { ("faint", "#6b7280") };
        let words = escaped(words);
        let _ = writeln!(
            self.0,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\" fill=\"{fill}\" font-size=\"{size}\" text-anchor=\"{anchor}\">{words}</text>"
        );
    }

    pub(super) fn rule(&mut self, from: (f64, f64), to: (f64, f64), strong: bool) {
        let (class, stroke) = if strong { ("axis", "#6b7280") } else { ("grid", "#e5e7eb") };
        let _ = writeln!(
            self.0,
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" class=\"{class}\" stroke=\"{stroke}\"/>",
            from.0, from.1, to.0, to.1
        );
    }

    pub(super) fn bar(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: &str) {
        let _ = writeln!(
            self.0,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\"/>"
        );
    }

    fn path(&mut self, points: &[(f64, f64)], style: &str, closed: bool) {
        let mut data = String::new();
        for (number, (x, y)) in points.iter().enumerate() {
            let _ = write!(data, "{}{x:.1} {y:.1}", if number == 0 { "M" } else { "L" });
        }
        let end = if closed { "Z" } else { "" };
        let _ = writeln!(self.0, "<path d=\"{data}{end}\" {style}/>");
    }

    /// Names with their colours, from the left, in as many rows as they take; how far down they reach.
    pub(super) fn legend(&mut self, top: f64, entries: &[(&str, &str)]) -> f64 {
        let (mut x, mut y) = (LEFT, top);
        for (name, colour) in entries {
            let room = 24.0 + CHARACTER * name.chars().count() as f64;
            if x + room > RIGHT && x > LEFT {
                (x, y) = (LEFT, y + 17.0);
            }
            self.bar((x, y - 8.0), (11.0, 9.0), colour);
            self.text((x + 15.0, y), name, "start", 11.0);
            x += room + 8.0;
        }
        y
    }
}

/// A frame with axes.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) across: (f64, f64),
    pub(super) range: (f64, f64),
    pub(super) logarithmic: bool,
}

impl Panel {
    /// Where a value from zero to one lies across, and a value of the axis lies upright.
    pub(super) fn at(&self, (along, value): (f64, f64)) -> (f64, f64) {
        let (left, right) = self.across;
        (left + along * (right - left), self.y(value))
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        let (low, high) = self.range;
        let share = if self.logarithmic {
            (value.max(low * 1e-3) / low).ln() / (high / low).ln()
        } else {
            (value - low) / (high - low)
        };
        self.bottom - share.clamp(-0.02, 1.02) * (self.bottom - self.top)
    }

    /// The title, the grid with its numbers, and ticks below.
    pub(super) fn frame(
        &self,
        picture: &mut Picture,
        title: &str,
        shown: impl Fn(f64, f64) -> String,
        ticks: &[(f64, String)],
    ) {
        let (left, right) = self.across;
        picture.text((left, self.top - 12.0), title, "start", 13.0);
        for (value, step) in self.ticks() {
            let y = self.y(value);
            picture.rule((left, y), (right, y), false);
            picture.text((left - 6.0, y + 4.0), &shown(value, step), "end", 11.0);
        }
        for (along, label) in ticks {
            let x = left + along * (right - left);
            picture.rule((x, self.bottom), (x, self.bottom + 4.0), true);
            picture.text((x, self.bottom + 17.0), label, "middle", 11.0);
        }
        picture.rule((left, self.bottom), (right, self.bottom), true);
    }

    /// Round numbers within the range, and the step between them.
    fn ticks(&self) -> Vec<(f64, f64)> {
        let (low, high) = self.range;
        if self.logarithmic {
            let steps = [1.0, 1.5, 2.0, 3.0, 5.0, 7.0];
            let coarse = [1.0, 2.0, 5.0];
            let decades = (high / low).log10();
            let steps: &[f64] = if decades < 0.8 { &steps } else { &coarse };
            let (from, to) = (low.log10().floor() as i32, high.log10().ceil() as i32);
            let all = (from..=to).flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
            let inside: Vec<(f64, f64)> =
                all.filter(|value| (low..=high).contains(value)).map(|value| (value, value)).collect();
            if inside.len() > 1 {
                return inside;
            }
        }
        let step = round_step((high - low) / TICKS);
        let (from, to) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
        (from..=to).map(|tick| (tick as f64 * step, step)).collect()
    }

    pub(super) fn line(&self, picture: &mut Picture, points: &[(f64, f64)], (colour, width): (&str, f64)) {
        let style =
            format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"");
        for part in points.split(|(_, value)| !value.is_finite()).filter(|part| part.len() > 1) {
            let placed: Vec<(f64, f64)> = part.iter().map(|point| self.at(*point)).collect();
            picture.path(&placed, &style, false);
        }
    }

    /// The area between two lines: along, from, to.
    pub(super) fn area(
        &self,
        picture: &mut Picture,
        points: &[(f64, f64, f64)],
        (colour, opacity): (&str, f64),
    ) {
        let upper = points.iter().map(|(along, _, to)| self.at((*along, *to)));
        let lower = points.iter().rev().map(|(along, from, _)| self.at((*along, *from)));
        let corners: Vec<(f64, f64)> = upper.chain(lower).collect();
        picture.path(&corners, &format!("fill=\"{colour}\" fill-opacity=\"{opacity}\""), true);
    }
}

/// The least and the greatest of numbers that are finite, with some room, and never empty.
pub(super) fn range(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let finite = values.into_iter().filter(|value| value.is_finite());
    let (low, high) = finite
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return (0.0, 1.0);
    }
    let room = 0.04 * (high - low);
    if room > 0.0 { (low - room, high + room) } else { (low - 0.5, high + 0.5) }
}

/// 1, 2 or 5 times a power of ten, no less than a number.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= least * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

/// As many digits as a step has.
pub(super) fn plain(value: f64, step: f64) -> String {
    let digits = (-(step * (1.0 + 1e-9)).log10().floor()).max(0.0) as usize;
    super::tables::fixed(value, digits)
}

/// The same in per cent.
pub(super) fn per_cent(value: f64, step: f64) -> String {
    format!("{} %", plain(100.0 * value, 100.0 * step))
}
