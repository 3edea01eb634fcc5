//! The weights as bars, along the leaves.

use std::fmt::Write;

use super::axis::Axis;
use super::layout::{Layout, name_of};
use super::shade;
use crate::heat::hex;
use crate::page::escaped;
use crate::picture::{Canvas, Drawn, FAINT, INK, Placed, line, scaled, write};
use crate::report::clusters::Cluster;
use crate::report::{NO_WEIGHT, Report, percent};

/// The part of a row that its bar fills.
const FILLED: f64 = 0.76;

/// The axis of weights, which holds zero.
pub(super) fn axis(report: &Report, layout: &Layout) -> Axis {
    let ends = report
        .weights
        .iter()
        .fold((0.0_f64, 0.0_f64), |ends, &weight| (ends.0.min(weight), ends.1.max(weight)));
    Axis::new(if ends.0 < ends.1 { ends } else { (0.0, 1.0) }, layout.bars)
}

/// The bars as elements, a group for each cluster, or one for all.
pub(super) fn drawn(report: &Report, clusters: &[Cluster], layout: &Layout) -> String {
    let axis = axis(report, layout);
    let mut text = String::from("<g class=\"bars\">\n");
    let mut group = |assets: &[usize], start: usize, index: usize| {
        let _ = writeln!(text, "<g fill=\"{}\">", hex(shade(index)));
        for (place, &asset) in (start..).zip(assets) {
            let weight = report.weights[asset];
            if weight.abs() <= NO_WEIGHT {
                continue;
            }
            let (zero, end) = (axis.at(0.0), axis.at(weight));
            let middle = layout.middle(place as f64);
            let half = layout.row * FILLED / 2.0;
            let (left, top) = scaled((zero.min(end), middle - half));
            let (right, bottom) = scaled((zero.max(end), middle + half));
            let (width, height) = ((right - left).max(1), (bottom - top).max(1));
            let _ = writeln!(text, "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/>");
        }
        text += "</g>\n";
    };
    if clusters.is_empty() {
        group(&report.leaves(), 0, 0);
    }
    for (index, cluster) in clusters.iter().enumerate() {
        group(&cluster.assets, cluster.start, index);
    }
    text + "</g>\n"
}

/// Draws the line of zero weight, the axis, and the numbers that fit, the greatest first.
pub(super) fn numbers(canvas: &Canvas<'_>, report: &Report, layout: &Layout) -> Drawn {
    let axis = axis(report, layout);
    let shown = |value: f64, decimals: usize| {
        let decimals = decimals.saturating_sub(2);
        let text = format!("{:.decimals$} %", 100.0 * value);
        if text.trim_matches(['-', '0', '.', ' ', '%']).is_empty() { text.replacen('-', "", 1) } else { text }
    };
    axis.draw(canvas, (layout.top, layout.bottom), "weight", shown)?;
    line(canvas, (axis.at(0.0), layout.top), (axis.at(0.0), layout.bottom + 4.0), FAINT)?;
    let leaves = report.leaves();
    let weight = |place: usize| report.weights[leaves[place]];
    let mut places: Vec<usize> = (0..leaves.len()).filter(|&place| weight(place).abs() > NO_WEIGHT).collect();
    places.sort_by(|&a, &b| weight(b).abs().total_cmp(&weight(a).abs()));
    let (size, _) = layout.numbers;
    let mut taken: Vec<f64> = Vec::new();
    for place in places {
        let middle = layout.middle(place as f64);
        if taken.iter().any(|other| (other - middle).abs() < 1.1 * size) {
            continue;
        }
        taken.push(middle);
        // Bars that the text would cover.
        let near = (0..leaves.len())
            .filter(|&other| (layout.middle(other as f64) - middle).abs() < 0.55 * size + layout.row / 2.0);
        let end = near.map(|other| axis.at(weight(other).max(0.0))).fold(axis.at(0.0), f64::max);
        let mut words = percent(weight(place));
        if layout.names.is_none() {
            words = format!("{} {words}", name_of(&report.names[leaves[place]]));
        }
        write(canvas, &words, (end + 4.0, middle), (size, INK), Placed::RIGHT)?;
    }
    Ok(())
}

/// What each row says when it is pointed at, as elements that cannot be seen.
pub(super) fn hints(report: &Report, layout: &Layout) -> String {
    let mut text = String::from("<g class=\"hints\" fill=\"none\" pointer-events=\"all\">\n");
    for (place, asset) in report.leaves().into_iter().enumerate() {
        let middle = layout.middle(place as f64);
        let (left, top) = scaled((layout.tree.1, middle - layout.row / 2.0));
        let (right, bottom) = scaled((layout.numbers.1, middle + layout.row / 2.0));
        let mut words = format!(
            "{}: weight {}, volatility {} a year",
            report.names[asset],
            percent(report.weights[asset]),
            percent(report.volatilities[asset] * report.annual())
        );
        if let Some(shares) = report.shares_of_risk() {
            words += &format!(", share of risk {}", percent(shares[asset]));
        }
        if let Some(clusters) = &report.clusters {
            words += &format!(", cluster {}", clusters[asset]);
        }
        let _ = writeln!(
            text,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{}\"><title>{}</title></rect>",
            right - left,
            bottom - top,
            escaped(&words)
        );
    }
    text + "</g>\n"
}
