//! The frontier as a page that needs nothing else: the picture, and its points as a table.

use po_engine::convex::Portfolio;

use super::report::{ratio, subject, weights};
use super::{Frontier, net};
use crate::report::percent;

/// How many weights stand beside a point.
const BESIDE: usize = 5;

const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;color:#1f2937;background:#fff;max-width:1000px;margin:2rem auto;padding:0 1rem}
h1,h2{font-weight:600;line-height:1.2}svg{width:100%;height:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;text-align:right;border-bottom:1px solid #e5e7eb}
th{border-bottom:2px solid #94a3b8}th:last-child,td:last-child{text-align:left;width:50%}
tr.safest td{color:#047857;font-weight:600}tr.tangency td{color:#c2410c;font-weight:600}
p,footer{color:#6b7280}";

/// The page around a picture.
pub(super) fn html(frontier: &Frontier, picture: &str) -> String {
    let row = |portfolio: &Portfolio, class: &str, note: &str| {
        let held = escaped(&weights(frontier, portfolio, BESIDE));
        let held = if note.is_empty() { held } else { format!("{note}: {held}") };
        format!(
            "<tr{class}><td>{}</td><td>{}</td><td>{}</td><td>{held}</td></tr>\n",
            percent(portfolio.volatility()),
            percent(net(portfolio)),
            ratio(frontier.sharpe(portfolio)),
        )
    };
    let mut rows = String::new();
    let mut tangency = frontier.tangency.as_ref();
    for (index, point) in frontier.points.iter().enumerate() {
        // The tangency portfolio stands among the points, where its return puts it.
        if let Some(portfolio) = tangency.take_if(|portfolio| net(portfolio) <= net(point)) {
            rows += &row(portfolio, " class=\"tangency\"", "greatest Sharpe ratio");
        }
        let safest = index == 0;
        let (class, note) = if safest { (" class=\"safest\"", "least variance") } else { ("", "") };
        rows += &row(point, class, note);
    }
    if let Some(portfolio) = tangency {
        rows += &row(portfolio, " class=\"tangency\"", "greatest Sharpe ratio");
    }
    let (subject, calendar) = (escaped(&subject(frontier)), escaped(&frontier.calendar.to_string()));
    let (basis, version) = (escaped(frontier.basis.words()), env!("CARGO_PKG_VERSION"));
    let notes: String =
        frontier.warnings.iter().map(|warning| format!("<li>{}</li>\n", escaped(warning))).collect();
    let notes = if notes.is_empty() { notes } else { format!("<h2>Notes</h2>\n<ul>\n{notes}</ul>\n") };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Efficient frontier</title>\n\
         <style>\n{STYLE}\n</style>\n</head>\n<body>\n<figure style=\"margin:0\" role=\"img\" aria-label=\"Efficient frontier\">\n\
         {picture}\n</figure>\n<h1>Portfolios on the frontier</h1>\n\
         <p>{subject}. Figures are annual ({calendar}); expected returns: {basis}.</p>\n\
         <table>\n<thead><tr><th>volatility</th><th>return</th><th>Sharpe ratio</th><th>largest weights</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n{notes}<footer><p>po {version}</p></footer>\n</body>\n</html>\n"
    )
}

/// Text that HTML does not take for its own.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
