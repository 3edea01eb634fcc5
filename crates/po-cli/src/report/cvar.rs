//! What an optimiser of tail risk has to tell beside weights: the tail, the outlook, and the proof.

use po_engine::tail::CvarObjective;
use serde_json::{Map, Value, json};

use super::effect::{points, significant};
use super::limits::{constraints_json, tail_costs_json};
use super::optimum::residual;
use super::{Report, brief, grid, percent};
use crate::args::Measure;
use crate::cvar::TailOptimum;
use crate::data::show_date;
use crate::outlook::Basis;

/// How many of the worst periods are shown.
const PERIODS: usize = 10;

impl TailOptimum {
    /// What the risk is called: `conditional value at risk at 95 %`.
    fn risk_words(&self) -> String {
        self.measure.in_words(self.confidence)
    }

    /// What the objective is called.
    fn name(&self) -> String {
        match self.objective {
            CvarObjective::MinCvar | CvarObjective::MinRisk { .. } => self.risk_words(),
            CvarObjective::MaxReturn { .. } => "return".to_owned(),
            CvarObjective::Utility { .. } => "utility".to_owned(),
            CvarObjective::MaxRatio { .. } => format!("ratio of excess return to {}", self.risk_words()),
        }
    }

    /// The value of the objective, as people write it.
    fn told(&self) -> String {
        match self.objective {
            CvarObjective::MinCvar | CvarObjective::MinRisk { .. } => self.of_period(self.value),
            CvarObjective::MaxRatio { .. } => format!("{:.4} per period", self.value),
            _ => format!("{} a year", percent(self.value)),
        }
    }

    /// A value of the measure; drawdowns run over several periods.
    fn of_period(&self, risk: f64) -> String {
        let unit = if self.is_drawdown() { "" } else { " per period" };
        format!("{}{unit}", percent(risk))
    }

    fn is_drawdown(&self) -> bool {
        use Measure::{AverageDrawdown, Cdar, Edar, MaxDrawdown};
        [Cdar, Edar, MaxDrawdown, AverageDrawdown].contains(&self.measure)
    }

    /// What becomes of the portfolio when its objective changes by so much.
    pub(super) fn effect(&self, change: f64) -> String {
        let verb = if change < 0.0 { "lower" } else { "raise" };
        let (name, after) = (self.name(), self.value + change);
        match self.objective {
            CvarObjective::Utility { .. } => format!("{verb} the utility by about {} a year", points(change)),
            CvarObjective::MaxRatio { .. } => {
                format!("{verb} the {name} by about {}, to {after:.4}", significant(change.abs()))
            }
            _ => format!("{verb} the {name} by about {}, to {:.3} %", points(change), 100.0 * after),
        }
    }
}

/// The lines of the summary.
pub(super) fn summary(tail: &TailOptimum) -> String {
    let mut text = String::new();
    if let Some(basis) = tail.basis {
        let error = tail.volatility / tail.years.sqrt();
        let source = match basis {
            Basis::Sample => format!("{}, standard error {}", basis.words(), percent(error)),
            _ => basis.words().to_owned(),
        };
        text += &format!("expected return {} a year ({source})\n", percent(tail.mean));
        if tail.cost > 0.0 {
            text += &format!("trading costs {} of it a year\n", percent(tail.cost));
        }
    }
    let portfolio = &tail.portfolio;
    let level = brief(tail.confidence.level());
    text += &format!(
        "at {level}, conditional value at risk {} and value at risk {} per period\n",
        percent(portfolio.cvar),
        percent(portfolio.var)
    );
    if tail.measure != Measure::Cvar {
        text += &format!("{} {}\n", tail.risk_words(), tail.of_period(portfolio.risk));
    }
    let (count, scenarios) = (tail.worst.len(), tail.scenarios);
    let make = if count == 1 { "makes" } else { "make" };
    text += &format!("{count} of {scenarios} scenarios {make} up the tail\n");
    if let Some(radius) = tail.radius {
        text += &format!(
            "of this risk, {} is for returns that differ from those observed by up to {radius} (--robust)\n",
            percent(portfolio.robustness)
        );
    }
    let extreme = if tail.objective.is_maximised() { "greater" } else { "smaller" };
    text += &format!(
        "{} {}: no portfolio within the constraints has a {extreme} one by more than {}\n",
        tail.name(),
        tail.told(),
        residual(tail.value - tail.bound)
    );
    text
}

/// The periods that make up the risk.
pub(super) fn periods(tail: &TailOptimum) -> String {
    let what = if tail.is_drawdown() { "drawdown" } else { "loss" };
    let rows = tail.worst.iter().take(PERIODS);
    let rows = rows.map(|worst| vec![show_date(worst.date), percent(worst.loss), percent(worst.share)]);
    let mut text = format!("The worst periods, of which the {} is a mean:\n", tail.risk_words());
    text += &grid(&["date", what, "share of the mean"], |column| column == 0, rows);
    if let more @ 1.. = tail.worst.len().saturating_sub(PERIODS) {
        text += &format!("and {more} more\n");
    }
    text
}

/// The keys of such an optimum.
pub(super) fn object(report: &Report, tail: &TailOptimum, explain: bool) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    let sense = if tail.objective.is_maximised() { "maximised" } else { "minimised" };
    put(
        "objective",
        json!({ "name": tail.name(), "sense": sense, "value": tail.value, "bound": tail.bound }),
    );
    if let Some(basis) = tail.basis {
        put("expected_return", json!({ "annual": tail.mean, "basis": basis.key(), "cost": tail.cost }));
    }
    let portfolio = &tail.portfolio;
    let mut told = json!({
        "measure": tail.measure.name(),
        "confidence": tail.confidence.level(),
        "risk": portfolio.risk,
        "cvar": portfolio.cvar,
        "var": portfolio.var,
        "scenarios": tail.scenarios,
        "tail_scenarios": tail.worst.len(),
        "robust": tail.radius,
        "robustness": portfolio.robustness,
    });
    if explain {
        told["worst"] = tail
            .worst
            .iter()
            .map(|worst| json!({ "date": show_date(worst.date), "loss": worst.loss, "share": worst.share }))
            .collect();
    }
    put("tail", told);
    put("constraints", constraints_json(report));
    put("shadow_prices", tail_costs_json(report, tail));
    object
}
