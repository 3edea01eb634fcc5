//! A test of models for programs, with all digits.

use po_engine::tail::Line;
use serde_json::{Value, json};

use super::standing::{Outcome, Share};
use super::{Backtest, Standing};
use crate::data::show_date;
use crate::error::Error;
use crate::report::csv_row;

const COLUMNS: [&str; 22] = [
    "asset",
    "model",
    "periods",
    "violations",
    "expected",
    "rate",
    "kupiec_p",
    "binomial_p",
    "independence_p",
    "conditional_coverage_p",
    "durations_p",
    "dynamic_quantile_p",
    "zone",
    "shortfall_p",
    "score",
    "against_p",
    "mean_var",
    "rejected",
    "fits",
    "fits_unconverged",
    "failed_on",
    "failed_because",
];

/// What stands in the column of assets for the portfolio.
const PORTFOLIO: &str = "";

impl Backtest {
    pub(in crate::tail) fn json(&self) -> Result<String, Error> {
        let (first, last) = self.sample.span();
        let models: Vec<Value> = self.standings.iter().map(|standing| self.object(standing, true)).collect();
        let names = self.sample.universe.names();
        let assets = self.assets.as_ref().map(|assets| {
            let asset = |(name, standings): (&String, &Vec<Standing>)| {
                let models: Vec<Value> = standings.iter().map(|own| self.object(own, false)).collect();
                json!({ "asset": name, "models": models })
            };
            json!({
                "shares": self.standings.iter().zip(self.shares()).map(share).collect::<Vec<_>>(),
                "each": names.iter().zip(assets).map(asset).collect::<Vec<_>>(),
            })
        });
        let dates = self.sample.dates[self.walk.window..].iter();
        let object = json!({
            "assets": names.len(),
            "weights": if self.sample.is_equal() { "equal" } else { "file" },
            "observations": self.sample.series.len(),
            "first": show_date(first),
            "last": show_date(last),
            "level": self.walk.level.level(),
            "window": self.walk.window,
            "every": self.walk.every,
            "forecasts": self.forecast(),
            "reference": self.reference.to_string(),
            "models": models,
            "by_asset": assets,
            "dates": dates.map(|date| show_date(*date)).collect::<Vec<_>>(),
            "returns": &self.sample.series[self.walk.window..],
            "warnings": self.sample.warnings,
        });
        let text = serde_json::to_string(&object).map_err(|error| Error::write("JSON")(error.into()))?;
        Ok(text + "\n")
    }

    fn object(&self, standing: &Standing, paths: bool) -> Value {
        let name = standing.model.to_string();
        let outcome = match &standing.outcome {
            Ok(outcome) => outcome,
            Err(failed) => {
                let error = json!({ "date": show_date(failed.date), "message": failed.reason });
                return json!({ "name": name, "error": error });
            }
        };
        let tests = &outcome.tests;
        let lines: Vec<Value> = tests.lines().iter().map(line).collect();
        let mut object = json!({
            "name": name,
            "periods": tests.kupiec.days,
            "missed": outcome.path.missed,
            "violations": tests.kupiec.violations,
            "expected": tests.kupiec.expected,
            "rate": outcome.rate(),
            "kupiec_p": tests.kupiec.test.p_value(),
            "binomial_p": tests.kupiec.binomial,
            "independence_p": tests.christoffersen.independence.p_value(),
            "conditional_coverage_p": tests.christoffersen.conditional_coverage.p_value(),
            "durations_p": tests.durations.conditional_coverage.p_value(),
            "dynamic_quantile_p": tests.dynamic_quantile.map(|test| test.p_value()),
            "zone": tests.traffic_light.zone.to_string(),
            "shortfall_p": outcome.shortfall(),
            "score": outcome.score(),
            "against_p": outcome.against,
            "mean_var": outcome.mean_var(),
            "rejected": outcome.is_rejected(),
            "tests": lines,
            "fits": { "count": outcome.path.fits, "unconverged": outcome.path.unconverged },
        });
        if paths && let Some(object) = object.as_object_mut() {
            let dates = outcome.path.rows.iter().map(|&row| show_date(self.sample.dates[row]));
            object.insert("dates".to_owned(), dates.collect());
            let risks = &outcome.path.risks;
            object.insert("var".to_owned(), risks.iter().map(|risk| risk.var).collect());
            object.insert("cvar".to_owned(), risks.iter().map(|risk| risk.cvar).collect());
        }
        object
    }

    pub(in crate::tail) fn csv(&self) -> Result<String, Error> {
        let mut text = csv_row(COLUMNS)?;
        let names = self.sample.universe.names().iter().map(String::as_str);
        let each = self.assets.iter().flatten().map(Vec::as_slice);
        let all = [(PORTFOLIO, self.standings.as_slice())].into_iter().chain(names.zip(each));
        for (name, standings) in all {
            for standing in standings {
                text += &csv_row(cells(name, standing).iter().map(String::as_str))?;
            }
        }
        Ok(text)
    }
}

fn cells(asset: &str, standing: &Standing) -> Vec<String> {
    let mut cells = vec![asset.to_owned(), standing.model.to_string()];
    let outcome = match &standing.outcome {
        Ok(outcome) => outcome,
        Err(failed) => {
            cells.resize(COLUMNS.len() - 2, String::new());
            cells.extend([show_date(failed.date), failed.reason.clone()]);
            return cells;
        }
    };
    let Outcome { tests, path, .. } = outcome;
    cells.extend([tests.kupiec.days, tests.kupiec.violations].map(|count| count.to_string()));
    cells.extend([tests.kupiec.expected, outcome.rate()].map(number));
    let p_values = [
        Some(tests.kupiec.test.p_value()),
        Some(tests.kupiec.binomial),
        Some(tests.christoffersen.independence.p_value()),
        Some(tests.christoffersen.conditional_coverage.p_value()),
        Some(tests.durations.conditional_coverage.p_value()),
        tests.dynamic_quantile.map(|test| test.p_value()),
    ];
    cells.extend(p_values.map(optional));
    cells.push(tests.traffic_light.zone.to_string());
    let scores = [outcome.shortfall(), Some(outcome.score()), outcome.against, Some(outcome.mean_var())];
    cells.extend(scores.map(optional));
    cells.extend([outcome.is_rejected().to_string(), path.fits.to_string(), path.unconverged.to_string()]);
    cells.extend([String::new(), String::new()]);
    cells
}

fn line(line: &Line) -> Value {
    json!({
        "test": line.test.to_string(),
        "statistic": line.statistic,
        "asymptotic_p": line.asymptotic,
        "exact_p": line.exact,
    })
}

fn share((standing, share): (&Standing, Share)) -> Value {
    let [kupiec, independence, coverage, shortfall] = share.held;
    json!({
        "name": standing.model.to_string(),
        "assets": share.assets,
        "kupiec": kupiec,
        "independence": independence,
        "conditional_coverage": coverage,
        "shortfall": shortfall,
        "rate": share.rate,
    })
}

/// All digits, and an exponent where there would be many zeros: p-values can be tiny.
fn number(value: f64) -> String {
    json!(value).to_string()
}

fn optional(value: Option<f64>) -> String {
    value.map_or(String::new(), number)
}
