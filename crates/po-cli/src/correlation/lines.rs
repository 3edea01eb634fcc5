//! Correlations over time as a picture.

use jiff::civil::DateTime;
use plotters::prelude::*;

use super::series::{Path, Series};
use super::tables::shown;
use crate::data::show_date;
use crate::picture::{
    self, Canvas, Drawn, FAINT, GRID, INK, Placed, SCALE, SMALL, TEXT, WIDTH, cut, heading, line, scaled,
    write,
};

const SIZE: (u32, u32) = (1000, 560);

/// The frame that the lines are in; names stand to the right of it.
const LEFT: f64 = 64.0;
const TOP: f64 = 92.0;
const BOTTOM: f64 = 512.0;

/// From one name down to the next.
const PITCH: f64 = 16.0;

/// More dates than twice this are drawn by the least and the greatest value of each of so many stretches.
const STRETCHES: usize = 2000;

/// The most labels on the axis of dates: of months or years, and of whole dates.
const LABELS: usize = 10;
const DATES: usize = 6;

/// Longer pairs are cut.
const LONGEST: usize = 26;

/// Colours that can be told apart by those who see few.
const COLOURS: [RGBColor; 8] = [
    RGBColor(37, 99, 235),
    RGBColor(217, 84, 16),
    RGBColor(5, 150, 105),
    RGBColor(147, 51, 160),
    RGBColor(180, 130, 0),
    RGBColor(14, 145, 178),
    RGBColor(190, 24, 93),
    RGBColor(75, 85, 99),
];

/// Where dates and correlations are in the picture.
struct Frame {
    first: DateTime,
    seconds: f64,
    right: f64,
    low: f64,
    high: f64,
}

impl Frame {
    fn x(&self, date: DateTime) -> f64 {
        let since = self.first.duration_until(date).as_secs_f64();
        LEFT + since / self.seconds * (self.right - LEFT)
    }

    fn y(&self, value: f64) -> f64 {
        BOTTOM - (value - self.low) / (self.high - self.low) * (BOTTOM - TOP)
    }
}

/// Draws the picture; the reason if it cannot be.
pub(super) fn svg(series: &Series) -> Result<String, String> {
    picture::svg(SIZE, false, |canvas| drawn(series, canvas))
}

fn drawn(series: &Series, canvas: &Canvas<'_>) -> Drawn {
    let lines = [format!("{}; {}", series.about.words(), series.model.words())];
    heading(canvas, "Correlation over time", &lines)?;
    let label = |path: &Path| format!("{}  {}", cut(&path.name, LONGEST), shown(path.last()));
    let labels: Vec<String> = series.paths.iter().map(label).collect();
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0) as f64;
    let (low, high, step) = range(series);
    let (first, last) = (series.dates[0], series.dates[series.dates.len() - 1]);
    let seconds = first.duration_until(last).as_secs_f64().max(1.0);
    let right = f64::from(SIZE.0) - longest * WIDTH * TEXT - 24.0;
    let frame = Frame { first, seconds, right, low, high };
    axes(series, &frame, step, canvas)?;
    for (index, path) in series.paths.iter().enumerate() {
        let style = COLOURS[index % COLOURS.len()].stroke_width(2 * SCALE);
        for part in parts(series, path, &frame) {
            canvas.draw(&PathElement::new(part, style))?;
        }
    }
    for (index, y) in spread(series, &frame) {
        let colour = COLOURS[index % COLOURS.len()];
        write(canvas, &labels[index], (right + 10.0, y), (TEXT, colour), Placed::RIGHT)?;
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
        line(canvas, (LEFT, y), (frame.right, y), if tick == 0 { FAINT } else { GRID })?;
        write(canvas, &shown(Some(value)), (LEFT - 8.0, y), (SMALL, FAINT), Placed::LEFT)?;
    }
    for (date, label) in ticks(&series.dates) {
        let x = frame.x(date);
        line(canvas, (x, BOTTOM), (x, BOTTOM + 5.0), FAINT)?;
        write(canvas, &label, (x, BOTTOM + 18.0), (SMALL, FAINT), Placed::MIDDLE)?;
    }
    line(canvas, (LEFT, BOTTOM), (frame.right, BOTTOM), INK)
}

/// Dates on the axis, with what is written there: the first of years or months, or some of the dates themselves.
fn ticks(dates: &[DateTime]) -> Vec<(DateTime, String)> {
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
fn parts(series: &Series, path: &Path, frame: &Frame) -> Vec<Vec<(i32, i32)>> {
    let mut parts = vec![Vec::new()];
    for index in kept(path) {
        match (path.values[index], parts.last_mut()) {
            (Some(value), Some(part)) => part.push(scaled((frame.x(series.dates[index]), frame.y(value)))),
            _ => parts.push(Vec::new()),
        }
    }
    parts.retain(|part| part.len() > 1);
    parts
}

/// The dates that make the line: all, or its ends and the extremes of stretches.
fn kept(path: &Path) -> Vec<usize> {
    let dates = path.values.len();
    if dates <= 2 * STRETCHES {
        return (0..dates).collect();
    }
    let mut kept = vec![0];
    for stretch in 0..STRETCHES {
        let range = || stretch * dates / STRETCHES..(stretch + 1) * dates / STRETCHES;
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
    let pitch = PITCH.min((BOTTOM - TOP) / places.len().max(1) as f64);
    let mut least = f64::NEG_INFINITY;
    for (_, y) in &mut places {
        *y = y.max(least);
        least = *y + pitch;
    }
    let mut most = BOTTOM;
    for (_, y) in places.iter_mut().rev() {
        *y = y.min(most);
        most = *y - pitch;
    }
    places
}
