//! A report for people.

use anstyle::Style;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use po_engine::NoTradeDecision;
use po_engine::hrp::Division;

use super::effect::significant;
use super::splits::split_words;
use super::{Form, Report, cvar, limits, optimum, overlay, shares, splits_table, stability};
use crate::args::{CovarianceKind, Measure, Method, Sort};
use crate::hierarchy::Hierarchy;
use crate::nearest::Nearest;
use crate::observations::listed;

pub(super) fn table(report: &Report, form: Form) -> String {
    let mut text = assets(report, form);
    if !report.groups.is_empty() {
        text += "\n";
        text += &groups(report);
    }
    let limited = report.shares.as_ref().and_then(|shares| shares.limited.as_ref());
    let costs = report.optimum.as_ref().and_then(|optimum| limits::costs(report, optimum, form.explain));
    let obstacles = limited.and_then(|limited| limits::obstacles(report, limited, form.explain));
    let pulls = report.nearest.as_ref().and_then(|nearest| limits::pulls(report, nearest, form.explain));
    let tail = report.tail.as_ref();
    let prices = tail.and_then(|tail| limits::tail_costs(report, tail, form.explain));
    let periods = tail.filter(|_| form.explain).map(cvar::periods);
    let overlaid = report.overlaid.as_ref();
    let trades = overlaid.and_then(|overlaid| overlay::trades(report, overlaid, form.explain));
    let parts = [limits::constraints(report), costs, prices, obstacles, pulls, periods, trades];
    for part in parts.into_iter().flatten() {
        text += &format!("\n{part}");
    }
    if form.explain && report.method.clusters() {
        let part =
            if report.method == Method::Hrp { splits_table(report, usize::MAX) } else { split_words(report) };
        let risky = [Method::Herc, Method::Schur].contains(&report.method);
        let unit = if risky { "; risks are per period" } else { "" };
        text += &format!(
            "\nHow {} split the weight, each cluster before its parts{unit}:\n{part}",
            report.method.name()
        );
    }
    text += "\n";
    text += &summary(report);
    if let Some(stability) = &report.stability {
        text += "\n";
        text += &stability::table(report, stability, form.sort);
    }
    text
}

/// One row per asset, and the total; beneath it those without weight.
fn assets(report: &Report, form: Form) -> String {
    let (header, rows, without) = weights(report, form.sort);
    let mut text = grid(&header, |column| column == 0, rows);
    if let Some(line) = without {
        text += &line;
        text += "\n";
    }
    text
}

/// The header, the rows and the line beneath of the table of assets.
pub(super) fn weights(report: &Report, sort: Sort) -> (Vec<&'static str>, Vec<Vec<String>>, Option<String>) {
    let mut header = vec!["asset", "weight"];
    if report.current.is_some() {
        header.extend(["held now", "trade"]);
    }
    header.extend(["volatility", "share of risk"]);
    let budgeted = report.budgeted();
    if budgeted.is_some() {
        header.extend(["budget", "used"]);
    }
    header.extend(report.clusters.as_ref().map(|_| "cluster"));
    let shares = report.shares_of_risk();
    let row = |asset: usize| {
        let mut row = vec![report.names[asset].clone(), percent(report.weights[asset])];
        if let (Some(current), Some(trade)) = (&report.current, report.trade(asset)) {
            row.extend([percent(current[asset]), signed(trade)]);
        }
        row.push(percent(report.volatilities[asset] * report.annual()));
        row.push(shares.map_or("-".to_owned(), |shares| percent(shares[asset])));
        row.extend(budgeted.iter().flat_map(|shares| shares.cells(asset)));
        row.extend(report.clusters.as_ref().map(|clusters| clusters[asset].to_string()));
        row
    };
    let (without, with): (Vec<usize>, Vec<usize>) =
        report.order(sort).into_iter().partition(|&asset| report.is_idle(asset));
    let mut rows: Vec<Vec<String>> = with.into_iter().map(row).collect();
    let mut total = vec!["portfolio".to_owned(), percent(report.weights.iter().sum())];
    if let Some(current) = &report.current {
        let net = report.weights.iter().sum::<f64>() - current.iter().sum::<f64>();
        total.extend([percent(current.iter().sum()), signed(net)]);
    }
    total.push(percent(report.volatility * report.annual()));
    total.push(shares.map_or("-".to_owned(), |shares| percent(shares.iter().sum())));
    rows.push(total);
    let names: Vec<String> = without.iter().map(|&asset| report.names[asset].clone()).collect();
    let assets = if names.len() == 1 { "1 asset gets" } else { &format!("{} assets get", names.len()) };
    let line = (!names.is_empty()).then(|| format!("{assets} no weight: {}", listed(&names)));
    (header, rows, line)
}

fn groups(report: &Report) -> String {
    let rows = report.groups.iter().map(|group| {
        let weight = percent(report.group_weight(group));
        vec![group.name().to_owned(), weight, percent(group.lower()), percent(group.upper())]
    });
    let weight = if report.books().is_some() { "size" } else { "weight" };
    grid(&["group", weight, "least", "most"], |column| column == 0, rows)
}

