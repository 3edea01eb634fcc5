//! Where the parts of the picture stand.

use crate::heat::{Squares, block};
use crate::picture::{TEXT, cut, extent};
use crate::report::Report;
use crate::report::clusters::Cluster;

/// The least width of the picture, so that what is said above it fits.
const NARROW: f64 = 860.0;

/// Room at the sides, above the first line, between parts, and beneath for axes.
const SIDE: f64 = 24.0;
const ABOVE: f64 = 56.0;
pub(super) const LINE: f64 = 18.0;
const BETWEEN: f64 = 26.0;
const BELOW: f64 = 66.0;

/// The tallest row and the lowest, the height that rows are to fill, and the most they may.
const TALLEST: f64 = 56.0;
const LOWEST: f64 = 11.0;
const FILLED: f64 = 440.0;
const MOST: f64 = 680.0;

/// The least height of a row whose asset has a name.
const NAMED: f64 = 9.0;

/// Longer names are cut.
const LONGEST: usize = 18;

/// The width of the tree, of the bars, and the least of the squares.
const TREE: f64 = 190.0;
const BARS: f64 = 140.0;
const LEGEND: f64 = 150.0;

/// The columns of the list of clusters: the ends of the numbers, the weights and the shares.
pub(super) const COLUMNS: [f64; 3] = [52.0, 116.0, 180.0];

/// Where the parts stand, and how high a row is.
pub(super) struct Layout {
    pub(super) row: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    /// Left and right of the tree; the right is where leaves end.
    pub(super) tree: (f64, f64),
    /// Size of the names; none where they do not fit.
    pub(super) names: Option<f64>,
    pub(super) squares: Option<Squares>,
    pub(super) bars: (f64, f64),
    /// Size of the numbers beside the bars, and the right end of the room for them.
    pub(super) numbers: (f64, f64),
    /// Where the list of clusters begins.
    pub(super) list: f64,
    pub(super) size: (u32, u32),
}

impl Layout {
    /// The layout beneath so many lines.
    pub(super) fn of(report: &Report, clusters: &[Cluster], lines: usize) -> Self {
        let assets = report.names.len();
        let each = (FILLED / assets as f64).clamp(LOWEST, TALLEST);
        let row = if each * assets as f64 <= MOST { each } else { MOST / assets as f64 };
        let height = row * assets as f64;
        let names = (row >= NAMED).then(|| (0.75 * row).min(TEXT));
        let widest =
            |size: f64| report.names.iter().map(|name| extent(&name_of(name), size)).fold(0.0, f64::max);
        let room = names.map_or(0.0, |size| widest(size) + 10.0);
        let above = ABOVE + LINE * lines as f64;
        let top = above + if report.correlation.is_some() { room.max(24.0) } else { 24.0 };
        let tree = (SIDE, SIDE + if report.grown.is_some() { TREE } else { 0.0 });
        let left = tree.1 + room.max(8.0);
        let squares = report.correlation.as_ref();
        let squares = squares.map(|_| Squares { assets, block: block(assets), left, top, side: height });
        let right = squares.map_or(left, |squares| left + squares.side.max(LEGEND) + BETWEEN);
        let bars = (right, right + BARS);
        let size = names.map_or(10.0, |size| size.clamp(8.0, 11.0));
        let named = if names.is_some() { 0.0 } else { widest(size) };
        let numbers = (size, bars.1 + named + extent(" 12.34 %", size));
        let list = numbers.1 + 8.0;
        let end = if clusters.is_empty() { numbers.1 } else { list + COLUMNS[2] };
        let bottom = top + height;
        let size = ((end + SIDE).max(NARROW).ceil() as u32, (bottom + BELOW).ceil() as u32);
        Self { row, top, bottom, tree, names, squares, bars, numbers, list, size }
    }

    /// The middle of the row at a place among the leaves, which may lie between two.
    pub(super) fn middle(&self, place: f64) -> f64 {
        self.top + self.row * (place + 0.5)
    }
}

/// A name as it is drawn.
pub(super) fn name_of(name: &str) -> String {
    cut(name, LONGEST)
}
