//! Hierarchical risk parity against other libraries, closed forms, properties and bad input.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

mod auto_traits;
mod bounds;
mod conflicts;
mod errors;
mod golden;
mod groups;
mod linkages;
mod names;
mod oracle;
mod properties;
mod random;
#[cfg(feature = "serde")]
mod serde;
