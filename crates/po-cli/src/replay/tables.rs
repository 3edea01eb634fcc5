//! The report for people: how the portfolios did, and where the profit of the engine came from.

use crate::data::show_date;
use crate::report::{grid, percent};

use super::attribution::{Attribution, Period, Share};
use super::incidents::Incident;
use super::reckoning::{NAMES, Reckoning};
use super::summary::Summary;

/// Assets listed from either end.
const LISTED: usize = 10;

/// A table with its title and what stands beneath it.
pub(super) struct Told {
    pub(super) title: &'static str,
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
    pub(super) below: String,
}

impl Told {
    fn text(&self) -> String {
        let header: Vec<&str> = self.header.iter().map(String::as_str).collect();
        let body = grid(&header, |column| column == 0, self.rows.iter().cloned());
        let below = if self.below.is_empty() { String::new() } else { format!("{}\n", self.below) };
        format!("{}\n{body}{below}\n", self.title)
    }
}

/// The whole report.
pub(super) fn table(reckoning: &Reckoning) -> String {
    let mut text = format!("{}\n{}\n\n", subject(reckoning), statistics(reckoning));
    text += &performance(reckoning).text();
    text += &decisions(&reckoning.attribution).text();
    text += &years(&reckoning.attribution).text();
    text += &months(&reckoning.attribution).text();
    text += &assets(&reckoning.attribution).text();
    for told in groups(&reckoning.attribution) {
        text += &told.text();
    }
    text += &incidents(reckoning).text();
    text + &speed(reckoning)
}

/// `21 assets, 2500 bars from 2010-01-04 to 2019-12-31 of prices.csv`
pub(super) fn subject(reckoning: &Reckoning) -> String {
    let history = &reckoning.history;
    let (assets, bars) = (history.names.len(), history.len());
    let noun = if assets == 1 { "asset" } else { "assets" };
    let (first, last) = (show_date(history.dates[0]), show_date(history.dates[bars - 1]));
    format!("{assets} {noun}, {bars} bars from {first} to {last} of {}", history.file)
}

/// From when to when statistics run, and what makes them annual.
pub(super) fn statistics(reckoning: &Reckoning) -> String {
    let (history, first) = (&reckoning.history, reckoning.span.first);
    let bars = history.len();
    format!(
        "statistics from the first decision on {} to {}, {} bars for all portfolios alike; {} bars before it are left out; {}",
        show_date(history.dates[first]),
        show_date(history.dates[bars - 1]),
        bars - 1 - first,
        first,
        history.calendar
    )
}

/// How the engine and its benchmarks did.
pub(super) fn performance(reckoning: &Reckoning) -> Told {
    let dates = &reckoning.history.dates;
    let row = |name: &str, shown: &dyn Fn(&Summary) -> String| {
        std::iter::once(name.to_owned()).chain(reckoning.summaries.iter().map(shown)).collect::<Vec<_>>()
    };
    let date = |row: usize| show_date(dates[row]);
    let mut rows = vec![
        row("total return", &|own| share(own.total_return)),
        row("return a year", &|own| share(own.annual_return)),
        row("volatility a year", &|own| share(own.annual_volatility)),
        row("Sharpe ratio", &|own| number(own.sharpe)),
        row("  its standard error", &|own| number(own.sharpe_error)),
        row("Sortino ratio", &|own| number(own.sortino)),
        row("greatest drawdown", &|own| share(own.drawdown)),
        row("  from", &|own| date(own.drawdown_rows.0)),
        row("  to", &|own| date(own.drawdown_rows.1)),
        row("Calmar ratio", &|own| number(own.calmar)),
        row("bars with a gain", &|own| share(own.hit_rate)),
        row("turnover a year", &|own| share(own.annual_turnover)),
        row("costs a year, bp", &|own| fixed(1e4 * own.annual_costs, 1)),
        row("mean exposure", &|own| share(own.mean_exposure)),
        row("effective holdings", &|own| fixed(own.effective_holdings, 1)),
        row("greatest correlation held", &|own| number(own.greatest_correlation)),
        row("mean correlation held", &|own| number(own.mean_correlation)),
        row("returns / forecast volatility", &|own| number(own.bias)),
    ];
    if let Some((lower, upper)) = reckoning.span.band {
        let band = format!("bars with {} to {} of it", percent(lower), percent(upper));
        rows.push(row("mean use of the budget", &|own| share(own.mean_budget_use)));
        rows.push(row("median use of the budget", &|own| share(own.median_budget_use)));
        rows.push(row(&band, &|own| share(own.in_band)));
    }
    let halved = reckoning.summaries[0].drawdown / reckoning.summaries[2].drawdown;
    let header = std::iter::once("").chain(NAMES).map(str::to_owned).collect();
    let below = format!(
        "the greatest drawdown of the engine is {} of that of buy and hold\n\
         Sharpe and Sortino ratios are over the return of cash; standard errors by Mertens (2002); turnover is purchases\n\
         and sales together; correlations are forecasts at each decision, of pairs of assets that are held, their mean over\n\
         decisions of the greatest and of the mean pair; returns over forecasts have a standard deviation of 1 where\n\
         forecasts are right; equal weight trades to equal weights at each decision, buy and hold buys each asset once,\n\
         when it can first be held; costs and data discipline are those of the engine",
        share(halved)
    );
    Told { title: "Performance", header, rows, below }
}

