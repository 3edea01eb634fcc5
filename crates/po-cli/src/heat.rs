//! Correlations as squares of colour.

use std::collections::BTreeMap;
use std::fmt::Write;

use plotters::prelude::*;

use crate::picture::{Canvas, Drawn, FAINT, Placed, SCALE, SMALL, scaled, write};

/// More squares than this on a side are drawn as the means of blocks.
const MOST_SQUARES: usize = 160;

/// More squares than this on a side are drawn by colour, many in one element.
const MOST_ALONE: usize = 40;

/// Colours from zero to one that squares have where they are drawn by colour: more than an eye tells apart.
const LEVELS: f64 = 64.0;

/// The steps of the legend, and how thick it is, upright and level.
const STEPS: usize = 80;
const UPRIGHT: f64 = 16.0;
const LEVEL: f64 = 10.0;

/// Colours from -1 to 1, in equal steps.
const COLOURS: [RGBColor; 9] = [
    RGBColor(33, 82, 155),
    RGBColor(67, 126, 190),
    RGBColor(129, 176, 215),
    RGBColor(197, 218, 235),
    RGBColor(247, 247, 247),
    RGBColor(249, 214, 193),
    RGBColor(239, 154, 122),
    RGBColor(207, 88, 74),
    RGBColor(159, 22, 42),
];

/// Where the squares of a matrix stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Squares {
    /// How many assets there are, and how many on a side share a square.
    pub(crate) assets: usize,
    pub(crate) block: usize,
    pub(crate) left: f64,
    pub(crate) top: f64,
    /// The side of the matrix.
    pub(crate) side: f64,
}

/// How many assets on a side share a square.
pub(crate) fn block(assets: usize) -> usize {
    assets.div_ceil(MOST_SQUARES).max(1)
}

impl Squares {
    /// How many squares there are on a side; the last may be smaller.
    pub(crate) fn count(&self) -> usize {
        self.assets.div_ceil(self.block)
    }

    /// Draws the squares of correlations as elements of a picture.
    pub(crate) fn drawn(&self, at: impl Fn(usize, usize) -> f64) -> String {
        let count = self.count();
        let edge = |square: usize| (square * self.block).min(self.assets);
        if count > MOST_ALONE {
            return self.by_colour(edge, at);
        }
        let mut text = String::from("<g shape-rendering=\"crispEdges\">\n");
        let place = |edge: usize| self.side * edge as f64 / self.assets as f64;
        for row in 0..count {
            let (top, bottom) = (place(edge(row)), place(edge(row + 1)));
            for col in 0..count {
                let (x, y) = scaled((self.left + place(edge(col)), self.top + top));
                let (right, low) = scaled((self.left + place(edge(col + 1)), self.top + bottom));
                let (width, height) = (right - x, low - y);
                let fill = hex(colour(self.mean(&at, row, col)));
                let _ = writeln!(
                    text,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>"
                );
            }
        }
        text + "</g>\n"
    }

    /// One element per colour, in units of an asset; neighbours in a row share a square.
    fn by_colour(&self, edge: impl Fn(usize) -> usize, at: impl Fn(usize, usize) -> f64) -> String {
        let count = self.count();
        let mut paths: BTreeMap<i32, String> = BTreeMap::new();
        for row in 0..count {
            let (top, height) = (edge(row), edge(row + 1) - edge(row));
            let mut first = 0;
            let levels: Vec<i32> = (0..count).map(|col| level(self.mean(&at, row, col))).collect();
            while first < count {
                let level = levels[first];
                let same = levels[first..].iter().take_while(|other| **other == level).count();
                let (left, width) = (edge(first), edge(first + same) - edge(first));
                let path = paths.entry(level).or_default();
                let _ = write!(path, "M{left} {top}h{width}v{height}h-{width}z");
                first += same;
            }
        }
        let (x, y) = scaled((self.left, self.top));
        let unit = f64::from(SCALE) * self.side / self.assets as f64;
        let mut text = format!(
            "<g class=\"squares\" shape-rendering=\"crispEdges\" transform=\"translate({x} {y}) scale({unit:.5})\">\n"
        );
        for (level, path) in paths {
            let fill = hex(colour(f64::from(level) / LEVELS));
            let _ = writeln!(text, "<path fill=\"{fill}\" d=\"{path}\"/>");
        }
        text + "</g>\n"
    }

    /// The mean of a block of pairs; what an asset has with itself counts in blocks of one only.
    pub(crate) fn mean(&self, at: impl Fn(usize, usize) -> f64, row: usize, col: usize) -> f64 {
        let range = |index: usize| index * self.block..((index + 1) * self.block).min(self.assets);
        let pairs = range(row).flat_map(|row| range(col).map(move |col| (row, col)));
        let values = pairs.filter(|(row, col)| self.block == 1 || row != col).map(|(row, col)| at(row, col));
        let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
        // The last block may hold one asset.
        if count == 0 { 1.0 } else { sum / f64::from(count) }
    }
}

/// The colours and their numbers: upright from 1 down to -1, else from -1 to 1.
pub(crate) fn legend(canvas: &Canvas<'_>, (left, top): (f64, f64), length: f64, upright: bool) -> Drawn {
    // A place by the value, and by how far it is across.
    let at = |value: f64, across: f64| {
        let along = length * (value + 1.0) / 2.0;
        if upright { (left + across, top + length - along) } else { (left + along, top + across) }
    };
    let value = |step: usize| 1.0 - 2.0 * step as f64 / STEPS as f64;
    let thick = if upright { UPRIGHT } else { LEVEL };
    for step in 0..STEPS {
        // To the end, over which the next ones are drawn: no line shows between neighbours.
        let ((x, y), (other_x, other_y)) = (at(value(step), 0.0), at(-1.0, thick));
        let corners = [(x.min(other_x), y.min(other_y)), (x.max(other_x), y.max(other_y))].map(scaled);
        canvas.draw(&Rectangle::new(corners, colour(value(step)).filled()))?;
    }
    let (beyond, placed) =
        if upright { (thick + 6.0, Placed::RIGHT) } else { (thick + 11.0, Placed::MIDDLE) };
    for value in [1.0, 0.5, 0.0, -0.5, -1.0] {
        write(canvas, &format!("{value}"), at(value, beyond), (SMALL, FAINT), placed)?;
    }
    Ok(())
}

/// The colour of a correlation.
fn colour(value: f64) -> RGBColor {
    let place = (value.clamp(-1.0, 1.0) + 1.0) / 2.0 * (COLOURS.len() - 1) as f64;
    let below = (place as usize).min(COLOURS.len() - 2);
    let share = place - below as f64;
    let (from, to) = (COLOURS[below], COLOURS[below + 1]);
    let mix = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

fn level(value: f64) -> i32 {
    (LEVELS * value.clamp(-1.0, 1.0)).round() as i32
}

/// A colour as elements have it.
pub(crate) fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}
