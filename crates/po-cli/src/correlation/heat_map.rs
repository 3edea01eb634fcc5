//! The correlation matrix as a picture.

use plotters::prelude::*;

use super::matrix::Matrix;
use super::tables::shown;
use crate::picture::{
    self, Canvas, Drawn, FAINT, INK, Placed, SMALL, TEXT, WIDTH, cut, heading, scaled, write,
};

/// The width of the picture, and that of a small matrix with its title.
const WHOLE: f64 = 1000.0;
const NARROW: f64 = 720.0;

/// Room to the left of names, to the right of the matrix for the legend, above it for the title, and beneath it.
const LEFT: f64 = 24.0;
const RIGHT: f64 = 96.0;
const TOP: f64 = 100.0;
const BOTTOM: f64 = 24.0;

/// The largest and the smallest cell, the smallest whose row has a name, and the smallest with its number.
const LARGEST: f64 = 72.0;
const NAMED: f64 = 9.0;
const NUMBERED: f64 = 30.0;

/// More cells than this on a side are drawn as the means of blocks.
const MOST_CELLS: usize = 160;

/// Longer names are cut.
const LONGEST: usize = 18;

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

/// Where the matrix stands.
struct Layout {
    /// Cells on a side, and how many assets on a side each stands for.
    cells: usize,
    block: usize,
    left: f64,
    top: f64,
    cell: f64,
    /// Size of the names; none where they do not fit.
    names: Option<f64>,
    size: (u32, u32),
}

impl Layout {
    fn of(matrix: &Matrix) -> Self {
        let block = matrix.len().div_ceil(MOST_CELLS);
        let cells = matrix.len().div_ceil(block);
        let longest =
            matrix.names.iter().map(|name| cut(name, LONGEST).chars().count()).max().unwrap_or(0) as f64;
        let at_most = |name: f64| ((WHOLE - LEFT - name - RIGHT) / cells as f64).min(LARGEST);
        let size = |cell: f64| (0.75 * cell).min(TEXT);
        // The longer the names, the less room is there for cells.
        let guess = size(at_most(longest * WIDTH * SMALL));
        let (cell, room) = (at_most(longest * WIDTH * guess), longest * WIDTH * guess + 6.0);
        let named = block == 1 && cell >= NAMED;
        let room = if named { room } else { 0.0 };
        let cell = if named { cell } else { at_most(0.0) };
        let (left, top, side) = (LEFT + room, TOP + room, cell * cells as f64);
        let width = (left + side + RIGHT).max(NARROW);
        let size = (width.ceil() as u32, (top + side + BOTTOM).ceil() as u32);
        Self { cells, block, left, top, cell, names: named.then_some(guess), size }
    }
}

/// Draws the picture; the reason if it cannot be.
pub(super) fn svg(matrix: &Matrix) -> Result<String, String> {
    let layout = Layout::of(matrix);
    picture::svg(layout.size, true, |canvas| drawn(matrix, &layout, canvas))
}

fn drawn(matrix: &Matrix, layout: &Layout, canvas: &Canvas<'_>) -> Drawn {
    let mut lines = vec![format!("{}; model: {}", matrix.about.words(), matrix.kind.name())];
    let order = matrix.ordered();
    lines.push(match (layout.names, layout.block) {
        (Some(_), _) => order.to_owned(),
        (None, 1) => format!("{order}; --output csv names them"),
        (None, block) => format!("{order}; each square is the mean of {block} by {block} pairs"),
    });
    heading(canvas, "Correlation", &lines)?;
    let Layout { cells, left, top, cell, .. } = *layout;
    for row in 0..cells {
        for col in 0..cells {
            let value = mean(matrix, layout.block, row, col);
            let at = |row: usize, col: usize| (left + col as f64 * cell, top + row as f64 * cell);
            let corners = [scaled(at(row, col)), scaled(at(row + 1, col + 1))];
            canvas.draw(&Rectangle::new(corners, colour(value).filled()))?;
            if cell >= NUMBERED && layout.block == 1 {
                let ink = if value.abs() > 0.7 { WHITE } else { INK };
                let (x, y) = at(row, col);
                let middle = (x + cell / 2.0, y + cell / 2.0);
                write(canvas, &shown(Some(value)), middle, ((0.33 * cell).min(TEXT), ink), Placed::MIDDLE)?;
            }
        }
    }
    if let Some(size) = layout.names {
        for (index, name) in matrix.names.iter().enumerate() {
            let (name, middle) = (cut(name, LONGEST), cell * (index as f64 + 0.5));
            write(canvas, &name, (left - 5.0, top + middle), (size, INK), Placed::LEFT)?;
            write(canvas, &name, (left + middle, top - 5.0), (size, INK), Placed::UPWARDS)?;
        }
    }
    legend(canvas, layout)
}

/// The colours from 1 down to -1.
fn legend(canvas: &Canvas<'_>, layout: &Layout) -> Drawn {
    const STEPS: usize = 80;
    let side = layout.cell * layout.cells as f64;
    let (left, top, height) = (layout.left + side + 24.0, layout.top, side.clamp(120.0, 300.0));
    let at = |value: f64| top + height * (1.0 - value) / 2.0;
    for step in 0..STEPS {
        let value = |step: usize| 1.0 - 2.0 * step as f64 / STEPS as f64;
        let corners = [(left, at(value(step))), (left + 16.0, at(value(step + 1)))].map(scaled);
        canvas.draw(&Rectangle::new(corners, colour(value(step)).filled()))?;
    }
    for value in [1.0, 0.5, 0.0, -0.5, -1.0] {
        write(canvas, &format!("{value}"), (left + 22.0, at(value)), (SMALL, FAINT), Placed::RIGHT)?;
    }
    Ok(())
}

/// The mean of a block of pairs; what an asset has with itself counts in blocks of one only.
fn mean(matrix: &Matrix, block: usize, row: usize, col: usize) -> f64 {
    let range = |index: usize| index * block..((index + 1) * block).min(matrix.len());
    let pairs = range(row).flat_map(|row| range(col).map(move |col| (row, col)));
    let values = pairs.filter(|(row, col)| block == 1 || row != col).map(|(row, col)| matrix.at(row, col));
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    // The last block may hold one asset.
    if count == 0 { 1.0 } else { sum / f64::from(count) }
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
