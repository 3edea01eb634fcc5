//! Measures of codependence, and the distances that follow from them.

mod closed_forms;
mod errors;
mod golden;
mod oracle;
mod properties;
#[cfg(feature = "serde")]
mod serde;
mod tour;
