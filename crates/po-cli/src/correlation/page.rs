//! Correlations as a page that needs nothing else: the picture, and tables beneath it.

use super::matrix::Matrix;
use super::series::Series;
use super::tables;
use crate::page::{escaped, page, table};

/// The page around a heat map.
pub(super) fn matrix(matrix: &Matrix, picture: &str) -> String {
    let mut body = String::from("<h1>Highest and lowest correlations</h1>\n");
    body += &table(&tables::RANKED, |column| column % 2 == 0, &tables::ranked(matrix));
    for line in tables::summary(matrix) {
        body += &format!("<p>{}</p>\n", escaped(&line));
    }
    page("Correlation matrix", "", picture, &body, &matrix.about.warnings)
}

/// The page around lines over time.
pub(super) fn series(series: &Series, picture: &str) -> String {
    let mut body = String::from("<h1>Pairs</h1>\n");
    body += &table(&tables::EXTREMES, |column| column == 0, &tables::extremes(series));
    let rows = tables::last_rows(series);
    body += &format!("<h2>The last {} dates</h2>\n", rows.len());
    let names = series.paths.iter().map(|path| path.name.as_str());
    let header: Vec<&str> = ["date"].into_iter().chain(names).collect();
    body += &table(&header, |column| column == 0, &rows);
    page("Correlation over time", "", picture, &body, &series.about.warnings)
}
