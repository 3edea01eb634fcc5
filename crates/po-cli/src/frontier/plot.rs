//! The frontier as a picture.

use plotters::chart::ChartBuilder;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::labels::{Area, Beside, Places};
use super::report::subject;
use super::{Frontier, net};
use crate::picture::{self, Canvas, Drawn, FAINT, GRID, INK, SCALE, SMALL, TEXT, scaled, style};

const SIZE: (u32, u32) = (1000, 680);

const DOT: RGBColor = RGBColor(148, 158, 174);
const CURVE: RGBColor = RGBColor(37, 99, 235);
const SAFEST: RGBColor = RGBColor(5, 150, 105);
const TANGENCY: RGBColor = RGBColor(217, 84, 16);

/// The share of the assets at either end that does not decide how far the axes go.
const OUTLIERS: f64 = 0.05;

/// Draws the picture; the reason if it cannot be.
pub(super) fn svg(frontier: &Frontier) -> Result<String, String> {
    picture::svg(SIZE, |canvas| drawn(frontier, canvas))
}

fn drawn(frontier: &Frontier, canvas: &Canvas<'_>) -> Drawn {
    let (x, y) = ranges(frontier);
    let shown = |(risk, mean): (f64, f64)| risk <= x.1 && (y.0..=y.1).contains(&mean);
    let assets: Vec<(usize, (f64, f64))> =
        frontier.assets.iter().copied().enumerate().filter(|(_, place)| shown(*place)).collect();
    heading(frontier, frontier.assets.len() - assets.len(), canvas)?;
    let frame = mesh(canvas, x, y)?;
    let pixel = |(risk, mean): (f64, f64)| {
        let across = (risk - x.0) / (x.1 - x.0);
        let up = (mean - y.0) / (y.1 - y.0);
        (frame.left + across * (frame.right - frame.left), frame.bottom - up * (frame.bottom - frame.top))
    };
    let mut places = Places::new(frame);
    let curve: Vec<(f64, f64)> = frontier.curve.iter().map(|place| pixel(*place)).collect();
    // Names cover neither lines nor dots.
    curve.windows(2).for_each(|pair| places.take_line(pair[0], pair[1]));
    for (_, place) in &assets {
        places.take(Area::around(pixel(*place), 3.0));
    }
    if let Some(tangency) = frontier.tangency.as_ref().filter(|tangency| tangency.volatility() > 0.0) {
        // The best mixtures with what is free of risk, a little beyond the point at which nothing is.
        let slope = (net(tangency) - frontier.risk_free) / tangency.volatility();
        let end = (1.15 * tangency.volatility()).min(x.1).min((y.1 - frontier.risk_free) / slope);
        let ends = [0.0, end].map(|risk| pixel((risk, frontier.risk_free + slope * risk)));
        places.take_line(ends[0], ends[1]);
        dashes(canvas, ends[0], ends[1])?;
    }
    let line = curve.iter().map(|place| scaled(*place)).collect::<Vec<_>>();
    canvas.draw(&PathElement::new(line, CURVE.stroke_width(3 * SCALE)))?;
    for (_, place) in &assets {
        dot(canvas, pixel(*place), 3.0, DOT)?;
    }
    let best = frontier.tangency.as_ref().and_then(|tangency| frontier.sharpe(tangency)).unwrap_or(0.0);
    let best = format!("greatest Sharpe ratio, {best:.2}");
    for (portfolio, name, colour) in [
        (frontier.points.first(), "least variance", SAFEST),
        (frontier.tangency.as_ref(), best.as_str(), TANGENCY),
    ] {
        let Some(portfolio) = portfolio else { continue };
        let (risk, mean) = (portfolio.volatility(), net(portfolio));
        let point = pixel((risk, mean));
        dot(canvas, point, 7.0, WHITE)?;
        dot(canvas, point, 5.5, colour)?;
        places.take(Area::around(point, 7.0));
        let (mean, risk) =
            (format!("return {:.1} %", 100.0 * mean), format!("volatility {:.1} %", 100.0 * risk));
        let lines = [name, mean.as_str(), risk.as_str()];
        let sides = [Beside::Left, Beside::Above, Beside::Right, Beside::Below, Beside::AboveLeft];
        let side = places.find(point, 9.0, &lines, TEXT, &sides).unwrap_or(Beside::Left);
        let Area { left, top, right, bottom } = side.area(point, 9.0, &lines, TEXT);
        let corners = [scaled((left.max(frame.left + 1.0), top)), scaled((right, bottom))];
        canvas.draw(&Rectangle::new(corners, WHITE.mix(0.8).filled()))?;
        write(canvas, &lines, (point, 9.0, side), TEXT, colour)?;
    }
    let held = held(frontier);
    let mut order = assets;
    order.sort_by(|(a, at), (b, bt)| held[*b].total_cmp(&held[*a]).then(bt.1.total_cmp(&at.1)));
    for (asset, place) in order {
        let (name, point) = (frontier.names[asset].as_str(), pixel(place));
        if let Some(side) = places.find(point, 3.0, &[name], SMALL, &Beside::ALL) {
            let colour = if held[asset] > 0.001 { INK } else { FAINT };
            write(canvas, &[name], (point, 3.0, side), SMALL, colour)?;
        }
    }
    Ok(())
}

