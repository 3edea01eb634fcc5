//! How hierarchical methods came to their weights.

use po_engine::hrp::Split;

use super::{Report, grid, percent};
use crate::args::Measure;

/// How many names stand for a cluster.
const SHOWN: usize = 3;

/// The first splits, each cluster before its halves; variances per year, and other risks per period.
pub(crate) fn splits_table(report: &Report, most: usize) -> String {
    let risk = report.hierarchy.as_ref().and_then(|hierarchy| hierarchy.risk);
    let (left, right, unit) = match risk {
        None | Some((Measure::Variance, _)) => {
            ("variance left", "variance right", report.calendar.periods_per_year)
        }
        Some(_) => ("risk left", "risk right", 1.0),
    };
    let header = ["left", "right", left, right, "share left", "weight left", "weight right"];
    let row = |split: &Split| {
        vec![
            cluster(report, &split.left),
            cluster(report, &split.right),
            format!("{:.5}", split.risk_left * unit),
            format!("{:.5}", split.risk_right * unit),
            percent(split.share_left),
            percent(split.weight_left),
            percent(split.weight_right),
        ]
    };
    grid(&header, |column| column < 2, report.splits.iter().take(most).map(row))
}

/// Each split, and each cluster that was formed, in the words of the library; risks per period.
pub(super) fn split_words(report: &Report) -> String {
    let words = report.hierarchy.iter().flat_map(|hierarchy| &hierarchy.words);
    words.map(|words| format!("{words}\n")).collect()
}

/// The first assets of a cluster, in leaf order, and how many more.
pub(super) fn cluster(report: &Report, assets: &[usize]) -> String {
    let names: Vec<&str> = assets.iter().take(SHOWN).map(|&asset| report.names[asset].as_str()).collect();
    match assets.len().saturating_sub(SHOWN) {
        0 => names.join(", "),
        more => format!("{} +{more}", names.join(", ")),
    }
}
