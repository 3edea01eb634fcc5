//! How hierarchical risk parity came to its weights.

use po_engine::hrp::Split;

use super::{Report, grid, percent};

/// How many names stand for a cluster.
const SHOWN: usize = 3;

/// The first splits, each cluster before its halves.
pub(crate) fn splits_table(report: &Report, most: usize) -> String {
    let header =
        ["left", "right", "variance left", "variance right", "share left", "weight left", "weight right"];
    let row = |split: &Split| {
        vec![
            cluster(report, &split.left),
            cluster(report, &split.right),
            format!("{:.3e}", split.variance_left),
            format!("{:.3e}", split.variance_right),
            percent(split.share_left),
            percent(split.weight_left),
            percent(split.weight_right),
        ]
    };
    grid(&header, report.splits.iter().take(most).map(row))
}

/// The first assets of a cluster, in leaf order, and how many more.
fn cluster(report: &Report, assets: &[usize]) -> String {
    let names: Vec<&str> = assets.iter().take(SHOWN).map(|&asset| report.names[asset].as_str()).collect();
    match assets.len().saturating_sub(SHOWN) {
        0 => names.join(", "),
        more => format!("{} +{more}", names.join(", ")),
    }
}
