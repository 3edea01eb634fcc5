//! Tail risk that is updated with each bar.

mod decayed;
mod filtered;
mod ranked;
mod rolling;
#[cfg(feature = "serde")]
mod snapshot;

pub use decayed::DecayedTail;
pub use filtered::FilteredTail;
pub use rolling::RollingTail;
