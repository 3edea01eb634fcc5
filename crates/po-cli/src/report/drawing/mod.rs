//! An allocation as a picture: the tree, the correlations as its leaves stand, and the weights.

mod axis;
mod bars;
mod layout;
mod list;
mod tree;

use std::fmt::Write;

use plotters::style::RGBColor;

use super::clusters::Cluster;
use super::{Report, percent, table};
use crate::args::Method;
use crate::heat::{self, Squares, hex};
use crate::picture::{self, COLOURS, Canvas, Drawn, INK, Placed, SCALE, heading, scaled, write};
use layout::{Layout, name_of};
use tree::Branches;

use po_engine::hrp::Metric;

/// What is said in no more characters than this stands in one line.
const TOGETHER: usize = 100;

/// Draws the picture; the reason if it cannot be.
pub(super) fn svg(report: &Report) -> Result<String, String> {
    let clusters = report.clustered();
    let lines = lines(report, &clusters);
    let layout = Layout::of(report, &clusters, lines.len());
    let leaves = report.leaves();
    let mut beneath = String::new();
    if let (Some(correlation), Some(squares)) = (&report.correlation, &layout.squares) {
        let view = correlation.as_view();
        beneath += &squares.drawn(|row, col| view[(leaves[row], leaves[col])]);
        beneath += &outlines(&clusters, squares);
    }
    let branches = report.grown.as_ref().map(|grown| Branches::of(grown, &clusters, &layout));
    let mut above = branches.as_ref().map_or(String::new(), |branches| branches.drawn(&clusters, &layout));
    above += &bars::drawn(report, &clusters, &layout);
    above += &bars::hints(report, &layout);
    picture::layered(layout.size, &beneath, &above, |canvas| {
        heading(canvas, &format!("Allocation by {}", report.method.name()), &lines)?;
        if let Some(branches) = &branches {
            branches.axis(canvas, &layout)?;
        }
        names(canvas, report, &clusters, &layout)?;
        if let Some(squares) = &layout.squares {
            let length = squares.side.clamp(120.0, 300.0);
            let left = squares.left + (squares.side - length).max(0.0) / 2.0;
            heat::legend(canvas, (left, layout.bottom + 8.0), length, false)?;
            axis::title(canvas, left + length / 2.0, layout.bottom, "correlation")?;
        }
        bars::numbers(canvas, report, &layout)?;
        if clusters.is_empty() { Ok(()) } else { list::draw(canvas, &clusters, &layout) }
    })
}

/// What the picture shows, in lines.
fn lines(report: &Report, clusters: &[Cluster]) -> Vec<String> {
    let measured = match &report.shares {
        Some(shares) => shares.measure.in_words(shares.confidence),
        None => "variance".to_owned(),
    };
    let mut lines = vec![
        format!("{}; covariance: {}", report.subject(), report.covariance.name()),
        format!(
            "volatility {} a year; effective number of assets {:.1}; risk: share of the {measured}",
            percent(report.volatility * report.annual()),
            report.effective_assets()
        ),
    ];
    if let Some(nearest) = report.nearest.as_ref().filter(|nearest| nearest.allocation.moved) {
        let change = percent(nearest.allocation.change);
        lines.push(format!("moved by {change} of capital, up and down, to keep the constraints"));
    }
    let told = report.hierarchy.as_ref().map(|told| table::hierarchy(report, told)).unwrap_or_default();
    let mut told: Vec<&str> = told.lines().collect();
    let Some(grown) = &report.grown else {
        lines.push("no tree could be grown; assets in the order of the file".to_owned());
        return lines;
    };
    let codependence = report.hierarchy.as_ref().is_some_and(|hierarchy| hierarchy.codependence.is_some());
    let metric = match (grown.metric, codependence) {
        (Metric::Correlation, false) => "correlation distances",
        (Metric::Columns, false) => "the distances of columns of correlation distances",
        (Metric::Correlation, true) => "its distances",
        (Metric::Columns, true) => "the distances of columns of its distances",
    };
    // The squares have the correlations of the assets.
    let mirrored = if report.books().is_some() { ", with shorts mirrored" } else { "" };
    let linkage = format!("{} linkage of {metric}{mirrored}", grown.linkage.name());
    told.push(&linkage);
    let (count, formed) =
        (clusters.len(), report.hierarchy.as_ref().and_then(|hierarchy| hierarchy.clusters));
    let marked = if count == 1 { "1 cluster is marked" } else { &format!("{count} clusters are marked") };
    let cut = match formed {
        Some(formed) if formed == count => format!("the clusters are those of {}", report.method.name()),
        _ if report.method.clusters() => format!("{marked} in the tree"),
        _ => format!("{} uses no tree; this one shows what is related, {marked}", report.method.name()),
    };
    let is_bisected = [Method::Hrp, Method::Schur].contains(&report.method);
    let order = match grown.is_own && is_bisected {
        true => "; rows in the order of the tree, not in that of the bisection",
        false => "",
    };
    let block = heat::block(report.names.len());
    let squares = match block {
        _ if report.correlation.is_none() => String::new(),
        1 => String::new(),
        block => format!("; each square is the mean of {block} by {block} pairs"),
    };
    let (told, shown) = (told.join("; "), format!("{cut}{order}{squares}"));
    if told.len() + shown.len() <= TOGETHER {
        lines.push(format!("{told}; {shown}"));
    } else {
        lines.extend([told, shown]);
    }
    lines
}

/// The names of the assets, to the left of the squares and above them.
fn names(canvas: &Canvas<'_>, report: &Report, clusters: &[Cluster], layout: &Layout) -> Drawn {
    let Some(size) = layout.names else { return Ok(()) };
    let mut inks = vec![INK; report.names.len()];
    for (index, cluster) in clusters.iter().enumerate() {
        cluster.assets.iter().for_each(|&asset| inks[asset] = shade(index));
    }
    for (place, asset) in report.leaves().into_iter().enumerate() {
        let name = name_of(&report.names[asset]);
        let middle = layout.middle(place as f64);
        write(canvas, &name, (layout.tree.1 + 5.0, middle), (size, inks[asset]), Placed::RIGHT)?;
        if let Some(squares) = &layout.squares {
            let above = (squares.left + middle - layout.top, layout.top - 5.0);
            write(canvas, &name, above, (size, inks[asset]), Placed::UPWARDS)?;
        }
    }
    Ok(())
}

/// A frame around the pairs of each cluster.
fn outlines(clusters: &[Cluster], squares: &Squares) -> String {
    let mut text =
        format!("<g class=\"clusters\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\">\n", hex(INK), SCALE);
    for cluster in clusters {
        let place = |index: usize| squares.side * index as f64 / squares.assets as f64;
        let (start, end) = (place(cluster.start), place(cluster.start + cluster.assets.len()));
        let (x, y) = scaled((squares.left + start, squares.top + start));
        let (side, _) = scaled((end - start, 0.0));
        let _ = writeln!(text, "<rect x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\"/>");
    }
    text + "</g>\n"
}

/// The colour of a cluster by its place among the clusters: neighbours have different ones.
fn shade(index: usize) -> RGBColor {
    COLOURS[index % COLOURS.len()]
}
