//! How hierarchical risk parity came to its weights.

use po_engine::hrp::Split;

use super::{Report, grid, percent};

/// How many names stand for a cluster.
const SHOWN: usize = 3;

/// The first splits, each cluster before its halves; variances per year.
pub(crate) fn splits_table(report: &Report, most: usize) -> String {
    let header =
        ["left", "right", "variance left", "variance right", "share left", "weight left", "weight right"];
    let row = |split: &Split| {
        vec![
            cluster(report, &split.left),
            cluster(report, &split.right),
            format!("{:.5}", split.variance_left * report.calendar.periods_per_year),
            format!("{:.5}", split.variance_right * report.calendar.periods_per_year),
            percent(split.share_left),
            percent(split.weight_left),
            percent(split.weight_right),
        ]
    };
    grid(&header, |column| column < 2, report.splits.iter().take(most).map(row))
}

/// The first assets of a cluster, in leaf order, and how many more.
fn cluster(report: &Report, assets: &[usize]) -> String {
    let names: Vec<&str> = assets.iter().take(SHOWN).map(|&asset| report.names[asset].as_str()).collect();
    match assets.len().saturating_sub(SHOWN) {
        0 => names.join(", "),
        more => format!("{} +{more}", names.join(", ")),
    }
}