/// The profit by decision.
pub(super) fn decisions(attribution: &Attribution) -> Told {
    let lines = attribution.names.iter().zip(&attribution.lines);
    let mut rows: Vec<Vec<String>> = lines
        .map(|(name, line)| vec![name.clone(), percent(*line), part(*line, attribution.total)])
        .collect();
    rows.push(total_row(attribution));
    let header = ["by decision", "contribution", "share"].map(str::to_owned).to_vec();
    let below = adds_up(attribution.total, attribution.residual());
    Told { title: "Attribution by decision, in per cent of the capital at the start", header, rows, below }
}

/// The return of each year, and the profit by decision within it.
pub(super) fn years(attribution: &Attribution) -> Told {
    let mut header = vec!["year".to_owned(), "return".to_owned()];
    header.extend(attribution.names.iter().cloned());
    let row = |period: &Period| {
        let mut row = vec![period.label(), percent(period.period_return())];
        row.extend(period.lines.iter().map(|line| percent(line / period.start)));
        row
    };
    let rows = attribution.years.iter().map(row).collect();
    let below = adds_up(attribution.total, attribution.period_residual(&attribution.years));
    let below = format!("lines add up to the return of their year; the profit of all years {below}");
    Told { title: "Attribution by year, in per cent of the wealth at the start of each", header, rows, below }
}

/// The names of the months.
pub(super) const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The return of a month of a year, if it had bars.
pub(super) fn month(attribution: &Attribution, year: i64, month: i64) -> Option<&Period> {
    attribution.months.iter().find(|period| period.year == year && period.month == Some(month))
}

/// The return of each month.
pub(super) fn months(attribution: &Attribution) -> Told {
    let header = std::iter::once("%").chain(MONTHS).chain(["year"]).map(str::to_owned).collect();
    let row = |year: &Period| {
        let own = (1..=12).map(|number| {
            month(attribution, year.year, number)
                .map_or(String::new(), |period| fixed(100.0 * period.period_return(), 1))
        });
        let all = [fixed(100.0 * year.period_return(), 1)];
        std::iter::once(year.label()).chain(own).chain(all).collect()
    };
    let rows = attribution.years.iter().map(row).collect();
    let below = adds_up(attribution.total, attribution.period_residual(&attribution.months));
    let below = format!("the profit of {} months {below}", attribution.months.len());
    Told { title: "Return of each month, after costs", header, rows, below }
}

