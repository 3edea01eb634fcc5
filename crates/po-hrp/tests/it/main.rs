//! Hierarchical risk parity against other libraries, closed forms, properties and bad input.

mod auto_traits;
mod bounds;
mod conflicts;
mod errors;
mod golden;
mod groups;
mod linkages;
mod oracle;
mod properties;
mod random;
#[cfg(feature = "serde")]
mod serde;
