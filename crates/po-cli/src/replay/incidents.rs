//! What did not go as it does on most days: events of assets, fallbacks of stages, bars refused.

use po_engine::stream::{Decision, Event, Fallback, Outcome, Refusal};

/// A kind of incident, how often it occurred, and its first case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Incident {
    /// `event`, `fallback` or `refused`.
    pub(super) sort: &'static str,
    pub(super) kind: String,
    pub(super) count: usize,
    /// The bar of the first one.
    pub(super) first: usize,
    /// What it was about.
    pub(super) example: String,
}

/// All of them, in the order of their first cases.
#[derive(Clone, Debug, Default)]
pub(super) struct Incidents(pub(super) Vec<Incident>);

impl Incidents {
    /// Looks at one decision.
    pub(super) fn note(&mut self, row: usize, decision: &Decision, names: &[String]) {
        for event in &decision.events {
            let (kind, asset) = event_words(event);
            let name = asset.and_then(|asset| names.get(asset));
            self.add("event", kind, row, || name.cloned().unwrap_or_default());
        }
        for fallback in &decision.fallbacks {
            let kind = format!("{} to {}", fallback.stage, taken(fallback.taken));
            self.add("fallback", &kind, row, || fallback.failure.to_string());
        }
        if let Outcome::Refused(refusal) = decision.outcome {
            self.add("refused", refusal_words(refusal), row, String::new);
        }
    }

    fn add(&mut self, sort: &'static str, kind: &str, row: usize, example: impl FnOnce() -> String) {
        match self.0.iter_mut().find(|known| known.sort == sort && known.kind == kind) {
            Some(known) => known.count += 1,
            None => {
                let (kind, example) = (kind.to_owned(), example());
                self.0.push(Incident { sort, kind, count: 1, first: row, example });
            }
        }
    }
}

fn event_words(event: &Event) -> (&'static str, Option<usize>) {
    match *event {
        Event::Listed { asset } => ("listed", Some(asset)),
        Event::Halted { asset } => ("halted", Some(asset)),
        Event::Resumed { asset, .. } => ("resumed", Some(asset)),
        Event::Delisted { asset, .. } => ("delisted", Some(asset)),
        Event::NotAPrice { asset, .. } => ("not a price", Some(asset)),
        Event::Jump { asset, .. } => ("jump not believed", Some(asset)),
        Event::Confirmed { asset, .. } => ("jump confirmed", Some(asset)),
        _ => ("other", None),
    }
}

fn taken(fallback: Fallback) -> &'static str {
    match fallback {
        Fallback::PreviousWeights => "previous weights",
        Fallback::InverseVolatility => "inverse volatility",
        Fallback::EqualWeight => "equal weight",
        Fallback::Cash => "cash",
    }
}

fn refusal_words(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotAfter { .. } => "not after the bar before",
        Refusal::Prices { .. } => "another number of prices",
        Refusal::Factors { .. } => "another number of factors",
        Refusal::Ruined => "no wealth is left",
        Refusal::Unaccountable => "cannot be accounted for",
        _ => "other",
    }
}
