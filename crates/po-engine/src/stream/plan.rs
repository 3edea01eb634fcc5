//! Which stages there are, and in which order.

use super::{EngineConfig, Slot, Stages};

/// A stage that is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Allocation,
    CorrelationLimit,
    #[cfg(feature = "tail")]
    Tail,
    #[cfg(feature = "risk-budget")]
    Budget,
    Trading,
    Custom(usize),
}

/// The stages in their order, with their names.
pub(super) fn plan<S: Stages>(config: &EngineConfig, custom: &S) -> (Vec<Step>, Vec<&'static str>) {
    let mut steps = vec![(Slot::Allocation, Step::Allocation, "allocation")];
    if config.correlation_limit.is_some() {
        steps.push((Slot::CorrelationLimit, Step::CorrelationLimit, "correlation limit"));
    }
    #[cfg(feature = "tail")]
    if config.tail.is_some() {
        steps.push((Slot::Tail, Step::Tail, "tail"));
    }
    #[cfg(feature = "risk-budget")]
    if config.budget.is_some() {
        steps.push((Slot::Budget, Step::Budget, "budget"));
    }
    if config.trading.band.is_some() {
        steps.push((Slot::Trading, Step::Trading, "no-trade band"));
    }
    steps
        .extend((0..S::COUNT).map(|number| (custom.slot(number), Step::Custom(number), custom.name(number))));
    // A stable sort: the user's stand after the engine's.
    steps.sort_by_key(|(slot, ..)| *slot);
    steps.into_iter().map(|(_, step, name)| (step, name)).unzip()
}
