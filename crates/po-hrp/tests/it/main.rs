//! Hierarchical risk parity against other libraries, closed forms, properties and bad input.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

mod auto_traits;
mod bounds;
mod clusters;
mod conflicts;
mod dbht;
mod dbht_golden;
mod dbht_oracle;
#[cfg(feature = "serde")]
mod definitions;
mod distances;
mod errors;
mod golden;
mod groups;
mod herc;
mod linkages;
mod long_short;
mod long_short_errors;
mod long_short_properties;
mod measured;
mod names;
mod nco;
mod nco_errors;
mod oracle;
mod properties;
mod random;
#[cfg(feature = "linalg")]
mod schur;
#[cfg(feature = "linalg")]
mod schur_oracle;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "linalg")]
mod seriation;
mod stability;
mod stable;
mod words;
