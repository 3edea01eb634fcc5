//! What a decision says, in words and names.

use po_engine::Universe;
use po_engine::stream::{Event, Fallback, FallbackRecord, Outcome, Refusal, StageFailure};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// The name of an outcome.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Waiting => "waiting",
        Outcome::Held => "held",
        Outcome::Decided => "decided",
        Outcome::Refused(_) => "refused",
    }
}

/// Why a bar was refused.
pub(crate) fn refusal(refusal: Refusal) -> String {
    match refusal {
        Refusal::NotAfter { last } => format!("its time is not later than {last}, that of the last bar"),
        Refusal::Prices { expected, actual } => format!("it has {actual} prices, expected {expected}"),
        Refusal::Factors { expected, actual } => {
            format!("it has {actual} numbers of factors, expected {expected}")
        }
        Refusal::Ruined => "all wealth is lost".to_owned(),
        Refusal::Unaccountable => "what was held cannot be accounted for at its prices".to_owned(),
        _ => "the engine refuses it".to_owned(),
    }
}

/// The name of what was fallen back on, as the configuration has it.
pub(crate) fn fallback(fallback: Fallback) -> &'static str {
    match fallback {
        Fallback::PreviousWeights => "previous-weights",
        Fallback::InverseVolatility => "inverse-volatility",
        Fallback::EqualWeight => "equal-weight",
        Fallback::Cash => "cash",
    }
}

/// Why a stage had no answer, with the names of assets.
pub(crate) fn failure(failure: &StageFailure, universe: &Universe) -> String {
    match failure {
        StageFailure::Input(error) => error.named(universe),
        StageFailure::Estimator(error) => error.named(universe),
        StageFailure::Hrp(error) => error.named(universe),
        StageFailure::Convex(error) => error.named(universe),
        StageFailure::RiskBudget(error) => error.named(universe),
        StageFailure::Tail(error) => error.named(universe),
        other => other.to_string(),
    }
}

/// A stage that fell back, as a decision tells it.
#[derive(Serialize)]
pub(super) struct FallbackLine {
    stage: &'static str,
    failure: String,
    taken: &'static str,
}

impl FallbackLine {
    pub(super) fn new(record: &FallbackRecord, universe: &Universe) -> Self {
        let failure = failure(&record.failure, universe);
        Self { stage: record.stage, failure, taken: fallback(record.taken) }
    }
}

impl std::fmt::Display for FallbackLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}; {} taken", self.stage, self.failure, self.taken)
    }
}

/// An event, as a decision tells it.
pub(super) struct EventLine<'a>(pub(super) Event, pub(super) &'a Universe);

/// The name of an event, its asset, and its numbers.
type Parts = (&'static str, usize, [Option<(&'static str, f64)>; 2]);

fn parts(event: Event) -> Option<Parts> {
    Some(match event {
        Event::Listed { asset } => ("listed", asset, [None, None]),
        Event::Halted { asset } => ("halted", asset, [None, None]),
        Event::Resumed { asset, bars } => ("resumed", asset, [Some(("bars", f64::from(bars))), None]),
        Event::Delisted { asset, weight } => ("delisted", asset, [Some(("weight", weight)), None]),
        Event::NotAPrice { asset, price } => ("not-a-price", asset, [Some(("price", price)), None]),
        Event::Jump { asset, price, last } => ("jump", asset, [Some(("price", price)), Some(("last", last))]),
        Event::Confirmed { asset, price } => ("confirmed", asset, [Some(("price", price)), None]),
        _ => return None,
    })
}

impl EventLine<'_> {
    fn name(&self, asset: usize) -> &str {
        self.1.names().get(asset).map_or("", String::as_str)
    }
}

impl Serialize for EventLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some((name, asset, numbers)) = parts(self.0) {
            map.serialize_entry("event", name)?;
            map.serialize_entry("asset", self.name(asset))?;
            for (name, number) in numbers.into_iter().flatten() {
                if number.is_finite() {
                    map.serialize_entry(name, &number)?;
                } else {
                    // JSON has no word for it.
                    map.serialize_entry(name, &number.to_string())?;
                }
            }
        }
        map.end()
    }
}

impl std::fmt::Display for EventLine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some((name, asset, numbers)) = parts(self.0) else { return Ok(()) };
        write!(f, "{} {name}", self.name(asset))?;
        numbers.into_iter().flatten().try_for_each(|(name, number)| write!(f, " {name}={number}"))
    }
}
