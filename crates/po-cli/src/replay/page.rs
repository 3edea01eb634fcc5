//! The report as a page that needs nothing else.

use super::attribution::Attribution;
use super::charts::Charts;
use super::reckoning::Reckoning;
use super::tables::{self, MONTHS, Told};
use crate::page::{escaped, page as whole, table};
use crate::report::percent;

/// A return of a month that has the full colour.
const FULL: f64 = 0.08;

const STYLE: &str = "\
body{max-width:1040px}table{width:auto;font-size:13px;margin:.5rem 0}div.wide{overflow-x:auto}
p.below{font-size:13px;white-space:pre-line}table.heat td{padding:.25rem .4rem;min-width:2.4rem}svg{display:block;margin:.5rem 0}
@media (prefers-color-scheme:dark){
body{color:#e5e7eb;background:#111827}.ink{fill:#e5e7eb}.faint{fill:#9ca3af}.grid{stroke:#374151}.axis{stroke:#9ca3af}
th,td{border-bottom-color:#374151}p,footer{color:#9ca3af}a{color:#93c5fd}}";

/// The page.
pub(super) fn page(reckoning: &Reckoning) -> String {
    let charts = Charts::new(reckoning);
    let attribution = &reckoning.attribution;
    let mut body = format!(
        "<h1>What the engine earned</h1>\n<p>{}<br>{}</p>\n",
        escaped(&tables::subject(reckoning)),
        escaped(&tables::statistics(reckoning))
    );
    body += &section(&tables::performance(reckoning));
    body += &format!("<h2>{}</h2>\n", "Weights");
    body += &charts.weights();
    body += &section(&tables::decisions(attribution));
    body += &charts.waterfall();
    body += &charts.cumulative();
    body += &section(&tables::years(attribution));
    body += &heat(attribution);
    body += &section(&tables::assets(attribution));
    for told in tables::groups(attribution) {
        body += &section(&told);
    }
    body += "<h2>Risk</h2>\n";
    body += &charts.risk();
    body += "<h2>Trading</h2>\n";
    body += &charts.trading();
    body += &section(&tables::incidents(reckoning));
    whole("Replay", STYLE, &charts.wealth(), &body, &reckoning.notes)
}

fn section(told: &Told) -> String {
    let header: Vec<&str> = told.header.iter().map(String::as_str).collect();
    let table = if told.rows.is_empty() {
        String::new()
    } else {
        let words = |column: usize| {
            column == 0 || told.header.get(column).is_some_and(|name| name.starts_with("first"))
        };
        format!("<div class=\"wide\">{}</div>\n", table(&header, words, &told.rows))
    };
    let below = if told.below.is_empty() {
        String::new()
    } else {
        format!("<p class=\"below\">{}</p>\n", escaped(&told.below))
    };
    format!("<h2>{}</h2>\n{table}{below}", escaped(told.title))
}

/// The returns of months as squares of colour.
fn heat(attribution: &Attribution) -> String {
    let months: String = MONTHS.iter().map(|name| format!("<th>{name}</th>")).collect();
    let cell = |value: Option<f64>| {
        value.map_or_else(
            || "<td></td>".to_owned(),
            |value| {
                let depth = (value.abs() / FULL).min(1.0) * 0.75;
                let (red, green, blue) = if value < 0.0 { (220, 38, 38) } else { (5, 150, 105) };
                let shown = tables::fixed(100.0 * value, 1);
                format!("<td style=\"background:rgba({red},{green},{blue},{depth:.2})\">{shown}</td>")
            },
        )
    };
    let mut rows = String::new();
    for year in &attribution.years {
        let own: String = (1..=12)
            .map(|month| {
                cell(
                    tables::month(attribution, year.year, month)
                        .map(super::attribution::Period::period_return),
                )
            })
            .collect();
        let all = percent(year.period_return());
        rows += &format!("<tr><td class=\"word\">{}</td>{own}<td>{all}</td></tr>\n", year.label());
    }
    let told = tables::months(attribution);
    format!(
        "<h2>{}</h2>\n<div class=\"wide\"><table class=\"heat\">\n<thead><tr><th class=\"word\">per cent</th>{months}<th>year</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table></div>\n<p class=\"below\">{}</p>\n",
        escaped(told.title),
        escaped(&told.below)
    )
}
