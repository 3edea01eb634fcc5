//! The engine through real histories, against equal weights and a portfolio that is left alone.
//!
//! There is one configuration for all files. All of it was chosen before any of them was run through, but what the limit
//! on correlations gives to assets that are held already: without it, the stocks turned over thirty times a year. It is
//! run with and without that limit.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::measure;
use crate::shell::{CommandLine, Failure, Outcome, say};

/// Files of prices: stocks, funds and coins.
const FILES: &[&str] = &[
    "us_equity_A/adj_close.csv.gz",
    "etf21_ohlcv/ohlcv.csv.gz",
    "crypto_cmc23/daily.csv.gz",
    "crypto_binance/daily.csv.gz",
];

/// Half-lives of 30 and 90 bars, hierarchical risk parity by Ward's linkage, a budget of 0.63 % a bar (10 % a year of
/// 252 days) of which 80 to 95 % are to be used, no leverage, less exposure from a drawdown of 10 % on and none at 25 %,
/// a fifth of a weight as the band in which nothing is traded, and costs of 10 basis points.
const CONFIG: &str = "\
[estimator.ewma]
volatility = { half-life = 30.0 }
correlation = { half-life = 90.0 }
min_observations = 60

[allocator.hrp]
linkage = \"ward\"

[budget]
volatility_budget = 0.0063
band = [0.80, 0.95]
leverage_limit = 1.0
drawdown = { start = 0.10, limit = 0.25 }

[trading]
cost_bps = 10.0
band = { width = { relative = 0.2 } }
";

const LIMIT: &str = "
[correlation_limit]
limit = 0.6
incumbent_bonus = 0.5
";

/// Beyond this, lines of an account do not add up to their total.
const RESIDUAL: f64 = 1e-9;

/// Runs through the files that are there, and prints what came out as it is.
pub(super) fn run(po: &Path, dir: &Path, scratch: &Path) -> Outcome {
    say(
        "  walk-forward, one configuration chosen a priori for all files; costs of 10 bp, weights drift with prices:",
    );
    for &file in FILES {
        let prices = dir.join(file);
        if !prices.is_file() {
            say(&format!("  {file}: skipped, not there"));
            continue;
        }
        let (with, without) = (format!("{CONFIG}{LIMIT}"), CONFIG.to_owned());
        let limited = replayed(po, &prices, &with, scratch)?;
        let free = replayed(po, &prices, &without, scratch)?;
        say(&format!("  {file}: {}", subject(&limited)?));
        say(&format!(
            "    {:<24}{:>8}{:>7}{:>9}{:>10}{:>10}{:>9}{:>10}{:>9}{:>8}{:>9}{:>9}",
            "",
            "Sharpe",
            "s.e.",
            "return",
            "vol",
            "drawdown",
            "turnover",
            "exposure",
            "use",
            "in band",
            "max cor",
            "mean cor"
        ));
        say(&line("engine, limit 0.6", &limited, "engine")?);
        say(&line("engine, no limit", &free, "engine")?);
        say(&line("equal weight", &limited, "equal_weight")?);
        say(&line("buy and hold", &limited, "buy_and_hold")?);
        for report in [&limited, &free] {
            sound(report).map_err(|what| Failure::Check(format!("{file}: {what}")))?;
        }
    }
    Ok(())
}

/// Runs `po run --replay` over one file and reads its report.
fn replayed(po: &Path, prices: &Path, config: &str, scratch: &Path) -> Outcome<Value> {
    let path = scratch.join("walk-forward.toml");
    fs::write(&path, config)
        .map_err(|error| Failure::Check(format!("{} cannot be written: {error}", path.display())))?;
    let words = ["run", "--output", "json", "--config"].map(str::to_owned);
    let line = CommandLine::new(&po.to_string_lossy(), words)
        .args([path.to_string_lossy()])
        .args(["--replay"])
        .args([prices.to_string_lossy()]);
    let run = measure(&line)?;
    serde_json::from_str(&run.printed)
        .map_err(|error| Failure::Check(format!("`{line}` printed what is not JSON: {error}")))
}

/// `21 assets, 2500 bars from 2010-03-30 on, 4000 bars a second`
fn subject(report: &Value) -> Outcome<String> {
    let text = report.pointer("/statistics/first_decision").and_then(Value::as_str).unwrap_or_default();
    let (assets, bars) = (number(report, "/assets")?, number(report, "/statistics/bars")?);
    let (speed, periods) =
        (number(report, "/speed/bars_per_second")?, number(report, "/statistics/periods_per_year")?);
    Ok(format!("{assets} assets, {bars} bars from {text} on, {periods} a year; {speed:.0} bars a second"))
}

fn line(name: &str, report: &Value, portfolio: &str) -> Outcome<String> {
    let own = |what: &str| number(report, &format!("/portfolios/{portfolio}/{what}"));
    // A portfolio without a budget has no use of it.
    let maybe = |what: &str| own(what).map_or("-".to_owned(), |value| format!("{:.1} %", 100.0 * value));
    let percent = |what: &str| own(what).map(|value| format!("{:.1} %", 100.0 * value));
    Ok(format!(
        "    {name:<24}{:>8.2}{:>7.2}{:>9}{:>10}{:>10}{:>9.2}{:>10}{:>9}{:>8}{:>9.2}{:>9.2}",
        own("sharpe")?,
        own("sharpe_error")?,
        percent("annual_return")?,
        percent("annual_volatility")?,
        percent("drawdown")?,
        own("annual_turnover")?,
        percent("mean_exposure")?,
        maybe("mean_budget_use"),
        maybe("in_band"),
        own("greatest_correlation")?,
        own("mean_correlation")?,
    ))
}

/// Whether the account adds up.
fn sound(report: &Value) -> Result<(), String> {
    for name in ["residual", "asset_residual", "month_residual", "year_residual"] {
        let residual = report.pointer(&format!("/attribution/{name}")).and_then(Value::as_f64);
        let residual = residual.ok_or(format!("no attribution.{name}"))?;
        if residual.abs() > RESIDUAL {
            return Err(format!("attribution.{name} is {residual:e}, expected at most {RESIDUAL:e}"));
        }
    }
    Ok(())
}

fn number(value: &Value, pointer: &str) -> Outcome<f64> {
    let found = value.pointer(pointer).and_then(Value::as_f64);
    found.ok_or_else(|| Failure::Check(format!("a report has no {pointer}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(residual: f64) -> Value {
        let own = serde_json::json!({
            "sharpe": 0.5, "sharpe_error": 0.25, "annual_return": 0.04, "annual_volatility": 0.08, "drawdown": 0.1,
            "annual_turnover": 1.5, "mean_exposure": 0.9, "mean_budget_use": null, "in_band": 0.75,
            "greatest_correlation": 0.6, "mean_correlation": 0.2,
        });
        serde_json::json!({
            "portfolios": { "engine": own },
            "attribution": { "residual": 1e-17, "asset_residual": residual, "month_residual": 0.0, "year_residual": 0.0 },
        })
    }

    #[test]
    fn a_portfolio_is_one_line() {
        assert_eq!(
            line("engine", &report(0.0), "engine").unwrap(),
            "    engine                      0.50   0.25    4.0 %     8.0 %    10.0 %     1.50    90.0 %        -  75.0 %     0.60     0.20"
        );
    }

    #[test]
    fn an_account_that_does_not_add_up_is_told() {
        assert!(sound(&report(1e-12)).is_ok());
        assert_eq!(
            sound(&report(0.5)).unwrap_err(),
            "attribution.asset_residual is 5e-1, expected at most 1e-9"
        );
    }
}
