//! Forecasts of value at risk over the files: how each model of `po tail backtest` covers the losses that came.
//!
//! Each file is one portfolio, the same weight in each asset; no setting is chosen by file.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::measure;
use crate::shell::{CommandLine, Failure, Outcome, complain, say};

/// A file, and how it is read. Rows in which some asset has no return are left out, as `po` does by default; where that
/// leaves too few, sparse assets are. Returns are taken as the file has them: per cent and logarithms alike.
struct Series {
    file: &'static str,
    flags: &'static [&'static str],
}

const SPARSE: &[&str] = &["--missing", "drop-sparse=0.2"];
const RETURNS: &[&str] = &["--returns"];

const SERIES: &[Series] = &[
    Series { file: "us_equity_A/adj_close.csv.gz", flags: SPARSE },
    Series { file: "sp500_20/prices.csv.gz", flags: &[] },
    Series { file: "sp500_20/index.csv.gz", flags: &[] },
    Series { file: "us20_pypfopt/prices.csv.gz", flags: SPARSE },
    Series { file: "us20_pypfopt/spy.csv.gz", flags: &[] },
    Series { file: "etf21_ohlcv/ohlcv.csv.gz", flags: &[] },
    Series { file: "etf_factor5/prices.csv.gz", flags: &[] },
    Series { file: "crypto_binance/daily.csv.gz", flags: SPARSE },
    Series { file: "crypto_cmc23/daily.csv.gz", flags: SPARSE },
    Series { file: "ff_daily/industry_10_daily.csv.gz", flags: RETURNS },
    Series { file: "ff_daily/ff5_mom_rev_daily.csv.gz", flags: RETURNS },
    Series { file: "evt_classic/bmw.csv.gz", flags: RETURNS },
    Series { file: "evt_classic/sp_raw.csv.gz", flags: &[] },
    Series { file: "evt_classic/spto87.csv.gz", flags: RETURNS },
    Series { file: "evt_classic/ismev_dowjones.csv.gz", flags: &[] },
    Series { file: "evt_classic/ismev_exchange.csv.gz", flags: &[] },
    Series { file: "garch_classic/dem2gbp.csv", flags: RETURNS },
    Series { file: "garch_classic/dji30ret.csv.gz", flags: RETURNS },
    Series { file: "garch_classic/sp500ret.csv", flags: RETURNS },
    Series { file: "qrmdata/dj30_const_1962_2015.csv.gz", flags: &[] },
    Series { file: "qrmdata/fx_usd.csv.gz", flags: &[] },
    // A volatility index is no asset.
    Series {
        file: "qrmdata/indices.csv.gz",
        flags: &["--assets", "SP500,DJ,NASDAQ,FTSE,DAX,CAC,SMI,EURSTOXX,NIKKEI,HSI,SSEC,CSI,GOLD,OIL_Brent"],
    },
    Series { file: "frapo_multi/ESCBFX.csv", flags: &[] },
    Series { file: "frapo_multi/StockIndexAdjD.csv", flags: &[] },
    Series { file: "fportfolio_debian/swx.csv", flags: &[] },
    Series { file: "fportfolio_debian/spisector.csv", flags: &[] },
    Series { file: "fportfolio_debian/lpp2005_returns.csv", flags: RETURNS },
];

/// The p-value at which a test rejects.
const LEVEL: f64 = 0.05;

/// How one model did on one file.
struct Row {
    model: String,
    periods: u64,
    violations: u64,
    /// Of Kupiec, of independence, of both, and of the shortfall.
    p_values: [Option<f64>; 4],
}

