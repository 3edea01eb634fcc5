//! An allocation as a page that needs nothing else: the picture, and tables beneath it.

use super::clusters::Cluster;
use super::{Report, percent, stability, table};
use crate::args::{Method, Sort};
use crate::page::{self, escaped, page};

const STYLE: &str = "\
body{max-width:1280px}table{width:auto}td.word{max-width:48rem}li{margin:.2rem 0}";

/// The page around a picture.
pub(super) fn html(report: &Report, sort: Sort, picture: &str) -> String {
    let clusters = report.clustered();
    let mut body = if clusters.is_empty() {
        "<h1>Weights</h1>\n".to_owned()
    } else {
        let rows: Vec<Vec<String>> = clusters.iter().map(|cluster| row(report, cluster)).collect();
        let header = ["cluster", "assets", "weight", "share of risk", "mean correlation within"];
        let table = page::table(&header, |column| column == 1, &rows);
        format!("<h1>Clusters</h1>\n{table}<h2>Weights</h2>\n")
    };
    let (header, rows, without) = table::weights(report, sort);
    body += &page::table(&header, |column| column == 0, &rows);
    for line in without.iter().map(String::as_str).chain(table::summary(report).lines()) {
        body += &format!("<p>{}</p>\n", escaped(line));
    }
    body += &report.stability.as_ref().map_or(String::new(), |told| stability::html(report, told, sort));
    body += &splits(report);
    let title = format!("Allocation by {}", report.method.name());
    page(&title, STYLE, picture, &body, &report.warnings)
}

/// A cluster, its assets as the leaves stand.
fn row(report: &Report, cluster: &Cluster) -> Vec<String> {
    let names: Vec<&str> = cluster.assets.iter().map(|&asset| report.names[asset].as_str()).collect();
    vec![
        cluster.number.to_string(),
        names.join(", "),
        percent(cluster.weight),
        cluster.share.map_or("-".to_owned(), percent),
        cluster.within.map_or("-".to_owned(), |mean| format!("{mean:.2}")),
    ]
}

/// How the weight was split, in the words of the library.
fn splits(report: &Report) -> String {
    let words = report.hierarchy.as_ref().map(|hierarchy| hierarchy.words.as_slice()).unwrap_or_default();
    if words.is_empty() {
        return String::new();
    }
    let splits: String = words.iter().map(|words| format!("<li>{}</li>\n", escaped(words))).collect();
    let name = report.method.name();
    let unit = if report.method == Method::Nco { "" } else { "<p>Risks are per period.</p>\n" };
    format!("<h2>How {name} split the weight</h2>\n{unit}<ol>\n{splits}</ol>\n")
}
