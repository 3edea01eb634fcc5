//! The correlation matrix as a picture.

use plotters::prelude::*;

use super::matrix::Matrix;
use super::tables::shown;
use crate::heat::{self, Squares};
use crate::picture::{self, Canvas, Drawn, INK, Placed, SMALL, TEXT, WIDTH, cut, heading, write};

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

/// Longer names are cut.
const LONGEST: usize = 18;

/// Where the matrix stands.
struct Layout {
    squares: Squares,
    /// The side of a square of one asset.
    cell: f64,
    /// Size of the names; none where they do not fit.
    names: Option<f64>,
    size: (u32, u32),
}

impl Layout {
    fn of(matrix: &Matrix) -> Self {
        let (assets, block) = (matrix.len(), heat::block(matrix.len()));
        let longest =
            matrix.names.iter().map(|name| cut(name, LONGEST).chars().count()).max().unwrap_or(0) as f64;
        let at_most = |name: f64| ((WHOLE - LEFT - name - RIGHT) / assets as f64).min(LARGEST);
        let size = |cell: f64| (0.75 * cell).min(TEXT);
        // The longer the names, the less room is there for cells.
        let guess = size(at_most(longest * WIDTH * SMALL));
        let (cell, room) = (at_most(longest * WIDTH * guess), longest * WIDTH * guess + 6.0);
        let named = block == 1 && cell >= NAMED;
        let room = if named { room } else { 0.0 };
        let cell = if named { cell } else { at_most(0.0) };
        let (left, top, side) = (LEFT + room, TOP + room, cell * assets as f64);
        let width = (left + side + RIGHT).max(NARROW);
        let size = (width.ceil() as u32, (top + side + BOTTOM).ceil() as u32);
        let squares = Squares { assets, block, left, top, side };
        Self { squares, cell, names: named.then_some(guess), size }
    }
}

/// Draws the picture; the reason if it cannot be.
pub(super) fn svg(matrix: &Matrix) -> Result<String, String> {
    let layout = Layout::of(matrix);
    let squares = layout.squares.drawn(|row, col| matrix.at(row, col));
    picture::layered(layout.size, &squares, "", |canvas| drawn(matrix, &layout, canvas))
}

fn drawn(matrix: &Matrix, layout: &Layout, canvas: &Canvas<'_>) -> Drawn {
    let Layout { squares: Squares { assets, block, left, top, side }, cell, names, .. } = *layout;
    let mut lines = vec![format!("{}; model: {}", matrix.about.words(), matrix.kind.name())];
    let order = matrix.ordered();
    lines.push(match (names, block) {
        (Some(_), _) => order.to_owned(),
        (None, 1) => format!("{order}; --output csv names them"),
        (None, block) => format!("{order}; each square is the mean of {block} by {block} pairs"),
    });
    heading(canvas, "Correlation", &lines)?;
    let pairs = (0..assets).flat_map(|row| (0..assets).map(move |col| (row, col)));
    for (row, col) in pairs.take_while(|_| cell >= NUMBERED) {
        let value = matrix.at(row, col);
        let ink = if value.abs() > 0.7 { WHITE } else { INK };
        let middle = (left + cell * (col as f64 + 0.5), top + cell * (row as f64 + 0.5));
        write(canvas, &shown(Some(value)), middle, ((0.33 * cell).min(TEXT), ink), Placed::MIDDLE)?;
    }
    if let Some(size) = names {
        for (index, name) in matrix.names.iter().enumerate() {
            let (name, middle) = (cut(name, LONGEST), cell * (index as f64 + 0.5));
            write(canvas, &name, (left - 5.0, top + middle), (size, INK), Placed::LEFT)?;
            write(canvas, &name, (left + middle, top - 5.0), (size, INK), Placed::UPWARDS)?;
        }
    }
    heat::legend(canvas, (left + side + 24.0, top), side.clamp(120.0, 300.0), true)
}