/// Tests all models on the files that are there; an error where the default is rejected on half of them or more.
pub(super) fn run(po: &Path, dir: &Path, scratch: &Path) -> Outcome {
    let mut found: Vec<(&str, Vec<Row>)> = Vec::new();
    let mut reference = String::new();
    for series in SERIES {
        if !dir.join(series.file).is_file() {
            say(&format!("  {}: skipped, not there", series.file));
            continue;
        }
        let report = tested(po, series, dir, scratch)?;
        reference = text(&report, "/reference")?;
        let rows = rows(&report)?;
        let forecasts = report.pointer("/forecasts").and_then(Value::as_u64).unwrap_or_default();
        let window = report.pointer("/window").and_then(Value::as_u64).unwrap_or_default();
        say(&format!("  {}: {forecasts} forecasts, each from {window} observations", series.file));
        say(&format!(
            "    {:<18}{:>8}{:>9}{:>9}{:>9}{:>10}{:>11}",
            "model", "beyond", "rate", "Kupiec", "alone", "coverage", "shortfall"
        ));
        rows.iter().for_each(|row| say(&row.line()));
        found.push((series.file, rows));
    }
    if found.is_empty() {
        return Ok(());
    }
    say(
        "  files on which a model is not rejected at 5 %, by Kupiec, independence, conditional coverage, shortfall:",
    );
    for (model, held) in summary(&found) {
        let held = held.map(|(held, of)| format!("{held} of {of}")).join(", ");
        say(&format!("    {model:<18}{held}"));
    }
    judged(&found, &reference)
}

/// Runs `po tail backtest` over one file and reads its report.
fn tested(po: &Path, series: &Series, dir: &Path, scratch: &Path) -> Outcome<Value> {
    let file = dated(&dir.join(series.file), scratch)?;
    let words = ["tail", "backtest", "--output", "json"].map(str::to_owned);
    let line = CommandLine::new(&po.to_string_lossy(), words)
        .args([file.to_string_lossy()])
        .args(series.flags.iter().copied());
    let run = measure(&line)?;
    serde_json::from_str(&run.printed)
        .map_err(|error| Failure::Check(format!("`{line}` printed what is not JSON: {error}")))
}

/// The file, or a copy whose rows are numbered by dates where they are by numbers.
fn dated(file: &Path, scratch: &Path) -> Outcome<PathBuf> {
    let plain = file.extension().is_some_and(|ending| ending == "csv");
    let text = if plain { fs::read_to_string(file).unwrap_or_default() } else { String::new() };
    let Some(rows) = text.strip_prefix("i,") else { return Ok(file.to_owned()) };
    let mut lines = rows.lines();
    let mut copy = format!("date,{}\n", lines.next().unwrap_or_default());
    for (row, line) in lines.enumerate() {
        let value = line.split_once(',').map_or("", |(_, value)| value);
        copy += &format!("{},{value}\n", date(row));
    }
    let path = scratch.join("real-data-dated.csv");
    fs::write(&path, copy)
        .map_err(|error| Failure::Check(format!("{} cannot be written: {error}", path.display())))?;
    Ok(path)
}

/// A date for a row, one after the other; no month has a day that is not in each.
fn date(row: usize) -> String {
    let (year, rest) = (1900 + row / 336, row % 336);
    format!("{year}-{:02}-{:02}", rest / 28 + 1, rest % 28 + 1)
}

/// What a report says of each model; those without forecasts are left out.
fn rows(report: &Value) -> Outcome<Vec<Row>> {
    let models = report.pointer("/models").and_then(Value::as_array);
    let models = models.ok_or_else(|| Failure::Check("a report has no models".to_owned()))?;
    let there = models.iter().filter(|model| model.get("error").is_none());
    there
        .map(|model| {
            let number = |name: &str| model.get(name).and_then(Value::as_f64);
            let count = |name: &str| model.get(name).and_then(Value::as_u64).unwrap_or_default();
            Ok(Row {
                model: text(model, "/name")?,
                periods: count("periods"),
                violations: count("violations"),
                p_values: ["kupiec_p", "independence_p", "conditional_coverage_p", "shortfall_p"].map(number),
            })
        })
        .collect()
}

fn text(value: &Value, pointer: &str) -> Outcome<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| Failure::Check(format!("a report has no {pointer}")))
}

impl Row {
    fn line(&self) -> String {
        let rate = 100.0 * self.violations as f64 / self.periods as f64;
        let shown = self.p_values.map(|p_value| match p_value {
            None => "-".to_owned(),
            Some(p_value) => format!("{p_value:.3}{}", if p_value <= LEVEL { "*" } else { " " }),
        });
        let [kupiec, alone, coverage, shortfall] = shown;
        format!(
            "    {:<18}{:>8}{:>7.2} %{kupiec:>9}{alone:>9}{coverage:>10}{shortfall:>11}",
            self.model, self.violations, rate
        )
    }
}

