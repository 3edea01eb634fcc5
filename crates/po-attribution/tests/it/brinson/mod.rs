//! Brinson attribution: segments, hierarchies, currencies.

mod closed_forms;
mod currency;
mod errors;
mod golden;
mod nested;
mod properties;
pub(crate) mod random;
mod serde;
mod spellings;