/// What was allocated, from what, and how it measures up.
pub(super) fn summary(report: &Report) -> String {
    let volatility = percent(report.volatility * report.annual());
    let effective = report.effective_assets();
    let mut text = format!(
        "{}: {}\n\
         volatility {volatility} a year ({})\n\
         effective number of assets {effective:.1}\n",
        report.method.name(),
        report.subject(),
        report.calendar
    );
    if report.covariance != CovarianceKind::Sample {
        text += &format!("covariance by {}\n", report.covariance.name());
    }
    text += &report.hierarchy.as_ref().map_or(String::new(), |told| hierarchy(report, told));
    text += &report.banded.as_ref().map_or(String::new(), |banded| untraded(report, banded));
    text += &report.nearest.as_ref().map_or(String::new(), |nearest| moved(report, nearest));
    if let Some(turnover) = report.turnover() {
        text += &format!("turnover {} of capital, bought and sold\n", percent(turnover));
    }
    text += &report.overlaid.as_ref().map_or(String::new(), |overlaid| overlay::summary(report, overlaid));
    text += &report.optimum.as_ref().map_or(String::new(), optimum::summary);
    text += &report.tail.as_ref().map_or(String::new(), cvar::summary);
    text += &report.shares.as_ref().map_or(String::new(), shares::summary);
    text += &report.solution.as_ref().map_or(String::new(), optimum::certificate);
    text
}

/// What a band without trades spared.
fn untraded(report: &Report, banded: &NoTradeDecision) -> String {
    let avoided = percent(banded.turnover_avoided);
    let before = if was_moved(report) { "before the constraints, " } else { "" };
    let traded = banded.trades.iter().filter(|trade| **trade != 0.0).count();
    if !banded.traded {
        return format!(
            "{before}no trade: all weights lie within the band, which spares a turnover of {avoided}\n"
        );
    }
    format!(
        "{before}the band leaves {} of {} assets untraded and spares a turnover of {avoided}\n",
        report.names.len() - traded,
        report.names.len()
    )
}

/// Whether weights had to be moved to keep constraints.
fn was_moved(report: &Report) -> bool {
    report.nearest.as_ref().is_some_and(|nearest| nearest.allocation.moved)
}

/// The weights that constraints are kept around: those of the method, or what a band made of them.
pub(super) fn wanted(report: &Report) -> String {
    let band = if report.banded.is_some() { " within the band" } else { "" };
    format!("{}{band}", report.method.name())
}

/// How far weights were moved to keep constraints.
fn moved(report: &Report, nearest: &Nearest) -> String {
    let method = wanted(report);
    if !was_moved(report) {
        return format!("the weights of {method} keep the constraints as they are\n");
    }
    let (change, distance) = (percent(nearest.allocation.change), significant(nearest.allocation.distance));
    format!(
        "moved by {change} of capital, up and down, from the weights of {method} to the nearest that keep the constraints ({} distance {distance})\n",
        nearest.nearness.name()
    )
}

/// What a hierarchical method was told, where it is not the usual, in lines.
pub(super) fn hierarchy(report: &Report, hierarchy: &Hierarchy) -> String {
    let mut text = String::new();
    if let Some((measure, confidence)) = hierarchy.risk
        && measure != Measure::Variance
    {
        text += &format!("clusters weighed by {}\n", measure.in_words(confidence));
    }
    if let Some(codependence) = hierarchy.codependence {
        text += &format!("nearness of assets by {}\n", codependence.name());
    }
    if let (Some((long, short)), Some(split)) = (report.books(), hierarchy.gross) {
        let [long, short, gross, split] = [long, short, long + short, split].map(percent);
        text += &format!("{long} long and {short} short: {gross} gross; splits are shares of {split}\n");
    }
    if let Some(clusters) = hierarchy.clusters {
        text += &format!("{clusters} {}\n", if clusters == 1 { "cluster" } else { "clusters" });
    }
    if let Some(division) = hierarchy.division.filter(|division| *division != Division::default()) {
        text += &format!("nodes of the tree divided by {division}\n");
    }
    match hierarchy.gamma {
        Some((asked, kept)) if kept < asked => {
            text += &format!("gamma {kept:.4}: more of the {asked} asked for would not lower the variance\n");
        }
        Some((_, gamma)) => text += &format!("gamma {gamma}\n"),
        None => {}
    }
    text
}

/// A table without lines: the columns of words to the left, numbers to the right, the header bold.
pub(crate) fn grid(
    header: &[&str],
    is_word: impl Fn(usize) -> bool,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(header.to_vec());
    for row in rows {
        table.add_row(row);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        column.set_cell_alignment(if is_word(index) { CellAlignment::Left } else { CellAlignment::Right });
    }
    let bold = Style::new().bold();
    let mut text = String::new();
    for (index, line) in table.lines().enumerate() {
        let line = line.trim_end();
        if index == 0 {
            text += &format!("{bold}{line}{bold:#}\n");
        } else {
            text += line;
            text += "\n";
        }
    }
    text
}

/// A fraction in per cent.
pub(crate) fn percent(fraction: f64) -> String {
    let text = format!("{:.2} %", 100.0 * fraction);
    // What rounds to zero has no sign.
    if text == "-0.00 %" { "0.00 %".to_owned() } else { text }
}

/// A fraction in per cent, without zeros at the end.
pub(super) fn brief(fraction: f64) -> String {
    let text = percent(fraction);
    let number = text.trim_end_matches(" %").trim_end_matches('0').trim_end_matches('.');
    format!("{number} %")
}

/// A change of a fraction in per cent, with its sign.
pub(super) fn signed(change: f64) -> String {
    let text = percent(change);
    if change > 0.0 && text != "0.00 %" { format!("+{text}") } else { text }
}
