//! A comparison for programs, with all digits.

use po_engine::correlation::evaluate::{Calibration, Fits, LossSummary, Outcome};
use serde_json::{Value, json};

use super::Comparison;
use crate::correlation::sample::About;
use crate::data::show_date;
use crate::error::Error;
use crate::report::csv_row;

const COLUMNS: [&str; 22] = [
    "estimator",
    "qlike",
    "qlike_behind",
    "qlike_p",
    "qlike_set_p",
    "qlike_in_set",
    "volatility",
    "volatility_behind",
    "volatility_p",
    "volatility_set_p",
    "volatility_in_set",
    "calibration",
    "calibration_p",
    "within_95",
    "within_95_p",
    "within_99",
    "within_99_p",
    "fits",
    "fits_unconverged",
    "failed_on",
    "failed_because",
    "best_by",
];

impl Comparison {
    pub(in crate::correlation) fn json(&self) -> Result<String, Error> {
        let About { assets, observations, span, calendar, warnings, .. } = &self.about;
        let best = |of: Option<(&str, &Outcome)>| of.map(|(name, _)| name.to_owned());
        let estimators: Vec<Value> = self
            .standings
            .iter()
            .map(|standing| match &standing.outcome {
                Ok(outcome) => self.object(&standing.name, outcome),
                Err(failure) => json!({
                    "name": standing.name,
                    "error": { "date": show_date(failure.date), "message": failure.reason },
                }),
            })
            .collect();
        let left_out: Vec<Value> = self
            .left_out
            .iter()
            .flat_map(|left| left.names.iter().map(|name| json!({ "name": name, "reason": left.reason })))
            .collect();
        let object = json!({
            "assets": assets,
            "observations": observations,
            "first": show_date(span.0),
            "last": show_date(span.1),
            "periods_per_year": calendar.periods_per_year,
            "in_sample": self.in_sample,
            "scored": self.scored.0,
            "first_scored": show_date(self.scored.1),
            "every": self.every,
            "window": self.window,
            "confidence_set": self.confidence,
            "seed": self.seed,
            "best": { "qlike": best(self.by_qlike()), "volatility": best(self.by_volatility()) },
            "estimators": estimators,
            "left_out": left_out,
            "warnings": warnings,
        });
        let text = serde_json::to_string(&object).map_err(|error| Error::write("JSON")(error.into()))?;
        Ok(text + "\n")
    }

    fn object(&self, name: &str, outcome: &Outcome) -> Value {
        let volatility = outcome.volatility() * self.annual();
        let Calibration { ratio, standard_error, p_value, coverage, .. } = &outcome.calibration;
        let coverage = coverage
            .map(|found| json!({ "level": found.level, "share": found.share, "p_value": found.p_value }));
        let Fits { count, unconverged } = outcome.scores.fits;
        json!({
            "name": name,
            "qlike": loss("mean", outcome.qlike.mean, self.qlike_behind(outcome), &outcome.qlike),
            "volatility": loss("annual", volatility, self.volatility_behind(outcome), &outcome.portfolio),
            "calibration": {
                "ratio": ratio,
                "standard_error": standard_error,
                "p_value": p_value,
                "coverage": coverage,
            },
            "fits": { "count": count, "unconverged": unconverged },
        })
    }

    pub(in crate::correlation) fn csv(&self) -> Result<String, Error> {
        let best = [("qlike", self.by_qlike()), ("volatility", self.by_volatility())];
        let mut text = csv_row(COLUMNS)?;
        for standing in &self.standings {
            let mut cells = vec![standing.name.clone()];
            match &standing.outcome {
                Ok(outcome) => {
                    let volatility = outcome.volatility() * self.annual();
                    cells.extend(loss_cells(outcome.qlike.mean, self.qlike_behind(outcome), &outcome.qlike));
                    cells.extend(loss_cells(volatility, self.volatility_behind(outcome), &outcome.portfolio));
                    let Calibration { ratio, p_value, coverage, .. } = &outcome.calibration;
                    cells.extend([*ratio, *p_value].map(number));
                    cells.extend(coverage.iter().flat_map(|of| [of.share, of.p_value]).map(number));
                    let Fits { count, unconverged } = outcome.scores.fits;
                    cells.extend([count.to_string(), unconverged.to_string(), String::new(), String::new()]);
                }
                Err(failure) => {
                    cells.resize(COLUMNS.len() - 3, String::new());
                    cells.extend([show_date(failure.date), failure.reason.clone()]);
                }
            }
            let by: Vec<&str> = best
                .iter()
                .filter(|(_, best)| best.is_some_and(|(name, _)| name == standing.name))
                .map(|(criterion, _)| *criterion)
                .collect();
            cells.push(by.join(" "));
            text += &csv_row(cells.iter().map(String::as_str))?;
        }
        Ok(text)
    }
}

fn loss(key: &str, value: f64, behind: f64, summary: &LossSummary) -> Value {
    json!({
        key: value,
        "behind": behind,
        "p_value": summary.against_best.map(|test| test.p_value),
        "set_p_value": summary.confidence,
        "in_set": summary.in_set,
    })
}

fn loss_cells(value: f64, behind: f64, summary: &LossSummary) -> [String; 5] {
    [
        number(value),
        number(behind),
        summary.against_best.map_or(String::new(), |test| number(test.p_value)),
        number(summary.confidence),
        summary.in_set.to_string(),
    ]
}

/// All digits, and an exponent where there would be many zeros: p-values can be tiny.
fn number(value: f64) -> String {
    json!(value).to_string()
}