/// The greatest weight that each asset has on the frontier.
fn held(frontier: &Frontier) -> Vec<f64> {
    let mut held = vec![0.0_f64; frontier.names.len()];
    for portfolio in &frontier.points {
        for (held, weight) in held.iter_mut().zip(portfolio.solution.weights.as_slice()) {
            *held = held.max(weight.abs());
        }
    }
    held
}

/// What is shown: volatility from zero, the whole frontier, and all assets but those that are far from the others.
fn ranges(frontier: &Frontier) -> ((f64, f64), (f64, f64)) {
    let of = |pick: fn(&(f64, f64)) -> f64, also: f64| {
        let ends = frontier.curve.iter().map(pick).chain([also]);
        let (least, most) = ends
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), end| (least.min(end), most.max(end)));
        let mut values: Vec<f64> = frontier.assets.iter().map(pick).collect();
        values.sort_by(f64::total_cmp);
        let beyond = (OUTLIERS * values.len() as f64) as usize;
        let (low, high) = (values[beyond], values[values.len() - 1 - beyond]);
        let near = values.iter().filter(|value| **value >= 2.0 * low - high && **value <= 2.0 * high - low);
        near.fold((least, most), |(least, most), value| (least.min(*value), most.max(*value)))
    };
    let (_, risk) = of(|asset| asset.0, 0.0);
    let (least, most) = of(|asset| asset.1, frontier.risk_free);
    let room = 0.05 * (most - least).max(1e-4);
    ((0.0, 1.05 * risk.max(1e-4)), (least - room, most + room))
}

/// The title, and what the picture is of.
fn heading(frontier: &Frontier, hidden: usize, canvas: &Canvas<'_>) -> Drawn {
    let mut words = format!(
        "{}; expected returns: {}; risk-free return {} %",
        subject(frontier),
        frontier.basis.words(),
        100.0 * frontier.risk_free
    );
    if hidden > 0 {
        let assets = if hidden == 1 { "asset lies" } else { "assets lie" };
        words += &format!("; {hidden} {assets} outside the picture");
    }
    picture::heading(canvas, "Efficient frontier", &[words])
}

