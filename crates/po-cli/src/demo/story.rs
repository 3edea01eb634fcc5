//! The demo as text, for someone who sees `po` for the first time.

use super::{Demo, MISSING};
use crate::data::show_date;
use crate::report::{Report, grid, percent, splits_table};

/// How many splits show the idea.
const SPLITS: usize = 3;

const NEXT: &str = "\
Next, with your own prices: CSV or Parquet, a column of dates and one column per asset.
  po allocate prices.csv
  po allocate prices.csv --bounds 0:0.1 --explain
  po allocate prices.csv --method min-variance --constraint 'AAPL + MSFT <= 20%'
  po frontier prices.csv --plot frontier.svg
";

pub(super) fn story(demo: &Demo<'_>) -> String {
    let mut parts = vec![setting(demo), comparison(&demo.reports)];
    parts.push(format!(
        "How hrp came to its weights, the first {SPLITS} splits; the half with more variance gets the smaller share:\n{}",
        splits_table(&demo.reports[0], SPLITS)
    ));
    parts.push(format!(
        "The hrp allocation of {} assets took {:.1} microseconds.\n",
        demo.reports[0].names.len(),
        demo.microseconds
    ));
    parts.push(NEXT.to_owned());
    parts.push(again(demo));
    parts.join("\n")
}

/// The market, and what became of its gaps.
fn setting(demo: &Demo<'_>) -> String {
    let market = &demo.market;
    let ((late, listed), (gone, delisted)) = (market.late(), market.delisted());
    let mut text = format!(
        "A simulated market: {} assets on {} business days, seed {}.\n\
         Calm and crisis, fat tails, five sectors; {late} is listed on {}, {gone} delisted after {}.\n\n\
         What --missing {MISSING} does about the gaps:\n",
        market.names().len(),
        market.dates().len(),
        demo.args.seed,
        show_date(listed),
        show_date(delisted),
    );
    for warning in &demo.reports[0].warnings {
        text += &format!("  {warning}\n");
    }
    text
}

/// The weights of the methods side by side, and how they measure up.
fn comparison(reports: &[Report]) -> String {
    let mut header = vec!["weights"];
    header.extend(reports.iter().map(|report| report.method.name()));
    let row = |name: &str, value: &dyn Fn(&Report) -> String| {
        std::iter::once(name.to_owned()).chain(reports.iter().map(value)).collect()
    };
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (asset, name) in reports[0].names.iter().enumerate() {
        rows.push(row(name, &|report| percent(report.weights[asset])));
    }
    rows.push(row("volatility a year", &|report| percent(report.volatility * report.annual())));
    rows.push(row("effective assets", &|report| format!("{:.1}", report.effective_assets())));
    rows.push(row("largest share of risk", &|report| {
        let shares = report.contributions.as_deref().unwrap_or_default();
        percent(shares.iter().copied().fold(0.0, f64::max))
    }));
    let (first, last) = reports[0].span;
    let period = format!(
        "Estimated from {} observations, {} to {} ({}).\n",
        reports[0].observations,
        show_date(first),
        show_date(last),
        reports[0].calendar
    );
    grid(&header, |column| column == 0, rows) + &period
}

/// The commands that go on with this very market.
fn again(demo: &Demo<'_>) -> String {
    let args = demo.args;
    let mut same = String::new();
    for (flag, value, default) in [
        ("--seed", args.seed, 7),
        ("--assets", u64::from(args.assets), 12),
        ("--days", u64::from(args.days), 1000),
    ] {
        if value != default {
            same += &format!(" {flag} {value}");
        }
    }
    format!(
        "Or with this market, as files:\n  \
         po demo{same} --write market.csv --write-groups sectors.csv\n  \
         po allocate market.csv --missing {MISSING} --groups sectors.csv --group-bounds Technology=0.25:0.4\n"
    )
}
