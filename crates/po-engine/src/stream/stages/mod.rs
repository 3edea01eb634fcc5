//! The stages that the engine has.

mod allocation;
#[cfg(feature = "risk-budget")]
mod budget;
mod correlation_limit;
#[cfg(feature = "hrp")]
mod hierarchical;
#[cfg(feature = "convex")]
mod optimiser;
#[cfg(feature = "risk-budget")]
mod parity;
#[cfg(feature = "tail")]
mod tail;
mod trading;

pub(super) use allocation::Allocation;
pub use allocation::AllocatorConfig;
#[cfg(feature = "risk-budget")]
pub use budget::BudgetConfig;
#[cfg(feature = "risk-budget")]
pub(super) use budget::BudgetStage;
pub(super) use correlation_limit::CorrelationLimitStage;
#[cfg(feature = "tail")]
pub use tail::TailConfig;
#[cfg(feature = "tail")]
pub(super) use tail::{TailMemory, TailStage};
pub use trading::TradingConfig;
pub(super) use trading::{Trading, TradingInput};

/// Refuses a warm start: an engine that was restored could not go on with the same bits.
#[cfg(any(feature = "convex", feature = "risk-budget"))]
fn cold_start(warm: bool) -> Result<(), po_core::InputError> {
    let (name, expected) = ("warm_start", "0 (false), so that a restored engine goes on with the same bits");
    if warm { Err(po_core::InputError::OutOfRange { name, value: 1.0, expected }) } else { Ok(()) }
}
