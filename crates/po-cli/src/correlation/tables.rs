//! Correlations for people.

use super::matrix::{HIGH, Matrix};
use super::series::{Path, Series};
use crate::args::CovarianceKind;
use crate::data::show_date;
use crate::report::grid;

/// More assets than this make a matrix that nobody reads.
const MOST_ASSETS: usize = 14;

/// Characters of a line that a terminal shows whole.
const LINE: usize = 120;

/// How many pairs are listed at either end, and how many dates.
pub(super) const LISTED: usize = 10;
pub(super) const DATES: usize = 20;

pub(super) fn matrix(matrix: &Matrix) -> String {
    let mut text = if fits(matrix) { whole(matrix) } else { ends(matrix) };
    text += &format!("\ncorrelation: {}\n", matrix.about.words());
    text += &summary(matrix).join("\n");
    text += "\n";
    text
}

/// What the whole matrix says, in lines.
pub(super) fn summary(matrix: &Matrix) -> Vec<String> {
    let summary = matrix.summary;
    let mut line = format!(
        "mean correlation {}; {:.0} % of the pairs are above {HIGH}",
        shown(Some(summary.mean)),
        100.0 * summary.high
    );
    if let Some(share) = summary.first_eigenvalue {
        line += &format!("; the largest eigenvalue is {:.0} % of their sum", 100.0 * share);
    }
    let mut lines = vec![line];
    if matrix.kind != CovarianceKind::Sample {
        lines.push(format!("model: {}", matrix.kind.name()));
    }
    lines.push(matrix.ordered().to_owned());
    lines
}

pub(super) fn series(series: &Series) -> String {
    let names = || series.paths.iter().map(|path| path.name.as_str());
    let header: Vec<&str> = ["date"].into_iter().chain(names()).collect();
    let (pairs, dates) = (series.paths.len(), series.dates.len());
    let width: usize = header.iter().map(|name| name.chars().count().max("-0.00".len()) + 2).sum();
    let mut text = if width > LINE {
        format!("{pairs} pairs on {dates} dates; --output csv writes all\n")
    } else {
        let shown = DATES.min(dates);
        let rest = match shown < dates {
            true => format!("the last {shown} of {dates} dates; --output csv writes all\n"),
            false => String::new(),
        };
        grid(&header, |column| column == 0, last_rows(series)) + &rest
    };
    text += "\n";
    text += &grid(&EXTREMES, |column| column == 0, extremes(series));
    text + &format!("\ncorrelation: {}\nby {}\n", series.about.words(), series.model())
}

/// The last dates, each with its correlations.
pub(super) fn last_rows(series: &Series) -> Vec<Vec<String>> {
    let from = series.dates.len().saturating_sub(DATES);
    let row = |index: usize| {
        let mut row = vec![show_date(series.dates[index])];
        row.extend(series.paths.iter().map(|path| shown(path.values[index])));
        row
    };
    (from..series.dates.len()).map(row).collect()
}

pub(super) const EXTREMES: [&str; 7] = ["pair", "last", "mean", "least", "on", "greatest", "on"];

/// Where each pair stands, and where it has been.
pub(super) fn extremes(series: &Series) -> Vec<Vec<String>> {
    let row = |path: &Path| {
        let mut row = vec![path.name.clone(), shown(path.last()), shown(path.mean())];
        let ends = path.extremes().map_or([None; 2], |(least, greatest)| [Some(least), Some(greatest)]);
        for end in ends {
            row.push(shown(end.and_then(|index| path.values[index])));
            row.push(end.map_or("-".to_owned(), |index| show_date(series.dates[index])));
        }
        row
    };
    series.paths.iter().map(row).collect()
}

/// The pairs with the greatest correlation, and those with the least.
pub(super) fn ranked(matrix: &Matrix) -> Vec<Vec<String>> {
    let pairs = matrix.ranked();
    let cells = |&(row, col): &(usize, usize)| {
        [format!("{}:{}", matrix.names[row], matrix.names[col]), shown(Some(matrix.at(row, col)))]
    };
    let lines = pairs.iter().zip(pairs.iter().rev()).take(LISTED);
    lines.map(|(high, low)| [cells(high), cells(low)].concat()).collect()
}

/// The header of [`ranked`].
pub(super) const RANKED: [&str; 4] = ["highest", "correlation", "lowest", "correlation"];

/// Two digits; none where there is no correlation.
pub(super) fn shown(correlation: Option<f64>) -> String {
    let text = correlation.map_or("-".to_owned(), |correlation| format!("{correlation:.2}"));
    if text == "-0.00" { "0.00".to_owned() } else { text }
}

fn fits(matrix: &Matrix) -> bool {
    let lengths = || matrix.names.iter().map(|name| name.chars().count());
    let columns: usize = lengths().map(|length| length.max("-0.00".len()) + 2).sum();
    matrix.len() <= MOST_ASSETS && columns + lengths().max().unwrap_or(0) + 2 <= LINE
}

fn whole(matrix: &Matrix) -> String {
    let header: Vec<&str> = [""].into_iter().chain(matrix.names.iter().map(String::as_str)).collect();
    let row = |row: usize| {
        let cells = (0..matrix.len()).map(|col| shown(Some(matrix.at(row, col))));
        [matrix.names[row].clone()].into_iter().chain(cells).collect()
    };
    grid(&header, |column| column == 0, (0..matrix.len()).map(row))
}

fn ends(matrix: &Matrix) -> String {
    let mut text = grid(&RANKED, |column| column % 2 == 0, ranked(matrix));
    text += &format!(
        "the ends of {} pairs; --output csv writes the matrix, --plot FILE.svg draws it\n",
        matrix.len() * (matrix.len() - 1) / 2
    );
    text
}
