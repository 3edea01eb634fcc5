//! Correlations over time as a picture.

use jiff::civil::DateTime;
use plotters::prelude::*;

use super::series::{Path, Series};
use super::tables::shown;
use crate::data::show_date;
use crate::picture::{
    self, COLOURS, Canvas, Drawn, FAINT, GRID, INK, Placed, SCALE, SMALL, TEXT, WIDTH, cut, heading, line,
    scaled, write,
};

const SIZE: (u32, u32) = (1000, 560);

/// Where the frame of the lines begins, and where it ends; names stand to the right of it.
const LEFT: f64 = 64.0;
const TOP: f64 = 92.0;
const BOTTOM: f64 = 512.0;

/// Pairs without a colour of their own have panels of their own: so many beside each other, their size, and the room
/// between them.
const COLUMNS: usize = 4;
const PANEL: (f64, f64) = (208.0, 110.0);
const BETWEEN: (f64, f64) = (18.0, 40.0);

/// The most pairs that are drawn.
pub(super) const MOST: usize = 28;

/// From one name down to the next.
const PITCH: f64 = 16.0;

/// More dates than twice this are drawn by the least and the greatest value of each of so many stretches; and in a panel.
const STRETCHES: usize = 2000;
const OF_PANELS: usize = 400;

/// The most labels on the axis of dates: of months or years, and of whole dates.
const LABELS: usize = 10;
const DATES: usize = 6;

/// Longer pairs are cut.
const LONGEST: usize = 26;

/// Where dates and correlations are in the picture.
struct Frame {
    first: DateTime,
    seconds: f64,
    /// Left and right, top and bottom.
    across: (f64, f64),
    down: (f64, f64),
    low: f64,
    high: f64,
}

impl Frame {
    fn new(series: &Series, across: (f64, f64), down: (f64, f64), (low, high): (f64, f64)) -> Self {
        let (first, last) = (series.dates[0], series.dates[series.dates.len() - 1]);
        let seconds = first.duration_until(last).as_secs_f64().max(1.0);
        Self { first, seconds, across, down, low, high }
    }

    fn x(&self, date: DateTime) -> f64 {
        let since = self.first.duration_until(date).as_secs_f64();
        self.across.0 + since / self.seconds * (self.across.1 - self.across.0)
    }

    fn y(&self, value: f64) -> f64 {
        self.down.1 - (value - self.low) / (self.high - self.low) * (self.down.1 - self.down.0)
    }
}

/// Draws the picture; the reason if it cannot be.
pub(super) fn svg(series: &Series) -> Result<String, String> {
    let pairs = series.paths.len();
    if pairs <= COLOURS.len() {
        return picture::svg(SIZE, |canvas| drawn(series, canvas));
    }
    let height = TOP + pairs.div_ceil(COLUMNS) as f64 * (PANEL.1 + BETWEEN.1);
    picture::svg((SIZE.0, height as u32), |canvas| panels(series, canvas))
}

fn title(series: &Series, canvas: &Canvas<'_>) -> Drawn {
    let lines = [format!("{}; {}", series.about.words(), series.model())];
    heading(canvas, "Correlation over time", &lines)
}

/// A pair, and where it stands.
fn label(path: &Path) -> String {
    format!("{}  {}", cut(&path.name, LONGEST), shown(path.last()))
}

fn drawn(series: &Series, canvas: &Canvas<'_>) -> Drawn {
    title(series, canvas)?;
    let labels: Vec<String> = series.paths.iter().map(label).collect();
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0) as f64;
    let (low, high, step) = range(series);
    let right = f64::from(SIZE.0) - longest * WIDTH * TEXT - 24.0;
    let frame = Frame::new(series, (LEFT, right), (TOP, BOTTOM), (low, high));
    axes(series, &frame, step, canvas)?;
    for (path, colour) in series.paths.iter().zip(COLOURS) {
        for part in parts(series, path, &frame, STRETCHES) {
            canvas.draw(&PathElement::new(part, colour.stroke_width(2 * SCALE)))?;
        }
    }
    for (index, y) in spread(series, &frame) {
        write(canvas, &labels[index], (right + 10.0, y), (TEXT, COLOURS[index]), Placed::RIGHT)?;
    }
    Ok(())
}

/// A panel for each pair, all with the same axes.
fn panels(series: &Series, canvas: &Canvas<'_>) -> Drawn {
    title(series, canvas)?;
    let (low, high, _) = range(series);
    let (first, last) = (series.dates[0], series.dates[series.dates.len() - 1]);
    for (index, path) in series.paths.iter().enumerate() {
        let (row, column) = ((index / COLUMNS) as f64, (index % COLUMNS) as f64);
        let (left, top) = (LEFT + column * (PANEL.0 + BETWEEN.0), TOP + row * (PANEL.1 + BETWEEN.1));
        let (right, bottom) = (left + PANEL.0, top + PANEL.1);
        let frame = Frame::new(series, (left, right), (top, bottom), (low, high));
        write(canvas, &label(path), (left, top - 9.0), (SMALL, INK), Placed::RIGHT)?;
        let zero = (low < 0.0 && high > 0.0).then_some((0.0, FAINT));
        for (value, colour) in [(low, GRID), (high, GRID)].into_iter().chain(zero) {
            let y = frame.y(value);
            line(canvas, (left, y), (right, y), colour)?;
            if index % COLUMNS == 0 {
                write(canvas, &shown(Some(value)), (left - 8.0, y), (SMALL, FAINT), Placed::LEFT)?;
            }
        }
        // Dates stand under the lowest panel of each column.
        if index + COLUMNS >= series.paths.len() {
            write(canvas, &show_date(first), (left, bottom + 12.0), (SMALL, FAINT), Placed::RIGHT)?;
            write(canvas, &show_date(last), (right, bottom + 12.0), (SMALL, FAINT), Placed::LEFT)?;
        }
        for part in parts(series, path, &frame, OF_PANELS) {
            canvas.draw(&PathElement::new(part, COLOURS[0].stroke_width(SCALE)))?;
        }
    }
    Ok(())
}