/// The assets that earned the most and the least.
pub(super) fn assets(attribution: &Attribution) -> Told {
    let all = &attribution.assets;
    let mut rows: Vec<Vec<String>> = Vec::new();
    if all.len() <= 2 * LISTED + 1 {
        rows.extend(all.iter().map(share_row));
    } else {
        let middle = &all[LISTED..all.len() - LISTED];
        let rest = Share {
            name: format!("{} more", middle.len()),
            earned: middle.iter().map(|share| share.earned).sum(),
            cost: middle.iter().map(|share| share.cost).sum(),
        };
        rows.extend(all[..LISTED].iter().map(share_row));
        rows.push(share_row(&rest));
        rows.extend(all[all.len() - LISTED..].iter().map(share_row));
    }
    rows.extend(others(attribution));
    let header = ["asset", "earned", "costs", "net"].map(str::to_owned).to_vec();
    let below = adds_up(attribution.total, attribution.asset_residual());
    let below =
        format!("{below}; assets earn at the weights decided, drift is what prices made of them since");
    Told { title: "Attribution by asset, in per cent of the capital at the start", header, rows, below }
}

/// The profit of each group, a table for each grouping.
pub(super) fn groups(attribution: &Attribution) -> Vec<Told> {
    let told = |(name, shares): &(String, Vec<Share>)| {
        let mut rows: Vec<Vec<String>> = shares.iter().map(share_row).collect();
        rows.extend(others(attribution));
        let header = [name, "earned", "costs", "net"].map(str::to_owned).to_vec();
        let below = adds_up(attribution.total, attribution.group_residual(shares));
        Told { title: "Attribution by group, in per cent of the capital at the start", header, rows, below }
    };
    attribution.groupings.iter().map(told).collect()
}

/// What did not go as it does on most days.
pub(super) fn incidents(reckoning: &Reckoning) -> Told {
    let row = |incident: &Incident| {
        let date = show_date(reckoning.history.dates[incident.first]);
        let Incident { sort, kind, count, example, .. } = incident;
        vec![format!("{sort}: {kind}"), count.to_string(), date, example.clone()]
    };
    let rows: Vec<Vec<String>> = reckoning.incidents.0.iter().map(row).collect();
    let below = if rows.is_empty() { "none".to_owned() } else { String::new() };
    let header = ["kind", "count", "first", "first case"].map(str::to_owned).to_vec();
    Told { title: "Fallbacks and events", header, rows, below }
}

fn speed(reckoning: &Reckoning) -> String {
    let speed = reckoning.speed;
    format!(
        "a step took {:.1?} (median), {:.1?} (99th percentile), {:.1?} (longest); {:.0} bars a second\n",
        speed.median, speed.high, speed.longest, speed.bars_per_second
    )
}

fn share_row(share: &Share) -> Vec<String> {
    vec![share.name.clone(), percent(share.earned), percent(-share.cost), percent(share.net())]
}

/// Drift, cash and the total.
fn others(attribution: &Attribution) -> [Vec<String>; 3] {
    let row = |name: &str, net: f64| vec![name.to_owned(), String::new(), String::new(), percent(net)];
    [row("drift", attribution.drift), row("cash", attribution.cash), row("total", attribution.total)]
}

fn total_row(attribution: &Attribution) -> Vec<String> {
    vec!["total".to_owned(), percent(attribution.total), part(attribution.total, attribution.total)]
}

/// `adds up to 12.34 %: residual 3e-17`
fn adds_up(total: f64, residual: f64) -> String {
    let residual = if residual == 0.0 { "0".to_owned() } else { format!("{residual:.0e}") };
    format!("adds up to {}: residual {residual}", percent(total))
}

/// A share of the total, where it has a sign worth dividing by.
fn part(line: f64, total: f64) -> String {
    if total.abs() < 1e-6 { "-".to_owned() } else { percent(line / total) }
}

/// Per cent, or a dash.
pub(super) fn share(value: f64) -> String {
    if value.is_finite() { percent(value) } else { "-".to_owned() }
}

/// Two decimals, or a dash.
pub(super) fn number(value: f64) -> String {
    fixed(value, 2)
}

/// So many decimals, or a dash.
pub(super) fn fixed(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return "-".to_owned();
    }
    let text = format!("{value:.digits$}");
    // What rounds to zero has no sign.
    let zero = text.trim_start_matches(['-', '0', '.']).is_empty();
    if zero { text.trim_start_matches('-').to_owned() } else { text }
}
