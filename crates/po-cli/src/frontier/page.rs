//! The frontier as a page that needs nothing else: the picture, and its points as a table.

use po_engine::convex::Portfolio;

use super::report::{ratio, subject, weights};
use super::{Frontier, net};
use crate::page::{escaped, page};
use crate::report::percent;

/// How many weights stand beside a point.
const BESIDE: usize = 5;

const STYLE: &str = "\
svg{width:100%}th:last-child,td:last-child{text-align:left;width:50%}
tr.safest td{color:#047857;font-weight:600}tr.tangency td{color:#c2410c;font-weight:600}";

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
    let basis = escaped(frontier.basis.words());
    let body = format!(
        "<h1>Portfolios on the frontier</h1>\n\
         <p>{subject}. Figures are annual ({calendar}); expected returns: {basis}.</p>\n\
         <table>\n<thead><tr><th>volatility</th><th>return</th><th>Sharpe ratio</th><th>largest weights</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n"
    );
    page("Efficient frontier", STYLE, picture, &body, &frontier.warnings)
}
