//! Dynamic conditional correlation: its likelihood, its fit and its filter.

mod errors;
mod filter;
mod golden;
mod properties;
#[cfg(feature = "serde")]
mod serde;
mod study;
