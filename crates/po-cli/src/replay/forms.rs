//! The report for programs: JSON with all digits, or a row for each bar.

use serde_json::{Map, Value, json};

use super::attribution::{Attribution, Period, Share};
use super::incidents::Incident;
use super::reckoning::{NAMES, Reckoning};
use super::summary::Summary;
use crate::data::show_date;
use crate::error::Error;
use crate::report::csv_row;

/// The columns of a bar.
const COLUMNS: [&str; 11] = [
    "wealth",
    "equal_weight",
    "buy_and_hold",
    "turnover",
    "cost",
    "exposure",
    "effective_holdings",
    "volatility",
    "budget_use",
    "greatest_correlation",
    "mean_correlation",
];

/// The report as one object.
pub(super) fn json(reckoning: &Reckoning) -> Result<String, Error> {
    let Reckoning { history, span, attribution, speed, .. } = reckoning;
    let date = |row: usize| show_date(history.dates[row]);
    let last = history.len() - 1;
    let portfolios: Map<String, Value> = NAMES
        .iter()
        .zip(&reckoning.summaries)
        .map(|(name, own)| (name.replace([' ', '-'], "_"), summary(own, &date)))
        .collect();
    let incident = |own: &Incident| {
        json!({ "sort": own.sort, "kind": own.kind, "count": own.count, "first": date(own.first),
            "example": own.example })
    };
    let object = json!({
        "file": history.file,
        "assets": history.names.len(),
        "bars": history.len(),
        "first": date(0),
        "last": date(last),
        "statistics": {
            "first_decision": date(span.first),
            "bars": last - span.first,
            "periods_per_year": span.periods_per_year,
            "band": span.band.map(|(lower, upper)| [lower, upper]),
            "sharpe_error": "Mertens (2002)",
        },
        "portfolios": portfolios,
        "attribution": account(attribution),
        "incidents": reckoning.incidents.0.iter().map(incident).collect::<Vec<_>>(),
        "speed": {
            "median_seconds": speed.median.as_secs_f64(),
            "p99_seconds": speed.high.as_secs_f64(),
            "longest_seconds": speed.longest.as_secs_f64(),
            "bars_per_second": speed.bars_per_second,
        },
        "warnings": reckoning.notes,
    });
    let text = serde_json::to_string_pretty(&object).map_err(|error| Error::write("JSON")(error.into()))?;
    Ok(text + "\n")
}

fn summary(own: &Summary, date: &dyn Fn(usize) -> String) -> Value {
    json!({
        "total_return": own.total_return,
        "annual_return": own.annual_return,
        "annual_volatility": own.annual_volatility,
        "sharpe": own.sharpe,
        "sharpe_error": own.sharpe_error,
        "sortino": own.sortino,
        "drawdown": own.drawdown,
        "drawdown_from": date(own.drawdown_rows.0),
        "drawdown_to": date(own.drawdown_rows.1),
        "calmar": own.calmar,
        "annual_turnover": own.annual_turnover,
        "annual_costs_bps": 1e4 * own.annual_costs,
        "hit_rate": own.hit_rate,
        "mean_exposure": own.mean_exposure,
        "effective_holdings": own.effective_holdings,
        "greatest_correlation": own.greatest_correlation,
        "mean_correlation": own.mean_correlation,
        "mean_budget_use": own.mean_budget_use,
        "median_budget_use": own.median_budget_use,
        "in_band": own.in_band,
        "returns_over_forecast": own.bias,
    })
}

fn account(attribution: &Attribution) -> Value {
    let named = |lines: &[f64]| -> Value {
        let lines = attribution.names.iter().zip(lines);
        lines.map(|(name, line)| json!({ "name": name, "contribution": line })).collect()
    };
    let period = |own: &Period| {
        json!({ "period": own.label(), "start": own.start, "return": own.period_return(),
            "profit": own.total, "lines": own.lines })
    };
    let share =
        |own: &Share| json!({ "name": own.name, "earned": own.earned, "cost": own.cost, "net": own.net() });
    let shares = |own: &[Share]| own.iter().map(share).collect::<Value>();
    let groups = attribution.groupings.iter().map(|(name, own)| {
        json!({ "grouping": name, "groups": shares(own), "residual": attribution.group_residual(own) })
    });
    json!({
        "unit": "fractions of the capital at the start",
        "total": attribution.total,
        "by_decision": named(&attribution.lines),
        "residual": attribution.residual(),
        "by_asset": shares(&attribution.assets),
        "drift": attribution.drift,
        "cash": attribution.cash,
        "asset_residual": attribution.asset_residual(),
        "by_group": groups.collect::<Vec<_>>(),
        "by_month": attribution.months.iter().map(period).collect::<Vec<_>>(),
        "month_residual": attribution.period_residual(&attribution.months),
        "by_year": attribution.years.iter().map(period).collect::<Vec<_>>(),
        "year_residual": attribution.period_residual(&attribution.years),
    })
}

/// The numbers of a bar.
fn bar(reckoning: &Reckoning, row: usize) -> [f64; COLUMNS.len()] {
    let [engine, equal, held] = &reckoning.tracks;
    [
        engine.wealth[row],
        equal.wealth[row],
        held.wealth[row],
        engine.turnover[row],
        engine.cost[row],
        engine.exposure[row],
        engine.effective[row],
        engine.volatility[row],
        engine.budget_use[row],
        engine.greatest[row],
        engine.mean[row],
    ]
}

/// A row for each bar; what a bar does not have is empty.
pub(super) fn csv(reckoning: &Reckoning) -> Result<String, Error> {
    let mut text = csv_row(std::iter::once("time").chain(COLUMNS))?;
    for (row, date) in reckoning.history.dates.iter().enumerate() {
        let shown = |value: &f64| if value.is_finite() { value.to_string() } else { String::new() };
        let numbers: Vec<String> = bar(reckoning, row).iter().map(shown).collect();
        text +=
            &csv_row(std::iter::once(show_date(*date).as_str()).chain(numbers.iter().map(String::as_str)))?;
    }
    Ok(text)
}

/// An object for each bar.
pub(super) fn ndjson(reckoning: &Reckoning) -> Result<String, Error> {
    let mut text = String::new();
    for (row, date) in reckoning.history.dates.iter().enumerate() {
        let mut object = Map::new();
        object.insert("time".to_owned(), show_date(*date).into());
        object.extend(
            COLUMNS.iter().zip(bar(reckoning, row)).map(|(name, value)| ((*name).to_owned(), json!(value))),
        );
        text += &serde_json::to_string(&object).map_err(|error| Error::write("JSON")(error.into()))?;
        text += "\n";
    }
    Ok(text)
}