/// Axes and grid; the frame within which the rest is drawn.
fn mesh(
    canvas: &Canvas<'_>,
    x: (f64, f64),
    y: (f64, f64),
) -> Result<Area, DrawingAreaErrorKind<std::io::Error>> {
    let per_cent = |range: (f64, f64)| {
        let decimals = if range.1 - range.0 < 0.06 { 1 } else { 0 };
        move |value: &f64| {
            let text = format!("{:.decimals$} %", 100.0 * value);
            if text.starts_with("-0") && text.trim_matches(['-', '0', '.', ' ', '%']).is_empty() {
                text.replacen('-', "", 1)
            } else {
                text
            }
        }
    };
    let middle = || Pos::new(HPos::Center, VPos::Center);
    let mut chart = ChartBuilder::on(canvas)
        .margin_top(78 * SCALE)
        .margin_right(30 * SCALE)
        .margin_bottom(12 * SCALE)
        .margin_left(12 * SCALE)
        .x_label_area_size(48 * SCALE)
        .y_label_area_size(66 * SCALE)
        .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
    chart
        .configure_mesh()
        .x_labels(10)
        .y_labels(9)
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID.stroke_width(SCALE))
        .axis_style(DOT.stroke_width(SCALE))
        .set_all_tick_mark_size(4 * SCALE)
        .label_style(style(SMALL + 1.0, FAINT, middle(), FontStyle::Normal))
        .axis_desc_style(style(TEXT, INK, middle(), FontStyle::Normal))
        .x_desc("volatility a year")
        .y_desc("expected return a year")
        .x_label_formatter(&per_cent(x))
        .y_label_formatter(&per_cent(y))
        .draw()?;
    let pixel = |x: f64, y: f64| {
        let (x, y) = chart.backend_coord(&(x, y));
        (f64::from(x) / f64::from(SCALE), f64::from(y) / f64::from(SCALE))
    };
    let ((left, bottom), (right, top)) = (pixel(x.0, y.0), pixel(x.1, y.1));
    Ok(Area { left, top, right, bottom })
}

fn dot(canvas: &Canvas<'_>, place: (f64, f64), radius: f64, colour: RGBColor) -> Drawn {
    canvas.draw(&Circle::new(scaled(place), (radius * f64::from(SCALE)) as i32, colour.filled()))
}

/// A thin line of dashes.
fn dashes(canvas: &Canvas<'_>, from: (f64, f64), to: (f64, f64)) -> Drawn {
    const DASH: f64 = 5.0;
    let length = (to.0 - from.0).hypot(to.1 - from.1);
    let along = |at: f64| {
        let share = (at / length).min(1.0);
        scaled((from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1)))
    };
    let mut at = 0.0;
    while at < length {
        let ends = [along(at), along(at + DASH)];
        canvas.draw(&PathElement::new(ends, TANGENCY.mix(0.8).stroke_width(SCALE)))?;
        at += 2.0 * DASH;
    }
    Ok(())
}

/// Writes lines beside a point of some radius.
fn write(
    canvas: &Canvas<'_>,
    lines: &[&str],
    ((x, y), radius, side): ((f64, f64), f64, Beside),
    size: f64,
    colour: RGBColor,
) -> Drawn {
    let (gap, pitch) = (radius + 4.0, 1.25 * size);
    let height = pitch * lines.len() as f64;
    let (left, top, anchor) = match side {
        Beside::Right => (x + gap, y - height / 2.0, HPos::Left),
        Beside::Left => (x - gap, y - height / 2.0, HPos::Right),
        Beside::Above => (x, y - gap - height, HPos::Center),
        Beside::Below => (x, y + gap, HPos::Center),
        Beside::AboveLeft => (x + radius, y - gap - height, HPos::Right),
    };
    for (index, line) in lines.iter().enumerate() {
        let middle = top + pitch * (index as f64 + 0.5);
        let title = index == 0 && lines.len() > 1;
        let weight = if title { FontStyle::Bold } else { FontStyle::Normal };
        let style = style(size, colour, Pos::new(anchor, VPos::Center), weight);
        canvas.draw(&Text::new(*line, scaled((left, middle)), style))?;
    }
    Ok(())
}
