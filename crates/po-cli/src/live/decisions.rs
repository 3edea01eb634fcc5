//! Decisions as lines: NDJSON or CSV.

use csv::WriterBuilder;
use po_engine::Universe;
use po_engine::stream::{Decision, Outcome};
use serde::Serialize;
use serde::ser::Serializer;

use super::words::{EventLine, FallbackLine, outcome, refusal};

/// How decisions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DecisionForm {
    /// One JSON object per line.
    Ndjson,
    /// A header, and one row per decision.
    Csv,
}

impl DecisionForm {
    /// The name on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }

    /// What stands above the first decision.
    pub(crate) fn header(self, universe: &Universe) -> Vec<u8> {
        const FIXED: [&str; 14] = [
            "bar",
            "time",
            "outcome",
            "reason",
            "wealth",
            "bar_return",
            "turnover",
            "cost",
            "cash",
            "volatility",
            "budget_use",
            "fallbacks",
            "events",
            "traded",
        ];
        match self {
            Self::Ndjson => Vec::new(),
            Self::Csv => record(FIXED.into_iter().map(str::to_owned).chain(universe.names().iter().cloned())),
        }
    }

    /// A decision as a line, with its end.
    pub(crate) fn line(self, decision: &Decision, universe: &Universe) -> Vec<u8> {
        match self {
            Self::Ndjson => object(decision, universe),
            Self::Csv => row(decision, universe),
        }
    }
}

/// A decision as an object; the order of its fields is that of the keys.
#[derive(Serialize)]
struct Object<'a> {
    bar: u64,
    time: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    wealth: f64,
    bar_return: f64,
    turnover: f64,
    cost: f64,
    cash: f64,
    volatility: Option<f64>,
    budget_use: Option<f64>,
    weights: Named<'a>,
    trades: Named<'a>,
    fallbacks: Vec<FallbackLine>,
    events: Vec<EventLine<'a>>,
}

/// The numbers that are not zero, by the names of their assets.
struct Named<'a>(&'a Universe, &'a [f64]);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.names().iter().zip(self.1).filter(|(_, number)| **number != 0.0))
    }
}

fn reason(decision: &Decision) -> Option<String> {
    match decision.outcome {
        Outcome::Refused(why) => Some(refusal(why)),
        _ => None,
    }
}

fn object(decision: &Decision, universe: &Universe) -> Vec<u8> {
    let object = Object {
        bar: decision.bar,
        time: decision.time.to_string(),
        outcome: outcome(decision.outcome),
        reason: reason(decision),
        wealth: decision.wealth,
        bar_return: decision.bar_return,
        turnover: decision.turnover,
        cost: decision.cost,
        cash: decision.cash,
        volatility: decision.volatility,
        budget_use: decision.budget_use,
        weights: Named(universe, decision.weights.as_slice()),
        trades: Named(universe, &decision.trades),
        fallbacks: decision.fallbacks.iter().map(|record| FallbackLine::new(record, universe)).collect(),
        events: decision.events.iter().map(|event| EventLine(*event, universe)).collect(),
    };
    // Numbers, texts and lists of them always have a JSON.
    let mut line = serde_json::to_vec(&object).unwrap_or_default();
    line.push(b'\n');
    line
}

fn row(decision: &Decision, universe: &Universe) -> Vec<u8> {
    let optional = |number: Option<f64>| number.map_or(String::new(), |number| number.to_string());
    let fallbacks = decision.fallbacks.iter().map(|record| FallbackLine::new(record, universe).to_string());
    let events = decision.events.iter().map(|event| EventLine(*event, universe).to_string());
    let fixed = [
        decision.bar.to_string(),
        decision.time.to_string(),
        outcome(decision.outcome).to_owned(),
        reason(decision).unwrap_or_default(),
        decision.wealth.to_string(),
        decision.bar_return.to_string(),
        decision.turnover.to_string(),
        decision.cost.to_string(),
        decision.cash.to_string(),
        optional(decision.volatility),
        optional(decision.budget_use),
        fallbacks.collect::<Vec<_>>().join(" | "),
        events.collect::<Vec<_>>().join(" | "),
        decision.traded().to_string(),
    ];
    record(fixed.into_iter().chain(decision.weights.as_slice().iter().map(f64::to_string)))
}

fn record(cells: impl Iterator<Item = String>) -> Vec<u8> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    // Memory takes all that is written.
    let _ = writer.write_record(cells.map(String::into_bytes));
    writer.into_inner().unwrap_or_default()
}