/// Of each model and test, on how many files it is not rejected, of those on which it could be tested.
fn summary(found: &[(&str, Vec<Row>)]) -> Vec<(String, [(usize, usize); 4])> {
    let mut models: Vec<&str> = Vec::new();
    for row in found.iter().flat_map(|(_, rows)| rows) {
        if !models.contains(&row.model.as_str()) {
            models.push(&row.model);
        }
    }
    let held = |model: &str, test: usize| {
        let of = found.iter().flat_map(|(_, rows)| rows).filter(|row| row.model == model);
        let told: Vec<f64> = of.filter_map(|row| row.p_values[test]).collect();
        (told.iter().filter(|p_value| **p_value > LEVEL).count(), told.len())
    };
    models.into_iter().map(|model| (model.to_owned(), [0, 1, 2, 3].map(|test| held(model, test)))).collect()
}

/// Whether conditional coverage leaves the default alone on most files, with those on which it does not.
fn judged(found: &[(&str, Vec<Row>)], reference: &str) -> Outcome {
    let coverage = |rows: &Vec<Row>| rows.iter().find(|row| row.model == reference)?.p_values[2];
    let told: Vec<(&str, f64)> =
        found.iter().filter_map(|(file, rows)| Some((*file, coverage(rows)?))).collect();
    let rejected: Vec<String> = told
        .iter()
        .filter(|(_, p_value)| *p_value <= LEVEL)
        .map(|(file, p_value)| format!("{file} (p = {p_value:.4})"))
        .collect();
    let held = told.len() - rejected.len();
    let but =
        if rejected.is_empty() { String::new() } else { format!("; rejected: {}", rejected.join(", ")) };
    let line =
        format!("conditional coverage does not reject {reference} on {held} of {} files{but}", told.len());
    if 2 * held > told.len() {
        say(&format!("  {line}"));
        return Ok(());
    }
    complain(&format!("  {line}"));
    Err(Failure::Check(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(coverage: f64) -> Value {
        serde_json::json!({
            "reference": "gjr-evt",
            "models": [
                { "name": "normal", "periods": 500, "violations": 12, "kupiec_p": 0.01, "independence_p": 0.4,
                  "conditional_coverage_p": 0.02, "shortfall_p": null },
                { "name": "cornish-fisher", "error": { "date": "2020-03-12", "message": "no" } },
                { "name": "gjr-evt", "periods": 500, "violations": 6, "kupiec_p": 0.66, "independence_p": 0.7,
                  "conditional_coverage_p": coverage, "shortfall_p": 0.5 },
            ],
        })
    }

    #[test]
    fn a_rejection_has_a_star() {
        let rows = rows(&report(0.8)).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(
            rows[0].line(),
            "    normal                  12   2.40 %   0.010*   0.400     0.020*          -"
        );
    }

    #[test]
    fn files_are_counted_by_test() {
        let found = [("a", rows(&report(0.8)).unwrap()), ("b", rows(&report(0.01)).unwrap())];
        let counted = summary(&found);
        assert_eq!(counted[0], ("normal".to_owned(), [(0, 2), (2, 2), (0, 2), (0, 0)]));
        assert_eq!(counted[1], ("gjr-evt".to_owned(), [(2, 2), (2, 2), (1, 2), (2, 2)]));
    }

    #[test]
    fn the_default_must_hold_on_most_files() {
        let good = ("a", rows(&report(0.8)).unwrap());
        assert!(judged(&[good], "gjr-evt").is_ok());
        let failure = judged(&[("b", rows(&report(0.01)).unwrap())], "gjr-evt").unwrap_err();
        assert_eq!(
            failure.message(),
            "conditional coverage does not reject gjr-evt on 0 of 1 files; rejected: b (p = 0.0100)"
        );
    }

    #[test]
    fn rows_get_dates_in_order() {
        assert_eq!(date(0), "1900-01-01");
        assert_eq!(date(335), "1900-12-28");
        assert_eq!(date(336), "1901-01-01");
    }
}