/// Correlations that are shown, and their steps.
fn range(series: &Series) -> (f64, f64, f64) {
    let values = series.paths.iter().flat_map(|path| path.values.iter().flatten());
    let (low, high) = values
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    if low > high {
        return (-1.0, 1.0, 0.5);
    }
    let step = if high - low < 0.35 {
        0.05
    } else if high - low < 0.7 {
        0.1
    } else {
        0.2
    };
    let low = ((low / step).floor() * step).max(-1.0);
    let high = ((high / step).ceil() * step).min(1.0);
    // What does not move needs room as well.
    if high - low > step { (low, high, step) } else { ((low - step).max(-1.0), (high + step).min(1.0), step) }
}

fn axes(series: &Series, frame: &Frame, step: f64, canvas: &Canvas<'_>) -> Drawn {
    let (from, to) = ((frame.low / step).round() as i32, (frame.high / step).round() as i32);
    for tick in from..=to {
        let value = f64::from(tick) * step;
        let y = frame.y(value);
        line(canvas, (LEFT, y), (frame.across.1, y), if tick == 0 { FAINT } else { GRID })?;
        write(canvas, &shown(Some(value)), (LEFT - 8.0, y), (SMALL, FAINT), Placed::LEFT)?;
    }
    for (date, label) in ticks(&series.dates) {
        let x = frame.x(date);
        line(canvas, (x, BOTTOM), (x, BOTTOM + 5.0), FAINT)?;
        write(canvas, &label, (x, BOTTOM + 18.0), (SMALL, FAINT), Placed::MIDDLE)?;
    }
    line(canvas, (LEFT, BOTTOM), (frame.across.1, BOTTOM), INK)
}

/// Dates on the axis, with what is written there: the first of years or months, or some of the dates themselves.
pub(crate) fn ticks(dates: &[DateTime]) -> Vec<(DateTime, String)> {
    const MONTHS: [i32; 9] = [1, 2, 3, 6, 12, 24, 60, 120, 240];
    let (first, last) = (dates[0], dates[dates.len() - 1]);
    let month = |date: DateTime| 12 * i32::from(date.year()) + i32::from(date.month()) - 1;
    let (from, to) = (month(first), month(last));
    let count = |step: i32| (to.div_euclid(step) - from.div_euclid(step)) as usize;
    let Some(step) = MONTHS.into_iter().find(|step| (3..=LABELS).contains(&count(*step))) else {
        let every = dates.len().div_ceil(DATES);
        return dates.iter().step_by(every).map(|date| (*date, show_date(*date))).collect();
    };
    let starts = (from.div_euclid(step) + 1..=to.div_euclid(step)).map(|index| index * step);
    let start = |month: i32| {
        let (year, month) = (i16::try_from(month.div_euclid(12)).ok()?, month.rem_euclid(12) as i8 + 1);
        let date = jiff::civil::Date::new(year, month, 1).ok()?.to_datetime(jiff::civil::Time::midnight());
        let label = if step >= 12 { format!("{year}") } else { format!("{year}-{month:02}") };
        (first..=last).contains(&date).then_some((date, label))
    };
    starts.filter_map(start).collect()
}

/// The line of a pair, in as many parts as it is interrupted.
fn parts(series: &Series, path: &Path, frame: &Frame, stretches: usize) -> Vec<Vec<(i32, i32)>> {
    let mut parts = vec![Vec::new()];
    for index in kept(path, stretches) {
        match (path.values[index], parts.last_mut()) {
            (Some(value), Some(part)) => part.push(scaled((frame.x(series.dates[index]), frame.y(value)))),
            _ => parts.push(Vec::new()),
        }
    }
    parts.retain(|part| part.len() > 1);
    parts
}

/// The dates that make the line: all, or its ends and the extremes of stretches.
fn kept(path: &Path, stretches: usize) -> Vec<usize> {
    let dates = path.values.len();
    if dates <= 2 * stretches {
        return (0..dates).collect();
    }
    let mut kept = vec![0];
    for stretch in 0..stretches {
        let range = || stretch * dates / stretches..(stretch + 1) * dates / stretches;
        let value = |date: usize| path.values[date].unwrap_or(f64::NEG_INFINITY);
        let by = |a: &usize, b: &usize| value(*a).total_cmp(&value(*b));
        let mut ends: Vec<usize> = range().min_by(by).into_iter().chain(range().max_by(by)).collect();
        ends.sort_unstable();
        kept.extend(ends);
    }
    kept.push(dates - 1);
    kept.dedup();
    kept
}

/// Where the names stand: beside the ends of their lines, without one on another.
fn spread(series: &Series, frame: &Frame) -> Vec<(usize, f64)> {
    let ends = series.paths.iter().enumerate();
    let end = |(index, path): (usize, &Path)| {
        Some((index, frame.y(path.values.iter().rev().flatten().next().copied()?)))
    };
    let mut places: Vec<(usize, f64)> = ends.filter_map(end).collect();
    places.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut least = f64::NEG_INFINITY;
    for (_, y) in &mut places {
        *y = y.max(least);
        least = *y + PITCH;
    }
    let mut most = BOTTOM;
    for (_, y) in places.iter_mut().rev() {
        *y = y.min(most);
        most = *y - PITCH;
    }
    places
}
