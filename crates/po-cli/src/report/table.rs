//! A report for people.

use anstyle::Style;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use super::{Form, Report, splits_table};
use crate::data::show_date;

pub(super) fn table(report: &Report, form: Form) -> String {
    let mut text = assets(report, form);
    if !report.groups.is_empty() {
        text += "\n";
        text += &groups(report);
    }
    if form.explain {
        text += "\nHow hrp split the weight, each cluster before its parts:\n";
        text += &splits_table(report, usize::MAX);
    }
    text += "\n";
    text += &summary(report);
    text
}

/// One row per asset, and the total.
fn assets(report: &Report, form: Form) -> String {
    let mut header = vec!["asset", "weight", "volatility", "share of risk"];
    header.extend(report.clusters.as_ref().map(|_| "cluster"));
    let row = |asset: usize| {
        let share = report.contributions.as_ref().map_or("-".to_owned(), |shares| percent(shares[asset]));
        let volatility = percent(report.volatilities[asset] * report.annual());
        let mut row = vec![report.names[asset].clone(), percent(report.weights[asset]), volatility, share];
        row.extend(report.clusters.as_ref().map(|clusters| clusters[asset].to_string()));
        row
    };
    let mut rows: Vec<Vec<String>> = report.order(form.sort).into_iter().map(row).collect();
    let share = report.contributions.as_ref().map_or("-".to_owned(), |shares| percent(shares.iter().sum()));
    let volatility = percent(report.volatility * report.annual());
    rows.push(vec!["portfolio".to_owned(), percent(report.weights.iter().sum()), volatility, share]);
    grid(&header, 1, rows)
}

fn groups(report: &Report) -> String {
    let rows = report.groups.iter().map(|group| {
        let weight = percent(report.group_weight(group));
        vec![group.name().to_owned(), weight, percent(group.lower()), percent(group.upper())]
    });
    grid(&["group", "weight", "least", "most"], 1, rows)
}

/// What was allocated, from what, and how it measures up.
fn summary(report: &Report) -> String {
    let (first, last) = (show_date(report.span.0), show_date(report.span.1));
    let (assets, observations) = (report.names.len(), report.observations);
    let asset = if assets == 1 { "asset" } else { "assets" };
    let volatility = percent(report.volatility * report.annual());
    let effective = report.effective_assets();
    format!(
        "{}: {assets} {asset}, {observations} observations from {first} to {last}\n\
         volatility {volatility} a year ({})\n\
         effective number of assets {effective:.1}\n",
        report.method.name(),
        report.calendar
    )
}

/// A table without lines: the first columns, of `names`, to the left, numbers to the right, the header bold.
pub(crate) fn grid(header: &[&str], names: usize, rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(header.to_vec());
    for row in rows {
        table.add_row(row);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        column.set_cell_alignment(if index < names { CellAlignment::Left } else { CellAlignment::Right });
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
    format!("{:.2} %", 100.0 * fraction)
}
